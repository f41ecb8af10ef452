"""Check a video and hand out its frames and its windows of successive frames.

Shape suffixes: C clips, T frames, H height, W width, 3 colours (R, G, B), O orientations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from repro.spec.histograms import FrameSampling


Pixels = NDArray[np.uint8]

#: Pixels, or a function that returns them. The function is called where they are worked on; for several processes it must be
#: one that can be pickled.
Readable = Pixels | Callable[[], Pixels]

#: The frames of a video, (T, H, W, 3) or, cut into clips, (C, T, H, W, 3).
Video = Readable


def read_pixels(source: Readable, *, name: str, allowed: str) -> Pixels:
    """The pixels of `source`.

    Raises:
        ValueError: they are no array of bytes; the message names them with `name` and says what is `allowed`.
    """
    pixels = source() if callable(source) else source
    if not isinstance(pixels, np.ndarray) or pixels.dtype != np.uint8:
        got = pixels.dtype if isinstance(pixels, np.ndarray) else type(pixels).__name__
        raise ValueError(f"{name} is {got}; {allowed}; decode it to RGB bytes")
    return pixels


def pixels_CTHW3(video: Video, *, name: str) -> Pixels:
    """The frames of `video` by clips; a video in one piece is one clip.

    Raises:
        ValueError: it is no array of colour frames; the message names the video with `name`.
    """
    allowed = "allowed: uint8 (frames, height, width, 3), or (clips, frames, height, width, 3)"
    pixels = read_pixels(video, name=name, allowed=allowed)
    if pixels.ndim == 3 and pixels.shape[-1] == 3:
        raise ValueError(f"{name} has shape {pixels.shape}, a single image; {allowed}; add the axis of the frames")
    if pixels.ndim == 3 or (pixels.ndim in (4, 5) and pixels.shape[-1] == 1):
        raise ValueError(f"{name} has shape {pixels.shape}, grey values; {allowed}; decode it to RGB, for grey R = G = B")
    if pixels.ndim not in (4, 5) or pixels.shape[-1] != 3:
        raise ValueError(f"{name} has shape {pixels.shape}; {allowed}; put the colours last")
    if 0 in pixels.shape:
        raise ValueError(f"{name} has shape {pixels.shape}, no pixels; {allowed}; leave the video out or decode it again")
    return pixels if pixels.ndim == 5 else pixels[None]


def spread(num: int, *, most: int | None) -> list[int]:
    """At most `most` of the numbers 0 .. num-1 (None: all), the middles of equal parts."""
    if most is None or num <= most:
        return list(range(num))
    return [(2 * place + 1) * num // (2 * most) for place in range(most)]


def shrunk_HW3(frame_HW3: Pixels, *, side_px: int) -> Pixels:
    """The frame with its shorter side shrunk to `side_px` by area averaging; never enlarged."""
    height, width = frame_HW3.shape[:2]
    factor = side_px / min(height, width)
    if factor >= 1:
        return np.ascontiguousarray(frame_HW3)
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    return np.asarray(cv2.resize(frame_HW3, size, interpolation=cv2.INTER_AREA), np.uint8)


class Frame:
    """A frame, and what several features read of it, computed once: `rgb_HW3`, `grey_HW` (bytes), `light_HW` in [0, 1]."""

    def __init__(self, rgb_HW3: Pixels) -> None:
        self.rgb_HW3 = rgb_HW3
        self.cache: dict[object, NDArray[np.float32]] = {}

    @cached_property
    def grey_HW(self) -> Pixels:
        """The grey values, 0.299 R + 0.587 G + 0.114 B, in whole levels."""
        return np.asarray(cv2.cvtColor(self.rgb_HW3, cv2.COLOR_RGB2GRAY), np.uint8)

    @cached_property
    def light_HW(self) -> NDArray[np.float32]:
        """The grey values in [0, 1]."""
        return self.grey_HW.astype(np.float32) / np.float32(255)


class Window:
    """Successive frames, and what several features read of them, computed once: `light_THW`, grey values in [0, 1]."""

    def __init__(self, light_THW: NDArray[np.float32]) -> None:
        self.light_THW = light_THW
        self.cache: dict[object, tuple[NDArray[np.float32], ...]] = {}


def sampled_frames(pixels_CTHW3: Pixels, frames: FrameSampling) -> Iterator[Frame]:
    """Yield the frames in which everything but cuboids is looked for, in the order of time."""
    num_frames = pixels_CTHW3.shape[1]
    for place in spread(len(pixels_CTHW3) * num_frames, most=frames.num_frames):
        yield Frame(shrunk_HW3(pixels_CTHW3[place // num_frames, place % num_frames], side_px=frames.side_px))


def sampled_windows(pixels_CTHW3: Pixels, frames: FrameSampling) -> Iterator[Window]:
    """Yield the windows in which cuboids are looked for; none crosses from clip to clip.

    A clip shorter than a window is one window; what is left over at a clip's end is in no window.
    """
    num_frames = pixels_CTHW3.shape[1]
    length = min(frames.window_frames, num_frames)
    starts = [(clip, start) for clip in range(len(pixels_CTHW3)) for start in range(0, num_frames - length + 1, length)]
    for place in spread(len(starts), most=frames.num_windows):
        clip, start = starts[place]
        window_THW3 = pixels_CTHW3[clip, start : start + length]
        yield Window(np.stack([Frame(shrunk_HW3(frame_HW3, side_px=frames.side_px)).light_HW for frame_HW3 in window_THW3]))
