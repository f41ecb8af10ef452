"""A source with a share of its training examples alone: of every class the same share, of two shares the smaller in the larger.

Which they are follows from a hash of their keys, so that it hangs on no order of files and on no other example of another
class. The examples that are held out for validation stay the same at every share, and the test split is all there.

Shape suffixes: N examples of the whole training split.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from repro.data.sources.source import Listing, Origin, Pixels, Source, split_validation, stable_hashes
from repro.data.sources.video_source import Content, VideoListing, VideoSource, split_validation_videos

if TYPE_CHECKING:
    from repro.data.files.places import UserFiles

NONE: npt.NDArray[np.int64] = np.empty(0, np.int64)


def part_N(
    label_N: npt.NDArray[np.integer],
    key_N: npt.NDArray[np.bytes_],
    group_N: npt.NDArray[np.bytes_],
    *,
    share: float,
    held_out: npt.NDArray[np.int64],
) -> npt.NDArray[np.int64]:
    """The places of `held_out` and of `share` of the others of every class, at least one, in ascending order.

    group_N: examples of one group come one after the other, so that few groups are cut in two; else the keys.
    """
    free_N = np.ones(len(label_N), np.bool_)
    free_N[held_out] = False
    order = np.lexsort((stable_hashes(key_N), group_N, stable_hashes(group_N)))
    chosen = [held_out]
    for label in np.unique(label_N[free_N]):
        of_class = order[free_N[order] & (label_N[order] == label)]
        chosen.append(of_class[: max(1, round(share * len(of_class)))])
    return np.sort(np.concatenate(chosen))


class _Part:
    """What is said of a part as of the whole."""

    def __init__(self, whole: Origin, *, share: float) -> None:
        self._of, self._share = whole, share

    @property
    def description(self) -> str:
        return f"{self._share:.4g} of the training examples of each class of {self._of.description}"

    @property
    def fingerprint(self) -> str:
        return self._of.fingerprint

    @property
    def files(self) -> UserFiles | None:
        return self._of.files

    @property
    def classes(self) -> tuple[str, ...]:
        return self._of.classes

    @property
    def warnings(self) -> tuple[str, ...]:
        return self._of.warnings


class PartOfImages(_Part):
    """Images of a source, of the training split a share (repro.data.sources.source.Source)."""

    def __init__(self, whole: Source, *, share: float, num_validation: int) -> None:
        super().__init__(whole, share=share)
        self._whole, self._num_validation = whole, num_validation

    @property
    def keep_files(self) -> bool:
        return self._whole.keep_files

    @cached_property
    def _places(self) -> npt.NDArray[np.int64]:
        train = self._whole.listings["train"]
        held_out = split_validation(train, num_validation=self._num_validation).get("validation", NONE)
        return part_N(train.label_N, train.key_N, train.key_N, share=self._share, held_out=held_out)

    @cached_property
    def listings(self) -> Mapping[str, Listing]:
        return {**self._whole.listings, "train": self._whole.listings["train"].at(self._places)}

    def read(self, split: str, index: int) -> bytes | Pixels:
        """The file of example `index` of `split`, or its pixels."""
        return self._whole.read(split, int(self._places[index]) if split == "train" else index)


class PartOfVideos(_Part):
    """Videos of a source, of the training split a share (repro.data.sources.video_source.VideoSource)."""

    def __init__(self, whole: VideoSource, *, share: float, num_validation: int) -> None:
        super().__init__(whole, share=share)
        self._whole, self._num_validation = whole, num_validation

    @property
    def groups(self) -> Mapping[str, str]:
        return self._whole.groups

    @property
    def missing(self) -> tuple[tuple[str, str], ...]:
        return self._whole.missing

    @cached_property
    def _places(self) -> npt.NDArray[np.int64]:
        train = self._whole.listings["train"]
        held_out = split_validation_videos(train, num_validation=self._num_validation).get("validation", NONE)
        return part_N(train.label_NL[:, 0], train.key_N, train.group_N, share=self._share, held_out=held_out)

    @cached_property
    def listings(self) -> Mapping[str, VideoListing]:
        return {**self._whole.listings, "train": self._whole.listings["train"].at(self._places)}

    def content(self, split: str, index: int) -> Content:
        """The file of video `index` of `split`."""
        return self._whole.content(split, int(self._places[index]) if split == "train" else index)
