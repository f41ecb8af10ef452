"""Draw all randomness of the baselines: every draw is a function of (64-bit key, purpose, index) alone."""

from __future__ import annotations

import hashlib

import numpy as np


def seed_of(key: int, purpose: str, index: int = 0) -> int:
    """Return a 63-bit seed for `purpose` and `index`."""
    return int.from_bytes(hashlib.sha256(f"{key}/{purpose}/{index}".encode()).digest()[:8], "little") >> 1


def generator(key: int, purpose: str, index: int = 0) -> np.random.Generator:
    """Return numpy's counter-based generator, started at the seed of `purpose` and `index`."""
    return np.random.Generator(np.random.Philox(seed_of(key, purpose, index)))
