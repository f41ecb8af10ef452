"""What the interval of one of several looks must cover, so that those of all looks together hold the truth in 90 %.

Whoever may look three times, and stops when an interval leaves out zero, is wrong three times as easily. Intervals of
all looks that are wider by one factor hold the truth together in 90 % of tables (Pocock's boundary), whatever rule stops:
"repeated confidence intervals", Jennison and Turnbull 1989. The later look contains the seeds of the earlier, so that
this costs less than 10 % shared in equal parts.

Shape suffixes: U nodes of the sum at a look, V at the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

Floats = NDArray[np.float64]

#: What all looks together cover.
OVERALL = 0.90
#: Nodes of the integral over the sum of the seeds: good to 1e-12 for looks that grow by a tenth and more.
NODES = 160
#: Factors between which the one is looked for.
LEAST, MOST = 1.0, 6.0


@cache
def look_level(looks: tuple[int, ...]) -> float:
    """The level of the interval at each of `looks`, numbers of seeds in rising order; of a single look .90 itself.

    Raises:
        ValueError: there is no look, or they do not rise.
    """
    if not looks or looks[0] < 1 or any(one >= other for one, other in pairwise(looks)):
        raise ValueError(f"looks are at {looks} seeds; allowed: numbers that rise, from 1 on")
    if len(looks) == 1:
        return OVERALL
    factor = optimize.brentq(lambda z: stays_within(z, looks) - OVERALL, LEAST, MOST, xtol=1e-13, rtol=1e-14)
    return float(1 - 2 * special.ndtr(-factor))


def stays_within(factor: float, looks: Sequence[int]) -> float:
    """The chance that the mean of standard normal seeds is within `factor` standard errors of 0 at every look."""
    sum_U, weight_U = _nodes(factor * looks[0] ** 0.5)
    density_U = _normal(sum_U, looks[0])
    for before, now in pairwise(looks):
        sum_V, weight_V = _nodes(factor * now**0.5)
        density_U = _normal(sum_V[:, None] - sum_U[None, :], now - before) @ (density_U * weight_U)
        sum_U, weight_U = sum_V, weight_V
    return float(density_U @ weight_U)


def _nodes(end: float) -> tuple[Floats, Floats]:
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    return end * nodes, end * weights


def _normal(x: Floats, variance: float) -> Floats:
    found: Floats = np.exp(-(x**2) / (2 * variance)) / np.sqrt(2 * np.pi * variance)
    return found


def one_sided(level: float) -> float:
    """What an interval of `level` leaves out on each side."""
    return (1 - level) / 2
