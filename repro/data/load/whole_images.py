"""Give the whole stored images of a split, squares, as pixels: no randomness, no crop.

Scoring passes over the same images again and again: the validation images after each epoch, the test images for each seed of a
job. What fits into memory is therefore decoded once, and so are training images that fit: decoding a JPEG file takes twice as
long as all that follows.

Shape suffixes: B batch, C colour channels (RGB), S stored side in pixels, N examples.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray

from repro.data.load.decoded_cache import DecodedCache
from repro.data.load.graphs import decoded_image_graph, device_id, outputs_of
from repro.data.load.image_stream import Stored
from repro.data.shards.images import Shards

#: Pixels of one split that are kept.
KEEP_MIB = 256

#: Images that are decoded in one go to be kept.
DECODED_AT_ONCE = 256


class WholeImages:
    """The stored images of a split as pixels on the 0-255 scale, on `device`."""

    def __init__(self, shards: Shards, *, num_threads: int, device: str) -> None:
        self.shards = shards
        self._num_threads, self._device = num_threads, device
        image_bytes = 3 * shards.stored_px**2
        self._cache = DecodedCache(self._decode, example_bytes=image_bytes, keep_bytes=KEEP_MIB * 2**20)

    def batches(self, index_N: NDArray[np.int64], *, batch_size: int) -> Iterator[torch.Tensor]:
        """Give the images `index_N` in that order as uint8 (B, C, S, S) in channels-last memory; leave them as they are."""
        return self._cache.batches(index_N, batch_size=batch_size)

    def _decode(self, index_N: NDArray[np.int64], batch_size: int) -> Iterator[torch.Tensor]:
        parts = iter([index_N[first : first + batch_size] for first in range(0, len(index_N), batch_size)])
        pipeline = decoded_image_graph(
            source=lambda: self.shards.images(next(parts)),
            encoding=self.shards.encoding,
            device=self._device,
            batch_size=min(batch_size, max(len(index_N), 1)),
            num_threads=self._num_threads,
            device_id=device_id(self._device),
            prefetch_queue_depth=2,
        )
        return (image_BSSC.permute(0, 3, 1, 2) for image_BSSC in outputs_of(pipeline))


class DecodedShards:
    """A split with all its images decoded in memory, for training to read as if they were stored raw."""

    encoding = "raw"

    def __init__(self, shards: Shards, *, num_threads: int) -> None:
        self.stored_px, self.label_N = shards.stored_px, shards.label_N
        whole = WholeImages(shards, num_threads=num_threads, device="cpu")
        batches = whole.batches(np.arange(shards.num_examples), batch_size=DECODED_AT_ONCE)
        self._image_NSSC = torch.cat([image_BCSS.permute(0, 2, 3, 1) for image_BCSS in batches]).numpy()

    @property
    def num_examples(self) -> int:
        return len(self.label_N)

    def images(self, indices: NDArray[np.int64]) -> list[NDArray[np.uint8]]:
        """Views of the images (stored_px, stored_px, 3)."""
        return [self._image_NSSC[index] for index in indices]


def in_memory(shards: Shards, *, num_threads: int, device: str) -> Stored:
    """The split decoded if it is small and decoding is the CPU's work; else as it is stored."""
    small = shards.num_examples * 3 * shards.stored_px**2 <= KEEP_MIB * 2**20
    if shards.encoding == "raw" or device == "cuda" or not small:
        return shards
    return DecodedShards(shards, num_threads=num_threads)
