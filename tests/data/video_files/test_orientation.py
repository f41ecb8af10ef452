"""The stored picture is the one that a player shows, whatever a file says of turns, mirrors and the shape of its pixels."""

from __future__ import annotations

import io
import itertools
import math
import struct
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.filter
import numpy as np
import pytest
from PIL import Image

from repro.data.prepare.video_decode import CutTask, CutVideo, cut_video
from repro.data.shards.decode import central_square
from repro.data.video_files.orientation import UPRIGHT, orientation, square_of
from repro.spec.video_datasets import Clips

ONE, RATE = 1 << 16, Fraction(30)
#: All eight ways to lay a picture, as (a, b, c, d): the point (x, y) is shown at (a x + c y, b x + d y).
RIGHT_ANGLES = [
    *((1, 0, 0, 1), (-1, 0, 0, 1), (1, 0, 0, -1), (-1, 0, 0, -1)),
    *((0, 1, 1, 0), (0, 1, -1, 0), (0, -1, 1, 0), (0, -1, -1, 0)),
]
CONTAINERS = [("mp4", "libx264"), ("mov", "mjpeg"), ("mkv", "libx264"), ("webm", "libvpx-vp9")]
QUICK = {"libvpx-vp9": {"cpu-used": "8", "deadline": "realtime"}, "mjpeg": {"strict": "unofficial"}}


def picture(width: int = 96, height: int = 96) -> np.ndarray[Any, Any]:
    """Grey, with a red corner above to the left, a green one to the right, and a white one below to the left."""
    pixels = np.full((height, width, 3), 96, np.uint8)
    pixels[: height // 3, : width // 3] = (230, 20, 20)
    pixels[: height // 3, -width // 3 :] = (20, 230, 20)
    pixels[-height // 3 :, : width // 3] = 235
    return pixels


def matrix(values: Sequence[float]) -> list[int]:
    a, b, c, d = (round(value * ONE) for value in values)
    return [a, b, 0, c, d, 0, 0, 0, 1 << 30]


def video(
    path: Path,
    *,
    codec: str = "libx264",
    shown: Sequence[int] | None = None,
    aspect: Fraction | None = None,
    size: Any = (96, 96),
) -> Path:
    """A video of twelve times the same picture, which asks to be shown so."""
    with av.open(str(path), "w") as container:
        track: Any = container.add_stream(codec, rate=RATE, options=QUICK.get(codec, {}))
        track.width, track.height, track.pix_fmt = *size, "yuv420p"
        track.codec_context.thread_count = 1
        track.set_display_matrix(shown)
        if aspect:
            track.codec_context.sample_aspect_ratio = aspect
        for number in range(12):
            frame = av.VideoFrame.from_ndarray(picture(*size), format="rgb24")
            frame.pts, frame.time_base = number, 1 / RATE
            container.mux(track.encode(frame))
        container.mux(track.encode())
    return path


def stored(path: Path, *, side_px: int = 96) -> tuple[np.ndarray[Any, Any], tuple[str, ...]]:
    """The first stored frame, and which conventions applied."""
    clips = Clips(num_frames=10, span_s=1 / 3, num_train=1, num_test=1)
    found = cut_video(CutTask(content=path, clips=clips, num_clips=1, stored_px=side_px))
    assert isinstance(found, CutVideo), found
    strip = np.asarray(Image.open(io.BytesIO(found.strips[0]))).astype(int)
    return strip[:side_px], found.notes


def by_ffmpeg(pixels: np.ndarray[Any, Any], values: Sequence[float]) -> np.ndarray[Any, Any]:
    """A picture as FFmpeg's programs turn it (fftools/ffmpeg_filter.c), with its own filters."""
    a, b, c, d = values
    theta = math.degrees(math.atan2(b / math.hypot(b, d), a / math.hypot(a, c))) % 360
    names = {
        0: ["vflip"] if d < 0 else [],
        90: ["transpose=cclock_flip" if c > 0 else "transpose=clock"],
        180: ["hflip"] * (a < 0) + ["vflip"] * (d < 0),
        270: ["transpose=clock_flip" if c < 0 else "transpose=cclock"],
    }[round(theta) % 360]
    graph = av.filter.Graph()
    height, width, _ = pixels.shape
    steps = [graph.add_buffer(width=width, height=height, format="rgb24", time_base=1 / RATE)]
    steps += [graph.add(*name.split("=")) for name in names] + [graph.add("buffersink")]
    for one, other in itertools.pairwise(steps):
        one.link_to(other)
    graph.configure()
    graph.push(av.VideoFrame.from_ndarray(pixels, format="rgb24"))
    shown: Any = graph.pull()
    return np.asarray(shown.to_ndarray(format="rgb24"))


@pytest.mark.parametrize("values", RIGHT_ANGLES)
def test_each_turn_and_mirror_is_that_of_ffmpeg(values: tuple[int, ...]) -> None:
    pixels = picture(96, 64)
    turn = orientation(struct.pack("=9i", *matrix(values)))
    assert turn is not None
    assert (turn.of(pixels) == by_ffmpeg(pixels, values)).all()


@pytest.mark.parametrize(("end", "codec"), CONTAINERS)
@pytest.mark.parametrize("values", [(-1, 0, 0, 1), (1, 0, 0, -1), (0, 1, -1, 0), (0, -1, -1, 0)])
def test_containers_that_can_say_how_a_video_is_shown_are_heeded(values: Any, end: str, codec: str, tmp_path: Path) -> None:
    found, notes = stored(video(tmp_path / f"a.{end}", codec=codec, shown=matrix(values)))
    assert notes == ("turned",)
    assert np.abs(found - by_ffmpeg(picture(), values)).mean() < 12


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((0, 0, 0, 0), None),  # as mp4box.js and others write it
        ((0.7071, 0.7071, -0.7071, 0.7071), None),
        ((1, 0, 0, 0), None),
        ((1, 1, 0, 1), None),
        ((0.9986, 0.0523, -0.0523, 0.9986), None),  # three degrees
        ((1, 0.0087, -0.0087, 1), UPRIGHT),  # half a degree
        ((2, 0, 0, 2), UPRIGHT),
        ((2, 0, 0, 0.5), UPRIGHT),
        ((0.001, 0, 0, 0.001), UPRIGHT),
    ],
)
def test_a_matrix_that_asks_for_no_right_angle_asks_for_nothing(values: Any, expected: Any) -> None:
    assert orientation(struct.pack("=9i", *matrix(values))) == expected


def test_a_mirror_counts_however_it_is_scaled() -> None:
    assert orientation(struct.pack("=9i", *matrix((-3, 0, 0, 0.5)))) == orientation(struct.pack("=9i", *matrix((-1, 0, 0, 1))))
    largest = [-(2**31), 0, 0, 0, 2**31 - 1, 0, 0, 0, 0]
    assert orientation(struct.pack("=9i", *largest)) == orientation(struct.pack("=9i", *matrix((-1, 0, 0, 1))))


def test_what_is_left_as_stored_is_told(tmp_path: Path) -> None:
    found, notes = stored(video(tmp_path / "a.mp4", shown=matrix((0.7071, 0.7071, -0.7071, 0.7071))))
    assert notes == ("left_as_stored",)
    assert np.abs(found - picture()).mean() < 12


@pytest.mark.parametrize(
    ("end", "codec"), [("mp4", "libx264"), ("mkv", "libx264"), ("avi", "mpeg4"), ("ts", "libx264"), ("mov", "mjpeg")]
)
def test_pixels_that_are_not_square_are_shown_as_wide_as_they_are(end: str, codec: str, tmp_path: Path) -> None:
    """Shown twice as wide as high, the middle half of the picture is the central square."""
    found, notes = stored(video(tmp_path / f"a.{end}", codec=codec, aspect=Fraction(2), size=(96, 96)))
    assert notes == ("not_square",)
    assert np.abs(found - central_square(picture()[:, 24:72].repeat(2, axis=1), side_px=96)).mean() < 14


def test_pixels_turn_with_their_picture(tmp_path: Path) -> None:
    found, notes = stored(video(tmp_path / "a.mp4", shown=matrix((0, 1, -1, 0)), aspect=Fraction(2)))
    assert notes == ("not_square", "turned")
    wide = picture().repeat(2, axis=1)
    assert np.abs(found - central_square(np.ascontiguousarray(np.rot90(wide, k=-1)), side_px=96)).mean() < 14


@pytest.mark.parametrize("aspect", [Fraction(64, 45), Fraction(8, 9), Fraction(1, 3), Fraction(4), Fraction(12, 11)])
def test_a_square_of_such_pixels_is_that_of_the_picture_drawn_wider(aspect: Fraction) -> None:
    smooth = np.add.outer(np.arange(144) * 0.9, np.arange(180) * 0.6)[:, :, None].repeat(3, axis=2).astype(np.uint8)
    wide = Image.fromarray(smooth).resize((round(180 * aspect), 144), Image.Resampling.BICUBIC)
    expected = central_square(np.asarray(wide), side_px=48).astype(int)
    assert np.abs(square_of(smooth, side_px=48, aspect=aspect) - expected).mean() < 1.5


def test_pixels_of_an_absurd_shape_are_taken_as_square(tmp_path: Path) -> None:
    found, notes = stored(video(tmp_path / "a.mp4", aspect=Fraction(20)))
    assert notes == ("odd_pixels",)
    assert np.abs(found - picture()).mean() < 12


def test_rows_that_a_stream_pads_are_cut_off(tmp_path: Path) -> None:
    """H.264 codes blocks of 16 pixels: what is beyond the picture is cropped by the stream's word."""
    found, notes = stored(video(tmp_path / "a.mp4", size=(90, 74)), side_px=74)
    assert notes == ()
    assert np.abs(found - central_square(picture(90, 74), side_px=74)).mean() < 12


def test_frames_that_change_their_size_are_cut_each_by_its_own(tmp_path: Path) -> None:
    parts = [video(tmp_path / f"{width}.ts", size=(width, 64)) for width in (96, 64)]
    (tmp_path / "a.ts").write_bytes(b"".join(part.read_bytes() for part in parts))
    clips = Clips(num_frames=24, span_s=None, num_train=1, num_test=1)
    found = cut_video(CutTask(content=tmp_path / "a.ts", clips=clips, num_clips=1, stored_px=64))
    assert isinstance(found, CutVideo), found
    assert found.notes == ("sizes",)
    frames = np.asarray(Image.open(io.BytesIO(found.strips[0]))).astype(int).reshape(24, 64, 64, 3)
    assert np.abs(frames[0] - central_square(picture(96, 64), side_px=64)).mean() < 12
    assert np.abs(frames[-1] - picture(64, 64)).mean() < 12
