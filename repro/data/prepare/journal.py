"""Remember finished shards: a preparation that died goes on where it was, and a damaged file is made again by itself.

The folder `journal` beside the shards holds `plan.json`, which says what is prepared, and for each finished shard one
file with its index, its hash and its share of the statistics (about a hundredth of the shard's size).
A finished shard is believed only if its file still has the recorded hash and the same files of the user go into it, so
that a few changed files cost their own shards alone.

Shape suffixes: N examples, R refused files.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from repro.artifacts.arrays import write_npz
from repro.artifacts.documents import read_document, write_document
from repro.artifacts.files import FileFormatError, sha256_file
from repro.data.prepare.shard_plan import SPLITS
from repro.data.shards.color import PixelSums
from repro.data.shards.writer import ShardRecord
from repro.system.filesystem import open_regular


@dataclass(frozen=True, kw_only=True)
class PreparePlan:
    """What is being prepared: a shard that was made by another plan is made again."""

    SCHEMA: ClassVar[str] = "prepare-plan/3"
    STAGE: ClassVar[str] = "prepare"

    spec_digest: str
    code_digest: str
    decoder: str
    shard_bytes: int


@dataclass(frozen=True, kw_only=True)
class Part:
    """What one finished shard leaves for the rest of the preparation.

    content_N: 64-bit hashes of what was read. refused: (file, reason). notes: how often each convention applied.
    wall_s: time that the shard took.
    """

    record: ShardRecord
    sums: PixelSums
    content_N: npt.NDArray[np.uint64]
    refused: tuple[tuple[str, str], ...]
    notes: dict[str, int]
    wall_s: float


class Journal:
    """The finished shards of a preparation in `folder` of what `plan` describes.

    A journal of another plan is thrown away, with the shards it speaks of.
    """

    def __init__(self, folder: Path, *, plan: PreparePlan) -> None:
        self._data = folder
        self._folder = folder / "journal"
        if self._found_plan() != plan:
            self.discard()
            for pattern in ("-[0-9]*.tar", ".index.npz", ".videos.npz", "-[0-9]*.tar.*.part"):
                for stale in (path for split in SPLITS for path in folder.glob(f"*{split}{pattern}")):
                    stale.unlink()
            write_document(self._folder / "plan.json", plan)

    def discard(self) -> None:
        """Forget everything."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def keep(self, shards: Collection[str]) -> None:
        """Delete the shards that are planned no more, and what is recorded of them."""
        for stale in (path for split in SPLITS for path in self._data.glob(f"{split}-[0-9]*.tar")):
            if stale.name not in shards:
                self._entry(stale.name).unlink(missing_ok=True)
                stale.unlink()

    def store(self, shard: str, part: Part, *, inputs: str) -> None:
        """Record that the file `shard` is complete. inputs: digest of the examples that were to go into it."""
        arrays = {
            "inputs": np.array(inputs),
            "sha256": np.array(part.record.sha256),
            "num_bytes": np.array(part.record.num_bytes),
            "offset_N": part.record.offset_N,
            "size_N": part.record.size_N,
            "label_N": part.record.label_N,
            "key_N": part.record.key_N,
            "num_images": np.array(part.sums.num_images),
            "image_HWC": part.sums.image_HWC,
            "products_CC": part.sums.products_CC,
            "content_N": part.content_N,
            "refused_R2": np.array(part.refused, np.str_).reshape(-1, 2),
            "note_names": np.array(list(part.notes), np.str_),
            "note_counts": np.array(list(part.notes.values()), np.int64),
            "wall_s": np.array(part.wall_s),
        }
        write_npz(self._entry(shard), arrays)

    def load(self, shard: str, *, inputs: str) -> Part | None:
        """What was recorded of `shard`, or None if it was not finished of these `inputs` or its file has changed since."""
        try:
            with open_regular(self._entry(shard)) as stream, np.load(stream, allow_pickle=False) as stored:
                columns = dict(stored)
            return self._part(shard, columns) if str(columns["inputs"]) == inputs else None
        except Exception:  # a damaged archive fails in many ways: struct, zip, header and decoding errors
            return None

    def _part(self, shard: str, columns: dict[str, npt.NDArray[Any]]) -> Part | None:
        path = self._data / shard
        if not path.is_file() or sha256_file(path) != str(columns["sha256"]):
            return None
        record = ShardRecord(
            sha256=str(columns["sha256"]),
            num_bytes=int(columns["num_bytes"]),
            offset_N=columns["offset_N"],
            size_N=columns["size_N"],
            label_N=columns["label_N"],
            key_N=columns["key_N"],
        )
        sums = PixelSums(
            num_images=int(columns["num_images"]), image_HWC=columns["image_HWC"], products_CC=columns["products_CC"]
        )
        return Part(
            record=record,
            sums=sums,
            content_N=columns["content_N"],
            refused=tuple((str(file), str(reason)) for file, reason in columns["refused_R2"]),
            notes=dict(zip(columns["note_names"].tolist(), columns["note_counts"].tolist(), strict=True)),
            wall_s=float(columns["wall_s"]),
        )

    def _entry(self, shard: str) -> Path:
        return self._folder / f"{Path(shard).stem}.npz"

    def _found_plan(self) -> PreparePlan | None:
        try:
            return read_document(self._folder / "plan.json", PreparePlan)
        except FileFormatError:
            return None
