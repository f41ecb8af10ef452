"""Show a decoded frame as a player does: cropped, turned and mirrored as the file asks, with pixels of the stated shape.

A file says how it is to be shown in a matrix (MP4, MOV, Matroska and WebM, or the stream itself), by the shape of its pixels
(container or stream; the container's word wins, as in FFmpeg's player), and by crops, of the container or of the stream.

Shape suffixes: H height, W width, C colour channels (R, G, B), S side in pixels.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from av.sidedata.sidedata import Type
from PIL import Image

from repro.data.shards.decode import central_square
from repro.data.sources.source import Pixels
from repro.data.video_files.containers import Crop, crops_of
from repro.data.video_files.reader import VideoReader

#: A matrix means a turn by a right angle or a mirror if it is no further from one than FFmpeg's programs allow.
LARGEST_ANGLE = math.radians(1.0)
#: Pixels that are more times as wide as high, or as high as wide, are a mistake of who wrote the file.
LARGEST_ASPECT = 16

NOTES = {
    "turned": "videos are shown turned or mirrored, as their files ask",
    "left_as_stored": "videos ask for a turn by no right angle or for no picture at all; they were left as stored",
    "cropped": "videos are cropped, as their containers ask",
    "not_square": "videos have pixels that are not square; they were cut as a player shows them",
    "odd_pixels": f"videos state pixels more than {LARGEST_ASPECT} times as wide as high, or as high as wide; taken as square",
    "interlaced": "videos are interlaced; both fields of a frame were left together",
    "sizes": "videos change the size of their frames; each was cut by its own",
    "several": "videos have several video streams; the first that is marked as default was taken, or else the first",
}


@dataclass(frozen=True, kw_only=True)
class Orientation:
    """Rows and columns swapped first, then mirrored left to right, then top to bottom."""

    swapped: bool = False
    left_right: bool = False
    top_bottom: bool = False

    def of(self, pixels_HWC: Pixels) -> Pixels:
        """A frame as it is to be shown."""
        shown = pixels_HWC.transpose(1, 0, 2) if self.swapped else pixels_HWC
        return shown[:: -1 if self.top_bottom else 1, :: -1 if self.left_right else 1]


UPRIGHT = Orientation()
NO_CROP: Crop = (0, 0, 0, 0)


def orientation(matrix: bytes | None) -> Orientation | None:
    """What a display matrix asks for, scaled as it may be; None if that is no turn by a right angle and no mirror.

    matrix: nine whole numbers a b u, c d v, x y w of 32 bits, with which the point (p, q) is shown at (a p + c q, b p + d q).
    """
    if matrix is None:
        return UPRIGHT
    a, b, _, c, d, *_ = struct.unpack("=9i", matrix)
    across, down = math.hypot(a, c), math.hypot(b, d)
    if not across or not down:
        return None
    shares = (a / across, b / down, c / across, d / down)
    nearest = tuple(round(share) for share in shares)
    off = max(abs(share - whole) for share, whole in zip(shares, nearest, strict=True))
    if off > math.sin(LARGEST_ANGLE) or abs(nearest[0]) == abs(nearest[1]):
        return None
    swapped = not nearest[0]
    to_right, to_bottom = (nearest[2], nearest[1]) if swapped else (nearest[0], nearest[3])
    return Orientation(swapped=swapped, left_right=to_right < 0, top_bottom=to_bottom < 0)


class Shower:
    """Make the stored squares of one video's frames. notes: gets the conventions of NOTES that apply."""

    def __init__(self, video: VideoReader, *, stored_px: int, notes: set[str]) -> None:
        self._track, self._stored_px, self._notes = video.track, stored_px, notes
        self._sizes = set[tuple[int, int]]()
        self._crop = video_crop(video)
        if len(video.videos) > 1:
            notes.add("several")

    def square(self, frame: Any, pixels_HWC: Pixels) -> Pixels:
        """The central square of a frame as it is shown, (S, S, 3). pixels_HWC: the frame as it was decoded."""
        matrix = frame.side_data.get(Type.DISPLAYMATRIX)
        turn = orientation(None if matrix is None else bytes(matrix))
        aspect = self._aspect()
        self._note(frame, turn=turn, aspect=aspect)
        turn = turn or UPRIGHT
        shown = np.ascontiguousarray(turn.of(self._cropped(pixels_HWC)))
        return square_of(shown, side_px=self._stored_px, aspect=1 / aspect if turn.swapped else aspect)

    def _cropped(self, pixels_HWC: Pixels) -> Pixels:
        left, top, right, bottom = self._crop
        height, width, _ = pixels_HWC.shape
        if self._crop == NO_CROP or min(self._crop) < 0 or left + right >= width or top + bottom >= height:
            return pixels_HWC
        self._notes.add("cropped")
        return pixels_HWC[top : height - bottom, left : width - right]

    def _aspect(self) -> Fraction:
        """Width of a pixel over its height."""
        stated = self._track.sample_aspect_ratio
        if not stated or stated == 1:
            return Fraction(1)
        if not Fraction(1, LARGEST_ASPECT) <= stated <= LARGEST_ASPECT:
            self._notes.add("odd_pixels")
            return Fraction(1)
        return Fraction(stated)

    def _note(self, frame: Any, *, turn: Orientation | None, aspect: Fraction) -> None:
        self._sizes.add((frame.width, frame.height))
        applying = {
            "turned": turn is not None and turn != UPRIGHT,
            "left_as_stored": turn is None,
            "not_square": aspect != 1,
            "interlaced": frame.interlaced_frame,
            "sizes": len(self._sizes) > 1,
        }
        self._notes.update(note for note, applies in applying.items() if applies)


def video_crop(video: VideoReader) -> Crop:
    """What the container cuts off the pictures of the chosen stream.

    Raises:
        DamageError: the container is damaged.
    """
    found = crops_of(video.file, container=video.container.format.name)
    number = [stream.index for stream in video.container.streams.video].index(video.track.index)
    return found[number] if number < len(found) else NO_CROP


def square_of(pixels_HWC: Pixels, *, side_px: int, aspect: Fraction) -> Pixels:
    """The central square, as it is shown, of a frame whose pixels are `aspect` times as wide as high."""
    if aspect == 1:
        return central_square(pixels_HWC, side_px=side_px)
    height, width, _ = pixels_HWC.shape
    shown = min(Fraction(height), width * aspect)
    across, down = float(shown / aspect), float(shown)
    left, top = (width - across) / 2, (height - down) / 2
    filter_ = Image.Resampling.BOX if min(across, down) >= side_px else Image.Resampling.BICUBIC
    box = (left, top, left + across, top + down)
    return np.asarray(Image.fromarray(pixels_HWC).resize((side_px, side_px), filter_, box=box))
