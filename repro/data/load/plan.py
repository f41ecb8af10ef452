"""Plan training: which examples each batch has, and which batches are loaded at a time.

Shape suffixes: B batch, N examples loaded at a time.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from repro.data.load.randomness import epoch_order_N
from repro.spec.recipe import SHUFFLES

Item = TypeVar("Item")


@dataclass(frozen=True, kw_only=True)
class Planned:
    """The examples of one batch: the epoch (from 0), the step in that epoch (from 0), their positions in the split."""

    epoch: int
    step: int
    index_B: NDArray[np.int64]


def training_plan(
    num_examples: int,
    *,
    key: int,
    batch_size: int,
    num_epochs: int,
    epoch: int = 0,
    step: int = 0,
    shuffle: str = "each_epoch",
) -> Iterator[Planned]:
    """Plan every batch from (`epoch`, `step`) on; each epoch is a permutation and its last batch may be smaller.

    shuffle: one of SHUFFLES; `once` gives every epoch the order of the first.

    Raises:
        ValueError: `shuffle` is unknown.
    """
    if shuffle not in SHUFFLES:
        raise ValueError(f"unknown shuffle {shuffle!r}; allowed: {', '.join(SHUFFLES)}")
    while epoch < num_epochs:
        order_N = epoch_order_N(num_examples, key=key, epoch=epoch if shuffle == "each_epoch" else 0)
        for first in range(step * batch_size, num_examples, batch_size):
            yield Planned(epoch=epoch, step=first // batch_size, index_B=order_N[first : first + batch_size])
        epoch, step = epoch + 1, 0


def grouped(plan: Iterable[Planned], *, at_once: int, key: Callable[[Planned], Any]) -> Iterator[list[Planned]]:
    """Group up to `at_once` consecutive batches that agree in `key`: they are loaded at a time."""
    for _, alike in itertools.groupby(plan, key=key):
        while group := list(itertools.islice(alike, at_once)):
            yield group


def indices_N(group: Sequence[Planned]) -> NDArray[np.int64]:
    """The examples of batches that are loaded at a time."""
    return np.concatenate([planned.index_B for planned in group])


def with_parts(group: Iterable[Planned]) -> Iterator[tuple[Planned, slice]]:
    """Give each batch with its part of the examples that are loaded at a time."""
    first = 0
    for planned in group:
        part = slice(first, first + len(planned.index_B))
        yield planned, part
        first = part.stop


def waited_for(items: Iterable[Item]) -> Iterator[tuple[Item, float]]:
    """Give each item with the seconds for which it was waited."""
    asked = time.perf_counter()
    for item in items:
        yield item, time.perf_counter() - asked
        asked = time.perf_counter()
