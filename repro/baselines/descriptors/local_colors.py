"""Describe patches by local colour statistics: mean and deviation of each colour in cells.

Source: Clinchant, Csurka, Perronnin, Renders 2007, as Sanchez and Perronnin 2011 use them (4 x 4 cells, 96 values).

Shape suffixes: H height, W width, P patches, 2 coordinates (down, right), N cells at the side, D values.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from repro.baselines.descriptors.cells import box_means_HWM, cell_px_of, cell_values_PNNM
from repro.baselines.descriptors.frames import Frame
from repro.spec.classical import LocalColors


def describe_local_colors(
    frame: Frame, colors: LocalColors, corner_P2: NDArray[np.int64], *, patch_px: int
) -> NDArray[np.float32]:
    """The descriptors of patches, D = N * N * 6: of each cell means then deviations of R, G, B in [0, 1]."""
    cell_px = cell_px_of(patch_px, colors.num_cells)
    level_HW3 = frame.rgb_HW3.astype(np.float32) / np.float32(255)
    mean_HW3 = box_means_HWM(level_HW3, cell_px=cell_px)
    variance_HW3 = np.maximum(box_means_HWM(level_HW3**2, cell_px=cell_px) - mean_HW3**2, 0)
    both_HW6 = np.concatenate([mean_HW3, np.sqrt(variance_HW3)], axis=2)
    values_PNN6 = cell_values_PNNM(both_HW6, corner_P2, cell_px=cell_px, num_cells=colors.num_cells)
    return values_PNN6.reshape(len(corner_P2), -1)
