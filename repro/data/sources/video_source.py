"""What a source of labelled videos gives to `prepare`; everything after it is shared.

Shape suffixes: N videos of a split, L labels of a video at most, G groups, C classes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from repro.data.sources.source import Listing, Origin, SourceError, held_out, stable_hashes

#: A video file, or what makes one; goes to another process.
Content = Path | Callable[[], bytes]
#: In the names of UCF-101 and of sets made like it: videos of one number were cut from one recording, or made in one place.
GROUP = re.compile(rb"_(g\d+)_c\d+$")


@dataclass(frozen=True, kw_only=True)
class VideoListing:
    """The videos of one split in the order in which they are stored.

    file_N: name by which the user knows the file. key_N: unique name, without dots.
    label_NL: class indices, -1 after the last; every video has one label or more.
    group_N: videos of one group are not divided between training and validation; the key where each is its own group.
    """

    file_N: npt.NDArray[np.bytes_]
    key_N: npt.NDArray[np.bytes_]
    label_NL: npt.NDArray[np.int32]
    group_N: npt.NDArray[np.bytes_]

    def __len__(self) -> int:
        return len(self.key_N)

    def at(self, indices: npt.NDArray[Any]) -> VideoListing:
        """The videos at `indices`, in that order."""
        return VideoListing(
            file_N=self.file_N[indices],
            key_N=self.key_N[indices],
            label_NL=self.label_NL[indices],
            group_N=self.group_N[indices],
        )


class VideoSource(Origin, Protocol):
    """Labelled videos from somewhere.

    listings: `train` and `test`. missing: (split, name) of videos that belong to the set and that the user does not have.
    groups: of the classes that belong to one, its name.
    """

    @property
    def groups(self) -> Mapping[str, str]: ...
    @property
    def missing(self) -> tuple[tuple[str, str], ...]: ...
    @property
    def listings(self) -> Mapping[str, VideoListing]: ...

    def content(self, split: str, index: int) -> Content:
        """The file of video `index` of `split`."""
        ...


def label_matrix(labels: Sequence[Sequence[int]]) -> npt.NDArray[np.int32]:
    """The labels of videos as (N, L), -1 after the last label of each."""
    matrix_NL = np.full((len(labels), max(map(len, labels), default=1)), -1, np.int32)
    for row, of_video in zip(matrix_NL, labels, strict=True):
        row[: len(of_video)] = of_video
    return matrix_NL


def groups_of(keys: npt.NDArray[np.bytes_]) -> npt.NDArray[np.bytes_]:
    """The group in each key that ends in `_gGG_cCC`, if all do; else the keys."""
    found = [GROUP.search(key) for key in keys.tolist()]
    return np.array([match[1] for match in found if match], np.bytes_) if found and all(found) else keys


def split_validation_videos(listing: VideoListing, *, num_validation: int) -> dict[str, npt.NDArray[np.int64]]:
    """The positions in `listing` of the videos of `train` and, if there are any, of `validation`.

    Without groups exactly `num_validation` videos are held out, as evenly over the classes as possible; with groups, so many
    whole groups as come closest to that number of videos with the classes in proportion.

    Raises:
        SourceError: there would be no training video left.
    """
    if num_validation and num_validation >= len(listing):
        raise SourceError(f"num_validation is {num_validation}; allowed: below the {len(listing)} training videos")
    if len(np.unique(listing.group_N)) == len(listing):
        flat = Listing(file_N=listing.file_N, key_N=listing.key_N, label_N=listing.label_NL[:, 0])
        chosen = held_out(flat, num_validation=num_validation)
    else:
        chosen = _held_out_groups(listing, num_validation=num_validation)
    parts = {"train": np.flatnonzero(~chosen), "validation": np.flatnonzero(chosen)}
    return {split: positions for split, positions in parts.items() if split == "train" or len(positions)}


def _held_out_groups(listing: VideoListing, *, num_validation: int) -> npt.NDArray[np.bool_]:
    groups, group_N = np.unique(listing.group_N, return_inverse=True)
    count_GC = np.zeros((len(groups), listing.label_NL.max() + 1), np.int64)
    np.add.at(count_GC, (group_N, listing.label_NL[:, 0]), 1)
    wanted_C = count_GC.sum(axis=0) * num_validation / len(listing)
    have_C, chosen = np.zeros_like(wanted_C), list[int]()
    left = np.argsort(stable_hashes(groups)).tolist()
    while num_validation and len(left) > 1:
        gaps = [((have_C + count_GC[group] - wanted_C) ** 2).sum() for group in left]
        best = int(np.argmin(gaps))
        if chosen and gaps[best] >= ((have_C - wanted_C) ** 2).sum():
            break
        have_C += count_GC[left[best]]
        chosen.append(left.pop(best))
    held: npt.NDArray[np.bool_] = np.isin(group_N, chosen)
    return held
