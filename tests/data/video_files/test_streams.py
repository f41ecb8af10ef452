"""Of several video streams the one is taken that players show, whatever the container; interlaced frames are left as stored."""

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.filter
import numpy as np
import pytest
from PIL import Image

from repro.data.prepare.video_decode import CutTask, CutVideo, cut_video
from repro.data.shards.decode import UnreadableError
from repro.data.video_files.orientation import NOTES
from repro.spec.video_datasets import Clips

RATE, NUM_FRAMES = Fraction(30), 16
MARKED = av.stream.Disposition.default
CLIPS = Clips(num_frames=10, span_s=1 / 3, num_train=1, num_test=1)
#: With libx264 in all but two.
CODECS = {"avi": "mpeg4", "mpg": "mpeg2video"}
#: Containers that can mark a stream as default.
MARKING = ("mp4", "mov", "mkv", "nut")


def several(path: Path, *, sides: tuple[int, ...], marked: tuple[int, ...], noisy: int = -1) -> Path:
    """A file of video streams of these sides, each of another grey; one of them may be noise, which takes more bits."""
    with av.open(str(path), "w") as container:
        tracks: list[Any] = []
        for place, side in enumerate(sides):
            track: Any = container.add_stream(CODECS.get(path.suffix[1:], "libx264"), rate=RATE)
            track.width, track.height, track.pix_fmt = side, side, "yuv420p"
            track.codec_context.thread_count = 1
            track.disposition = MARKED if place in marked else av.stream.Disposition(0)
            tracks.append(track)
        for number in range(NUM_FRAMES):
            for place, (track, side) in enumerate(zip(tracks, sides, strict=True)):
                pixels = np.full((side, side, 3), grey_of(place), np.uint8)
                if place == noisy:
                    pixels[:, : side // 2] = np.random.default_rng(number).integers(0, 255, (side, side // 2, 3), np.uint8)
                frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
                frame.pts, frame.time_base = number, 1 / RATE
                container.mux(track.encode(frame))
        for track in tracks:
            container.mux(track.encode())
    return path


def grey_of(place: int) -> int:
    return 40 + 80 * place


def taken(path: Path) -> tuple[int, tuple[str, ...]]:
    """The place of the stream that was cut, by its grey, and which conventions applied."""
    found = cut_video(CutTask(content=path, clips=CLIPS, num_clips=1, stored_px=32))
    assert isinstance(found, CutVideo), found
    grey = np.median(np.asarray(Image.open(io.BytesIO(found.strips[0])))[:, 24:])
    return round((float(grey) - 40) / 80), found.notes


@pytest.mark.parametrize("sides", [(32, 64), (64, 32)])
@pytest.mark.parametrize("end", ["mp4", "mkv", "mov", "nut", "ts", "avi", "mpg"])
def test_the_first_stream_is_taken_where_none_is_marked(end: str, sides: tuple[int, int], tmp_path: Path) -> None:
    assert taken(several(tmp_path / f"a.{end}", sides=sides, marked=())) == (0, ("several",))


@pytest.mark.parametrize("end", MARKING)
def test_the_stream_that_is_marked_as_default_is_taken(end: str, tmp_path: Path) -> None:
    assert taken(several(tmp_path / f"a.{end}", sides=(64, 32), marked=(1,))) == (1, ("several",))
    assert taken(several(tmp_path / f"b.{end}", sides=(32, 64, 32), marked=(1,))) == (1, ("several",))


@pytest.mark.parametrize("noisy", [0, 1])
@pytest.mark.parametrize("end", MARKING)
def test_of_two_that_are_marked_the_first_is_taken_however_many_bits_they_have(end: str, noisy: int, tmp_path: Path) -> None:
    """MP4 states bits a second and Matroska does not: the same two streams must not give two pictures."""
    assert taken(several(tmp_path / f"a.{end}", sides=(64, 64), marked=(0, 1), noisy=noisy))[0] == 0


def with_cover(path: Path) -> Path:
    """A film whose first stream is a cover, larger than it."""
    with av.open(str(path), "w") as container:
        cover: Any = container.add_stream("png", rate=1)
        cover.width, cover.height, cover.pix_fmt = 128, 128, "rgb24"
        cover.disposition = av.stream.Disposition.attached_pic
        film: Any = container.add_stream("libx264", rate=RATE)
        film.width, film.height, film.pix_fmt, film.codec_context.thread_count = 32, 32, "yuv420p", 1
        container.mux(cover.encode(av.VideoFrame.from_ndarray(np.full((128, 128, 3), 40, np.uint8), format="rgb24")))
        for number in range(NUM_FRAMES):
            frame = av.VideoFrame.from_ndarray(np.full((32, 32, 3), 120, np.uint8), format="rgb24")
            frame.pts, frame.time_base = number, 1 / RATE
            container.mux(film.encode(frame))
        container.mux(film.encode())
    return path


def test_a_cover_is_no_video_stream(tmp_path: Path) -> None:
    assert taken(with_cover(tmp_path / "a.mp4")) == (1, ())


def test_sound_alone_is_refused(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "a.mp4"), "w") as container:
        sound: Any = container.add_stream("aac", rate=44100)
        frame = av.AudioFrame(format="fltp", layout="mono", samples=1024)
        frame.sample_rate, frame.pts = 44100, 0
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        container.mux(sound.encode(frame))
        container.mux(sound.encode())
    refused = cut_video(CutTask(content=tmp_path / "a.mp4", clips=CLIPS, num_clips=1, stored_px=32))
    assert isinstance(refused, UnreadableError) and str(refused) == "no video stream that can be decoded"


def interlaced(rows: Any) -> Any:
    """A frame that encoders take for two fields, the even rows first."""
    graph = av.filter.Graph()
    height, width, _ = rows.shape
    begin = graph.add_buffer(width=width, height=height, format="rgb24", time_base=1 / RATE)
    marking, end = graph.add("setparams", "field_mode=tff"), graph.add("buffersink")
    begin.link_to(marking)
    marking.link_to(end)
    graph.configure()
    graph.push(av.VideoFrame.from_ndarray(rows, format="rgb24"))
    return graph.pull()


@pytest.mark.parametrize(
    ("end", "codec", "options"),
    [
        ("mp4", "libx264", {"x264-params": "tff=1"}),
        ("mkv", "libx264", {"x264-params": "bff=1"}),
        ("mpg", "mpeg2video", {"flags": "+ildct+ilme"}),
        ("avi", "mpeg4", {"flags": "+ildct+ilme"}),
    ],
)
def test_the_fields_of_an_interlaced_frame_stay_together_and_it_is_told(
    end: str, codec: str, options: dict[str, str], tmp_path: Path
) -> None:
    """Even rows show one moment, odd rows the next: as stored, they alternate; deinterlaced, they would be one grey."""
    rows = np.full((64, 64, 3), 60, np.uint8)
    rows[1::2] = 180
    with av.open(str(tmp_path / f"a.{end}"), "w") as container:
        track: Any = container.add_stream(codec, rate=RATE, options=options)
        track.width, track.height, track.pix_fmt, track.codec_context.thread_count = 64, 64, "yuv420p", 1
        track.bit_rate = 4_000_000
        for number in range(NUM_FRAMES):
            frame = interlaced(rows)
            frame.pts, frame.time_base = number, 1 / RATE
            container.mux(track.encode(frame))
        container.mux(track.encode())
    found = cut_video(CutTask(content=tmp_path / f"a.{end}", clips=CLIPS, num_clips=1, stored_px=64))
    assert isinstance(found, CutVideo), found
    assert found.notes == ("interlaced",) and "left" in NOTES["interlaced"]
    stored = np.asarray(Image.open(io.BytesIO(found.strips[0]))).astype(int)
    assert stored[1::2].mean() - stored[::2].mean() > 90
