"""Arms that share the draws of a seed are compared seed by seed, by a rule that is fixed beforehand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from repro.analyse.evidence.pairing import common_values, correlation_p, paired_difference
from repro.analyse.evidence.statistics import difference


def by_seed(values: list[float], *, first: int = 0) -> dict[int, float]:
    return dict(enumerate(values, first))


def test_only_common_seeds_count() -> None:
    found = common_values(by_seed([1, 2, 3, 4], first=2), by_seed([1, 2, 3, 5], first=0))
    assert (found.arm, found.against) == ((1, 2), (3, 5))
    assert (found.correlation, found.paired) == (None, False)


def test_correlation_and_its_chance_equal_scipy() -> None:
    x, y = [1.0, 2.0, 4.0, 3.0, 6.0], [1.0, 3.0, 3.0, 5.0, 5.0]
    reference = stats.pearsonr(x, y, alternative="greater")
    found = common_values(by_seed(x), by_seed(y))
    assert found.correlation == pytest.approx(reference.statistic)
    assert correlation_p(reference.statistic, num=5) == pytest.approx(reference.pvalue)


@pytest.mark.parametrize(("num_seeds", "paired"), [(3, False), (4, False), (5, True), (12, True)])
def test_a_clear_correlation_pairs_from_five_seeds_on(num_seeds: int, paired: bool) -> None:
    values = [float(i) for i in range(num_seeds)]
    shifted = [value + (0.1 if i % 2 else -0.1) for i, value in enumerate(values)]
    assert common_values(by_seed(values), by_seed(shifted)).paired == paired


def test_a_weak_correlation_does_not_pair_however_many_the_seeds() -> None:
    rng = np.random.default_rng(0)
    shared = rng.standard_normal(400)
    x, y = (0.6 * shared + 0.8 * rng.standard_normal(400) for _ in range(2))  # a correlation of .36
    found = common_values(by_seed(x.tolist()), by_seed(y.tolist()))
    assert found.correlation is not None and found.correlation < 0.5
    assert correlation_p(found.correlation, num=400) < 1e-6
    assert not found.paired


def test_paired_differences_equal_scipy() -> None:
    x, y = [0.3, 0.35, 0.42, 0.33, 0.5], [0.31, 0.37, 0.44, 0.36, 0.51]
    found = paired_difference(common_values(by_seed(x), by_seed(y)))
    reference = stats.ttest_rel(y, x)
    assert (found.test, found.df) == ("paired t", 4)
    assert found.p == pytest.approx(reference.pvalue)
    assert found.ci90 == pytest.approx(tuple(reference.confidence_interval(0.90)))


def test_a_paired_logarithm_is_that_of_the_means() -> None:
    x, y = [0.0, 0.1, 0.2, 0.1, 0.1], [0.1, 0.2, 0.3, 0.2, 0.2]
    found = paired_difference(common_values(by_seed(x), by_seed(y)), log=True)
    assert found.value == pytest.approx(math.log(2))
    # y/.2 - x/.1 is .5, 0, -.5, 0, 0 about its mean of 0.
    assert found.se == pytest.approx(math.sqrt(0.5 / 4 / 5))


@pytest.mark.parametrize("rho", [0.0, 0.8])
def test_the_rule_keeps_the_level_that_it_costs_in_bounds(rho: float) -> None:
    rng = np.random.default_rng(5)
    covered = []
    for _ in range(3000):
        shared, own = rng.standard_normal(5), rng.standard_normal((8, 5))
        rows = (math.sqrt(rho) * shared + math.sqrt(1 - rho) * own).tolist()
        common = common_values(by_seed(rows[0]), by_seed(rows[1]))
        arms = {str(i): row for i, row in enumerate(rows)}
        found = paired_difference(common) if common.paired else difference(arms, arm="0", against="1")
        assert found.ci90 is not None
        covered.append(found.ci90[0] <= 0 <= found.ci90[1])
    assert np.mean(covered) >= 0.88 - 2 * 0.006  # two standard errors of 3,000 tables
