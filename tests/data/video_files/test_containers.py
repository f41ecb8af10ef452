"""What Matroska and MP4 say beside what FFmpeg tells: crops are heeded, checksums are checked."""

from __future__ import annotations

import contextlib
import io
import random
import struct
from pathlib import Path

import numpy as np
import pytest

from repro.data.prepare.video_decode import CutVideo
from repro.data.shards.decode import central_square
from repro.data.video_files.containers import crops_of, matroska_parts
from repro.data.video_files.reader import DamageError
from tests.data.video_files.test_orientation import matrix, picture, stored, video
from tests.data.video_files.test_reader import QUICK, X265, Bytes, cut, damaged
from tests.data.videos import write_video

MKV, MP4 = "matroska,webm", "mov,mp4,m4a,3gp,3g2,mj2"


def with_clap(content: bytes, clap: tuple[int, ...]) -> bytes:
    """An MP4 file whose pictures have the box `clap`, which grows all boxes around it."""
    box = struct.pack(">I4s8i", 40, b"clap", *clap)
    end = content.index(b"avcC") - 4
    changed = bytearray(content)
    for name in (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd", b"avc1"):
        at = content.index(name, content.index(b"moov")) - 4
        changed[at : at + 4] = struct.pack(">I", struct.unpack_from(">I", content, at)[0] + 40)
    return bytes(changed[:end] + box + changed[end:])


def test_a_clean_aperture_is_what_is_shown(tmp_path: Path) -> None:
    """Of 96 x 96 pixels the 64 x 48 whose middle lies 16 to the right and 8 below the middle."""
    path = video(tmp_path / "a.mp4")
    path.write_bytes(with_clap(path.read_bytes(), (64, 1, 48, 1, 16, 1, 8, 1)))
    assert crops_of(path, container=MP4) == [(32, 32, 0, 16)]
    found, notes = stored(path, side_px=48)
    assert notes == ("cropped",)
    assert np.abs(found - central_square(picture()[32:80, 32:96], side_px=48)).mean() < 12


def with_crop(content: bytes, *, left: int, bottom: int) -> bytes:
    """A WebM file of FFmpeg's whose video element has two crops of four bytes, which grows what it lies in."""
    tracks = content.index(b"\x16\x54\xae\x6b", 200)
    video_size = content.index(b"\xe0", content.index(b"V_VP9", tracks)) + 1  # behind the track's number, which is drawn
    end = video_size + 1 + (content[video_size] & 0x7F)
    changed = bytearray(content)
    segment_size = content.index(b"\x18\x53\x80\x67") + 4
    for begin, size in ((segment_size, 8), (tracks + 4, 1), (tracks + 6, 8), (video_size, 1)):
        changed[begin : begin + size] = (int.from_bytes(content[begin : begin + size]) + 8).to_bytes(size)
    return bytes(changed[:end] + bytes((0x54, 0xCC, 0x81, left, 0x54, 0xAA, 0x81, bottom)) + changed[end:])


def test_a_crop_of_webm_is_cut_off_before_the_picture_is_turned(tmp_path: Path) -> None:
    path = video(tmp_path / "a.webm", codec="libvpx-vp9", shown=matrix((0, 1, -1, 0)))
    path.write_bytes(with_crop(path.read_bytes(), left=48, bottom=24))
    assert crops_of(path, container=MKV) == [(48, 0, 0, 24)]
    found, notes = stored(path, side_px=48)
    assert notes == ("cropped", "turned")
    shown = np.rot90(picture()[:72, 48:], k=-1)
    assert np.abs(found - central_square(np.ascontiguousarray(shown), side_px=48)).mean() < 14


@pytest.mark.parametrize("clap", [(0, 1, 0, 1, 0, 1, 0, 1), (200, 1, 96, 1, 0, 1, 0, 1), (96, 0, 96, 1, 0, 1, 0, 1)])
def test_a_crop_that_leaves_nothing_or_more_than_there_is_cuts_nothing(clap: tuple[int, ...], tmp_path: Path) -> None:
    path = video(tmp_path / "a.mp4")
    path.write_bytes(with_clap(path.read_bytes(), clap))
    found, notes = stored(path)
    assert notes == ()
    assert np.abs(found - picture()).mean() < 12


def test_videos_without_a_crop_have_none(tmp_path: Path) -> None:
    for end, container in (("mp4", MP4), ("mov", MP4), ("mkv", MKV)):
        assert crops_of(video(tmp_path / f"a.{end}"), container=container) == [(0, 0, 0, 0)]
    assert crops_of(video(tmp_path / "a.avi", codec="mpeg4"), container="avi") == []


@pytest.mark.parametrize(("codec", "options"), [("libvpx-vp9", QUICK), ("libvpx", QUICK), ("libx265", X265), ("mpeg4", {})])
def test_no_damage_of_a_matroska_file_with_checksums_is_accepted(codec: str, options: dict[str, str], tmp_path: Path) -> None:
    """Also of codecs that cannot tell a damaged picture: FFmpeg writes a checksum into each cluster."""
    whole = write_video(tmp_path / "a.mkv", num_frames=60, codec=codec, options=options).read_bytes()
    assert isinstance(cut(Bytes(whole)), CutVideo)
    assert all(isinstance(cut(Bytes(content)), DamageError) for content in damaged(whole, num=20))


def test_one_byte_of_a_cluster_without_a_checksum_is_seen_where_it_is_no_picture(tmp_path: Path) -> None:
    whole = write_video(tmp_path / "a.webm", num_frames=60, codec="libvpx", options=QUICK).read_bytes()
    list(matroska_parts(io.BytesIO(whole), length=len(whole)))
    block = whole.index(b"\xe7\x81\x00\xa3") + 3
    for at in (block, block + 1):
        bad = whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :]
        with pytest.raises(DamageError, match="not filled"):
            list(matroska_parts(io.BytesIO(bad), length=len(bad)))


@pytest.mark.parametrize(
    ("box", "place", "value"),
    [
        (b"stts", 14, 1),
        (b"stts", 13, 17),
        (b"stts", 17, 1),
        (b"stts", 18, 64),
        (b"mdhd", 18, 0),
        (b"mdhd", 20, 119),
        (b"mdhd", 22, 2),
        (b"mdhd", 1, 23),
        (b"edts", -3, 94),
    ],
)
def test_a_clock_of_mp4_that_contradicts_itself_is_damage(box: bytes, place: int, value: int, tmp_path: Path) -> None:
    """A byte of how many frames last how long, of the ticks a second (here 15360), and of the length of the track."""
    content = bytearray(write_video(tmp_path / "a.mp4", num_frames=60).read_bytes())
    at = content.index(box)
    assert content[at + place] != value
    content[at + place] = value
    assert isinstance(cut(Bytes(bytes(content))), DamageError)


def test_a_file_that_ends_early_has_the_parts_that_are_there(tmp_path: Path) -> None:
    whole = write_video(tmp_path / "a.mkv", num_frames=200, options={"g": "10"}).read_bytes()
    names = [name for name, _ in matroska_parts(io.BytesIO(whole), length=len(whole))]
    for end in (len(whole) // 2, len(whole) * 3 // 4, len(whole) - 1):
        found = [name for name, _ in matroska_parts(io.BytesIO(whole[:end]), length=end)]
        assert found == names[: len(found)] and len(found) < len(names)


@pytest.mark.parametrize("seed", range(3))
def test_rubbish_ends_the_reading(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(300):
        content = bytes(rng.randrange(256) for _ in range(rng.randrange(200)))
        for head in (b"", b"\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff", b"\x00\x00\x00\xc8moov"):
            for container in (MKV, MP4):
                with contextlib.suppress(DamageError):
                    crops_of(head + content, container=container)
