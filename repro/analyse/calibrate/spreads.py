"""Intervals of a difference in points: equal and unequal spreads, tails, skew, failures; arms of a page and of a pair alone.

Shape suffixes: A arms, S seeds.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from repro.analyse.calibrate.settings import Draw, Setting, interval_of, named
from repro.analyse.evidence.statistics import difference, mean_of, paired
from repro.artifacts.judged import Interval

SEEDS = (2, 3, 5, 10)
NUM_ARMS = 8
#: How often one seed in ten fails, and by how many standard deviations.
FAILS, FAILURE = 0.1, 6.0

Noise = Callable[[np.random.Generator, tuple[int, int]], NDArray[np.float64]]


def spread_settings() -> list[Setting]:
    """All settings of differences in points."""
    found = []
    for n in SEEDS:
        found += [_setting(name, n, sds) for name, sds in unequal(NUM_ARMS).items()]
        found += [_setting(f"{name}, a page of 4", n, unequal(4)[name]) for name in ("equal", "arm 3:1", "pair 3:1")]
        found += [_setting(f"{name}, two arms alone", n, unequal(2)[name]) for name in ("equal", "arm 3:1", "arm 10:1")]
        found += [_setting(name, n, np.ones(NUM_ARMS), noise=noise) for name, noise in NOISES.items()]
        found.append(Setting(kind="mean of an arm", name="equal", num_seeds=n, draw=_level(n, np.ones(NUM_ARMS)), truth=0.0))
        loud = np.array([3.0] + [1.0] * (NUM_ARMS - 1))
        found.append(Setting(kind="mean of an arm", name="arm 3:1", num_seeds=n, draw=_level(n, loud), truth=0.0))
        found.append(Setting(kind="inside runs", name="normal", num_seeds=n, draw=_within(n), truth=0.0, sd=1.0))
    return found


def unequal(num: int) -> dict[str, NDArray[np.float64]]:
    """The spread of each arm: the first two are compared."""
    found = {"equal": np.ones(num)}
    for ratio in (1.5, 2, 3, 10):
        found[f"arm {ratio:g}:1"] = np.array([ratio, *np.ones(num - 1)])
        found[f"pair {ratio:g}:1"] = np.array([ratio, ratio, *np.ones(num - 2)])
    if num > 4:
        for ratio in (3, 10):
            found[f"one other {ratio:g}:1"] = np.array([1, 1, ratio, *np.ones(num - 3)])
            found[f"all others {ratio:g}:1"] = np.array([1, 1, *np.full(num - 2, float(ratio))])
        found["arm and half the others 3:1"] = np.array([3, 1, *[3] * ((num - 2) // 2), *[1] * ((num - 1) // 2)], float)
        rising = np.geomspace(1, 10, num)
        found["1 to 10, pair the largest"] = rising[::-1].copy()
        found["1 to 10, pair in the middle"] = np.array([*rising[3:5], *rising[:3], *rising[5:]])
    return found


def _normal(rng: np.random.Generator, shape: tuple[int, int]) -> NDArray[np.float64]:
    return rng.standard_normal(shape)


def _heavy(rng: np.random.Generator, shape: tuple[int, int]) -> NDArray[np.float64]:
    return rng.standard_t(3, shape)


def _lognormal(rng: np.random.Generator, shape: tuple[int, int]) -> NDArray[np.float64]:
    return np.exp(rng.standard_normal(shape))


def _failing(rng: np.random.Generator, shape: tuple[int, int]) -> NDArray[np.float64]:
    return rng.standard_normal(shape) + FAILURE * (rng.random(shape) < FAILS)


NOISES: dict[str, Noise] = {
    "Student's t with 3 degrees": _heavy,
    "lognormal, sigma 1": _lognormal,
    "one seed in ten fails": _failing,
}


def _setting(name: str, n: int, sds: NDArray[np.float64], *, noise: Noise = _normal) -> Setting:
    kind = "difference in points"
    return Setting(kind=kind, name=name, num_seeds=n, draw=_difference(n, sds, noise), truth=0.0, sd=float(min(sds[:2])))


def _difference(n: int, sds: NDArray[np.float64], noise: Noise) -> Draw:
    def draw(rng: np.random.Generator) -> Interval | None:
        y_AS = noise(rng, (len(sds), n)) * sds[:, None]
        return interval_of(difference(named(y_AS.tolist()), arm="0", against="1"))

    return draw


def _level(n: int, sds: NDArray[np.float64]) -> Draw:
    def draw(rng: np.random.Generator) -> Interval | None:
        y_AS = rng.standard_normal((len(sds), n)) * sds[:, None]
        return interval_of(mean_of(named(y_AS.tolist()), arm="0"))

    return draw


def _within(n: int) -> Draw:
    def draw(rng: np.random.Generator) -> Interval | None:
        return interval_of(paired(rng.standard_normal(n).tolist()))

    return draw
