"""Read ILSVRC-2012 in its usual layout: `train/<wnid>/*.JPEG` and a validation set in one of three forms.

- `val/<wnid>/*.JPEG`, sorted into class folders;
- flat `val/ILSVRC2012_val_*.JPEG` with `val.txt` beside `val`, a line `<file name> <wnid>` or `<file name> <index>` for each
  image, the index counting the sorted wnids from 0 (Caffe's list);
- flat, with `LOC_val_solution.csv` beside `val`, lines `<file name without .JPEG>,<wnid> ...` after a heading (Kaggle's list).
The numbers of the development kit's ground truth count in another order than the sorted wnids, so they are not accepted alone.

The validation set becomes the split `test`, as in most published work: the labels of the real test set are not public.
Sizes other than the published ones are listed as warnings. Endings of names count as written, or in other capitals, or
(`.jpg` for `.JPEG`) by the name before them.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from repro.data.files.found import FoundFile
from repro.data.files.lists import Line, read_lines, whole_number
from repro.data.files.places import ILSVRC2012_LISTS, files_of
from repro.data.sources.class_folders import agree_on_classes, by_class, count_empty, folded
from repro.data.sources.folders import listing, read_listed
from repro.data.sources.source import Listing, SourceError

NUM_CLASSES = 1000
NUM_IMAGES = {"train": 1_281_167, "test": 50_000}
KAGGLE_HEAD = "imageid"

#: The wnid that a list gives a file, and where.
Labels = dict[str, tuple[str, str]]


class Ilsvrc2012Source:
    """ILSVRC-2012 as a source.

    Raises:
        SourceError: the layout is another, or the list of validation labels does not fit the files.
    """

    keep_files = False
    fingerprint = ""

    def __init__(self, root: Path) -> None:
        self._root = root
        check_layout(root, "train", "val")
        self.files = files_of(root, "ilsvrc2012")
        train = by_class(self.files, "train")
        flat = flat_files(self.files.below("val"), "val")
        path = next((root / name for name in ILSVRC2012_LISTS if (root / name).is_file()), None)
        sorted_in = len(flat) < len(self.files.below("val")) and path is None
        val = by_class(self.files, "val") if sorted_in or not flat else label_flat(root, flat, path, wnids=sorted(train))
        self.classes, warnings = agree_on_classes(train=train, test=val, places=(root / "train", root / "val"), unit="image")
        count_empty(self.files, "train", train)
        self.listings: Mapping[str, Listing] = {
            "train": listing(train, classes=self.classes, folder="train"),
            "test": listing(val, classes=self.classes, folder="val"),
        }
        self.warnings = (
            *size_warnings(self.classes, self.listings, name="ILSVRC-2012", num_images=NUM_IMAGES),
            *warnings,
        )

    @property
    def description(self) -> str:
        return f"ILSVRC-2012 in {self._root.resolve().name}"

    def read(self, split: str, index: int) -> bytes:
        """The content of file `index` of `split`."""
        return read_listed(self._root, self.listings[split], index=index)


def check_layout(root: Path, *names: str) -> None:
    """Say which folder is missing below the one that the user gave."""
    for name in names:
        if not (root / name).is_dir():
            raise SourceError(
                f"{root / name} does not exist; expected {'/ and '.join(names)}/ below the folder given by --config images=DIR"
            )


def size_warnings(
    classes: tuple[str, ...], listings: Mapping[str, Listing], *, name: str, num_images: Mapping[str, int]
) -> list[str]:
    """Say where the numbers of classes and images differ from the published ones."""
    found = {"classes": len(classes)} | {f"images in {split}": len(listings[split]) for split in num_images}
    expected = {"classes": NUM_CLASSES} | {f"images in {split}": num for split, num in num_images.items()}
    return [
        f"{num} {what}, {name} has {expected[what]}: this is not the paper's data set"
        for what, num in found.items()
        if num != expected[what]
    ]


def flat_files(files: Iterable[FoundFile], folder: str) -> list[FoundFile]:
    """The files that lie directly in `folder`, in the order of their names."""
    return [file for file in files if "/" not in file.name.removeprefix(f"{folder}/")]


def label_flat(root: Path, flat: list[FoundFile], path: Path | None, *, wnids: list[str]) -> dict[str, list[FoundFile]]:
    """Sort the files of a flat validation folder into classes by the list at `path`.

    Raises:
        SourceError: there is no list, a line cannot be read, or list and files do not agree.
    """
    if path is None:
        raise SourceError(
            f"{root / 'val'} holds images without class folders and there is no list of their labels; "
            f"put {' or '.join(ILSVRC2012_LISTS)} into {root}, or sort the images into val/<wnid>/"
        )
    labels = read_labels(path, wnids=wnids)
    name_of = matched([file.name.removeprefix("val/") for file in flat], list(labels))
    unlisted = sorted(name for name, listed in name_of.items() if listed is None)
    absent = sorted(set(labels) - set(name_of.values()))
    if unlisted or absent:
        example = (unlisted or absent)[0]
        raise SourceError(
            f"{path} and {root / 'val'} do not agree: {len(unlisted)} files are not in the list, {len(absent)} of the "
            f"list are no files (such as {example}); fetch the one that is incomplete again"
        )
    files: dict[str, list[FoundFile]] = {}
    for file in flat:
        files.setdefault(labels[str(name_of[file.name.removeprefix("val/")])][0], []).append(file)
    return files


def matched(files: Sequence[str], listed: Sequence[str]) -> dict[str, str | None]:
    """For each file its name in a list: the very name, else the only one that differs in capitals or in its ending alone."""
    exact, own = set(listed), set(files)
    by_stem: dict[str, list[str]] = {}
    for name in listed:
        by_stem.setdefault(folded(os.path.splitext(name)[0]), []).append(name)
    found: dict[str, str | None] = {}
    for name in files:
        close = [other for other in by_stem.get(folded(os.path.splitext(name)[0]), ()) if other not in own]
        found[name] = name if name in exact else close[0] if len(close) == 1 else None
    return found


def read_labels(path: Path, *, wnids: list[str]) -> Labels:
    """The wnid of each file name in a list of labels.

    Raises:
        SourceError: a line has another form, names a class that train does not have, or another one than before.
    """
    known, labels = set(wnids), Labels()
    is_kaggle = path.suffix == ".csv"
    for line in read_lines(path):
        name, label = _kaggle_entry(line) if is_kaggle else line.before_last()
        if is_kaggle and name.casefold() == KAGGLE_HEAD:
            continue
        number = whole_number(label)
        label = wnids[number] if number is not None and number < len(wnids) else label
        if label not in known:
            raise SourceError(
                f"{line.where} is {line.text!r}; expected a file name and one of the {len(wnids)} wnids of train, "
                "or its position among them counted from 0"
            )
        name = f"{name}.JPEG" if is_kaggle and not os.path.splitext(name)[1] else name
        before, where = labels.setdefault(name, (label, line.where))
        if before != label:
            raise SourceError(f"{line.where} says that {name} is of class {label}, {where} that it is {before}; delete one line")
    return labels


def _kaggle_entry(line: Line) -> tuple[str, str]:
    name, rest = line.after_first()
    return name, (rest.replace(",", " ").replace(";", " ").split() or [""])[0].strip("\"'")
