"""Estimate differences between variants from a few seeds: pooled t intervals, tests and the seeds that a claim needs.

Shape suffixes: S seeds, N examples.
"""

from __future__ import annotations

import math
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from repro.artifacts.judged import Interval

#: Below this p of the Brown-Forsythe test, variances are not pooled and the pair is compared by Welch's test.
UNEQUAL_VARIANCES_P = 0.01
#: The Brown-Forsythe test needs this many seeds in an arm: with two, both lie equally far from their median.
UNEQUAL_VARIANCES_SEEDS = 3
#: A spread below this share of the values themselves is rounding, not spread.
ROUNDING = 1e-12
#: Variance of the rounding to whole epochs, in epochs^2.
EPOCH_ROUNDING = 1 / 12
#: Where the integrals of Dunnett's test end, and the nodes of each.
NORMAL_END, CHI_TAIL, NUM_NODES = 8.5, 1e-13, 160
POWER = 0.8
ONE_SIDED_ALPHA = 0.05
MOST_SEEDS = 10_000

Values = Sequence[float]


@dataclass(frozen=True, kw_only=True)
class Spread:
    """Standard deviation between seeds, pooled over arms, and its degrees of freedom (0: it cannot be estimated)."""

    sd: float
    df: float


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """An effect or a mean with its standard error over seeds.

    sd: the pooled standard deviation of a seed; None where arms are not pooled. p: two-sided, that the effect is 0.
    """

    value: float
    se: float
    df: float
    sd: float | None
    test: str
    p: float | None

    @property
    def has_spread(self) -> bool:
        """Say whether the seeds show any spread, without which there is no interval."""
        return self.df > 0 and self.se > 0

    @property
    def ci90(self) -> Interval | None:
        return t_interval(self.value, se=self.se, df=self.df, level=0.90) if self.has_spread else None

    @property
    def ci95(self) -> Interval | None:
        return t_interval(self.value, se=self.se, df=self.df, level=0.95) if self.has_spread else None


def t_interval(value: float, *, se: float, df: float, level: float) -> Interval:
    """The two-sided Student t interval of `value` that covers the truth with probability `level`."""
    half = float(special.stdtrit(df, 0.5 + level / 2)) * se
    return value - half, value + half


def pooled_spread(arms: Sequence[Values]) -> Spread:
    """Pool the variance of the seeds over `arms`; an arm of one seed adds nothing, and its size may differ from others'."""
    df = sum(len(values) - 1 for values in arms if len(values))
    if df == 0:
        return Spread(sd=0.0, df=0)
    squares = math.fsum((value - math.fsum(values) / len(values)) ** 2 for values in arms if len(values) for value in values)
    sd = math.sqrt(squares / df)
    largest = max(abs(value) for values in arms for value in values)
    return Spread(sd=sd if sd > ROUNDING * largest else 0.0, df=df)


def brown_forsythe_p(arms: Sequence[Values]) -> float | None:
    """Give the p-value that all arms have one variance, by Brown and Forsythe's test; None if the seeds cannot tell.

    They cannot where in every arm all seeds lie equally far from the median: the test would divide by 0.
    """
    wide = [np.asarray(values) for values in arms if len(values) >= UNEQUAL_VARIANCES_SEEDS]
    if len(wide) < 2 or all(np.ptp(np.abs(values - np.median(values))) == 0 for values in wide):
        return None
    return float(stats.levene(*wide, center="median").pvalue)


def difference(arms: Mapping[str, Values], *, arm: str, against: str) -> Estimate:
    """Estimate mean(against) - mean(arm), with the variance pooled over all of `arms`.

    If the variances of the pair, or of all arms, differ (Brown-Forsythe p below `UNEQUAL_VARIANCES_P`), the pair is
    compared by Welch's test instead: then neither the pair's nor the other arms' spread can stand for both.
    """
    value = _mean(arms[against]) - _mean(arms[arm])
    pair = [arms[arm], arms[against]]
    p_values = [brown_forsythe_p(pair), brown_forsythe_p(list(arms.values()))]
    unequal = any(p is not None and p < UNEQUAL_VARIANCES_P for p in p_values)
    if unequal and all(len(values) > 1 for values in pair) and pooled_spread(pair).sd > 0:
        return _welch(value, pair)
    spread = pooled_spread(list(arms.values()))
    se = spread.sd * math.sqrt(sum(1 / len(values) for values in pair))
    return Estimate(value=value, se=se, df=spread.df, sd=spread.sd, test="pooled t", p=_two_sided_p(value, se=se, df=spread.df))


def mean_of(arms: Mapping[str, Values], *, arm: str) -> Estimate:
    """Estimate mean(arm), with the variance pooled over all of `arms` (of `arm` alone if variances differ)."""
    value = _mean(arms[arm])
    p = brown_forsythe_p(list(arms.values()))
    own = p is not None and p < UNEQUAL_VARIANCES_P and len(arms[arm]) > 1
    spread = pooled_spread([arms[arm]] if own else list(arms.values()))
    return Estimate(
        value=value,
        se=spread.sd / math.sqrt(len(arms[arm])),
        df=spread.df,
        sd=spread.sd,
        test="t" if own else "pooled t",
        p=None,
    )


def paired(differences: Values) -> Estimate:
    """Estimate the mean of differences inside runs, one a seed, by the one-sample t interval with n - 1 degrees of freedom."""
    value, spread = _mean(differences), pooled_spread([differences])
    se = spread.sd / math.sqrt(len(differences))
    return Estimate(value=value, se=se, df=spread.df, sd=spread.sd, test="paired t", p=_two_sided_p(value, se=se, df=spread.df))


def log_ratio_of_epochs(arm: Values, against: Values) -> Estimate:
    """Estimate ln(epochs of against / epochs of arm) from whole epochs, 1 and above, with the variance pooled over both arms.

    Epochs are counted whole, so that seeds may agree although their paces differ. Each run's variance therefore gets that
    of rounding as well, a twelfth of a squared epoch, on the log divided by the epochs squared (delta method): equal seeds
    still give an interval. If the variances of the arms differ (Brown-Forsythe), they are compared by Welch's test.
    """
    arms = {"arm": arm, "against": against}
    estimate = difference({name: [math.log(epochs) for epochs in arms[name]] for name in arms}, arm="arm", against="against")
    rounding = [EPOCH_ROUNDING * _mean([1 / epochs**2 for epochs in values]) for values in arms.values()]
    se = math.sqrt(estimate.se**2 + sum(part / len(values) for part, values in zip(rounding, arms.values(), strict=True)))
    sd = None if estimate.sd is None else math.sqrt(estimate.sd**2 + sum(rounding) / 2)
    p = _two_sided_p(estimate.value, se=se, df=estimate.df)
    return Estimate(value=estimate.value, se=se, df=estimate.df, sd=sd, test=f"{estimate.test}, log epochs", p=p)


def logrank_p(arm: Values, against: Values, *, arm_ended: Values, against_ended: Values) -> float | None:
    """The log-rank p-value that both arms have one pace: epochs, infinity for a run that ended before it got there.

    None if no run got there, or where the test has no answer.
    """
    pairs = [list(zip(arm, arm_ended, strict=True)), list(zip(against, against_ended, strict=True))]
    if not all(pairs) or not any(math.isfinite(epochs) for pair in pairs for epochs, _ in pair):
        return None
    samples = [
        stats.CensoredData(
            uncensored=[epochs for epochs, _ in pair if math.isfinite(epochs)],
            right=[ended for epochs, ended in pair if not math.isfinite(epochs)],
        )
        for pair in pairs
    ]
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)  # without any spread the test divides by 0, and has no answer
        p = float(stats.logrank(*samples).pvalue)
    return p if math.isfinite(p) else None


def _welch(value: float, pair: Sequence[Values]) -> Estimate:
    """Compare two arms of unequal variance.

    `scipy.stats.ttest_ind(equal_var=False)` has the same p and degrees of freedom, but not the standard error, which the
    interval over seeds and examples together needs.
    """
    shares = [pooled_spread([values]).sd ** 2 / len(values) for values in pair]
    se = math.sqrt(sum(shares))
    df = sum(shares) ** 2 / sum(share**2 / (len(values) - 1) for share, values in zip(shares, pair, strict=True))
    return Estimate(value=value, se=se, df=df, sd=None, test="Welch t", p=_two_sided_p(value, se=se, df=df))


def _two_sided_p(value: float, *, se: float, df: float) -> float | None:
    return float(2 * special.stdtr(df, -abs(value) / se)) if df > 0 and se > 0 else None


def _mean(values: Values) -> float:
    return math.fsum(values) / len(values)


def equivalence_p(estimate: Estimate, *, smallest_effect: float) -> float | None:
    """The p-value of two one-sided t tests that the effect lies outside -smallest_effect to smallest_effect."""
    if not estimate.has_spread:
        return None
    nearest = smallest_effect - abs(estimate.value)
    return float(special.stdtr(estimate.df, -nearest / estimate.se))


def dunnett_p(arms: Mapping[str, Values], *, control: str) -> dict[str, float]:
    """Dunnett's two-sided p-value of every arm against `control`, adjusted for all of them.

    Arms without values are left out; the result is empty where no spread can be estimated. `scipy.stats.dunnett` integrates
    by random points, to about 1e-4; this gives the same nine digits every time.
    """
    others = [name for name, values in arms.items() if name != control and len(values)]
    spread = pooled_spread(list(arms.values()))
    if not others or not arms.get(control) or spread.df == 0 or spread.sd == 0:
        return {}
    nums, num_control = tuple(len(arms[name]) for name in others), len(arms[control])
    found = {}
    for name in others:
        se = spread.sd * math.sqrt(1 / len(arms[name]) + 1 / num_control)
        largest = abs(_mean(arms[name]) - _mean(arms[control])) / se
        # The integral is good to about 1e-9; where p is smaller, the unadjusted p bounds it from below.
        raw = float(2 * special.stdtr(spread.df, -largest))
        adjusted = _beyond_largest(largest, nums=tuple(sorted(nums)), num_control=num_control, df=spread.df)
        found[name] = min(max(adjusted, raw), 1.0)
    return found


@cache
def _beyond_largest(largest: float, *, nums: tuple[int, ...], num_control: int, df: float) -> float:
    """The chance that any of several t statistics with one control is beyond `largest`, if no arm differs.

    Given the control's mean z and the pooled spread s, the statistics are independent of each other, so that two integrals
    are left whatever the number of arms. nums: seeds of the other arms.
    Source: Dunnett 1955, "A multiple comparison procedure for comparing several treatments with a control".
    """
    z_Z, z_weight_Z = _nodes(-NORMAL_END, NORMAL_END)
    low, high = (float(math.sqrt(special.chdtri(df, tail) / df)) for tail in (1 - CHI_TAIL, CHI_TAIL))
    s_S, s_weight_S = _nodes(low, high)
    density_S = np.exp(
        math.log(2) + (df / 2) * math.log(df / 2) - special.gammaln(df / 2) + (df - 1) * np.log(s_S) - df * s_S**2 / 2
    )
    inside_SZ = np.ones((len(s_S), len(z_Z)))
    for num, times in Counter(nums).items():
        share = num / (num + num_control)
        shift_Z, width = math.sqrt(share) * z_Z[None, :], math.sqrt(1 - share)
        reach_S = largest * s_S[:, None]
        inside_SZ *= (special.ndtr((shift_Z + reach_S) / width) - special.ndtr((shift_Z - reach_S) / width)) ** times
    weight_Z = z_weight_Z * np.exp(-(z_Z**2) / 2) / math.sqrt(2 * math.pi)
    weight_S = s_weight_S * density_S
    # What the ends cut off is shared out, so that nothing is beyond a threshold of infinity.
    return 1 - float(weight_S @ inside_SZ @ weight_Z / (weight_S.sum() * weight_Z.sum()))


@cache
def _legendre() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Places and weights between -1 and 1; finding them takes a tenth of a second."""
    x, weight = np.polynomial.legendre.leggauss(NUM_NODES)
    return x, weight


def _nodes(low: float, high: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Places and weights of the Gauss-Legendre rule between `low` and `high`."""
    x, weight = _legendre()
    return low + (x + 1) * (high - low) / 2, weight * (high - low) / 2


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


def example_se(arm_SN: NDArray[np.floating], against_SN: NDArray[np.floating], *, log_ratio: bool) -> float:
    """The standard error that the choice of test images adds to a difference of errors.

    Both arms saw the same N units (images, videos); correctness is averaged over seeds first. For the log error ratio
    each arm's share is divided by its error (delta method).
    """
    arm_N, against_N = arm_SN.mean(axis=0), against_SN.mean(axis=0)
    if log_ratio:
        arm_N, against_N = arm_N / (1 - arm_N.mean()), against_N / (1 - against_N.mean())
    return float(np.std(arm_N - against_N) / math.sqrt(len(arm_N)))


def total_interval(estimate: Estimate, *, example_se: float, level: float = 0.90) -> Interval | None:
    """The interval of `estimate` over seeds and test images together, with the seeds' degrees of freedom."""
    if not estimate.has_spread:
        return None
    return t_interval(estimate.value, se=math.hypot(estimate.se, example_se), df=estimate.df, level=level)
