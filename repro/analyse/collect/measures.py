"""Measure a finished run beside its scores: how fast it learned, and how its first kernels split over the towers.

Shape suffixes: K kernels, H height, W width, C colours, D draws.
"""

from __future__ import annotations

import io
import math
import statistics
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from repro.artifacts.log_jsonl import LogEntry
from repro.artifacts.timings_json import Speed
from repro.spec.claims import train_errors_of
from repro.spec.experiment import Paper
from repro.spec.terms.metrics import COLOR_SPLIT, COLOR_SPLIT_P, EARLY, LEAVING, TEST_S_PER_CLIP, TRAIN_S_PER_CLIP, epochs_metric
from repro.spec.terms.protocols import TRAINING, WEIGHTS

#: One part in so many of the planned epochs counts as early.
EARLY_PART = 5
#: Random halves of the same kernels with which the towers' split is compared, and the seed of their draw.
NUM_HALVES, HALVES_SEED = 1000, 2012
#: Differences of selectivities that are equal but for the order in which they were added up.
ROUNDING = 1e-12

#: Metric, protocol, value and number of examples (or kernels) that it rests on.
Measured = tuple[str, str, float, int]


def thresholds_by_variant(papers: Sequence[Paper]) -> dict[tuple[str, str], tuple[float, ...]]:
    """By paper and variant the training errors that claims about it name, falling."""
    found: dict[tuple[str, str], set[float]] = {}
    for paper in papers:
        for claim in paper.claims:
            for variant in claim.variants if train_errors_of(claim) else ():
                found.setdefault((paper.name, variant), set()).update(train_errors_of(claim))
    return {key: tuple(sorted(values, reverse=True)) for key, values in found.items()}


def of_log(
    log: Sequence[LogEntry], *, num_epochs: int, thresholds: Sequence[float], num_images: int, chance_floor: float
) -> list[Measured]:
    """The mean training error of the first fifth of `num_epochs`, the epochs to leave chance and to each of `thresholds`.

    chance_floor: the error above which a network has learned nothing yet.
    """
    errors = [entry.train_top1_error for entry in log]
    early = errors[: max(1, num_epochs // EARLY_PART)]
    measured = [(EARLY, TRAINING, math.fsum(early) / len(early), num_images)]
    measured += [(LEAVING, TRAINING, epochs_to(errors, threshold=chance_floor), num_images)]
    measured += [(epochs_metric(value), TRAINING, epochs_to(errors, threshold=value), num_images) for value in thresholds]
    return measured


def epochs_to(errors: Sequence[float], *, threshold: float) -> float:
    """After how many whole epochs the error is first at most `threshold`; infinity if it never is."""
    return next((float(epoch) for epoch, error in enumerate(errors, start=1) if error <= threshold), math.inf)


def of_kernels(kernel_KHWC: NDArray[np.float32], *, num_towers: int) -> list[Measured]:
    """By how much the towers' mean colour selectivity differs, more than halves drawn at random, if there are two."""
    if num_towers != 2:
        return []
    tower_K = np.arange(len(kernel_KHWC)) * num_towers // len(kernel_KHWC)
    selectivity_K = color_selectivity(kernel_KHWC)
    alive_K = ~np.isnan(selectivity_K)
    found = tower_split(selectivity_K[alive_K], tower_K[alive_K] == 1)
    if found is None:
        return []
    split, p = found
    return [(COLOR_SPLIT, WEIGHTS, split, int(alive_K.sum())), (COLOR_SPLIT_P, WEIGHTS, p, int(alive_K.sum()))]


def color_selectivity(kernel_KHWC: NDArray[np.float32]) -> NDArray[np.float64]:
    """For each kernel the share of its energy that is not grey, in [0, 1]; NaN for a kernel without energy.

    The grey part of a weight is its projection on (1, 1, 1) / sqrt(3).
    """
    w_KHWC = kernel_KHWC.astype(np.float64)
    energy_K = (w_KHWC**2).sum(axis=(1, 2, 3))
    grey_K = (w_KHWC.sum(axis=3) ** 2).sum(axis=(1, 2)) / 3
    with np.errstate(invalid="ignore", divide="ignore"):
        share_K: NDArray[np.float64] = np.where(energy_K > 0, 1 - grey_K / energy_K, np.nan)
    return share_K


def tower_split(selectivity_K: NDArray[np.float64], second_K: NDArray[np.bool_]) -> tuple[float, float] | None:
    """The difference of two groups' means less that of random groups of the same sizes, and the p-value that it is chance.

    None if a group is empty.

    second_K: which kernels are the second group's.
    """
    num_second, num = int(second_K.sum()), len(second_K)
    if not 0 < num_second < num:
        return None
    order_DK = np.random.default_rng(HALVES_SEED).permuted(np.tile(np.arange(num), (NUM_HALVES, 1)), axis=1)
    drawn_DK = selectivity_K[order_DK]
    by_chance_D = np.abs(drawn_DK[:, :num_second].mean(axis=1) - drawn_DK[:, num_second:].mean(axis=1))
    seen = abs(selectivity_K[second_K].mean() - selectivity_K[~second_K].mean())
    # A permutation test: the towers themselves are one of the draws. Sums in another order may differ in their last digits.
    p = (1 + np.count_nonzero(by_chance_D >= seen - ROUNDING)) / (1 + NUM_HALVES)
    return float(seen - by_chance_D.mean()), float(p)


def of_timings(speeds: Mapping[str, Speed], *, num_examples: int) -> list[Measured]:
    """The median time over rounds that each network takes for an example, in training and at test time."""
    return [
        (metric, name, float(statistics.median(times)), num_examples)
        for name, speed in speeds.items()
        for metric, times in ((TRAIN_S_PER_CLIP, speed.train_s), (TEST_S_PER_CLIP, speed.test_s))
    ]


def parse_kernels(content: bytes) -> tuple[NDArray[np.float32], int]:
    """The kernels in `kernels.npz` and over how many towers they are spread.

    Raises:
        ValueError: the arrays are not there or do not fit each other.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            kernel_KHWC, num_towers = stored["kernel_KHWC"], int(stored["num_towers"])
    except Exception as error:  # a damaged archive fails in many ways: struct, zip, header and decoding errors
        raise ValueError(str(error)) from None
    if kernel_KHWC.ndim != 4 or kernel_KHWC.shape[3] != 3 or num_towers < 1 or len(kernel_KHWC) % num_towers:
        raise ValueError(f"kernels of shape {kernel_KHWC.shape} for {num_towers} towers; allowed: (K, H, W, 3), K / towers whole")
    if not np.isfinite(kernel_KHWC).all():
        raise ValueError("a weight is not finite; allowed: numbers")
    return kernel_KHWC, num_towers
