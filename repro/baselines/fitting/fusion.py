"""Average the scores of channels, with weights and a sharpness found on held-out training images.

Shape suffixes: N images, K classes, C channels.
"""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from repro.baselines.fitting.randomness import generator
from repro.spec.classical import FUSIONS, ScoreFusion

#: Sharpnesses that are tried: powers of the root of 2.
SHARPNESSES = tuple(2.0 ** (place / 2) for place in range(-8, 17))


def split_held_out(labels_N: NDArray[np.int64], *, num_held_out: int, key: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The numbers of the images kept and of those held out, each rising; classes lose equal shares, but for rounding.

    Raises:
        ValueError: fewer than one image is held out, or none would be left of a class.
    """
    num = len(labels_N)
    order_N = generator(key, "images held out").permutation(num)
    # Of each class the first so many in random order go, where its images lie at (rank + 1/2) / (images of the class).
    quantile_N = np.empty(num)
    for label in np.unique(labels_N):
        own = order_N[labels_N[order_N] == label]
        quantile_N[own] = (np.arange(len(own)) + 0.5) / len(own)
    out_N = np.sort(order_N[np.argsort(quantile_N[order_N], kind="stable")][:num_held_out])
    kept_N = np.setdiff1d(np.arange(num), out_N)
    if not 1 <= num_held_out < num or len(np.unique(labels_N[kept_N])) < len(np.unique(labels_N)):
        raise ValueError(
            f"{num_held_out} of {num} training images held out; allowed: at least 1, and of each class one that stays; "
            "change Fusion.num_held_out or take more images"
        )
    return kept_N, out_N


def weights_C(margin_CNK: NDArray[np.float32], labels_N: NDArray[np.int64], fusion: ScoreFusion) -> NDArray[np.float64]:
    """The weights of the channels, which sum to 1.

    Searched ones are, of all multiples of `weight_step`, those with the most images right; of equals those with the least
    squared sum, that is the most even, then the first.

    Raises:
        ValueError: the rule is unknown, or the step is no whole part of 1.
    """
    if fusion.weights not in FUSIONS:
        raise ValueError(f"unknown weights {fusion.weights!r} of the channels; allowed: {', '.join(FUSIONS)}")
    num_channels = len(margin_CNK)
    if fusion.weights == "equal" or num_channels == 1:
        return np.full(num_channels, 1 / num_channels)
    num_steps = round(1 / fusion.weight_step)
    if num_steps < 1 or abs(num_steps * fusion.weight_step - 1) > 1e-9:
        raise ValueError(f"weights are multiples of {fusion.weight_step}; allowed: a whole part of 1, such as 0.1")
    best, best_rank = np.empty(0), (-1.0, 0.0)
    for cuts in itertools.combinations(range(num_steps + num_channels - 1), num_channels - 1):
        edges = (-1, *cuts, num_steps + num_channels - 1)
        weight_C = np.array([after - before - 1 for before, after in itertools.pairwise(edges)]) / num_steps
        fused_NK = np.tensordot(weight_C.astype(np.float32), margin_CNK, axes=1)
        rank = (float((fused_NK.argmax(axis=1) == labels_N).sum()), -float((weight_C**2).sum()))
        if rank > best_rank:
            best, best_rank = weight_C, rank
    return best


def sharpness_of(margin_NK: NDArray[np.float32], labels_N: NDArray[np.int64]) -> float:
    """The sharpness of SHARPNESSES with which the scores have the least cross-entropy."""
    entropies = []
    for sharpness in SHARPNESSES:
        score_NK = scores_NK(margin_NK, sharpness=sharpness)
        own_N = np.maximum(score_NK[np.arange(len(labels_N)), labels_N], np.finfo(np.float32).tiny)
        entropies.append(-np.log(own_N).mean())
    return float(SHARPNESSES[int(np.argmin(entropies))])


def scores_NK(margin_NK: NDArray[np.float32], *, sharpness: float) -> NDArray[np.float32]:
    """Softmax(sharpness * margins): in [0, 1], rows sum to 1, the order of the classes stays.

    Margins of one-vs-rest machines have no common unit with the probabilities of networks; one number, fitted on held-out
    images (Platt 1999, for all classes at once), gives them one, so that averages of both mean something.
    """
    scaled_NK = margin_NK.astype(np.float64) * sharpness
    power_NK = np.exp(scaled_NK - scaled_NK.max(axis=1, keepdims=True))
    return np.asarray(power_NK / power_NK.sum(axis=1, keepdims=True), np.float32)
