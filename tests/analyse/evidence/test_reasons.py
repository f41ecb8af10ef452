"""Sentences that state a result say what their numbers are."""

import pytest

from repro.analyse.evidence.reasons import exact_compared


@pytest.mark.parametrize(("tolerance", "allowed"), [(0.02, "2%"), (0.5 / 133, "0.38%"), (0.001, "0.1%")])
def test_the_rounding_that_a_count_is_allowed_is_never_printed_as_none(tolerance, allowed):
    said = exact_compared(
        metric="num_parameters", arm="full", value=1_000_100, printed=1_000_000, tolerance=tolerance, bound="equal"
    )
    assert said.endswith(f"0.0% off, within the {allowed} that its rounding allows.")
