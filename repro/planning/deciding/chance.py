"""The chance that a claim is decided at its next look, from its present estimate, spread and number of seeds.

The true effect is taken to lie about the present estimate as Student's distribution says. With n' seeds for n the
estimate then moves by sqrt(1 - n/n') standard errors of now, and its standard error shrinks by sqrt(n/n').
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from scipy import special

from repro.analyse.evidence import verdict
from repro.analyse.judge.differences import decided
from repro.analyse.judge.sizes import size_of
from repro.artifacts.judged import Interval, JudgedClaim, JudgedDifference, JudgedRatio, JudgedSized
from repro.spec.claims import Claim

#: The chance of a claim of several arms or of a count of runs, whose next look is not predicted.
ASSUMED = 0.2
#: Quantiles of the estimate at the next look.
QUANTILES = (np.arange(60) + 0.5) / 60


def chance_of(claim: Claim, entry: JudgedClaim, *, num_seeds: int) -> float:
    """The chance that `entry`, not decided yet, is decided with `num_seeds` of each arm."""
    if not isinstance(entry, JudgedSized) or entry.ci90 is None or entry.estimate is None or not entry.df:
        return ASSUMED
    size = size_of(claim, decided_on=entry.decided_on)
    if size is None:
        return 0.0
    shrinks = share_of_variance(entry.n, num_seeds=num_seeds)
    se = (entry.ci90[1] - entry.ci90[0]) / 2 / float(special.stdtrit(entry.df, 0.95))
    later_df = entry.df * max((num_seeds - 1) / max(min(entry.n.values()) - 1, 1), 1.0)
    half = float(special.stdtrit(later_df, 0.5 + entry.look.level / 2)) * se * math.sqrt(shrinks)
    moves = se * math.sqrt(1 - shrinks) * special.stdtrit(entry.df, QUANTILES)

    def is_decided(value: float) -> bool:
        ends: Interval = (value - half, value + half)
        if isinstance(entry, JudgedDifference):
            return decided(entry, ends, size) != verdict.INCONCLUSIVE
        assert isinstance(entry, JudgedRatio)
        return verdict.decide(ends, size) != verdict.INCONCLUSIVE

    return float(np.mean([is_decided(entry.estimate + move) for move in moves]))


def share_of_variance(n: Mapping[str, int], *, num_seeds: int) -> float:
    """The variance of a difference with at least `num_seeds` of each arm, as a share of that with `n`."""
    before = math.fsum(1 / num for num in n.values())
    return math.fsum(1 / max(num, num_seeds) for num in n.values()) / before
