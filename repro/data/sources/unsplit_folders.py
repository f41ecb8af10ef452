"""Read a tree of class folders that is not split: `<class>/*` of image files, half of each class for testing.

Which half an image is in follows from a hash of its name within the class alone, so that more classes move no image of another.
Of an odd number of images, training has one more. A class with one image has none for testing, which is listed as a warning.
Everything else is as in repro.data.sources.folders.

Source: Krizhevsky et al. 2012, section 6 (ImageNet's Fall 2009 release). Deviation: their halves are not published.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from repro.data.files.found import FoundFile
from repro.data.files.places import files_of
from repro.data.sources.class_folders import agree_on_classes, by_class, count_empty
from repro.data.sources.folders import listing, read_listed
from repro.data.sources.source import Listing, SourceError, as_bytes, stable_hashes


class UnsplitFoldersSource:
    """A tree of class folders, halved.

    Raises:
        SourceError: the tree has another shape.
    """

    keep_files = False
    fingerprint = ""

    def __init__(self, root: Path) -> None:
        self._root = root
        if not root.is_dir():
            raise SourceError(f"{root} does not exist; expected <class>/* below the folder given by --config unsplit=DIR")
        self.files = files_of(root, "unsplit_folders")
        found = by_class(self.files, ".")
        halves = halved(found)
        self.classes, warnings = agree_on_classes(train=halves["train"], test=halves["test"], places=(root, root), unit="image")
        self.warnings = tuple(warnings)
        count_empty(self.files, ".", found)
        self.listings: Mapping[str, Listing] = {
            split: listing(files, classes=self.classes, folder=".") for split, files in halves.items()
        }

    @property
    def description(self) -> str:
        return f"class folders in {self._root.resolve().name}, half of each class for testing"

    def read(self, split: str, index: int) -> bytes:
        """The content of file `index` of `split`."""
        return read_listed(self._root, self.listings[split], index=index)


def halved(files: Mapping[str, list[FoundFile]]) -> dict[str, dict[str, list[FoundFile]]]:
    """The files of each class in two halves, `train` and `test`."""
    halves: dict[str, dict[str, list[FoundFile]]] = {"train": {}, "test": {}}
    for name, found in files.items():
        hashes = stable_hashes(as_bytes([file.name for file in found]))
        for number, position in enumerate(np.argsort(hashes, kind="stable")):
            halves["test" if number % 2 else "train"].setdefault(name, []).append(found[position])
    return halves
