"""Cut a video file into clips of square frames with PyAV, exactly to the frame.

DALI's build for CPUs decodes neither H.264 nor MPEG-4, so videos are decoded once, here, and stored such that DALI can read
them on any device: a clip is one JPEG picture, its frames one below the other. Side lengths that are multiples of 8 keep the
frames' JPEG blocks apart.

Conventions that a user can see (docs/videos.md has them all):
- of several video streams the first that is marked as default, or else the first; sound and covers are ignored;
- the picture is the one that a player shows (repro.data.video_files.orientation);
- the clock is that of the frames, whatever the container (repro.data.video_files.timeline): time stamps are believed if no
  frame is without one and none goes back; else frame n is shown at n / rate;
- a file that ends early is cut into what is there; damage that FFmpeg reports is a reason to refuse the video, as is a file
  beyond the limits (repro.data.video_files.reader).

Shape suffixes: H height, W width, C colour channels (R, G, B), F frames of a clip, S stored side in pixels.
"""

from __future__ import annotations

import contextlib
import io
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.reformatter import VideoReformatter
from PIL import Image

from repro.data.files.reading import MAX_VIDEO_BYTES, content_hash, hash_of
from repro.data.shards.decode import QUALITY, UnreadableError
from repro.data.sources.source import Pixels
from repro.data.sources.video_source import Content
from repro.data.video_files.orientation import Shower
from repro.data.video_files.reader import DamageError, VideoReader, listening
from repro.data.video_files.timeline import Timeline, clip_frames, constant_rate, from_stamps
from repro.spec.video_datasets import Clips
from repro.system.memory import memory_limit

#: Memory that decoding one video may take: twice what a decoder holds of the largest frames (16 of them, 3 bytes a pixel).
MAX_MEMORY = 2**32


class StampError(Exception):
    """The decoder gives other frames than the time stamps in the file announce."""


@dataclass(frozen=True, kw_only=True)
class CutTask:
    """What to do with one video. `num_clips`: at most; `stored_px`: side of the frames."""

    content: Content
    clips: Clips
    num_clips: int
    stored_px: int


@dataclass(frozen=True, kw_only=True)
class CutVideo:
    """The clips of a video as JPEG film strips, a 64-bit hash of its file, its length, and which conventions applied to it."""

    strips: tuple[bytes, ...]
    content_hash: int
    seconds: float
    notes: tuple[str, ...] = ()


def decoder_text() -> str:
    """Say what decodes and resizes, with versions."""
    return f"PyAV {av.__version__} (FFmpeg {av.ffmpeg_version_info}); resized and encoded by Pillow {version('pillow')}"


def cut_video(task: CutTask) -> CutVideo | UnreadableError:
    """The clips of a video, or why there are none. Runs in a process of its own."""
    try:
        file, digest = _opened(task.content)
        with listening(), memory_limit(MAX_MEMORY):
            return _cut(file, task, digest=digest)
    except UnreadableError as reason:
        return reason
    except MemoryError:
        return UnreadableError(f"takes more than {MAX_MEMORY} bytes of memory; allowed: up to {MAX_MEMORY}")
    except OSError as error:  # av.FFmpegError is one for most of its errors
        return UnreadableError(_reason(error))
    except (av.FFmpegError, ValueError) as error:
        return UnreadableError(_reason(error))


def _cut(file: Path | bytes, task: CutTask, *, digest: int) -> CutVideo:
    """Cut by the file's time stamps, or, if the decoder contradicts them, by the stamps of what it decodes."""

    def by(timeline: Timeline) -> CutVideo:
        wanted = clip_frames(timeline, task.clips, num_clips=task.num_clips)
        notes = set[str]()
        strips = tuple(film_strips(file, timeline, wanted=wanted, stored_px=task.stored_px, notes=notes))
        return CutVideo(strips=strips, content_hash=digest, seconds=float(timeline.end_s), notes=tuple(sorted(notes)))

    announced = read_timeline(file)
    if announced is not None:
        with contextlib.suppress(StampError):
            return by(announced)
    return by(decoded_timeline(file))


def read_timeline(file: Path | bytes) -> Timeline | None:
    """When frames are shown according to the file, without decoding; None if it does not say."""
    with VideoReader(file) as video:
        if video.container.format.name == "avi":  # it counts pictures in the order in which they are decoded
            return None
        packets = [(packet.pts, packet.is_keyframe, packet.duration) for packet in video.packets() if _shown(packet)]
        known = [(stamp, is_key) for stamp, is_key, _ in packets if stamp is not None]
        if not known or len(known) < len(packets) or len({stamp for stamp, _ in known}) < len(known):
            return None
        last_ticks = max(packets)[2] or 0
        return from_stamps(known, time_base=video.track.time_base, last_ticks=last_ticks, rates=video.rates)


def _shown(packet: Any) -> bool:
    return bool(packet.size) and not packet.is_discard


def decoded_timeline(file: Path | bytes) -> Timeline:
    """When frames are shown by decoding all of them.

    Raises:
        UnreadableError: there is no frame.
    """
    with VideoReader(file) as video:
        stamps = [frame.pts for frame in video.frames()]
        if not stamps:
            raise UnreadableError("no frame can be decoded")
        video.check_count()
        known = [stamp for stamp in stamps if stamp is not None]
        # Stamps that go back are noise; the frames are then known by their numbers.
        if len(known) < len(stamps) or any(a > b for a, b in itertools.pairwise(known)):
            return constant_rate(len(stamps), rate=video.rates[0])
        pairs = [(stamp, False) for stamp in known]
        return replace(from_stamps(pairs, time_base=video.track.time_base, last_ticks=0, rates=video.rates), stamp_F=())


def film_strips(
    file: Path | bytes, timeline: Timeline, *, wanted: Sequence[Sequence[int]], stored_px: int, notes: set[str]
) -> Iterator[bytes]:
    """Give each clip as a JPEG file of its frames one below the other, (F*S, S, 3); `wanted`: their numbers, in order of time.

    No more frames are held than those of the clips that overlap with the one at hand. notes: gets what applied.
    """
    held: dict[int, Pixels] = {}
    numbers = sorted({number for clip in wanted for number in clip})
    frames = numbered_frames(file, timeline, wanted=numbers, stored_px=stored_px, notes=notes)
    for clip in wanted:
        held = {number: frame for number, frame in held.items() if number >= clip[0]}
        while clip[-1] not in held:
            number, held[number] = next(frames)
        yield strip_jpeg([held[number] for number in clip])


def strip_jpeg(frames: Sequence[Pixels]) -> bytes:
    """Frames (S, S, 3) one below the other as a JPEG file of quality 95 with full chroma."""
    encoded = io.BytesIO()
    Image.fromarray(np.concatenate(frames)).save(encoded, "JPEG", quality=QUALITY, subsampling="4:4:4")
    return encoded.getvalue()


def numbered_frames(
    file: Path | bytes, timeline: Timeline, *, wanted: Sequence[int], stored_px: int, notes: set[str]
) -> Iterator[tuple[int, Pixels]]:
    """Give the squares (S, S, 3) of the frames with these ascending numbers. notes: gets what applied.

    Where the file has time stamps, decoding leaps to the last key frame before the next wanted frame.

    Raises:
        StampError: the decoder passes over a wanted time stamp, or does not stand on firm ground after a leap.
        UnreadableError: a frame is missing, or damage is reported.
    """
    # One converter for all frames: VideoFrame.to_ndarray makes one each time, for 2 to 4 ms, some 60 times the conversion.
    to_rgb = VideoReformatter()
    with VideoReader(file) as video:
        shower = Shower(video, stored_px=stored_px, notes=notes)
        decoding, number, leapt = enumerate(video.frames()), -1, False
        for want in wanted:
            key = max(key for key in timeline.keys if key <= want)
            if timeline.stamp_F and key > number + 1:
                video.leap(timeline.stamp_F[key])
                decoding, leapt = enumerate(video.frames(leapt=True)), True
            try:
                frame, number = _next(decoding, number, timeline=timeline, want=want)
            except DamageError as damage:
                # A container may say of too many frames that decoding can begin there: decoding all shows what is damaged.
                raise StampError if leapt else damage  # noqa: B904
            pixels_HWC: Any = to_rgb.reformat(frame, format="rgb24", threads=1).to_ndarray()
            yield want, shower.square(frame, pixels_HWC)


def _next(decoding: Iterator[tuple[int, Any]], number: int, *, timeline: Timeline, want: int) -> tuple[Any, int]:
    """The wanted frame, and its number; `number`: of the frame before."""
    for place, frame in decoding:
        number = _number(frame, place, timeline=timeline, want=want)
        if number == want:
            return frame, number
    raise StampError if timeline.stamp_F else UnreadableError(f"ends after frame {number}")


def _number(frame: Any, place: int, *, timeline: Timeline, want: int) -> int:
    """`want` if this is the wanted frame, a lower number if it comes earlier."""
    if not timeline.stamp_F:
        return place
    wanted = timeline.stamp_F[want]
    if frame.pts is None or frame.pts > wanted:
        raise StampError
    return want if frame.pts == wanted else want - 1


def _opened(content: Content) -> tuple[Path | bytes, int]:
    """A file, or its content if it is made on the spot, and a hash of its bytes."""
    if isinstance(content, Path):
        digest = content_hash(content, most=MAX_VIDEO_BYTES)
        if not content.stat().st_size:
            raise UnreadableError("empty file")
        return content, digest
    made = content()
    return made, hash_of(made)


def _reason(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "no such file"
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return f"cannot be decoded: {' '.join(text.split())[:200]}"
