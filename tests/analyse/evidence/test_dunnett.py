"""Dunnett's test: against scipy, and never below the raw p."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from repro.analyse.evidence.dunnett import dunnett_p
from repro.analyse.evidence.statistics import Estimate, difference, pooled_t, two_sided_p

#: The first example of Dunnett 1955: blood counts under two drugs.
COUNTS = {
    "control": [7.40, 8.50, 7.20, 8.24, 9.84, 8.32],
    "a": [9.76, 8.80, 7.68, 9.36],
    "b": [12.80, 9.68, 12.16, 9.20, 10.55],
}


def test_dunnett_equals_scipy() -> None:
    weights = {name: len(values) for name, values in COUNTS.items()}
    found = [dunnett_p(pooled_t(COUNTS, arm="control", against=name), weights=weights, control="control") for name in "ab"]
    reference = stats.dunnett(COUNTS["a"], COUNTS["b"], control=COUNTS["control"], rng=np.random.default_rng(1))
    assert found == pytest.approx(list(reference.pvalue), abs=5e-4)
    assert found[1] == pytest.approx(0.0058, abs=5e-4)


@pytest.mark.parametrize("sizes", [(3,) * 12, (2, 3, 4, 5), (4, 2, 2)])
def test_dunnett_equals_scipy_for_arms_of_any_size(sizes: tuple[int, ...]) -> None:
    rng = np.random.default_rng(9)
    arms = {str(i): rng.normal(0.7 * i / len(sizes), 1, size).tolist() for i, size in enumerate(sizes)}
    others = list(arms)[1:]
    reference = stats.dunnett(
        *(np.array(arms[name]) for name in others), control=np.array(arms["0"]), rng=np.random.default_rng(1)
    )
    weights = dict(zip(arms, map(float, sizes), strict=True))
    found = [dunnett_p(pooled_t(arms, arm="0", against=name), weights=weights, control="0") for name in others]
    # scipy integrates by quasi-random points, to about 1e-4; ours is exact to nine digits.
    assert found == pytest.approx(list(reference.pvalue), abs=1e-3)


def test_a_page_of_one_other_arm_has_the_raw_p() -> None:
    found = difference({name: COUNTS[name] for name in ("control", "b")}, arm="control", against="b")
    assert dunnett_p(found, weights={"control": 6, "b": 5}, control="control") == pytest.approx(found.p, rel=1e-6)


def test_without_spread_there_is_no_adjusted_p() -> None:
    found = difference({"a": [1.0, 1.0], "b": [2.0, 2.0]}, arm="a", against="b")
    assert dunnett_p(found, weights={"a": 2, "b": 2}, control="a") is None
    assert dunnett_p(pooled_t(COUNTS, arm="a", against="b"), weights={"a": 4, "b": 5}, control="control") is None


@given(st.floats(0, 20), st.floats(1.5, 60), st.lists(st.floats(0.5, 15), min_size=2, max_size=8))
def test_the_adjusted_p_is_never_below_the_raw_one(t: float, df: float, weights: list[float]) -> None:
    """Whatever the degrees of freedom: of the page, of Welch's test, or of pairs."""
    raw = two_sided_p(t, se=1.0, df=df)
    estimate = Estimate(value=t, se=1.0, df=df, sd=1.0, test="pooled t", p=raw)
    found = dunnett_p(estimate, weights=dict(enumerate(weights)), control=0)  # type: ignore[arg-type]
    assert raw is not None and found is not None
    assert raw <= found <= 1
