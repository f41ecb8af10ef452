"""Know when each frame of a video is shown, and cut a video into clips by time.

Times are exact, so that no rounding moves a frame, and the same frames have the same times in every container:
- stamps that a constant rate explains, up to a millisecond or to what the container can write, are those of that rate:
  frame n is shown at n / rate, and the last as long as the others;
- any other stamps count in whole milliseconds after the first frame, which is what Matroska and WebM keep;
- a moment shows the last frame whose time has come; where stamps were rounded, half a millisecond early counts.

Source: Karpathy et al. 2014, section 4.1: clips of half a second and of some ten frames; up to 100 clips of a video.

Shape suffixes: F frames of the video.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from repro.data.shards.decode import UnreadableError
from repro.spec.video_datasets import Clips

#: A span in seconds is taken as the fraction with the least denominator up to this: 1/3 s, not .333 s.
LARGEST_DENOMINATOR = 10_000
MILLISECOND = Fraction(1, 1000)
#: Stamps are no rounding of a constant rate if they are further off than this share of a frame.
LARGEST_JITTER = Fraction(1, 4)


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """When the frames of a video are shown.

    stamp_F: time stamps in the order in which frames are shown; () where the file has none that can be relied on, and a
        frame is known by its number alone.
    tick_F: when each frame is shown, in units of `tick_s` seconds after the first frame, in order; where several have one
        time, the last of them is what is seen. end_s: when the last frame is over.
    slack: as a share of a tick, how much earlier than its time a frame may be shown: half, where times were rounded.
    keys: numbers of the frames at which decoding can begin; 0 is always among them.
    """

    stamp_F: tuple[int, ...]
    tick_F: Sequence[int]
    tick_s: Fraction
    end_s: Fraction
    slack: Fraction = Fraction(0)
    keys: tuple[int, ...] = (0,)

    @property
    def num_frames(self) -> int:
        return len(self.tick_F)

    def time_s(self, number: int) -> Fraction:
        """When frame `number` is shown."""
        return self.tick_F[number] * self.tick_s

    def frame_at(self, time_s: Fraction) -> int:
        """The number of the frame shown at `time_s`, 0 or later."""
        return bisect_right(self.tick_F, math.floor(time_s / self.tick_s + self.slack)) - 1


def constant_rate(num_frames: int, *, rate: Fraction) -> Timeline:
    """The timeline of frames shown at `rate` frames a second, known by their numbers."""
    return Timeline(stamp_F=(), tick_F=range(num_frames), tick_s=1 / rate, end_s=num_frames / rate)


def from_stamps(
    stamps: list[tuple[int, bool]], *, time_base: Fraction, last_ticks: int, rates: Iterable[Fraction | None] = ()
) -> Timeline:
    """The timeline of frames with these time stamps, each with whether decoding can begin there.

    last_ticks: how long the last frame is shown; where the file does not say (0), as long as the frame before.
    rates: frames a second that the file states, perhaps wrongly.
    """
    ordered = sorted(stamps)
    stamp_F = tuple(stamp for stamp, _ in ordered)
    keys = (0, *(number for number, (_, is_key) in enumerate(ordered) if is_key and number))
    rate = rate_of(stamp_F, time_base=time_base, stated=rates)
    if rate is not None:
        num = len(stamp_F)
        return Timeline(stamp_F=stamp_F, tick_F=range(num), tick_s=1 / rate, end_s=num / rate, keys=keys)
    if not last_ticks and len(stamp_F) > 1:
        last_ticks = stamp_F[-1] - stamp_F[-2]
    scale = time_base / MILLISECOND
    tick_F = tuple(_rounded((stamp - stamp_F[0]) * scale) for stamp in stamp_F)
    end = _rounded((stamp_F[-1] - stamp_F[0] + last_ticks) * scale)
    return Timeline(stamp_F=stamp_F, tick_F=tick_F, tick_s=MILLISECOND, end_s=end * MILLISECOND, slack=Fraction(1, 2), keys=keys)


def rate_of(stamp_F: Sequence[int], *, time_base: Fraction, stated: Iterable[Fraction | None]) -> Fraction | None:
    """The frames a second that explain these ascending stamps, one that is stated before others; None if none does.

    A rate explains them if no stamp is further from where it would be than a millisecond or one step of the container's
    clock, and than a quarter of a frame.
    """
    num_steps, ticks = len(stamp_F) - 1, stamp_F[-1] - stamp_F[0]
    if num_steps < 1 or not ticks:
        return next((rate for rate in stated if rate), None)
    mean_s = ticks * time_base / num_steps
    slack_s = max(MILLISECOND, time_base) / num_steps
    simplest = _simplest(1 / (mean_s + slack_s), 1 / (mean_s - slack_s)) if mean_s > slack_s else 1 / mean_s
    candidates = [rate for rate in (*stated, simplest, 1 / mean_s) if rate]
    return next((rate for rate in candidates if _explains(rate, stamp_F, time_base=time_base)), None)


def _explains(rate: Fraction, stamp_F: Sequence[int], *, time_base: Fraction) -> bool:
    allowed_s = min(max(MILLISECOND, time_base), LARGEST_JITTER / rate)
    # In whole numbers, as there may be millions: |stamp - n step| <= allowed, all times the common denominator.
    step, allowed = 1 / (rate * time_base), allowed_s / time_base
    common = math.lcm(step.denominator, allowed.denominator)
    num_step, num_allowed, first = int(step * common), int(allowed * common), stamp_F[0]
    return all(abs((stamp - first) * common - n * num_step) <= num_allowed for n, stamp in enumerate(stamp_F))


def _simplest(low: Fraction, high: Fraction) -> Fraction:
    """The fraction with the least denominator in [low, high], both above 0."""
    whole = math.ceil(low)
    if whole <= high:
        return Fraction(whole)
    return whole - 1 + 1 / _simplest(1 / (high - whole + 1), 1 / (low - whole + 1))


def _rounded(value: Fraction) -> int:
    return math.floor(value + Fraction(1, 2))


def clip_frames(timeline: Timeline, clips: Clips, *, num_clips: int) -> list[list[int]]:
    """The numbers of the frames of each clip of a video, `clips.num_frames` a clip.

    A clip's frames are those shown in the middle of each of `num_frames` equal parts of its span, so that a span of ten
    frames' time gives ten frames in a row; where the video has fewer frames in it, some are taken twice. The first clip
    begins with the video, the last ends with it, the others lie evenly between; one clip alone lies in the middle. They
    overlap if there is no room, but no two begin with the same frame: a short video has fewer than `num_clips`.

    Raises:
        UnreadableError: the video is shorter than a clip by more than half a frame; where the span is a share of it, it has
            fewer frames than a clip.
        ValueError: a share outside (0, 1].
    """
    span = _span(timeline, clips)
    room = timeline.end_s - span
    frame_s = timeline.end_s / timeline.num_frames
    count = min(num_clips, 1 + int(room / frame_s))
    begins = [room * i / (count - 1) for i in range(count)] if count > 1 else [room / 2]
    return [_spread(timeline, begin=begin, span=span, num_frames=clips.num_frames) for begin in begins]


def _span(timeline: Timeline, clips: Clips) -> Fraction:
    if clips.span_s is not None:
        span = Fraction(clips.span_s).limit_denominator(LARGEST_DENOMINATOR)
        half_a_frame = timeline.end_s / timeline.num_frames / 2
        if timeline.end_s + half_a_frame < span:
            has, needs = told_apart(timeline.end_s, span)
            raise UnreadableError(f"too short: {has} s; a clip spans {needs} s")
        return min(span, timeline.end_s)
    if not 0 < clips.span_share <= 1:
        raise ValueError(f"a clip spans the share {clips.span_share:g} of its video; allowed: above 0 and up to 1")
    if timeline.num_frames < clips.num_frames:
        raise UnreadableError(f"too short: {timeline.num_frames} frames; a clip has {clips.num_frames}")
    return timeline.end_s * Fraction(clips.span_share).limit_denominator(LARGEST_DENOMINATOR)


def told_apart(one: Fraction, other: Fraction) -> tuple[str, str]:
    """Two different numbers with two decimals, or with as many as it takes to tell them apart."""
    texts = ((f"{float(one):.{digits}f}", f"{float(other):.{digits}f}") for digits in range(2, 17))
    return next((pair for pair in texts if pair[0] != pair[1]), (str(one), str(other)))


def _spread(timeline: Timeline, *, begin: Fraction, span: Fraction, num_frames: int) -> list[int]:
    return [timeline.frame_at(begin + span * (2 * i + 1) / (2 * num_frames)) for i in range(num_frames)]
