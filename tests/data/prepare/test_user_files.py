"""A user's files from folder to prepared set: what changes costs, what becomes of every file, and names of any bytes."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from repro.artifacts.dataset_json import read_dataset
from repro.artifacts.files import readable, visible
from repro.data.files.formats import IMAGES
from repro.data.files.inventory import read_inventory
from repro.data.prepare.image_packer import ImagePacker
from repro.data.shards.decode import UnreadableError, decoded_by_pillow, read_header
from repro.data.shards.images import Shards
from repro.data.sources.folders import FoldersSource
from repro.data.sources.source import SourceError
from tests.data.prepare.test_preparation import run
from tests.data.prepare.test_prepare import PHOTOS, photo, photo_tree

#: Makes shards of four photos each.
FOUR_A_SHARD = 4 * (1536 + 3 * 16 * 16 // 5)


def prepare(root: Path, out: Path, **options: Any) -> list[str]:
    return run(PHOTOS, out, source=root, shard_bytes=FOUR_A_SHARD, **options)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect the names of the files that are read as examples."""
    names: list[str] = []
    read = FoldersSource.read

    def noting(source: FoldersSource, split: str, index: int) -> bytes:
        names.append(os.fsdecode(bytes(source.listings[split].file_N[index])))
        return read(source, split, index)

    monkeypatch.setattr(FoldersSource, "read", noting)
    return names


def test_a_replaced_file_costs_its_own_shard_alone_and_is_said(tmp_path: Path, reads: list[str]) -> None:
    root = photo_tree(tmp_path / "photos")
    prepare(root, tmp_path / "out")
    assert len(reads) == 16
    before, reads[:] = read_dataset(tmp_path / "out"), []
    photo(root / "train" / "ant" / "1.jpg", 77)
    assert "prepare photos: 1 file replaced: prepared anew, where they go" in prepare(root, tmp_path / "out")
    assert len(reads) == 4 and "train/ant/1.jpg" in reads
    after = read_dataset(tmp_path / "out")
    assert after.digest != before.digest
    assert sum(a != b for a, b in zip(after.splits["train"].shards, before.splits["train"].shards, strict=True)) == 1
    assert prepare(root, tmp_path / "out") == ["prepare photos: complete already"]
    prepare(root, tmp_path / "fresh")
    assert read_dataset(tmp_path / "fresh").digest == after.digest


def test_added_and_removed_files_are_said_and_leave_what_a_fresh_preparation_makes(tmp_path: Path) -> None:
    root = photo_tree(tmp_path / "photos")
    prepare(root, tmp_path / "out")
    for i in range(3):
        photo(root / "train" / "bee" / f"9{i}.jpg", 900 + i)
    (root / "val" / "ant" / "0.jpg").unlink()
    assert "prepare photos: 3 files added, 1 removed: prepared anew, where they go" in prepare(root, tmp_path / "out")
    shutil.rmtree(root / "train" / "bee")
    shutil.rmtree(root / "val" / "bee")
    photo(root / "train" / "cat" / "0.jpg", 5)
    prepare(root, tmp_path / "out")
    prepare(root, tmp_path / "fresh")
    assert read_dataset(tmp_path / "out").digest == read_dataset(tmp_path / "fresh").digest
    assert {path.name for path in (tmp_path / "out").glob("*.tar")} == {path.name for path in (tmp_path / "fresh").glob("*.tar")}
    assert len(list((tmp_path / "out" / "journal").glob("*.npz"))) == len(list((tmp_path / "fresh" / "journal").glob("*.npz")))


def test_times_alone_change_nothing_and_read_nothing_into_shards(tmp_path: Path, reads: list[str]) -> None:
    root = photo_tree(tmp_path / "photos")
    prepare(root, tmp_path / "out")
    before, reads[:] = read_dataset(tmp_path / "out"), []
    for path in root.rglob("*.jpg"):
        os.utime(path, (1, 1))
    assert prepare(root, tmp_path / "out") == ["prepare photos: complete already"]
    assert prepare(shutil.copytree(root, tmp_path / "copy"), tmp_path / "out") == ["prepare photos: complete already"]
    assert reads == []
    assert replace(read_dataset(tmp_path / "out"), source=before.source) == before


def test_a_repaired_file_is_taken_in_and_one_without_permission_too_once_it_has_it(tmp_path: Path) -> None:
    root = photo_tree(tmp_path / "photos")
    path = root / "train" / "ant" / "0.jpg"
    good = path.read_bytes()
    path.write_bytes(good[:100])
    prepare(root, tmp_path / "out")
    assert read_dataset(tmp_path / "out").refused.num == 1
    path.write_bytes(good)
    prepare(root, tmp_path / "out")
    assert read_dataset(tmp_path / "out").refused.num == 0


def test_an_interrupted_preparation_goes_on_where_it_was(
    tmp_path: Path, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root, pack, packed = photo_tree(tmp_path / "photos"), ImagePacker.pack, list[str]()

    def dying(packer: ImagePacker, plan: Any, **options: Any) -> Any:
        packed.append(plan.file)
        if len(packed) == 3:
            raise KeyboardInterrupt
        return pack(packer, plan, **options)

    monkeypatch.setattr(ImagePacker, "pack", dying)
    with pytest.raises(KeyboardInterrupt):
        prepare(root, tmp_path / "out")
    assert len(reads) == 8
    prepare(root, tmp_path / "out")
    assert len(reads) == 16
    known = read_inventory(tmp_path / "out")
    assert known is not None and all(file.content for file in known.files.values())


def test_every_file_is_accounted_for_in_one_table_on_the_terminal_and_in_the_description(tmp_path: Path) -> None:
    root = photo_tree(tmp_path / "photos")
    shutil.copy(root / "train" / "ant" / "0.jpg", root / "train" / "ant" / "again.jpg")
    shutil.copy(root / "train" / "ant" / "1.jpg", root / "val" / "ant" / "leaked.jpg")
    (root / "train" / "ant" / "broken.jpg").write_bytes(b"")
    (root / "train" / "ant" / "page.jpg").write_bytes(b"<html>not found</html>")
    (root / "train" / "ant" / "list.txt").write_text("x")
    (root / "train" / "ant" / ".DS_Store").write_text("x")
    os.mkfifo(root / "train" / "ant" / "pipe.jpg")
    (root / "train" / "empty").mkdir()
    (root / "val" / "ant" / "9.heic").write_bytes(b"x")
    said = prepare(root, tmp_path / "out", max_left_out=0.2)
    rows = [(row.place, row.num, row.reason, row.counts) for row in read_dataset(tmp_path / "out").left_out]
    assert rows == [
        ("train", 1, "left out: pipes, devices and sockets: only regular files are read", True),
        ("train", 1, "left out: .txt: no image by the name", False),
        ("train", 1, "left out: class folders without a file for training", False),
        ("train", 1, "left out: hidden files and folders", False),
        ("val", 1, "left out: .heic: a format that is not decoded", True),
        *sorted(
            [
                ("train", 1, "refused: empty file", False),
                ("train", 1, next(row[2] for row in rows if "a page of HTML" in row[2]), False),
            ],
            key=lambda row: [row[2] for row in rows].index(row[2]),
        ),
        ("train", 1, "kept: images with the same bytes as another of their split", False),
    ]
    table = [line for line in said if line.startswith("  ")]
    assert len(table) == 1 + len(rows) and table[0].split() == ["where", "files", "what", "became", "of", "them"]
    assert any("such as val/ant/9.heic" in line for line in table)
    assert any("1 test images are also training images" in text for text in read_dataset(tmp_path / "out").warnings)
    assert prepare(root, tmp_path / "out", max_left_out=0.2) == ["prepare photos: complete already"]
    with pytest.raises(SourceError, match=r"2 of 22 images of 'photos' \(9\.09%\) would be left out, .*--max-left-out SHARE"):
        prepare(root, tmp_path / "out")


@pytest.mark.parametrize("ending", ["heic", "svg", "dng"])
def test_too_many_pictures_of_a_format_that_is_not_decoded_stop_the_preparation_before_it_begins(
    ending: str, tmp_path: Path, reads: list[str]
) -> None:
    root = photo_tree(tmp_path / "photos", per_class=1)
    for i in range(12):
        (root / "train" / "ant" / f"{i}.{ending}").write_bytes(b"x")
    message = rf"12 of 16 images of 'photos' \(75\.00%\) would be left out, 12 of them: left out: \.{ending}: a format"
    with pytest.raises(SourceError, match=message):
        prepare(root, tmp_path / "out")
    assert reads == []


#: By ending, how Pillow writes such a file, and how far its pixels may be from those that were written.
FORMATS: dict[str, tuple[str, int]] = {
    ".jpg": ("JPEG", 12),
    ".jfif": ("JPEG", 12),
    ".png": ("PNG", 0),
    ".webp": ("WEBP", 30),
    ".bmp": ("BMP", 0),
    ".tif": ("TIFF", 0),
    ".tiff": ("TIFF", 0),
    ".gif": ("GIF", 40),
    ".ppm": ("PPM", 0),
    ".pnm": ("PPM", 0),
    ".avif": ("AVIF", 30),
    ".jp2": ("JPEG2000", 12),
}


def gradient() -> np.ndarray[Any, np.dtype[np.uint8]]:
    x, y = np.meshgrid(np.arange(32), np.arange(32))
    return np.stack([x * 7, y * 7, (x + y) * 3], axis=-1).astype(np.uint8)


def saved(kind: str, mode: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(gradient()).convert(mode).save(stream, kind, **options)
    return stream.getvalue()


def test_every_format_that_is_named_as_decoded_is_decoded_to_its_pixels(tmp_path: Path) -> None:
    pixels, sized = gradient(), replace(PHOTOS, stored_px=32, encoding="raw", max_refused=0.0)
    for i, (ending, (kind, _)) in enumerate(FORMATS.items()):
        for split in ("train", "val"):
            path = tmp_path / "photos" / split / f"c{i:02d}" / f"{i}{ending}"
            path.parent.mkdir(parents=True)
            Image.fromarray(pixels).save(path, kind)
    run(sized, tmp_path / "out", source=tmp_path / "photos")
    stored = Shards(tmp_path / "out", "train")
    for label, image in zip(stored.label_N.tolist(), stored.images(range(stored.num_examples)), strict=True):
        ending, (_, most) = list(FORMATS.items())[label]
        off = np.abs(np.frombuffer(image.tobytes(), np.uint8).reshape(32, 32, 3).astype(int) - pixels).max()
        assert off <= most, ending
    assert {*FORMATS, ".jpeg", ".jpe", ".apng", ".dib", ".pgm", ".pbm", ".j2k"} == set(IMAGES.decoded)


@pytest.mark.parametrize(("kind", "mode"), [("TIFF", "CMYK"), ("TIFF", "I;16"), ("TIFF", "F"), ("TIFF", "I"), ("TIFF", "LAB")])
def test_pictures_that_would_lose_more_than_alpha_are_refused_with_their_mode(kind: str, mode: str) -> None:
    stream = io.BytesIO()
    picture = Image.new(mode, (8, 8)) if mode in ("I;16", "LAB") else Image.fromarray(gradient()).convert("L").convert(mode)
    picture.save(stream, kind)
    with pytest.raises(UnreadableError, match=rf"TIFF with pixels of mode {mode}; decoded are 8 bits a channel"):
        read_header(stream.getvalue(), name="x.tif")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (saved("JPEG", "L").replace(b"\xff\xc0\0\x0b\x08", b"\xff\xc0\0\x0b\x0c"), "a JPEG file of a kind that is not decoded"),
        (b"version https://git-lfs.github.com/spec/v1\noid", "a pointer of Git LFS"),
        (b"<!doctype html><html>", "a page of HTML"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "a HEIC file"),
        (b"%PDF-1.4", "a PDF file"),
        (b"\0" * 100, "no picture of a format that is decoded"),
    ],
)
def test_a_file_that_is_no_picture_is_refused_by_what_it_is(content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason):
        read_header(content, name="x.jpg")


@pytest.mark.parametrize("kind", ["WEBP", "BMP", "TIFF", "GIF", "PPM", "AVIF", "JPEG2000"])
def test_a_cut_file_of_any_format_is_refused_or_whole_and_never_a_crash(kind: str) -> None:
    whole = saved(kind, "RGB")
    for share in (0.1, 0.3, 0.5, 0.8, 0.95):
        cut = whole[: int(len(whole) * share)]
        try:
            header = read_header(cut, name="x")
        except UnreadableError:
            continue
        pixels = decoded_by_pillow(cut)
        assert isinstance(pixels, UnreadableError) or pixels.shape[0] * pixels.shape[1] == header.num_pixels


def test_no_library_prints_anything_of_a_file_without_its_name(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    root = photo_tree(tmp_path / "photos", per_class=3)
    whole = (root / "train" / "ant" / "0.jpg").read_bytes()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(gradient()).save(root / "train" / "bee" / "exif.jpg", exif=exif.tobytes()[:-3])
    (root / "train" / "ant" / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    (root / "train" / "ant" / "end.jpg").write_bytes(whole[:-2])
    (root / "train" / "ant" / "x.png").write_bytes(saved("PNG", "RGB")[:-40])
    (root / "train" / "ant" / "x.tif").write_bytes(
        saved("TIFF", "RGB").replace(b"\x15\x01\x03\0\x01\0\0\0\x03", b"\x15\x01\x03\0\x01\0\0\0\xff")
    )
    run(replace(PHOTOS, max_refused=0.9), tmp_path / "out", source=root)
    printed = capfd.readouterr()
    assert (printed.out, printed.err, caplog.text) == ("", "", "")
    assert read_dataset(tmp_path / "out").refused.num >= 3


def test_of_several_pictures_the_first_is_taken_and_that_is_counted(tmp_path: Path) -> None:
    root = photo_tree(tmp_path / "photos", per_class=1)
    red, blue = (Image.new("RGB", (16, 16), color) for color in ("red", "blue"))
    for ending in ("gif", "webp", "tif"):
        red.save(root / "train" / "ant" / f"two.{ending}", save_all=True, append_images=[blue])
    run(replace(PHOTOS, encoding="raw"), tmp_path / "out", source=root)
    assert "3 files hold several pictures, of which the first was taken" in read_dataset(tmp_path / "out").warnings
    shards = Shards(tmp_path / "out", "train")
    for key, image in zip(shards.key_N.tolist(), shards.images(range(shards.num_examples)), strict=True):
        if b"two" in key:
            red_mean, _, blue_mean = np.frombuffer(image.tobytes(), np.uint8).reshape(-1, 3).mean(axis=0)
            assert red_mean > 200 > 50 > blue_mean


#: Whatever a file system takes: as bytes, since some are no text.
NAMES: list[bytes] = [
    b"caf\xe9.jpg",
    b"caf\xc3\xa9.jpg",
    b"cafe\xcc\x81.jpg",
    b"\xff\xfe.jpg",
    b"a\nb.jpg",
    b"a\tb\r.jpg",
    b"\x1b[31mred.jpg",
    b"\xe2\x80\xaegpj.exe.jpg",
    b"=cmd|' /C calc'!A0.jpg",
    b"@sum.jpg",
    b"-rf.jpg",
    b"+1.jpg",
    b"<img src=x onerror=alert(1)>.jpg",
    b"[a](b)![c].jpg",
    b"a|b`c`*d*_e_.jpg",
    b"\\input{x}$y$%z&#.jpg",
    b"{{7*7}}{%x%}.jpg",
    b"p.jpg",
    b"p.png",
    b"p.jpg.png",
    b"p%2Ejpg.png",
    b"\xf0\x9f\x9a\x80.jpg",
    b" .jpg",
    b"\xc2\xa0.jpg",
    b"x" * 250 + b".jpg",
    b"con.jpg",
    b"\xed\xb3\xa9.jpg",
]


def hostile_tree(root: Path) -> Path:
    photo_tree(root, per_class=1)
    for place, name in enumerate(NAMES):
        kind = "PNG" if name.endswith(b".png") else "JPEG"
        photo(Path(os.fsdecode(os.fsencode(root / "train" / "ant") + b"/" + name)), 3000 + place, kind=kind)
    return root


def test_files_of_any_name_are_prepared_and_two_stay_two(tmp_path: Path) -> None:
    run(PHOTOS, tmp_path / "out", source=hostile_tree(tmp_path / "photos"))
    dataset = read_dataset(tmp_path / "out")
    assert dataset.refused.num == 0
    assert dataset.splits["train"].num_examples == len(NAMES) + 2
    keys = Shards(tmp_path / "out", "train").key_N.tolist()
    assert len(set(keys)) == len(NAMES) + 2


SHOWN: dict[str, str] = {
    "caf\udce9": "caf\\xe9",
    "\ud800x": "\\ud800x",
    "a\nb": "a\\x0ab",
    "\x1b[31m": "\\x1b[31m",
    "\u202egpj": "\\u202egpj",
    "\ufeffa": "\\ufeffa",
    "plain é 🚀 <b>": "plain é 🚀 <b>",
}


@pytest.mark.parametrize("name", SHOWN)
def test_a_name_is_shown_so_that_it_can_be_read_and_acts_on_nothing(name: str) -> None:
    assert readable(name) == SHOWN[name]
    visible(name).encode()
    assert readable(readable(name)) == readable(name)


def write_text_file(path: Path) -> None:
    path.write_text("x")


ODD: dict[str, Callable[[Path], None]] = {
    "a pipe": os.mkfifo,
    "a link to a device": lambda path: path.symlink_to("/dev/zero"),
    "40 GB of nothing": lambda path: os.truncate(os.open(path, os.O_CREAT | os.O_RDWR), 40 * 2**30),
    "a link to nowhere": lambda path: path.symlink_to("nowhere"),
    "a link to itself": lambda path: path.symlink_to(path.name),
    "a text": write_text_file,
}


@pytest.mark.timeout(60)
def test_odd_files_cost_only_themselves(tmp_path: Path) -> None:
    root = photo_tree(tmp_path / "photos", per_class=5)
    for place, make in enumerate(ODD.values()):
        make(root / "train" / "ant" / f"odd{place}.jpg")
    run(replace(PHOTOS, max_refused=0.5), tmp_path / "out", source=root, max_left_out=0.5)
    dataset = read_dataset(tmp_path / "out")
    assert dataset.splits["train"].num_examples == 10
    assert dataset.refused.num + sum(row.num for row in dataset.left_out if row.counts) == len(ODD)
