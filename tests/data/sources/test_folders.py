"""Class folders: what is found, what is left out and said so, and what is an error."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from repro.data.files.left_out import HIDDEN, OUTSIDE
from repro.data.sources.folders import FoldersSource
from repro.data.sources.source import SourceError


def tree(root: Path, *files: str) -> Path:
    for name in files:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(name.encode())
    return root


FOUR = ("train/ant/1.jpg", "train/bee/1.JPEG", "val/ant/2.png", "val/bee/2.jpg")


def test_files_classes_and_splits_are_found(tmp_path: Path) -> None:
    source = FoldersSource(tree(tmp_path, *FOUR, "train/bee/more/3.jpg"))
    assert source.classes == ("ant", "bee")
    assert source.warnings == ()
    train = source.listings["train"]
    assert dict(zip(train.file_N.tolist(), train.label_N.tolist(), strict=True)) == {
        b"train/ant/1.jpg": 0,
        b"train/bee/1.JPEG": 1,
        b"train/bee/more/3.jpg": 1,
    }
    for split in ("train", "test"):
        for i, name in enumerate(source.listings[split].file_N.tolist()):
            assert source.read(split, i) == name


def test_the_order_is_shuffled_but_does_not_depend_on_the_file_system(tmp_path: Path) -> None:
    names = [f"train/{name}/{i}.jpg" for name in ("ant", "bee") for i in range(30)]
    one = FoldersSource(tree(tmp_path / "one", *names, "val/ant/1.jpg", "val/bee/1.jpg")).listings["train"]
    two = FoldersSource(tree(tmp_path / "two", *names[::-1], "val/ant/1.jpg", "val/bee/1.jpg")).listings["train"]
    assert one.file_N.tolist() == two.file_N.tolist()
    assert 8 <= (one.label_N[:30] == 0).sum() <= 22
    assert sorted(one.file_N.tolist()) == sorted(name.encode() for name in names)


def test_hidden_and_other_files_are_left_out_and_counted(tmp_path: Path) -> None:
    other = ("train/ant/.DS_Store", "train/.git/config", "train/ant/notes.txt", "val/bee/film.mp4", "train/list.csv")
    source = FoldersSource(tree(tmp_path, *FOUR, *other))
    assert len(source.listings["train"]) == len(source.listings["test"]) == 2
    assert source.warnings == ()
    assert [(row.place, row.num, row.reason, row.example) for row in source.files.left_out.rows] == [
        ("train", 2, HIDDEN, "train/.git"),
        ("train", 1, "left out: .csv: no image by the name", "train/list.csv"),
        ("train", 1, "left out: .txt: no image by the name", "train/ant/notes.txt"),
        ("val", 1, "left out: .mp4: no image by the name", "val/bee/film.mp4"),
    ]
    outside = FoldersSource(tree(tmp_path, "train/1.jpg")).files.left_out.rows
    assert [(row.num, row.counts) for row in outside if row.reason == OUTSIDE] == [(1, True)]


def test_a_class_missing_in_val_and_an_empty_class_are_warnings(tmp_path: Path) -> None:
    root = tree(tmp_path, *FOUR, "train/cat/1.jpg")
    (root / "train" / "dog").mkdir()
    source = FoldersSource(root)
    assert source.classes == ("ant", "bee", "cat")
    assert source.warnings == (
        "class 'dog' has no training image and was left out",
        "class 'cat' has no test image: its error is not measured",
    )


def test_a_class_of_val_that_train_does_not_have_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="classes without training images: cat; add them"):
        FoldersSource(tree(tmp_path, *FOUR, "val/cat/1.jpg"))


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (("train/ant/1.jpg", "train/bee/1.jpg"), r"val does not exist; expected .*--config images=DIR"),
        (("val/ant/1.jpg",), r"train does not exist"),
        (("train/ant/1.jpg", "val/ant/1.jpg"), "holds images of 1 classes"),
        (("train/ant/1.jpg", "train/bee/1.jpg", "val/ant/a.txt"), "val holds no image"),
    ],
)
def test_a_tree_of_another_shape_is_an_error_that_says_what_was_expected(
    files: tuple[str, ...], message: str, tmp_path: Path
) -> None:
    with pytest.raises(SourceError, match=message):
        FoldersSource(tree(tmp_path, *files))


def test_a_dangling_link_is_listed_and_fails_only_when_it_is_read(tmp_path: Path) -> None:
    root = tree(tmp_path, *FOUR)
    (root / "train/ant/gone.jpg").symlink_to(root / "nowhere.jpg")
    source = FoldersSource(root)
    index = int(np.flatnonzero(source.listings["train"].file_N == b"train/ant/gone.jpg")[0])
    with pytest.raises(FileNotFoundError):
        source.read("train", index)
