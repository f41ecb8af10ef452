"""Numbers become text by rules that are checked by hand here."""

import pytest

from repro.report.text.formatting import (
    as_printed,
    compact,
    count,
    fixed,
    listed,
    p_value,
    percent,
    point_decimals,
    size,
)


def test_points_have_two_decimals_from_two_thousand_examples() -> None:
    assert [point_decimals(n) for n in (None, 256, 1999, 2000, 10_000)] == [1, 1, 1, 2, 2]


def test_a_fraction_is_printed_in_percent_with_a_true_minus() -> None:
    assert percent(0.4066, decimals=2) == "40.66"
    assert percent(-0.0165, decimals=2, signed=True) == "−1.65"  # noqa: RUF001
    assert percent(0.0165, decimals=2, signed=True) == "+1.65"


def test_zero_has_no_sign() -> None:
    assert fixed(-0.0001, decimals=2, signed=True) == "0.00"
    assert fixed(0.0, decimals=1, signed=True) == "0.0"


@pytest.mark.parametrize("nothing", [None, float("nan"), float("inf")])
def test_what_is_no_number_is_not_printed(nothing: float | None) -> None:
    assert fixed(nothing, decimals=2) == ""


@pytest.mark.parametrize(
    ("fraction", "text"),
    [(0.014, "1.4"), (0.407, "40.7"), (0.406640, "40.664"), (0.01, "1.0"), (0.374727, "37.4727"), (0.0, "0.0")],
)
def test_a_papers_number_keeps_the_digits_that_it_printed(fraction: float, text: str) -> None:
    assert as_printed(fraction) == text


def test_bytes_counts_and_probabilities() -> None:
    assert [size(n) for n in (3, 2048, 5 * 2**30)] == ["3 B", "2.0 KiB", "5.0 GiB"]
    assert [count(n) for n in (None, 0, 60_965_224)] == ["", "0", "60,965,224"]
    assert [p_value(p) for p in (None, 0.0004, 0.0123, 1.0)] == ["", "< 0.001", "0.012", "1.000"]


def test_words() -> None:
    assert [listed(items) for items in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]
    assert [compact(v) for v in (1 / 3, 1 / 12, 0.1, 0.1875, 0.123456789)] == ["1/3", "1/12", "0.1", "0.1875", "0.123456789"]
    assert [compact(v) for v in (None, True, 1e-4, [3, 2], "relu")] == ["none", "yes", "0.0001", "(3, 2)", "relu"]
