"""Read UCF-101 by its official lists, and any set that comes with lists of that form.

Source: Soomro, Zamir, Shah, "UCF101: A Dataset of 101 Human Actions Classes From Videos in The Wild", 2012.
How a user gets it: the authors publish the videos (UCF101.rar) and the lists for action recognition
(UCF101TrainTestSplits-RecognitionTask.zip); unpack both below one folder. Nothing is downloaded by us.

`classInd.txt` holds `1 ApplyEyeMakeup`: classes counted from 1. `trainlist0N.txt` holds `Class/video.avi 1` and
`testlist0N.txt` `Class/video.avi`, for the folds N = 1, 2, 3. Results on UCF-101 are the mean over the three folds, each
trained by itself; a fold's test videos are training videos of the other two.
The videos of a group (`gGG`) were cut from one recording and stay together when some are held out.
A listed video that is not there is refused like one that cannot be read.

The authors sort the classes into five groups, on their page and not in their files; the data set of the paper brings them
along. Other groups, or those of another set, stand in `groups.txt` among the lists, a line `Class Name of the group` for each
class. Such a file wins; without one, a class that the data set does not name belongs to no group.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from repro.data.sources.source import SourceError, as_text
from repro.data.sources.video_folders import shuffled_listing, videos_below
from repro.data.sources.video_source import Content, VideoListing
from repro.spec.video_datasets import ClassGroup

#: Our own name for it.
GROUPS_FILE = "groups.txt"
LIST_FOLDERS = ("", "lists", "ucfTrainTestlist")
#: Folders in which the class folders may lie.
VIDEO_FOLDERS = ("", "UCF-101", "videos", "train", "test")


class Ucf101Source:
    """One fold of UCF-101 as a source.

    Raises:
        SourceError: there are no lists, they contradict each other, or none of their videos is there.
    """

    missing: tuple[tuple[str, str], ...] = ()

    def __init__(self, root: Path, *, fold: int, groups: Sequence[ClassGroup] = ()) -> None:
        self._root = root
        self._fold = fold
        lists = find_lists(root, fold=fold)
        self.classes = read_classes(lists["classes"])
        own = lists["classes"].with_name(GROUPS_FILE)
        self.groups: Mapping[str, str] = (
            read_groups(own, classes=self.classes) if own.is_file() else known_groups(groups, classes=self.classes)
        )
        digest = hashlib.sha256(b"".join(lists[name].read_bytes() for name in sorted(lists)))
        digest.update(repr(sorted(self.groups.items())).encode())
        self._places: dict[str, Path] = {}
        ignored: Counter[str] = Counter()
        for name, video in videos_below(root, ignored=ignored):
            digest.update(f"{name}\0{video.num_bytes}\0{video.modified_ns}\0".encode(errors="surrogateescape"))
            for folder in VIDEO_FOLDERS:
                if name.startswith(folder and f"{folder}/"):
                    self._places.setdefault(name[len(folder and f"{folder}/") :], root / name)
        self.fingerprint = digest.hexdigest()
        self.warnings = tuple(f"{count} {kind} were left out" for kind, count in ignored.items() if "videos" not in kind)
        self.listings: Mapping[str, VideoListing] = {
            split: read_list(lists[split], classes=self.classes) for split in ("train", "test")
        }
        self._check()

    @property
    def description(self) -> str:
        return f"fold {self._fold} of the lists in {self._root.resolve().name}"

    def content(self, split: str, index: int) -> Content:
        """The path of video `index` of `split`; there may be no such file."""
        name = as_text(self.listings[split].file_N[index])
        return self._places.get(name, self._root / name)

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
    for folder in (root / name for name in LIST_FOLDERS):
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
    lines = [line.split() for line in path.read_text().splitlines() if line.strip()]
    if any(len(line) != 2 for line in lines) or [line[0] for line in lines] != [str(i + 1) for i in range(len(lines))]:
        raise SourceError(f"{path} is no list of classes; expected lines such as `1 ApplyEyeMakeup`, counted from 1")
    return tuple(name for _, name in lines)


def read_groups(path: Path, *, classes: tuple[str, ...]) -> dict[str, str]:
    """The group of each class.

    Raises:
        SourceError: a line has no group, or the classes are not exactly those of `classInd.txt`.
    """
    lines = [line.split(maxsplit=1) for line in path.read_text().splitlines() if line.strip()]
    named = {line[0]: line[1].strip() for line in lines if len(line) == 2}
    if len(named) < len(lines) or set(named) != set(classes):
        wrong = sorted(set(named) ^ set(classes))
        raise SourceError(
            f"{path} does not say once for each of the {len(classes)} classes of which group it is"
            f"{f': {wrong[0]}' if wrong else ''}; expected lines such as `{classes[0]} Name of the group`"
        )
    return {name: named[name] for name in classes}


def known_groups(groups: Sequence[ClassGroup], *, classes: tuple[str, ...]) -> dict[str, str]:
    """The group of each class that `groups` name; capitals do not count, as the lists and the files differ in some."""
    group_of = {name.lower(): group.name for group in groups for name in group.classes}
    return {name: group_of[name.lower()] for name in classes if name.lower() in group_of}


def read_list(path: Path, *, classes: tuple[str, ...]) -> VideoListing:
    """The videos of a train or test list.

    Raises:
        SourceError: a line names an unknown class, or a number that is not its class's.
    """
    names, labels = [], []
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        if not (words := line.split()):
            continue
        folder = words[0].partition("/")[0]
        if folder not in classes or len(words) > 2 or words[1:] not in ([], [str(classes.index(folder) + 1)]):
            raise SourceError(
                f"{path}:{number} is {line.strip()!r}; expected `Class/video` of a class in classInd.txt and, in training lists, "
                "its number"
            )
        names.append(words[0])
        labels.append((classes.index(folder),))
    if not names:
        raise SourceError(f"{path} lists no video; get the official lists (repro/data/sources/ucf101.py)")
    return shuffled_listing(names, labels=labels, folder="")
