"""Which frames a clip is made of, by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from repro.data.shards.decode import UnreadableError
from repro.data.video_files.timeline import clip_frames, constant_rate, from_stamps
from repro.spec.video_datasets import Clips


def clips(num_frames: int, span_s: float | None, *, share: float = 1.0) -> Clips:
    return Clips(num_frames=num_frames, span_s=span_s, num_train=1, num_test=1, span_share=share)


THIRTY = constant_rate(90, rate=Fraction(30))


def test_a_span_of_ten_frames_time_is_ten_frames_in_a_row() -> None:
    found = clip_frames(THIRTY, clips(10, 1 / 3), num_clips=3)
    assert found == [list(range(10)), list(range(40, 50)), list(range(80, 90))]


def test_one_clip_lies_in_the_middle_of_the_video() -> None:
    assert clip_frames(THIRTY, clips(10, 1 / 3), num_clips=1) == [list(range(40, 50))]


def test_a_longer_span_takes_frames_evenly_from_the_middles_of_its_parts() -> None:
    # Five parts of 6 frames each: their middles fall on frames 3, 9, 15, 21, 27.
    assert clip_frames(THIRTY, clips(5, 1.0), num_clips=2)[0] == [3, 9, 15, 21, 27]


def test_without_a_span_there_is_one_clip_over_the_whole_video() -> None:
    assert clip_frames(THIRTY, clips(3, None), num_clips=20) == [[15, 45, 75]]


def test_a_share_of_the_video_is_a_span_that_grows_with_it() -> None:
    # Two thirds of 3 s are 2 s, in two parts of 1 s; the clips begin at 0, .5 and 1 s. The video of 9 s has three times the span.
    assert clip_frames(THIRTY, clips(2, None, share=2 / 3), num_clips=3) == [[15, 45], [30, 60], [45, 75]]
    longer = constant_rate(270, rate=Fraction(30))
    assert clip_frames(longer, clips(2, None, share=2 / 3), num_clips=2) == [[45, 135], [135, 225]]
    for share in (0.0, 1.5):
        with pytest.raises(ValueError, match=f"the share {share:g} of its video; allowed: above 0 and up to 1"):
            clip_frames(THIRTY, clips(2, None, share=share), num_clips=2)


def test_a_clip_of_a_slower_video_takes_frames_twice() -> None:
    slow = constant_rate(15, rate=Fraction(15))
    assert clip_frames(slow, clips(10, 1 / 3), num_clips=2)[0] == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]


def test_no_two_clips_of_a_short_video_begin_with_the_same_frame() -> None:
    short = constant_rate(12, rate=Fraction(30))
    assert clip_frames(short, clips(10, 1 / 3), num_clips=50) == [list(range(i, i + 10)) for i in range(3)]


def test_where_the_rate_varies_time_decides_which_frame_is_taken() -> None:
    # Shown at 0, 1, 2 and 3 s, and then at 3.25, 3.5 and 3.75 s: in a clip of 4 s the first four last a second each.
    ticks = [0, 400, 800, 1200, 1300, 1400, 1500]
    varying = from_stamps([(tick, True) for tick in ticks], time_base=Fraction(1, 400), last_ticks=100)
    assert varying.end_s == 4
    assert clip_frames(varying, clips(8, 4.0), num_clips=1) == [[0, 0, 1, 1, 2, 2, 4, 6]]


def test_stamps_in_the_order_of_decoding_are_put_in_the_order_of_showing() -> None:
    timeline = from_stamps([(10, True), (30, False), (20, False), (40, True)], time_base=Fraction(1, 10), last_ticks=0)
    assert timeline.stamp_F == (10, 20, 30, 40)
    assert [timeline.time_s(number) for number in range(4)] == [0, 1, 2, 3]
    assert timeline.end_s == 4  # the last frame lasts as long as the one before
    assert timeline.keys == (0, 3)


@pytest.mark.parametrize(
    ("span_s", "reason"), [(1.0, "too short: 0.50 s; a clip spans 1.00 s"), (None, "too short: 15 frames; a clip has 20")]
)
def test_a_video_shorter_than_a_clip_is_refused(span_s: float | None, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason):
        clip_frames(constant_rate(15, rate=Fraction(30)), clips(20, span_s), num_clips=1)
