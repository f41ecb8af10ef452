"""Read prepared data: WebDataset-style tar files with an index for random access (repro.data.shards.writer).

A shard `<split>-00000.tar` holds for each example the members `<key>.jpg` (or `<key>.rgb`) and `<key>.cls`, so that any tool
that reads WebDataset can stream it. The index `<split>.index.npz` says where each payload begins, so that we can map the
shards into memory and take any example in any order without copying: training draws a full permutation of every epoch
(a stream could only be shuffled within a buffer), and evaluation keeps one stable order.

Shape suffixes: N examples.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from repro.artifacts.dataset_json import FILE, read_dataset
from repro.artifacts.files import FileFormatError
from repro.artifacts.stored_files import StoredFile

INDEX_FIELDS = {"shard_N": np.int32, "offset_N": np.int64, "size_N": np.int64, "label_N": np.int32, "key_N": np.bytes_}


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
            raise FileFormatError(f"{self.folder / FILE} has no split {split!r}; it has: {present}")
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
        """Views of the stored images: 1-D JPEG bytes, or (stored_px, stored_px, 3) RGB if the encoding is `raw`.

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
        return "run prepare again: it makes anew what is damaged"

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
        content = self._files.index.read(self.folder, again=self._again)
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as stored:
                columns = {field: stored[field] for field in INDEX_FIELDS}
        except (KeyError, ValueError, zipfile.BadZipFile) as error:
            raise FileFormatError(f"{path} is no readable index ({error}); {self._again}") from None
        if len(columns["label_N"]) != self._files.num_examples:
            raise FileFormatError(
                f"{path} lists {len(columns['label_N'])} examples, dataset.json {self._files.num_examples}; {self._again}"
            )
        return columns
