"""ILSVRC-2012: the three forms of the validation set give one and the same listing."""

from __future__ import annotations

from pathlib import Path

import pytest

from repro.data.sources.ilsvrc import Ilsvrc2012Source
from repro.data.sources.source import SourceError

WNIDS = ("n01440764", "n02102040", "n03000684")
#: validation image -> wnid
VAL = {"ILSVRC2012_val_00000001.JPEG": 2, "ILSVRC2012_val_00000002.JPEG": 0, "ILSVRC2012_val_00000003.JPEG": 1}


def write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)


def train_and_flat_val(root: Path) -> Path:
    for wnid in WNIDS:
        for i in range(2):
            write(root / "train" / wnid / f"{wnid}_{i}.JPEG", f"{wnid} {i}")
    for name in VAL:
        write(root / "val" / name, name)
    return root


def labels_by_content(source: Ilsvrc2012Source) -> dict[bytes, int]:
    return {source.read("test", i): int(label) for i, label in enumerate(source.listings["test"].label_N)}


EXPECTED = {name.encode(): label for name, label in VAL.items()}
LISTS = {
    "val.txt with wnids": ("val.txt", "".join(f"{name} {WNIDS[label]}\n" for name, label in VAL.items())),
    "val.txt with indices": ("val.txt", "".join(f"{name} {label}\n" for name, label in VAL.items())),
    "Kaggle": (
        "LOC_val_solution.csv",
        "ImageId,PredictionString\n" + "".join(f"{name[:-5]},{WNIDS[label]} 85 1 499 272 \n" for name, label in VAL.items()),
    ),
}


@pytest.mark.parametrize("form", LISTS)
def test_a_flat_validation_folder_is_labelled_by_each_form_of_list(form: str, tmp_path: Path) -> None:
    root = train_and_flat_val(tmp_path)
    name, text = LISTS[form]
    write(root / name, text)
    source = Ilsvrc2012Source(root)
    assert source.classes == WNIDS
    assert labels_by_content(source) == EXPECTED
    assert len(source.listings["train"]) == 6
    assert source.read("train", 0).startswith(b"n0")


def test_a_validation_set_in_class_folders_is_read_as_it_is(tmp_path: Path) -> None:
    root = train_and_flat_val(tmp_path)
    for name, label in VAL.items():
        (root / "val" / WNIDS[label]).mkdir()
        (root / "val" / name).rename(root / "val" / WNIDS[label] / name)
    assert labels_by_content(Ilsvrc2012Source(root)) == EXPECTED


def test_sizes_other_than_the_published_ones_are_said(tmp_path: Path) -> None:
    root = train_and_flat_val(tmp_path)
    write(root / "val.txt", LISTS["val.txt with wnids"][1])
    warnings = Ilsvrc2012Source(root).warnings
    assert warnings == (
        "3 classes, ILSVRC-2012 has 1000: this is not the paper's data set",
        "6 images in train, ILSVRC-2012 has 1281167: this is not the paper's data set",
        "3 images in test, ILSVRC-2012 has 50000: this is not the paper's data set",
    )


def test_a_flat_folder_without_a_list_says_which_lists_are_read(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"put val\.txt or LOC_val_solution\.csv into .* or sort the images into val/<wnid>/"):
        Ilsvrc2012Source(train_and_flat_val(tmp_path))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("ILSVRC2012_val_00000001.JPEG n99999999", r"val\.txt:1 is .*expected a file name and one of the 3 wnids"),
        ("ILSVRC2012_val_00000001.JPEG 3", r"val\.txt:1 is"),
        ("ILSVRC2012_val_00000001.JPEG", r"val\.txt:1 is"),
        ("ILSVRC2012_val_00000001.JPEG 2", r"2 files are not in the list, 0 of the list are no files"),
        ("".join(f"{n} 0\n" for n in VAL) + "ILSVRC2012_val_00000009.JPEG 0", "0 files are not in the list, 1 of the list"),
    ],
)
def test_a_list_that_does_not_fit_is_an_error(line: str, message: str, tmp_path: Path) -> None:
    root = train_and_flat_val(tmp_path)
    write(root / "val.txt", line + "\n")
    with pytest.raises(SourceError, match=message):
        Ilsvrc2012Source(root)


def test_a_missing_folder_says_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"train does not exist"):
        Ilsvrc2012Source(tmp_path)
