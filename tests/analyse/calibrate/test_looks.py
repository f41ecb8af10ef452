"""Looks that are declared keep the level of one look; looks that are not do not."""

from __future__ import annotations

import pytest

from repro.analyse.calibrate.looks import RULES, SETTINGS, LookRow, look_rows

NUM = 250
#: Three standard errors of a share of .10 over so many tables.
SLACK = 3 * (0.1 * 0.9 / NUM) ** 0.5


@pytest.fixture(scope="module")
def rows() -> list[LookRow]:
    return look_rows(num=NUM, seed=4)


def test_the_intervals_of_all_declared_looks_together_hold_the_truth(rows: list[LookRow]) -> None:
    declared = [row for row in rows if row.rule == "three looks"]
    assert len(declared) == len(SETTINGS)
    assert not [row for row in declared if row.holds < 0.88 - SLACK]
    assert not [row for row in declared if row.false_direction + row.false_reversed > 0.10 + SLACK]


def test_with_a_level_that_is_not_split_one_is_wrong_more_often(rows: list[LookRow]) -> None:
    by_rule = {row.rule: row for row in rows if row.setting == "equal"}
    unsplit, split = by_rule["three looks, level not split"], by_rule["three looks"]
    assert len(by_rule) == len(RULES)
    assert unsplit.holds < 0.88 - SLACK / 2
    assert split.holds > unsplit.holds + 0.05


def test_three_looks_take_fewer_seeds_than_the_last_of_them_alone(rows: list[LookRow]) -> None:
    by_rule = {row.rule: row for row in rows if row.setting == "equal"}
    assert by_rule["three looks"].seeds < by_rule["one look at 10"].seeds
    assert by_rule["three looks"].decided > by_rule["one look at 3"].decided
