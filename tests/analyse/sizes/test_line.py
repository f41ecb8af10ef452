"""A line over sizes: by hand, against least squares of numpy, and wide enough where sizes do not lie on it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from repro.analyse.sizes.line import fit

SIZES = [1.0, 2.0, 4.0, 8.0]


def test_a_line_through_points_that_lie_on_one_by_hand() -> None:
    """Equal errors: the middle is log2 of the geometric mean, se of the level se / sqrt(4), of the slope se / sqrt(5)."""
    line = fit(SIZES, [1.0, 1.5, 2.0, 2.5], [0.2] * 4, df_seeds=16)
    assert (line.middle, line.level, line.slope) == pytest.approx((1.5, 1.75, 0.5))
    assert (line.se_level, line.se_slope) == pytest.approx((0.1, 0.2 / math.sqrt(5)))
    assert (line.tau, line.df) == (0.0, 2)
    assert line.scatter == pytest.approx(0.0, abs=1e-12)
    low, high = line.per_doubling.ci90 or (0, 0)
    assert high - 0.5 == pytest.approx(stats.t.ppf(0.95, 16) * line.se_slope), "the seeds' own interval, as nothing scatters"
    assert low == pytest.approx(1.0 - high)


def test_where_sizes_scatter_their_scatter_decides_by_hand() -> None:
    """Residuals +1, -1, -1, +1 about a flat line with tiny standard errors: tau^2 is their squares over the 2 that are left."""
    line = fit(SIZES, [1.0, -1.0, -1.0, 1.0], [1e-6] * 4, df_seeds=16)
    assert line.tau == pytest.approx(math.sqrt(2))
    assert line.scatter == pytest.approx(1.0)
    assert line.se_slope == pytest.approx(math.sqrt(2 / 5))
    half = ((line.per_doubling.ci90 or (0, 0))[1]) - line.slope
    assert half == pytest.approx(stats.t.ppf(0.95, 2) * line.se_slope), "Student's with as many degrees as sizes less two"


def test_weights_are_those_of_least_squares() -> None:
    sizes, effects, ses = [100.0, 300.0, 1000.0], [0.1, 0.2, 0.25], [0.5, 0.3, 0.4]
    line = fit(sizes, effects, ses, df_seeds=20)
    assert line.tau == 0, "they lie as near the line as their errors let expect"
    slope, level = np.polyfit(np.log2(sizes), effects, 1, w=1 / np.array(ses))
    assert line.slope == pytest.approx(slope)
    assert line.at(1000.0) == pytest.approx(level + slope * math.log2(1000))


def test_a_band_is_narrowest_at_the_middle_and_an_effect_scatters_more_than_its_line() -> None:
    line = fit(SIZES, [0.0, 0.4, 0.1, 0.6], [0.05] * 4, df_seeds=16)

    def width(size: float) -> float:
        low, high = line.estimated(size).ci90 or (0, 0)
        return high - low

    middle = 2**line.middle
    assert width(middle) < width(1) < width(1 / 8)
    assert width(middle) < width(8) < width(256)
    low, high = line.predicted(8)
    assert line.tau > 0
    assert high - low > width(8)


@settings(max_examples=50, deadline=None)
@given(
    effects=st.lists(st.floats(-1, 1), min_size=3, max_size=6),
    shift=st.floats(-1, 1),
    factor=st.floats(0.1, 10),
)
def test_shifted_effects_and_other_units_of_size_shift_the_line_alone(effects: list[float], shift: float, factor: float) -> None:
    sizes, ses = [2.0**i for i in range(len(effects))], [0.1 + 0.02 * i for i in range(len(effects))]
    one = fit(sizes, effects, ses, df_seeds=10)
    other = fit([factor * size for size in sizes], [value + shift for value in effects], ses, df_seeds=10)
    assert other.slope == pytest.approx(one.slope, abs=1e-9)
    assert other.at(factor * 3) == pytest.approx(one.at(3) + shift, abs=1e-8)
    assert other.tau == pytest.approx(one.tau, abs=1e-7)
    order = fit(sizes[::-1], effects[::-1], ses[::-1], df_seeds=10)
    assert (order.slope, order.se_slope) == pytest.approx((one.slope, one.se_slope))


@pytest.mark.parametrize(
    ("sizes", "ses", "df", "said"),
    [
        ([1.0, 2.0], [0.1, 0.1], 8, "2 different sizes; allowed: 3 and more"),
        ([1.0, 2.0, 2.0], [0.1, 0.1, 0.1], 8, "2 different sizes"),
        ([1.0, 2.0, 4.0], [0.1, 0.0, 0.1], 8, "standard errors"),
        ([1.0, 2.0, 4.0], [0.1, 0.1, 0.1], 0, "0 degrees of freedom"),
    ],
)
def test_what_gives_no_line_is_refused(sizes: list[float], ses: list[float], df: float, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        fit(sizes, [0.0] * len(sizes), ses, df_seeds=df)
