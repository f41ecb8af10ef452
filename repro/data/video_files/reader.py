"""Open a video file within limits and decode it; whatever FFmpeg reports as damage is an error, never a frame.

FFmpeg tells of damage in four ways: it fails, it marks a packet or a frame, it says that it concealed something, or it logs
an error and goes on. All four end here in a DamageError, for every container and codec. Not told by any decoder is damage that
leaves a valid stream; how often that happens is up to the codec and its container (docs/videos.md).

Limits are those of this module: pixels of a frame, frames of a video, pixels decoded in all. FFmpeg is given the first, so that
no larger frame is ever decoded, not even to find out what a file holds.
"""

from __future__ import annotations

import errno
import io
import math
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import av
import av.logging

from repro.data.shards.decode import UnreadableError

Result = TypeVar("Result")

#: Pixels of a frame: 8K as cinemas show it. A larger frame takes seconds to decode, and a file holds thousands of them.
MAX_PIXELS = 8192 * 4320
#: Frames of a video: a day and a half at 30 a second.
MAX_FRAMES = 2**22
#: Pixels of all frames of a video: some 20 hours of 1920 x 1080 at 30 a second, and of decoding.
MAX_PIXELS_IN_ALL = 2**42
#: Frames a second where nothing says how many.
USUAL_RATE = Fraction(25)

#: Containers that hold their pictures themselves. Lists of other files, which FFmpeg would open, are none.
CONTAINERS = (
    *("mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm", "avi", "mpeg", "mpegts", "mpegtsraw", "mpegvideo", "flv", "live_flv", "asf"),
    *("asf_o", "ogg", "mxf", "nut", "ivf", "obu", "av1", "h261", "h263", "h264", "hevc", "vvc", "evc", "m4v", "vc1", "vc1test"),
    *("cavsvideo", "avs2", "avs3", "dirac", "dnxhd", "mjpeg", "mpjpeg", "mjpeg_2000", "dv", "gif", "apng", "webp", "avif"),
    *("gxf", "rm", "wtv", "nsv", "nuv", "swf", "smk", "bink", "flic", "roq", "rpl", "yuv4mpegpipe", "y4m", "dxa", "thp", "pmp"),
    *("ty", "mlv", "moflex", "film_cpk", "4xm", "amv", "lmlm4", "smjpeg", "ea", "vmd", "jv", "jpegxl_anim", "ipu", "kux", "usm"),
)
#: Streams that go with another one: covers, pictures of chapters, enhancements of another stream's picture.
ASIDE = av.stream.Disposition.attached_pic | av.stream.Disposition.timed_thumbnails | av.stream.Disposition.dependent
#: What a demuxer says of a file that ends early: it is used as far as it goes.
ENDS_EARLY = "File ended prematurely"
#: What decoders say, below the level of errors, where they made up a part of a picture.
CONCEALED = "oncealing"


class DamageError(UnreadableError):
    """FFmpeg reports that something in the file is damaged."""


class NoKeyFrameError(DamageError):
    """Decoding began at a frame that rests on others."""


_messages: ContextVar[list[tuple[int, str, str]]] = ContextVar("messages of FFmpeg", default=[])  # noqa: B039  never filled


@contextmanager
def listening() -> Iterator[None]:
    """Have FFmpeg's messages kept, so that `heard` hears them."""
    level, skips = av.logging.get_level(), av.logging.get_skip_repeated()
    av.logging.set_level(av.logging.INFO)
    av.logging.set_skip_repeated(False)  # else the damage of a file is passed over that is worded like the file's before it
    try:
        with av.logging.Capture() as messages:
            before = _messages.set(messages)
            yield
    finally:
        _messages.reset(before)
        av.logging.set_level(level)
        av.logging.set_skip_repeated(skips)


def heard(work: Callable[[], Result], *, at: Any = None) -> Result:
    """Do some work of FFmpeg's on a file; at: the packet that it is about.

    Raises:
        UnreadableError: a frame has too many pixels.
        DamageError: FFmpeg says or logs that something is damaged.
    """
    messages, failure = _messages.get(), None
    try:
        result = work()
    except av.FFmpegError as error:
        if error.errno == errno.ENOMEM:
            raise
        failure = error
    if messages or failure is not None:
        told = _damage(messages)
        if failure is not None and not told:
            told = [failure.strerror or type(failure).__name__]
        if told:
            raise DamageError(f"damaged{_at(at)} ({told[0][:160]})")
    return result


def _damage(messages: list[tuple[int, str, str]]) -> list[str]:
    """Forget the messages, and say which of them tell of damage."""
    heard_now = list(messages)
    messages.clear()
    for _, _, text in heard_now:
        _check_limits(text)
    return [f"{name}: {' '.join(text.split())}" for level, name, text in heard_now if _is_damage(level, name, text)]


def _check_limits(text: str) -> None:
    """Raise what a message of FFmpeg's says of a limit that we gave it."""
    if size := re.search(r"Picture size (\d+)x(\d+) exceeds", text):
        check_size(int(size[1]), int(size[2]))
    if "Format not on whitelist" in text:
        raise UnreadableError("no video stream: the file is of sound, one picture, or a list that names other files")


def _is_damage(level: int, name: str, text: str) -> bool:
    if name == "swscaler" or ENDS_EARLY in text:
        return False
    return level <= av.logging.ERROR or CONCEALED in text


class VideoReader(AbstractContextManager["VideoReader"]):
    """A video file, opened for one thread; `track` is its video stream (see `chosen`).

    Raises:
        UnreadableError: no video, or one beyond the limits.
        DamageError: FFmpeg reports damage, here and wherever it reads.
    """

    def __init__(self, file: Path | bytes) -> None:
        # The prefix keeps a name with a colon from being taken for a protocol.
        source = io.BytesIO(file) if isinstance(file, bytes) else f"file:{file}"
        self.file = file
        self.container: Any = opened(source)
        self.videos = [stream for stream in self.container.streams.video if not stream.disposition & ASIDE]
        self.track: Any = chosen(self.videos or list(self.container.streams.video))
        self._num_pixels, self._most_frames, self._last = 0, 0, None
        try:
            self._prepare()
        except UnreadableError:
            self.container.close()
            raise

    def __exit__(self, *_: object) -> None:
        self.container.close()

    def _prepare(self) -> None:
        if self.track is None:
            raise UnreadableError("no video stream that can be decoded")
        self.track.thread_type = "NONE"
        self.track.codec_context.thread_count = 1
        self.track.codec_context.options = {"err_detect": "explode+crccheck", "max_pixels": str(MAX_PIXELS)}
        check_size(*self._size)
        self._most_frames = min(MAX_FRAMES, MAX_PIXELS_IN_ALL // max(math.prod(self._size), 1))

    @property
    def _size(self) -> tuple[int, int]:
        return self.track.codec_context.width, self.track.codec_context.height

    @property
    def rates(self) -> tuple[Fraction, ...]:
        """Frames a second as the container states or FFmpeg guesses them, the likeliest first."""
        stated = (self.track.base_rate, self.track.average_rate, self.track.guessed_rate, USUAL_RATE)
        return tuple(rate for rate in stated if rate)

    def check_length(self, num_frames: int) -> None:
        """Refuse to decode too much; `num_frames`: how many there are, of the size that the container states."""
        if num_frames > MAX_FRAMES:
            raise UnreadableError(f"more than {MAX_FRAMES} frames; allowed: up to {MAX_FRAMES}")
        width, height = self._size
        _check_all(num_frames * width * height)

    def check_count(self) -> None:
        """At the end of an AVI file, which numbers its frames: fail if there are fewer than it says.

        Raises:
            DamageError: says how many there are.
        """
        if self.container.format.name != "avi" or self._last is None or self._last.dts is None:
            return
        num_frames = self._last.dts + 1
        if num_frames < self.track.frames:
            raise DamageError(f"damaged (it says that it has {self.track.frames} frames, and ends after {num_frames})")

    def leap(self, stamp: int) -> None:
        """Go to the last place before a time stamp where the container says that decoding can begin."""
        heard(lambda: self.container.seek(stamp, stream=self.track))

    def packets(self) -> Iterator[Any]:
        """Give the packets of the video stream from where the file stands, and one that is empty at its end."""
        step, number = partial(next, self.container.demux(self.track), None), 0
        while (packet := heard(step)) is not None:
            if packet.is_corrupt:
                raise DamageError(f"damaged{_at(packet)} (so the container)")
            if packet.size:
                number += 1
                if number > self._most_frames:
                    self.check_length(number)
                self._last = packet
                yield packet
            elif packet.dts is None:  # one in the middle shows the frame before it on: the decoder would take it for the end
                yield packet

    def frames(self, *, leapt: bool = False) -> Iterator[Any]:
        """Decode from where the file stands; leapt: it is not the beginning.

        Raises:
            NoKeyFrameError: the first frame rests on others. At the beginning the container's word is enough.
        """
        decode, stands, first = self.track.codec_context.decode, False, True
        for packet in self.packets():
            if first:
                stands, first = packet.is_keyframe and not leapt, False
            for frame in heard(partial(decode, packet), at=packet):
                self._check(frame)
                stands = stands or frame.key_frame
                if not stands:
                    raise NoKeyFrameError(f"begins with a frame that rests on others{_at(frame)}")
                yield frame

    def _check(self, frame: Any) -> None:
        if frame.is_corrupt:
            raise DamageError(f"damaged{_at(frame)} (so the decoder)")
        check_size(frame.width, frame.height)
        self._num_pixels += frame.width * frame.height
        _check_all(self._num_pixels)


def chosen(videos: Sequence[Any]) -> Any:
    """The video stream that players show: the first that is marked as default, or else the first; None if none can be decoded.

    FFmpeg's own choice among equals goes by bits a second, which some containers state and others do not.
    """
    decodable = [stream for stream in videos if stream.codec_context is not None]
    marked = (stream for stream in decodable if stream.disposition & av.stream.Disposition.default)
    return next(marked, next(iter(decodable), None))


def opened(source: io.BytesIO | str) -> Any:
    """Open a container of videos, without decoding frames that are too large.

    Raises:
        UnreadableError: the file is of another form, or has larger frames.
        DamageError: the container is damaged; what decoders say meanwhile of the first frames, they will say again.
    """
    inside = {"format_whitelist": ",".join(CONTAINERS), "protocol_whitelist": "file"}
    limits = {"max_pixels": str(MAX_PIXELS)}
    messages = _messages.get()
    messages.clear()
    try:
        container = av.open(source, metadata_errors="ignore", options=limits, container_options=inside)
    except av.FFmpegError:
        _damage(messages)
        raise
    told = [text for text in _damage(messages) if text.startswith(f"{container.format.name}: ")]
    if told:
        container.close()
        raise DamageError(f"damaged ({told[0][:160]})")
    return container


def check_size(width: int, height: int) -> None:
    """Refuse a frame that is too large.

    Raises:
        UnreadableError: says how large it is, and what is allowed.
    """
    if width * height > MAX_PIXELS:
        raise UnreadableError(f"frames of {width}x{height} are {width * height} pixels; allowed: up to {MAX_PIXELS}")


def _check_all(num_pixels: int) -> None:
    if num_pixels > MAX_PIXELS_IN_ALL:
        raise UnreadableError(f"its frames are {num_pixels} pixels in all; allowed: up to {MAX_PIXELS_IN_ALL}")


def _at(what: Any) -> str:
    """Where in the file a packet or a frame is shown, if it says so."""
    if what is None:
        return ""
    stamp = what.pts if what.pts is not None else what.dts
    return "" if stamp is None or what.time_base is None else f" at {float(stamp * what.time_base):.2f} s"
