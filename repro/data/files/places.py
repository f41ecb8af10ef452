"""Which files of a folder belong to a data set of each kind: those that are read, by lists and by formats.

Kinds that are not listed have no files of the user.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from repro.data.files.formats import IMAGES, NO_FORMATS, VIDEOS, Formats
from repro.data.files.found import FoundFile, files_below, found_file
from repro.data.files.left_out import LeftOut

#: Our own name for the groups of a set's classes.
GROUPS_FILE = "groups.txt"
UCF101_LISTS = ("", "lists", "ucfTrainTestlist")
SPORTS1M_LISTS = ("", "original")
ILSVRC2012_LISTS = ("val.txt", "LOC_val_solution.csv")
ILSVRC2010_LISTS = ("", "devkit-1.0/data", "data")
ILSVRC2010_TRUTH, ILSVRC2010_META = "ILSVRC2010_test_ground_truth.txt", "meta.mat"
CIFAR10_FOLDER, CIFAR10_ARCHIVE = "cifar-10-batches-py", "cifar-10-python.tar.gz"
CIFAR10_TRAIN = ("data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5")
CIFAR10_TEST = ("test_batch",)


@dataclass(frozen=True, kw_only=True)
class Places:
    """folders: with examples, `.` for all. lists: other files that are read, where they are there."""

    formats: Formats
    folders: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class UserFiles:
    """The files of a source by their names below `root`: of examples, lists, and pictures or films that are not decoded.

    named: where a list calls a file otherwise, the file's own name.
    """

    root: Path
    found: tuple[FoundFile, ...]
    lists: tuple[FoundFile, ...]
    others: tuple[FoundFile, ...]
    left_out: LeftOut
    named: dict[str, str] = field(default_factory=dict)

    @property
    def all(self) -> tuple[FoundFile, ...]:
        """All that may change what is prepared, or what is said of it."""
        return self.found + self.lists + self.others

    def place(self, listed: str) -> str:
        """The name of the file that the listing of the source calls `listed`."""
        return self.named.get(listed, listed)

    def below(self, folder: str) -> list[FoundFile]:
        """The files of examples in `folder`."""
        return [file for file in self.found if folder == "." or file.name.startswith(f"{folder}/")]


def _in(folders: tuple[str, ...], *names: str) -> tuple[str, ...]:
    return tuple(f"{folder}/{name}" if folder else name for folder in folders for name in names)


def places_of(kind: str, *, fold: int = 1) -> Places | None:
    """Where the files of a data set of this kind lie; None if it has none. fold: of the official lists."""
    splits = (f"trainlist{fold:02d}.txt", f"testlist{fold:02d}.txt")
    partitions = ("train_partition.txt", "test_partition.txt")
    known = {
        "folders": Places(formats=IMAGES, folders=("train", "val")),
        "unsplit_folders": Places(formats=IMAGES, folders=(".",)),
        "ilsvrc2012": Places(formats=IMAGES, folders=("train", "val"), lists=ILSVRC2012_LISTS),
        "ilsvrc2010": Places(
            formats=IMAGES, folders=("train", "test"), lists=_in(ILSVRC2010_LISTS, ILSVRC2010_TRUTH, ILSVRC2010_META)
        ),
        "cifar10": Places(
            formats=NO_FORMATS,
            lists=(*_in((CIFAR10_FOLDER, ""), *CIFAR10_TRAIN, *CIFAR10_TEST), CIFAR10_ARCHIVE),
        ),
        "video_folders": Places(formats=VIDEOS, folders=("train", "test"), lists=_in(UCF101_LISTS, GROUPS_FILE)),
        "ucf101": Places(formats=VIDEOS, folders=(".",), lists=_in(UCF101_LISTS, "classInd.txt", *splits, GROUPS_FILE)),
        "sports1m": Places(formats=VIDEOS, folders=("videos",), lists=_in(SPORTS1M_LISTS, "labels.txt", *partitions)),
    }
    return known.get(kind)


def files_of(root: Path, kind: str, *, fold: int = 1) -> UserFiles:
    """The files of a source of a kind that is listed. Raises as `user_files` does."""
    places = places_of(kind, fold=fold)
    assert places is not None, f"no places of files of kind {kind!r}"
    return user_files(root, places)


def user_files(root: Path, places: Places) -> UserFiles:
    """Find the files of a source at `root`. What is missing is left to its reader to say.

    Raises:
        SourceError: a folder cannot be read.
    """
    left_out, others = LeftOut(), list[FoundFile]()
    found = [
        file
        for folder in places.folders
        if (root / folder).is_dir()
        for file in files_below(root, folder, formats=places.formats, left_out=left_out, others=others)
    ]
    lists = [found_file(root / name, name=name) for name in places.lists if (root / name).is_file()]
    return UserFiles(root=root, found=tuple(found), lists=tuple(lists), others=tuple(others), left_out=left_out)
