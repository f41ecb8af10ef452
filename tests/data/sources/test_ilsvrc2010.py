"""ILSVRC-2010: test images are labelled by their numbers in the order of names, and numbers by the development kit."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat

from repro.data.prepare.prepare import prepare
from repro.data.shards.images import Shards
from repro.data.sources.ilsvrc2010 import Ilsvrc2010Source
from repro.data.sources.source import SourceError
from repro.papers.alexnet.data import ILSVRC2010

#: By number, from 1: neither in the order of names nor all of them leaves.
NUMBERED = ("n02102040", "n01440764", "n03000684", "n00001740")
TRUTH = (3, 1, 2, 2)
TRUTH_FILE = "ILSVRC2010_test_ground_truth.txt"


def write_image(path: Path, *, red: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (300, 280), (red, 40, 90)).save(path, "JPEG", quality=95)


def write_meta(path: Path) -> None:
    """Write what the development kit has: a column of structs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kinds = [("ILSVRC2010_ID", "O"), ("WNID", "O"), ("words", "O"), ("num_children", "O")]
    rows = [(number, wnid, f"words of {wnid}", int(wnid == "n00001740")) for number, wnid in enumerate(NUMBERED, start=1)]
    savemat(path, {"synsets": np.array(rows, dtype=kinds).reshape(-1, 1)})


def miniature(root: Path, *, meta: str = "devkit-1.0/data/meta.mat") -> Path:
    for number, wnid in enumerate(NUMBERED[:3], start=1):
        for i in range(2):
            write_image(root / "train" / wnid / f"{wnid}_{i}.JPEG", red=60 * number)
    for number, label in enumerate(TRUTH, start=1):
        write_image(root / "test" / f"ILSVRC2010_test_{number:08d}.JPEG", red=60 * label)
    (root / TRUTH_FILE).write_text("".join(f"{label}\n" for label in TRUTH))
    write_meta(root / meta)
    return root


@pytest.mark.parametrize("meta", ["devkit-1.0/data/meta.mat", "data/meta.mat", "meta.mat"])
def test_test_images_have_the_class_whose_number_stands_in_their_line(meta: str, tmp_path: Path) -> None:
    source = Ilsvrc2010Source(miniature(tmp_path, meta=meta))
    assert source.classes == tuple(sorted(NUMBERED[:3]))
    test = source.listings["test"]
    found = {name.decode(): source.classes[label] for name, label in zip(test.file_N, test.label_N, strict=True)}
    names = [f"test/ILSVRC2010_test_{number:08d}.JPEG" for number in range(1, 5)]
    assert found == {name: NUMBERED[label - 1] for name, label in zip(names, TRUTH, strict=True)}
    assert len(source.listings["train"]) == 6


def test_prepared_pixels_and_labels_go_together(tmp_path: Path) -> None:
    prepare(ILSVRC2010, folder=tmp_path / "d", source=miniature(tmp_path / "s"), num_threads=1, say=lambda line: None)
    test = Shards(tmp_path / "d", "test")
    assert test.classes == tuple(sorted(NUMBERED[:3]))
    for index, label in enumerate(test.label_N):
        with Image.open(io.BytesIO(test.images([index])[0].tobytes())) as image:
            red = np.asarray(image)[128, 128, 0]
        assert abs(int(red) - 60 * (NUMBERED.index(test.classes[label]) + 1)) < 6


def test_other_sizes_than_the_published_ones_are_said(tmp_path: Path) -> None:
    warnings = Ilsvrc2010Source(miniature(tmp_path)).warnings
    assert warnings[:3] == (
        "3 classes, ILSVRC-2010 has 1000: this is not the paper's data set",
        "6 images in train, ILSVRC-2010 has 1261406: this is not the paper's data set",
        "4 images in test, ILSVRC-2010 has 150000: this is not the paper's data set",
    )


def test_a_list_that_is_too_short_is_refused(tmp_path: Path) -> None:
    root = miniature(tmp_path)
    (root / TRUTH_FILE).write_text("3\n1\n2\n")
    with pytest.raises(SourceError, match=r"has 3 numbers and .*test 4 images"):
        Ilsvrc2010Source(root)


@pytest.mark.parametrize("wrong", ["9", "x", "4"])
def test_a_number_of_no_class_in_train_is_named(wrong: str, tmp_path: Path) -> None:
    root = miniature(tmp_path)
    (root / TRUTH_FILE).write_text(f"3\n1\n{wrong}\n2\n")
    with pytest.raises(SourceError, match=f"{TRUTH_FILE}:3 is '{wrong}'; expected the ILSVRC2010_ID of one of the 3 classes"):
        Ilsvrc2010Source(root)


@pytest.mark.parametrize("name", [TRUTH_FILE, "meta.mat"])
def test_a_missing_list_is_named_with_where_it_may_lie(name: str, tmp_path: Path) -> None:
    root = miniature(tmp_path, meta="meta.mat")
    (root / name).unlink()
    with pytest.raises(SourceError, match=rf"has no {name}; expected there or in devkit-1\.0/data or data"):
        Ilsvrc2010Source(root)


def test_a_meta_file_without_numbers_is_refused(tmp_path: Path) -> None:
    root = miniature(tmp_path)
    savemat(root / "devkit-1.0/data/meta.mat", {"other": np.zeros(3)})
    with pytest.raises(SourceError, match="holds no synsets with ILSVRC2010_ID and WNID"):
        Ilsvrc2010Source(root)
