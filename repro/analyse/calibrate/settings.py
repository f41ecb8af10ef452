"""What is simulated, and how one setting is run: many invented tables, an interval for each, and how many are right."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from repro.analyse.evidence import verdict
from repro.analyse.evidence.statistics import Estimate
from repro.artifacts.judged import Interval

#: What a 90 % interval should cover, and how far from it a setting may lie below; above is the safe side.
NOMINAL, SLACK = 0.90, 0.02

#: One invented table: its interval, None where none is made.
Draw = Callable[[np.random.Generator], Interval | None]


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One kind of table. truth: the effect that the interval should cover. sd: of a seed, where there is no effect at all.

    side: "lower" where only the lower end is meant (a bound from below).
    """

    kind: str
    name: str
    num_seeds: int
    draw: Draw
    truth: float
    sd: float | None = None
    side: str = "both"
    share: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a setting came out over `num` tables.

    covered: share of intervals that hold the truth. false_rate: share of verdicts DIRECTION or REVERSED where there is no
    effect, None where there is one. half_width: the median half width. without: the share of tables that gave no interval.
    """

    kind: str
    name: str
    num_seeds: int
    num: int
    covered: float
    false_rate: float | None
    half_width: float
    without: float

    @property
    def side(self) -> str:
        """Whether the setting is nominal (within .02), on the safe side (above), or below, chance aside (two standard errors)."""
        if self.covered + 2 * self.se < NOMINAL - SLACK:
            return "below"
        return "safe" if self.covered - 2 * self.se > NOMINAL + SLACK else "nominal"

    @property
    def se(self) -> float:
        """The standard error of `covered`."""
        return math.sqrt(self.covered * (1 - self.covered) / self.num)


def rng_for(*parts: object) -> np.random.Generator:
    """A generator of its own for each setting, so that one more setting changes no other."""
    digest = hashlib.sha256("\n".join(map(str, parts)).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "little"))


def run(setting: Setting, *, num: int, seed: int) -> Outcome:
    """Draw `num` tables of a setting and count; the same arguments give the same numbers."""
    rng = rng_for(seed, setting.kind, setting.name, setting.num_seeds)
    num = max(1, round(num * setting.share))
    covered, false, widths = 0, 0, []
    for _ in range(num):
        interval = setting.draw(rng)
        if interval is None:
            continue
        low, high = interval
        widths.append((high - low) / 2)
        covered += low <= setting.truth and (setting.side == "lower" or setting.truth <= high)
        if setting.sd is not None:
            name = verdict.decide_effect(interval, d0=None, smallest_effect=setting.sd / 4)
            false += name in (verdict.DIRECTION, verdict.REVERSED)
    made = len(widths)
    return Outcome(
        kind=setting.kind,
        name=setting.name,
        num_seeds=setting.num_seeds,
        num=num,
        covered=covered / made if made else 1.0,
        false_rate=false / made if setting.sd is not None and made else None,
        half_width=float(np.median(widths)) if widths else math.inf,
        without=1 - made / num,
    )


def named(rows: Sequence[Sequence[float]]) -> dict[str, list[float]]:
    """The arms of a table, called by their numbers."""
    return {str(i): list(row) for i, row in enumerate(rows)}


def interval_of(estimate: Estimate) -> Interval | None:
    """The interval that decides a verdict."""
    return estimate.ci90
