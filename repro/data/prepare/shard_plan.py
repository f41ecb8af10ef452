"""Lay out the shards of a data set: which examples go into which file follows from the source's listing alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: About how large a shard is: large enough for few files, small enough that a restart repeats little.
SHARD_BYTES = 128 * 2**20
SPLITS = ("train", "validation", "test")


@dataclass(frozen=True, kw_only=True)
class ShardPlan:
    """Which examples of the source's split `source_split` (positions in its listing) go into the shard `file` of `split`."""

    split: str
    file: str
    source_split: str
    positions: NDArray[np.int64]


def planned_shards(train: Mapping[str, NDArray[np.int64]], *, num_test: int, per_shard: Callable[[str], int]) -> list[ShardPlan]:
    """The shards of all splits.

    train: positions in the source's `train` of the examples of `train` and, if there are any, of `validation`.
    per_shard: how many examples of a split go into a shard.
    """
    chosen: Iterable[tuple[str, str, NDArray[np.int64]]] = [
        *(("train", split, positions) for split, positions in train.items()),
        ("test", "test", np.arange(num_test)),
    ]
    return [
        ShardPlan(
            split=split,
            file=f"{split}-{number:05d}.tar",
            source_split=source_split,
            positions=positions[number * per_shard(split) : (number + 1) * per_shard(split)],
        )
        for source_split, split, positions in chosen
        for number in range(-(-len(positions) // per_shard(split)))
    ]
