"""The decision rule: each verdict by a hand-made interval, and that there is exactly one for every interval."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repro.analyse.evidence import verdict
from repro.analyse.evidence.sizes import about, unsized
from repro.analyse.evidence.verdict import control_failed, decide_effect, decide_exact, decide_level, decide_no_worse, size_flag

ENDS = st.integers(-120, 120).map(lambda hundredths: hundredths / 32)
SIZES = st.integers(1, 60).map(lambda hundredths: hundredths / 32)


@pytest.mark.parametrize(
    ("interval", "expected"),
    [
        ((-0.2, 0.2), "ABSENT"),
        ((0.05, 0.2), "ABSENT"),  # equivalence comes before the sign
        ((-0.2, -0.05), "ABSENT"),
        ((-0.25, 0.2), "NOT-REPRODUCED"),  # the bound itself is not inside
        ((-0.9, -0.1), "REVERSED"),
        ((-0.9, 0.0), "NOT-REPRODUCED"),
        ((0.6, 1.9), "REPRODUCED"),
        ((0.5, 1.9), "DIRECTION"),
        ((0.6, 2.0), "DIRECTION"),
        ((0.1, 0.4), "DIRECTION"),
        ((2.5, 3.0), "DIRECTION"),
        ((0.0, 0.9), "NOT-REPRODUCED"),
        ((-0.5, 0.99), "NOT-REPRODUCED"),
        ((-0.5, 1.0), "INCONCLUSIVE"),
        ((-3.0, 3.0), "INCONCLUSIVE"),
    ],
)
def test_verdict_of_an_interval_when_the_papers_effect_is_one(interval: tuple[float, float], expected: str) -> None:
    assert decide_effect(interval, d0=1.0, smallest_effect=0.25) == expected


@pytest.mark.parametrize(
    ("interval", "expected"),
    [((-0.2, 0.2), "ABSENT"), ((-2.0, -0.1), "REVERSED"), ((0.1, 9.0), "DIRECTION"), ((-0.1, 0.9), "INCONCLUSIVE")],
)
def test_verdict_of_a_claim_without_a_size(interval: tuple[float, float], expected: str) -> None:
    assert decide_effect(interval, d0=None, smallest_effect=0.25) == expected


@given(ENDS, ENDS, SIZES, SIZES)
def test_the_six_verdicts_partition_all_intervals(one: float, other: float, d0: float, smallest: float) -> None:
    low, high = min(one, other), max(one, other)
    holds = {
        "ABSENT": -smallest < low and high < smallest,
        "REVERSED": high < 0,
        "REPRODUCED": d0 / 2 < low and high < 2 * d0,
        "DIRECTION": low > 0,
        "NOT-REPRODUCED": low <= 0 and high < d0,
        "INCONCLUSIVE": low <= 0 and high >= d0,
    }
    found = decide_effect((low, high), d0=d0, smallest_effect=smallest)
    assert found == next(name for name in verdict.DECIDED if holds[name])
    # Without the equivalence band and the size band, the four signs are disjoint and cover the plane.
    assert [holds["REVERSED"], holds["DIRECTION"], low <= 0 <= high].count(True) == 1
    if low <= 0 <= high:
        assert holds["NOT-REPRODUCED"] != holds["INCONCLUSIVE"]


@given(ENDS, ENDS, SIZES)
def test_without_a_size_it_is_neither_reproduced_nor_excluded(one: float, other: float, smallest: float) -> None:
    found = decide_effect((min(one, other), max(one, other)), d0=None, smallest_effect=smallest)
    assert found in ("ABSENT", "REVERSED", "DIRECTION", "INCONCLUSIVE")


@given(ENDS, ENDS, SIZES, st.sampled_from([0.01, 0.5, 4.0, 128.0]))
def test_the_unit_does_not_matter(one: float, other: float, d0: float, factor: float) -> None:
    low, high = min(one, other), max(one, other)
    scaled = decide_effect((factor * low, factor * high), d0=factor * d0, smallest_effect=factor * d0 / 4)
    if factor != 0.01:  # powers of two are exact
        assert scaled == decide_effect((low, high), d0=d0, smallest_effect=d0 / 4)
    else:
        assert scaled in verdict.DECIDED


@pytest.mark.parametrize(("d0", "smallest"), [(0.0, 0.1), (-1.0, 0.1), (1.0, 0.0), (None, -0.1)])
def test_a_size_that_is_not_positive_is_refused(d0: float | None, smallest: float) -> None:
    with pytest.raises(ValueError, match="allowed: above 0"):
        decide_effect((0.1, 0.2), d0=d0, smallest_effect=smallest)


@pytest.mark.parametrize("interval", [(0.2, 0.1), (float("nan"), 0.1), (0.0, float("nan"))])
def test_an_interval_upside_down_or_not_a_number_is_refused(interval: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="rising order"):
        decide_effect(interval, d0=1.0, smallest_effect=0.25)


@pytest.mark.parametrize(
    ("interval", "expected"),
    [
        ((-0.2, 0.1), "REPRODUCED"),  # a loss, and smaller than the margin
        ((0.1, 9.0), "REPRODUCED"),  # a gain is no loss
        ((-0.25, 0.1), "INCONCLUSIVE"),  # the margin itself is not below it
        ((-0.9, 0.9), "INCONCLUSIVE"),
        ((-0.9, -0.25), "INCONCLUSIVE"),
        ((-0.9, -0.26), "REVERSED"),
    ],
)
def test_verdict_of_no_loss_beyond_a_quarter(interval: tuple[float, float], expected: str) -> None:
    assert decide_no_worse(interval, margin=0.25) == expected


@given(ENDS, ENDS, SIZES)
def test_no_loss_is_shown_refuted_or_open(one: float, other: float, margin: float) -> None:
    low, high = min(one, other), max(one, other)
    holds = {"REPRODUCED": low > -margin, "REVERSED": high < -margin, "INCONCLUSIVE": low <= -margin <= high}
    assert [name for name, true in holds.items() if true] == [decide_no_worse((low, high), margin=margin)]


@pytest.mark.parametrize("margin", [0.0, -0.1])
def test_a_margin_that_is_not_positive_is_refused(margin: float) -> None:
    with pytest.raises(ValueError, match="allowed: above 0"):
        decide_no_worse((0.1, 0.2), margin=margin)


@pytest.mark.parametrize(
    ("interval", "d0", "expected"),
    [((0.1, 0.9), 1.0, "weaker"), ((1.1, 3.0), 1.0, "stronger"), ((0.1, 3.0), 1.0, "open"), ((0.1, 3.0), None, "")],
)
def test_size_of_a_direction(interval: tuple[float, float], d0: float | None, expected: str) -> None:
    assert size_flag(interval, unsized(0.1) if d0 is None else about(d0)) == expected


@pytest.mark.parametrize(
    ("interval", "expected"),
    [
        ((0.404, 0.410), "REPRODUCED"),
        ((0.404, 0.413), "INCONCLUSIVE"),
        ((0.413, 0.420), "NOT-REPRODUCED"),
        ((0.300, 0.401), "NOT-REPRODUCED"),
        ((0.300, 0.500), "INCONCLUSIVE"),
    ],
)
def test_verdict_of_a_level_within_half_a_point_of_40_7(interval: tuple[float, float], expected: str) -> None:
    assert decide_level(interval, printed=0.407) == expected


def test_exact_numbers_pass_up_to_the_rounding_of_the_words() -> None:
    assert decide_exact(60_965_224, printed=60_000_000, tolerance=0.02, bound="equal") == "EXACT-PASS"
    assert decide_exact(60_965_224, printed=60_000_000, tolerance=0.01, bound="equal") == "EXACT-FAIL"
    assert decide_exact(622_312, printed=650_000, tolerance=0.02, bound="equal") == "EXACT-FAIL"
    assert decide_exact(5, printed=5, tolerance=0.0, bound="equal") == "EXACT-PASS"


def test_a_control_at_chance_has_failed() -> None:
    assert control_failed(0.90, num_classes=10)
    assert control_failed(0.811, num_classes=10)
    assert not control_failed(0.809, num_classes=10)
    assert not control_failed(0.44, num_classes=2)
