"""Know when each frame of a video is shown, and cut a video into clips by time.

Times are exact fractions of a second after the first frame, so that no rounding moves a frame. A moment shows the last frame
whose time has come: where the frame rate varies, frames are chosen by their time stamps.

Source: Karpathy et al. 2014, section 4.1: clips of half a second and of some ten frames; up to 100 clips of a video.

Shape suffixes: F frames of the video.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from fractions import Fraction

from repro.data.shards.decode import UnreadableError
from repro.spec.video_datasets import Clips

#: A span in seconds is taken as the fraction with the least denominator up to this: 1/3 s, not .333 s.
LARGEST_DENOMINATOR = 10_000


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """When the frames of a video are shown.

    stamp_F: time stamps in the order in which frames are shown; () where the file has none that can be relied on, and a
        frame is known by its number alone.
    time_F: seconds after the first frame. end_s: when the last frame is over.
    keys: numbers of the frames at which decoding can begin; 0 is always among them.
    """

    stamp_F: tuple[int, ...]
    time_F: tuple[Fraction, ...]
    end_s: Fraction
    keys: tuple[int, ...] = (0,)

    @property
    def num_frames(self) -> int:
        return len(self.time_F)

    def frame_at(self, time_s: Fraction) -> int:
        """The number of the frame shown at `time_s`, 0 or later."""
        return bisect_right(self.time_F, time_s) - 1


def constant_rate(num_frames: int, *, rate: Fraction) -> Timeline:
    """The timeline of frames shown at `rate` frames a second, known by their numbers."""
    return Timeline(stamp_F=(), time_F=tuple(i / rate for i in range(num_frames)), end_s=num_frames / rate)


def from_stamps(stamps: list[tuple[int, bool]], *, time_base: Fraction, last_ticks: int) -> Timeline:
    """The timeline of frames with these time stamps, each with whether decoding can begin there.

    last_ticks: how long the last frame is shown; where the file does not say (0), as long as the frame before.
    """
    ordered = sorted(stamps)
    stamp_F = tuple(stamp for stamp, _ in ordered)
    if not last_ticks and len(stamp_F) > 1:
        last_ticks = stamp_F[-1] - stamp_F[-2]
    return Timeline(
        stamp_F=stamp_F,
        time_F=tuple((stamp - stamp_F[0]) * time_base for stamp in stamp_F),
        end_s=(stamp_F[-1] - stamp_F[0] + last_ticks) * time_base,
        keys=(0, *(number for number, (_, is_key) in enumerate(ordered) if is_key and number)),
    )


def clip_frames(timeline: Timeline, clips: Clips, *, num_clips: int) -> list[list[int]]:
    """The numbers of the frames of each clip of a video, `clips.num_frames` a clip.

    A clip's frames are those shown in the middle of each of `num_frames` equal parts of its span, so that a span of ten
    frames' time gives ten frames in a row; where the video has fewer frames in it, some are taken twice. The first clip
    begins with the video, the last ends with it, the others lie evenly between; one clip alone lies in the middle. They
    overlap if there is no room, but no two begin with the same frame: a short video has fewer than `num_clips`.

    Raises:
        UnreadableError: the video is shorter than a clip; where the span is a share of it, it has fewer frames than a clip.
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
        if timeline.end_s < span:
            raise UnreadableError(f"too short: {float(timeline.end_s):.2f} s; a clip spans {float(span):.2f} s")
        return span
    if not 0 < clips.span_share <= 1:
        raise ValueError(f"a clip spans the share {clips.span_share:g} of its video; allowed: above 0 and up to 1")
    if timeline.num_frames < clips.num_frames:
        raise UnreadableError(f"too short: {timeline.num_frames} frames; a clip has {clips.num_frames}")
    return timeline.end_s * Fraction(clips.span_share).limit_denominator(LARGEST_DENOMINATOR)


def _spread(timeline: Timeline, *, begin: Fraction, span: Fraction, num_frames: int) -> list[int]:
    return [timeline.frame_at(begin + span * (2 * i + 1) / (2 * num_frames)) for i in range(num_frames)]
