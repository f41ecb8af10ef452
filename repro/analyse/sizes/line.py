"""A straight line of an effect against the logarithm of a size, with what scatter between sizes leaves unsure of it.

Each size has an estimate with a standard error over seeds. Its weight is 1 / (se^2 + tau^2), where tau^2 is what the sizes
scatter about the line beyond their standard errors (DerSimonian and Laird 1986, with a line in place of a mean). Of two
intervals the wider is taken: that by the standard errors, Student's with the degrees of freedom of all seeds, and that by
how the k sizes do scatter about the line (Knapp and Hartung 2003), Student's with k - 2. The first alone is too narrow
where the effect is no straight line, the second where few sizes lie on one by luck. Coverage is simulated:
docs/calibration.md, "Effects against size".

Shape suffixes: K sizes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from repro.artifacts.judged import Estimated, Interval
from repro.artifacts.judged.sizes_json import Line, LineOverSizes

#: With fewer sizes nothing is left to tell a line from chance.
LEAST_SIZES = 3


@dataclass(frozen=True, kw_only=True)
class FittedLine(Line):
    """A line that is asked for its value and its bands."""

    @classmethod
    def of(cls, line: Line) -> FittedLine:
        """A line that was stored, to be asked again."""
        return cls(**_numbers(line))

    def stored(self) -> LineOverSizes:
        """The line as a file has it."""
        return LineOverSizes(**_numbers(self), per_doubling=self.per_doubling)

    def at(self, size: float) -> float:
        """The line at `size`."""
        return self.level + self.slope * (math.log2(size) - self.middle)

    def estimated(self, size: float) -> Estimated:
        """The line at `size`, with its confidence band."""
        return self._with_intervals(self.at(size), self._se(size))

    def predicted(self, size: float) -> Interval:
        """Where the effect itself lies at one more `size`, if it scatters about the line as the others do: in 90 %."""
        half = math.hypot(self._factor(0.90) * self._se(size), student(self.df, 0.90) * self.tau)
        return self.at(size) - half, self.at(size) + half

    @property
    def per_doubling(self) -> Estimated:
        """By how much the effect changes with each doubling of the size."""
        return self._with_intervals(self.slope, self.se_slope)

    def _se(self, size: float) -> float:
        return math.hypot(self.se_level, self.se_slope * (math.log2(size) - self.middle))

    def _factor(self, level: float) -> float:
        """How many standard errors an interval reaches to each side."""
        return max(student(self.df_seeds, level), student(self.df, level) * self.scatter)

    def _with_intervals(self, value: float, se: float) -> Estimated:
        ci90, ci95 = ((value - half, value + half) for half in (self._factor(0.90) * se, self._factor(0.95) * se))
        return Estimated(estimate=value, ci90=ci90, ci95=ci95)


def student(df: float, level: float) -> float:
    """How many standard errors Student's two-sided interval of `level` reaches to each side."""
    return float(special.stdtrit(df, 0.5 + level / 2))


def fit(sizes: Sequence[float], effects: Sequence[float], ses: Sequence[float], *, df_seeds: float) -> FittedLine:
    """The line through `effects` over the logarithm of `sizes`. ses: their standard errors; df_seeds: degrees of freedom of all.

    Raises:
        ValueError: there are fewer than LEAST_SIZES different sizes, or a standard error is not above 0.
    """
    if len(set(sizes)) < LEAST_SIZES:
        raise ValueError(f"{len(set(sizes))} different sizes; allowed: {LEAST_SIZES} and more")
    if not all(se > 0 for se in ses) or df_seeds <= 0:
        raise ValueError(f"standard errors {list(ses)} with {df_seeds:g} degrees of freedom; allowed: above 0")
    x_K, y_K, variance_K = np.log2(np.asarray(sizes, float)), np.asarray(effects, float), np.asarray(ses, float) ** 2
    df, weight_K = len(x_K) - 2, 1 / variance_K
    excess = max(0.0, _line(x_K, y_K, weight_K).squares - df) / _squares_per_variance(x_K, weight_K)
    line = _line(x_K, y_K, 1 / (variance_K + excess))
    return FittedLine(
        middle=line.middle,
        level=line.level,
        slope=line.slope,
        se_level=1 / math.sqrt(line.weight),
        se_slope=1 / math.sqrt(line.spread),
        tau=math.sqrt(excess),
        scatter=math.sqrt(line.squares / df),
        df=df,
        df_seeds=df_seeds,
    )


@dataclass(frozen=True, kw_only=True)
class _Line:
    """A weighted line: sum of the weights, their spread about the middle, and the weighted squares that are left."""

    middle: float
    level: float
    slope: float
    weight: float
    spread: float
    squares: float


def _line(x_K: NDArray[np.float64], y_K: NDArray[np.float64], weight_K: NDArray[np.float64]) -> _Line:
    weight = float(weight_K.sum())
    middle, level = float(weight_K @ x_K) / weight, float(weight_K @ y_K) / weight
    spread = float(weight_K @ (x_K - middle) ** 2)
    slope = float(weight_K @ ((x_K - middle) * y_K)) / spread
    left_K = y_K - level - slope * (x_K - middle)
    return _Line(middle=middle, level=level, slope=slope, weight=weight, spread=spread, squares=float(weight_K @ left_K**2))


def _squares_per_variance(x_K: NDArray[np.float64], weight_K: NDArray[np.float64]) -> float:
    """By how much a variance of 1 between sizes adds to the weighted squares that a line leaves."""
    weight = float(weight_K.sum())
    middle = float(weight_K @ x_K) / weight
    spread = float(weight_K @ (x_K - middle) ** 2)
    return weight - float((weight_K**2).sum()) / weight - float(weight_K**2 @ (x_K - middle) ** 2) / spread


def _numbers(line: Line) -> dict[str, Any]:
    """The numbers that every form of a line has, by name."""
    return {item.name: getattr(line, item.name) for item in fields(Line)}
