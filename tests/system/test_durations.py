"""A duration is said in one way everywhere."""

from __future__ import annotations

import pytest

from repro.system.durations import duration


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0 s"),
        (1.04, "1.0 s"),
        (9.96, "10 s"),
        (59.6, "1 min 00 s"),
        (185, "3 min 05 s"),
        (7800, "2 h 10 min"),
        (356400, "4 d 03 h"),
    ],
)
def test_a_duration_has_its_two_largest_units(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_no_duration_is_no_text() -> None:
    assert duration(None) == ""
