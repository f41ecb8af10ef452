"""Fit a mixture of Gaussians with diagonal covariances by expectation maximisation, in blocks of descriptors.

Source: Dempster, Laird, Rubin 1977.

Shape suffixes: P descriptors, C values, K Gaussians.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from repro.baselines.encoders.gmm import Mixture
from repro.baselines.encoders.kmeans import fit_words
from repro.spec.classical import FisherEncoding

#: Descriptors whose posteriors are held at a time.
DESCRIPTORS_AT_ONCE = 16384
#: A Gaussian with fewer descriptors than this, in sum of posteriors, keeps its mean and variance.
LEAST_COUNT = 1e-3


def fit_mixture(x_PC: NDArray[np.float32], *, encoding: FisherEncoding, seed: int, name: str) -> Mixture:
    """The mixture of a sample of descriptors, started from k-means: cluster means, shares and variances.

    Raises:
        ValueError: there are fewer descriptors than Gaussians.
    """
    num_gaussians = encoding.num_gaussians
    if len(x_PC) < num_gaussians:
        raise ValueError(
            f"channel {name}: {len(x_PC)} descriptors for {num_gaussians} Gaussians; allowed: at least as many; sample more "
            "images or more of each (PatchSampling), or take fewer Gaussians"
        )
    words_KC = fit_words(x_PC, num_words=num_gaussians, settings=encoding.init, seed=seed)
    floor_C = np.maximum(encoding.min_variance * x_PC.var(axis=0, dtype=np.float64), np.finfo(np.float32).tiny)
    mixture = _started(x_PC, words_KC, floor_C)
    before = -math.inf
    for _ in range(encoding.num_iterations):
        mixture, likelihood = em_step(x_PC, mixture, floor_C=floor_C)
        if likelihood - before < encoding.tolerance:
            break
        before = likelihood
    return mixture


def em_step(x_PC: NDArray[np.float32], mixture: Mixture, *, floor_C: NDArray[np.float64]) -> tuple[Mixture, float]:
    """The mixture after one iteration, and the mean log likelihood of a descriptor before it.

    floor_C: least variances.
    """
    num_gaussians, num_values = mixture.mean_KC.shape
    count_K, total = np.zeros(num_gaussians), 0.0
    sum_KC, squares_KC = np.zeros((num_gaussians, num_values)), np.zeros((num_gaussians, num_values))
    for start in range(0, len(x_PC), DESCRIPTORS_AT_ONCE):
        block_PC = x_PC[start : start + DESCRIPTORS_AT_ONCE]
        posterior_PK, likelihood_P = mixture.posteriors_PK(block_PC)
        total += float(likelihood_P.sum(dtype=np.float64))
        count_K += posterior_PK.sum(axis=0, dtype=np.float64)
        sum_KC += posterior_PK.T @ block_PC
        squares_KC += posterior_PK.T @ block_PC**2
    return _maximised(count_K, sum_KC, squares_KC, mixture, floor_C), total / len(x_PC)


def _maximised(
    count_K: NDArray[np.float64],
    sum_KC: NDArray[np.float64],
    squares_KC: NDArray[np.float64],
    before: Mixture,
    floor_C: NDArray[np.float64],
) -> Mixture:
    """The mixture of the sums; Gaussians without descriptors stay where they are, with their weight near 0."""
    has_K1 = (count_K > LEAST_COUNT)[:, None]
    divisor_K1 = np.where(has_K1, count_K[:, None], 1)
    mean_KC = np.where(has_K1, sum_KC / divisor_K1, before.mean_KC)
    variance_KC = np.where(has_K1, squares_KC / divisor_K1 - mean_KC**2, before.variance_KC)
    return Mixture(
        weight_K=(count_K / count_K.sum()).astype(np.float32),
        mean_KC=mean_KC.astype(np.float32),
        variance_KC=np.maximum(variance_KC, floor_C).astype(np.float32),
    )


def _started(x_PC: NDArray[np.float32], words_KC: NDArray[np.float32], floor_C: NDArray[np.float64]) -> Mixture:
    """The mixture of hard assignments to the nearest words."""
    num_gaussians = len(words_KC)
    count_K, sum_KC, squares_KC = np.zeros(num_gaussians), np.zeros(words_KC.shape), np.zeros(words_KC.shape)
    norm_K = (words_KC**2).sum(axis=1)
    for start in range(0, len(x_PC), DESCRIPTORS_AT_ONCE):
        block_PC = x_PC[start : start + DESCRIPTORS_AT_ONCE]
        word_P = (norm_K - 2 * (block_PC @ words_KC.T)).argmin(axis=1)
        own_PK = (word_P[:, None] == np.arange(num_gaussians)).astype(np.float32)
        count_K += own_PK.sum(axis=0, dtype=np.float64)
        sum_KC += own_PK.T @ block_PC
        squares_KC += own_PK.T @ block_PC**2
    everywhere_KC = np.broadcast_to(x_PC.var(axis=0), words_KC.shape)
    before = Mixture(weight_K=np.ones(num_gaussians, np.float32), mean_KC=words_KC, variance_KC=everywhere_KC)
    return _maximised(count_K, sum_KC, squares_KC, before, floor_C)
