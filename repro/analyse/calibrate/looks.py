"""How often claims are wrong that may be looked at several times, each look with more seeds.

Shape suffixes: A arms, S seeds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from repro.analyse.calibrate.settings import rng_for
from repro.analyse.evidence import verdict
from repro.analyse.evidence.looks.levels import look_level
from repro.analyse.evidence.pairing import common_values, paired_difference
from repro.analyse.evidence.statistics import Estimate, difference

NUM_ARMS = 8
LOOKS = (3, 5, 10)
#: By rule the seeds of each look, and the level of its interval.
RULES = {
    "one look at 3": ((3,), 0.90),
    "one look at 10": ((10,), 0.90),
    "three looks": (LOOKS, look_level(LOOKS)),
    "three looks, level not split": (LOOKS, 0.90),
}
#: The paper's effect, in standard deviations of a seed.
EFFECT = 1.0


@dataclass(frozen=True, kw_only=True)
class LookSetting:
    """Arms with these spreads, of which the first two are compared. rho: correlation at the same seed; controls: its seeds."""

    name: str
    sds: tuple[float, ...] = (1.0,) * NUM_ARMS
    rho: float = 0.0
    controls: int = 0


SETTINGS = (
    LookSetting(name="equal"),
    LookSetting(name="arm 3:1", sds=(3.0, *(1.0,) * (NUM_ARMS - 1))),
    LookSetting(name="pair 3:1", sds=(3.0, 3.0, *(1.0,) * (NUM_ARMS - 2))),
    LookSetting(name="15 seeds of the control from the first look on", controls=15),
    LookSetting(name="all arms correlate, .5", rho=0.5),
    LookSetting(name="all arms correlate, .95", rho=0.95),
)


@dataclass(frozen=True, kw_only=True)
class LookRow:
    """What one rule does in one setting: shares of tables.

    holds: the intervals of all looks hold the truth. false_direction, false_reversed: verdicts where nothing differs.
    decided, seeds: where the paper is right, the share that is decided and the mean number of seeds of an arm.
    """

    setting: str
    rule: str
    holds: float
    false_direction: float
    false_reversed: float
    decided: float
    seeds: float


def look_rows(*, num: int, seed: int) -> list[LookRow]:
    """Every rule in every setting, over `num` tables of each."""
    found = []
    for setting in SETTINGS:
        rng = rng_for(seed, "looks", SETTINGS.index(setting))
        tables = [_estimates(setting, rng) for _ in range(num)]
        found += [_row(setting, rule, tables) for rule in RULES]
    return found


def _estimates(setting: LookSetting, rng: np.random.Generator) -> dict[int, Estimate]:
    """The difference at each look in one table without any effect, as verdicts are made."""
    num = max(setting.controls, *LOOKS)
    own_AS = rng.standard_normal((NUM_ARMS, num))
    y_AS = np.sqrt(setting.rho) * rng.standard_normal(num) + np.sqrt(1 - setting.rho) * own_AS
    y_AS = np.asarray(setting.sds)[:, None] * y_AS
    return {n: _at(y_AS, n, controls=setting.controls) for n in LOOKS}


def _at(y_AS: NDArray[np.float64], n: int, *, controls: int) -> Estimate:
    counts = [max(n, controls), *(n,) * (NUM_ARMS - 1)]
    arms = {str(i): y_AS[i, :count].tolist() for i, count in enumerate(counts)}
    common = common_values(dict(enumerate(arms["0"])), dict(enumerate(arms["1"])))
    if common.paired:
        return paired_difference(common)
    seeds = {name: range(len(values)) for name, values in arms.items()}
    return difference(arms, arm="0", against="1", seeds=seeds)


def _row(setting: LookSetting, rule: str, tables: Sequence[dict[int, Estimate]]) -> LookRow:
    looks, level = RULES[rule]
    null = [_stopped(table, looks, level, shift=0.0) for table in tables]
    right = [_stopped(table, looks, level, shift=EFFECT) for table in tables]
    num = len(tables)
    return LookRow(
        setting=setting.name,
        rule=rule,
        holds=sum(_holds(table, looks, level) for table in tables) / num,
        false_direction=sum(name in verdict.HOLDING for name, _ in null) / num,
        false_reversed=sum(name == verdict.REVERSED for name, _ in null) / num,
        decided=sum(name != verdict.INCONCLUSIVE for name, _ in right) / num,
        seeds=sum(n for _, n in right) / num,
    )


def _holds(table: dict[int, Estimate], looks: Sequence[int], level: float) -> bool:
    ends = [table[n].interval(level) for n in looks]
    return all(one is not None and one[0] <= 0 <= one[1] for one in ends)


def _stopped(table: dict[int, Estimate], looks: Sequence[int], level: float, *, shift: float) -> tuple[str, int]:
    """The verdict at the first look that decides, else at the last, and the seeds that it took."""
    name, n = verdict.INCONCLUSIVE, looks[-1]
    for n in looks:
        ends = table[n].interval(level)
        if ends is not None:
            name = verdict.decide_effect((ends[0] + shift, ends[1] + shift), d0=EFFECT, smallest_effect=EFFECT / 4)
        if name != verdict.INCONCLUSIVE:
            break
    return name, n
