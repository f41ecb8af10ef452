"""A long pass says where it is: seldom, with how much is left, and at its end."""

from __future__ import annotations

import pytest

from repro.system import progress
from repro.system.progress import Progress


class Clock:
    """Time that passes when it is told to."""

    now = 0.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(progress, "time", clock)
    return clock


def test_a_pass_says_how_fast_it_is_and_what_is_left_when_ten_seconds_are_over(clock: Clock) -> None:
    lines: list[str] = []
    images = Progress("prepare toys", total=1000, unit="images", say=lines.append)
    clock.now = 9.9
    images.add(64)
    assert lines == []
    clock.now = 20.0
    images.add(136)
    # 200 images in 20 s: 10 a second; the other 800 take 80 s
    assert lines == ["prepare toys: 200 of 1000 images, 10 images/s, 1 min 20 s left"]
    clock.now = 29.0
    images.add(100)
    assert len(lines) == 1
    clock.now = 65.0
    images.add(700)
    assert lines[1:] == ["prepare toys: 1000 of 1000 images in 1 min 05 s"]


def test_what_was_done_before_counts_as_done_and_not_for_the_speed(clock: Clock) -> None:
    lines: list[str] = []
    images = Progress("describe", total=100, unit="images", num_done=40, say=lines.append)
    images.skip(10)
    clock.now = 20.0
    images.add(10)
    # 10 images in 20 s: one in two seconds; the other 40 take 80 s
    assert lines == ["describe: goes on after 40 of 100 images", "describe: 60 of 100 images, 0.5 images/s, 1 min 20 s left"]


def test_videos_are_counted_with_the_clips_that_they_give_and_one_without_any_counts(clock: Clock) -> None:
    lines: list[str] = []
    videos = Progress("prepare films", total=30, unit="videos", made="clips", say=lines.append)
    clock.now = 5.0
    videos.add()
    clock.now = 10.0
    videos.add(num_made=20)
    # 2 videos and 20 clips in 10 s; the other 28 videos take 140 s
    assert lines == ["prepare films: 2 of 30 videos, 0.2 videos/s, 2 clips/s, 2 min 20 s left"]
