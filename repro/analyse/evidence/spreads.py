"""Say whose spread between seeds stands for that of two arms: the page's networks', or their own.

An arm's own spread is badly known from few seeds, so the networks of a page lend theirs, on the scale of the
metric itself, where spreads are about equal (those of logarithms are not). A lent spread that is too small makes
intervals too narrow, and no test sees that for certain at three seeds. So an arm stands by its own spread at the
first sign that it is larger; the levels below are chosen by simulation (`python -m repro calibrate`).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

#: The level of the test for a larger spread, times the arm's degrees of freedom.
ALONE = 2 / 3
#: Below this chance under the lenders' spread, a pair's own is taken to be smaller, and the lenders' not used.
SMALLER_P = 0.05
#: A network whose spread would be so large with this chance (over all of them) lends it to no other.
WILD_P = 0.01
#: A spread below this share of the values themselves is rounding, not spread.
ROUNDING = 1e-12

Values = Sequence[float]
Arms = Mapping[str, Values]


@dataclass(frozen=True, kw_only=True)
class Spread:
    """Standard deviation between seeds, and its degrees of freedom (0: it cannot be estimated)."""

    sd: float
    df: float


@dataclass(frozen=True, kw_only=True)
class Lent:
    """The spreads that stand for some arms.

    of: by arm. alone: the arms that stand by their own. pool: the variants that the others' spread is from.
    """

    of: Mapping[str, Spread]
    alone: tuple[str, ...]
    pool: tuple[str, ...]


def alone_p(df: float) -> float:
    """The level at which an arm with `df` of its own is found to spread more than the lenders.

    .67, .33, .17, .07 with 2, 3, 5, 10 seeds: the fewer there are, the less a test sees, and the earlier it must act.
    """
    return ALONE / df


class SeedsOf(NamedTuple):
    """What the seeds of an arm add to a pooled spread: their number, the sum of squares about their mean, the largest size."""

    num: int
    squares: float
    largest: float


def seeds_of(values: Values) -> SeedsOf:
    """What an arm of these values adds to a pooled spread; one of a single seed adds no squares."""
    num, squares = len(values), 0.0
    if num > 1:
        middle = math.fsum(values) / num
        squares = math.fsum([(value - middle) ** 2 for value in values])
    return SeedsOf(num, squares, max(map(abs, values), default=0.0))


def pooled_spread(arms: Sequence[Values]) -> Spread:
    """Pool the variance of the seeds over `arms`; an arm of one seed adds nothing, sizes may differ."""
    return _pool([seeds_of(values) for values in arms])


def _pool(arms: Collection[SeedsOf]) -> Spread:
    """The spread of arms of which this is known."""
    df, squares = 0, 0.0
    for num, of_arm, _ in arms:
        df += num - 1 if num else 0
        squares += of_arm
    if df == 0:
        return Spread(sd=0.0, df=0)
    sd = math.sqrt(squares / df)
    return Spread(sd=sd if sd > ROUNDING * max([arm.largest for arm in arms]) else 0.0, df=df)


def spreads_for(
    arms: Arms, wanted: Sequence[str], *, lenders: Collection[str] | None = None, seeds: Mapping[str, Sequence[int]] | None = None
) -> Lent:
    """The spread that stands for each of `wanted` (one arm, or two to be compared).

    lenders: the variants whose spreads may be pooled (default: all); one of `wanted` that is none of them stands alone.
    seeds: of each value; where arms share draws of the same seed, their spreads tell less than so many others would.
    """
    members = [name for name in wanted if lenders is None or name in lenders]
    others = [name for name in arms if name not in wanted and (lenders is None or name in lenders)]
    lend = [name for name in others if len(arms[name]) > 1 and all(map(math.isfinite, arms[name]))]
    known = {name: seeds_of(arms[name]) for name in (*wanted, *lend)}
    own = {name: _pool([known[name]]) for name in wanted}
    lending = _without_wild({name: _pool([known[name]]) for name in lend})
    lent = _pooled(arms, known, lending, seeds)
    alone = _alone(own, members, lent)
    sharing = [name for name in members if name not in alone]
    pool = [*sharing, *lending] if len(sharing) + len(lending) > 1 and sharing else []
    shared = _pooled(arms, known, pool, seeds)
    return Lent(
        of={name: shared if name in pool else own[name] for name in wanted},
        alone=tuple(name for name in wanted if name not in pool),
        pool=tuple(name for name in arms if name in pool),
    )


def _alone(own: Mapping[str, Spread], members: Sequence[str], lent: Spread) -> set[str]:
    """Those of `members` whose spread is not the lenders'; without lenders, both if they differ from each other."""
    if lent.df == 0 or lent.sd == 0:
        return set(members) if len(members) == 2 and differ(*(own[name] for name in members)) else set()
    found = {name for name in members if excess_p(own[name], lent) < alone_p(max(own[name].df, 1)) / len(members)}
    together = _together([own[name] for name in members])
    if together.df and together.sd:
        p = excess_p(together, lent)
        if p < alone_p(together.df / len(members)) or p > 1 - SMALLER_P:
            return set(members)
    return found


def differ(one: Spread, other: Spread) -> bool:
    """Say whether two spreads, with no lender beside them, are taken to be unequal (two-sided F test)."""
    small, large = sorted((one, other), key=lambda spread: spread.sd)
    if not small.df or not large.df:
        return False
    return excess_p(large, small) < alone_p(min(small.df, large.df)) / 2


def _together(spreads: Sequence[Spread]) -> Spread:
    df = sum(spread.df for spread in spreads)
    return Spread(sd=math.sqrt(sum(spread.df * spread.sd**2 for spread in spreads) / df) if df else 0.0, df=df)


def excess_p(spread: Spread, other: Spread) -> float:
    """The chance that the first is so much larger than the second if both are of one size (F test, one-sided)."""
    if not spread.df or not other.df:
        return 1.0
    if other.sd == 0:
        return 0.0 if spread.sd else 1.0
    return float(special.fdtrc(spread.df, other.df, (spread.sd / other.sd) ** 2))


def _without_wild(spreads: Mapping[str, Spread]) -> list[str]:
    """The names but for those, fewer than half, whose spread is far above that of all others (Cochran's test)."""
    left = dict(spreads)
    for _ in range((len(spreads) - 1) // 2):
        wildest = max(left, key=lambda name: left[name].sd)
        rest = _together([spread for name, spread in left.items() if name != wildest])
        if excess_p(left[wildest], rest) >= WILD_P / len(left):
            break
        del left[wildest]
    return list(left)


def _pooled(arms: Arms, known: Mapping[str, SeedsOf], names: Sequence[str], seeds: Mapping[str, Sequence[int]] | None) -> Spread:
    """The spread pooled over `names`; where they share draws, with the degrees of freedom that are left."""
    spread = _pool([known[name] for name in names])
    if seeds is None or len(names) < 2 or spread.df == 0:
        return spread
    return Spread(sd=spread.sd, df=spread.df / (1 + (len(names) - 1) * common_share(arms, names, seeds)))


def common_share(arms: Arms, names: Sequence[str], seeds: Mapping[str, Sequence[int]]) -> float:
    """The mean squared correlation of arms over the seeds that all have, less what chance gives; 0 with fewer than two."""
    by_seed = [dict(zip(seeds[name], arms[name], strict=False)) for name in names]
    common = sorted(set.intersection(*map(set, by_seed)))
    if len(common) < 2:
        return 0.0
    values = np.array([[of[seed] for seed in common] for of in by_seed])
    left = values - values.mean(axis=1, keepdims=True)
    size = np.sqrt((left**2).sum(axis=1))
    left = left[size > 0] / size[size > 0, None]
    num = len(left)
    if num < 2:
        return 0.0
    r = (left @ left.T)[_pairs(num)]
    if len(common) == 2:  # each correlation is 1 or -1: their mean is 2/pi arcsin of the true one
        return math.sin(math.pi / 2 * max(float(r.mean()), 0.0)) ** 2
    chance = 1 / (len(common) - 1)
    return max(0.0, (float((r**2).mean()) - chance) / (1 - chance))


@cache
def _pairs(num: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The places above the diagonal of a matrix, row by row."""
    return np.triu_indices(num, 1)
