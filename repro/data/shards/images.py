"""Write and read prepared data: WebDataset-style tar files with an index for random access.

A shard `<split>-00000.tar` holds for each example the members `<key>.jpg` (or `<key>.rgb`) and `<key>.cls`, so that any tool
that reads WebDataset can stream it. The index `<split>.index.npz` says where each payload begins, so that we can map the
shards into memory and take any example in any order without copying: training draws a full permutation of every epoch
(a stream could only be shuffled within a buffer), and evaluation keeps one stable order.
All bytes are a function of the examples: time, user and mode of the members are fixed.

Legend: N examples.
"""

from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from repro.artifacts import dataset_json
from repro.artifacts.dataset_json import read_dataset
from repro.artifacts.files import FileFormatError, atomic_writer
from repro.artifacts.stored_files import StoredFile

#: File name extension of the payload by encoding.
EXTENSIONS = {"jpeg": "jpg", "raw": "rgb"}
INDEX_FIELDS = {"shard_N": np.int32, "offset_N": np.int64, "size_N": np.int64, "label_N": np.int32, "key_N": np.bytes_}


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


def write_npz(path: Path, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """Write `arrays` to `path` atomically as an uncompressed .npz whose bytes depend on the arrays alone."""
    with atomic_writer(path) as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, np.asanyarray(array), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0)), member.getvalue())


def write_index(path: Path, records: Sequence[ShardRecord]) -> None:
    """Write the index of the split whose shards are `records`, in order."""
    shards = [np.full(len(record.label_N), number, np.int32) for number, record in enumerate(records)]
    columns = {"shard_N": np.concatenate(shards)}
    for field in ("offset_N", "size_N", "label_N", "key_N"):
        columns[field] = np.concatenate([getattr(record, field) for record in records])
    write_npz(path, columns)


class Shards:
    """Read one split of a prepared data set at random.

    Raises:
        FileFormatError: the data set is missing or incomplete, or has no such split.
    """

    def __init__(self, folder: Path, split: str) -> None:
        self.folder = Path(folder)
        self.split = split
        dataset = read_dataset(self.folder)
        if split not in dataset.splits:
            present = ", ".join(dataset.splits)
            raise FileFormatError(f"{self.folder / dataset_json.FILE} has no split {split!r}; it has: {present}")
        self._files = dataset.splits[split]
        self.classes = dataset.classes
        self.stored_px = dataset.stored_px
        self.encoding = dataset.encoding
        columns = self._read_index()
        self._shard_N, self._offset_N, self._size_N = columns["shard_N"], columns["offset_N"], columns["size_N"]
        self.label_N: npt.NDArray[np.int32] = columns["label_N"]
        self.key_N: npt.NDArray[np.bytes_] = columns["key_N"]
        self._maps: dict[int, npt.NDArray[np.uint8]] = {}

    @property
    def num_examples(self) -> int:
        return len(self.label_N)

    @property
    def num_classes(self) -> int:
        return len(self.classes)

    def images(self, indices: Sequence[int] | npt.NDArray[np.integer[Any]]) -> list[npt.NDArray[np.uint8]]:
        """Return views of the stored images: 1-D JPEG bytes, or (stored_px, stored_px, 3) RGB if the encoding is `raw`.

        The views are read-only and stay valid as long as this object lives.
        """
        return [self._image(int(index)) for index in indices]

    def verify(self) -> None:
        """Compare every file of the split with its recorded SHA-256.

        Raises:
            FileFormatError: a file is missing or has changed.
        """
        shards = (StoredFile(file=shard.file, sha256=shard.sha256) for shard in self._files.shards)
        for stored in (self._files.index, *shards):
            stored.verify(self.folder, again=self._again)

    @property
    def _again(self) -> str:
        return f"delete {self.folder} and run prepare again"

    def _image(self, index: int) -> npt.NDArray[np.uint8]:
        shard, offset, size = int(self._shard_N[index]), int(self._offset_N[index]), int(self._size_N[index])
        stored = self._map(shard)[offset : offset + size]
        return stored if self.encoding == "jpeg" else stored.reshape(self.stored_px, self.stored_px, 3)

    def _map(self, shard: int) -> npt.NDArray[np.uint8]:
        if shard not in self._maps:
            entry = self._files.shards[shard]
            path = self.folder / entry.file
            size = path.stat().st_size if path.is_file() else -1
            if size != entry.num_bytes:
                found = "is missing" if size < 0 else f"has {size} bytes"
                raise FileFormatError(f"{path} {found}, dataset.json recorded {entry.num_bytes} bytes; {self._again}")
            # A plain view: a memmap object costs microseconds for each slice taken from it.
            self._maps[shard] = np.asarray(np.memmap(path, np.uint8, mode="r"))
        return self._maps[shard]

    def _read_index(self) -> dict[str, npt.NDArray[Any]]:
        path = self.folder / self._files.index.file
        try:
            with np.load(path, allow_pickle=False) as stored:
                columns = {field: stored[field] for field in INDEX_FIELDS}
        except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile) as error:
            raise FileFormatError(f"{path} is no readable index ({error}); {self._again}") from None
        if len(columns["label_N"]) != self._files.num_examples:
            raise FileFormatError(
                f"{path} lists {len(columns['label_N'])} examples, dataset.json {self._files.num_examples}; {self._again}"
            )
        return columns
