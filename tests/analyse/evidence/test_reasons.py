"""Sentences that state a result say what their numbers are."""

import math

import pytest

from repro.analyse.evidence.reasons import exact_compared, no_spread


@pytest.mark.parametrize(("tolerance", "allowed"), [(0.02, "2%"), (0.5 / 133, "0.38%"), (0.001, "0.1%")])
def test_the_rounding_that_a_count_is_allowed_is_never_printed_as_none(tolerance, allowed):
    said = exact_compared(
        metric="num_parameters", arm="full", value=1_000_100, printed=1_000_000, tolerance=tolerance, bound="equal"
    )
    assert said.endswith(f"0.0% off, within the {allowed} that its rounding allows.")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"a": [0.1, 0.2], "b": [0.3, math.nan]}, "A run of b gave no finite value"),
        ({"a": [0.1], "b": [0.3, 0.4]}, "One seed of a shows no spread"),
        ({"a": [0.1, 0.2, 0.3], "b": [0.1, 0.2, 0.3]}, "the same value at every seed, to the last digit"),
        ({"a": [0.1, 0.1], "b": [0.3, 0.3]}, "All seeds gave the same value"),
    ],
)
def test_every_lack_of_an_interval_has_its_own_reason(values, said):
    assert said in no_spread({name: len(of) for name, of in values.items()}, values)
