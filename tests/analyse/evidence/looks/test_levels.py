"""The level of several looks: against the multivariate normal distribution, textbook values, and by drawing."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from repro.analyse.evidence.looks.levels import look_level, stays_within


def test_a_single_look_keeps_the_whole_level() -> None:
    assert look_level((3,)) == look_level((10,)) == 0.90


@pytest.mark.parametrize(("looks", "critical"), [((1, 2), 1.875), ((1, 2, 3), 1.992), ((1, 2, 3, 4, 5), 2.122)])
def test_looks_at_equal_distances_have_pococks_critical_values(looks: tuple[int, ...], critical: float) -> None:
    """Of an overall level of .10, as Jennison and Turnbull 2000 print them."""
    assert stats.norm.isf((1 - look_level(looks)) / 2) == pytest.approx(critical, abs=6e-4)


def test_the_chance_to_stay_within_is_that_of_the_multivariate_normal_distribution() -> None:
    looks = np.array([3, 5, 10])
    r = np.sqrt(np.minimum.outer(looks, looks) / np.maximum.outer(looks, looks))
    z = np.full(3, 2.0)
    wanted = stats.multivariate_normal.cdf(z, np.zeros(3), r, lower_limit=-z, abseps=1e-8)
    assert stays_within(2.0, looks.tolist()) == pytest.approx(wanted, abs=1e-5)


def test_looks_cost_more_the_more_they_are_and_less_than_shared_in_equal_parts() -> None:
    levels = [look_level(looks) for looks in ((10,), (5, 10), (3, 5, 10), (3, 4, 5, 10))]
    assert levels == sorted(levels)
    assert 0.90 < look_level((3, 5, 10)) < 1 - 0.10 / 3


@pytest.mark.parametrize("looks", [(), (0, 3), (3, 3), (5, 3)])
def test_looks_that_do_not_rise_are_refused(looks: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="numbers that rise"):
        look_level(looks)
