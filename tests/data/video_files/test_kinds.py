"""Kinds of files that were tried and are right: codecs and pixels, colours, rates and clocks, forms of containers, stumps."""

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from repro.data.prepare.video_decode import CutTask, CutVideo, cut_video
from repro.data.shards.decode import UnreadableError
from repro.spec.video_datasets import Clips
from tests.data.video_files.test_reader import QUICK, TWELVE, X265, Bytes, cut, numbers
from tests.data.videos import numbered, write_video

#: (ending, codec, pixels, options)
KINDS = [
    *[("mkv", "ffv1", pixels, {}) for pixels in ("gray", "yuv444p", "yuv420p10le", "bgra")],
    *[("mov", "prores_ks", "yuv422p10le", {}), ("mov", "qtrle", "rgb24", {}), ("mov", "png", "rgb24", {})],
    *[("mov", "mjpeg", "yuvj422p", {}), ("avi", "huffyuv", "rgb24", {}), ("avi", "utvideo", "gbrp", {})],
    *[("avi", "rawvideo", "bgr24", {}), ("avi", "msmpeg4", "yuv420p", TWELVE), ("avi", "cinepak", "rgb24", {})],
    *[("avi", "mpeg4", "yuv420p", {"bf": "2", "g": "12"}), ("mpg", "mpeg2video", "yuv420p", {"bf": "2", "g": "12"})],
    *[("mp4", "libx264", "yuv444p", TWELVE), ("mp4", "libx264", "yuv420p", {"bf": "3", "g": "12"})],
    *[("mp4", "libx265", "yuv420p10le", X265), ("mp4", "libsvtav1", "yuv420p10le", {"preset": "12"})],
    *[("webm", "libvpx", "yuv420p", QUICK), ("webm", "libvpx-vp9", "yuv420p", QUICK)],
    *[("flv", "flv1", "yuv420p", TWELVE), ("wmv", "wmv2", "yuv420p", TWELVE)],
]


def written(path: Path, *, codec: str, pixels: str, options: dict[str, str], num_frames: int = 24) -> Path:
    """Numbered frames, each in these pixels."""
    with av.open(str(path), "w") as container:
        track: Any = container.add_stream(codec, rate=30, options=options)
        track.width = track.height = 64
        track.pix_fmt, track.codec_context.thread_count = pixels, 1
        for number in range(num_frames):
            frame = av.VideoFrame.from_ndarray(numbered(number), format="rgb24").reformat(format=pixels)
            frame.pts, frame.time_base = number, Fraction(1, 30)
            container.mux(track.encode(frame))
        container.mux(track.encode())
    return path


@pytest.mark.parametrize(("end", "codec", "pixels", "options"), KINDS, ids=lambda value: value if isinstance(value, str) else "")
def test_the_frames_of_every_codec_are_the_ones_asked_for(
    end: str, codec: str, pixels: str, options: dict[str, str], tmp_path: Path
) -> None:
    path = written(tmp_path / f"a.{end}", codec=codec, pixels=pixels, options=options)
    assert numbers(cut(path)) == [*range(10), *range(7, 17), *range(14, 24)]


def colour_of(path: Path, *, space: str, full: bool) -> np.ndarray[Any, Any]:
    """The stored colour of a patch of (200, 60, 30) that was written by one formula for colours and in one range."""
    spaces = {"bt601": ("ITU601", 5), "bt709": ("ITU709", 1)}
    name, number = spaces[space]
    with av.open(str(path), "w") as container:
        track: Any = container.add_stream("libx264", rate=30, options={"qp": "1"})
        track.width = track.height = 64
        track.pix_fmt, track.codec_context.thread_count = "yuv420p", 1
        context = track.codec_context
        context.colorspace, context.color_primaries, context.color_trc, context.color_range = number, number, number, 1 + full
        for i in range(12):
            patch = av.VideoFrame.from_ndarray(np.full((64, 64, 3), (200, 60, 30), np.uint8), format="rgb24")
            frame = patch.reformat(format="yuv420p", dst_colorspace=name, dst_color_range="JPEG" if full else "MPEG")
            frame.pts, frame.time_base = i, Fraction(1, 30)
            container.mux(track.encode(frame))
        container.mux(track.encode())
    found = cut_video(
        CutTask(content=path, clips=Clips(num_frames=10, span_s=1 / 3, num_train=1, num_test=1), num_clips=1, stored_px=64)
    )
    assert isinstance(found, CutVideo), found
    return np.asarray(Image.open(io.BytesIO(found.strips[0])))[:64].reshape(-1, 3).mean(axis=0)  # type: ignore[no-any-return]


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("space", ["bt601", "bt709"])
def test_colours_are_those_that_were_written(space: str, full: bool, tmp_path: Path) -> None:
    assert np.abs(colour_of(tmp_path / "a.mp4", space=space, full=full) - (200, 60, 30)).max() <= 2


@pytest.mark.parametrize("rate", [1, 240])
def test_very_slow_and_very_fast_videos_are_cut_by_time(rate: int, tmp_path: Path) -> None:
    clips = Clips(num_frames=4, span_s=None, num_train=1, num_test=1)
    path = write_video(tmp_path / "a.mp4", num_frames=8, rate=rate, options=TWELVE)
    found = cut_video(CutTask(content=path, clips=clips, num_clips=1, stored_px=64))
    assert numbers(found) == [1, 3, 5, 7]


def test_a_picture_that_stands_still_for_two_seconds_is_shown_as_long(tmp_path: Path) -> None:
    """Ten frames, the fifth for two seconds: all but the first and the last of seven parts of the video show it."""
    ticks = [*range(5), *range(65, 70)]
    path = write_video(tmp_path / "a.mp4", num_frames=10, ticks=ticks, options=TWELVE)
    clips = Clips(num_frames=7, span_s=None, num_train=1, num_test=1)
    found = cut_video(CutTask(content=path, clips=clips, num_clips=1, stored_px=64))
    assert numbers(found)[1:6] == [4] * 5


@pytest.mark.parametrize("end", ["mp4", "mkv", "ts"])
def test_stamps_that_begin_late_move_nothing(end: str, tmp_path: Path) -> None:
    path = write_video(tmp_path / f"a.{end}", num_frames=24, ticks=range(300, 324), options=TWELVE)
    assert numbers(cut(path)) == [*range(10), *range(7, 17), *range(14, 24)]


def fragmented(path: Path, *, flags: str) -> bytes:
    with av.open(str(path), "w", options={"movflags": flags}) as container:
        track: Any = container.add_stream("libx264", rate=30, options=TWELVE)
        track.width = track.height = 64
        track.pix_fmt, track.codec_context.thread_count = "yuv420p", 1
        for number in range(24):
            frame = av.VideoFrame.from_ndarray(numbered(number), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 30)
            container.mux(track.encode(frame))
        container.mux(track.encode())
    return path.read_bytes()


@pytest.mark.parametrize("flags", ["frag_keyframe+empty_moov", "frag_keyframe+empty_moov+default_base_moof", "faststart"])
def test_mp4_in_fragments_or_with_its_head_first_is_read(flags: str, tmp_path: Path) -> None:
    content = fragmented(tmp_path / "a.mp4", flags=flags)
    assert numbers(cut(Bytes(content))) == [*range(10), *range(7, 17), *range(14, 24)]


@pytest.mark.parametrize("end", ["ts", "mpg"])
def test_streams_that_were_joined_are_one_video(end: str, tmp_path: Path) -> None:
    options = TWELVE
    codec = "libx264" if end == "ts" else "mpeg2video"
    part = write_video(tmp_path / f"a.{end}", num_frames=24, codec=codec, options=options).read_bytes()
    found = cut(Bytes(part + part))
    assert isinstance(found, CutVideo | UnreadableError)
    if isinstance(found, CutVideo):
        assert set(numbers(found)) <= set(range(24))


def stumps(tmp_path: Path) -> dict[str, bytes]:
    whole = write_video(tmp_path / "a.mp4", num_frames=24, options=TWELVE).read_bytes()
    parts = fragmented(tmp_path / "f.mp4", flags="frag_keyframe+empty_moov")
    avi = write_video(tmp_path / "a.avi", num_frames=60, codec="mpeg4", options=TWELVE).read_bytes()
    mpg = write_video(tmp_path / "a.mpg", num_frames=60, codec="mpeg2video", options=TWELVE).read_bytes()
    return {
        "without its head": whole.replace(b"moov", b"free", 1),
        "without its pictures": whole[: whole.index(b"mdat") + 4],
        "a head alone": parts[: parts.index(b"moof") - 4],
        "nothing": b"",
        "a page": b"<!DOCTYPE html><html><body>Sign in to watch</body></html>",
        "a text": b"not a video" * 100,
        "half an AVI": avi[: len(avi) // 2],
        "half an MPEG": mpg[: len(mpg) // 2 + 7],
        "a tenth of an MP4": whole[: len(whole) // 10],
    }


def test_stumps_are_refused_with_a_reason_or_used_as_far_as_they_go(tmp_path: Path) -> None:
    for name, content in stumps(tmp_path).items():
        found = cut(Bytes(content))
        if name == "half an MPEG" and isinstance(found, CutVideo):
            assert set(numbers(found)) <= set(range(60))
            continue
        assert isinstance(found, UnreadableError), name
        assert len(str(found)) > 8 and "\n" not in str(found), name


@pytest.mark.parametrize("num_frames", [1, 2, 5, 9])
def test_videos_of_too_few_frames_say_how_long_they_are(num_frames: int, tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", num_frames=num_frames, options=TWELVE)
    assert str(cut(path)).startswith("too short: ")
