"""Read any tree of class folders of videos: `{train,test}/<class>/*` of MP4, AVI, MKV, WebM, MOV, M4V and MPEG files.

Classes are the folders of `train` that hold videos, sorted by name; a class of `test` that `train` does not have is an error.
Hidden files and files of other kinds are left out and counted in a warning; files deeper than the class folder belong to it.
Names that end in `_gGG_cCC`, as those of UCF-101 do, say which videos are of one scene: a scene is not divided between
training and held-out videos.
Videos are stored in an order shuffled by a hash of their names, so that any run of them is a fair sample of the classes.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from repro.data.sources.class_folders import FoundFile, Scan, agree_on_classes, example_keys, fingerprint
from repro.data.sources.source import SourceError, as_bytes, stable_hashes
from repro.data.sources.video_source import Content, VideoListing, groups_of, label_matrix

EXTENSIONS = (".mp4", ".avi", ".mkv", ".webm", ".mov", ".m4v", ".mpg", ".mpeg")


class VideoFoldersSource:
    """A tree of class folders of videos as a source.

    Raises:
        SourceError: the tree has another shape.
    """

    missing: tuple[tuple[str, str], ...] = ()

    def __init__(self, root: Path) -> None:
        self._root = root
        self.groups: Mapping[str, str] = {}
        found = {split: scan_videos(root / split) for split in ("train", "test")}
        self.classes, warnings = agree_on_classes(
            train=found["train"].files, test=found["test"].files, places=(root / "train", root / "test"), unit="video"
        )
        self.warnings = (*warnings, *(text for split, scan in found.items() for text in scan.warnings(split)))
        self.listings: Mapping[str, VideoListing] = {
            split: _listing(scan.files, classes=self.classes, split=split) for split, scan in found.items()
        }
        self.fingerprint = fingerprint({split: scan.files for split, scan in found.items()})

    @property
    def description(self) -> str:
        return f"class folders of videos in {self._root.resolve().name}"

    def content(self, split: str, index: int) -> Content:
        """The path of video `index` of `split`."""
        return self._root / os.fsdecode(bytes(self.listings[split].file_N[index]))


def scan_videos(folder: Path) -> Scan:
    """List the videos of each class folder in `folder`, by names below `folder`.

    Raises:
        SourceError: there is no such folder.
    """
    if not folder.is_dir():
        raise SourceError(
            f"{folder} does not exist; expected {{train,test}}/<class>/* below the folder given by --config videos=DIR"
        )
    ignored: Counter[str] = Counter()
    files = {path.name: list[FoundFile]() for path in sorted(folder.iterdir()) if path.is_dir() and path.name[0] != "."}
    for name, found in videos_below(folder, ignored=ignored):
        top, below, _ = name.partition("/")
        if below:
            files[top].append(found)
        else:
            ignored["files outside class folders"] += 1
    return Scan(files=files, ignored=ignored)


def videos_below(folder: Path, *, ignored: Counter[str]) -> list[tuple[str, FoundFile]]:
    """Every video below `folder` with its name there, sorted; count in `ignored` what is left out.

    Links to folders are followed, but to none that has been looked into already or lies above one that has.
    """
    videos, visited = [], {folder.resolve()}
    for parent, folders, names in os.walk(folder, followlinks=True):
        ignored["hidden files"] += sum(name[0] == "." for name in (*folders, *names))
        places = {name: Path(parent, name).resolve() for name in sorted(folders) if name[0] != "."}
        folders[:] = [name for name, place in places.items() if not any(seen.is_relative_to(place) for seen in visited)]
        visited.update(places[name] for name in folders)
        for path in (Path(parent, name) for name in sorted(names) if name[0] != "."):
            if not path.name.lower().endswith(EXTENSIONS):
                ignored["files that are no videos by their names"] += 1
                continue
            name = path.relative_to(folder).as_posix()
            # A dangling link has no size: opening it will fail and put it on the list of refused files.
            status = path.stat() if path.exists() else None
            size, modified_ns = (status.st_size, status.st_mtime_ns) if status else (-1, 0)
            videos.append((name, FoundFile(name=name, num_bytes=size, modified_ns=modified_ns)))
    ignored += Counter()  # forgets what was counted zero times
    return videos


def _listing(files: Mapping[str, Sequence[FoundFile]], *, classes: tuple[str, ...], split: str) -> VideoListing:
    pairs = [(file.name, label) for label, name in enumerate(classes) for file in files.get(name, ())]
    return shuffled_listing([name for name, _ in pairs], labels=[(label,) for _, label in pairs], folder=f"{split}/")


def shuffled_listing(names: list[str], *, labels: Sequence[Sequence[int]], folder: str) -> VideoListing:
    """The videos with these names below `folder`, shuffled by a hash of the names."""
    key_N = as_bytes(example_keys(names))
    listed = VideoListing(
        file_N=as_bytes([f"{folder}{name}" for name in names]),
        key_N=key_N,
        label_NL=label_matrix(labels),
        group_N=groups_of(key_N),
    )
    return listed.at(np.lexsort((listed.key_N, stable_hashes(listed.key_N))))
