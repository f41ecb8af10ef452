"""CIFAR-10: read by an unpickler that runs nothing, checked against published hashes, downloaded safely."""

from __future__ import annotations

import gzip
import hashlib
import http.server
import io
import os
import pickle
import struct
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from repro.data.sources import cifar10
from repro.data.sources.cifar10 import Cifar10Source, find_batches, parse_batch
from repro.data.sources.download import download
from repro.data.sources.source import SourceError

FILES = (*cifar10.TRAIN_FILES, *cifar10.TEST_FILES)


def batch_file(pixels: np.ndarray, labels: list[int]) -> bytes:
    """Write a batch with the opcodes of the official files (pickle protocol 2, strings of Python 2)."""
    raw = pixels.tobytes()

    def text(word: str) -> bytes:
        return b"U" + bytes([len(word)]) + word.encode()

    shape = b"M" + struct.pack("<H", len(pixels)) + b"M" + struct.pack("<H", 3072) + b"\x86"
    array = (
        b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R(K\x01" + shape
        + b"cnumpy\ndtype\nU\x02u1K\x00K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89T"
        + struct.pack("<I", len(raw)) + raw + b"tb"
    )  # fmt: skip
    listed = b"](" + b"".join(b"K" + bytes([label]) for label in labels) + b"e"
    return b"\x80\x02}(" + text("batch_label") + text("a batch") + text("labels") + listed + text("data") + array + b"u."


def tiny_batches() -> dict[str, bytes]:
    generator = np.random.default_rng(0)
    contents = {}
    for k, name in enumerate(FILES):
        pixels = generator.integers(0, 256, (4, 3072), dtype=np.uint8)
        contents[name] = batch_file(pixels, [k, 0, 9, 3])
    return contents


def md5(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()


@pytest.fixture(scope="module")
def batches() -> dict[str, bytes]:
    return tiny_batches()


def opened(folder: Path | None, batches: dict[str, bytes], **options: Any) -> Cifar10Source:
    hashes = {name: md5(content) for name, content in batches.items()}
    place = Path("/nonexistent") if folder is not None else None
    settings = {"download_folder": place, "say": lambda line: None, "file_md5": hashes} | options
    return Cifar10Source(folder, **settings)


def write_folder(folder: Path, batches: dict[str, bytes]) -> Path:
    folder.mkdir(parents=True)
    for name, content in batches.items():
        (folder / name).write_bytes(content)
    return folder


def archive_of(batches: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, content in batches.items():
            member = tarfile.TarInfo(f"{cifar10.FOLDER}/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return gzip.compress(stream.getvalue(), mtime=0)


def test_a_batch_gives_planar_pixels_and_labels_by_hand() -> None:
    pixels = np.zeros((2, 3072), np.uint8)
    pixels[0, :1024], pixels[1, 1024 + 33] = 7, 9
    images, labels = parse_batch(batch_file(pixels, [6, 2]), name="b")
    assert images.shape == (2, 3, 32, 32)
    assert (images[0, 0] == 7).all()
    assert not images[0, 1:].any()
    assert images[1, 1, 1, 1] == 9
    assert labels.tolist() == [6, 2]


def test_our_batches_are_read_equally_by_the_standard_unpickler(batches: dict[str, bytes]) -> None:
    theirs = pickle.loads(batches["data_batch_2"], encoding="latin1")
    images, labels = parse_batch(batches["data_batch_2"], name="b")
    assert np.array_equal(theirs["data"], images.reshape(4, 3072))
    assert theirs["labels"] == labels.tolist()


class _RunsACommand:
    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch {self.marker}",)


@pytest.mark.parametrize("protocol", [0, 2, 4, 5])
def test_a_batch_that_would_run_a_command_is_refused_and_runs_nothing(protocol: int, tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    hostile = pickle.dumps({"data": _RunsACommand(marker), "labels": []}, protocol=protocol)
    with pytest.raises(SourceError, match=r"data_batch_1 is no official CIFAR-10 batch: it asks for (posix|nt)\.system"):
        parse_batch(hostile, name="data_batch_1")
    assert not marker.exists()
    pickle.loads(hostile)
    assert marker.exists()  # the payload is real


@pytest.mark.parametrize(
    "payload",
    [
        b"\x80\x02cbuiltins\neval\nU\x011\x85R.",
        b"\x80\x04\x8c\x08builtins\x8c\x04eval\x93\x8c\x011\x85R.",
        b"\x80\x02cnumpy\nload\nU\x01x\x85R.",
        b"\x80\x04\x8c\x05numpy\x8c\x10ndarray.__init__\x93.",
        b"\x80\x02U\x01xQ.",
        b"\x80\x02}r\xff\xff\xff\x7f.",  # an object of the number 2^31 - 1
        b"",
        b"\x80\x02}.",
        b"\x80\x02}(U\x04dataK\x01U\x06labels]u.",
    ],
)
def test_any_other_program_or_structure_is_refused(payload: bytes) -> None:
    with pytest.raises(SourceError, match="is no official CIFAR-10 batch"):
        parse_batch(payload, name="b")


def test_labels_that_do_not_fit_the_images_are_refused() -> None:
    for labels in ([1], [1, 10]):
        with pytest.raises(SourceError, match="labels do not fit its 2 images"):
            parse_batch(batch_file(np.zeros((2, 3072), np.uint8), labels), name="b")


def test_the_five_batches_are_train_in_their_order_and_the_test_batch_is_test(tmp_path: Path, batches: dict[str, bytes]) -> None:
    source = opened(write_folder(tmp_path / cifar10.FOLDER, batches), batches)
    assert source.listings["train"].label_N.tolist() == [label for k in range(5) for label in (k, 0, 9, 3)]
    assert source.listings["test"].label_N.tolist() == [5, 0, 9, 3]
    third, _ = parse_batch(batches["data_batch_3"], name="b")
    assert np.array_equal(source.read("train", 9), third[1].transpose(1, 2, 0))
    keys = [key for listing in source.listings.values() for key in listing.key_N.tolist()]
    assert len(set(keys)) == 24


def test_the_folder_may_be_the_batches_or_hold_them_or_hold_the_archive(tmp_path: Path, batches: dict[str, bytes]) -> None:
    folder = write_folder(tmp_path / "a" / cifar10.FOLDER, batches)
    assert find_batches(folder) == find_batches(tmp_path / "a") == folder
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / cifar10.ARCHIVE).write_bytes(archive_of(batches))
    source = opened(tmp_path / "b", batches)
    assert np.array_equal(source.read("test", 2), opened(folder, batches).read("test", 2))


def test_a_folder_without_batches_says_what_was_expected_and_which_option_to_give(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"no CIFAR-10 in .*cifar-10-batches-py.*--config data=DIR"):
        find_batches(tmp_path)


def test_a_changed_batch_is_refused_before_it_is_parsed(tmp_path: Path, batches: dict[str, bytes]) -> None:
    changed = dict(batches, data_batch_4=batches["data_batch_4"][:-3] + b"xu.")
    source = opened(write_folder(tmp_path / cifar10.FOLDER, changed), batches)
    with pytest.raises(SourceError, match=r"data_batch_4 .* has MD5 \w+, the published file has"):
        _ = source.listings


def test_a_missing_batch_is_named(tmp_path: Path, batches: dict[str, bytes]) -> None:
    folder = write_folder(tmp_path / cifar10.FOLDER, batches)
    (folder / "data_batch_2").unlink()
    with pytest.raises(SourceError, match="has no data_batch_2"):
        _ = opened(folder, batches).listings


def test_the_published_hashes_stand_for_the_source_before_anything_is_downloaded(tmp_path: Path) -> None:
    source = Cifar10Source(None, download_folder=tmp_path, say=print, urls=("http://127.0.0.1:9/none",))
    assert source.fingerprint == hashlib.sha256(" ".join(cifar10.FILE_MD5.values()).encode()).hexdigest()
    assert not list(tmp_path.iterdir())


class _Handler(http.server.BaseHTTPRequestHandler):
    content = b""
    ranges = True
    break_after: int | None = None
    requests: ClassVar[list[str | None]] = []

    def do_GET(self) -> None:
        asked = self.headers.get("Range")
        self.requests.append(asked)
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and self.ranges else 0
        if start >= len(self.content):
            self.send_error(416)
            return
        body = self.content[start:]
        self.send_response(206 if asked and self.ranges else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body if self.break_after is None else body[: self.break_after])

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[tuple[str, type[_Handler]]]:
    handler = type("Handler", (_Handler,), {"requests": []})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{listening.server_address[1]}/file", handler
        listening.shutdown()
        thread.join()


def test_cifar10_is_downloaded_checked_and_read_without_unpacking(
    tmp_path: Path, server: tuple[str, type[_Handler]], batches: dict[str, bytes]
) -> None:
    url, handler = server
    handler.content = archive_of(batches)
    settings = {"download_folder": tmp_path, "urls": (url,), "archive_md5": md5(handler.content)}
    assert len(opened(None, batches, **settings).listings["train"]) == 20
    assert [path.name for path in tmp_path.iterdir()] == [cifar10.ARCHIVE]
    assert len(opened(None, batches, **settings).listings["train"]) == 20
    assert len(handler.requests) == 1  # the second time the archive was there


def test_a_broken_download_goes_on_where_it_stopped(tmp_path: Path, server: tuple[str, type[_Handler]]) -> None:
    url, handler = server
    handler.content, handler.break_after = bytes(range(256)) * 40, 6000
    path = tmp_path / "file"
    with pytest.raises(SourceError, match=r"ended after 6000 of 10240 bytes.*--config data=DIR"):
        download([url], path=path, md5=md5(handler.content), say=print)
    assert not path.exists()
    handler.break_after = None
    download([url], path=path, md5=md5(handler.content), say=print)
    assert path.read_bytes() == handler.content
    assert handler.requests == [None, "bytes=6000-"]
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_a_server_without_ranges_sends_the_whole_file_again(tmp_path: Path, server: tuple[str, type[_Handler]]) -> None:
    url, handler = server
    handler.content, handler.ranges = b"0123456789" * 100, False
    (tmp_path / "file.part").write_bytes(b"0123")
    download([url], path=tmp_path / "file", md5=md5(handler.content), say=print)
    assert (tmp_path / "file").read_bytes() == handler.content


def test_a_complete_part_is_accepted_when_the_server_has_nothing_left(tmp_path: Path, server: tuple[str, type[_Handler]]) -> None:
    url, handler = server
    handler.content = b"complete"
    (tmp_path / "file.part").write_bytes(b"complete")
    download([url], path=tmp_path / "file", md5=md5(b"complete"), say=print)
    assert (tmp_path / "file").read_bytes() == b"complete"


def test_a_download_of_another_md5_is_thrown_away(tmp_path: Path, server: tuple[str, type[_Handler]]) -> None:
    url, handler = server
    handler.content = b"something else"
    with pytest.raises(SourceError, match=r"MD5 is .*, expected 00"):
        download([url], path=tmp_path / "file", md5="00", say=print)
    assert not list(tmp_path.iterdir())


def test_the_next_address_is_tried_when_one_does_not_answer(tmp_path: Path, server: tuple[str, type[_Handler]]) -> None:
    url, handler = server
    handler.content = b"content"
    download(["http://127.0.0.1:9/none", url], path=tmp_path / "file", md5=md5(b"content"), say=print)
    assert (tmp_path / "file").read_bytes() == b"content"


def test_members_that_point_elsewhere_are_neither_read_nor_written(tmp_path: Path, batches: dict[str, bytes]) -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        outside = tarfile.TarInfo("../escaped")
        outside.size = 4
        archive.addfile(outside, io.BytesIO(b"evil"))
        link = tarfile.TarInfo(f"{cifar10.FOLDER}/data_batch_1")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / cifar10.ARCHIVE).write_bytes(stream.getvalue())
    with pytest.raises(SourceError, match="has no data_batch_1"):
        _ = opened(tmp_path / "in", batches).listings
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_a_truncated_archive_is_refused(tmp_path: Path, batches: dict[str, bytes]) -> None:
    (tmp_path / cifar10.ARCHIVE).write_bytes(archive_of(batches)[:-2000])
    with pytest.raises(SourceError, match="is no readable archive"):
        _ = opened(tmp_path, batches).listings


def member_with_holes(size: int) -> bytes:
    """An archive of a few bytes whose first batch says that it has `size` bytes, nearly all of them a hole."""
    info = tarfile.TarInfo(f"{cifar10.FOLDER}/data_batch_1")
    info.type, info.size = b"S", 512
    head = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    head[386:398], head[398:410], head[483:495] = b"%011o\0" % 0, b"%011o\0" % 512, b"\x80" + size.to_bytes(11, "big")
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    return gzip.compress(bytes(head) + b"x" * 512 + b"\0" * 1024)


@pytest.mark.parametrize("size", [2**30, 2**41, 512])
def test_a_member_with_holes_is_refused_whatever_it_says_it_has(size: int, tmp_path: Path) -> None:
    (tmp_path / cifar10.ARCHIVE).write_bytes(member_with_holes(size))
    with pytest.raises(SourceError, match=r"is not the official archive: its .* has holes"):
        cifar10.read_archive(tmp_path / cifar10.ARCHIVE, files=["data_batch_1"])


@pytest.mark.parametrize("name", [f"{cifar10.FOLDER}/data_batch_1", "other"])
def test_a_member_of_any_name_that_is_too_large_is_refused_before_it_is_read(name: str, tmp_path: Path) -> None:
    info = tarfile.TarInfo(name)
    info.size = 2**40
    (tmp_path / cifar10.ARCHIVE).write_bytes(gzip.compress(info.tobuf(tarfile.GNU_FORMAT) + b"x" * 1024))
    with pytest.raises(SourceError, match="is not the official archive"):
        cifar10.read_archive(tmp_path / cifar10.ARCHIVE, files=["data_batch_1"])


@pytest.mark.timeout(20)
def test_a_pipe_in_the_place_of_a_batch_is_refused(tmp_path: Path, batches: dict[str, bytes]) -> None:
    folder = write_folder(tmp_path / "batches", batches)
    (folder / "data_batch_3").unlink()
    os.mkfifo(folder / "data_batch_3")
    with pytest.raises(SourceError, match=r"has no data_batch_3|data_batch_3 is no official CIFAR-10 batch"):
        cifar10.read_folder(folder, files=FILES)
