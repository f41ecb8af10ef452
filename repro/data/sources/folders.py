"""Read any tree of class folders: `{train,val}/<class>/*` of image files.

`val` becomes the split `test`. Classes are the folders of `train` that hold images, sorted by name.
- An empty class folder in train is left out and listed as a warning.
- A class without images in val is listed as a warning; a class of val that train does not have is an error.
- Hidden files, files of the system and files that are no images by their names are left out and counted, as are pictures of a
  format that is not decoded, pipes and devices (repro.data.files).
- Files deeper than the class folder belong to it. Links to folders are followed, each folder once.
Files are stored in an order shuffled by a hash of their names: any run of them, such as the first shard, is then a fair
sample of the classes for readers that stream, and reading at random does not care.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from repro.data.files.found import FoundFile
from repro.data.files.places import files_of
from repro.data.files.reading import MAX_IMAGE_BYTES, read_regular
from repro.data.sources.class_folders import agree_on_classes, below_folder, by_class, count_empty, example_keys
from repro.data.sources.source import Listing, SourceError, as_bytes, stable_hashes


class FoldersSource:
    """A tree of class folders as a source.

    Raises:
        SourceError: the tree has another shape.
    """

    keep_files = False
    fingerprint = ""

    def __init__(self, root: Path) -> None:
        self._root = root
        check_folders(root, "train", "val")
        self.files = files_of(root, "folders")
        train, val = by_class(self.files, "train"), by_class(self.files, "val")
        self.classes, warnings = agree_on_classes(train=train, test=val, places=(root / "train", root / "val"), unit="image")
        self.warnings = tuple(warnings)
        count_empty(self.files, "train", train)
        self.listings: Mapping[str, Listing] = {
            "train": listing(train, classes=self.classes, folder="train"),
            "test": listing(val, classes=self.classes, folder="val"),
        }

    @property
    def description(self) -> str:
        return f"class folders in {self._root.resolve().name}"

    def read(self, split: str, index: int) -> bytes:
        """The content of file `index` of `split`."""
        return read_listed(self._root, self.listings[split], index=index)


def check_folders(root: Path, *names: str, key: str = "images") -> None:
    """Say which folder of class folders is missing below the one that the user gave."""
    for name in names:
        if not (root / name).is_dir():
            raise SourceError(
                f"{root / name} does not exist; expected {{{','.join(names)}}}/<class>/* below the folder given by "
                f"--config {key}=DIR"
            )


def listing(files: Mapping[str, list[FoundFile]], *, classes: tuple[str, ...], folder: str) -> Listing:
    """The files of all classes, shuffled by a hash of their names below `folder`."""
    places = [file.name for name in classes for file in files.get(name, ())]
    labels = np.repeat(np.arange(len(classes), dtype=np.int32), [len(files.get(name, ())) for name in classes])
    keys = example_keys([below_folder(place, folder) for place in places])
    listed = Listing(file_N=as_bytes(places), key_N=as_bytes(keys), label_N=labels)
    return listed.at(np.lexsort((listed.key_N, stable_hashes(listed.key_N))))


def read_listed(root: Path, listed: Listing, *, index: int) -> bytes:
    """The content of example `index`, whose `file_N` is its path below `root`."""
    return read_regular(root / os.fsdecode(bytes(listed.file_N[index])), most=MAX_IMAGE_BYTES)
