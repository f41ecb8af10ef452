"""What a source of labelled examples gives to `prepare`; everything after it is shared.

A new kind of data set is one class with these attributes and one line in `repro.data.prepare.prepare.open_images`.

Shape suffixes: N examples of a split.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from repro.data.files.reading import SourceError as SourceError

if TYPE_CHECKING:
    from repro.data.files.places import UserFiles

#: Decoded pixels, colours last.
Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True)
class Listing:
    """The examples of one split in the order in which they are stored.

    file_N: name by which the user knows the file, for the list of refused files.
    key_N: unique name of the example, without dots. label_N: class index.
    """

    file_N: npt.NDArray[np.bytes_]
    key_N: npt.NDArray[np.bytes_]
    label_N: npt.NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.label_N)

    def at(self, indices: npt.NDArray[Any]) -> Listing:
        """The examples at `indices`, in that order."""
        return Listing(file_N=self.file_N[indices], key_N=self.key_N[indices], label_N=self.label_N[indices])


class Origin(Protocol):
    """What every source says of its examples, images or videos.

    description: where they come from, for a reader. warnings: what a reader should know about the examples.
    fingerprint: of examples that are made or published: changes when they do; "" where the user's files decide.
    files: those of the user, None if there are none.
    """

    @property
    def description(self) -> str: ...
    @property
    def fingerprint(self) -> str: ...
    @property
    def files(self) -> UserFiles | None: ...
    @property
    def classes(self) -> tuple[str, ...]: ...
    @property
    def warnings(self) -> tuple[str, ...]: ...


class Source(Origin, Protocol):
    """Labelled images from somewhere.

    keep_files: whether a JPEG file that already has the stored size is stored as it is. listings: `train` and `test`.
    """

    @property
    def keep_files(self) -> bool: ...
    @property
    def listings(self) -> Mapping[str, Listing]: ...

    def read(self, split: str, index: int) -> bytes | npt.NDArray[np.uint8]:
        """The file of example `index` of `split`, or its pixels (H, W, 3). May be called from several threads."""
        ...


def stable_hashes(keys: npt.NDArray[np.bytes_]) -> npt.NDArray[np.uint64]:
    """64 bits for each key that depend on the key alone."""
    digests = b"".join(hashlib.blake2b(key, digest_size=8).digest() for key in keys.tolist())
    return np.frombuffer(digests, np.uint64)


def held_out(listing: Listing, *, num_validation: int) -> npt.NDArray[np.bool_]:
    """Choose `num_validation` examples by a stable hash of their keys, as evenly over the classes as possible.

    Raises:
        SourceError: there would be no training example left.
    """
    if num_validation and num_validation >= len(listing):
        raise SourceError(f"num_validation is {num_validation}; allowed: below the {len(listing)} training images")
    hashes = stable_hashes(listing.key_N)
    order = np.lexsort((hashes, listing.label_N))
    labels = listing.label_N[order]
    rank = np.empty(len(listing), np.int64)
    rank[order] = np.arange(len(listing)) - np.searchsorted(labels, labels)
    chosen = np.zeros(len(listing), np.bool_)
    chosen[np.lexsort((hashes, rank))[:num_validation]] = True
    return chosen


def split_validation(listing: Listing, *, num_validation: int) -> dict[str, npt.NDArray[np.int64]]:
    """The positions in `listing` of the examples of `train` and, if there are any, of `validation`."""
    chosen = held_out(listing, num_validation=num_validation)
    parts = {"train": np.flatnonzero(~chosen), "validation": np.flatnonzero(chosen)}
    return {split: positions for split, positions in parts.items() if split == "train" or len(positions)}


def as_bytes(texts: Sequence[str]) -> npt.NDArray[np.bytes_]:
    """`texts` as an array of UTF-8 bytes; names that are no valid Unicode keep their bytes."""
    return np.array([text.encode(errors="surrogateescape") for text in texts], np.bytes_)


def as_text(name: bytes) -> str:
    """A name that `as_bytes` made as text."""
    return bytes(name).decode(errors="surrogateescape")
