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

import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from repro.data.sources.source import Listing, SourceError, as_bytes, stable_hashes

EXTENSIONS = (".jpg", ".jpeg", ".png")


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundFile:
    """An image file of a class folder: its name below the split's folder, size and time of change."""

    name: str
    num_bytes: int
    modified_ns: int


class FoldersSource:
    """A tree of class folders as a source.

    Raises:
        SourceError: the tree has another shape.
    """

    keep_files = False

    def __init__(self, root: Path) -> None:
        self._root = root
        found = {folder: scan_classes(root / folder) for folder in ("train", "val")}
        self.classes, warnings = agree_on_classes(root, train=found["train"].files, val=found["val"].files)
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
        """Return the content of file `index` of `split`."""
        return read_listed(self._root, self.listings[split], index=index)


@dataclass(frozen=True, kw_only=True)
class Scan:
    """What lies in the class folders of a split: image files by class, and how many other files by kind."""

    files: dict[str, list[FoundFile]]
    ignored: Counter[str] = field(default_factory=Counter)

    def warnings(self, folder: str) -> list[str]:
        """Say how many files were left out."""
        return [f"{count} {kind} in {folder} were left out" for kind, count in sorted(self.ignored.items())]


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


def agree_on_classes(
    root: Path, *, train: Mapping[str, list[FoundFile]], val: Mapping[str, list[FoundFile]]
) -> tuple[tuple[str, ...], list[str]]:
    """Return the classes, sorted by name, and what a reader should know about them.

    Raises:
        SourceError: train or val hold no images, train has one class only, or val has a class that train has not.
    """
    classes = tuple(sorted(name for name, files in train.items() if files))
    if len(classes) < 2:
        raise SourceError(f"{root / 'train'} holds images of {len(classes)} classes; expected two class folders or more")
    if not any(val.values()):
        raise SourceError(f"{root / 'val'} holds no image; expected val/<class>/* with the classes of train")
    unknown = sorted(name for name, files in val.items() if files and name not in classes)
    if unknown:
        raise SourceError(
            f"{root / 'val'} has images of classes without training images: {', '.join(unknown[:5])} ({len(unknown)} in all); "
            "add them to train or delete them from val"
        )
    empty = sorted(name for name, files in train.items() if not files)
    missing = [name for name in classes if not val.get(name)]
    warnings = [f"class {name!r} has no training image and was left out" for name in empty]
    warnings += [f"class {name!r} has no image in val: its error is not measured" for name in missing]
    return classes, warnings


def listing(files: Mapping[str, list[FoundFile]], *, classes: tuple[str, ...], folder: str) -> Listing:
    """Return the files of all classes, shuffled by a hash of their names."""
    names = [file.name for name in classes for file in files.get(name, ())]
    labels = np.repeat(np.arange(len(classes), dtype=np.int32), [len(files.get(name, ())) for name in classes])
    listed = Listing(file_N=as_bytes([f"{folder}/{name}" for name in names]), key_N=as_bytes(example_keys(names)), label_N=labels)
    return listed.at(np.lexsort((listed.key_N, stable_hashes(listed.key_N))))


def read_listed(root: Path, listed: Listing, *, index: int) -> bytes:
    """Return the content of example `index`, whose `file_N` is its path below `root`."""
    return (root / os.fsdecode(bytes(listed.file_N[index]))).read_bytes()


def example_keys(names: list[str]) -> list[str]:
    """Return a unique key for each file name: without its extension if no other file has that name, dots as `%2E`."""
    stems = [os.path.splitext(name)[0] for name in names]
    seen = Counter(stems)
    chosen = (name if seen[stem] > 1 else stem for name, stem in zip(names, stems, strict=True))
    return [name.replace("%", "%25").replace(".", "%2E") for name in chosen]


def fingerprint(found: Mapping[str, Mapping[str, list[FoundFile]]]) -> str:
    """Return a digest of names, sizes and times of change of all files."""
    digest = hashlib.sha256()
    for folder, classes in sorted(found.items()):
        for name, files in sorted(classes.items()):
            digest.update(f"{folder}/{name}\0".encode(errors="surrogateescape"))
            for file in files:
                digest.update(f"{file.name}\0{file.num_bytes}\0{file.modified_ns}\0".encode(errors="surrogateescape"))
    return digest.hexdigest()
