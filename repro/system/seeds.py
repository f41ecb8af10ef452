"""Derive every seed: so many bits that depend on a text alone, the same in every process."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

#: Digest from whose first 8 or all 16 bytes a seed of so many bits is read, little-endian. Of 63 bits: for
#: generators that take signed seeds; of 128: keys of numpy's Philox.
HASHES: dict[int, Callable[[bytes], Any]] = {
    63: hashlib.sha256,
    64: hashlib.sha256,
    128: lambda content: hashlib.blake2b(content, digest_size=16),
}


def derived_seed(text: str, *, num_bits: int = 63) -> int:
    """Derive a seed of `num_bits` (63, 64 or 128) for what `text` names: the run or its key, the purpose, an index.

    A seed of 63 bits is one of 64 without its last bit.
    """
    if num_bits not in HASHES:
        raise ValueError(f"a seed of {num_bits} bits; allowed: {', '.join(map(str, HASHES))}")
    digest: bytes = HASHES[num_bits](text.encode()).digest()
    if num_bits == 128:
        return int.from_bytes(digest, "little")
    return int.from_bytes(digest[:8], "little") >> (64 - num_bits)
