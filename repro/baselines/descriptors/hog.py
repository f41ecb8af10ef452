"""Describe patches by histograms of oriented gradients, in dense grids and at interest points alike.

Source: Dalal, Triggs 2005. Deviation: votes go to one orientation and one cell, without interpolation, so that the cells
of all patches are box sums of the same maps; grey values in place of the colour with the strongest gradient.

Shape suffixes: H height, W width, O orientations, P points, 2 coordinates (down, right), N cells at the side, D values.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from repro.baselines.descriptors.cells import cell_values_PNNM
from repro.baselines.descriptors.frames import Frame
from repro.baselines.descriptors.points import centres_P2, patch_corners_P2
from repro.spec.model import DenseGrid, Hog, InterestPoints

#: Normalise, cut values off here, normalise again (section 6.4 there; the value is Lowe's, 2004).
CLIP = 0.2
EPSILON = 1e-5


def describe_hog(frame: Frame, hog: Hog, points: DenseGrid | InterestPoints) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """The centres (fractions of the frame) and descriptors of a frame's patches, D = N * N * O, cells by rows."""
    patch_px = hog.cell_px * hog.num_cells
    corner_P2 = patch_corners_P2(frame.grey_HW, points, patch_px=patch_px)
    key = ("hog", hog.cell_px, hog.num_orientations)
    if key not in frame.cache:
        frame.cache[key] = cell_sums_HWO(frame.light_HW, cell_px=hog.cell_px, num_orientations=hog.num_orientations)
    sums_HWO = frame.cache[key]
    cells_PNNO = cell_values_PNNM(sums_HWO, corner_P2, cell_px=hog.cell_px, num_cells=hog.num_cells) / np.float32(hog.cell_px**2)
    height, width = frame.grey_HW.shape
    position_P2 = centres_P2(corner_P2, patch_px=patch_px, height=height, width=width)
    return position_P2, clipped_norm_PD(cells_PNNO.reshape(len(corner_P2), hog.num_cells**2 * hog.num_orientations))


def cell_sums_HWO(light_HW: NDArray[np.float32], *, cell_px: int, num_orientations: int) -> NDArray[np.float32]:
    """The gradient magnitudes of each orientation, summed over the cell that begins at a pixel.

    Orientation o holds gradients between o and o + 1 times 180 / O degrees, 0 pointing right and 90 down, signs ignored.
    """
    right_HW, down_HW = np.zeros_like(light_HW), np.zeros_like(light_HW)
    right_HW[:, 1:-1] = light_HW[:, 2:] - light_HW[:, :-2]
    down_HW[1:-1] = light_HW[2:] - light_HW[:-2]
    angle_HW = np.arctan2(down_HW, right_HW) % np.float32(np.pi)
    orientation_HW = np.minimum((angle_HW * (num_orientations / np.pi)).astype(np.int64), num_orientations - 1)
    magnitude_HW = np.hypot(right_HW, down_HW)
    is_HWO = orientation_HW[:, :, None] == np.arange(num_orientations)
    vote_HWO = np.where(is_HWO, magnitude_HW[:, :, None], np.float32(0))
    size = (cell_px, cell_px)
    sums_HWO = cv2.boxFilter(vote_HWO, cv2.CV_32F, size, anchor=(0, 0), normalize=False, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(sums_HWO, np.float32).reshape(vote_HWO.shape)


def clipped_norm_PD(x_PD: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each row with norm 1, its values cut off at CLIP, and norm 1 again; a row of zeros stays so."""
    return _unit_PD(np.minimum(_unit_PD(x_PD), np.float32(CLIP)))


def _unit_PD(x_PD: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(x_PD / np.sqrt((x_PD**2).sum(axis=1, keepdims=True) + EPSILON**2), np.float32)
