"""Keep the signatures of many images on disk: float16, or codes of a product quantiser; a stopped pass goes on later.

Legend: N images, L values of a signature, G groups of values.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from repro.artifacts.files import FileFormatError, atomic_writer, read_json, write_json
from repro.baselines.encoders.product_quantizer import Quantizer

#: Images after which what has been stored is made sure of.
FLUSH_EVERY = 32
SCHEMA = "signatures/1"


@dataclass(frozen=True, kw_only=True)
class SignatureFile:
    """Where the signatures of a channel lie, and the codebooks where they are codes. It can be pickled; nothing is open."""

    path: Path
    codebooks: Path | None = None

    def opened(self) -> OpenSignatures:
        """Return the signatures, to be read."""
        stored = np.load(self.path, mmap_mode="r")
        quantizer = None if self.codebooks is None else Quantizer(word_GWV=np.load(self.codebooks))
        return OpenSignatures(stored=stored, quantizer=quantizer)


@dataclass(frozen=True, kw_only=True)
class OpenSignatures:
    """Signatures that are read a few at a time."""

    stored: NDArray[Any]
    quantizer: Quantizer | None = None

    def __len__(self) -> int:
        return len(self.stored)

    @property
    def num_values(self) -> int:
        """Return the length of a signature."""
        return int(self.stored.shape[1]) if self.quantizer is None else self.quantizer.word_GWV[:, 0].size

    def rows_NL(self, index_N: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the signatures of the images `index_N`."""
        stored = self.stored[index_N]
        return as_float32(stored) if self.quantizer is None else self.quantizer.decoded_NL(stored)


def packed(signature_L: NDArray[np.float32], quantizer: Quantizer | None) -> NDArray[Any]:
    """Return a signature as it is stored."""
    return signature_L.astype(np.float16) if quantizer is None else quantizer.codes_G(signature_L)


def as_float32(half_NL: NDArray[np.float16]) -> NDArray[np.float32]:
    """Return halves as floats; the same as `astype`, which takes 15 times as long (0.67 against 0.04 ms for 16 x 32,768)."""
    if not half_NL.size:
        return half_NL.astype(np.float32)
    return np.asarray(cv2.convertFp16(np.ascontiguousarray(half_NL).view(np.int16)), np.float32).reshape(half_NL.shape)


class SignatureWriter:
    """Fill the files of several channels, image after image; `num_done` images are there already.

    folder: of `<channel>.npy`, and `done.json` with the images that are safely stored.
    """

    def __init__(self, folder: Path, *, widths: dict[str, int], quantized: bool, num_images: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._widths, self._num_images = folder, widths, num_images
        self._dtype = np.dtype(np.uint8 if quantized else np.float16)
        self.num_done = self._stored_before()
        mode = "r+" if self.num_done else "w+"
        self._maps = {
            name: np.lib.format.open_memmap(self.file(name), mode=mode, dtype=self._dtype, shape=(num_images, width))
            for name, width in widths.items()
        }

    def file(self, name: str) -> Path:
        """Return where the signatures of a channel lie."""
        return self._folder / f"{name}.npy"

    def fill(self, rows: Iterable[dict[str, NDArray[Any]]]) -> Iterator[int]:
        """Store the signatures of the next images, by channel; yield the number of images that are stored, after each.

        What has been stored is made sure of every FLUSH_EVERY images, and whenever the pass ends, even by an error.
        """
        count = self.num_done
        with ExitStack() as stack:
            stack.callback(lambda: self._flush(count))
            for row in rows:
                if count < self._num_images:
                    for name, stored in row.items():
                        self._maps[name][count] = stored
                count += 1
                if count % FLUSH_EVERY == 0:
                    self._flush(count)
                yield count

    def _flush(self, count: int) -> None:
        for stored in self._maps.values():
            stored.flush()
        self.num_done = min(count, self._num_images)
        write_json(self._folder / "done.json", {"num_done": self.num_done}, schema=SCHEMA)

    def _stored_before(self) -> int:
        """Return how many images an earlier pass stored; 0 where a file is missing or of another shape."""
        try:
            num_done = int(read_json(self._folder / "done.json", schema=SCHEMA)["num_done"])
            for name, width in self._widths.items():
                header = np.load(self.file(name), mmap_mode="r")
                if header.shape != (self._num_images, width) or header.dtype != self._dtype:
                    return 0
        except (FileFormatError, OSError, ValueError, KeyError):
            return 0
        return num_done


def write_array(path: Path, array: NDArray[Any]) -> None:
    """Write an array to `path` (.npy) atomically."""
    with atomic_writer(path) as stream:
        np.save(stream, array, allow_pickle=False)
