"""Describe patches by histograms of local binary patterns.

Source: Ojala, Pietikainen, Maenpaa 2002 (uniform patterns). Deviations: neighbours are pixels, not interpolated on a circle;
the histogram of each cell is normalised and its square root taken, as is usual for counts (Hellinger kernel).

Shape suffixes: H height, W width, P patches, 2 coordinates (down, right), N cells at the side, D values, C codes.
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from repro.baselines.descriptors.cells import box_means_HWM, cell_px_of, cell_values_PNNM
from repro.baselines.descriptors.frames import Frame
from repro.spec.classical import Lbp

#: Neighbours clockwise from the upper left: (down, right), in units of the radius.
NEIGHBORS = ((-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1))
NUM_PATTERNS = 59


def describe_lbp(frame: Frame, lbp: Lbp, corner_P2: NDArray[np.int64], *, patch_px: int) -> NDArray[np.float32]:
    """The descriptors of patches, D = N * N * 59, each with norm 1."""
    cell_px = cell_px_of(patch_px, lbp.num_cells)
    label_HW = pattern_labels()[pattern_codes_HW(frame.grey_HW, radius_px=lbp.radius_px, tolerance=lbp.tolerance)]
    one_hot_HWM = (label_HW[:, :, None] == np.arange(NUM_PATTERNS)).astype(np.float32)
    share_HWM = np.maximum(box_means_HWM(one_hot_HWM, cell_px=cell_px), 0)  # running sums leave -1e-9 for 0
    values_PNNM = cell_values_PNNM(share_HWM, corner_P2, cell_px=cell_px, num_cells=lbp.num_cells)
    return np.asarray(np.sqrt(values_PNNM).reshape(len(corner_P2), -1) / np.float32(lbp.num_cells), np.float32)


def pattern_codes_HW(grey_HW: NDArray[np.uint8], *, radius_px: int, tolerance: float) -> NDArray[np.uint8]:
    """The pattern of each pixel: bit n is set where neighbour n is brighter by `tolerance` levels or more.

    Beyond the edge the image goes on mirrored.
    """
    height, width = grey_HW.shape
    padded_HW = np.pad(grey_HW.astype(np.float32), radius_px, mode="symmetric")
    code_HW = np.zeros((height, width), np.uint8)
    for bit, (down, right) in enumerate(NEIGHBORS):
        top, left = radius_px * (1 + down), radius_px * (1 + right)
        neighbor_HW = padded_HW[top : top + height, left : left + width]
        code_HW |= (neighbor_HW - grey_HW >= tolerance).astype(np.uint8) << np.uint8(bit)
    return code_HW


@functools.lru_cache(maxsize=1)
def pattern_labels() -> NDArray[np.uint8]:
    """The label of each of 256 codes: the 58 with at most two changes around the circle in order, others 58."""
    label_C = np.full(256, NUM_PATTERNS - 1, np.uint8)
    uniform = [code for code in range(256) if (code ^ (code << 1 & 255 | code >> 7)).bit_count() <= 2]
    label_C[uniform] = np.arange(len(uniform))
    return label_C
