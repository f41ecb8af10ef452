"""Cut a video file into clips of square frames with PyAV, exactly to the frame.

DALI's build for CPUs decodes neither H.264 nor MPEG-4, so videos are decoded once, here, and stored such that DALI can read
them on any device: a clip is one JPEG picture, its frames one below the other. Side lengths that are multiples of 8 keep the
frames' JPEG blocks apart.

Conventions that a user can see:
- of several video streams the one that FFmpeg thinks best; sound is ignored;
- a rotation that the container asks for, as telephones do, is applied; pixels are taken to be square;
- AVI files have no time stamps: frame n is shown at n / rate. Other files' time stamps are believed;
- a file that ends early is cut into what is there; damage that the decoder reports is a reason to refuse the video.

Shape suffixes: H height, W width, C colour channels (R, G, B), F frames of a clip, S stored side in pixels.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import itertools
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from fractions import Fraction
from importlib.metadata import version
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.reformatter import VideoReformatter
from PIL import Image

from repro.data.prepare.video_timeline import Timeline, clip_frames, constant_rate, from_stamps
from repro.data.shards.decode import QUALITY, UnreadableError, central_square
from repro.data.sources.source import Pixels
from repro.data.sources.video_source import Content
from repro.spec.video_datasets import Clips

PIECE_BYTES = 2**20


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
    """The clips of a video as JPEG film strips, a 64-bit hash of its file, and its length."""

    strips: tuple[bytes, ...]
    content_hash: int
    seconds: float


def decoder_text() -> str:
    """Say what decodes and resizes, with versions."""
    return f"PyAV {av.__version__} (FFmpeg {av.ffmpeg_version_info}); resized and encoded by Pillow {version('pillow')}"


def cut_video(task: CutTask) -> CutVideo | UnreadableError:
    """The clips of a video, or why there are none. Runs in a process of its own."""
    try:
        file, digest = _opened(task.content)
        timeline, strips = _cut(file, task)
    except UnreadableError as reason:
        return reason
    except OSError as error:  # av.FFmpegError is one for most of its errors
        return UnreadableError(_reason(error))
    except (av.FFmpegError, ValueError) as error:
        return UnreadableError(_reason(error))
    return CutVideo(strips=tuple(strips), content_hash=digest, seconds=float(timeline.end_s))


def _cut(file: Path | bytes, task: CutTask) -> tuple[Timeline, list[bytes]]:
    """Cut by the file's time stamps, or, if the decoder contradicts them, by the stamps of what it decodes."""

    def by(timeline: Timeline) -> tuple[Timeline, list[bytes]]:
        wanted = clip_frames(timeline, task.clips, num_clips=task.num_clips)
        return timeline, list(film_strips(file, timeline, wanted=wanted, stored_px=task.stored_px))

    announced = read_timeline(file)
    if announced is not None:
        with contextlib.suppress(StampError):
            return by(announced)
    return by(decoded_timeline(file))


def read_timeline(file: Path | bytes) -> Timeline | None:
    """When frames are shown according to the file, without decoding; None if it does not say."""
    with opened_video(file) as (container, track):
        if container.format.name == "avi":
            return None
        packets = [packet for packet in container.demux(track) if packet.size and not packet.is_discard]
        stamps = [(packet.pts, packet.is_keyframe) for packet in packets]
        known = [(stamp, is_key) for stamp, is_key in stamps if stamp is not None]
        if not known or len(known) < len(stamps) or len({stamp for stamp, _ in known}) < len(known):
            return None
        last = max(packets, key=lambda packet: packet.pts)
        return from_stamps(known, time_base=track.time_base, last_ticks=last.duration or 0)


def decoded_timeline(file: Path | bytes) -> Timeline:
    """When frames are shown by decoding all of them.

    Raises:
        UnreadableError: there is no frame.
    """
    with opened_video(file) as (container, track):
        stamps = [frame.pts for frame in container.decode(track)]
        if not stamps:
            raise UnreadableError("no frame can be decoded")
        rate = track.average_rate or track.guessed_rate or Fraction(25)
        # Stamps that do not increase are noise; the frames are then known by their numbers.
        known = [stamp for stamp in stamps if stamp is not None]
        increasing = len(known) == len(stamps) and all(a < b for a, b in itertools.pairwise(known))
        if container.format.name == "avi" or not increasing:
            return constant_rate(len(stamps), rate=Fraction(rate))
        by_stamp = from_stamps([(stamp, False) for stamp in known], time_base=track.time_base, last_ticks=0)
        return Timeline(stamp_F=(), time_F=by_stamp.time_F, end_s=by_stamp.end_s)


def film_strips(file: Path | bytes, timeline: Timeline, *, wanted: Sequence[Sequence[int]], stored_px: int) -> Iterator[bytes]:
    """Give each clip as a JPEG file of its frames one below the other, (F*S, S, 3); `wanted`: their numbers, in order of time.

    No more frames are held than those of the clips that overlap with the one at hand.
    """
    held: dict[int, Pixels] = {}
    frames = numbered_frames(file, timeline, wanted=sorted({number for clip in wanted for number in clip}))
    for clip in wanted:
        held = {number: frame for number, frame in held.items() if number >= clip[0]}
        while clip[-1] not in held:
            number, frame_HWC = next(frames)
            held[number] = central_square(frame_HWC, side_px=stored_px)
        yield strip_jpeg([held[number] for number in clip])


def strip_jpeg(frames: Sequence[Pixels]) -> bytes:
    """Frames (S, S, 3) one below the other as a JPEG file of quality 95 with full chroma."""
    encoded = io.BytesIO()
    Image.fromarray(np.concatenate(frames)).save(encoded, "JPEG", quality=QUALITY, subsampling="4:4:4")
    return encoded.getvalue()


def numbered_frames(file: Path | bytes, timeline: Timeline, *, wanted: Sequence[int]) -> Iterator[tuple[int, Pixels]]:
    """Give the frames with these ascending numbers as RGB (H, W, 3).

    Where the file has time stamps, decoding leaps to the last key frame before the next wanted frame.

    Raises:
        StampError: the decoder passes over a wanted time stamp.
        UnreadableError: a wanted frame is damaged or missing.
    """
    # One converter for all frames: VideoFrame.to_ndarray makes one each time, for 2 to 4 ms, some 60 times the conversion.
    to_rgb = VideoReformatter()
    with opened_video(file) as (container, track):
        decoding, number = enumerate(container.decode(track)), -1
        for want in wanted:
            key = max(key for key in timeline.keys if key <= want)
            if timeline.stamp_F and key > number + 1:
                container.seek(timeline.stamp_F[key], stream=track)
                decoding = enumerate(container.decode(track))
            for place, frame in decoding:
                number = _number(frame, place, timeline=timeline, want=want)
                if number == want:
                    break
            if number != want:
                raise StampError if timeline.stamp_F else UnreadableError(f"ends after frame {number}")
            if frame.is_corrupt:
                raise UnreadableError(f"damaged at {float(timeline.time_F[want]):.2f} s")
            pixels_HWC = to_rgb.reformat(frame, format="rgb24", threads=1).to_ndarray()
            yield want, np.rot90(pixels_HWC, k=round(frame.rotation / 90))


def _number(frame: Any, place: int, *, timeline: Timeline, want: int) -> int:
    """`want` if this is the wanted frame, a lower number if it comes earlier."""
    if not timeline.stamp_F:
        return place
    wanted = timeline.stamp_F[want]
    if frame.pts is None or frame.pts > wanted:
        raise StampError
    return want if frame.pts == wanted else want - 1


class opened_video(AbstractContextManager[tuple[Any, Any]]):  # noqa: N801  used like a function
    """Open a video file for one thread and give (container, video stream)."""

    def __init__(self, file: Path | bytes) -> None:
        self._container: Any = av.open(io.BytesIO(file) if isinstance(file, bytes) else str(file), metadata_errors="ignore")

    def __enter__(self) -> tuple[Any, Any]:
        track = self._container.streams.best("video")
        if track is None or track.codec_context is None:
            self._container.close()
            raise UnreadableError("no video stream that can be decoded")
        track.thread_type = "NONE"
        track.codec_context.thread_count = 1
        return self._container, track

    def __exit__(self, *_: object) -> None:
        self._container.close()


def _opened(content: Content) -> tuple[Path | bytes, int]:
    """A file, or its content if it is made on the spot, and a hash of its bytes."""
    digest = hashlib.blake2b(digest_size=8)
    if isinstance(content, Path):
        with open(content, "rb") as stream:
            while piece := stream.read(PIECE_BYTES):
                digest.update(piece)
        if not content.stat().st_size:
            raise UnreadableError("empty file")
        return content, int.from_bytes(digest.digest(), "little")
    made = content()
    digest.update(made)
    return made, int.from_bytes(digest.digest(), "little")


def _reason(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "no such file"
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return f"cannot be decoded: {' '.join(text.split())[:200]}"
