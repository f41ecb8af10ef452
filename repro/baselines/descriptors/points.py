"""Choose the places of a frame at which descriptors are read: a dense grid, or Harris corners.

Shape suffixes: H height, W width, P points, 2 coordinates (down, right).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from repro.baselines.descriptors.frames import Pixels
from repro.spec.model import DenseGrid, InterestPoints

#: Weight of the squared trace in the corner response; Harris, Stephens 1988 leave it open, 0.04 is what everybody takes.
HARRIS_K = 0.04


def grid_along(size: int, *, patch: int, step: int) -> NDArray[np.int64]:
    """Where patches begin on an axis of `size`: every `step`, all inside, what is left over shared by both ends."""
    room = size - patch
    return np.arange(room % step // 2, room + 1, step) if room >= 0 else np.empty(0, np.int64)


def patch_corners_P2(grey_HW: Pixels, points: DenseGrid | InterestPoints, *, patch_px: int) -> NDArray[np.int64]:
    """The upper left corners of the patches to be described, each wholly inside the frame.

    Around an interest point near the edge the patch is moved inside. A frame without a corner has no interest points.

    Raises:
        ValueError: the frame is smaller than a patch.
    """
    height, width = grey_HW.shape
    if min(height, width) < patch_px:
        raise ValueError(
            f"frames are {width} x {height} px where a feature reads patches of {patch_px} px; allowed: frames at least as "
            "large; make the feature's cells smaller or FrameSampling.side_px larger"
        )
    if isinstance(points, DenseGrid):
        rows = grid_along(height, patch=patch_px, step=points.step_px)
        columns = grid_along(width, patch=patch_px, step=points.step_px)
        return np.stack(np.meshgrid(rows, columns, indexing="ij"), axis=-1).reshape(-1, 2)
    corner_P2 = harris_P2(grey_HW, points) - patch_px // 2
    return np.clip(corner_P2, 0, np.array([height, width]) - patch_px)


def harris_P2(grey_HW: Pixels, points: InterestPoints) -> NDArray[np.int64]:
    """The Harris corners of a frame, the strongest first."""
    found = cv2.goodFeaturesToTrack(
        grey_HW,
        maxCorners=points.max_points,
        qualityLevel=points.threshold,
        minDistance=points.min_distance_px,
        useHarrisDetector=True,
        k=HARRIS_K,
    )
    if found is None:
        return np.empty((0, 2), np.int64)
    return np.asarray(found).reshape(-1, 2)[:, ::-1].astype(np.int64)


def centres_P2(corner_P2: NDArray[np.int64], *, patch_px: int, height: int, width: int) -> NDArray[np.float64]:
    """The centres of patches as fractions of the frame, in [0, 1)."""
    return np.asarray((corner_P2 + patch_px / 2) / np.array([height, width]), np.float64)
