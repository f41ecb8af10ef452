"""Describe the colours of a whole frame: histogram of hue and saturation, and moments in a grid.

Legend: H height, W width, 3 colours (R, G, B), L levels of the histogram, D values.
"""

from __future__ import annotations

import itertools

import cv2
import numpy as np
from numpy.typing import NDArray

from repro.baselines.frames import Frame, Pixels
from repro.spec.histograms import ColorMoments, HueSaturation

#: OpenCV's hue of byte images is in units of 2 degrees, its saturation in 256 levels.
NUM_HUES, NUM_SATURATIONS = 180, 256
#: Of a byte.
NUM_LEVELS = 256
LEVELS_L = np.arange(NUM_LEVELS, dtype=np.float64)


def hue_saturation_counts(frame: Frame, feature: HueSaturation) -> NDArray[np.float64]:
    """Return the pixels of each cell of the pyramid by hue and saturation, (num_values,): cells, then hues, then saturations.

    Grey pixels have saturation 0 and count at hue 0.
    """
    hsv_HW3 = cv2.cvtColor(frame.rgb_HW3, cv2.COLOR_RGB2HSV).astype(np.int64)
    hue_HW = hsv_HW3[..., 0] * feature.num_hues // NUM_HUES
    saturation_HW = hsv_HW3[..., 1] * feature.num_saturations // NUM_SATURATIONS
    level_HW = hue_HW * feature.num_saturations + saturation_HW
    num_levels = feature.num_hues * feature.num_saturations
    parts = []
    for side in feature.pyramid:
        for rows, columns in grid_cells(frame.rgb_HW3.shape[:2], side=side):
            parts.append(np.bincount(level_HW[rows, columns].ravel(), minlength=num_levels))
    return np.concatenate(parts).astype(np.float64)


def color_moments_D(frame: Frame, feature: ColorMoments) -> NDArray[np.float32]:
    """Return mean, standard deviation and cube root of the third central moment, for colours in [0, 1].

    D = grid^2 * 3 moments * 3 colours, cells by rows. Source: Stricker, Orengo 1995. Deviation: RGB, not HSV.
    """
    moments = []
    for rows, columns in grid_cells(frame.rgb_HW3.shape[:2], side=feature.grid):
        cell_HW3 = frame.rgb_HW3[rows, columns]
        moments.append(np.stack([_moments_3(cell_HW3[..., color]) for color in range(3)], axis=1))
    return np.concatenate(moments).ravel().astype(np.float32)


def _moments_3(level_HW: Pixels) -> NDArray[np.float64]:
    """Return the three moments of byte levels, from their histogram."""
    share_L = np.bincount(level_HW.ravel(), minlength=NUM_LEVELS) / level_HW.size
    mean = share_L @ LEVELS_L
    centred_L = LEVELS_L - mean
    return np.array([mean, np.sqrt(share_L @ centred_L**2), np.cbrt(share_L @ centred_L**3)]) / (NUM_LEVELS - 1)


def grid_cells(shape: tuple[int, ...], *, side: int) -> list[tuple[slice, slice]]:
    """Return the parts of a frame of `shape` cut into `side` x `side`, by rows; pixel i of n is in part i * side // n.

    Raises:
        ValueError: the frame has fewer pixels at a side than parts.
    """
    if min(shape) < side:
        raise ValueError(f"a frame of shape {shape} in {side} x {side} cells; allowed: a pixel for each; take fewer cells")
    edges = [[-(-part * size // side) for part in range(side + 1)] for size in shape]
    rows, columns = ([slice(a, b) for a, b in itertools.pairwise(edge)] for edge in edges)
    return [(row, column) for row in rows for column in columns]
