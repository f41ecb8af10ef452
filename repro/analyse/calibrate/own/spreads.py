"""The spreads of a page's arms beside each other, the tests that they are one, and seeds far from the others of their arm.

Shape suffixes: S seeds.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from statistics import fmean, stdev

from scipy import special, stats

from repro.analyse.calibrate.own.measures import Measure
from repro.analyse.evidence.spreads import Spread, excess_p, pooled_spread
from repro.artifacts.calibration_json import ArmSpread, Outlier, PageSpreads

#: A seed is marked if one so far would come with a smaller chance among all seeds of the page.
OUTLIER_P = 0.05


def page_spreads(measures: Sequence[Measure]) -> list[PageSpreads]:
    """Of every page, metric and protocol once, whatever scale decides."""
    once = {(measure.table.name, measure.metric, measure.protocol): measure for measure in measures}
    return [found for measure in once.values() for found in _page(measure)]


def _page(measure: Measure) -> list[PageSpreads]:
    arms = {name: values for name, values in measure.by_seed.items() if len(values) > 1 and name in measure.table.variants}
    lenders = [name for name in measure.lenders() if name in arms]
    pooled = pooled_spread([list(arms[name].values()) for name in lenders])
    if not pooled.df or not pooled.sd:
        return []
    lent = [list(arms[name].values()) for name in lenders]
    num = sum(len(values) for values in lent)
    return [
        PageSpreads(
            paper=measure.population.paper.name,
            table=measure.table.name,
            metric=measure.metric,
            protocol=measure.protocol,
            sd_pooled=pooled.sd,
            df=pooled.df,
            bartlett=_p(stats.bartlett, lent),
            brown_forsythe=_p(stats.levene, lent),
            arms=tuple(_arm(name, values, pooled, lends=name in lenders, num=num) for name, values in arms.items()),
        )
    ]


def _p(test: object, lent: Sequence[Sequence[float]]) -> float | None:
    """The p-value of a test that all spreads are one; None where it has none."""
    several = [values for values in lent if stdev(values) > 0]
    if len(several) < 2 or not callable(test):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        p = float(test(*several).pvalue)
    return p if math.isfinite(p) else None


def _arm(name: str, by_seed: Mapping[int, float], pooled: Spread, *, lends: bool, num: int) -> ArmSpread:
    values = list(by_seed.values())
    own = pooled_spread([values])
    others = _without(pooled, own) if lends else pooled
    return ArmSpread(
        variant=name,
        values={str(seed): value for seed, value in by_seed.items()},
        mean=fmean(values),
        sd=stdev(values),
        lends=lends,
        p=excess_p(own, others) if others.df else None,
        outliers=tuple(_outliers(by_seed, pooled, num=num)) if lends else (),
    )


def _without(pooled: Spread, own: Spread) -> Spread:
    """The spread pooled over the other arms alone."""
    df = pooled.df - own.df
    squares = max(pooled.df * pooled.sd**2 - own.df * own.sd**2, 0.0)
    return Spread(sd=math.sqrt(squares / df) if df > 0 else 0.0, df=max(df, 0))


def _outliers(by_seed: Mapping[int, float], pooled: Spread, *, num: int) -> list[Outlier]:
    """The seeds far from their arm's mean, by the residual that a seed is not part of, over all seeds of the page."""
    values, found = list(by_seed.values()), []
    for seed, value in by_seed.items():
        left, n = value - fmean(values), len(values)
        # The pooled variance without this seed: its residual has variance (1 - 1/n).
        rest = (pooled.df * pooled.sd**2 - left**2 / (1 - 1 / n)) / max(pooled.df - 1, 1)
        if rest <= 0 or pooled.df < 2:
            continue
        t = abs(left) / math.sqrt(rest * (1 - 1 / n))
        p = min(1.0, num * 2 * float(special.stdtr(pooled.df - 1, -t)))
        if p < OUTLIER_P:
            found.append(Outlier(seed=seed, value=value, p=p))
    return found
