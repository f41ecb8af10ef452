"""Quantiles of the studentized range, against scipy."""

import math

import pytest
from scipy import stats

from repro.analyse.evidence.several import range_quantile


@pytest.mark.parametrize(("level", "num_arms", "df"), [(0.90, 4, 16), (0.95, 4, 2.0), (0.90, 8, 5.5), (0.80, 3, math.inf)])
def test_the_range_is_that_of_scipy(level, num_arms, df):
    assert range_quantile(level, num_arms, df) == pytest.approx(stats.studentized_range.ppf(level, num_arms, df), rel=1e-6)


def test_the_range_of_two_is_a_t_statistic():
    assert range_quantile(0.90, 2, 7) == pytest.approx(math.sqrt(2) * stats.t.ppf(0.95, 7), rel=1e-8)
