"""Read any tree of class folders: `{train,val}/<class>/*` of JPEG and PNG files.

`val` becomes the split `test`. Classes are the folders of `train` that hold images, sorted by name.
- An empty class folder in train is left out and listed as a warning.
- A class without images in val is listed as a warning; a class of val that train does not have is an error.
- Hidden files and files whose names have another extension than .jpg, .jpeg or .png are left out and counted in a warning.
- Files deeper than the class folder belong to it.
Files are stored in an order shuffled by a hash of their names: any run of them, such as the first shard, is then a fair
sample of the classes for readers that stream, and reading at random does not care.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from repro.data.sources.class_folders import FoundFile, Scan, agree_on_classes, example_keys, fingerprint
from repro.data.sources.source import Listing, SourceError, as_bytes, stable_hashes

EXTENSIONS = (".jpg", ".jpeg", ".png")


class FoldersSource:
    """A tree of class folders as a source.

    Raises:
        SourceError: the tree has another shape.
    """

    keep_files = False

    def __init__(self, root: Path) -> None:
        self._root = root
        found = {folder: scan_classes(root / folder) for folder in ("train", "val")}
        self.classes, warnings = agree_on_classes(
            train=found["train"].files, test=found["val"].files, places=(root / "train", root / "val"), unit="image"
        )
        self.warnings = (*warnings, *(text for folder, scan in found.items() for text in scan.warnings(folder)))
        self.listings: Mapping[str, Listing] = {
            "train": listing(found["train"].files, classes=self.classes, folder="train"),
            "test": listing(found["val"].files, classes=self.classes, folder="val"),
        }
        self.fingerprint = fingerprint({folder: scan.files for folder, scan in found.items()})

    @property
    def description(self) -> str:
        return f"class folders in {self._root.resolve().name}"

    def read(self, split: str, index: int) -> bytes:
        """The content of file `index` of `split`."""
        return read_listed(self._root, self.listings[split], index=index)


def scan_classes(folder: Path) -> Scan:
    """List the files of each class folder in `folder`.

    Raises:
        SourceError: there is no such folder.
    """
    if not folder.is_dir():
        raise SourceError(
            f"{folder} does not exist; expected {{train,val}}/<class>/* below the folder given by --config images=DIR"
        )
    files: dict[str, list[FoundFile]] = {}
    ignored: Counter[str] = Counter()
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.name.startswith("."):
            ignored["hidden files"] += 1
        elif not entry.is_dir():
            ignored["files outside class folders"] += 1
        else:
            files[entry.name] = list(_images_below(Path(entry.path), prefix=entry.name, ignored=ignored))
    return Scan(files=files, ignored=ignored)


def _images_below(folder: Path, *, prefix: str, ignored: Counter[str]) -> Iterable[FoundFile]:
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        name = f"{prefix}/{entry.name}"
        if entry.name.startswith("."):
            ignored["hidden files"] += 1
        elif entry.is_dir(follow_symlinks=False):
            yield from _images_below(Path(entry.path), prefix=name, ignored=ignored)
        elif not entry.name.lower().endswith(EXTENSIONS):
            ignored["files that are no images by their names"] += 1
        else:
            yield _found(entry, name=name)


def _found(entry: os.DirEntry[str], *, name: str) -> FoundFile:
    try:
        status = entry.stat()
    except OSError:  # A dangling link: reading it will fail and put it on the list of refused files.
        return FoundFile(name=name, num_bytes=-1, modified_ns=0)
    return FoundFile(name=name, num_bytes=status.st_size, modified_ns=status.st_mtime_ns)


def listing(files: Mapping[str, list[FoundFile]], *, classes: tuple[str, ...], folder: str) -> Listing:
    """The files of all classes, shuffled by a hash of their names."""
    names = [file.name for name in classes for file in files.get(name, ())]
    labels = np.repeat(np.arange(len(classes), dtype=np.int32), [len(files.get(name, ())) for name in classes])
    listed = Listing(file_N=as_bytes([f"{folder}/{name}" for name in names]), key_N=as_bytes(example_keys(names)), label_N=labels)
    return listed.at(np.lexsort((listed.key_N, stable_hashes(listed.key_N))))


def read_listed(root: Path, listed: Listing, *, index: int) -> bytes:
    """The content of example `index`, whose `file_N` is its path below `root`."""
    return (root / os.fsdecode(bytes(listed.file_N[index]))).read_bytes()
