"""Damage that FFmpeg reports refuses a video, whatever its container and codec; so does what is beyond the limits."""

from __future__ import annotations

import io
import random
import struct
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.logging
import numpy as np
import pytest
from PIL import Image

from repro.data.prepare.video_decode import CutTask, CutVideo, cut_video
from repro.data.shards.decode import UnreadableError
from repro.data.video_files import reader
from repro.data.video_files.reader import DamageError, VideoReader
from repro.spec.video_datasets import Clips
from tests.data.videos import number_in, write_video

CLIPS = Clips(num_frames=10, span_s=1 / 3, num_train=3, num_test=3)
TWELVE = {"g": "12"}
QUICK = {"cpu-used": "8", "deadline": "realtime", "g": "12"}
X265 = {"x265-params": "keyint=12:log-level=none:pools=none"}
#: Codecs that say, or whose container says, whenever their pictures cannot be what was recorded; with the file's ending.
CHECKED = [
    *[("avi", "mpeg4", TWELVE), ("avi", "ffv1", {})],
    *[("mp4", "libx264", TWELVE), ("mp4", "mpeg4", TWELVE), ("mp4", "libsvtav1", {"preset": "12", "g": "12"})],
    *[("mkv", "libx264", TWELVE), ("mkv", "ffv1", {}), ("mkv", "mpeg2video", TWELVE)],
    *[("ts", "libx264", TWELVE), ("ts", "mpeg2video", TWELVE), ("mpg", "mpeg1video", TWELVE)],
]


def cut(content: Any, *, num_clips: int = 3) -> CutVideo | UnreadableError:
    return cut_video(CutTask(content=content, clips=CLIPS, num_clips=num_clips, stored_px=64))


class Bytes:
    """A video made on the spot."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def __call__(self) -> bytes:
        return self._content


def damaged(content: bytes, *, num: int) -> Iterator[bytes]:
    """The content, `num` times with twelve other bytes in its middle three fifths."""
    rng = random.Random(3)
    for _ in range(num):
        copy = bytearray(content)
        for _ in range(12):
            copy[rng.randrange(len(copy) // 5, len(copy) * 4 // 5)] = rng.randrange(256)
        yield bytes(copy)


@pytest.mark.parametrize(("end", "codec", "options"), CHECKED)
def test_a_damaged_video_is_refused_or_is_not_changed_by_it(end: str, codec: str, options: Any, tmp_path: Path) -> None:
    whole = write_video(tmp_path / f"a.{end}", num_frames=60, codec=codec, options=options).read_bytes()
    good = cut(Bytes(whole))
    assert isinstance(good, CutVideo), good
    found = [cut(Bytes(content)) for content in damaged(whole, num=8)]
    accepted = [video for video in found if isinstance(video, CutVideo)]
    assert all(video.strips == good.strips for video in accepted)
    assert len(accepted) <= 2


def numbers(found: CutVideo | UnreadableError) -> list[int]:
    """The numbers that the frames of all clips show."""
    assert isinstance(found, CutVideo), found
    strips = [np.asarray(Image.open(io.BytesIO(strip))) for strip in found.strips]
    return [number_in(frame) for strip in strips for frame in strip.reshape(-1, 64, 64, 3)]


def remuxed(source: Path, path: Path, *, change: Any) -> Path:
    """The packets of a video in another file, each changed; None leaves it out."""
    with av.open(str(source)) as one, av.open(str(path), "w") as other:
        track = one.streams.video[0]
        out = other.add_stream_from_template(track)
        for number, packet in enumerate(packet for packet in one.demux(track) if packet.size):
            packet = change(number, packet)
            if packet is not None:
                packet.stream = out
                other.mux(packet)
    return path


def test_the_same_damage_is_heard_each_time_and_the_messages_are_put_back(tmp_path: Path) -> None:
    whole = write_video(tmp_path / "a.avi", num_frames=60, codec="mpeg4", options=TWELVE).read_bytes()
    bad = next(content for content in damaged(whole, num=1))
    before = av.logging.get_level(), av.logging.get_skip_repeated()
    first, second = cut(Bytes(bad)), cut(Bytes(bad))
    assert isinstance(first, DamageError) and str(first) == str(second)
    assert "\n" not in str(first)
    assert (av.logging.get_level(), av.logging.get_skip_repeated()) == before


def all_key(number: int, packet: Any) -> Any:
    packet.is_keyframe = True
    return packet


@pytest.mark.parametrize(
    ("end", "codec", "options"),
    [
        ("mp4", "mpeg4", TWELVE),
        ("mkv", "mpeg4", TWELVE),
        ("mkv", "libvpx", QUICK),
        ("mp4", "libx264", TWELVE),
        ("mp4", "libx265", X265),
    ]
    + [("mkv", "libvpx-vp9", QUICK)],
)
def test_frames_that_only_pass_for_key_frames_begin_no_clip(end: str, codec: str, options: Any, tmp_path: Path) -> None:
    source = write_video(tmp_path / f"a.{end}", num_frames=100, codec=codec, options=options)
    path = remuxed(source, tmp_path / f"b.{end}", change=all_key)
    assert numbers(cut(path)) == [*range(10), *range(45, 55), *range(90, 100)]


def test_an_mp4_without_its_list_of_key_frames_has_the_same_frames(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", num_frames=200, codec="mpeg4", options={"g": "50"})
    path.write_bytes(path.read_bytes().replace(b"stss", b"free", 1))
    assert numbers(cut(path)) == [*range(10), *range(95, 105), *range(190, 200)]


@pytest.mark.parametrize(
    "options", [{"x264-params": "intra-refresh=1:keyint=20"}, {"x264-params": "open-gop=1:keyint=12", "bf": "3"}]
)
def test_streams_that_can_be_entered_before_they_are_whole_give_whole_frames(options: dict[str, str], tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", num_frames=200, options=options)
    found = cut(path)
    assert isinstance(found, CutVideo)
    with VideoReader(path) as video:
        whole = [frame.to_ndarray(format="rgb24").astype(int) for frame in video.frames()]
    strip = np.asarray(Image.open(io.BytesIO(found.strips[1]))).astype(int).reshape(-1, 64, 64, 3)
    assert all(np.abs(strip[i] - whole[95 + i]).mean() < 3 for i in range(10))


@pytest.mark.parametrize(("end", "codec"), [("avi", "mpeg4"), ("mkv", "mpeg4"), ("avi", "msmpeg4"), ("mkv", "mpeg2video")])
def test_frames_before_the_first_key_frame_are_never_used(end: str, codec: str, tmp_path: Path) -> None:
    source = write_video(tmp_path / f"a.{end}", num_frames=60, codec=codec, options={"g": "30"})
    path = remuxed(source, tmp_path / f"b.{end}", change=lambda number, packet: packet if number else None)
    found = cut(path)
    assert isinstance(found, DamageError) or min(numbers(found)) >= 30


def test_a_gap_in_a_transport_stream_is_damage(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.ts", num_frames=60, options=TWELVE)
    content = path.read_bytes()
    videos = [at for at in range(0, len(content), 188) if content[at + 1] & 0x1F == 1 and content[at + 2] == 0]
    lost = videos[len(videos) // 2]
    assert isinstance(cut(Bytes(content[:lost] + content[lost + 188 :])), DamageError)


def big_avi(path: Path, side: int) -> Path:
    """Four bytes of black a thousand pixels, as PNG."""
    with av.open(str(path), "w") as container:
        track: Any = container.add_stream("png", rate=10)
        track.width, track.height, track.pix_fmt = side, side, "gray"
        frame = av.VideoFrame(side, side, "gray")
        frame.planes[0].update(bytes(frame.planes[0].buffer_size))
        content = bytes((track.encode(frame) + track.encode())[0])
        for number in range(20):
            packet = av.Packet(content)
            packet.stream, packet.time_base, packet.is_keyframe = track, Fraction(1, 10), True
            packet.pts = packet.dts = number
            container.mux(packet)
    return path


def test_a_video_of_huge_frames_is_refused_before_one_is_decoded(tmp_path: Path) -> None:
    path = big_avi(tmp_path / "a.avi", 8000)
    begin = time.process_time()
    assert str(cut(path)) == "frames of 8000x8000 are 64000000 pixels; allowed: up to 35389440"
    assert time.process_time() - begin < 0.5


def test_a_frame_that_is_larger_than_the_header_says_is_not_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where each frame has a header of its own: in a stream joined of two, and in pictures of PNG."""
    parts = [write_video(tmp_path / f"{scale}.ts", num_frames=12, enlarged=scale).read_bytes() for scale in (1, 4)]
    content = big_avi(tmp_path / "a.avi", 256).read_bytes()
    lying = content.replace(struct.pack("<II", 256, 256), struct.pack("<II", 64, 64))
    assert lying != content
    monkeypatch.setattr(reader, "MAX_PIXELS", 128 * 128)
    for bad in (b"".join(parts), lying):
        assert str(cut(Bytes(bad))) == "frames of 256x256 are 65536 pixels; allowed: up to 16384"


def test_frames_and_pixels_in_all_are_limited_from_the_container_s_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_video(tmp_path / "a.mp4", num_frames=60)
    monkeypatch.setattr(VideoReader, "frames", None)  # nothing is decoded
    with monkeypatch.context() as patch:
        patch.setattr(reader, "MAX_FRAMES", 59)
        assert str(cut(path)) == "more than 59 frames; allowed: up to 59"
    monkeypatch.setattr(reader, "MAX_PIXELS_IN_ALL", 59 * 64 * 64)
    assert str(cut(path)) == "its frames are 245760 pixels in all; allowed: up to 241664"


def test_a_header_that_asks_for_memory_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand bytes say that there are a thousand million frames, of one size."""
    content = write_video(tmp_path / "a.mp4", num_frames=20).read_bytes()
    at = content.index(b"stsz") + 8
    many = content[:at] + struct.pack(">II", 1, 10**9) + content[at + 8 :]
    at = many.index(b"stsc") + 8
    many = many[:at] + struct.pack(">IIII", 1, 1, 10**9, 1) + many[at + 16 :]
    at = many.index(b"stts") + 8
    many = many[:at] + struct.pack(">III", 1, 10**9, 512) + many[at + 12 :]
    found = cut(Bytes(many))
    assert isinstance(found, UnreadableError), found


def test_a_list_that_names_other_files_is_no_video(tmp_path: Path) -> None:
    write_video(tmp_path / "other.mp4", num_frames=20)
    texts = {
        "a.mp4": "ffconcat version 1.0\nfile 'other.mp4'\n",
        "b.mp4": "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:1,\nother.mp4\n#EXT-X-ENDLIST\n",
        "c.mkv": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"></MPD>',
        "d.avi": "v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video 9 RTP/AVP 96\na=rtpmap:96 H264/90000\n",
        "e.webm": "[playlist]\nFile1=other.mp4\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
        assert isinstance(cut(tmp_path / name), UnreadableError), name


def test_names_that_look_like_addresses_are_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    source = write_video(tmp_path / "a.mp4", num_frames=20).read_bytes()
    for name in ("http:a.mp4", "concat:a|b.mp4", "%03d.mp4", "-rf.mp4", "a\nb.mp4", "fd:", "file:x.mp4", "pipe:0"):
        Path(name).write_bytes(source)
        assert isinstance(cut(Path(name)), CutVideo), name
