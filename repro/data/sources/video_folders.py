"""Read any tree of class folders of videos: `{train,test}/<class>/*` of MP4, AVI, MKV, WebM and whatever else FFmpeg reads.

Classes are the folders of `train` that hold videos, sorted by name; a class of `test` that `train` does not have is an error.
`groups.txt`, there or in `lists/`, may say of which group each class is (repro.data.sources.class_groups).
Hidden files and files of other kinds are left out and counted; files deeper than the class folder belong to it.
Names that end in `_gGG_cCC`, as those of UCF-101 do, say which videos are of one scene: a scene is not divided between
training and held-out videos.
Videos are stored in an order shuffled by a hash of their names, so that any run of them is a fair sample of the classes.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from repro.data.files.found import FoundFile
from repro.data.files.places import files_of
from repro.data.sources.class_folders import agree_on_classes, below_folder, by_class, count_empty, example_keys
from repro.data.sources.class_groups import groups_below
from repro.data.sources.source import SourceError, as_bytes, stable_hashes
from repro.data.sources.video_source import Content, VideoListing, groups_of, label_matrix


class VideoFoldersSource:
    """A tree of class folders of videos as a source.

    Raises:
        SourceError: the tree has another shape.
    """

    missing: tuple[tuple[str, str], ...] = ()
    fingerprint = ""

    def __init__(self, root: Path) -> None:
        self._root = root
        for name in ("train", "test"):
            if not (root / name).is_dir():
                raise SourceError(
                    f"{root / name} does not exist; expected {{train,test}}/<class>/* below the folder given by "
                    "--config videos=DIR"
                )
        self.files = files_of(root, "video_folders")
        train, test = by_class(self.files, "train"), by_class(self.files, "test")
        self.classes, warnings = agree_on_classes(train=train, test=test, places=(root / "train", root / "test"), unit="video")
        self.groups: Mapping[str, str] = groups_below(root, classes=self.classes)
        self.warnings = tuple(warnings)
        count_empty(self.files, "train", train)
        self.listings: Mapping[str, VideoListing] = {
            split: _listing(files, classes=self.classes, split=split) for split, files in (("train", train), ("test", test))
        }

    @property
    def description(self) -> str:
        return f"class folders of videos in {self._root.resolve().name}"

    def content(self, split: str, index: int) -> Content:
        """The path of video `index` of `split`."""
        return self._root / os.fsdecode(bytes(self.listings[split].file_N[index]))


def _listing(files: Mapping[str, Sequence[FoundFile]], *, classes: tuple[str, ...], split: str) -> VideoListing:
    pairs = [(file.name, label) for label, name in enumerate(classes) for file in files.get(name, ())]
    return shuffled_listing([name for name, _ in pairs], labels=[(label,) for _, label in pairs], folder=split)


def shuffled_listing(names: list[str], *, labels: Sequence[Sequence[int]], folder: str) -> VideoListing:
    """The videos with these names, shuffled by a hash of their names below `folder`."""
    key_N = as_bytes(example_keys([below_folder(name, folder) for name in names]))
    listed = VideoListing(
        file_N=as_bytes(names),
        key_N=key_N,
        label_NL=label_matrix(labels),
        group_N=groups_of(key_N),
    )
    return listed.at(np.lexsort((listed.key_N, stable_hashes(listed.key_N))))
