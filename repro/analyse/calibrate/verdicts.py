"""How often each verdict comes if the paper is right, if there is no effect, and if the effect is the opposite."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from repro.analyse.calibrate.settings import named, rng_for
from repro.analyse.evidence import verdict
from repro.analyse.evidence.statistics import difference, pooled_t
from repro.artifacts.judged import Interval

NUM_ARMS = 8
#: Spread of a seed over the paper's effect, and seeds: the rows of the protocol's table.
ROWS = ((0.25, 3), (0.25, 10), (0.5, 3), (0.5, 5), (0.5, 10), (1.0, 3), (1.0, 10))
#: The columns: the true effect over the paper's, and the verdicts that are counted.
COLUMNS = (
    (1.0, (verdict.REPRODUCED,)),
    (1.0, (verdict.DIRECTION,)),
    (1.0, (verdict.INCONCLUSIVE,)),
    (0.0, (verdict.NOT_REPRODUCED,)),
    (0.0, (verdict.ABSENT,)),
    (0.0, (verdict.INCONCLUSIVE,)),
    (0.0, (verdict.DIRECTION, verdict.REPRODUCED)),
    (-0.5, (verdict.REVERSED,)),
)


@dataclass(frozen=True, kw_only=True)
class Verdicts:
    """The share of each of `COLUMNS` in one row. rule: "pooled" (all arms' spread), or "guarded" (as verdicts are made)."""

    rule: str
    noise: float
    num_seeds: int
    shares: tuple[float, ...]


def verdict_rows(*, num: int, seed: int) -> list[Verdicts]:
    """The protocol's table, by the spread of all arms pooled as it stands there, and by the rule that is used."""
    found = []
    for rule, estimate in (("pooled", pooled_t), ("guarded", difference)):
        for num_seeds in sorted({n for _, n in ROWS}):
            rng = rng_for(seed, "verdicts", num_seeds)
            tables = [named(rng.standard_normal((NUM_ARMS, num_seeds)).tolist()) for _ in range(num)]
            intervals = [estimate(table, arm="0", against="1").ci90 for table in tables]
            found += [_row(rule, noise, num_seeds, intervals) for noise, n in ROWS if n == num_seeds]
    order = {(rule, *row): place for place, (rule, row) in enumerate((r, row) for r in ("pooled", "guarded") for row in ROWS)}
    return sorted(found, key=lambda row: order[row.rule, row.noise, row.num_seeds])


def _row(rule: str, noise: float, num_seeds: int, intervals: Sequence[Interval | None]) -> Verdicts:
    d0 = 1 / noise  # in units of the noise, which is 1 in the tables

    def counts(effect: float) -> Counter[str]:
        moved = [_moved(item, effect * d0) for item in intervals]
        return Counter(verdict.decide_effect(item, d0=d0, smallest_effect=d0 / 4) for item in moved)

    by_effect = {effect: counts(effect) for effect in {effect for effect, _ in COLUMNS}}
    shares = tuple(sum(by_effect[effect][name] for name in names) / len(intervals) for effect, names in COLUMNS)
    return Verdicts(rule=rule, noise=noise, num_seeds=num_seeds, shares=shares)


def _moved(interval: Interval | None, shift: float) -> Interval:
    assert interval is not None
    low, high = interval
    return low + shift, high + shift


def as_array(rows: list[Verdicts], rule: str) -> np.ndarray:
    """The shares of the rows of one rule."""
    return np.array([row.shares for row in rows if row.rule == rule])
