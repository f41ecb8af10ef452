"""Textbook statistics for a second opinion: t intervals, paired and not, of differences and log ratios.

Written from the descriptions alone (facts/statistics.md, docs); nothing of the package is imported.
Shapes: S seeds, N independent units (images, or videos).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]
Interval = tuple[float, float]


@dataclass(frozen=True)
class Found:
    """An estimate, its standard error over seeds and the degrees of freedom; se 0 or df 0: there is no interval."""

    value: float
    se: float
    df: float

    def interval(self, level: float = 0.90, *, more: float = 0.0) -> Interval | None:
        """Student's t interval; `more`: a standard error that comes on top, of the choice of test examples."""
        if not (self.se > 0 and self.df > 0):
            return None
        half = float(stats.t.ppf((1 + level) / 2, self.df)) * math.hypot(self.se, more)
        return self.value - half, self.value + half

    @property
    def p(self) -> float | None:
        """Two-sided, that the value is 0."""
        return float(2 * stats.t.sf(abs(self.value) / self.se, self.df)) if self.se > 0 and self.df > 0 else None


def unpaired(one: Floats, two: Floats, variances: tuple[float, float], df: float, *, log: bool, least: float = 0.0) -> Found:
    """mean(two) - mean(one), or ln of their ratio by the delta method, where a seed of each has this variance.

    least: what a mean counts as at least in a logarithm.
    """
    a, b = means(one, two, log=log, least=least)
    parts = [variances[0] / len(one), variances[1] / len(two)]
    if not log:
        return Found(b - a, math.sqrt(sum(parts)), df)
    return Found(math.log(b / a), math.sqrt(parts[0] / a**2 + parts[1] / b**2), df)


def satterthwaite(parts: Sequence[tuple[float, float]]) -> float:
    """Degrees of freedom of a sum of variances of means, each with its own: (part, df)."""
    total = sum(part for part, _ in parts)
    below = sum(part**2 / df for part, df in parts if df > 0)
    return float(total**2 / below) if below > 0 else 0.0


def variance(values: Floats) -> float:
    """Of the seeds; less than the rounding of the values themselves is none."""
    found = float(values.var(ddof=1)) if len(values) > 1 else 0.0
    return 0.0 if found**0.5 <= 1e-12 * float(np.abs(values).max()) else found


def means(one: Floats, two: Floats, *, log: bool, least: float) -> tuple[float, float]:
    """Of the two arms; in a logarithm no less than half an example of all (`least`)."""
    found = float(one.mean()), float(two.mean())
    return (max(found[0], least), max(found[1], least)) if log else found


def welch(one: Floats, two: Floats, *, log: bool, least: float = 0.0) -> Found:
    """Welch's interval, each arm by its own spread."""
    variances = variance(one), variance(two)
    a, b = means(one, two, log=True, least=least) if log else (1.0, 1.0)
    scale = (1 / a**2, 1 / b**2)
    parts = [(variances[0] / len(one) * scale[0], len(one) - 1), (variances[1] / len(two) * scale[1], len(two) - 1)]
    return unpaired(one, two, variances, satterthwaite(parts), log=log, least=least)


def one_sample(values: Floats) -> Found:
    """The mean of differences inside runs, or of pairs of one seed."""
    se = float(values.std(ddof=1)) / math.sqrt(len(values)) if len(values) > 1 else 0.0
    return Found(float(values.mean()), se, len(values) - 1)


def paired(one: Floats, two: Floats, *, log: bool, least: float = 0.0) -> Found:
    """Seed by seed; a logarithm divides each arm by its mean (delta method)."""
    a, b = means(one, two, log=True, least=least) if log else (1.0, 1.0)
    found = one_sample(two / b - one / a)
    return Found(math.log(b / a) if log else found.value, found.se, found.df)


def units_se(one_SN: Floats, two_SN: Floats, *, log: bool, by_seed: bool) -> float | None:
    """The standard error that the choice of units adds, without the part that the seeds add to their mean already.

    one, two: how right each run is for each unit (shares whose mean is the accuracy). None where an error of 0 has no logarithm.
    """
    a, b = (1 - float(one_SN.mean()), 1 - float(two_SN.mean())) if log else (1.0, 1.0)
    if min(a, b) <= 0:
        return None
    num = one_SN.shape[1]
    if by_seed:
        return math.sqrt(max(0.0, _of_mean(one_SN / a - two_SN / b)) / num)
    mean_N = one_SN.mean(axis=0) / a - two_SN.mean(axis=0) / b
    of_seeds = _of_seeds(one_SN / a) + _of_seeds(two_SN / b)
    return math.sqrt(max(0.0, float(mean_N.var()) - of_seeds) / num)


def _of_mean(of_SN: Floats) -> float:
    return float(of_SN.mean(axis=0).var()) - _of_seeds(of_SN)


def _of_seeds(of_SN: Floats) -> float:
    """What S seeds add to the variance over units of their mean: interaction of seeds and units, over S."""
    num_seeds, num = of_SN.shape
    if num_seeds < 2:
        return 0.0
    left = of_SN - of_SN.mean(axis=0) - of_SN.mean(axis=1, keepdims=True) + of_SN.mean()
    return float((left**2).sum() / ((num_seeds - 1) * (num - 1)) / num_seeds)


def exact_share(hits: int, num: int, level: float) -> Interval:
    """Clopper and Pearson's interval of a share."""
    found = stats.binomtest(hits, num).proportion_ci(level, method="exact")
    return float(found.low), float(found.high)


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's adjusted p-values, in the order given."""
    order = sorted(range(len(p_values)), key=lambda index: p_values[index])
    adjusted, highest = [0.0] * len(p_values), 0.0
    for rank, index in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = highest
    return adjusted
