"""Read maps in the cells of patches.

Shape suffixes: M maps, H height, W width, P patches, 2 coordinates (down, right), N cells at the side, D values.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray


def box_means_HWM(map_HWM: NDArray[np.float32], *, cell_px: int) -> NDArray[np.float32]:
    """Each map averaged over the cell that begins at a pixel; beyond the edge maps go on mirrored.

    All maps are filtered at once, which OpenCV does with up to 512: of 36 px, two to six times as fast as one after the other; of
    128 px, up to three times, but with 59 maps and cells of 8 px .8 times.
    """
    size = (cell_px, cell_px)
    mean_HWM = cv2.boxFilter(np.ascontiguousarray(map_HWM), cv2.CV_32F, size, anchor=(0, 0), borderType=cv2.BORDER_REFLECT)
    return np.asarray(mean_HWM, np.float32).reshape(map_HWM.shape)  # OpenCV drops the axis of a single map


def cell_values_PNNM(
    map_HWM: NDArray[np.float32], corner_P2: NDArray[np.int64], *, cell_px: int, num_cells: int
) -> NDArray[np.float32]:
    """What the maps hold at the upper left corner of each cell of the patches."""
    offset_N = cell_px * np.arange(num_cells)
    row_PN1 = (corner_P2[:, :1] + offset_N)[:, :, None]
    column_P1N = (corner_P2[:, 1:] + offset_N)[:, None, :]
    return np.asarray(map_HWM[row_PN1, column_P1N], np.float32)


def cell_px_of(patch_px: int, num_cells: int) -> int:
    """The side of a cell.

    Raises:
        ValueError: the patch does not divide into so many cells.
    """
    if num_cells < 1 or patch_px % num_cells:
        raise ValueError(f"patches of {patch_px} px in {num_cells} x {num_cells} cells; allowed: cells of whole pixels")
    return patch_px // num_cells
