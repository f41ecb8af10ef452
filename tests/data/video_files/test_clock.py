"""The same frames give the same clips whatever container they lie in."""

from __future__ import annotations

import io
import re
import struct
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from repro.data.prepare.video_decode import CutTask, CutVideo, cut_video, decoded_timeline, read_timeline
from repro.data.shards.decode import UnreadableError
from repro.papers import PAPERS
from repro.spec.video_datasets import Clips
from tests.data.videos import number_in, numbered, write_video

CONTAINERS = [("mp4", "mpeg4"), ("mkv", "mpeg4"), ("mov", "mpeg4"), ("avi", "mpeg4"), ("ts", "mpeg2video"), ("flv", "flv")]
WHOLE = Clips(num_frames=16, span_s=None, num_train=3, num_test=3, span_share=0.8)
SECONDS = Clips(num_frames=8, span_s=0.5, num_train=4, num_test=4)


def numbers(path: Path, clips: Clips, *, num_clips: int = 3) -> list[list[int]] | str:
    found = cut_video(CutTask(content=path, clips=clips, num_clips=num_clips, stored_px=64))
    if isinstance(found, UnreadableError):
        return str(found)
    assert isinstance(found, CutVideo)
    strips = [np.asarray(Image.open(io.BytesIO(strip))) for strip in found.strips]
    return [[number_in(frame) for frame in strip.reshape(-1, 64, 64, 3)] for strip in strips]


def stamped(path: Path, stamps: list[int | None], *, base: Fraction = Fraction(1, 1000), codec: str = "mpeg4") -> Path:
    """A video whose packets have these stamps as they are, in the order of decoding and of showing."""
    with av.open(str(path), "w") as container:
        track: Any = container.add_stream(codec, rate=30)
        track.width, track.height, track.pix_fmt, track.time_base = 64, 64, "yuv420p", base
        encoder: Any = av.CodecContext.create(codec, "w")
        encoder.width, encoder.height, encoder.pix_fmt, encoder.time_base = 64, 64, "yuv420p", Fraction(1, 30)
        packets = [packet for i in range(len(stamps)) for packet in encoder.encode(as_frame(i))] + encoder.encode(None)
        for number, (packet, stamp) in enumerate(zip(packets, stamps, strict=True)):
            packet.stream, packet.time_base, packet.pts, packet.dts = track, base, stamp, number - 1000
            container.mux(packet)
    return path


def as_frame(number: int) -> Any:
    frame: Any = av.VideoFrame.from_ndarray(numbered(number), format="rgb24").reformat(format="yuv420p")
    frame.pts, frame.time_base = number, Fraction(1, 30)
    return frame


@pytest.mark.parametrize(
    "rate", [Fraction(24000, 1001), 25, Fraction(30000, 1001), 30, 50, 60, 120, 240, 15, Fraction(25, 2), 10]
)
def test_a_constant_rate_is_the_same_in_every_container(rate: Any, tmp_path: Path) -> None:
    found = {}
    for end, codec in CONTAINERS:
        if end in ("ts",) and rate in (15, Fraction(25, 2), 10, 120, 240):  # rates that MPEG-2 does not know
            codec = "libx264"
        path = write_video(tmp_path / f"a.{end}", num_frames=60, codec=codec, rate=rate)
        found[end] = (numbers(path, WHOLE), numbers(path, SECONDS, num_clips=4))
    assert isinstance(found["mp4"][0], list)
    assert all(other == found["mp4"] for other in found.values()), found


def test_sixteen_frames_last_as_long_as_sixteen_frames(tmp_path: Path) -> None:
    """Matroska says that they last 533 milliseconds, which is less than 16/30 of a second."""
    half = PAPERS["karpathy"].scale("folders_half_second").dataset.clips
    for end in ("mp4", "mkv", "webm"):
        options = {"cpu-used": "8", "deadline": "realtime"} if end == "webm" else {}
        path = write_video(tmp_path / f"a.{end}", num_frames=16, codec="libvpx" if end == "webm" else "libx264", options=options)
        assert numbers(path, half) == [list(range(16))]


def test_forty_frames_give_every_other_one(tmp_path: Path) -> None:
    """The middles of the parts fall on the frames' own stamps, which Matroska rounds to either side."""
    whole = PAPERS["karpathy"].scale("folders").dataset.clips
    for end in ("mp4", "mkv"):
        path = write_video(tmp_path / f"a.{end}", num_frames=40, options={"bf": "2"})
        assert numbers(path, whole, num_clips=1) == [list(range(5, 37, 2))]


@pytest.mark.parametrize(
    ("end", "codec", "begin"),
    [("avi", "mpeg4", 0)]  # FFmpeg writes the first frame of an AVI file at its beginning
    + [(end, codec, begin) for begin in (0, 7) for end, codec in ((*CONTAINERS[:3], ("ts", "libx264"), ("mkv", "libx264")))],
)
def test_a_varying_rate_is_the_same_in_every_container(end: str, codec: str, begin: int, tmp_path: Path) -> None:
    """Of ten frames some last longer; the file begins with the first or later."""
    lasting = [1, 1, 2, 1, 5, 1, 1, 1, 3, 1] * 3
    ticks = [begin + sum(lasting[:i]) for i in range(len(lasting))]
    reordered = {} if end == "avi" else {"bf": "2"}  # an AVI file says when frames are decoded
    path = write_video(tmp_path / f"a.{end}", num_frames=30, codec=codec, ticks=ticks, options=reordered)
    seen = [next(i for i in range(29, -1, -1) if ticks[i] - begin <= moment) for moment in range(1, 51, 2)]
    clips = Clips(num_frames=25, span_s=50 / 30, num_train=2, num_test=2)
    found = numbers(path, clips, num_clips=2)
    assert found[0] == seen, found


def test_an_edit_list_shows_a_part_and_that_is_what_is_cut(tmp_path: Path) -> None:
    """Half a second of a video of two, as telephones trim: the clip begins within a group of pictures."""
    path = write_video(tmp_path / "a.mp4", num_frames=60, options={"g": "60", "bf": "0"})
    content = path.read_bytes()
    at = content.index(b"elst") + 12
    duration, media_time = struct.unpack_from(">Ii", content, at)
    assert (duration, media_time) == (2000, 0)
    path.write_bytes(content[:at] + struct.pack(">Ii", 1000, 15360 // 2) + content[at + 8 :])
    assert numbers(path, Clips(num_frames=16, span_s=16 / 30, num_train=1, num_test=1), num_clips=1) == [list(range(22, 38))]


def test_frames_of_one_stamp_cost_no_time_and_move_no_other(tmp_path: Path) -> None:
    """Frame 3 has the stamp of frame 4: it is shown for no time."""
    stamps: list[int | None] = [round(i * 1000 / 30) for i in range(20)]
    stamps[3] = stamps[4]
    path = stamped(tmp_path / "a.mkv", stamps)
    timeline = decoded_timeline(path)
    assert timeline.num_frames == 20 and timeline.frame_at(Fraction(stamps[4] or 0, 1000)) == 4
    assert 3 not in [timeline.frame_at(Fraction(i, 100)) for i in range(70)]


@pytest.mark.parametrize("broken", [{7: 9000}, {7: 100}, {5: 0, 6: 10, 12: 0}])
def test_stamps_that_go_back_are_no_clock(broken: dict[int, int], tmp_path: Path) -> None:
    stamps: list[int | None] = [broken.get(i, round(i * 1000 / 30)) for i in range(20)]
    path = stamped(tmp_path / "a.mkv", stamps)
    assert numbers(path, Clips(num_frames=10, span_s=1 / 3, num_train=1, num_test=1), num_clips=1) == [list(range(5, 15))]


def test_a_clip_of_half_a_frame_more_is_cut_and_of_more_is_refused_in_digits_that_differ(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mkv", num_frames=16)
    assert numbers(path, Clips(num_frames=16, span_s=16.4 / 30, num_train=1, num_test=1)) == [list(range(16))]
    for span in (16.51 / 30, 16.6 / 30, 1.0, 100.0):
        refused = numbers(path, Clips(num_frames=16, span_s=span, num_train=1, num_test=1))
        assert isinstance(refused, str)
        has, needs = re.findall(r"\d+\.\d+", refused)
        assert has != needs and refused.startswith("too short: ")


def test_stamps_of_a_coarse_clock_do_not_hide_that_a_frame_lasts_longer(tmp_path: Path) -> None:
    """An AVI file counts in frames: one that lasts two of them is no rounding."""
    path = write_video(tmp_path / "a.avi", num_frames=20, codec="mpeg4", ticks=[*range(10), *range(11, 21)])
    assert read_timeline(path) is None
    timeline = decoded_timeline(path)
    assert [timeline.time_s(i) for i in (9, 10)] == [Fraction(3, 10), Fraction(367, 1000)]
