"""Measure how a run's error depends on how much the camera moves in the test videos.

Source: Karpathy et al. 2014, section 4.1: a net that sees motion is suspected to do worse where the camera moves.
Shape suffixes: N videos.
"""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray

from repro.analyse.collect.measures import Measured
from repro.artifacts.scores import Scores
from repro.evaluate.metrics import top_k_correct
from repro.spec.terms.metrics import CAMERA_TREND

#: Fewer videos give no line.
FEWEST_VIDEOS = 20


def of_camera(scores: Scores, motion_of: dict[bytes, float]) -> list[Measured]:
    """How much larger the top-1 error is at the video of most camera motion than at that of least, along a line over ranks.

    Videos of equal motion share their mean rank; those whose motion is not known are left out.
    """
    motion_N = np.array([motion_of.get(bytes(key), np.nan) for key in scores.example_N])
    known_N = ~np.isnan(motion_N)
    if np.count_nonzero(known_N) < FEWEST_VIDEOS or len(np.unique(motion_N[known_N])) < 2:
        return []
    wrong_N = 1.0 - top_k_correct(scores.scores_NK, scores.labels, k=1)[known_N]
    place_N = ranks(motion_N[known_N])
    slope = float(place_N @ wrong_N / (place_N @ place_N))
    return [(CAMERA_TREND, scores.protocol, slope, len(wrong_N))]


def ranks(value_N: NDArray[np.float64]) -> NDArray[np.float64]:
    """The ranks of values, from -1/2 for the least to 1/2 for the largest, less their mean; equal values share theirs."""
    _, place_N, count = np.unique(value_N, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    rank_N = ((last - count + last - 1) / 2)[place_N] / (len(value_N) - 1)
    centred_N: NDArray[np.float64] = rank_N - rank_N.mean()
    return centred_N


def parse_motion(content: bytes) -> dict[bytes, float]:
    """The motion of the camera in each test video, by the video's key.

    Raises:
        ValueError: the file holds none.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            return dict(zip(map(bytes, stored["key_V"]), map(float, stored["motion_V"]), strict=True))
    except Exception as error:  # a damaged archive fails in many ways: struct, zip, header and decoding errors
        raise ValueError(str(error)) from None
