"""What trees of class folders have in common, of images and of videos: the files found, their classes, keys and fingerprint."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from repro.data.sources.source import SourceError


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundFile:
    """A file of a class folder: its name below the split's folder, size and time of change."""

    name: str
    num_bytes: int
    modified_ns: int


@dataclass(frozen=True, kw_only=True)
class Scan:
    """What lies in the class folders of a split: its files by class, and how many other files by kind."""

    files: dict[str, list[FoundFile]]
    ignored: Counter[str] = field(default_factory=Counter)

    def warnings(self, folder: str) -> list[str]:
        """Say how many files were left out."""
        return [f"{count} {kind} in {folder} were left out" for kind, count in sorted(self.ignored.items())]


def agree_on_classes(
    *,
    train: Mapping[str, Sequence[FoundFile]],
    test: Mapping[str, Sequence[FoundFile]],
    places: tuple[Path, Path],
    unit: str,
) -> tuple[tuple[str, ...], list[str]]:
    """The classes, sorted by name, and what a reader should know about them.

    train, test: by class. places: the folders of both, for messages. unit: what the files are, such as `image`.

    Raises:
        SourceError: train or test hold no such file, train has one class only, or test has a class that train has not.
    """
    train_place, test_place = places
    classes = tuple(sorted(name for name, files in train.items() if files))
    if len(classes) < 2:
        raise SourceError(f"{train_place} holds {unit}s of {len(classes)} classes; expected two class folders or more")
    if not any(test.values()):
        raise SourceError(f"{test_place} holds no {unit}; expected {test_place.name}/<class>/* with the classes of train")
    unknown = sorted(name for name, files in test.items() if files and name not in classes)
    if unknown:
        raise SourceError(
            f"{test_place} has {unit}s of classes without training {unit}s: {', '.join(unknown[:5])} ({len(unknown)} in all); "
            f"add them to train or delete them from {test_place.name}"
        )
    empty = sorted(name for name, files in train.items() if not files)
    absent = [name for name in classes if not test.get(name)]
    warnings = [f"class {name!r} has no training {unit} and was left out" for name in empty]
    warnings += [f"class {name!r} has no test {unit}: its error is not measured" for name in absent]
    return classes, warnings


def example_keys(names: list[str]) -> list[str]:
    """A unique key for each file name: without its extension if no other file has that name, dots as `%2E`."""
    stems = [os.path.splitext(name)[0] for name in names]
    seen = Counter(stems)
    chosen = (name if seen[stem] > 1 else stem for name, stem in zip(names, stems, strict=True))
    return [name.replace("%", "%25").replace(".", "%2E") for name in chosen]


def fingerprint(found: Mapping[str, Mapping[str, list[FoundFile]]]) -> str:
    """A digest of names, sizes and times of change of all files."""
    digest = hashlib.sha256()
    for folder, classes in sorted(found.items()):
        for name, files in sorted(classes.items()):
            digest.update(f"{folder}/{name}\0".encode(errors="surrogateescape"))
            for file in files:
                digest.update(f"{file.name}\0{file.num_bytes}\0{file.modified_ns}\0".encode(errors="surrogateescape"))
    return digest.hexdigest()
