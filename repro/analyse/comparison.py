"""Measure two arms against each other, or one arm's level, on every scale that the report shows. Shapes: S seeds, N examples."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import stdev
from typing import Any

import numpy as np

from repro.analyse.gates import not_learned
from repro.analyse.ledger import TOP_K, Ledger
from repro.analyse.statistics import (
    Estimate,
    Interval,
    Values,
    difference,
    dunnett_p,
    example_se,
    mean_of,
    pooled_spread,
    seeds_needed,
    total_interval,
)


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """An effect, metric(against) - metric(arm), in points and as log ratio (None where an error is 0 or a difference).

    p_adjusted: Dunnett's, for all arms of the table against its control, on the deciding scale; None if neither arm is it.
    """

    arms: Mapping[str, Values]
    arm: str
    against: str
    decided_on: str
    points: Estimate
    log_ratio: Estimate | None
    total_ci90: Interval | None
    p_adjusted: float | None

    @property
    def deciding(self) -> Estimate | None:
        return self.points if self.decided_on == "points" else self.log_ratio

    @property
    def n(self) -> dict[str, int]:
        return {name: len(self.arms[name]) for name in (self.arm, self.against)}

    def seeds_needed(self, effect: float) -> int | None:
        """Return the seeds per arm that would find `effect`, on the deciding scale, with 80 % power."""
        if self.deciding is None:
            return None
        if self.deciding.sd is not None:
            return seeds_needed(effect, sd=self.deciding.sd, num_arms=len(self.arms))
        pair = [_on_scale(self.arms[name], self.decided_on) for name in (self.arm, self.against)]
        return seeds_needed(effect, sd=pooled_spread(pair).sd, num_arms=2)

    def entry(self) -> dict[str, Any]:
        """Return the measured fields of an effect."""
        deciding = self.deciding
        return {
            **(_deciding_fields(deciding) if deciding else {}),
            "points": intervals(self.points),
            "log_ratio": intervals(self.log_ratio) if self.log_ratio else None,
            "total_ci90": listed(self.total_ci90),
            "p_adjusted": self.p_adjusted,
            "n": self.n,
            **means_and_sds(self.arms, [self.arm, self.against]),
        }


@dataclass(frozen=True, kw_only=True)
class Level:
    """The mean of one arm."""

    arms: Mapping[str, Values]
    arm: str
    estimate: Estimate
    ci90: Interval | None
    total_ci90: Interval | None

    @property
    def n(self) -> dict[str, int]:
        return {self.arm: len(self.arms[self.arm])}

    def entry(self) -> dict[str, Any]:
        """Return the measured fields of a claim."""
        return {
            **_deciding_fields(self.estimate),
            "total_ci90": listed(self.total_ci90),
            "n": self.n,
            **means_and_sds(self.arms, [self.arm]),
        }


def compare(
    ledger: Ledger, *, arm: str, against: str, pool: Sequence[str], control: str, metric: str, protocol: str, decided_on: str
) -> Comparison | None:
    """Compare two arms, their variance pooled over the variants of `pool` that have learned; None if one has no finished run."""
    arms = ledger.arms(_pooled(ledger, pool, (arm, against), protocol=protocol), metric=metric, protocol=protocol)
    if arm not in arms or against not in arms:
        return None
    logs = None
    if metric in TOP_K and all(value > 0 for name in (arm, against) for value in arms[name]):
        logs = {name: _on_scale(values, "log_ratio") for name, values in arms.items() if min(values) > 0}
    deciding_arms = arms if decided_on == "points" else logs
    points = difference(arms, arm=arm, against=against)
    log_ratio = difference(logs, arm=arm, against=against) if logs else None
    deciding = points if decided_on == "points" else log_ratio
    se = _examples_se(ledger, arm=arm, against=against, metric=metric, protocol=protocol, log_ratio=decided_on == "log_ratio")
    other = against if arm == control else arm if against == control else None
    return Comparison(
        arms=arms,
        arm=arm,
        against=against,
        decided_on=decided_on,
        points=points,
        log_ratio=log_ratio,
        total_ci90=total_interval(deciding, example_se=se) if deciding and se is not None else None,
        p_adjusted=dunnett_p(deciding_arms, control=control).get(other) if other and deciding_arms else None,
    )


def measure_level(ledger: Ledger, *, arm: str, pool: Sequence[str], metric: str, protocol: str) -> Level | None:
    """Measure the mean of `arm`, its variance pooled over the variants of `pool` that have learned; None if it has no run."""
    arms = ledger.arms(_pooled(ledger, pool, (arm,), protocol=protocol), metric=metric, protocol=protocol)
    if arm not in arms:
        return None
    estimate = mean_of(arms, arm=arm)
    correct_N = ledger.correct_SN(arm, split="test", protocol=protocol, k=TOP_K[metric]).mean(axis=0)
    se = float(np.std(correct_N) / math.sqrt(len(correct_N)))
    return Level(arms=arms, arm=arm, estimate=estimate, ci90=estimate.ci90, total_ci90=total_interval(estimate, example_se=se))


def _pooled(ledger: Ledger, pool: Sequence[str], wanted: Sequence[str], *, protocol: str) -> list[str]:
    """Return `wanted` and the variants of `pool` that have learned.

    A network that stays at chance gives every seed the same error: its spread says nothing about that of the others,
    and pooled with theirs it would make every interval of the table too narrow.
    """
    return [name for name in pool if name in wanted or not not_learned(ledger, name, role="network", protocol=protocol)]


def _examples_se(ledger: Ledger, *, arm: str, against: str, metric: str, protocol: str, log_ratio: bool) -> float | None:
    """Return the standard error that the choice of images adds; None if the arms were scored on different images."""
    k = TOP_K.get(metric, 1)
    shares = []
    for split in ("test", "train") if metric == "top1_gap" else ("test",):
        if not ledger.same_examples([arm, against], split=split, protocol=protocol):
            return None
        arm_SN = ledger.correct_SN(arm, split=split, protocol=protocol, k=k)
        against_SN = ledger.correct_SN(against, split=split, protocol=protocol, k=k)
        if log_ratio and (arm_SN.all() or against_SN.all()):
            return None
        shares.append(example_se(arm_SN, against_SN, log_ratio=log_ratio))
    return math.hypot(*shares)


def _on_scale(values: Values, decided_on: str) -> list[float]:
    return [math.log(value) for value in values] if decided_on == "log_ratio" else list(values)


def _deciding_fields(estimate: Estimate) -> dict[str, Any]:
    return {
        **intervals(estimate),
        "sd_pooled": estimate.sd if estimate.df > 0 else None,
        "df": estimate.df,
        "test": estimate.test,
        "p_raw": estimate.p,
    }


def intervals(estimate: Estimate) -> dict[str, Any]:
    """Return estimate and intervals, JSON-ready."""
    return {"estimate": estimate.value, "ci90": listed(estimate.ci90), "ci95": listed(estimate.ci95)}


def listed(interval: Interval | None) -> list[float] | None:
    """Return an interval as JSON has it."""
    return None if interval is None else [float(end) for end in interval]


def means_and_sds(arms: Mapping[str, Values], names: Sequence[str]) -> dict[str, Any]:
    """Return mean and standard deviation over seeds of each of `names` in the metric's own unit."""
    return {
        "means": {name: math.fsum(arms[name]) / len(arms[name]) for name in names},
        "sds": {name: stdev(arms[name]) if len(arms[name]) > 1 else None for name in names},
    }
