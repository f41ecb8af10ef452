"""Printed sizes: numbers, lower bounds and intervals, each a partition of all intervals."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repro.analyse.evidence import verdict
from repro.analyse.evidence.sizes import Size, about, about_ratio, between, unsized
from repro.analyse.evidence.verdict import decide, size_flag

ENDS = st.integers(-400, 400).map(lambda parts: parts / 64)
RATIOS = st.floats(1.01, 40)
SIZES = st.one_of(
    st.floats(0.02, 5).map(about),
    RATIOS.map(about_ratio),
    st.floats(0.02, 5).map(lambda least: between(least, math.inf, smallest=least / 4)),
    st.tuples(st.floats(0.02, 3), st.floats(0.02, 3)).map(lambda two: between(two[0], sum(two), smallest=two[0] / 4)),
    st.floats(0.02, 5).map(unsized),
)


def times(low: float, high: float) -> tuple[float, float]:
    """Return an interval of a ratio on the log scale."""
    return math.log(low), math.log(high)


@pytest.mark.parametrize(
    ("interval", "expected"),
    [
        (times(3.01, 11.9), "REPRODUCED"),  # half to twice the ratio itself
        (times(2.46, 11.9), "DIRECTION"),  # half of its logarithm: reproduced before
        (times(3.01, 30), "DIRECTION"),
        (times(1.4, 1.6), "DIRECTION"),  # a certain speed-up of 1.5 is weak, not absent
        (times(0.95, 1.09), "ABSENT"),
        (times(0.95, 5.9), "NOT-REPRODUCED"),
        (times(0.95, 6.1), "INCONCLUSIVE"),
        (times(0.2, 0.9), "REVERSED"),
    ],
)
def test_six_times_is_three_to_twelve(interval: tuple[float, float], expected: str) -> None:
    assert decide(interval, about_ratio(6.0)) == expected


def test_half_of_twice_is_no_effect_and_reproduces_nothing() -> None:
    assert decide(times(1.05, 3.9), about_ratio(2.0)) == "DIRECTION"
    assert decide(times(1.11, 3.9), about_ratio(2.0)) == "REPRODUCED"


@pytest.mark.parametrize(
    ("interval", "expected", "flag"),
    [
        (times(2.1, 3.9), "REPRODUCED", ""),
        (times(1.7, 9.0), "DIRECTION", "open"),  # reproduced before, as half to twice the middle on the log scale
        (times(1.2, 1.9), "DIRECTION", "weaker"),
        (times(4.1, 5.0), "DIRECTION", "stronger"),
        (times(0.9, 1.9), "NOT-REPRODUCED", ""),
        (times(0.9, 3.0), "INCONCLUSIVE", ""),
    ],
)
def test_two_to_four_times_is_judged_by_its_ends(interval: tuple[float, float], expected: str, flag: str) -> None:
    size = between(math.log(2), math.log(4), smallest=math.log(1.1))
    assert decide(interval, size) == expected
    assert (size_flag(interval, size) if expected == "DIRECTION" else "") == flag


@pytest.mark.parametrize(
    ("interval", "expected"),
    [
        ((1.1, 90.0), "REPRODUCED"),  # more than one point has no upper end
        ((0.9, 3.0), "DIRECTION"),
        ((0.3, 0.9), "DIRECTION"),
        ((-0.5, 0.9), "NOT-REPRODUCED"),
        ((-0.5, 1.1), "INCONCLUSIVE"),
        ((-0.2, 0.2), "ABSENT"),
    ],
)
def test_more_than_one_point_is_a_lower_bound(interval: tuple[float, float], expected: str) -> None:
    size = between(1.0, math.inf, smallest=0.25)
    assert decide(interval, size) == expected
    assert size_flag((0.3, 0.9), size) == "weaker"
    assert size_flag((0.9, 3.0), size) == "open"


def holds(low: float, high: float, size: Size) -> dict[str, bool]:
    """Return the rule of each verdict, in the order in which they are asked."""
    inside = size.band is not None and size.band[0] < low and high < size.band[1]
    return {
        "ABSENT": -size.smallest < low and high < size.smallest,
        "REVERSED": high < 0,
        "REPRODUCED": low > 0 and inside,
        "DIRECTION": low > 0,
        "NOT-REPRODUCED": low <= 0 <= high and size.least is not None and high < size.least,
        "INCONCLUSIVE": low <= 0 <= high,
    }


@given(ENDS, ENDS, SIZES)
def test_every_sort_of_size_partitions_all_intervals(one: float, other: float, size: Size) -> None:
    low, high = min(one, other), max(one, other)
    rules = holds(low, high, size)
    assert decide((low, high), size) == next(name for name in verdict.DECIDED if rules[name])


@given(ENDS, ENDS, SIZES)
def test_the_other_sign_mirrors_the_verdict(one: float, other: float, size: Size) -> None:
    low, high = min(one, other), max(one, other)
    found, mirrored = (decide(ends, unsized(size.smallest)) for ends in ((low, high), (-high, -low)))
    assert mirrored == {"DIRECTION": "REVERSED", "REVERSED": "DIRECTION"}.get(found, found)


@given(ENDS, ENDS, SIZES, st.sampled_from([0.25, 8.0]))
def test_the_unit_of_a_size_does_not_matter(one: float, other: float, size: Size, factor: float) -> None:
    def scaled(value: float | None) -> float | None:
        return None if value is None else factor * value

    band = None if size.band is None else (factor * size.band[0], factor * size.band[1])
    other_unit = Size(least=scaled(size.least), most=scaled(size.most), band=band, smallest=factor * size.smallest)
    low, high = min(one, other), max(one, other)
    assert decide((factor * low, factor * high), other_unit) == decide((low, high), size)


@given(RATIOS)
def test_the_band_of_a_ratio_holds_the_ratio_and_no_absence(ratio: float) -> None:
    size = about_ratio(ratio)
    assert size.band is not None and size.least is not None
    assert size.smallest <= size.band[0] < size.least < size.band[1]
    assert math.exp(size.band[1]) == pytest.approx(2 * ratio)


def test_the_sign_is_read_where_it_is_told_and_the_size_where_it_is_compared() -> None:
    size = about(1.0)
    assert decide((0.6, 1.9), size, sides=(0.1, 0.5)) == "REPRODUCED"
    assert decide((0.6, 1.9), size, sides=(-0.1, 0.5)) == "INCONCLUSIVE"
    assert decide((-0.3, 0.6), size, sides=(0.01, 0.5)) == "DIRECTION"
    assert decide((-0.6, 0.01), size, sides=(-0.5, -0.01)) == "REVERSED"
