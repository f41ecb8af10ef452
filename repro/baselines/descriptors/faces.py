"""Count the faces of a frame with one of the Haar cascades that OpenCV ships.

Source: Viola, Jones 2001.
"""

from __future__ import annotations

import functools
from pathlib import Path

import cv2
import cv2.data
import numpy as np
from numpy.typing import NDArray

from repro.baselines.descriptors.frames import Frame
from repro.spec.histograms import FaceCount


def num_faces(frame: Frame, feature: FaceCount) -> int:
    """How many faces the detector finds in a frame."""
    found = _cascade(feature.cascade).detectMultiScale(
        frame.grey_HW,
        scaleFactor=feature.scale_factor,
        minNeighbors=feature.min_neighbors,
        minSize=(feature.min_side_px, feature.min_side_px),
    )
    return len(found)


def face_counts(frame: Frame, feature: FaceCount) -> NDArray[np.float64]:
    """One at the number of faces of a frame, (num_bins,); in the last bin that many or more."""
    counts = np.zeros(feature.num_bins)
    counts[min(num_faces(frame, feature), feature.num_bins - 1)] = 1
    return counts


@functools.lru_cache(maxsize=4)
def _cascade(name: str) -> cv2.CascadeClassifier:
    folder = Path(cv2.data.haarcascades)
    if not (folder / name).is_file():
        shipped = ", ".join(sorted(path.name for path in folder.glob("*.xml")))
        raise ValueError(f"OpenCV {cv2.__version__} has no cascade {name!r}; allowed: {shipped}")
    return cv2.CascadeClassifier(str(folder / name))
