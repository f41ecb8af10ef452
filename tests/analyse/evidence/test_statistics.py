"""Intervals, tests and seeds needed: by hand, by simulation, and against scipy and statsmodels."""

from __future__ import annotations

import math
from collections import Counter
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.power import TTestIndPower
from statsmodels.stats.weightstats import ttost_ind

from repro.analyse.evidence import verdict
from repro.analyse.evidence.statistics import (
    Estimate,
    difference,
    equivalence_p,
    example_se,
    mean_of,
    pooled_t,
    power,
    seeds_needed,
    t_interval,
    total_interval,
    welch,
)

NUM_ARMS = 8
SIMULATIONS = 8000
ERRORS = st.lists(st.integers(1, 999).map(lambda thousandths: thousandths / 1000), min_size=2, max_size=5)


def noise_arms(rng: np.random.Generator, *, num_seeds: int, num_arms: int = NUM_ARMS) -> dict[str, list[float]]:
    return {str(arm): row for arm, row in enumerate(rng.standard_normal((num_arms, num_seeds)).tolist())}


@cache
def simulated(num_seeds: int) -> list[Estimate]:
    """Return estimates of an effect of 0 between arms 0 and 1 of tables of eight, all of noise 1, pooled as they are.

    All tables at once: mean, pooled variance and standard error as textbooks have them, and equal to `pooled_t` table by table.
    """
    noise_TAS = np.random.default_rng(20120930 + num_seeds).standard_normal((SIMULATIONS, NUM_ARMS, num_seeds))
    mean_TA = noise_TAS.mean(axis=2)
    value_T = mean_TA[:, 1] - mean_TA[:, 0]
    se_T = np.sqrt(noise_TAS.var(axis=2, ddof=1).mean(axis=1) * 2 / num_seeds)
    df = NUM_ARMS * (num_seeds - 1)
    for table in range(0, SIMULATIONS, SIMULATIONS // 50):
        found = pooled_t({str(arm): row for arm, row in enumerate(noise_TAS[table].tolist())}, arm="0", against="1")
        assert (found.value, found.se) == pytest.approx((value_T[table], se_T[table]), rel=1e-12)
        assert found.df == df
    return [
        Estimate(value=value, se=se, df=df, sd=None, test="pooled t", p=None)
        for value, se in zip(value_T.tolist(), se_T.tolist(), strict=True)
    ]


def moved(estimate: Estimate, *, shift: float, level: float) -> tuple[float, float]:
    return t_interval(estimate.value + shift, se=estimate.se, df=estimate.df, level=level)


def test_difference_by_hand_is_against_minus_arm() -> None:
    arms = {"full": [1.0, 3.0], "no_lrn": [2.0, 4.0, 6.0], "tanh": [5.0]}
    found = difference(arms, arm="full", against="no_lrn")
    se = math.sqrt(10 / 3) * math.sqrt(1 / 2 + 1 / 3)
    assert (found.value, found.df, found.test) == (2.0, 3, "pooled t")
    assert found.se == pytest.approx(se)
    # t(3 degrees of freedom, .95) = 2.353363 and t(.975) = 3.182446, from printed tables.
    assert found.ci90 == pytest.approx((2 - 2.353363 * se, 2 + 2.353363 * se), rel=1e-6)
    assert found.ci95 == pytest.approx((2 - 3.182446 * se, 2 + 3.182446 * se), rel=1e-6)


@pytest.mark.parametrize("arms", [{"a": [0.3], "b": [0.4]}, {"a": [0.3, 0.3, 0.3], "b": [0.1, 0.1, 0.1]}])
def test_without_spread_there_is_an_estimate_and_no_interval(arms: dict[str, list[float]]) -> None:
    found = difference(arms, arm="a", against="b")
    assert found.value == pytest.approx(arms["b"][0] - arms["a"][0])
    assert (found.ci90, found.ci95, found.p) == (None, None, None)
    assert total_interval(found, example_se=0.01) is None
    assert equivalence_p(found, smallest_effect=0.01) is None


@pytest.mark.parametrize("num_seeds", [3, 10])
def test_intervals_cover_the_truth_as_often_as_they_say(num_seeds: int) -> None:
    # 8,000 tables: the share has a standard error of .0024 at 95 %.
    for level, lowest, highest in ((0.95, 0.94, 0.96), (0.90, 0.885, 0.915)):
        covered = [low <= 0 <= high for low, high in (moved(item, shift=0, level=level) for item in simulated(num_seeds))]
        assert lowest <= np.mean(covered) <= highest


def test_welch_intervals_cover_the_truth_when_variances_differ() -> None:
    rng = np.random.default_rng(7)
    found = []
    for _ in range(4000):
        arms = noise_arms(rng, num_seeds=12, num_arms=2)
        found.append(difference({**arms, "1": [8 * value for value in arms["1"]]}, arm="0", against="1"))
    assert Counter(item.test for item in found)["Welch t"] > 3500
    covered = [low <= 0 <= high for low, high in (moved(item, shift=0, level=0.95) for item in found)]
    assert 0.94 <= np.mean(covered) <= 0.96


# sigma / D0, seeds, then shares at theta = D0: REPRODUCED, DIRECTION, INCONCLUSIVE; at theta = 0: NOT-REPRODUCED, ABSENT,
# INCONCLUSIVE, false DIRECTION; at theta = -D0/2: REVERSED. Eight arms, smallest effect D0/4.
OPERATING_CHARACTERISTICS = [
    (0.25, 3, (0.76, 0.24, 0.00), (0.90, 0.00, 0.00, 0.05), 0.76),
    (0.25, 10, (1.00, 0.00, 0.00), (0.46, 0.44, 0.00, 0.05), 1.00),
    (0.50, 3, (0.12, 0.63, 0.19), (0.70, 0.00, 0.20, 0.05), 0.32),
    (0.50, 5, (0.39, 0.54, 0.03), (0.87, 0.00, 0.03, 0.05), 0.46),
    (0.50, 10, (0.71, 0.28, 0.00), (0.90, 0.00, 0.00, 0.05), 0.71),
    (1.00, 3, (0.00, 0.31, 0.64), (0.27, 0.00, 0.63, 0.05), 0.14),
    (1.00, 10, (0.04, 0.67, 0.23), (0.67, 0.00, 0.23, 0.05), 0.30),
]


@pytest.mark.parametrize(("sigma", "num_seeds", "present", "absent", "reversed_share"), OPERATING_CHARACTERISTICS)
def test_verdicts_come_as_often_as_the_protocol_promises(
    sigma: float, num_seeds: int, present: tuple[float, ...], absent: tuple[float, ...], reversed_share: float
) -> None:
    d0 = 1 / sigma  # in units of the noise, which is 1 in the simulated tables

    def shares(effect: float) -> dict[str, float]:
        intervals = [moved(item, shift=effect, level=0.90) for item in simulated(num_seeds)]
        counts = Counter(verdict.decide_effect(item, d0=d0, smallest_effect=d0 / 4) for item in intervals)
        return {name: counts[name] / SIMULATIONS for name in verdict.DECIDED}

    there, nothing, opposite = shares(d0), shares(0), shares(-d0 / 2)
    assert [there[name] for name in ("REPRODUCED", "DIRECTION", "INCONCLUSIVE")] == pytest.approx(present, abs=0.02)
    names = ("NOT-REPRODUCED", "ABSENT", "INCONCLUSIVE")
    assert [nothing[name] for name in names] == pytest.approx(absent[:3], abs=0.02)
    # False direction: the interval lies above 0, whatever size it is given.
    assert nothing["DIRECTION"] + nothing["REPRODUCED"] == pytest.approx(absent[3], abs=0.02)
    assert opposite["REVERSED"] == pytest.approx(reversed_share, abs=0.02)


def test_of_200_tables_without_any_effect_as_many_show_a_direction_as_chance_allows() -> None:
    rng = np.random.default_rng(145)
    found: Counter[str] = Counter()
    for _ in range(200):
        interval = difference(noise_arms(rng, num_seeds=3), arm="0", against="1").ci90
        assert interval is not None
        found[verdict.decide_effect(interval, d0=None, smallest_effect=0.25)] += 1
    low, high = stats.binom(200, 2 * 0.05).interval(0.99)
    assert low <= found["DIRECTION"] + found["REVERSED"] <= high


@given(st.lists(ERRORS, min_size=2, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_arms_and_seeds_does_not_matter(values: list[list[float]], random: object) -> None:
    arms = {str(i): row for i, row in enumerate(values)}
    found = difference(arms, arm="0", against="1")
    names = list(arms)
    random.shuffle(names)  # type: ignore[attr-defined]
    again = difference({name: arms[name][::-1] for name in names}, arm="0", against="1")
    assert again.test == found.test
    assert [again.value, again.se, again.df] == pytest.approx([found.value, found.se, found.df], rel=1e-9, abs=1e-15)


@given(st.lists(ERRORS, min_size=2, max_size=4), st.sampled_from([100.0, 0.01, 2.0]))
def test_percent_and_fractions_give_the_same_verdict(values: list[list[float]], factor: float) -> None:
    arms = {str(i): row for i, row in enumerate(values)}
    scaled = {name: [factor * value for value in row] for name, row in arms.items()}
    one, other = difference(arms, arm="0", against="1"), difference(scaled, arm="0", against="1")
    if one.ci90 is None or other.ci90 is None:
        assert one.ci90 == other.ci90
        return
    assert other.ci90 == pytest.approx([factor * end for end in one.ci90], rel=1e-9, abs=1e-12 * factor)
    assert other.test == one.test
    assert other.df == pytest.approx(one.df)


def test_equivalence_p_equals_statsmodels_and_absent_is_its_five_percent() -> None:
    rng = np.random.default_rng(3)
    seen: Counter[bool] = Counter()
    for _ in range(300):
        arms = noise_arms(rng, num_seeds=int(rng.integers(2, 30)), num_arms=2)
        found = difference(arms, arm="0", against="1")
        if found.test != "pooled t":
            continue
        reference = ttost_ind(arms["1"], arms["0"], -1.0, 1.0, usevar="pooled")[0]
        assert equivalence_p(found, smallest_effect=1.0) == pytest.approx(reference, rel=1e-9)
        absent = verdict.decide_effect(found.ci90 or (0, 0), d0=4.0, smallest_effect=1.0) == "ABSENT"
        assert absent == (reference < 0.05)
        seen[absent] += 1
    assert min(seen[True], seen[False]) > 50


def test_raw_p_equals_scipys_t_tests() -> None:
    rng = np.random.default_rng(4)
    pair = {"a": rng.normal(0, 1, 5).tolist(), "b": rng.normal(1, 1, 7).tolist()}
    assert difference(pair, arm="a", against="b").test == "pooled t"
    assert difference(pair, arm="a", against="b").p == pytest.approx(stats.ttest_ind(pair["b"], pair["a"]).pvalue)
    uneven = {"a": rng.normal(0, 0.01, 9).tolist(), "b": rng.normal(1, 3, 9).tolist()}
    found, reference = difference(uneven, arm="a", against="b"), stats.ttest_ind(uneven["b"], uneven["a"], equal_var=False)
    assert (found.test, found.alone) == ("Welch t", ("a", "b"))
    assert [found.p, found.df] == pytest.approx([reference.pvalue, reference.df])
    assert found.ci95 == pytest.approx(tuple(reference.confidence_interval(0.95)))
    assert welch(pair, arm="a", against="b").p == pytest.approx(stats.ttest_ind(pair["b"], pair["a"], equal_var=False).pvalue)


def test_mean_of_an_arm_by_hand() -> None:
    # Squares about the means: (1, 2, 3): 2; (2, 4, 6): 8. Degrees of freedom 2 + 2.
    found = mean_of({"full": [1.0, 2.0, 3.0], "no_lrn": [2.0, 4.0, 6.0]}, arm="full")
    assert (found.value, found.df, found.p, found.test) == (2.0, 4, None, "pooled t")
    assert found.se == pytest.approx(math.sqrt(10 / 4) / math.sqrt(3))
    # Two seeds cannot show that the other arm's spread is theirs.
    alone = mean_of({"full": [1.0, 3.0], "no_lrn": [2.0, 4.0, 6.0]}, arm="full")
    assert (alone.df, alone.test, alone.alone) == (1, "t", ("full",))


@pytest.mark.parametrize(("effect", "needed"), [(0.4, [3, 6, 14, 29]), (1.0, [2, 2, 3, 6]), (1.4, [2, 2, 3, 4])])
def test_seeds_needed_are_those_of_the_protocol(effect: float, needed: list[int]) -> None:
    assert [seeds_needed(effect, sd=sd, num_arms=2) for sd in (0.15, 0.25, 0.4, 0.6)] == needed


@pytest.mark.parametrize("effect", [0.3, 0.7, 1.5])
def test_power_equals_statsmodels_for_two_arms(effect: float) -> None:
    for num_seeds in (2, 5, 17, 60):
        reference = TTestIndPower().power(effect_size=effect / 0.8, nobs1=num_seeds, alpha=0.05, alternative="larger")
        assert power(effect, sd=0.8, num_seeds=num_seeds, num_arms=2) == pytest.approx(reference, abs=1e-6)


def test_more_arms_need_no_more_seeds_and_hopeless_effects_give_none() -> None:
    assert seeds_needed(0.4, sd=0.4, num_arms=8) == 13
    assert seeds_needed(100.0, sd=0.001, num_arms=8) == 2
    assert seeds_needed(0.001, sd=1.0, num_arms=8) is None
    assert seeds_needed(0.0, sd=1.0, num_arms=8) is None
    assert seeds_needed(1.0, sd=0.0, num_arms=8) is None


def test_the_share_of_the_images_by_hand() -> None:
    # Correctness over seeds: arm (1, 1, .5, 0), against (1, 0, .5, .5); differences (0, 1, 0, -.5), variance .296875.
    # One image of the arm and two of the other changed with the seed. Less the seed's own mean, in the arm one seed
    # has (-.125, -.125, .375, -.125), squares .1875, the other the same; over 1 x 3 degrees of freedom and 2 seeds .0625.
    # In the other (-.25, -.25, .25, .25), squares .25: .0833.
    arm_SN = np.array([[1, 1, 1, 0], [1, 1, 0, 0]], bool)
    against_SN = np.array([[1, 0, 1, 1], [1, 0, 0, 0]], bool)
    assert example_se(arm_SN, against_SN, log_ratio=False) == pytest.approx(math.sqrt((0.296875 - 0.0625 - 0.5 / 6) / 4))


@pytest.mark.parametrize("log_ratio", [False, True])
def test_the_share_of_the_images_is_what_seeds_without_end_would_show(log_ratio: bool) -> None:
    """With three seeds as with a thousand: what seeds add is taken off."""
    rng = np.random.default_rng(8)
    hard_N = rng.random(2000)
    found = []
    for num_seeds in (3, 1000):
        arm_SN, against_SN = (rng.random((num_seeds, 2000)) > share * hard_N for share in (0.4, 0.8))
        found.append(example_se(arm_SN, against_SN, log_ratio=log_ratio))
    drawn = (0.4 / 0.2 - 0.8 / 0.4) if log_ratio else 0.4
    exact = abs(drawn) * np.std(hard_N) / math.sqrt(2000)
    assert found[1] == pytest.approx(exact, rel=0.05, abs=2e-4)
    assert found[0] == pytest.approx(exact, rel=0.15, abs=4e-3)


def test_the_total_interval_adds_both_variances() -> None:
    found = Estimate(value=0.1, se=0.03, df=4, sd=0.03, test="pooled t", p=None)
    assert total_interval(found, example_se=0.04) == pytest.approx(t_interval(0.1, se=0.05, df=4, level=0.90))
    assert total_interval(found, example_se=0.0) == pytest.approx(found.ci90)
