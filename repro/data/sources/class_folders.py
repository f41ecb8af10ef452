"""What trees of class folders have in common, of images and of videos: their files by class, the classes, unique keys."""

from __future__ import annotations

import os
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from repro.artifacts.files import readable
from repro.data.files.found import FoundFile, folders_in
from repro.data.files.left_out import NO_TRAINING, OUTSIDE
from repro.data.files.places import UserFiles
from repro.data.sources.source import SourceError
from repro.system.some import some


def by_class(files: UserFiles, folder: str) -> dict[str, list[FoundFile]]:
    """The files of each class folder in `folder`, also of empty ones; files beside them are counted as left out.

    Raises:
        SourceError: the folder cannot be read.
    """
    found = {name: list[FoundFile]() for name in folders_in(files.root / folder)}
    for file in files.below(folder):
        top, below, _ = below_folder(file.name, folder).partition("/")
        if below:
            found.setdefault(top, []).append(file)
        else:
            files.left_out.add(folder, OUTSIDE, example=file.name, counts=True)
    return found


def below_folder(name: str, folder: str) -> str:
    """The name of a file below `folder`; `.` is the source's own."""
    return name if folder == "." else name.removeprefix(f"{folder}/")


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
            f"{test_place} has {unit}s of classes without training {unit}s: {some([readable(name) for name in unknown])}"
            f"{_same_but_for(unknown, classes)}; add them to train or delete them from {test_place.name}"
        )
    empty = sorted(name for name, files in train.items() if not files)
    absent = [name for name in classes if not test.get(name)]
    warnings = [f"class {quoted(name)} has no training {unit} and was left out" for name in empty]
    warnings += [f"class {quoted(name)} has no test {unit}: its error is not measured" for name in absent]
    return classes, warnings


def count_empty(files: UserFiles, folder: str, found: Mapping[str, Sequence[FoundFile]]) -> None:
    """Count the class folders of `folder` without a file as left out."""
    empty = [name for name, own in found.items() if not own]
    if empty:
        files.left_out.add(folder, NO_TRAINING, example=f"{folder}/{empty[0]}", num=len(empty))


def quoted(name: str) -> str:
    """A name in quotes, as it can be read."""
    return f"'{readable(name)}'"


def close_name(name: str, others: Iterable[str]) -> str | None:
    """The one of `others` that differs from `name` in capitals or in its Unicode form alone, if there is one."""
    found = [other for other in others if folded(other) == folded(name)]
    return found[0] if len(found) == 1 else None


def folded(name: str) -> str:
    """A name without what systems of files and editors change: capitals, and the Unicode form of composed letters."""
    return unicodedata.normalize("NFC", name).casefold()


def _same_but_for(unknown: Sequence[str], classes: Sequence[str]) -> str:
    close = close_name(unknown[0], classes)
    if close is None:
        return ""
    same = unicodedata.normalize("NFC", close) == unicodedata.normalize("NFC", unknown[0])
    return f"; {quoted(close)} of train differs in {'its Unicode form (NFC, NFD)' if same else 'capitals'} alone"


def example_keys(names: Sequence[str]) -> list[str]:
    """A unique key for each of some different file names, with dots as `%2E`.

    It is the name without its extension where no other name begins so and ends there or in an extension; else the name.
    """
    stems = [os.path.splitext(name)[0] for name in names]
    seen, whole_names = Counter(stems), set(names)
    chosen = (name if seen[stem] > 1 or stem in whole_names else stem for name, stem in zip(names, stems, strict=True))
    return [escaped(name) for name in chosen]


def escaped(name: str) -> str:
    """A name without dots, which end a key; two names stay two."""
    return name.replace("%", "%25").replace(".", "%2E")
