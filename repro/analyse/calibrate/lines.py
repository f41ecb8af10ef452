"""Lines of an effect over sizes: their bands at the largest size and far beyond it, with sizes that scatter about a line.

n is the number of sizes here, each twice as large as the one before.

Shape suffixes: K sizes.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from repro.analyse.calibrate.settings import Draw, Setting
from repro.analyse.sizes.line import FittedLine, fit
from repro.artifacts.judged import Interval

SIZES = (3, 4, 5, 6)
#: Slope of the truth, and degrees of freedom of the standard error at a size, which is 1.
SLOPE, DF = 0.3, 8
#: Standard deviation of sizes about the line, as a multiple of the standard error.
SCATTERS = (0.0, 0.5, 1.0, 2.0)
#: How far beyond the largest size: ImageNet has 24 times the images of CIFAR-10.
FAR = 32


def line_settings() -> list[Setting]:
    """All settings of lines over sizes."""
    found = []
    for num in SIZES:
        largest = 2.0 ** (num - 1)
        for scatter in SCATTERS:
            told = f"sizes scatter by {scatter:g} standard errors" if scatter else "sizes on a line"
            for what, draw, at in (
                ("slope", _slope, 0.0),
                ("band at the largest size", _band(largest), largest),
                (f"band at {FAR} times that", _band(FAR * largest), FAR * largest),
            ):
                truth = SLOPE * math.log2(at) if at else SLOPE
                drawn = _draw(num, scatter, draw)
                found.append(Setting(kind="line over sizes", name=f"{what}, {told}", num_seeds=num, draw=drawn, truth=truth))
            name = f"an effect at {FAR} times that, {told}"
            drawn = _predicted(num, scatter, FAR * largest)
            found.append(Setting(kind="line over sizes", name=name, num_seeds=num, draw=drawn, truth=0.0))
    return found


def _line(num: int, scatter: float, rng: np.random.Generator) -> FittedLine:
    size_K = 2.0 ** np.arange(num)
    effect_K = SLOPE * np.log2(size_K) + scatter * rng.standard_normal(num) + rng.standard_normal(num)
    se_K = np.sqrt(rng.chisquare(DF, num) / DF)
    return fit(size_K.tolist(), effect_K.tolist(), se_K.tolist(), df_seeds=DF * num)


def _draw(num: int, scatter: float, interval: Callable[[FittedLine], Interval | None]) -> Draw:
    return lambda rng: interval(_line(num, scatter, rng))


def _slope(line: FittedLine) -> Interval | None:
    return line.per_doubling.ci90


def _band(size: float) -> Callable[[FittedLine], Interval | None]:
    return lambda line: line.estimated(size).ci90


def _predicted(num: int, scatter: float, size: float) -> Draw:
    """Where an effect at one more size is expected, less the effect that is there: it should hold 0."""

    def draw(rng: np.random.Generator) -> Interval | None:
        low, high = _line(num, scatter, rng).predicted(size)
        there = SLOPE * math.log2(size) + scatter * rng.standard_normal()
        return low - there, high - there

    return draw
