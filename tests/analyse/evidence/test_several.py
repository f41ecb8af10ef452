"""Statistics of orders, spreads and shares: by hand, against scipy, and by simulation."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from repro.analyse.evidence import verdict
from repro.analyse.evidence.several import (
    adjusted_interval,
    holm,
    page_trend_p,
    range_interval,
    range_quantile,
    runs_for_every,
    seeds_for_spread,
    share_interval,
    share_p,
    widened,
)
from repro.analyse.evidence.sizes import unsized
from repro.analyse.evidence.statistics import Estimate, difference
from repro.analyse.judge.several.rankings import pair_verdicts

SHARES = st.integers(0, 40).map(lambda parts: parts / 40)
#: The order of the video paper's four nets, and the pairs that it tells apart.
TIERS = (("slow",), ("single", "late"), ("early",))
NETS = [name for tier in TIERS for name in tier]
PLACES = [place for place, tier in enumerate(TIERS) for _ in tier]
PAIRS = [(one, other) for high, low in itertools.combinations(TIERS, 2) for one in high for other in low]


def test_pages_test_is_that_of_scipy_where_no_tiers_tie() -> None:
    rng = np.random.default_rng(1963)
    for num, arms in ((2, 4), (3, 3), (5, 4)):
        value_BA = rng.normal(size=(num, arms))
        expected = stats.page_trend_test(value_BA, method="exact").pvalue
        assert page_trend_p(value_BA, range(arms)) == pytest.approx(expected, abs=1e-12)


def test_pages_test_by_hand_with_a_tie_of_tiers() -> None:
    """Two of 6 orders of three values put the arm of the first tier first: 1/3 a block, 1/9 for two."""
    rising = np.array([[1.0, 2.0, 3.0], [1.0, 5.0, 4.0]])
    assert page_trend_p(rising, (0, 1, 1)) == pytest.approx(1 / 9)
    assert page_trend_p(-rising, (0, 1, 1)) == 1.0
    # Equal values say nothing.
    assert page_trend_p(np.ones((3, 3)), (0, 1, 1)) == 1.0


def test_holms_rule_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.9, 0.9]) == [1.0, 1.0]
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_an_adjusted_p_is_never_below_the_raw_one_and_keeps_their_order(p_values: list[float]) -> None:
    adjusted = holm(p_values)
    assert all(raw <= one <= 1 for raw, one in zip(p_values, adjusted, strict=True))
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    assert [adjusted[i] for i in order] == sorted(adjusted)


def test_an_interval_is_widened_to_the_level_of_one_of_many() -> None:
    one = Estimate(value=1.0, se=0.5, df=6, sd=1.0, test="", p=0.1)
    assert one.ci90 is not None
    wide = adjusted_interval(one, one_sided=0.05, num=5)
    assert wide == pytest.approx(stats.t.interval(0.98, 6, loc=1.0, scale=0.5))
    assert widened(one.ci90, df=6, num=5) == pytest.approx(wide)
    assert widened(one.ci90, df=6, num=1) == pytest.approx(one.ci90)


@given(SHARES, SHARES, st.booleans(), st.sampled_from([0.05, 0.1, 0.5]))
def test_the_verdicts_on_a_share_partition_all_intervals(one: float, other: float, every: bool, chance: float) -> None:
    low, high = min(one, other), max(one, other)
    holds = {
        "REPRODUCED": every and low > 0.5,
        "DIRECTION": low > chance,
        "NOT-REPRODUCED": high < 0.5,
        "INCONCLUSIVE": True,
    }
    assert verdict.decide_share((low, high), every=every, chance=chance) == next(name for name in holds if holds[name])


@given(SHARES, SHARES)
def test_signs_are_mirrored_by_the_other_sign(one: float, other: float) -> None:
    low, high = min(one, other), max(one, other)
    found, mirrored = (verdict.decide_signs(ends, every=False) for ends in ((low, high), (1 - high, 1 - low)))
    assert mirrored == {"DIRECTION": "REVERSED", "REVERSED": "DIRECTION"}.get(found, found)


@given(SHARES, SHARES, SHARES.filter(bool), st.sampled_from([0.5, 64.0]))
def test_the_verdicts_on_a_spread_partition_all_intervals_in_any_unit(
    one: float, other: float, bound: float, unit: float
) -> None:
    low, high = min(one, other), max(one, other)
    holds = {"REPRODUCED": high <= bound, "NOT-REPRODUCED": low > bound, "DIRECTION": high <= 2 * bound, "INCONCLUSIVE": True}
    found = verdict.decide_spread((low, high), bound=bound)
    assert found == next(name for name in holds if holds[name])
    assert verdict.decide_spread((unit * low, unit * high), bound=unit * bound) == found


@pytest.mark.parametrize(
    ("pairs", "adjusted", "trend", "expected"),
    [
        (("ABSENT", "ABSENT"), ("INCONCLUSIVE", "INCONCLUSIVE"), True, "ABSENT"),
        (("REVERSED", "DIRECTION"), ("REVERSED", "DIRECTION"), True, "REVERSED"),
        (("REVERSED", "DIRECTION"), ("INCONCLUSIVE", "DIRECTION"), True, "DIRECTION"),
        (("REVERSED", "DIRECTION"), ("INCONCLUSIVE", "DIRECTION"), False, "INCONCLUSIVE"),
        (("DIRECTION", "DIRECTION"), ("INCONCLUSIVE", "DIRECTION"), False, "REPRODUCED"),
        (("ABSENT", "DIRECTION"), ("ABSENT", "DIRECTION"), False, "NOT-REPRODUCED"),
        (("ABSENT", "INCONCLUSIVE"), ("INCONCLUSIVE", "INCONCLUSIVE"), False, "INCONCLUSIVE"),
    ],
)
def test_verdict_of_an_order(pairs: Sequence[str], adjusted: Sequence[str], trend: bool, expected: str) -> None:
    assert verdict.decide_ranking(pairs, adjusted=adjusted, trend=trend) == expected


def test_exact_shares_are_scipys_and_cover() -> None:
    for shown, num in ((0, 3), (3, 3), (17, 20), (20, 20)):
        expected = stats.binomtest(shown, num).proportion_ci(confidence_level=0.90, method="exact")
        assert share_interval(shown, num) == pytest.approx((expected.low, expected.high))
        assert share_p(shown, num, chance=0.3) == pytest.approx(stats.binomtest(shown, num, 0.3, alternative="greater").pvalue)
    for share in (0.05, 0.3, 0.9):
        chance = stats.binom.pmf(np.arange(13), 12, share)
        covers = [low <= share <= high for low, high in (share_interval(k, 12) for k in range(13))]
        assert chance @ covers >= 0.90
    assert runs_for_every(0.5) == 5
    assert share_interval(5, 5)[0] > 0.5 > share_interval(4, 4)[0]


# Simulations: tables of the four nets and seven others that lend their spread.


def table(rng: np.random.Generator, means: Sequence[float], *, sd: float, num: int) -> dict[str, list[float]]:
    arms = {name: (mean + sd * rng.standard_normal(num)).tolist() for name, mean in zip(NETS, means, strict=True)}
    return arms | {f"other{k}": (0.4 + sd * rng.standard_normal(num)).tolist() for k in range(7)}


def verdicts(means: Sequence[float], *, sd: float, num: int, tables: int) -> tuple[Counter[str], Counter[str]]:
    """Return how often an order has each verdict: by its rule, and by the first pair that is refuted."""
    rng = np.random.default_rng(2014)
    found, first = Counter[str](), Counter[str]()
    for _ in range(tables):
        arms = table(rng, means, sd=sd, num=num)
        estimates = [difference(arms, arm=one, against=other) for one, other in PAIRS]
        alone, shared = pair_verdicts(estimates, smallest_effect=0.004)
        p = page_trend_p(np.array([arms[name] for name in NETS]).T, PLACES)
        found[verdict.decide_ranking(alone, adjusted=shared, trend=p <= verdict.ONE_SIDED)] += 1
        first[verdict.decide_every(alone)] += 1
    return found, first


@pytest.mark.parametrize("num", [3, 5])
def test_an_order_of_equal_nets_is_reversed_no_more_often_than_its_level(num: int) -> None:
    """The first of five pairs reverses 16 to 20 % of tables of four equal nets; the whole rule 5 %."""
    found, first = verdicts([0.4] * 4, sd=0.0287, num=num, tables=400)
    assert first["REVERSED"] > 0.12 * 400
    assert found["REVERSED"] <= (0.05 + 2 * 0.011) * 400
    assert found["DIRECTION"] + found["REPRODUCED"] <= (0.05 + 2 * 0.011) * 400


def test_the_papers_order_is_found_and_the_opposite_order_is_reversed() -> None:
    """Seeds spread by one point: the printed order is told in nine tables of ten, by all pairs in one."""
    found, first = verdicts([0.391, 0.407, 0.407, 0.423], sd=0.01, num=3, tables=200)
    assert found["DIRECTION"] + found["REPRODUCED"] > 0.8 * 200 > 5 * (first["DIRECTION"] + first["REPRODUCED"])
    found, _ = verdicts([0.423, 0.407, 0.407, 0.391], sd=0.01, num=3, tables=200)
    assert found["REVERSED"] > 0.7 * 200


def test_three_parts_without_an_effect_refute_their_claim_no_more_often_than_one() -> None:
    """Each of three parts against one control refutes in 5 % of tables, one of them in 11 %; at a shared level in 5 %."""
    rng = np.random.default_rng(7)
    size, first, shared = unsized(1e-6), 0, 0
    for _ in range(800):
        arms = table(rng, [0.4] * 4, sd=0.02, num=3)
        found = [difference(arms, arm="slow", against=name) for name in NETS[1:]]
        alone = [verdict.decide(one.ci90, size) for one in found if one.ci90]
        wide = [verdict.decide(widened(one.ci90, df=one.df, num=3), size) for one in found if one.ci90]
        first += verdict.decide_every(alone) == "REVERSED"
        shared += verdict.decide_every(alone, adjusted=wide) == "REVERSED"
    assert first / 800 > 0.09
    assert shared / 800 <= 0.05 + 2 * 0.008


@pytest.mark.parametrize(("means", "covers"), [((0.391, 0.407, 0.407, 0.423), (0.94, 1.0)), ((0.4,) * 4, (0.85, 0.95))])
def test_intervals_of_a_spread_cover_it_although_the_pair_is_chosen(
    means: tuple[float, ...], covers: tuple[float, float]
) -> None:
    rng = np.random.default_rng(4)
    truth, covered, chosen = max(means) - min(means), 0, 0
    for _ in range(300):
        arms = table(rng, means, sd=0.01, num=5)
        estimates = [difference(arms, arm=one, against=other) for one, other in itertools.combinations(NETS, 2)]
        interval = range_interval(estimates, num_arms=4)
        widest = max(estimates, key=lambda one: abs(one.value)).ci90
        assert interval is not None and widest is not None
        covered += interval[0] <= truth <= interval[1]
        chosen += widest[0] <= 0 <= widest[1]
    assert covers[0] <= covered / 300 <= covers[1]
    if truth == 0:
        # The 90 % interval of the pair that happens to be farthest apart misses that all four are equal in a
        # third of tables.
        assert chosen < 0.75 * 300


def test_a_spread_of_one_pair_is_its_difference() -> None:
    one = Estimate(value=-0.3, se=0.1, df=8, sd=0.1, test="", p=0.1)
    interval = range_interval([one], num_arms=2)
    assert interval == pytest.approx((0.3 - 1.8595 * 0.1, 0.3 + 1.8595 * 0.1), abs=1e-4)
    assert range_interval([Estimate(value=0.1, se=0.0, df=8, sd=0.0, test="", p=None)], num_arms=2) is None


def test_the_seeds_that_a_spread_needs_find_equal_arms_within_the_bound() -> None:
    num = seeds_for_spread(1.0, sd=0.5, num_arms=4)
    assert num == 10
    rng = np.random.default_rng(6)
    inside = 0
    for _ in range(200):
        arms = {name: (0.5 * rng.standard_normal(num)).tolist() for name in NETS}
        estimates = [difference(arms, arm=one, against=other) for one, other in itertools.combinations(NETS, 2)]
        interval = range_interval(estimates, num_arms=4)
        assert interval is not None
        inside += interval[1] < 1.0
    assert inside / 200 == pytest.approx(0.80, abs=0.1)
    assert seeds_for_spread(1e-9, sd=0.5, num_arms=4) is None


@pytest.mark.parametrize(
    ("level", "num_arms", "df"), [(0.90, 4, 16), (0.95, 4, 2.0), (0.90, 8, 5.5), (0.90, 4, 1.3), (0.80, 3, math.inf)]
)
def test_the_range_is_that_of_scipy_for_fractions_of_degrees_too(level: float, num_arms: int, df: float) -> None:
    assert range_quantile(level, num_arms, df) == pytest.approx(stats.studentized_range.ppf(level, num_arms, df), rel=1e-9)


def test_the_range_of_two_is_a_t_statistic() -> None:
    assert range_quantile(0.90, 2, 7) == pytest.approx(math.sqrt(2) * stats.t.ppf(0.95, 7), rel=1e-8)
