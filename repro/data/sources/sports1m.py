"""Read Sports-1M by its official partition files over a folder of videos that the user has.

Source: Karpathy et al. 2014, section 4.1; the data set is published as lists of YouTube addresses (CC BY 3.0).

How a user gets it. The repository gtoderici/sports-1m-dataset on GitHub holds `labels.txt`, one class name a line, the
line number from 0 being the label, and `original/train_partition.txt` and `original/test_partition.txt`, whose lines are
`URL label[,label...]`. The videos have to be fetched from YouTube by other means; yt-dlp does it with
`--output 'videos/%(id)s.%(ext)s'` and a height of 360 lines or less. We never run it. Put everything below one folder:

    labels.txt  train_partition.txt  test_partition.txt  videos/<id>.<mp4|webm|mkv|...>

The partition files may also lie in `original/`, and the videos in folders below `videos/`. About half of the videos of 2014
can no longer be had. Those without a file are counted in a warning and listed in `missing.csv`, and the data set is made of
the rest: results on it are not those of the full set, and say how much of it there was. An empty file, as a broken download
leaves it, is refused like any other that cannot be read.
The official lists have no validation videos; the paper took a tenth of all. Ours are held out of the training list.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path, PurePosixPath
from urllib.parse import parse_qs, urlsplit

import numpy as np

from repro.data.files.left_out import ABSENT, NOT_LISTED, SAME_ID
from repro.data.files.lists import read_lines, whole_number
from repro.data.files.places import SPORTS1M_LISTS, files_of
from repro.data.sources.class_folders import escaped
from repro.data.sources.source import SourceError, as_bytes, as_text, stable_hashes
from repro.data.sources.video_source import Content, VideoListing, label_matrix


class Sports1mSource:
    """The part of Sports-1M that the user has, as a source.

    Raises:
        SourceError: a partition file or the labels are missing or of another form, or a split has no video at all.
    """

    fingerprint = ""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.groups: Mapping[str, str] = {}
        files = {split: find_list(root, f"{split}_partition.txt") for split in ("train", "test")}
        names = find_list(root, "labels.txt")
        self.classes = read_classes(names)
        listed = {split: read_partition(path, num_classes=len(self.classes)) for split, path in files.items()}
        self.files = files_of(root, "sports1m")
        self._places = self._find_videos(listed["train"].keys() | listed["test"].keys())
        self.missing = tuple((split, video) for split, ids in listed.items() for video in ids if video not in self._places)
        self.listings: Mapping[str, VideoListing] = {split: self._listing(split, ids) for split, ids in listed.items()}
        self.warnings = tuple(self._warnings(listed))
        for split, ids in listed.items():
            absent = [video for video in ids if video not in self._places]
            if absent:
                self.files.left_out.add(f"{split}_partition.txt", ABSENT, example=absent[0], num=len(absent))

    @property
    def description(self) -> str:
        return f"official partition files and videos in {self._root.resolve().name}"

    def content(self, split: str, index: int) -> Content:
        """The path of video `index` of `split`."""
        return self._root / as_text(self.listings[split].file_N[index])

    def _find_videos(self, listed: Collection[str]) -> dict[str, str]:
        """The file of each id that is listed."""
        folder = self._root / "videos"
        if not folder.is_dir():
            raise SourceError(f"{folder} does not exist; put the videos there as <id>.mp4 (see repro/data/sources/sports1m.py)")
        places = dict[str, str]()
        for file in self.files.found:
            video = PurePosixPath(file.name).stem
            if video not in listed:
                self.files.left_out.add("videos", NOT_LISTED, example=file.name, counts=True)
            elif video in places:
                self.files.left_out.add("videos", SAME_ID, example=file.name)
            else:
                places[video] = file.name
        return places

    def _listing(self, split: str, labels_of: Mapping[str, tuple[int, ...]]) -> VideoListing:
        ids = [video for video in labels_of if video in self._places]
        if not ids:
            raise SourceError(
                f"none of the {len(labels_of)} videos of {split}_partition.txt lies in {self._root / 'videos'}; expected "
                f"files named by their id, such as {next(iter(labels_of), 'ID')}.mp4"
            )
        key_N = as_bytes([escaped(video) for video in ids])
        listed = VideoListing(
            file_N=as_bytes([self._places[video] for video in ids]),
            key_N=key_N,
            label_NL=label_matrix([labels_of[video] for video in ids]),
            group_N=key_N,
        )
        return listed.at(np.lexsort((key_N, stable_hashes(key_N))))

    def _warnings(self, listed: Mapping[str, Mapping[str, tuple[int, ...]]]) -> list[str]:
        warnings = [
            f"{len(ids) - len(self.listings[split])} of the {len(ids)} videos of {split}_partition.txt are missing"
            for split, ids in listed.items()
            if len(ids) > len(self.listings[split])
        ]
        both = listed["train"].keys() & listed["test"].keys()
        if both:
            warnings.append(f"{len(both)} videos are in both partition files, such as {min(both)}")
        return warnings


def find_list(root: Path, name: str) -> Path:
    """The path of an official file.

    Raises:
        SourceError: there is none.
    """
    for folder in SPORTS1M_LISTS:
        if (root / folder / name).is_file():
            return root / folder / name
    raise SourceError(f"{root} has no {name}; get the official files (see repro/data/sources/sports1m.py) and put them there")


def read_classes(path: Path) -> tuple[str, ...]:
    """The class of each line, whose number from 0 is its label.

    Raises:
        SourceError: a line is empty between others, which would move the labels below it, or a class stands there twice.
    """
    places: dict[str, str] = {}
    for position, line in enumerate(read_lines(path, comments=False), start=1):
        if line.number != position:
            raise SourceError(f"{path}:{position} is empty; expected the name of class {position - 1}, as lines count as labels")
        if line.text in places:
            raise SourceError(
                f"{line.where} has the class {line.text!r} again, which stands at {places[line.text]}; expected each once"
            )
        places[line.text] = line.where
    return tuple(places)


def read_partition(path: Path, *, num_classes: int) -> dict[str, tuple[int, ...]]:
    """The labels of each video of a partition file by its id; a video listed twice has the labels of both lines.

    Raises:
        SourceError: a line is not `URL label[,label...]` with labels below `num_classes`.
    """
    labels: dict[str, tuple[int, ...]] = {}
    for line in read_lines(path):
        address, *words = line.entries()
        video, numbers = video_id(address), [whole_number(word) for word in words]
        if not video or not numbers or not all(number is not None and number < num_classes for number in numbers):
            raise SourceError(
                f"{line.where} is {line.text!r}; expected `URL label[,label...]` with labels from 0 to {num_classes - 1}"
            )
        labels[video] = tuple(dict.fromkeys((*labels.get(video, ()), *(number for number in numbers if number is not None))))
    return labels


def video_id(address: str) -> str:
    """The id in a YouTube address (`watch?v=ID` or `youtu.be/ID`), or "" if there is none."""
    if "/" not in address:
        return ""
    try:
        parts = urlsplit(address)
    except ValueError:  # such as a bracket that is not closed
        return ""
    asked = parse_qs(parts.query).get("v")
    return asked[0] if asked else PurePosixPath(parts.path).name
