"""Only regular files are read, within their limit, and only those that were written."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

import pytest

from repro.data.files.reading import content_hash, hash_of, read_regular
from repro.data.prepare.video_decode import CutTask, cut_video
from repro.spec.video_datasets import Clips
from tests.data.videos import write_video

CLIPS = Clips(num_frames=10, span_s=1 / 3, num_train=1, num_test=1)


def reason(path: Path) -> str:
    return str(cut_video(CutTask(content=path, clips=CLIPS, num_clips=1, stored_px=32)))


def test_what_is_no_regular_file_is_no_video_and_is_never_waited_for(tmp_path: Path) -> None:
    begin = time.monotonic()
    os.mkfifo(tmp_path / "pipe.mp4")
    (tmp_path / "link.mp4").symlink_to(tmp_path / "pipe.mp4")
    (tmp_path / "zeros.mp4").symlink_to("/dev/zero")
    (tmp_path / "folder.mp4").mkdir()
    (tmp_path / "nowhere.mp4").symlink_to(tmp_path / "gone.mp4")
    (tmp_path / "circle.mp4").symlink_to(tmp_path / "circle.mp4")
    with socket.socket(socket.AF_UNIX) as end:
        end.bind(str(tmp_path / "socket.mp4"))
        for name in ("pipe", "link", "zeros", "socket"):
            assert "a pipe, device or socket; allowed: a regular file" in reason(tmp_path / f"{name}.mp4")
    assert "a folder" in reason(tmp_path / "folder.mp4")
    assert reason(tmp_path / "nowhere.mp4") == "no such file"
    assert "symbolic links" in reason(tmp_path / "circle.mp4")
    assert time.monotonic() - begin < 5


def test_a_file_most_of_which_was_never_written_is_not_read(tmp_path: Path) -> None:
    """As a download that broke off leaves it, and as it costs nothing to make one of any size."""
    path = write_video(tmp_path / "a.mp4", num_frames=20)
    whole = path.read_bytes()
    for size in (2**20, 2**34):
        os.truncate(path, size)
        if path.stat().st_blocks * 512 * 2 >= size:
            pytest.skip("a system of files without holes")
        begin = time.monotonic()
        assert f" of its {size} bytes were written; allowed: half of them" in reason(path)
        assert time.monotonic() - begin < 1
    os.truncate(path, 2**36)
    assert f"{2**36} bytes; allowed: up to {2**35}" in reason(path)
    path.write_bytes(whole)
    assert content_hash(path, most=2**20) == hash_of(whole) and read_regular(path, most=2**20) == whole


def test_a_file_with_a_hole_of_less_than_half_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a"
    with path.open("wb") as stream:
        stream.write(bytes(range(256)) * 1024)
        stream.seek(2**16, os.SEEK_CUR)
        stream.write(b"end")
    assert read_regular(path, most=2**20) == bytes(range(256)) * 1024 + bytes(2**16) + b"end"


def test_an_empty_file_is_read_as_such(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    assert read_regular(tmp_path / "a", most=0) == b""
