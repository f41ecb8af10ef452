"""Dunnett's adjusted p-value by a double integral, and by nothing but its definition."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import stats


def dunnett_p(t: float, df: float, *, weights: Mapping[str, float], control: str) -> float:
    """The chance that any of the statistics with one control is beyond `t`, if no arm differs from it.

    weights: of each arm, the inverse of the variance of its mean, up to one factor. Given the control's mean z and the
    pooled spread s the others are independent: |(x sqrt(1 - b^2) + b z)| <= t s, b^2 being the control's share.
    """
    shares = [weights[name] / (weights[name] + weights[control]) for name in weights if name != control]
    x, w = _nodes()
    z, wz = 8.5 * x, 8.5 * w * stats.norm.pdf(8.5 * x)
    low, high = (math.sqrt(float(stats.chi2.isf(chance, df)) / df) for chance in (1 - 1e-13, 1e-13))
    s = low + (high - low) * (x + 1) / 2
    ws = (high - low) / 2 * w * stats.chi2.pdf(s**2 * df, df) * 2 * s * df
    inside = np.ones((len(s), len(z)))
    for share in shares:
        b, rest = math.sqrt(share), math.sqrt(1 - share)
        upper = (t * s[:, None] + b * z[None, :]) / rest
        lower = (-t * s[:, None] + b * z[None, :]) / rest
        inside *= stats.norm.cdf(upper) - stats.norm.cdf(lower)
    return float(1 - ws @ inside @ wz)


@cache
def _nodes() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    x, w = np.polynomial.legendre.leggauss(160)
    return x, w
