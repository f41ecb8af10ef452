"""Describe the colours of a whole frame: histogram of hue and saturation, and moments in a grid.

Shape suffixes: H height, W width, 3 colours (R, G, B), L levels of the histogram, N cells, M moments, D values.
"""

from __future__ import annotations

import itertools

import cv2
import numpy as np
from numpy.typing import NDArray

from repro.baselines.descriptors.frames import Frame
from repro.spec.histograms import ColorMoments, HueSaturation

#: OpenCV's hue of byte images is in units of 2 degrees, its saturation in 256 levels.
NUM_HUES, NUM_SATURATIONS = 180, 256
#: Of a byte.
NUM_LEVELS = 256
LEVELS_L = np.arange(NUM_LEVELS, dtype=np.float64)


def hue_saturation_counts(frame: Frame, feature: HueSaturation) -> NDArray[np.float64]:
    """The pixels of each cell of the pyramid by hue and saturation, (num_values,): cells, then hues, then saturations.

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
    """Mean, standard deviation and cube root of the third central moment, for colours in [0, 1].

    D = grid^2 * 3 moments * 3 colours, cells by rows. Source: Stricker, Orengo 1995. Deviation: RGB, not HSV.
    """
    parts = grid_cells(frame.rgb_HW3.shape[:2], side=feature.grid)
    shift_3 = np.arange(3) * NUM_LEVELS
    counts = [np.bincount((frame.rgb_HW3[part] + shift_3).ravel(), minlength=3 * NUM_LEVELS) for part in parts]
    count_N3L = np.stack(counts).reshape(len(parts), 3, NUM_LEVELS)
    share_N3L = count_N3L / count_N3L.sum(axis=2, keepdims=True)
    mean_N3 = share_N3L @ LEVELS_L
    centred_N3L = LEVELS_L - mean_N3[..., None]
    variance_N3, third_N3 = ((share_N3L * centred_N3L**power).sum(axis=2) for power in (2, 3))
    moments_NM3 = np.stack([mean_N3, np.sqrt(variance_N3), np.cbrt(third_N3)], axis=1) / (NUM_LEVELS - 1)
    return moments_NM3.ravel().astype(np.float32)


def grid_cells(shape: tuple[int, ...], *, side: int) -> list[tuple[slice, slice]]:
    """The parts of a frame of `shape` cut into `side` x `side`, by rows; pixel i of n is in part i * side // n.

    Raises:
        ValueError: the frame has fewer pixels at a side than parts.
    """
    if min(shape) < side:
        raise ValueError(f"a frame of shape {shape} in {side} x {side} cells; allowed: a pixel for each; take fewer cells")
    edges = [[-(-part * size // side) for part in range(side + 1)] for size in shape]
    rows, columns = ([slice(a, b) for a, b in itertools.pairwise(edge)] for edge in edges)
    return [(row, column) for row in rows for column in columns]
