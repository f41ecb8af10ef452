"""Keep what is described of images and videos for the models that the same process fits to them afterwards.

Descriptors depend on pixels and settings alone, not on the seed, and take half of a fit's time and more. Numbers are the same
with and without. Processes that help with a fit keep nothing: they end with each pass.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Most bytes that are kept; what comes when they are reached is described anew each time.
MOST_BYTES = 3 * 2**29

Arrays = tuple[NDArray[Any], ...]


@dataclass(kw_only=True)
class DescriptorCache:
    """Arrays by what they were computed from. num_taken: how often some were there."""

    most_bytes: int
    num_bytes: int = 0
    num_taken: int = 0
    arrays: dict[Hashable, Arrays] = field(default_factory=dict)

    def put(self, key: Hashable, arrays: Arrays) -> None:
        """Keep `arrays`, which nobody may change from now on, if there is room."""
        size = sum(array.nbytes for array in arrays)
        if self.num_bytes + size > self.most_bytes:
            return
        for array in arrays:
            array.flags.writeable = False
        self.arrays[key] = arrays
        self.num_bytes += size


_kept: DescriptorCache | None = None


@contextmanager
def keeping(*, most_bytes: int = MOST_BYTES) -> Iterator[DescriptorCache]:
    """Keep descriptions as long as the context lasts; a context within another has its own."""
    global _kept
    before, _kept = _kept, DescriptorCache(most_bytes=most_bytes)
    try:
        yield _kept
    finally:
        _kept = before


def described(pixels: NDArray[Any], settings: Hashable, make: Callable[[], Arrays]) -> Arrays:
    """What `make` computes of `pixels` with `settings`, and nothing else; or what it computed of equal ones before."""
    if _kept is None:
        return make()
    digest = hashlib.blake2b(np.ascontiguousarray(pixels).data, digest_size=16).digest()
    key = (digest, pixels.shape, pixels.dtype.str, settings)
    found = _kept.arrays.get(key)
    if found is not None:
        _kept.num_taken += 1
        return found
    arrays = make()
    _kept.put(key, arrays)
    return arrays
