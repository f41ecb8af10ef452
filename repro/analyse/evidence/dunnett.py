"""Adjust a p-value for all variants that are compared with one control, by Dunnett's test."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import special

from repro.analyse.evidence.statistics import Estimate

#: Where the integrals end, and the nodes of each.
NORMAL_END, CHI_TAIL, NUM_NODES = 8.5, 1e-13, 160
#: The root of a spread in which nodes are even.
ROOT = 4
#: Digits of a share of variance that tell families apart.
SHARE_DIGITS = 6


def dunnett_p(estimate: Estimate, *, weights: Mapping[str, float], control: str) -> float | None:
    """Dunnett's two-sided p-value of one difference from `control`, adjusted for all arms that are compared with it.

    estimate: that of the interval, whose standard error and degrees of freedom are used, so that interval and p-value
    rest on one spread. weights: of each arm of the family, the control included, the inverse of the variance of its
    mean, up to one factor (with equal spreads its seeds). None where there is no spread.

    `scipy.stats.dunnett` integrates by random points, to about 1e-4; this gives the same eleven digits every time.
    """
    if not estimate.has_spread or estimate.p is None or not weights.get(control):
        return None
    of_control = weights[control]
    shares = [weight / (weight + of_control) for name, weight in weights.items() if name != control and weight]
    rounded = tuple(sorted(round(share, SHARE_DIGITS) for share in shares))
    if not rounded:
        return None
    # The integral is good to about 1e-9; where p is smaller, the unadjusted p bounds it from below.
    adjusted = _beyond_largest(abs(estimate.value) / estimate.se, shares=rounded, df=estimate.df)
    return min(max(adjusted, estimate.p), 1.0)


@cache
def _beyond_largest(largest: float, *, shares: tuple[float, ...], df: float) -> float:
    """The chance that any of several t statistics with one control is beyond `largest`, if no arm differs.

    Given the control's mean z and the pooled spread s, the statistics are independent of each other, so that two integrals
    are left whatever the number of arms. shares: of each arm, how much of its statistic's variance is the control's.
    Source: Dunnett 1955, "A multiple comparison procedure for comparing several treatments with a control".
    """
    z_Z, weight_Z = normal_nodes()
    s_S, weight_S = spread_nodes(df)
    inside_SZ = np.ones((len(s_S), len(z_Z)))
    for share, times in Counter(shares).items():
        shift_Z, width = math.sqrt(share) * z_Z[None, :], math.sqrt(1 - share)
        reach_S = largest * s_S[:, None]
        inside_SZ *= (special.ndtr((shift_Z + reach_S) / width) - special.ndtr((shift_Z - reach_S) / width)) ** times
    # What the ends cut off is shared out, so that nothing is beyond a threshold of infinity.
    return 1 - float(weight_S @ inside_SZ @ weight_Z / (weight_S.sum() * weight_Z.sum()))


def normal_nodes(num: int = NUM_NODES) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Places and weights by which a function of a standard normal value is averaged."""
    z_Z, weight_Z = _nodes(-NORMAL_END, NORMAL_END, num)
    return z_Z, weight_Z * np.exp(-(z_Z**2) / 2) / math.sqrt(2 * math.pi)


def spread_nodes(df: float, num: int = NUM_NODES) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Places and weights by which a function of an estimated spread over the true one is averaged.

    They are spaced evenly in a root of the spread: below two degrees of freedom its density is steep at 0.
    """
    low, high = (float(math.sqrt(special.chdtri(df, tail) / df)) for tail in (1 - CHI_TAIL, CHI_TAIL))
    x_S, weight_S = _nodes(low ** (1 / ROOT), high ** (1 / ROOT), num)
    s_S = x_S**ROOT
    density_S = np.exp(
        math.log(2) + (df / 2) * math.log(df / 2) - special.gammaln(df / 2) + (df - 1) * np.log(s_S) - df * s_S**2 / 2
    )
    return s_S, weight_S * density_S * ROOT * x_S ** (ROOT - 1)


@cache
def _legendre(num: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Places and weights between -1 and 1; finding them takes a tenth of a second."""
    x, weight = np.polynomial.legendre.leggauss(num)
    return x, weight


def _nodes(low: float, high: float, num: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Places and weights of the Gauss-Legendre rule between `low` and `high`."""
    x, weight = _legendre(num)
    return low + (x + 1) * (high - low) / 2, weight * (high - low) / 2
