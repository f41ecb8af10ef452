"""What the population makes of the scores of runs."""

import numpy as np

from repro.analyse.evidence.population import by_unit


def test_clips_of_one_video_count_as_one_unit_of_what_was_sampled() -> None:
    correct_N = np.array([True, True, False, True, False, False])
    unit_N = np.array([b"v", b"v", b"v", b"w", b"w", b"x"])
    share_U = by_unit(correct_N, unit_N)
    assert share_U.tolist() == [2 / 2, 1 / 2, 0]
    assert share_U.mean() == correct_N.mean()
    assert by_unit(correct_N, None).tolist() == correct_N.tolist()
