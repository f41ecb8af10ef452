"""What fits is decoded once; what does not is decoded at every pass."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray

from repro.data.load.decoded_cache import DecodedCache


class Decoder:
    """Gives the numbers of examples as pixels, and counts its passes."""

    num_passes = 0

    def __call__(self, index_N: NDArray[np.int64], batch_size: int) -> Iterator[torch.Tensor]:
        self.num_passes += 1
        return iter([torch.from_numpy(index_N[first : first + batch_size]) for first in range(0, len(index_N), batch_size)])


def numbers(batches: Iterator[torch.Tensor]) -> list[list[int]]:
    return [batch.tolist() for batch in batches]


def test_a_second_pass_over_the_same_examples_decodes_nothing() -> None:
    decoder = Decoder()
    cache = DecodedCache(decoder, example_bytes=10, keep_bytes=50)
    for _ in range(3):
        assert numbers(cache.batches(np.arange(5), batch_size=2)) == [[0, 1], [2, 3], [4]]
    assert decoder.num_passes == 1


def test_other_examples_and_other_batches_are_other_passes() -> None:
    decoder = Decoder()
    cache = DecodedCache(decoder, example_bytes=10, keep_bytes=1000)
    assert numbers(cache.batches(np.array([4, 2]), batch_size=2)) == [[4, 2]]
    assert numbers(cache.batches(np.array([2, 4]), batch_size=2)) == [[2, 4]]
    assert numbers(cache.batches(np.array([2, 4]), batch_size=1)) == [[2], [4]]
    assert decoder.num_passes == 3


def test_what_no_longer_fits_beside_what_is_kept_is_decoded_each_time() -> None:
    decoder = Decoder()
    cache = DecodedCache(decoder, example_bytes=10, keep_bytes=70)
    for _ in range(2):
        assert numbers(cache.batches(np.arange(5), batch_size=5)) == [[0, 1, 2, 3, 4]]  # 50 of 70 bytes
    for _ in range(2):
        assert numbers(cache.batches(np.arange(3), batch_size=3)) == [[0, 1, 2]]  # 30 bytes, for which 20 are left
    for _ in range(2):
        assert numbers(cache.batches(np.arange(2), batch_size=3)) == [[0, 1]]  # 20 bytes
    assert decoder.num_passes == 1 + 2 + 1
