"""Read maps in the cells of patches.

Legend: M maps, H height, W width, P patches, 2 coordinates (down, right), N cells at the side, D values.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray


def box_means_MHW(map_MHW: NDArray[np.float32], *, cell_px: int) -> NDArray[np.float32]:
    """Return each map averaged over the cell that begins at a pixel; beyond the edge maps go on mirrored."""
    means_MHW = np.empty_like(map_MHW)
    size = (cell_px, cell_px)
    for map_HW, means_HW in zip(map_MHW, means_MHW, strict=True):
        means_HW[:] = cv2.boxFilter(map_HW, cv2.CV_32F, size, anchor=(0, 0), borderType=cv2.BORDER_REFLECT)
    return means_MHW


def cell_values_PNNM(
    map_MHW: NDArray[np.float32], corner_P2: NDArray[np.int64], *, cell_px: int, num_cells: int
) -> NDArray[np.float32]:
    """Return what the maps hold at the upper left corner of each cell of the patches."""
    offset_N = cell_px * np.arange(num_cells)
    row_PN1 = (corner_P2[:, :1] + offset_N)[:, :, None]
    column_P1N = (corner_P2[:, 1:] + offset_N)[:, None, :]
    map_HWM = np.ascontiguousarray(map_MHW.transpose(1, 2, 0))  # all maps of a cell lie together
    return np.asarray(map_HWM[row_PN1, column_P1N], np.float32)


def cell_px_of(patch_px: int, num_cells: int) -> int:
    """Return the side of a cell.

    Raises:
        ValueError: the patch does not divide into so many cells.
    """
    if num_cells < 1 or patch_px % num_cells:
        raise ValueError(f"patches of {patch_px} px in {num_cells} x {num_cells} cells; allowed: cells of whole pixels")
    return patch_px // num_cells
