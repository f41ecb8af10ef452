"""Class folders that are not split: half of each class for testing, by names alone."""

import numpy as np
import pytest

from repro.artifacts.dataset_json import read_dataset
from repro.data.prepare.prepare import prepare
from repro.data.sources.source import SourceError
from repro.data.sources.unsplit_folders import UnsplitFoldersSource
from repro.spec.datasets import Dataset
from tests.tiny import jpeg

COUNTS = {"fox": 7, "hen": 4, "owl": 12}


def write_tree(root, counts=COUNTS):
    generator = np.random.default_rng(3)
    for name, count in counts.items():
        (root / name).mkdir(parents=True)
        for i in range(count):
            (root / name / f"{name}_{i}.JPEG").write_bytes(jpeg(generator.integers(0, 255, (24, 24, 3), dtype=np.uint8)))
    return root


def keys(source, split):
    return set(source.listings[split].key_N.tolist())


def test_half_of_each_class_is_for_testing_and_the_odd_one_for_training(tmp_path):
    source = UnsplitFoldersSource(write_tree(tmp_path))
    assert source.classes == ("fox", "hen", "owl")
    assert np.bincount(source.listings["train"].label_N).tolist() == [4, 2, 6]
    assert np.bincount(source.listings["test"].label_N).tolist() == [3, 2, 6]
    assert not keys(source, "train") & keys(source, "test")
    assert len(keys(source, "train") | keys(source, "test")) == 23


def test_which_half_an_image_is_in_does_not_depend_on_other_classes(tmp_path):
    few = UnsplitFoldersSource(write_tree(tmp_path / "few"))
    many = UnsplitFoldersSource(write_tree(tmp_path / "many", {**COUNTS, "ant": 9}))
    for split in ("train", "test"):
        assert keys(few, split) == {key for key in keys(many, split) if not key.startswith(b"ant/")}
    # A hash, not the order of the names, decides.
    assert keys(few, "train") != {f"{name}/{name}_{i}".encode() for name in COUNTS for i in range(0, COUNTS[name], 2)}


def test_an_image_is_read_from_the_file_that_its_name_says(tmp_path):
    source = UnsplitFoldersSource(write_tree(tmp_path))
    key = source.listings["test"].key_N[2].decode()
    assert source.read("test", 2) == (tmp_path / f"{key}.JPEG").read_bytes()


def test_a_class_with_one_image_is_named_in_a_warning(tmp_path):
    source = UnsplitFoldersSource(write_tree(tmp_path, {**COUNTS, "ant": 1}))
    assert any("'ant' has no test image" in text for text in source.warnings)


def test_a_folder_without_classes_is_refused(tmp_path):
    with pytest.raises(SourceError, match="expected two class folders or more"):
        UnsplitFoldersSource(write_tree(tmp_path, {"fox": 5}))


def test_such_a_tree_is_prepared_as_a_data_set(tmp_path):
    dataset = Dataset(
        name="halves", kind="unsplit_folders", title="halves", stored_px=16, encoding="jpeg", num_validation=0, max_refused=0.0
    )
    write_tree(tmp_path / "images")
    folder = tmp_path / "prepared"
    folder.mkdir()
    prepare(dataset, folder=folder, source=tmp_path / "images", num_threads=1, device="cpu", say=lambda line: None)
    splits = read_dataset(folder).splits
    assert {name: split.class_counts for name, split in splits.items()} == {"train": (4, 2, 6), "test": (3, 2, 6)}
