"""Data that were changed before any run was trained on them have hashes that fit, and are found by making them again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from repro.artifacts.arrays import write_npz
from repro.artifacts.dataset_json import read_dataset, write_dataset
from repro.artifacts.files import data_folder
from repro.artifacts.stored_files import stored_file
from repro.catalogue.known import Catalogue
from repro.data.prepare.prepare import prepare
from repro.papers.alexnet import ALEXNET
from repro.verify.check import FAILED, OK
from repro.verify.files import data_checked
from repro.verify.made_again.data import data_made_again
from repro.verify.stored import Stored, read_stored

CAST = next(item for item in ALEXNET.scale("smoke").datasets if item.name == "procedural_cast")


def quiet(line: str) -> None:
    pass


@pytest.fixture
def stored(tmp_path: Path) -> Stored:
    folder = data_folder(tmp_path, "smoke", CAST.name)
    prepare(CAST, folder=folder, source=None, num_threads=1, say=quiet)
    found = read_stored(tmp_path / "smoke", Catalogue(papers=(ALEXNET,)))
    return replace(found, papers=(ALEXNET,))


def without_hard_images(folder: Path) -> None:
    """Leave test images out of the index, and let dataset.json say so."""
    dataset = read_dataset(folder)
    split = dataset.splits["test"]
    path = folder / split.index.file
    with np.load(path) as index:
        columns = {name: column[:-4] for name, column in index.items()}
    write_npz(path, columns)
    test = replace(split, num_examples=split.num_examples - 4, index=stored_file(path))
    write_dataset(folder, replace(dataset, splits={**dataset.splits, "test": test}))


def test_data_that_were_changed_with_all_their_hashes_are_found(stored: Stored) -> None:
    assert data_made_again(stored, say=quiet).state == OK
    without_hard_images(data_folder(stored.results, "smoke", CAST.name))
    assert data_checked(stored).problems == ()
    found = data_made_again(stored, say=quiet)
    assert found.state == FAILED and "they were changed, or made by other code" in found.problems[0]
