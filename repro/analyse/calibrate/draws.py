"""Intervals where arms share the draws of a seed, and where the test images are a sample too.

Shape suffixes: A arms, S seeds, N examples.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import special

from repro.analyse.calibrate.settings import Setting, interval_of
from repro.analyse.evidence.pairing import common_values, paired_difference
from repro.analyse.evidence.statistics import difference, example_se, total_interval
from repro.artifacts.judged import Interval

SEEDS = (3, 5, 8, 10)
NUM_ARMS = 8
CORRELATIONS = (0.0, 0.3, 0.5, 0.8, 0.95)
#: Numbers of test examples and of seeds, and the spread of seeds on the logit.
IMAGES = [(400, 2, 0.05), (400, 3, 0.05), (400, 3, 0.3), (640, 5, 0.05), (2000, 3, 0.05), (2000, 3, 0.3), (2000, 5, 0.3)]
#: Difficulty of an example and each arm's own shift of it, on the logit; the mean of each of two arms.
DIFFICULTY, SHIFT, MEANS = 2.0, 0.7, (0.8, 0.6)
#: Nodes of the integral that gives the true error, and the share of tables that this dearer kind takes.
NODES, IMAGES_SHARE = 200, 0.4


def draw_settings() -> list[Setting]:
    """All settings of common draws and of test images."""
    found = []
    for n in SEEDS:
        for rho in CORRELATIONS:
            whole, pair = np.full(NUM_ARMS, rho), np.array([rho, rho, *np.zeros(NUM_ARMS - 2)])
            found.append(_common(f"all arms correlate, {rho:g}", n, whole))
            found.append(_common(f"the pair alone correlates, {rho:g}", n, pair))
        found.append(_common("all others correlate, .95", n, np.array([0, 0, *np.full(NUM_ARMS - 2, 0.95)])))
        found.append(_common("all others and one arm correlate, .8", n, np.array([0, *np.full(NUM_ARMS - 1, 0.8)])))
        loud = np.array([3.0] + [1.0] * (NUM_ARMS - 1))
        found.append(_common("arm 3:1, all arms correlate, .5", n, np.full(NUM_ARMS, 0.5), sd_A=loud))
    return found + [images_setting(*setting) for setting in IMAGES]


def _common(name: str, n: int, rho_A: NDArray[np.float64], *, sd_A: NDArray[np.float64] | None = None) -> Setting:
    """Arms of which two with rho_A correlate by the root of the product; the rule chooses how they are compared."""
    scale_A = np.ones(len(rho_A)) if sd_A is None else sd_A

    def draw(rng: np.random.Generator) -> Interval | None:
        own_AS = rng.standard_normal((len(rho_A), n))
        y_AS = np.sqrt(rho_A)[:, None] * rng.standard_normal(n) + np.sqrt(1 - rho_A)[:, None] * own_AS
        rows = (scale_A[:, None] * y_AS).tolist()
        common = common_values(dict(enumerate(rows[0])), dict(enumerate(rows[1])))
        if common.paired:
            return interval_of(paired_difference(common))
        arms = {str(i): row for i, row in enumerate(rows)}
        return interval_of(difference(arms, arm="0", against="1", seeds=dict.fromkeys(arms, range(n))))

    return Setting(kind="common draws, by the rule", name=name, num_seeds=n, draw=draw, truth=0.0, sd=1.0)


def images_setting(num: int, n: int, seed_sd: float) -> Setting:
    """Two arms on `num` test examples; the truth is the difference over all examples that there could be."""

    def draw(rng: np.random.Generator) -> Interval | None:
        hard_N = DIFFICULTY * rng.standard_normal(num)
        right = [_right(rng, mean + hard_N + SHIFT * rng.standard_normal(num), n, seed_sd) for mean in MEANS]
        arms = {str(i): (1 - of_SN.mean(axis=1)).tolist() for i, of_SN in enumerate(right)}
        # The page's other arms lend their spread; their images do not matter for it.
        for i in range(2, NUM_ARMS):
            logit_N = MEANS[0] + math.hypot(DIFFICULTY, SHIFT) * rng.standard_normal(num)
            arms[str(i)] = (1 - _right(rng, logit_N, n, seed_sd).mean(axis=1)).tolist()
        estimate = difference(arms, arm="0", against="1")
        return total_interval(estimate, example_se=example_se(*right, log_ratio=False))

    truth = _true_error(MEANS[1], seed_sd) - _true_error(MEANS[0], seed_sd)
    name = f"{num} images, spread of seeds {seed_sd:g} on the logit"
    return Setting(kind="seeds and images", name=name, num_seeds=n, draw=draw, truth=truth, share=IMAGES_SHARE)


def _right(rng: np.random.Generator, logit_N: NDArray[np.float64], n: int, seed_sd: float) -> NDArray[np.float64]:
    """Whether each example is right in each of `n` seeds (1) or not (0)."""
    logit_SN = logit_N[None, :] + seed_sd * rng.standard_normal((n, 1))
    right_SN: NDArray[np.float64] = (rng.random(logit_SN.shape) < special.expit(logit_SN)).astype(np.float64)
    return right_SN


def _true_error(mean: float, seed_sd: float) -> float:
    x, weight = np.polynomial.hermite_e.hermegauss(NODES)
    sd = math.sqrt(DIFFICULTY**2 + SHIFT**2 + seed_sd**2)
    return float(1 - special.expit(mean + sd * x) @ weight / weight.sum())
