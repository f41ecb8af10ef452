"""dataset.json: every stage that reads it refuses a changed one."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from repro.artifacts import dataset_json
from repro.artifacts.dataset_json import ColorStatistics, DatasetJson, ListedFiles, VideoData, VideoTable, read_dataset
from repro.artifacts.files import FileFormatError
from repro.artifacts.stored_files import StoredFile
from repro.data.shards.clips import ClipShards
from repro.data.shards.images import Shards
from repro.planning.sizes import prepared_sizes
from repro.train.methods.fit_images import open_images_to_fit
from repro.train.methods.fit_videos import open_videos_to_fit
from repro.train.networks.clips import open_videos
from repro.train.networks.images import open_images
from tests.described import NO_DIGEST
from tests.tiny import write_prepared

#: All that read the description of images before they use them.
READERS: tuple[Callable[[Path], Any], ...] = (
    open_images,
    open_videos,
    open_images_to_fit,
    open_videos_to_fit,
    prepared_sizes,
    lambda folder: Shards(folder, "train"),
    lambda folder: ClipShards(folder, "train"),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "tiny"
    write_prepared(folder)
    return folder


def test_what_was_written_is_opened(folder: Path) -> None:
    assert open_images(folder).dataset == read_dataset(folder)
    sizes = prepared_sizes(folder)
    assert sizes is not None and (sizes.num_train, sizes.num_validation, sizes.num_test) == (50, 10, 23)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_a_flipped_bit_is_refused_by_every_reader(folder: Path, data: st.DataObject) -> None:
    path = folder / dataset_json.FILE
    content = path.read_bytes()
    position, bit = data.draw(st.integers(0, len(content) - 1)), data.draw(st.integers(0, 7))
    refused = rf"^{re.escape(str(path))} .*; run python -m repro prepare again$"
    damaged = bytearray(content)
    damaged[position] ^= 1 << bit
    try:
        path.write_bytes(damaged)
        for read in READERS:
            with pytest.raises(FileFormatError, match=refused):
                read(folder)
    finally:
        path.write_bytes(content)


def test_an_eigenvalue_that_was_edited_is_not_trained_with(folder: Path) -> None:
    path = folder / dataset_json.FILE
    content = path.read_text()
    value = str(read_dataset(folder).images.color.eigenvalues[0])  # type: ignore[union-attr]
    try:
        path.write_text(content.replace(value, f"9{value}"))
        with pytest.raises(FileFormatError, match="was changed since it was written"):
            open_images(folder)
    finally:
        path.write_text(content)


def test_a_set_that_is_neither_of_images_nor_of_videos_or_lacks_a_split_cannot_be_described(folder: Path) -> None:
    dataset = read_dataset(folder)
    with pytest.raises(ValueError, match="images and videos"):
        replace(dataset, images=None)
    with pytest.raises(ValueError, match="no split test"):
        replace(dataset, splits={"train": dataset.splits["train"]})
    missing = ListedFiles(file="missing.csv", sha256=NO_DIGEST, num=0, share=0.0)
    with pytest.raises(ValueError, match="no table"):
        replace(dataset, images=None, videos=VideoData(num_frames=3, mirror=True, groups={}, missing=missing))


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "a/b", "", ".", "..", "a\0b"])
def test_no_file_outside_the_folder_can_be_named(name: str) -> None:
    with pytest.raises(ValueError, match="allowed: the name of a file"):
        StoredFile(file=name, sha256="0" * 64)


def test_images_are_not_opened_as_videos(tmp_path: Path) -> None:
    write_prepared(tmp_path / "tiny")
    for read in (open_videos, open_videos_to_fit, lambda folder: ClipShards(folder, "train")):
        with pytest.raises(FileFormatError, match=r"holds (single )?images, not"):
            read(tmp_path / "tiny")


#: What training reads of a set of images, each changed a little.
CHANGES: dict[str, Callable[[DatasetJson], DatasetJson]] = {
    "a class name": lambda dataset: replace(dataset, classes=("other", *dataset.classes[1:])),
    "the order of the classes": lambda dataset: replace(dataset, classes=dataset.classes[::-1]),
    "the side of the images": lambda dataset: replace(dataset, stored_px=35),
    "the encoding": lambda dataset: replace(dataset, encoding="jpeg"),
    "the mean image": lambda dataset: with_images(dataset, mean_image=StoredFile(file="mean_image.npy", sha256="1" * 64)),
    "an eigenvalue": lambda dataset: with_images(dataset, color=replace(color_of(dataset), eigenvalues=(3.0, 2.0, 1.0))),
    "an eigenvector": lambda dataset: with_images(dataset, color=replace(color_of(dataset), eigenvectors=((1.0,),))),
    "a shard": lambda dataset: with_split(dataset, shards=(replace(dataset.splits["train"].shards[0], sha256="1" * 64),)),
    "the shards": lambda dataset: with_split(dataset, shards=2 * dataset.splits["train"].shards),
    "the index": lambda dataset: with_split(dataset, index=StoredFile(file="train.index.npz", sha256="1" * 64)),
    "the splits": lambda dataset: replace(dataset, splits={**dataset.splits, "validation": dataset.splits["train"]}),
}
#: What stands beside it: words for readers, times, where the data come from and what made them.
WORDS: dict[str, Callable[[DatasetJson], DatasetJson]] = {
    "names": lambda dataset: replace(dataset, name="other", title="other", kind="folders", source="elsewhere"),
    "times and sizes": lambda dataset: replace(dataset, wall_s=99.0, num_bytes=1),
    "warnings": lambda dataset: replace(dataset, warnings=("two images are alike",)),
    "the decoder": lambda dataset: replace(dataset, decoder="another version"),
    "what it was made from": lambda dataset: replace(dataset, made_from=replace(dataset.made_from, source_fingerprint="other")),
    "refused files": lambda dataset: replace(dataset, refused=replace(dataset.refused, num=1, share=0.1)),
    "the specification": lambda dataset: replace(dataset, spec={"title": "other"}),
}


def with_images(dataset: DatasetJson, **changes: Any) -> DatasetJson:
    return replace(dataset, images=replace(dataset.images, **changes))  # type: ignore[type-var]


def color_of(dataset: DatasetJson) -> ColorStatistics:
    assert dataset.images is not None
    return dataset.images.color


def with_split(dataset: DatasetJson, **changes: Any) -> DatasetJson:
    return replace(dataset, splits={**dataset.splits, "train": replace(dataset.splits["train"], **changes)})


@pytest.mark.parametrize("change", CHANGES)
def test_the_digest_changes_with_what_is_trained_on(change: str, folder: Path) -> None:
    dataset = read_dataset(folder)
    assert CHANGES[change](dataset).digest != dataset.digest


@pytest.mark.parametrize("change", WORDS)
def test_the_digest_stays_whatever_is_said_of_the_data(change: str, folder: Path) -> None:
    dataset = read_dataset(folder)
    assert WORDS[change](dataset) != dataset
    assert WORDS[change](dataset).digest == dataset.digest


@pytest.mark.parametrize(
    ("field", "value"), [("num_frames", 4), ("mirror", False), ("groups", {"run": "sports"}), ("missing", None)]
)
def test_the_digest_of_videos_holds_frames_mirroring_and_groups(field: str, value: Any, folder: Path) -> None:
    missing = ListedFiles(file="missing.csv", sha256=NO_DIGEST, num=0, share=0.0)
    videos = VideoData(num_frames=3, mirror=True, groups={}, missing=missing)
    splits = {
        name: replace(split, videos=VideoTable(num_videos=2, table=split.index))
        for name, split in read_dataset(folder).splits.items()
    }
    dataset = replace(read_dataset(folder), images=None, videos=videos, splits=splits)
    changed = replace(videos, **{field: replace(missing, num=1, share=0.5) if field == "missing" else value})
    assert (replace(dataset, videos=changed).digest == dataset.digest) == (field == "missing")
    table = VideoTable(num_videos=2, table=StoredFile(file="train.videos.npz", sha256="1" * 64))
    assert with_split(dataset, videos=table).digest != dataset.digest


def test_every_field_of_a_description_is_either_trained_on_or_said(folder: Path) -> None:
    trained_on = {"classes", "stored_px", "encoding", "splits", "images", "videos"}
    said = {
        "name",
        "kind",
        "title",
        "spec",
        "source",
        "refused",
        "left_out",
        "warnings",
        "wall_s",
        "num_bytes",
        "made_from",
        "decoder",
    }
    assert {field.name for field in fields(DatasetJson)} == trained_on | said


def test_all_files_of_a_set_are_named_with_their_hashes(folder: Path) -> None:
    named = {stored.file for stored in read_dataset(folder).files()}
    there = {path.name for path in folder.iterdir()}
    assert named - {"refused.csv"} == there - {dataset_json.FILE}
