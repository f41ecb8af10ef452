"""Keep decoded batches that fit into memory: scoring passes over the same examples again and again."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import torch
from numpy.typing import NDArray


class DecodedCache:
    """Batches of decoded examples, kept from their first pass on while all together take `keep_bytes` at most.

    decode: gives the examples `index_N` in batches of a size. example_bytes: size of a decoded example.
    """

    def __init__(
        self, decode: Callable[[NDArray[np.int64], int], Iterator[torch.Tensor]], *, example_bytes: int, keep_bytes: int
    ) -> None:
        self._decode, self._example_bytes, self._room_bytes = decode, example_bytes, keep_bytes
        self._kept: dict[tuple[bytes, int], list[torch.Tensor]] = {}

    def batches(self, index_N: NDArray[np.int64], *, batch_size: int) -> Iterator[torch.Tensor]:
        """Give the batches of the examples `index_N`, decoded now or before; leave them as they are."""
        key, num_bytes = (np.asarray(index_N, np.int64).tobytes(), batch_size), len(index_N) * self._example_bytes
        if key not in self._kept:
            decoded = self._decode(index_N, batch_size)
            if num_bytes > self._room_bytes:
                yield from decoded
                return
            self._kept[key] = list(decoded)
            self._room_bytes -= num_bytes
        yield from self._kept[key]
