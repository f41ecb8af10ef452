"""Write prepared data: WebDataset-style tar files and the index of a split (repro.data.shards.images reads them).

All bytes are a function of the examples: time, user and mode of the members are fixed.

Shape suffixes: N examples.
"""

from __future__ import annotations

import hashlib
import tarfile
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO

import numpy as np
import numpy.typing as npt

from repro.artifacts.arrays import write_npz
from repro.artifacts.files import atomic_writer

#: File name extension of the payload by encoding.
EXTENSIONS = {"jpeg": "jpg", "raw": "rgb"}


@dataclass(frozen=True, kw_only=True)
class ShardRecord:
    """What was written into one shard: where each payload lies, and the hash of the whole file."""

    sha256: str
    num_bytes: int
    offset_N: npt.NDArray[np.int64]
    size_N: npt.NDArray[np.int64]
    label_N: npt.NDArray[np.int32]
    key_N: npt.NDArray[np.bytes_]


class ShardWriter:
    """Write one tar file atomically, example by example, and hash it on the way.

    Use as a context manager; `record` is there after a clean exit.
    """

    def __init__(self, path: Path, *, encoding: str) -> None:
        if encoding not in EXTENSIONS:
            raise ValueError(f"unknown encoding {encoding!r}; allowed: {', '.join(EXTENSIONS)}")
        self._opened: AbstractContextManager[IO[bytes]] = atomic_writer(path)
        self._extension = EXTENSIONS[encoding]
        self._hash = hashlib.sha256()
        self._position = 0
        self._places: list[tuple[int, int, int, bytes]] = []

    def __enter__(self) -> ShardWriter:
        self._stream = self._opened.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None:
            self._write(b"\0" * (2 * tarfile.BLOCKSIZE))
            self._write(b"\0" * (-self._position % tarfile.RECORDSIZE))
        self._opened.__exit__(kind, error, trace)

    def add(self, key: bytes, *, payload: bytes, label: int) -> None:
        """Append one example.

        Raises:
            ValueError: the key holds a dot, after which WebDataset readers would cut it.
        """
        name = key.decode(errors="surrogateescape")
        if "." in name or not name:
            raise ValueError(f"key {name!r} of an example is empty or holds a dot; replace dots before writing")
        offset = self._member(f"{name}.{self._extension}", payload)
        self._member(f"{name}.cls", str(label).encode())
        self._places.append((offset, len(payload), label, key))

    @property
    def record(self) -> ShardRecord:
        offsets, sizes, labels, keys = zip(*self._places, strict=True) if self._places else ((), (), (), ())
        return ShardRecord(
            sha256=self._hash.hexdigest(),
            num_bytes=self._position,
            offset_N=np.array(offsets, np.int64),
            size_N=np.array(sizes, np.int64),
            label_N=np.array(labels, np.int32),
            key_N=np.array(keys, np.bytes_),
        )

    def _member(self, name: str, content: bytes) -> int:
        header = tarfile.TarInfo(name)
        header.size = len(content)
        header.mode = 0o644
        self._write(header.tobuf(tarfile.GNU_FORMAT, encoding="utf-8", errors="surrogateescape"))
        offset = self._position
        self._write(content)
        self._write(b"\0" * (-len(content) % tarfile.BLOCKSIZE))
        return offset

    def _write(self, content: bytes) -> None:
        self._stream.write(content)
        self._hash.update(content)
        self._position += len(content)


def write_index(path: Path, records: Sequence[ShardRecord]) -> None:
    """Write the index of the split whose shards are `records`, in order."""
    shards = [np.full(len(record.label_N), number, np.int32) for number, record in enumerate(records)]
    columns = {"shard_N": np.concatenate(shards)}
    for field in ("offset_N", "size_N", "label_N", "key_N"):
        columns[field] = np.concatenate([getattr(record, field) for record in records])
    write_npz(path, columns)
