"""Fabricate scores of the error that is asked for, FOR TESTS ONLY.

Shapes: N examples, K classes.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from repro.system.seeds import derived_seed

if TYPE_CHECKING:
    from tests.fabricate import Truth


def draws(name: str, purpose: str) -> np.random.Generator:
    """Return the generator of what is invented for `name`, a run or a split, and `purpose`."""
    return np.random.default_rng(derived_seed(f"{name}\n{purpose}", num_bits=64))


def fabricated_scores(
    rng: np.random.Generator, *, split: str, error: float, truth: Truth
) -> tuple[NDArray[np.float32], NDArray[np.int32], NDArray[np.bytes_]]:
    """Return scores, labels and keys whose top-1 error is exactly `error`, rounded to whole examples.

    Some examples are harder than others in every run, so that the errors of two runs overlap as those of trained networks do.
    """
    num, num_classes = truth.num_examples, truth.num_classes
    num_wrong = round(min(max(error, 0.0), 1.0) * num)
    hardness_N = _hardness(split, num) + 0.5 * rng.standard_normal(num)
    order_N = np.argsort(-hardness_N)
    rank_N = np.zeros(num, np.int64)
    num_far = round(truth.top5_share * num_wrong)
    rank_N[order_N[:num_far]] = min(5, num_classes - 1)
    rank_N[order_N[num_far:num_wrong]] = 1
    label_N = (np.arange(num) % num_classes).astype(np.int32)
    draws_NK = rng.random((num, num_classes))
    draws_NK[np.arange(num), label_N] = -1.0
    others_NK = np.argsort(-draws_NK, axis=1)[:, :-1]
    place_K = np.arange(num_classes)[None, :]
    source_NK = np.clip(place_K - (place_K > rank_N[:, None]), 0, num_classes - 2)
    ranked_NK = np.where(place_K == rank_N[:, None], label_N[:, None], np.take_along_axis(others_NK, source_NK, axis=1))
    shares_K = 0.5 ** np.arange(1, num_classes + 1)
    scores_NK = np.empty((num, num_classes), np.float32)
    np.put_along_axis(
        scores_NK, ranked_NK, np.broadcast_to(shares_K / shares_K.sum(), ranked_NK.shape).astype(np.float32), axis=1
    )
    return scores_NK, label_N, _names(split, num)


@cache
def _hardness(split: str, num: int) -> NDArray[np.float64]:
    """How hard each example is, in every run."""
    return draws(split, "hardness").standard_normal(num)


@cache
def _names(split: str, num: int) -> NDArray[np.bytes_]:
    return np.array([f"{split}-{i:06d}".encode() for i in range(num)])
