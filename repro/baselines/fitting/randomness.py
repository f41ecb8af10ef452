"""Draw all randomness of the baselines: every draw is a function of (64-bit key, purpose, index) alone."""

from __future__ import annotations

import numpy as np

from repro.system.seeds import derived_seed


def seed_of(key: int, purpose: str, index: int = 0) -> int:
    """A 63-bit seed for `purpose` and `index`."""
    return derived_seed(f"{key}/{purpose}/{index}")


def generator(key: int, purpose: str, index: int = 0) -> np.random.Generator:
    """Numpy's counter-based generator, started at the seed of `purpose` and `index`."""
    return np.random.Generator(np.random.Philox(seed_of(key, purpose, index)))
