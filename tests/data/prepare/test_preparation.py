"""Prepared data: the same bytes have the same digest, and whatever is damaged is made again, as it was and alone."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from repro.artifacts.dataset_json import FILE, DatasetJson, read_dataset
from repro.data.generated.images import ProceduralSource
from repro.data.prepare import preparation
from repro.data.prepare.preparation import DECIDE_NO_BYTE
from repro.data.prepare.prepare import prepare
from repro.data.sources.source import SourceError
from repro.spec.datasets import Dataset
from repro.spec.video_datasets import VideoDataset
from tests.data.prepare.test_prepare import PHOTOS, SMALL_SHARDS, photo, photo_tree
from tests.data.prepare.test_prepare import TOYS as IMAGES
from tests.data.prepare.test_video_prepare import FILMS, films
from tests.data.prepare.test_video_prepare import TOYS as VIDEOS

SETS = {"images": IMAGES, "videos": replace(VIDEOS, procedural=replace(VIDEOS.procedural, num_train=6))}
SHARDS = {"images": SMALL_SHARDS, "videos": 8_000}


def run(dataset: Dataset | VideoDataset, folder: Path, **options: Any) -> list[str]:
    """Prepare, and return what was said."""
    lines: list[str] = []
    prepare(dataset, folder=folder, **{"source": None, "num_threads": 1, "say": lines.append} | options)
    return lines


def content(folder: Path) -> dict[str, bytes]:
    """Return all that was stored, and of the description what is trained on."""
    files = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file() and path.name != FILE}
    return {**files, "digest": read_dataset(folder).digest.encode()}


@pytest.fixture(scope="module", params=SETS)
def prepared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    folder = tmp_path_factory.mktemp("prepared") / request.param
    run(SETS[request.param], folder, shard_bytes=SHARDS[request.param])
    assert len(read_dataset(folder).splits["train"].shards) > 1
    return request.param, folder


def test_prepared_again_elsewhere_and_later_the_same_bytes_have_the_same_digest(
    prepared: tuple[str, Path], tmp_path: Path
) -> None:
    kind, folder = prepared
    other = replace(SETS[kind], name="other", title="another title")
    run(other, tmp_path / "elsewhere", shard_bytes=SHARDS[kind], num_threads=2)
    first, second = read_dataset(folder), read_dataset(tmp_path / "elsewhere")
    assert first != second
    assert first.digest == second.digest


def test_photos_have_the_same_digest_wherever_they_lie_and_whenever_they_were_touched(tmp_path: Path) -> None:
    root = photo_tree(tmp_path / "photos")
    run(PHOTOS, tmp_path / "one", source=root)
    moved = shutil.move(root, tmp_path / "moved")
    for path in Path(moved).rglob("*.jpg"):
        os.utime(path, (1, 1))
    run(PHOTOS, tmp_path / "two", source=Path(moved))
    first, second = read_dataset(tmp_path / "one"), read_dataset(tmp_path / "two")
    assert first.digest == second.digest


def rename(root: Path) -> None:
    for split in ("train", "val"):
        (root / split / "ant").rename(root / split / "ape")


def relabel(root: Path) -> None:
    (root / "train" / "ant" / "0.jpg").rename(root / "train" / "bee" / "9.jpg")


CHANGES: dict[str, Callable[[Path], object]] = {
    "one picture": lambda root: photo(root / "train" / "ant" / "0.jpg", 77),
    "a test picture": lambda root: photo(root / "val" / "ant" / "0.jpg", 77),
    "a label": relabel,
    "the name of a class": rename,
    "a picture more": lambda root: photo(root / "train" / "ant" / "10.jpg", 77),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changes_in_the_data_changes_the_digest(change: str, tmp_path: Path) -> None:
    root = photo_tree(tmp_path / "photos")
    run(PHOTOS, tmp_path / "out", source=root)
    before = read_dataset(tmp_path / "out").digest
    CHANGES[change](root)
    said = run(PHOTOS, tmp_path / "out", source=root)
    assert re.search(r"prepare photos: \d+ files? (added|removed|replaced).*: prepared anew, where they go", said[0])
    assert read_dataset(tmp_path / "out").digest != before


def damage(path: Path, how: str) -> None:
    whole = path.read_bytes()
    if how == "gone":
        path.unlink()
    elif how == "empty":
        path.write_bytes(b"")
    else:
        place = len(whole) // 2
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])


@pytest.mark.parametrize("how", ["flipped", "empty", "gone"])
def test_every_damaged_file_is_named_and_made_again_as_it_was(how: str, prepared: tuple[str, Path], tmp_path: Path) -> None:
    kind, original = prepared
    folder = shutil.copytree(original, tmp_path / "copy")
    whole = content(folder)
    for file in [path.name for path in sorted(original.iterdir()) if path.is_file()]:
        damage(folder / file, how)
        said = run(SETS[kind], folder, shard_bytes=SHARDS[kind])
        assert content(folder) == whole, file
        named = [line for line in said if line.startswith(f"prepare toys: {file} is not the file that was made")]
        assert named or file == "test.camera.npz" or (how, file) == ("gone", FILE)
        assert run(SETS[kind], folder, shard_bytes=SHARDS[kind]) == ["prepare toys: complete already"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_flipped_bit_of_any_file_survives(data: st.DataObject, prepared: tuple[str, Path], tmp_path: Path) -> None:
    kind, original = prepared
    folder = tmp_path / "copy"  # of all examples, one after the other: what a flip leaves in the journal stays there
    if not folder.exists():
        shutil.copytree(original, folder)
    whole = content(folder)
    path = data.draw(st.sampled_from(sorted(path for path in folder.rglob("*") if path.is_file())))
    stored = bytearray(path.read_bytes())
    place = data.draw(st.integers(0, 2**32 - 1))  # of as many: the description's length varies with the time it took
    stored[place % len(stored)] ^= 1 << data.draw(st.integers(0, 7))
    path.write_bytes(stored)
    run(SETS[kind], folder, shard_bytes=SHARDS[kind])
    assert content(folder) == whole


def test_only_the_damaged_shard_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(IMAGES, tmp_path, shard_bytes=SMALL_SHARDS)
    read, places = ProceduralSource.read, list[tuple[str, int]]()

    def counting(source: ProceduralSource, split: str, index: int) -> bytes:
        places.append((split, index))
        return read(source, split, index)

    monkeypatch.setattr(ProceduralSource, "read", counting)
    shard = read_dataset(tmp_path).splits["train"].shards[1]
    damage(tmp_path / shard.file, "flipped")
    run(IMAGES, tmp_path, shard_bytes=SMALL_SHARDS)
    assert len(places) == shard.num_examples
    damage(tmp_path / "mean_image.npy", "flipped")
    damage(tmp_path / "train.index.npz", "gone")
    run(IMAGES, tmp_path, shard_bytes=SMALL_SHARDS)
    assert len(places) == shard.num_examples


def test_a_lost_journal_costs_time_and_no_byte(tmp_path: Path) -> None:
    run(IMAGES, tmp_path)
    whole = content(tmp_path)
    shutil.rmtree(tmp_path / "journal")
    assert run(IMAGES, tmp_path) == ["prepare toys: complete already"]
    (tmp_path / FILE).unlink()
    run(IMAGES, tmp_path)
    assert content(tmp_path) == whole


@pytest.mark.parametrize(
    "harm",
    [
        lambda whole: whole[:900],
        lambda whole: b"",
        lambda whole: b"PK\x05\x06" + 18 * b"\0",
        lambda whole: whole[:-40] + 40 * b"x",
    ],
    ids=["cut", "empty", "no entries", "no end"],
)
def test_a_damaged_entry_of_an_interrupted_preparation_costs_its_shard_alone(
    harm: Callable[[bytes], bytes], prepared: tuple[str, Path], tmp_path: Path
) -> None:
    kind, original = prepared
    folder = Path(shutil.copytree(original, tmp_path / "copy"))
    whole, entry = content(folder), folder / "journal" / "train-00000.npz"
    entry.write_bytes(harm(entry.read_bytes()))
    (folder / FILE).unlink()
    kept = {path: path.stat().st_mtime_ns for path in folder.glob("*.tar") if path.stem != entry.stem}
    run(SETS[kind], folder, shard_bytes=SHARDS[kind])
    assert content(folder) == whole
    assert {path: path.stat().st_mtime_ns for path in kept} == kept


def test_files_that_are_dated_in_the_future_or_long_ago_are_whole(prepared: tuple[str, Path], tmp_path: Path) -> None:
    kind, original = prepared
    folder = Path(shutil.copytree(original, tmp_path / "copy"))
    for seconds in (4_070_908_800, 0):  # 2099, 1970
        for path in folder.iterdir():
            os.utime(path, (seconds, seconds))
        assert run(SETS[kind], folder, shard_bytes=SHARDS[kind]) == ["prepare toys: complete already"]


@pytest.mark.parametrize(("field", "value"), [("title", "better words"), ("of", "ilsvrc2012_val"), ("max_refused", 0.5)])
def test_words_of_a_data_set_are_brought_up_to_date_and_nothing_is_made(field: str, value: Any, tmp_path: Path) -> None:
    run(IMAGES, tmp_path)
    before = read_dataset(tmp_path)
    assert run(replace(IMAGES, **{field: value}), tmp_path) == ["prepare toys: complete already"]
    after = read_dataset(tmp_path)
    assert after.spec[field] == value and after.wall_s == before.wall_s
    assert after.digest == before.digest


@pytest.mark.parametrize("kind", [Dataset, VideoDataset])
def test_every_field_of_a_specification_is_either_words_or_decides_bytes(kind: type) -> None:
    decide = {"kind", "stored_px", "encoding", "num_validation", "procedural", "clips", "fold", "groups"}
    assert {field.name for field in fields(kind)} <= decide | set(DECIDE_NO_BYTE)
    assert not decide & set(DECIDE_NO_BYTE)


def test_a_stricter_limit_of_refused_files_is_applied_to_what_is_there(tmp_path: Path) -> None:
    root = photo_tree(tmp_path / "photos")
    (root / "val" / "bee" / "2.jpg").write_bytes(b"no picture")
    run(PHOTOS, tmp_path / "out", source=root)
    with pytest.raises(SourceError, match=r"1 of 16 images of 'photos' \(6\.25%\) cannot be used; allowed: 5\.00%"):
        run(replace(PHOTOS, max_refused=0.05), tmp_path / "out", source=root)


def test_other_code_prepares_anew_and_the_same_bytes_keep_their_digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(IMAGES, tmp_path)
    before = read_dataset(tmp_path)
    monkeypatch.setattr(preparation, "code_digest", lambda stage: "another")
    assert "prepare toys: prepared anew, since the code that prepares changed" in run(IMAGES, tmp_path)
    after: DatasetJson = read_dataset(tmp_path)
    assert after.made_from != before.made_from and after.digest == before.digest


@pytest.mark.parametrize("kind", ["images", "videos"])
def test_a_class_of_which_all_training_files_are_refused_is_an_error(kind: str, tmp_path: Path) -> None:
    videos = kind == "videos"
    root = films(tmp_path / "films") if videos else photo_tree(tmp_path / "photos", per_class=2)
    for path in (root / "train" / "bee").iterdir():
        path.write_bytes(b"nothing")
    with pytest.raises(SourceError, match=f"no training {kind[:-1]} is left of bee; see .*refused.csv"):
        run(replace(FILMS if videos else PHOTOS, max_refused=0.9), tmp_path / "out", source=root)
    assert not (tmp_path / "out" / FILE).exists()
