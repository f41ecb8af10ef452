"""Average the scores of several runs, example by example.

Shape suffixes: M members, N examples, K classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from repro.artifacts.scores import Scores

#: The search for weights ends after so many rounds, or when no weight moves by more than this.
MAX_ROUNDS, SMALLEST_MOVE = 1000, 1e-6
#: What a class has at least, so that a logarithm can be taken.
FLOOR = 1e-12


def averaged(members: Sequence[Scores], weight_M: NDArray[np.float64], *, run: str) -> Scores:
    """The weighted mean of the members' scores, as those of `run`.

    Raises:
        ValueError: there are no members, they scored other examples, or the weights do not fit.
    """
    check_same_examples(members)
    if weight_M.shape != (len(members),) or weight_M.min() < 0 or not np.isclose(weight_M.sum(), 1):
        raise ValueError(f"weights are {weight_M.tolist()}; allowed: {len(members)} of at least 0 that sum to 1")
    total_NK = np.zeros(members[0].scores_NK.shape, np.float64)
    for weight, member in zip(weight_M, members, strict=True):
        total_NK += weight * member.scores_NK
    return replace(members[0], scores_NK=total_NK.astype(np.float32), run=run)


def equal_weights(num: int) -> NDArray[np.float64]:
    """The same weight for each of `num` members."""
    return np.full(num, 1 / num)


def searched_weights(members: Sequence[Scores]) -> NDArray[np.float64]:
    """The weights with which the labels of the members' examples are most probable: the maximum-likelihood mixture.

    The log likelihood of a mixture is concave in its weights, so that expectation maximisation from equal weights finds its
    maximum, always the same. Of several labels of an example the probabilities are added.
    """
    check_same_examples(members)
    probability_MN = np.stack([_of_labels(member) for member in members])
    weight_M = equal_weights(len(members))
    for _ in range(MAX_ROUNDS):
        share_MN = weight_M[:, None] * probability_MN
        moved_M = (share_MN / share_MN.sum(axis=0)).mean(axis=1)
        done = np.abs(moved_M - weight_M).max() <= SMALLEST_MOVE
        weight_M = moved_M / moved_M.sum()
        if done:
            break
    return np.asarray(weight_M, np.float64)


def check_same_examples(members: Sequence[Scores]) -> None:
    """Raise ValueError unless all members scored the same examples, with the same labels and classes, in the same order."""
    if not members:
        raise ValueError("0 members; allowed: 1 or more runs to average")
    first = members[0]
    for other in members[1:]:
        same = first.scores_NK.shape == other.scores_NK.shape and np.array_equal(first.example_N, other.example_N)
        if not same or not np.array_equal(first.labels, other.labels):
            raise ValueError(
                f"runs {first.run} and {other.run} scored different examples of {first.split} by {first.protocol}; allowed: the "
                "same ones in the same order; train both on the same prepared data"
            )


def _of_labels(scores: Scores) -> NDArray[np.float64]:
    label_NL = scores.labels.reshape(len(scores.label_N), -1)
    own_NL = np.take_along_axis(scores.scores_NK, np.maximum(label_NL, 0).astype(np.int64), axis=1).astype(np.float64)
    return np.asarray(np.maximum(np.where(label_NL >= 0, own_NL, 0.0).sum(axis=1), FLOOR), np.float64)
