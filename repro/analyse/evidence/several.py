"""Statistics of claims about several things at once: orders, spreads, shares, and shared levels.

Shape suffixes: B blocks (seeds), A arms.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from itertools import permutations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special, stats

from repro.analyse.evidence.dunnett import NORMAL_END, normal_nodes, spread_nodes
from repro.analyse.evidence.statistics import MOST_SEEDS, POWER, Estimate, t_interval
from repro.artifacts.judged import Interval

#: What a 90 % interval leaves out on each side.
ONE_SIDED_OF_90 = 0.05
#: Above any quantile of a studentized range that is asked for.
MOST_RANGE = 1e4
#: Nodes of its two integrals: good to 1e-11.
RANGE_NODES = 96
#: So far below the last node the normal distribution has nothing that a double holds.
NO_NORMAL = NORMAL_END + 39


def page_trend_p(value_BA: NDArray[np.float64], tiers: Sequence[int]) -> float:
    """The one-sided p of Page's test that values rise with the tiers of their arms; seeds are the blocks.

    Exact: in each block all orders are equally likely if no arm differs, whether or not seeds pair the arms.
    Ties, of tiers and of values, have their mean rank. Without ties in the tiers it is
    `scipy.stats.page_trend_test`.
    Source: Page 1963, "Ordered hypotheses for multiple treatments: a significance test for linear ranks".
    """
    # Mean ranks are halves, so that products are quarters: whole numbers of these are added up exactly.
    tier_A, rank_BA = _twice_ranked(np.asarray(tiers)), _twice_ranked(value_BA)
    seen, chances = 0, np.ones(1)
    for rank_A in rank_BA:
        least, chance = _by_chance(tuple(tier_A.tolist()), tuple(sorted(rank_A.tolist())))
        seen += int(tier_A @ rank_A) - least
        chances = np.convolve(chances, chance)
    return min(float(chances[seen:].sum()), 1.0)


def _twice_ranked(values: NDArray[Any]) -> NDArray[np.int64]:
    """Twice the ranks along the last axis: `scipy.stats.rankdata` takes ten times as long for so few."""
    others, own = values[..., None, :], values[..., :, None]
    ranks: NDArray[np.int64] = 1 + (others < own).sum(axis=-1) + (others <= own).sum(axis=-1)
    return ranks


@cache
def _by_chance(tiers: tuple[int, ...], ranks: tuple[int, ...]) -> tuple[int, NDArray[np.float64]]:
    """The least sum of products of `tiers` and `ranks` over all orders, and the chance of each from there."""
    sums = np.array([np.dot(tiers, order) for order in permutations(ranks)])
    counts = np.bincount(sums - sums.min())
    return int(sums.min()), counts / len(sums)


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values adjusted for all of them by Holm's step-down rule, in their order."""
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    adjusted, largest = [0.0] * len(p_values), 0.0
    for step, i in enumerate(order):
        largest = max(largest, min((len(p_values) - step) * p_values[i], 1.0))
        adjusted[i] = largest
    return adjusted


def adjusted_interval(estimate: Estimate, *, one_sided: float, num: int) -> Interval | None:
    """The interval of one of `num` estimates at Holm's first step: `one_sided` / `num` is left out a side."""
    level = 1 - 2 * one_sided / num
    return t_interval(estimate.value, se=estimate.se, df=estimate.df, level=level) if estimate.has_spread else None


def widened(interval: Interval, *, df: float, num: int = 1, one_sided: float = ONE_SIDED_OF_90) -> Interval:
    """A 90 % t interval made so wide that it leaves out `one_sided` / `num` on each side."""
    if one_sided / num == ONE_SIDED_OF_90:
        return interval
    middle = (interval[0] + interval[1]) / 2
    half = (interval[1] - middle) * float(special.stdtrit(df, 1 - one_sided / num) / special.stdtrit(df, 1 - ONE_SIDED_OF_90))
    return middle - half, middle + half


def range_interval(pairs: Sequence[Estimate], *, num_arms: int, level: float = 0.90) -> Interval | None:
    """An interval of the largest true mean less the smallest, from all pairs of `num_arms` arms.

    All differences at once lie within the quantile of the studentized range over sqrt(2) standard errors
    (Tukey, Kramer), so that the largest of them does, whichever pair it is of: that it was chosen is accounted
    for. It covers at least `level`, more where arms differ. None where a pair has no spread.
    """
    if not pairs or not all(pair.has_spread for pair in pairs):
        return None
    halves = [range_quantile(level, num_arms, pair.df) / math.sqrt(2) * pair.se for pair in pairs]
    low = max(abs(pair.value) - half for pair, half in zip(pairs, halves, strict=True))
    high = max(abs(pair.value) + half for pair, half in zip(pairs, halves, strict=True))
    return max(low, 0.0), high


@cache
def range_quantile(level: float, num_arms: int, df: float) -> float:
    """The quantile of the studentized range; `scipy.stats.studentized_range` takes far longer for it."""
    chance = within_range(num_arms, df)
    return float(optimize.brentq(lambda q: chance(q) - level, 0.0, MOST_RANGE, xtol=1e-9, rtol=1e-9))


def within_range(num_arms: int, df: float) -> Callable[[float], float]:
    """The chance that the range of `num_arms` normal values is below q times an estimate of their spread, as a function of q."""
    z_Z, weight_Z = normal_nodes(RANGE_NODES)
    s_S, weight_S = spread_nodes(df, RANGE_NODES) if math.isfinite(df) else (np.ones(1), np.ones(1))
    whole = float(weight_S.sum() * weight_Z.sum())
    below_Z = special.ndtr(z_Z)
    far_SZ = np.repeat(below_Z[None, :] ** (num_arms - 1), len(s_S), axis=0)

    def chance(q: float) -> float:
        # Of the spreads beyond these no normal value is so far below: most of them, while q is still sought.
        near = int(np.searchsorted(q * s_S, NO_NORMAL))
        inside_SZ = far_SZ.copy()
        inside_SZ[:near] = (below_Z - special.ndtr(z_Z - q * s_S[:near, None])) ** (num_arms - 1)
        return num_arms * float(weight_S @ inside_SZ @ weight_Z) / whole

    return chance


def seeds_for_spread(bound: float, *, sd: float, num_arms: int) -> int | None:
    """The seeds of each arm that find equal arms to spread by less than `bound` (80 % power).

    The interval must end below the bound, and what equal arms spread by chance comes on top. The spread
    between seeds counts as known, which makes it a few too few where they are few.
    """
    if bound <= 0 or sd <= 0:
        return None
    reach = range_quantile(0.90, num_arms, math.inf) + range_quantile(POWER, num_arms, math.inf)
    needed = max(math.ceil((sd * reach / bound) ** 2), 2)
    return needed if needed <= MOST_SEEDS else None


def share_interval(num_shown: int, num: int, *, level: float = 0.90) -> Interval:
    """The exact interval of a share of which `num_shown` of `num` were seen (Clopper and Pearson)."""
    tail = (1 - level) / 2
    low = float(stats.beta.ppf(tail, num_shown, num - num_shown + 1)) if num_shown else 0.0
    high = float(stats.beta.ppf(1 - tail, num_shown + 1, num - num_shown)) if num_shown < num else 1.0
    return low, high


def share_p(num_shown: int, num: int, *, chance: float) -> float:
    """The one-sided exact p-value that no more than the share `chance` shows it."""
    return float(stats.binom.sf(num_shown - 1, num, chance))


def runs_for_every(share: float) -> int:
    """The runs that, if all show a thing, show that more than `share` do."""
    return math.floor(math.log(0.05) / math.log(share)) + 1
