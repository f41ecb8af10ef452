"""What makes shards: of images, or of videos; and which files of the user go into a shard."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from numpy.typing import NDArray

from repro.artifacts.dataset_json import ImageData, SplitFiles, VideoData, VideoTable
from repro.data.files.inventory import Inventory
from repro.data.prepare.journal import Part
from repro.data.prepare.shard_plan import ShardPlan
from repro.data.sources.source import Origin, as_text
from repro.system.progress import Progress

if TYPE_CHECKING:
    import numpy as np

    from repro.spec.datasets import Dataset
    from repro.spec.video_datasets import VideoDataset

#: A shard and what it left.
Made = tuple[ShardPlan, Part]


class Packer(Protocol):
    """How the examples of a source become shards, and what only images or only videos have.

    unit: what is read, such as `image`. made: what is stored of it, where that is something else, such as `clips`.
    hopeless: stop before the end of the source once so many more are refused than the limit allows.
    encoding: of what is stored (repro.data.shards.writer). decoder: what decodes and resizes, with versions.
    """

    @property
    def dataset(self) -> Dataset | VideoDataset: ...
    @property
    def origin(self) -> Origin: ...
    @property
    def unit(self) -> str: ...
    @property
    def made(self) -> str: ...
    @property
    def hopeless(self) -> int: ...
    @property
    def encoding(self) -> str: ...
    @property
    def decoder(self) -> str: ...

    def plans(self, *, shard_bytes: int) -> list[ShardPlan]:
        """Lay out the shards of all splits."""

    def working(self) -> AbstractContextManager[object]:
        """Hold the threads or processes that `pack` needs."""

    def pack(self, plan: ShardPlan, *, path: Path, progress: Progress) -> Part:
        """Read, verify and store the examples of one shard."""

    def listed(self, plan: ShardPlan) -> NDArray[np.int32]:
        """The labels of the examples that are to go into a shard."""

    def files_of(self, plan: ShardPlan) -> dict[bytes, bytes]:
        """The name of the file, as the source lists it, of each example that is to go into a shard, by its key."""

    def stored(self, split: str, made: Sequence[Made], *, folder: Path) -> tuple[NDArray[np.int64], VideoTable | None]:
        """How many examples, or videos, of each class are stored of a split, and the table of its videos, written now."""

    def besides(self, made: Sequence[Made], *, folder: Path, num_listed: int) -> tuple[ImageData | None, VideoData | None]:
        """What a set of images, or one of videos, has beside its splits; write the files of it."""

    def read_keys(self, part: Part) -> list[bytes]:
        """The key of each example that was read for a shard."""

    def remarks(self, made: Sequence[Made], splits: Mapping[str, SplitFiles]) -> list[str]:
        """Say what a reader should know of what is stored."""


def contents_of(packer: Packer, made: Sequence[Made]) -> dict[str, int]:
    """The hash of each file of the user from which an example was made."""
    files, contents = packer.origin.files, dict[str, int]()
    if files is None:
        return contents
    for plan, part in made:
        file_of = packer.files_of(plan)
        for key, content in zip(packer.read_keys(part), part.content_N.tolist(), strict=True):
            contents[files.place(as_text(file_of[key]))] = content
    return contents


def inputs_of(packer: Packer, plan: ShardPlan, now: Inventory | None) -> str:
    """The digest of the examples that go into a shard: their keys and labels, and the versions of their files."""
    digest = hashlib.sha256(f"{plan.split}\0{packer.listed(plan).tolist()}\0".encode())
    files, known = packer.origin.files, now.files if now else {}
    for key, file in packer.files_of(plan).items():
        version = known[place].version if files and (place := files.place(as_text(file))) in known else 0
        digest.update(b"%s\0%x\0" % (key, version))
    return digest.hexdigest()
