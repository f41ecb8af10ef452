"""Whose spread between seeds stands for an arm: its own, or that which the other networks of its page lend it.

The rule, as it is described: networks that have learned lend each other their spread, on the metric's own scale.

1. Of the lenders beside the pair the wildest is left out while its spread would be so large with a chance below
   1 % over all (F test against the rest); at most fewer than half.
2. An arm stands by its own spread if it is larger than the lenders' at level 2 / (3 df), which two arms share; both
   do if their spread together is larger at level 2 / (3 df an arm), or smaller at 5 %. A method that lends nothing
   stands by its own. Without lenders both do if a two-sided F test at 2 / (3 df) tells them apart.
3. What is left of the pair and the lenders are pooled. Where they share draws, the degrees of freedom are divided by
   1 + (arms - 1) times the mean squared correlation over common seeds, less what chance gives.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from tests.analyse.independent.intervals import Found, means, satterthwaite, unpaired, variance, welch

Floats = NDArray[np.float64]
#: The level at which an arm's spread is found to be larger, times its degrees of freedom.
LARGER = 2 / 3
Arms = Mapping[str, Mapping[int, float]]


@dataclass(frozen=True, order=True)
class Spread:
    """A variance and its degrees of freedom."""

    variance: float
    df: float


@dataclass(frozen=True)
class Compared:
    """An estimate, and how its spread was found: by what test, whose spreads are pooled, which arms stand alone."""

    found: Found
    test: str
    pool: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()


def array(values: Mapping[int, float]) -> Floats:
    return np.array(list(values.values()), np.float64)


def own(values: Floats) -> Spread:
    """An arm's own spread. Less than rounding is none."""
    return Spread(variance(values), max(len(values) - 1, 0))


def together(spreads: Sequence[Spread]) -> Spread:
    """Several spreads as one."""
    df = sum(spread.df for spread in spreads)
    return Spread(sum(spread.variance * spread.df for spread in spreads) / df if df else 0.0, df)


def pooled(arms: Arms, names: Sequence[str]) -> Spread:
    """The spread pooled over arms; where they share the draws of a seed, with fewer degrees of freedom."""
    spread = together([own(array(arms[name])) for name in names])
    return Spread(spread.variance, spread.df / (1 + (len(names) - 1) * shared(arms, names))) if len(names) > 1 else spread


def shared(arms: Arms, names: Sequence[str]) -> float:
    """The mean squared correlation of arms over the seeds that all have, less what chance gives.

    With two common seeds a correlation is a sign, whose mean is 2/pi arcsin of the true one.
    """
    seeds = sorted(set.intersection(*(set(arms[name]) for name in names)))
    values = np.array([[arms[name][seed] for seed in seeds] for name in names])
    values = values[np.ptp(values, axis=1) > 0] if len(seeds) > 1 else values[:0]
    if len(values) < 2:
        return 0.0
    r = np.corrcoef(values)[np.triu_indices(len(values), 1)]
    if len(seeds) == 2:
        return float(np.sin(np.pi / 2 * max(r.mean(), 0.0)) ** 2)
    chance = 1 / (len(seeds) - 1)
    return max(0.0, (float((r**2).mean()) - chance) / (1 - chance))


def excess_p(one: Spread, other: Spread) -> float:
    """That `one` is so much larger than `other` by chance (F test)."""
    if not (one.df and other.df):
        return 1.0
    if other.variance == 0:
        return 0.0 if one.variance > 0 else 1.0
    return float(stats.f.sf(one.variance / other.variance, one.df, other.df))


def tame(arms: Arms, names: Sequence[str]) -> list[str]:
    """Those that lend (rule 1)."""
    left = {name: own(array(arms[name])) for name in names}
    for _ in range((len(names) - 1) // 2):
        wildest = max(left, key=lambda name: left[name].variance)
        rest = together([spread for name, spread in left.items() if name != wildest])
        if excess_p(left[wildest], rest) >= 0.01 / len(left):
            break
        del left[wildest]
    return list(left)


def alone(spreads: Mapping[str, Spread], lent: Spread) -> set[str]:
    """The arms of the pair that stand by their own spread, of those that might share (rule 2)."""
    num = len(spreads)
    if not lent.df or not lent.variance:
        small, large = sorted(spreads.values(), key=lambda spread: spread.variance) if num == 2 else (Spread(0, 0), Spread(0, 0))
        apart = bool(small.df and large.df) and 2 * excess_p(large, small) < LARGER / min(small.df, large.df)
        return set(spreads) if apart else set()
    both = together(list(spreads.values()))
    if both.df and both.variance:
        p = excess_p(both, lent)
        if p < LARGER * num / both.df or 1 - p < 0.05:
            return set(spreads)
    return {name for name, spread in spreads.items() if excess_p(spread, lent) < LARGER / max(spread.df, 1) / num}


def stands(arms: Arms, wanted: Sequence[str], lenders: Collection[str]) -> tuple[dict[str, Spread], tuple[str, ...]]:
    """The spread that stands for each of `wanted`, and the variants whose spreads are pooled (rule 3)."""
    spreads = {name: own(array(arms[name])) for name in wanted}
    members = {name: spread for name, spread in spreads.items() if name in lenders}
    others = tame(arms, [name for name in arms if name in lenders and name not in wanted and len(arms[name]) > 1])
    apart = alone(members, pooled(arms, others) if others else Spread(0.0, 0.0))
    sharing = [name for name in members if name not in apart]
    pool = [*sharing, *others] if sharing and len(sharing) + len(others) > 1 else []
    common = pooled(arms, pool) if pool else Spread(0.0, 0.0)
    by_arm = {name: common if name in pool else spreads[name] for name in wanted}
    return by_arm, tuple(name for name in arms if name in pool)


def compare(arms: Arms, arm: str, against: str, *, lenders: Collection[str], log: bool, least: float = 0.0) -> Compared:
    """mean(against) - mean(arm), or the log ratio (of means of `least` and more), with the spreads that stand for the two."""
    one, two = array(arms[arm]), array(arms[against])
    if min(len(one), len(two)) < 2:
        return Compared(Found(unpaired(one, two, (0.0, 0.0), 0.0, log=log, least=least).value, 0.0, 0.0), "none")
    by_arm, pool = stands(arms, (arm, against), lenders)
    apart = tuple(name for name in (arm, against) if name not in pool)
    if not pool:
        return Compared(welch(one, two, log=log, least=least), "Welch t", (), apart)
    df = by_arm[arm].df
    if apart:
        a, b = means(one, two, log=True, least=least) if log else (1.0, 1.0)
        scale = {arm: 1 / a**2, against: 1 / b**2}
        df = satterthwaite([(by_arm[name].variance / len(arms[name]) * scale[name], by_arm[name].df) for name in (arm, against)])
    found = unpaired(one, two, (by_arm[arm].variance, by_arm[against].variance), df, log=log, least=least)
    return Compared(found, "partly pooled t" if apart else "pooled t", pool, apart)


def level(arms: Arms, arm: str, *, lenders: Collection[str]) -> Compared:
    """mean(arm), with the spread that stands for it."""
    values = array(arms[arm])
    if len(values) < 2:
        return Compared(Found(float(values.mean()), 0.0, 0.0), "none")
    by_arm, pool = stands(arms, (arm,), lenders)
    spread = by_arm[arm]
    found = Found(float(values.mean()), float(np.sqrt(spread.variance / len(values))), spread.df)
    return Compared(found, "pooled t" if pool else "t", pool, () if pool else (arm,))


def correlation(one: Mapping[int, float], two: Mapping[int, float]) -> tuple[list[int], float | None, bool]:
    """The common seeds of two arms, their correlation over them, and whether it pairs the arms.

    It does from five common seeds on, above .5, and with a chance below 3 % if the arms had nothing in common.
    """
    seeds = [seed for seed in one if seed in two]
    x, y = (np.array([values[seed] for seed in seeds]) for values in (one, two))
    if len(seeds) < 3 or not (variance(x) and variance(y)):
        return seeds, None, False
    r = float(np.corrcoef(x, y)[0, 1])
    t = r * np.sqrt((len(seeds) - 2) / max(1 - r * r, 1e-300))
    return seeds, r, len(seeds) >= 5 and r > 0.5 and bool(stats.t.sf(t, len(seeds) - 2) < 0.03)
