"""Intervals of log ratios: of errors from .1 to .8 on one page, and of epochs, whole and censored.

Shape suffixes: A arms, S seeds.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from repro.analyse.calibrate.settings import Draw, Setting, interval_of, named
from repro.analyse.evidence.epochs import log_ratio_of_epochs
from repro.analyse.evidence.paces import Pace
from repro.analyse.evidence.statistics import difference
from repro.artifacts.judged import Interval

SEEDS = (2, 3, 5, 10)
#: Errors of the arms of a page, those of a real one; which two are compared.
ERRORS = np.array([0.58, 0.70, 0.76, 0.76, 0.78, 0.21, 0.52, 0.125, 0.16, 0.17, 0.14])
PAIRS = {"low errors, .125 and .16": (7, 8), "high errors, .70 and .76": (1, 2), "errors of .125 and .70": (7, 1)}
#: How the spread of a seed goes with the error: of about 3 points at the middle of the page.
LAWS: dict[str, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = {
    "equal in points": lambda error_A: np.full_like(error_A, 0.029),
    "as sqrt(e(1-e))": lambda error_A: 0.065 * np.sqrt(error_A * (1 - error_A)),
    "as the error": lambda error_A: 0.06 * error_A,
}
#: Median epochs of the faster arm, spread of log epochs, and how often the other needs as many.
PACES = [(4, 0.02), (4, 0.1), (4, 0.3), (12, 0.02), (12, 0.1), (12, 0.3), (40, 0.02), (40, 0.1)]
RATIO = 2.0
CENSORED_AFTER = (18, 24, 30)


def ratio_settings() -> list[Setting]:
    """All settings of log ratios."""
    found = []
    for n in SEEDS:
        for law, sd_of in LAWS.items():
            for name, (arm, against) in PAIRS.items():
                found.append(
                    Setting(
                        kind="log ratio of errors",
                        name=f"{name}, spread {law}",
                        num_seeds=n,
                        draw=_errors(n, sd_of(ERRORS), arm, against),
                        truth=math.log(ERRORS[against] / ERRORS[arm]),
                    )
                )
        found += [_epochs(n, median, spread) for median, spread in PACES]
        found += [_censored(n, last) for last in CENSORED_AFTER]
    return found


def _errors(n: int, sd_A: NDArray[np.float64], arm: int, against: int) -> Draw:
    def draw(rng: np.random.Generator) -> Interval | None:
        y_AS = np.clip(ERRORS[:, None] + sd_A[:, None] * rng.standard_normal((len(ERRORS), n)), 0.005, 0.995)
        return interval_of(difference(named(y_AS.tolist()), arm=str(arm), against=str(against), log=True))

    return draw


def _pace(rng: np.random.Generator, n: int, *, median: float, spread: float, last: float = math.inf) -> Pace:
    """Runs whose true time is lognormal, seen at the end of the epoch, trained for `last` epochs."""
    epochs = np.ceil(median * np.exp(spread * rng.standard_normal(n)))
    return Pace(variant="", epochs=tuple(float(e) if e <= last else math.inf for e in epochs), lasted=(last,) * n)


def _epochs(n: int, median: int, spread: float) -> Setting:
    def draw(rng: np.random.Generator) -> Interval | None:
        arm, against = (_pace(rng, n, median=times * median, spread=spread) for times in (1, RATIO))
        return interval_of(log_ratio_of_epochs(arm.times, against.times))

    name = f"{median} against {RATIO * median:g} epochs, spread of logs {spread:g}"
    return Setting(kind="ratio of epochs", name=name, num_seeds=n, draw=draw, truth=math.log(RATIO))


def _censored(n: int, last: int) -> Setting:
    """The slower arm is cut off: only that the bound lies below the truth can be asked."""

    def draw(rng: np.random.Generator) -> Interval | None:
        arm = _pace(rng, n, median=12, spread=0.1, last=last)
        against = _pace(rng, n, median=24, spread=0.3, last=last)
        # As `compare_paces` does, without its log-rank test: where a run of the faster arm never got there nothing is bounded.
        return interval_of(log_ratio_of_epochs(arm.times, against.times)) if arm.arrived else None

    name = f"12 against 24 epochs, runs of {last}: the lower end"
    return Setting(kind="ratio of epochs, censored", name=name, num_seeds=n, draw=draw, truth=math.log(RATIO), side="lower")
