"""How much averages of precisions vary with the choice of test videos, by a bootstrap over the videos.

Shape suffixes: N videos, K classes, D draws.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from repro.analyse.collect.average_precisions import ALL_GROUPS, PROTOCOL, resampled_precision_DK
from repro.analyse.evidence.population import Population
from repro.spec.terms.metrics import AVERAGE_PRECISION, MEAN_PRECISION, PRECISION_GAP, class_slug, parameter

#: Samples of the test videos, fewer where one of them takes as many numbers as this; and the seed of their draw.
MOST_DRAWS, FEWEST_DRAWS, NUMBERS, DRAW_SEED = 1000, 50, 10**9, 2014
OTHERS_LESS = "others_less_"


def precision_se(population: Population, arms: Sequence[str], *, metric: str) -> float | None:
    """The standard error that the choice of test videos adds to a metric of precisions: of an arm, or (two) a difference.

    None if the runs' videos differ, or if the metric is no precision of classes that the videos show. Part of what seeds add
    is in it too, so that an interval over seeds and videos is on the safe side.
    """
    if metric.partition(".")[0] not in (AVERAGE_PRECISION, MEAN_PRECISION, PRECISION_GAP) or not all(
        map(population.finished, arms)
    ):
        return None
    drawn = resampled_DK(population, arms)
    if drawn is None:
        return None
    data = population.finished(arms[0])[0].dataset
    sign_K = weights_K(metric, classes=data.classes, groups=data.groups)
    if sign_K is None:
        return None
    values = [_mean_D(drawn[arm], sign_K) for arm in arms]
    draws_D = values[0] if len(values) == 1 else values[1] - values[0]
    seen_D = draws_D[~np.isnan(draws_D)]
    return float(np.std(seen_D)) if len(seen_D) > 1 else None


def weights_K(metric: str, *, classes: Sequence[str], groups: dict[str, str]) -> NDArray[np.float64] | None:
    """1 for each class whose mean a metric is, -1 for those whose mean is taken off, 0 for others; None for no class."""
    name = parameter(metric)
    if metric.startswith(f"{AVERAGE_PRECISION}."):
        found = [float(class_slug(one) == name) for one in classes]
    elif name == ALL_GROUPS:
        found = [1.0] * len(classes)
    else:
        inside = [class_slug(groups.get(one, "")) == name.removeprefix(OTHERS_LESS) for one in classes]
        gap = metric.startswith(f"{PRECISION_GAP}.")
        found = [(-1.0 if one else 1.0) if gap else float(one) for one in inside]
    weight_K = np.array(found)
    return weight_K if (weight_K != 0).any() else None


def _mean_D(precision_DK: NDArray[np.float64], weight_K: NDArray[np.float64]) -> NDArray[np.float64]:
    """In each sample the mean over the classes of weight 1 that it shows, less that over those of -1."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a sample may show none of them: no number then
        parts = [sign * np.nanmean(precision_DK[:, weight_K == sign], axis=1) for sign in (1.0, -1.0) if (weight_K == sign).any()]
    return np.asarray(sum(parts), np.float64)


def resampled_DK(population: Population, arms: Sequence[str]) -> dict[str, NDArray[np.float64]] | None:
    """The average precision of each class in the same samples of the videos, mean over the seeds of each arm.

    None if the runs were scored on different videos.
    """
    if not population.same_examples(arms, split="test", protocol=PROTOCOL):
        return None
    return {arm: population.kept(("resampled", arm), partial(_resampled_DK, population, arm)) for arm in arms}


def _resampled_DK(population: Population, arm: str) -> NDArray[np.float64]:
    """The same videos are drawn for every arm of the same test set: the draw depends on their number alone."""
    runs = population.finished(arm)
    total: NDArray[np.float64] | float = 0.0
    weight_DN: NDArray[np.int64] | None = None
    for record in runs:
        scores = population.scores(record, split="test", protocol=PROTOCOL)
        num, num_classes = scores.scores_NK.shape
        if weight_DN is None:
            draws = min(max(NUMBERS // (num * num_classes), FEWEST_DRAWS), MOST_DRAWS)
            weight_DN = np.random.default_rng(DRAW_SEED).multinomial(num, np.full(num, 1 / num), size=draws)
        total = total + resampled_precision_DK(scores, weight_DN) / len(runs)
    assert not isinstance(total, float), "an arm without a finished run is asked for no precision"
    return total


def gain_se_K(population: Population, control: str, other: str) -> NDArray[np.float64] | None:
    """By class the standard error that the choice of test videos adds to what `other` gains; None if the videos differ."""
    drawn = resampled_DK(population, (control, other))
    if drawn is None:
        return None
    gain_DK = drawn[other] - drawn[control]
    drawn_K = np.count_nonzero(~np.isnan(gain_DK), axis=0) > 1
    return np.where(drawn_K, np.nanstd(np.where(drawn_K, gain_DK, 0.0), axis=0), math.nan)
