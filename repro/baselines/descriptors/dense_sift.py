"""Describe patches by SIFT: signed gradient directions in cells, weighted by a Gaussian, normalised, clipped.

Source: Lowe 2004, section 6. Deviations, those of dense SIFT as VLFeat computes it: patches are upright, votes are shared
between neighbouring cells by a triangle over two cells and between directions linearly, and the Gaussian weighs whole
cells, so that the cells of all patches are read from the same maps.

Shape suffixes: O directions, H height, W width, P patches, N cells at the side, D values, 3 channels.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from repro.baselines.descriptors.cells import box_means_HWM, cell_px_of, cell_values_PNNM
from repro.baselines.descriptors.frames import Frame
from repro.spec.classical import Sift

#: Added to the intensity under the opponent colours, of 1: black has no colour.
BLACK = 1 / 255
TINY = np.float32(1e-12)


def describe_sift(
    frame: Frame, sift: Sift, corner_P2: NDArray[np.int64], *, patch_px: int
) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
    """Which patches have enough contrast, and the descriptors of all, D = channels * N * N * O, cells by rows."""
    channels = color_invariants_3HW(frame.rgb_HW3) if sift.color else frame.light_HW[None]
    parts, has_contrast_P = [], np.zeros(len(corner_P2), bool)
    for place, light_HW in enumerate(channels):
        raw_PD = _weighted_PD(light_HW, sift, corner_P2, patch_px=patch_px)
        norm_P = np.sqrt((raw_PD**2).sum(axis=1))
        flat_P = norm_P < sift.min_norm
        if place == 0:  # the intensity alone decides
            has_contrast_P = ~flat_P
        normalised_PD = normalised_sift_PD(raw_PD, sift)
        normalised_PD[flat_P] = 0
        parts.append(normalised_PD)
    return has_contrast_P, np.concatenate(parts, axis=1)


def color_invariants_3HW(rgb_HW3: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Intensity (the mean of R, G, B in [0, 1]), and red-green and yellow-blue opponents over the intensity.

    With O1 = (R - G) / sqrt 2, O2 = (R + G - 2 B) / sqrt 6, O3 = (R + G + B) / sqrt 3: O3 / sqrt 3, O1 / O3, O2 / O3.
    A change of the light's strength leaves the last two as they are.
    """
    red_HW, green_HW, blue_HW = (rgb_HW3[..., color].astype(np.float32) / np.float32(255) for color in range(3))
    sum_HW = red_HW + green_HW + blue_HW
    under_HW = (sum_HW + np.float32(BLACK)) / np.float32(np.sqrt(3))
    first_HW = (red_HW - green_HW) / np.float32(np.sqrt(2)) / under_HW
    second_HW = (red_HW + green_HW - 2 * blue_HW) / np.float32(np.sqrt(6)) / under_HW
    return np.stack([sum_HW / 3, first_HW, second_HW]).astype(np.float32)


def direction_maps_HWO(light_HW: NDArray[np.float32], *, num_orientations: int) -> NDArray[np.float32]:
    """Gradient magnitudes by direction, shared linearly between the two nearest of 360 / O degrees' distance.

    Direction o is o / O of a full turn, 0 pointing right and a quarter down.
    """
    padded_HW = np.pad(light_HW, 1, mode="edge")
    right_HW = (padded_HW[1:-1, 2:] - padded_HW[1:-1, :-2]) / 2
    down_HW = (padded_HW[2:, 1:-1] - padded_HW[:-2, 1:-1]) / 2
    magnitude_HW, angle_HW = cv2.cartToPolar(right_HW, down_HW)
    place_HW = angle_HW * np.float32(num_orientations / (2 * np.pi))
    below_HW = np.floor(place_HW)
    share_HW = place_HW - below_HW
    lower_HW = below_HW.astype(np.int64) % num_orientations
    maps_HWO = np.zeros((*light_HW.shape, num_orientations), np.float32)
    rows, columns = np.ogrid[: light_HW.shape[0], : light_HW.shape[1]]
    maps_HWO[rows, columns, lower_HW] = magnitude_HW * (1 - share_HW)
    maps_HWO[rows, columns, (lower_HW + 1) % num_orientations] = magnitude_HW * share_HW
    return maps_HWO


def normalised_sift_PD(raw_PD: NDArray[np.float32], sift: Sift) -> NDArray[np.float32]:
    """Norm 1, clipped, norm 1 again; or the square root of values that sum to 1."""
    if sift.root:
        return np.asarray(np.sqrt(raw_PD / np.maximum(raw_PD.sum(axis=1, keepdims=True), TINY)), np.float32)
    clipped_PD = np.minimum(_unit_PD(raw_PD), np.float32(sift.clip))
    return _unit_PD(clipped_PD)


def _weighted_PD(
    light_HW: NDArray[np.float32], sift: Sift, corner_P2: NDArray[np.int64], *, patch_px: int
) -> NDArray[np.float32]:
    """The mean gradient magnitude of each cell and direction, times the weight of the cell."""
    cell_px = cell_px_of(patch_px, sift.num_cells)
    if sift.smoothing_px > 0:
        blurred_HW = cv2.GaussianBlur(light_HW, (0, 0), sift.smoothing_px, borderType=cv2.BORDER_REFLECT)
        light_HW = np.asarray(blurred_HW, np.float32)
    maps_HWO = direction_maps_HWO(light_HW, num_orientations=sift.num_orientations)
    # Two boxes make the triangle over two cells; the second begins half a cell earlier, so that it is centred on the cell.
    means_HWO = box_means_HWM(maps_HWO, cell_px=cell_px)
    half = cell_px // 2
    shifted_HWO = np.pad(means_HWO, ((half, 0), (half, 0), (0, 0)), mode="edge")[: light_HW.shape[0], : light_HW.shape[1]]
    smooth_HWO = box_means_HWM(shifted_HWO, cell_px=cell_px)
    values_PNNO = cell_values_PNNM(smooth_HWO, corner_P2, cell_px=cell_px, num_cells=sift.num_cells)
    from_middle_N = np.arange(sift.num_cells) - (sift.num_cells - 1) / 2
    weight_N = np.exp(-(from_middle_N**2) / (2 * sift.window_cells**2)).astype(np.float32)
    weighted_PNNO = values_PNNO * weight_N[:, None, None] * weight_N[:, None]
    return np.asarray(weighted_PNNO.reshape(len(corner_P2), -1), np.float32)


def _unit_PD(x_PD: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(x_PD / np.maximum(np.sqrt((x_PD**2).sum(axis=1, keepdims=True)), TINY), np.float32)
