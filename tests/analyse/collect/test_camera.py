"""How a run's error rises with the motion of the camera: a line over the videos' ranks."""

import io

import numpy as np
import pytest

from repro.analyse.collect.camera import of_camera, parse_motion, ranks
from repro.artifacts.scores import Scores


def scores_of(wrong_N):
    """Return scores of two classes, the label being 0, of which some are wrong."""
    right_N = 1 - np.asarray(wrong_N, np.float32)
    return Scores(
        scores_NK=np.stack([0.2 + 0.6 * right_N, 0.8 - 0.6 * right_N], axis=1).astype(np.float32),
        label_N=np.zeros(len(right_N), np.int32),
        example_N=np.array([f"v{i:03d}".encode() for i in range(len(right_N))]),
        run="small/karpathy/slow_fusion/0",
        split="test",
        protocol="video",
    )


def motions(values):
    return {f"v{i:03d}".encode(): value for i, value in enumerate(values)}


def test_the_rise_is_the_slope_of_a_least_squares_line_over_ranks():
    rng = np.random.default_rng(0)
    wrong_N, motion_N = rng.random(60) < 0.4, rng.random(60)
    ((metric, protocol, rise, num),) = of_camera(scores_of(wrong_N), motions(motion_N))
    order = np.argsort(np.argsort(motion_N)) / 59
    assert (metric, protocol, num) == ("camera_error_trend", "video", 60)
    assert rise == pytest.approx(np.polyfit(order, wrong_N.astype(float), 1)[0])


def test_an_error_of_the_half_with_more_motion_alone_rises_and_one_of_none_does_not():
    half = np.arange(40) >= 20
    assert of_camera(scores_of(half), motions(np.arange(40.0)))[0][2] == pytest.approx(1.46, abs=0.01)
    assert of_camera(scores_of(half), motions(-np.arange(40.0)))[0][2] == pytest.approx(-1.46, abs=0.01)
    assert of_camera(scores_of(np.tile([1, 0, 0, 1], 10)), motions(np.arange(40.0)))[0][2] == pytest.approx(0.0, abs=1e-6)


def test_equal_motions_share_their_rank():
    assert ranks(np.array([3.0, 1.0, 3.0, 2.0])).tolist() == pytest.approx([1 / 3, -0.5, 1 / 3, -1 / 6])


def test_too_few_videos_or_one_motion_give_nothing():
    assert of_camera(scores_of(np.zeros(10)), motions(np.arange(10.0))) == []
    assert of_camera(scores_of(np.zeros(40)), motions(np.ones(40))) == []
    assert of_camera(scores_of(np.zeros(40)), {}) == []


def test_a_file_without_motions_is_refused():
    file = io.BytesIO()
    np.savez(file, key_V=np.array([b"a"]))
    with pytest.raises(ValueError, match="motion_V"):
        parse_motion(file.getvalue())
