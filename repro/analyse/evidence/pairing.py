"""Compare two arms seed by seed, where they share the draws of a seed and this shows.

Arms that are drawn alike (initial weights, order, crops) may rise and fall together; then differences of one seed vary
less than the arms do. Whether two arms do is decided by a rule that is fixed beforehand; `python -m repro calibrate`
counts what the rule itself costs in coverage.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from scipy import special

from repro.analyse.evidence.spreads import pooled_spread
from repro.analyse.evidence.statistics import Estimate, two_sided_p

#: Arms are paired from this many common seeds on, if their correlation over these is above `PAIRED_ABOVE` and would
#: be so large with a chance below `PAIRED_P` if the arms had nothing in common.
PAIRED_SEEDS, PAIRED_ABOVE, PAIRED_P = 5, 0.5, 0.03


@dataclass(frozen=True, kw_only=True)
class Common:
    """The values of two arms at the seeds that both have, and their correlation (None if it cannot be estimated)."""

    arm: tuple[float, ...]
    against: tuple[float, ...]
    correlation: float | None

    @property
    def paired(self) -> bool:
        """Say whether the two are compared seed by seed."""
        num = len(self.arm)
        if num < PAIRED_SEEDS or self.correlation is None or self.correlation <= PAIRED_ABOVE:
            return False
        return correlation_p(self.correlation, num=num) < PAIRED_P


def common_values(arm: Mapping[int, float], against: Mapping[int, float]) -> Common:
    """What two arms have at the same seeds, from their values by seed."""
    seeds = sorted(set(arm) & set(against))
    of_arm, of_against = tuple(arm[seed] for seed in seeds), tuple(against[seed] for seed in seeds)
    return Common(arm=of_arm, against=of_against, correlation=_correlation(of_arm, of_against))


def _correlation(x: tuple[float, ...], y: tuple[float, ...]) -> float | None:
    if len(x) < 3 or not all(math.isfinite(value) for value in (*x, *y)):
        return None
    if not pooled_spread([x]).sd or not pooled_spread([y]).sd:
        return None
    x_mean, y_mean = math.fsum(x) / len(x), math.fsum(y) / len(y)
    of_x, of_y = [value - x_mean for value in x], [value - y_mean for value in y]
    size = math.sqrt(math.fsum(value**2 for value in of_x) * math.fsum(value**2 for value in of_y))
    return max(-1.0, min(1.0, math.fsum(a * b for a, b in zip(of_x, of_y, strict=True)) / size))


def correlation_p(r: float, *, num: int) -> float:
    """The chance of a correlation of `r` or more over `num` pairs of independent normal values."""
    if r >= 1:
        return 0.0
    return float(special.stdtr(num - 2, -r * math.sqrt((num - 2) / (1 - r**2))))


def paired_difference(common: Common, *, log: bool = False, floor: float = 0.0) -> Estimate:
    """Estimate mean(against) - mean(arm), or the logarithm of their ratio, from the differences at each seed.

    In a logarithm each arm's values are divided by its mean (delta method), as without pairing. floor: what a mean
    counts as at least.
    """
    num = len(common.arm)
    arm, against = (math.fsum(values) / num for values in (common.arm, common.against))
    if log:
        arm, against = max(arm, floor), max(against, floor)
    scale = (1 / arm, 1 / against) if log else (1.0, 1.0)
    differences = [scale[1] * y - scale[0] * x for x, y in zip(common.arm, common.against, strict=True)]
    value = math.log(against / arm) if log else against - arm
    spread = pooled_spread([differences])
    se = spread.sd / math.sqrt(num)
    p = two_sided_p(value, se=se, df=spread.df)
    return Estimate(value=value, se=se, df=spread.df, sd=spread.sd, test="paired t", p=p)
