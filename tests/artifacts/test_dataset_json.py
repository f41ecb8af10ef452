"""dataset.json: every stage that reads it refuses a changed one."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from repro.artifacts import dataset_json
from repro.artifacts.dataset_json import ListedFiles, VideoData, read_dataset, write_dataset
from repro.artifacts.documents import document_from
from repro.artifacts.files import FileFormatError
from repro.artifacts.stored_files import StoredFile
from repro.data.prepare.images import is_prepared
from repro.data.shards.clips import ClipShards
from repro.data.shards.images import Shards
from repro.planning.sizes import prepared_sizes
from repro.train.methods.fit_images import open_images_to_fit
from repro.train.methods.fit_videos import open_videos_to_fit
from repro.train.networks.clips import open_videos
from repro.train.networks.images import open_images
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
    refused = rf"^{re.escape(str(path))} .*; delete it and run python -m repro prepare again$"
    damaged = bytearray(content)
    damaged[position] ^= 1 << bit
    try:
        path.write_bytes(damaged)
        for read in READERS:
            with pytest.raises(FileFormatError, match=refused):
                read(folder)
        assert not is_prepared(folder, read_dataset_of(content).made_from)
    finally:
        path.write_bytes(content)


def read_dataset_of(content: bytes) -> dataset_json.DatasetJson:
    return document_from(content, dataset_json.DatasetJson, name="dataset.json")


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
    missing = ListedFiles(file="missing.csv", num=0, share=0.0)
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


def test_the_digest_changes_with_the_content_and_not_with_the_file(folder: Path, tmp_path: Path) -> None:
    dataset = read_dataset(folder)
    write_dataset(tmp_path, dataset)
    assert read_dataset(tmp_path).digest == dataset.digest
    assert replace(dataset, classes=("other", *dataset.classes[1:])).digest != dataset.digest
