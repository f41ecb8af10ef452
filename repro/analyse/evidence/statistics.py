"""Estimate differences between variants from a few seeds: t intervals, tests and the seeds that a claim needs.

Shape suffixes: S seeds, N examples.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from repro.analyse.evidence.spreads import Arms, Spread, Values, pooled_spread, spreads_for
from repro.artifacts.judged import Interval

POWER = 0.8
ONE_SIDED_ALPHA = 0.05
MOST_SEEDS = 10_000


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """An effect or a mean with its standard error over seeds.

    sd: the standard deviation of a seed, of two arms the root of their mean square; None where nothing shows it. test: how
    the interval is made, "none" where there is none. p: two-sided, that the effect is 0. pool: the variants whose
    spreads are pooled. alone: the arms that stand by their own.
    """

    value: float
    se: float
    df: float
    sd: float | None
    test: str
    p: float | None
    pool: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()

    @property
    def has_spread(self) -> bool:
        """Say whether the seeds show any spread, without which there is no interval."""
        return self.df > 0 and self.se > 0

    def interval(self, level: float) -> Interval | None:
        """Student's interval of `level`; None without a spread."""
        return t_interval(self.value, se=self.se, df=self.df, level=level) if self.has_spread else None

    @property
    def ci90(self) -> Interval | None:
        return self.interval(0.90)

    @property
    def ci95(self) -> Interval | None:
        return self.interval(0.95)


def t_interval(value: float, *, se: float, df: float, level: float) -> Interval:
    """The two-sided Student t interval of `value` that covers the truth with probability `level`."""
    half = float(special.stdtrit(df, 0.5 + level / 2)) * se
    return value - half, value + half


def difference(
    arms: Arms,
    *,
    arm: str,
    against: str,
    log: bool = False,
    lenders: Collection[str] | None = None,
    seeds: Mapping[str, Sequence[int]] | None = None,
    floor: float = 0.0,
) -> Estimate:
    """Estimate mean(against) - mean(arm), or (log) the logarithm of their ratio.

    The spread between seeds is lent by the other arms while nothing speaks against it (`spreads_for`; lenders, seeds: see
    there). It is pooled in the values' own unit, in which seeds of good and bad arms spread alike, and carried over
    to the logarithm by each arm's mean (delta method). An arm of one seed has no interval.

    floor: what a mean counts as at least in a logarithm.

    Raises:
        ValueError: a logarithm is asked for of a mean that is not above 0.
    """
    pair = (arm, against)
    means = _means(arms, pair, log=log, floor=floor)
    if any(len(arms[name]) < 2 or not math.isfinite(means[name]) for name in pair):
        return _estimate(means, pair, {name: Spread(sd=0.0, df=0) for name in pair}, arms=arms, log=log, test="none")
    lent = spreads_for(arms, pair, lenders=lenders, seeds=seeds)
    test = "pooled t" if not lent.alone else "Welch t" if len(lent.alone) == 2 else "partly pooled t"
    return _estimate(means, pair, lent.of, arms=arms, log=log, test=test, pool=lent.pool, alone=lent.alone)


def welch(arms: Arms, *, arm: str, against: str, log: bool = False, floor: float = 0.0) -> Estimate:
    """The same difference by the two arms' own spreads alone (Welch's test)."""
    pair = (arm, against)
    means = _means(arms, pair, log=log, floor=floor)
    own = {name: pooled_spread([arms[name]]) for name in pair}
    if not all(spread.df and math.isfinite(means[name]) for name, spread in own.items()):
        own = {name: Spread(sd=0.0, df=0) for name in pair}
    return _estimate(means, pair, own, arms=arms, log=log, test="Welch t", alone=pair)


def pooled_t(arms: Arms, *, arm: str, against: str) -> Estimate:
    """The same difference by the spread of all `arms`, alike or not: what `difference` gives up some power to guard."""
    pair = (arm, against)
    spread = pooled_spread(list(arms.values()))
    means = _means(arms, pair, log=False, floor=0.0)
    return _estimate(means, pair, dict.fromkeys(pair, spread), arms=arms, log=False, test="pooled t", pool=tuple(arms))


def _means(arms: Arms, pair: Sequence[str], *, log: bool, floor: float) -> dict[str, float]:
    means = {name: _mean(arms[name]) for name in pair}
    if not log:
        return means
    means = {name: max(value, floor) for name, value in means.items()}
    if any(value <= 0 for value in means.values()):
        raise ValueError(f"means {means} have no logarithm; allowed: above 0 (give a floor, or compare in points)")
    return means


def _estimate(
    means: Mapping[str, float],
    pair: tuple[str, str],
    spreads: Mapping[str, Spread],
    *,
    arms: Arms,
    log: bool,
    test: str,
    pool: tuple[str, ...] = (),
    alone: tuple[str, ...] = (),
) -> Estimate:
    """The difference of two means whose seeds have these spreads; `scipy.stats` gives no standard error of Welch's test."""
    arm, against = pair
    value = math.log(means[against] / means[arm]) if log else means[against] - means[arm]
    factor = {name: 1 / means[name] if log else 1.0 for name in pair}
    variance = {name: (factor[name] * spreads[name].sd) ** 2 for name in pair}
    share = {name: variance[name] / len(arms[name]) for name in pair}
    se = math.sqrt(sum(share.values()))
    df = spreads[arm].df
    if alone and se > 0:
        df = sum(share.values()) ** 2 / sum(share[name] ** 2 / spreads[name].df for name in pair)
    sd = math.sqrt(sum(variance.values()) / 2)
    p = two_sided_p(value, se=se, df=df)
    return Estimate(value=value, se=se, df=df, sd=sd, test=test, p=p, pool=pool, alone=alone)


def mean_of(
    arms: Arms, *, arm: str, lenders: Collection[str] | None = None, seeds: Mapping[str, Sequence[int]] | None = None
) -> Estimate:
    """Estimate mean(arm), with the spread that the other arms lend it (`spreads_for`; lenders, seeds: see there)."""
    value = _mean(arms[arm])
    if len(arms[arm]) < 2 or not math.isfinite(value):
        return Estimate(value=value, se=0.0, df=0, sd=None, test="none", p=None)
    lent = spreads_for(arms, (arm,), lenders=lenders, seeds=seeds)
    spread = lent.of[arm]
    return Estimate(
        value=value,
        se=spread.sd / math.sqrt(len(arms[arm])),
        df=spread.df,
        sd=spread.sd,
        test="t" if lent.alone else "pooled t",
        p=None,
        pool=lent.pool,
        alone=lent.alone,
    )


def paired(differences: Values) -> Estimate:
    """Estimate the mean of differences inside runs, one a seed, by the one-sample t interval with n - 1 degrees of freedom."""
    value, spread = _mean(differences), pooled_spread([differences])
    se = spread.sd / math.sqrt(len(differences))
    return Estimate(value=value, se=se, df=spread.df, sd=spread.sd, test="paired t", p=two_sided_p(value, se=se, df=spread.df))


def two_sided_p(value: float, *, se: float, df: float) -> float | None:
    """Student's two-sided p-value that the effect is 0; None without a spread."""
    return float(2 * special.stdtr(df, -abs(value) / se)) if df > 0 and se > 0 else None


def _mean(values: Values) -> float:
    return math.fsum(values) / len(values)


def equivalence_p(estimate: Estimate, *, smallest_effect: float) -> float | None:
    """The p-value of two one-sided t tests that the effect lies outside -smallest_effect to smallest_effect."""
    if not estimate.has_spread:
        return None
    nearest = smallest_effect - abs(estimate.value)
    return float(special.stdtr(estimate.df, -nearest / estimate.se))


def power(effect: float, *, sd: float, num_seeds: int, num_arms: int) -> float:
    """The chance that a one-sided t test finds `effect` with `num_seeds` in each of `num_arms` pooled arms."""
    df = num_arms * (num_seeds - 1)
    shift = effect / (sd * math.sqrt(2 / num_seeds))
    chance = float(stats.nct.sf(stats.t.ppf(1 - ONE_SIDED_ALPHA, df), df, shift))
    # Far from the null the series of the noncentral t distribution gives up; the chance is then 1 to many digits.
    return chance if math.isfinite(chance) else 1.0


def seeds_needed(effect: float, *, sd: float, num_arms: int) -> int | None:
    """The seeds in each arm that find `effect` (above 0) with 80 % power; None if more than `MOST_SEEDS`.

    For differences inside runs, whose standard deviation is sd, ask for one arm and sd / sqrt(2).
    """
    if effect <= 0 or sd <= 0:
        return None
    low, high = 1, 2
    while power(effect, sd=sd, num_seeds=high, num_arms=num_arms) < POWER:
        low, high = high, 2 * high
        if low > MOST_SEEDS:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if power(effect, sd=sd, num_seeds=middle, num_arms=num_arms) >= POWER else (middle, high)
    return high if high <= MOST_SEEDS else None


def example_se(arm_SN: NDArray[np.floating], against_SN: NDArray[np.floating], *, log_ratio: bool, paired: bool = False) -> float:
    """The standard error that the choice of test images adds to a difference of errors.

    Both arms saw the same N units (images, videos); correctness is averaged over seeds first. What seeds add to the
    spread over units is in the standard error over seeds already, so its estimate is taken off (to no less than 0).
    For the log error ratio each arm's share is divided by its error (delta method). paired: row by row of one seed.
    """
    arm_SN, against_SN = np.asarray(arm_SN, np.float64), np.asarray(against_SN, np.float64)
    if log_ratio:
        arm_SN, against_SN = arm_SN / (1 - arm_SN.mean()), against_SN / (1 - against_SN.mean())
    over_units = float(np.var(arm_SN.mean(axis=0) - against_SN.mean(axis=0)))
    parts = [against_SN - arm_SN] if paired else [arm_SN, against_SN]
    over_seeds = math.fsum(seed_noise(part_SN) for part_SN in parts)
    return math.sqrt(max(over_units - over_seeds, 0.0) / arm_SN.shape[1])


def seed_noise(of_SN: NDArray[np.floating]) -> float:
    """What the S seeds add to the variance over units of their mean: their interaction, over S; 0 with a single seed."""
    num_seeds, num_units = int(of_SN.shape[0]), int(of_SN.shape[1])
    if num_seeds < 2 or num_units < 2:
        return 0.0
    left_SN: NDArray[np.float64] = of_SN - of_SN.mean(axis=0, keepdims=True) - of_SN.mean(axis=1, keepdims=True) + of_SN.mean()
    squares = float(np.sum(left_SN**2))
    return squares / ((num_seeds - 1) * (num_units - 1)) / num_seeds


def mean_example_se(of_SN: NDArray[np.floating]) -> float:
    """The standard error that the choice of test images adds to one arm's error, less what seeds add (`example_se`)."""
    over_units = float(np.var(of_SN.mean(axis=0))) - seed_noise(np.asarray(of_SN, np.float64))
    return math.sqrt(max(over_units, 0.0) / of_SN.shape[1])


def total_interval(estimate: Estimate, *, example_se: float, level: float = 0.90) -> Interval | None:
    """The interval of `estimate` over seeds and test images together, with the seeds' degrees of freedom."""
    if not estimate.has_spread:
        return None
    return t_interval(estimate.value, se=math.hypot(estimate.se, example_se), df=estimate.df, level=level)
