"""Read ILSVRC-2012 in its usual layout: `train/<wnid>/*.JPEG` and a validation set in one of three forms.

- `val/<wnid>/*.JPEG`, sorted into class folders;
- flat `val/ILSVRC2012_val_*.JPEG` with `val.txt` beside `val`, a line `<file name> <wnid>` or `<file name> <index>` for each
  image, the index counting the sorted wnids from 0 (Caffe's list);
- flat, with `LOC_val_solution.csv` beside `val`, lines `<file name without .JPEG>,<wnid> ...` after a heading (Kaggle's list).
The numbers of the development kit's ground truth count in another order than the sorted wnids, so they are not accepted alone.

The validation set becomes the split `test`, as in most published work: the labels of the real test set are not public.
Sizes other than the published ones are listed as warnings.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from repro.data.sources.class_folders import FoundFile, Scan, agree_on_classes, fingerprint
from repro.data.sources.folders import listing, read_listed, scan_classes
from repro.data.sources.source import Listing, SourceError

NUM_CLASSES = 1000
NUM_IMAGES = {"train": 1_281_167, "test": 50_000}
LISTS = ("val.txt", "LOC_val_solution.csv")


class Ilsvrc2012Source:
    """ILSVRC-2012 as a source.

    Raises:
        SourceError: the layout is another, or the list of validation labels does not fit the files.
    """

    keep_files = False

    def __init__(self, root: Path) -> None:
        self._root = root
        train = scan_classes(root / "train")
        flat = flat_files(root / "val")
        val = label_flat(root, flat, wnids=sorted(train.files)) if flat else scan_classes(root / "val")
        self.classes, warnings = agree_on_classes(
            train=train.files, test=val.files, places=(root / "train", root / "val"), unit="image"
        )
        self.listings: Mapping[str, Listing] = {
            "train": listing(train.files, classes=self.classes, folder="train"),
            "test": listing(val.files, classes=self.classes, folder="val"),
        }
        self.warnings = (
            *size_warnings(self.classes, self.listings, name="ILSVRC-2012", num_images=NUM_IMAGES),
            *warnings,
            *train.warnings("train"),
            *([] if flat else val.warnings("val")),
        )
        self.fingerprint = fingerprint({"train": train.files, "val": val.files})

    @property
    def description(self) -> str:
        return f"ILSVRC-2012 in {self._root.resolve().name}"

    def read(self, split: str, index: int) -> bytes:
        """The content of file `index` of `split`."""
        return read_listed(self._root, self.listings[split], index=index)


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


def flat_files(folder: Path) -> list[FoundFile]:
    """The images that lie directly in `folder`, sorted by name.

    Raises:
        SourceError: there is no such folder.
    """
    if not folder.is_dir():
        raise SourceError(f"{folder} does not exist; expected train/ and val/ below the folder given by --config images=DIR")
    found = []
    for path in sorted(folder.glob("*.JPEG")):
        status = path.stat()
        found.append(FoundFile(name=path.name, num_bytes=status.st_size, modified_ns=status.st_mtime_ns))
    return found


def label_flat(root: Path, flat: list[FoundFile], *, wnids: list[str]) -> Scan:
    """Sort the files of a flat validation folder into classes by the list beside it.

    Raises:
        SourceError: there is no list, a line cannot be read, or list and files do not agree.
    """
    path = next((root / name for name in LISTS if (root / name).is_file()), None)
    if path is None:
        raise SourceError(
            f"{root / 'val'} holds images without class folders and there is no list of their labels; "
            f"put {' or '.join(LISTS)} into {root}, or sort the images into val/<wnid>/"
        )
    wnid_of = read_labels(path, wnids=wnids)
    names = {file.name for file in flat}
    unlisted, absent = sorted(names - set(wnid_of)), sorted(set(wnid_of) - names)
    if unlisted or absent:
        example = (unlisted or absent)[0]
        raise SourceError(
            f"{path} and {root / 'val'} do not agree: {len(unlisted)} files are not in the list, {len(absent)} of the "
            f"list are no files (such as {example}); fetch the one that is incomplete again"
        )
    files: dict[str, list[FoundFile]] = {}
    for file in flat:
        files.setdefault(wnid_of[file.name], []).append(file)
    return Scan(files=files)


def read_labels(path: Path, *, wnids: list[str]) -> dict[str, str]:
    """The wnid of each file name in a list of labels.

    Raises:
        SourceError: a line has another form, or names a class that train does not have.
    """
    known = set(wnids)
    wnid_of = {}
    is_kaggle = path.suffix == ".csv"
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        fields = line.replace(",", " ").split() if is_kaggle else line.split()
        if not fields or (is_kaggle and number == 1):
            continue
        name, label = (fields[0] + ".JPEG" if is_kaggle else fields[0]), fields[1] if len(fields) > 1 else ""
        if label.isdecimal() and int(label) < len(wnids):
            label = wnids[int(label)]
        if label not in known:
            raise SourceError(
                f"{path}, line {number}: {line!r}; expected a file name and one of the {len(wnids)} wnids of train, "
                "or its position among them counted from 0"
            )
        wnid_of[name] = label
    return wnid_of
