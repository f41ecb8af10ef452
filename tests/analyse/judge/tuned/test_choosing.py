"""Under no difference between two arms the tuned comparison is wrong as seldom as it says, whatever a rate is worth."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from repro.analyse.evidence.statistics import difference
from repro.analyse.judge.tuned.choosing import choice_variance, search_spread
from repro.analyse.judge.tuned.judged import widened_by
from repro.artifacts.judged import TriedRate, TunedArm
from repro.spec.scales.grid import DEFAULT_GRID

FACTORS = DEFAULT_GRID.factors
#: What the other rates of an arm lose against its best, in standard deviations of a seed.
LOSSES = {
    "all alike": (0, 0, 0),
    "half": (0.5, 0, 0.5),
    "one": (1, 0, 1),
    "one and two": (2, 1, 0),
    "two": (2, 0, 2),
    "far": (9, 0, 9),
}


def arm(name: str, errors: Sequence[Sequence[float]]) -> TunedArm:
    tried = [
        TriedRate(factor=factor, rate=factor, errors=tuple(found), error=float(np.mean(found)))
        for factor, found in zip(FACTORS, errors, strict=True)
    ]
    return TunedArm(variant=name, runs_as=name, tried=tuple(tried))


def wrong(losses: Sequence[float], *, num_seeds: int, tables: int, seed: int = 1) -> tuple[float, float]:
    """The share of tables in which two equal arms come out different: with the choice counted, and by the seeds alone.

    Beside the two arms six others of the page lend their spread.
    """
    rng, sd = np.random.default_rng(seed), 0.01
    level = 0.3 + sd * np.array(losses)
    found = np.zeros(2)
    for _ in range(tables):
        search = {name: level[:, None] + sd * rng.standard_normal((3, DEFAULT_GRID.num_seeds)) for name in ("a", "b")}
        arms = [arm(name, errors.tolist()) for name, errors in search.items()]
        best = [DEFAULT_GRID.best({item.factor: item.errors for item in one.tried}) for one in arms]
        means = [level[FACTORS.index(factor)] for factor in best] + [0.3] * 6
        values = {str(k): (mean + sd * rng.standard_normal(num_seeds)).tolist() for k, mean in enumerate(means)}
        interval = difference(values, arm="0", against="1").ci90
        estimate = difference(values, arm="0", against="1")
        spread = search_spread(arms)
        assert interval is not None and spread is not None
        added = math.sqrt(sum(choice_variance(one, sd=spread) for one in arms))
        wide = widened_by(interval, df=estimate.df, sd=added)
        found += [not wide[0] <= 0 <= wide[1], not interval[0] <= 0 <= interval[1]]
    counted, alone = found / tables
    return float(counted), float(alone)


@pytest.mark.parametrize("name", ["all alike", "one"])
def test_equal_arms_come_out_different_as_seldom_as_the_level_says(name: str) -> None:
    counted, alone = wrong(LOSSES[name], num_seeds=5, tables=300)
    assert counted <= 0.10 + 2 * math.sqrt(0.1 * 0.9 / 300)
    if name == "one":
        assert alone > 0.14  # the seeds alone know nothing of the choice
        assert counted < alone


def test_where_one_rate_is_far_the_best_the_choice_adds_nothing() -> None:
    clear = arm("a", [[0.6, 0.61], [0.30, 0.31], [0.62, 0.6]])
    spread = search_spread([clear])
    assert spread == pytest.approx(0.01 / math.sqrt(2) * math.sqrt((0.5 + 0.5 + 2) / 3 * 2 / 2), rel=0.5)
    assert choice_variance(clear, sd=0.01) == 0.0


def test_by_hand_two_rates_as_good_lose_nothing_and_a_lone_rate_none() -> None:
    alike = TunedArm(variant="a", runs_as="a", tried=(TriedRate(factor=1.0, rate=1.0, errors=(0.3,), error=0.3),))
    assert choice_variance(alike, sd=0.1) == 0.0 and search_spread([alike]) is None
    near = arm("a", [[0.31, 0.31], [0.30, 0.30], [0.9, 0.9]])
    # Of two means .01 apart, each with a standard error of .1/sqrt(2), the worse one is the lower in 46 of 100 searches.
    assert choice_variance(near, sd=0.1) == pytest.approx(2 * 0.46 * 0.01**2, rel=0.1)


def test_a_rate_at_which_a_run_diverged_lends_no_spread() -> None:
    tried = TriedRate(factor=2.0, rate=2.0, errors=(0.2, None), error=0.6)
    assert search_spread([TunedArm(variant="a", runs_as="a", tried=(tried,))]) is None


def test_what_is_added_to_an_interval_adds_to_its_variance() -> None:
    low, high = widened_by((-1.645, 1.645), df=1e9, sd=0.0)
    assert (low, high) == pytest.approx((-1.645, 1.645))
    assert widened_by((-3.0, 3.0), df=1e9, sd=4 / 1.6448536) == pytest.approx((-5.0, 5.0))


if __name__ == "__main__":  # the table of docs/calibration.md
    for name, losses in LOSSES.items():
        cells = [wrong(losses, num_seeds=num, tables=2000) for num in (3, 5, 10)]
        print(f"| {name} | " + " | ".join(f"{counted:.3f} ({alone:.3f})" for counted, alone in cells) + " |", flush=True)
