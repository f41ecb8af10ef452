"""What lies in a user's folders: found by name alone, odd files never touched, and whatever is left out is counted."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

import pytest

from repro.data.files.formats import IMAGES, VIDEOS
from repro.data.files.found import FoundFile, files_below
from repro.data.files.left_out import HIDDEN, LINKED, MOST_REASONS, NOT_REGULAR, SYSTEM, LeftOut
from repro.data.files.reading import MAX_IMAGE_BYTES, read_regular
from repro.data.sources.source import SourceError


def write(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(name.encode())
    return root


def found(root: Path, folder: str = "train", formats=IMAGES) -> tuple[list[str], dict[str, int]]:
    left_out, others = LeftOut(), list[FoundFile]()
    files = files_below(root, folder, formats=formats, left_out=left_out, others=others)
    assert sum(row.num for row in left_out.rows if "not decoded" in row.reason) == len(others)
    return [file.name for file in files], {row.reason: row.num for row in left_out.rows}


def test_files_are_found_at_any_depth_in_the_order_of_their_names_whatever_their_capitals(tmp_path: Path) -> None:
    names = ["train/b/1.JPG", "train/a/2.png", "train/a/deep/er/3.WebP", "train/4.tif"]
    assert found(write(tmp_path, *names)) == (sorted(names), {})


@pytest.mark.parametrize(
    "name", ["a.heic", "a.svg", "a.JXL", "a.dng", "a.psd", "a.txt", "a", "a.mp4", "a.jpg.part", "a.html", "a.jpg~"]
)
def test_what_is_not_taken_is_counted_by_its_ending_and_counts_where_it_is_a_picture(name: str, tmp_path: Path) -> None:
    left_out = LeftOut()
    root = write(tmp_path, "train/x/1.jpg", f"train/x/{name}")
    files_below(root, "train", formats=IMAGES, left_out=left_out, others=[])
    (row,) = left_out.rows
    assert (row.num, row.example, row.place) == (1, f"train/x/{name}", "train")
    assert row.counts == (os.path.splitext(name)[1].lower() in IMAGES.others)
    assert "not decoded" in row.reason if row.counts else "no image by the name" in row.reason


@pytest.mark.parametrize("name", [".DS_Store", "._1.jpg", ".git/1.jpg", ".ipynb_checkpoints/1.jpg"])
def test_hidden_files_are_counted_and_not_used(name: str, tmp_path: Path) -> None:
    assert found(write(tmp_path, f"train/x/{name}")) == ([], {HIDDEN: 1})


@pytest.mark.parametrize("name", ["@eaDir/1.jpg", "__MACOSX/1.jpg", "Thumbs.db", "#recycle/1.jpg", "$RECYCLE.BIN/a/1.jpg"])
def test_what_the_system_leaves_is_counted_and_is_no_class(name: str, tmp_path: Path) -> None:
    assert found(write(tmp_path, f"train/{name}")) == ([], {SYSTEM: 1})
    assert found(write(tmp_path, f"train/x/{name}")) == ([], {SYSTEM: 2})


def odd(path: Path, kind: str) -> None:
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(str(path))
    else:
        target = {"zeros": "/dev/zero", "terminal": "/dev/tty", "null": "/dev/null", "random": "/dev/urandom"}[kind]
        path.symlink_to(target)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("formats", [IMAGES, VIDEOS], ids=lambda formats: formats.unit)
@pytest.mark.parametrize("kind", ["pipe", "socket", "zeros", "terminal", "null", "random"])
def test_what_is_no_regular_file_is_counted_and_never_opened(
    kind: str, formats: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's path has a limit
    ending = formats.decoded[0]  # type: ignore[attr-defined]
    write(tmp_path, f"train/x/1{ending}")
    odd(Path(f"train/x/odd{ending}"), kind)
    assert found(tmp_path, formats=formats) == ([f"train/x/1{ending}"], {NOT_REGULAR: 1})
    with pytest.raises(OSError, match=r"a pipe, device or socket; allowed: a regular file|No such device"):
        read_regular(tmp_path / f"train/x/odd{ending}", most=MAX_IMAGE_BYTES)


def test_a_file_of_zeros_without_end_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with open(tmp_path / "x.jpg", "wb") as stream:
        stream.truncate(40 * 2**30)
    begin = time.monotonic()
    with pytest.raises(OSError, match="42949672960 bytes; allowed: up to 268435456"):
        read_regular(tmp_path / "x.jpg", most=MAX_IMAGE_BYTES)
    assert time.monotonic() - begin < 5


LINKS = {
    "to the folder above": "..",
    "to the data folder": "../..",
    "to the root": "/",
    "to itself": ".",
    "to a class beside it": "../b",
    "to a folder within": "deep",
}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("where", LINKS)
def test_a_link_to_what_is_read_anyway_or_holds_this_folder_is_counted(where: str, tmp_path: Path) -> None:
    root = write(tmp_path, "train/a/deep/1.jpg", "train/b/2.jpg", "val/a/3.jpg")
    (root / "train/a/link").symlink_to(LINKS[where])
    assert found(root) == (["train/a/deep/1.jpg", "train/b/2.jpg"], {LINKED: 1})


def test_links_elsewhere_are_followed_once_and_lead_into_no_circle(tmp_path: Path) -> None:
    root = write(tmp_path / "data", "train/a/1.jpg")
    write(tmp_path / "raw", "cats/2.jpg", "cats/more/3.jpg")
    (root / "train/cat").symlink_to(tmp_path / "raw/cats")
    (root / "train/kitty").symlink_to(tmp_path / "raw/cats")
    (tmp_path / "raw/cats/back").symlink_to(root)
    (tmp_path / "raw/cats/self").symlink_to(tmp_path / "raw/cats")
    names, reasons = found(root)
    assert names == ["train/a/1.jpg", "train/cat/2.jpg", "train/cat/more/3.jpg"]
    assert reasons == {LINKED: 3}


def test_a_dangling_link_is_found_so_that_it_can_be_refused(tmp_path: Path) -> None:
    write(tmp_path, "train/a/1.jpg")
    (tmp_path / "train/a/2.jpg").symlink_to("nowhere")
    (tmp_path / "train/a/3.jpg").symlink_to("3.jpg")
    assert found(tmp_path) == ([f"train/a/{i}.jpg" for i in (1, 2, 3)], {})


def test_very_deep_folders_are_walked_and_a_folder_that_cannot_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = "train/" + "a/" * 300 + "1.jpg"
    assert found(write(tmp_path, deep)) == ([deep], {})

    def refused(folder: object) -> object:
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr(os, "scandir", refused)
    with pytest.raises(SourceError, match=r"train cannot be read \(Permission denied\); make it readable"):
        found(tmp_path)


def test_very_many_endings_are_shown_in_a_few_lines(tmp_path: Path) -> None:
    left_out = LeftOut()
    for i in range(1000):
        left_out.add("train", f"left out: .x{i}: no image by the name", example=f"train/a.x{i}")
    left_out.add("train", HIDDEN, example="train/.x", num=5)
    rows = left_out.rows
    assert len(rows) == MOST_REASONS + 1
    assert rows[0].reason == HIDDEN and sum(row.num for row in rows) == 1005
