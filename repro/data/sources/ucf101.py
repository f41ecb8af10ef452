"""Read UCF-101 by its official lists, and any set that comes with lists of that form.

Source: Soomro, Zamir, Shah, "UCF101: A Dataset of 101 Human Actions Classes From Videos in The Wild", 2012.
How a user gets it: the authors publish the videos (UCF101.rar) and the lists for action recognition
(UCF101TrainTestSplits-RecognitionTask.zip); unpack both below one folder. Nothing is downloaded by us.

`classInd.txt` holds `1 ApplyEyeMakeup`: classes counted from 1. `trainlist0N.txt` holds `Class/video.avi 1` and
`testlist0N.txt` `Class/video.avi`, for the folds N = 1, 2, 3. Results on UCF-101 are the mean over the three folds, each
trained by itself; a fold's test videos are training videos of the other two.
A line may be as an editor or a spreadsheet leaves it (repro.data.files.lists). Where no file has the very name of a line, the
only one that differs in capitals or in the Unicode form of a letter is taken, and counted in a warning.
The videos of a group (`gGG`) were cut from one recording and stay together when some are held out.
A listed video that is not there is refused like one that cannot be read; a class of which none is there is an error.

The authors sort the classes into five groups, on their page and not in their files; the data set of the paper brings them
along. Other groups, or those of another set, stand in `groups.txt` among the lists, a line `Class Name of the group` for each
class. Such a file wins; without one, a class that the data set does not name belongs to no group.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from repro.data.files.formats import VIDEOS
from repro.data.files.left_out import NOT_LISTED
from repro.data.files.lists import Line, read_lines, unquoted, whole_number
from repro.data.files.places import GROUPS_FILE, UCF101_LISTS, UserFiles, files_of
from repro.data.sources.class_folders import folded
from repro.data.sources.class_groups import known_groups, read_groups
from repro.data.sources.source import SourceError, as_text
from repro.data.sources.video_folders import shuffled_listing
from repro.data.sources.video_source import Content, VideoListing
from repro.spec.video_datasets import ClassGroup

#: Folders in which the class folders may lie.
VIDEO_FOLDERS = ("", "UCF-101", "videos", "train", "test")


class Ucf101Source:
    """One fold of UCF-101 as a source.

    Raises:
        SourceError: there are no lists, they contradict each other, or none of their videos is there.
    """

    missing: tuple[tuple[str, str], ...] = ()
    fingerprint = ""

    def __init__(self, root: Path, *, fold: int, groups: Sequence[ClassGroup] = ()) -> None:
        self._root = root
        self._fold = fold
        lists = find_lists(root, fold=fold)
        self.classes = read_classes(lists["classes"])
        own = lists["classes"].with_name(GROUPS_FILE)
        self.groups: Mapping[str, str] = (
            read_groups(own, classes=self.classes) if own.is_file() else known_groups(groups, classes=self.classes)
        )
        self.files = files_of(root, "ucf101", fold=fold)
        self._places = places_below(self.files)
        self.listings: Mapping[str, VideoListing] = {
            split: read_list(lists[split], classes=self.classes) for split in ("train", "test")
        }
        self._check()
        self.warnings = tuple(self._found_otherwise())
        self.files.named.update(self._places)
        self._count_left_out()
        self._check_classes()

    @property
    def description(self) -> str:
        return f"fold {self._fold} of the lists in {self._root.resolve().name}"

    def content(self, split: str, index: int) -> Content:
        """The path of video `index` of `split`; there may be no such file."""
        return self._root / self.files.place(as_text(self.listings[split].file_N[index]))

    def _listed(self) -> dict[str, int]:
        """All videos of both lists with their labels."""
        pairs = [
            pair for of in self.listings.values() for pair in zip(of.file_N.tolist(), of.label_NL[:, 0].tolist(), strict=True)
        ]
        return {as_text(name): label for name, label in pairs}

    def _found_otherwise(self) -> list[str]:
        """Find listed videos whose files have other capitals or another Unicode form, and say so."""
        by_folded: dict[str, list[str]] = {}
        for name in self._places:
            by_folded.setdefault(folded(name), []).append(name)
        listed = self._listed()
        found = {}
        for name in listed.keys() - self._places.keys():
            close = [other for other in by_folded.get(folded(name), ()) if other not in listed]
            if len(close) == 1:
                found[name] = close[0]
        self._places |= {name: self._places[other] for name, other in found.items()}
        if not found:
            return []
        name = min(found)
        return [
            f"{len(found)} listed videos have files whose names differ in capitals or in a letter's form: {name} is {found[name]}"
        ]

    def _count_left_out(self) -> None:
        listed = self._listed()
        used = {self._places[name] for name in listed if name in self._places}
        for file in self.files.found:
            if file.name not in used:
                self.files.left_out.add("lists", NOT_LISTED, example=file.name, counts=True)

    def _check_classes(self) -> None:
        """Fail if a class is listed and none of its videos is there.

        Raises:
            SourceError: names the class, and what its folder may be called.
        """
        listed = self._listed()
        there = {label for name, label in listed.items() if name in self._places}
        for label in sorted(set(listed.values()) - there):
            folders = sorted({PurePosixPath(name).parts[0] for name in self._places})
            close = difflib.get_close_matches(self.classes[label], folders, n=1)
            guess = f"; {close[0]!r} is there, and may be meant" if close else ""
            raise SourceError(
                f"none of the listed videos of class {self.classes[label]!r} lies in {self._root}{guess}; expected a folder "
                f"{self.classes[label]!r} with them: rename it, or take the class out of the lists"
            )

    def _check(self) -> None:
        names = {split: set(listing.file_N.tolist()) for split, listing in self.listings.items()}
        both = sorted(names["train"] & names["test"])
        if both:
            raise SourceError(
                f"{len(both)} videos are in both lists of fold {self._fold}, such as {as_text(both[0])}; repair them"
            )
        if not any(as_text(name) in self._places for of_split in names.values() for name in of_split):
            example = as_text(min(names["train"]))
            raise SourceError(
                f"none of the listed videos lies in {self._root}; expected {example} there or in one of its folders "
                f"{', '.join(folder for folder in VIDEO_FOLDERS if folder)}"
            )


def find_lists(root: Path, *, fold: int) -> dict[str, Path]:
    """The files `classes`, `train` and `test` of a fold.

    Raises:
        SourceError: there are none.
    """
    names = {"classes": "classInd.txt", "train": f"trainlist{fold:02d}.txt", "test": f"testlist{fold:02d}.txt"}
    for folder in (root / name for name in UCF101_LISTS):
        if all((folder / name).is_file() for name in names.values()):
            return {key: folder / name for key, name in names.items()}
    raise SourceError(
        f"{root} has no {', '.join(names.values())}; expected there or in its folder lists or ucfTrainTestlist; "
        "see repro/data/sources/ucf101.py for where to get them"
    )


def read_classes(path: Path) -> tuple[str, ...]:
    """The class names of `classInd.txt` in the order of their numbers.

    Raises:
        SourceError: the numbers are not 1, 2, 3, ...
    """
    names: dict[str, str] = {}
    for number, line in enumerate(read_lines(path), start=1):
        first, name = line.after_first()
        if whole_number(first) != number or not name or "/" in name:
            raise SourceError(f"{line.where} is {line.text!r}; expected lines such as `1 ApplyEyeMakeup`, counted from 1")
        if name in names:
            raise SourceError(f"{line.where} has the class {name!r} again, which stands at {names[name]}; expected each once")
        names[name] = line.where
    if not names:
        raise SourceError(f"{path} lists no class; expected lines such as `1 ApplyEyeMakeup`, counted from 1")
    return tuple(names)


def read_list(path: Path, *, classes: tuple[str, ...]) -> VideoListing:
    """The videos of a train or test list.

    Raises:
        SourceError: a line names an unknown class, or a number that is not its class's.
    """
    label_of = {name: label for label, name in enumerate(classes)}
    found: dict[str, tuple[int, str]] = {}
    for line in read_lines(path):
        name, label = _entry(line, label_of)
        if name in found:
            raise SourceError(f"{line.where} lists {name} again, which stands at {found[name][1]}; delete one of the lines")
        found[name] = (label, line.where)
    if not found:
        raise SourceError(f"{path} lists no video; get the official lists (repro/data/sources/ucf101.py)")
    return shuffled_listing(list(found), labels=[(label,) for label, _ in found.values()], folder=".")


def _entry(line: Line, label_of: Mapping[str, int]) -> tuple[str, int]:
    """The video of a line and its label.

    Raises:
        SourceError: it names an unknown class, a number that is not its class's, or a file elsewhere.
    """
    before, last = line.before_last()
    number = whole_number(last)
    name = (before if number is not None else unquoted(line.text)).replace("\\", "/").removeprefix("./")
    parts = name.split("/")
    label = label_of.get(parts[0])
    # A name may hold blanks where it ends as a video's does: else it is a name with something behind it.
    whole = " " not in name or PurePosixPath(name).suffix.lower() in VIDEOS.decoded
    if label is None or len(parts) < 2 or not parts[-1] or not whole or number not in (None, label + 1):
        raise SourceError(
            f"{line.where} is {line.text!r}; expected `Class/video` of a class in classInd.txt and, in training lists, its number"
        )
    if {"", ".", ".."} & set(parts):
        raise SourceError(f"{line.where} is {line.text!r}; allowed: files below the class folder, without `..`")
    return name, label


def places_below(files: UserFiles) -> dict[str, str]:
    """The file of each name that a list may give it, by its name below the source's folder."""
    places: dict[str, str] = {}
    for file in files.found:
        for folder in VIDEO_FOLDERS:
            if file.name.startswith(folder and f"{folder}/"):
                places.setdefault(file.name[len(folder and f"{folder}/") :], file.name)
    return places
