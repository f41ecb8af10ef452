"""Whose spread stands for an arm: that of the page's networks, or its own."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from repro.analyse.evidence.spreads import common_share, pooled_spread, spreads_for
from repro.analyse.evidence.statistics import Estimate, difference, welch

#: Three seeds of a spread of 1, and of about 10.
QUIET, LOUD = [0.0, 1.0, 2.0], [0.0, 10.0, 20.0]


def others(*, num: int = 6, num_seeds: int = 3, sd: float = 1.0) -> dict[str, list[float]]:
    """Further arms of a page, all of the same spread."""
    row = np.linspace(-1, 1, num_seeds)
    return {f"other{i}": (row / row.std(ddof=1) * sd + i).tolist() for i in range(num)}


def test_pooled_variance_by_hand() -> None:
    # Squares about the means: (1, 3): 2; (2, 4, 6): 8; (5,): 0. Degrees of freedom 1 + 2 + 0.
    spread = pooled_spread([[1, 3], [2, 4, 6], [5]])
    assert spread.df == 3
    assert spread.sd == pytest.approx(math.sqrt(10 / 3))


def test_arms_of_one_spread_share_it() -> None:
    lent = spreads_for({"a": QUIET, "b": QUIET, **others()}, ("a", "b"))
    assert (lent.alone, len(lent.pool), lent.of["a"].df) == ((), 8, 16)
    assert lent.of["a"] is lent.of["b"]


def test_a_pair_that_spreads_more_together_stands_by_its_own() -> None:
    found = difference({"a": LOUD, "b": QUIET, **others()}, arm="a", against="b")
    assert (found.test, found.alone, found.pool) == ("Welch t", ("a", "b"), ())
    assert found.se == pytest.approx(math.sqrt((100 + 1) / 3))
    # Satterthwaite's degrees of freedom, of two for each.
    assert found.df == pytest.approx(101**2 / (100**2 / 2 + 1 / 2))


def test_where_one_arm_alone_spreads_more_the_other_keeps_what_it_is_lent() -> None:
    page = {"a": [-1.5, 0.0, 1.5], "b": [-0.2, 0.0, 0.2], **others()}
    found = difference(page, arm="a", against="b")
    assert (found.test, found.alone, len(found.pool)) == ("partly pooled t", ("a",), 7)
    lent = (6 + 0.04) / 7
    assert found.se == pytest.approx(math.sqrt((1.5**2 + lent) / 3))
    assert found.df == pytest.approx((1.5**2 + lent) ** 2 / (1.5**4 / 2 + lent**2 / 14))


def test_a_pair_that_spreads_less_does_not_get_the_intervals_of_the_others() -> None:
    found = difference({"a": QUIET, "b": QUIET, **others(sd=20)}, arm="a", against="b")
    assert found.test == "Welch t"
    assert found.se == pytest.approx(math.sqrt(2 / 3))


def test_one_wild_arm_of_a_page_widens_no_other_interval() -> None:
    # One outlier of three, as a net that nearly failed.
    page = {"a": [0.30, 0.31, 0.32], "b": [0.33, 0.34, 0.35], **others(sd=0.01)}
    calm, wild = (difference({**page, **more}, arm="a", against="b") for more in ({}, {"wild": [0.31, 0.95, 0.30]}))
    assert "wild" not in wild.pool
    assert wild.se == calm.se


def test_what_is_no_network_stands_alone_and_lends_nothing() -> None:
    page = {"net": QUIET, "classical": [0.0, 0.1, 0.2], **others()}
    found = difference(page, arm="net", against="classical", lenders=["net", *others()])
    assert found.alone == ("classical",)
    assert "classical" not in found.pool
    assert found.se == pytest.approx(math.sqrt((1 + 0.01) / 3))


def test_a_value_that_is_no_number_lends_nothing_and_has_no_interval() -> None:
    page = {"a": QUIET, "b": QUIET, "broken": [math.nan, 1.0, 2.0]}
    assert "broken" not in difference(page, arm="a", against="b").pool
    assert difference(page, arm="a", against="broken").ci90 is None
    assert welch(page, arm="a", against="broken").ci90 is None


def test_one_seed_has_no_interval_however_many_the_others_have() -> None:
    found = difference({"a": [1.0], "b": QUIET, **others()}, arm="a", against="b")
    assert (found.value, found.ci90, found.test) == (0.0, None, "none")


def test_logarithms_are_compared_by_points_over_the_mean() -> None:
    """Errors of .10 and .80 whose seeds spread by .02: on the log scale the low arm spreads eight times as much."""
    page = {"low": [0.08, 0.10, 0.12], "high": [0.78, 0.80, 0.82], **others(sd=0.02)}
    found = difference(page, arm="low", against="high", log=True)
    assert found.value == pytest.approx(math.log(8))
    assert found.test == "pooled t"
    assert found.se == pytest.approx(0.02 / math.sqrt(3) * math.hypot(1 / 0.1, 1 / 0.8))


def test_an_error_of_zero_in_one_seed_or_in_all_has_a_logarithm() -> None:
    page = {"a": [0.0, 0.02, 0.04], "b": [0.2, 0.22, 0.24], **others(sd=0.02)}
    assert difference(page, arm="a", against="b", log=True).value == pytest.approx(math.log(11))
    page["a"] = [0.0, 0.0, 0.0]
    # Half a wrong example of 99 and one more.
    found = difference(page, arm="a", against="b", log=True, floor=0.5 / 100)
    assert found.value == pytest.approx(math.log(0.22 / 0.005))
    with pytest.raises(ValueError, match="no logarithm"):
        difference(page, arm="a", against="b", log=True)


def covered(found: list[Estimate], truth: float) -> float:
    intervals = [item.ci90 for item in found]
    return float(np.mean([low <= truth <= high for low, high in intervals if (low, high)]))  # type: ignore[misc]


@pytest.mark.parametrize(("loud", "num_seeds"), [(("0",), 3), (("0", "1"), 3), (("0",), 2), (("0", "1"), 5)])
def test_intervals_hold_where_the_pair_spreads_three_times_as_much(loud: tuple[str, ...], num_seeds: int) -> None:
    """Pooled over all arms they cover .65 to .70 of the tables."""
    rng = np.random.default_rng(3)
    found = []
    for _ in range(3000):
        rows = rng.standard_normal((8, num_seeds)).tolist()
        arms = {str(i): [3 * value for value in row] if str(i) in loud else row for i, row in enumerate(rows)}
        found.append(difference(arms, arm="0", against="1"))
    assert covered(found, 0.0) >= 0.88 - 2 * 0.006  # two standard errors of 3,000 tables


def test_common_draws_leave_fewer_degrees_of_freedom() -> None:
    rng = np.random.default_rng(4)
    alike, apart = [], []
    for _ in range(400):
        shared = rng.standard_normal(5)
        own = rng.standard_normal((6, 5))
        names = list("abcdef")
        seeds = dict.fromkeys(names, range(5))
        alike.append(common_share(dict(zip(names, (0.3 * own + shared).tolist(), strict=True)), names, seeds))
        apart.append(common_share(dict(zip(names, own.tolist(), strict=True)), names, seeds))
    r = 1 / (1 + 0.09)  # the correlation of two arms
    assert np.mean(alike) == pytest.approx(r**2, abs=0.1)
    assert np.mean(apart) < 0.05


def test_an_arm_alone_needs_the_spread_that_an_f_test_of_its_level_needs() -> None:
    page = others(num=6)
    largest = math.sqrt(stats.f.isf(1 / 3 / 2, 2, 12))  # three seeds: level 1/3, shared by the two arms
    for factor, alone in ((0.99, ()), (1.01, ("a",))):
        arms = {"a": [factor * largest * value for value in (-1, 0, 1)], "b": [-0.5, 0, 0.5], **page}
        assert spreads_for(arms, ("a", "b")).alone == alone
