"""Measure two arms, or one arm by two protocols, or one arm's level, on every scale that the report shows.

Shape suffixes: S seeds, N examples.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import stdev

import numpy as np

from repro.analyse.evidence.gates import not_learned
from repro.analyse.evidence.ledger import Ledger
from repro.analyse.evidence.statistics import (
    Estimate,
    Values,
    difference,
    dunnett_p,
    example_se,
    mean_of,
    paired,
    pooled_spread,
    seeds_needed,
    total_interval,
)
from repro.artifacts.judged import Estimated, Interval
from repro.spec.terms.metrics import NEVER, TOP_K, metric_named


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two arms and what they are compared by.

    pool: the variants whose spread stands for that of the arms. control, family: all variants of a page that are compared
    with one control, that included, over which a p-value is adjusted.
    """

    arm: str
    against: str
    pool: tuple[str, ...]
    control: str
    family: tuple[str, ...]
    metric: str
    protocol: str


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
        """The seeds per arm that would find `effect`, on the deciding scale, with 80 % power."""
        if self.deciding is None:
            return None
        if self.deciding.sd is not None:
            return seeds_needed(effect, sd=self.deciding.sd, num_arms=len(self.arms))
        pair = [_on_scale(self.arms[name], self.decided_on) for name in (self.arm, self.against)]
        return seeds_needed(effect, sd=pooled_spread(pair).sd, num_arms=2)

    @property
    def compared(self) -> dict[str, Values]:
        """The values of the two arms, in the order in which claims name them."""
        return {name: self.arms[name] for name in (self.arm, self.against)}


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

    @property
    def compared(self) -> dict[str, Values]:
        """The values of the arm."""
        return {self.arm: self.arms[self.arm]}


@dataclass(frozen=True, kw_only=True)
class Within:
    """An effect inside each run of one arm: its metric by another protocol less that by the claim's own, or its metric alone."""

    arm: str
    values: Values
    decided_on: str
    points: Estimate
    log_ratio: Estimate | None
    total_ci90: Interval | None

    @property
    def deciding(self) -> Estimate | None:
        return self.points if self.decided_on == "points" else self.log_ratio

    @property
    def n(self) -> dict[str, int]:
        return {self.arm: len(self.values)}

    def seeds_needed(self, effect: float) -> int | None:
        """The runs that would find `effect`, on the deciding scale, with 80 % power."""
        if self.deciding is None or self.deciding.sd is None:
            return None
        return seeds_needed(effect, sd=self.deciding.sd / math.sqrt(2), num_arms=1)

    @property
    def compared(self) -> dict[str, Values]:
        """The values of the arm."""
        return {self.arm: self.values}


def compare(ledger: Ledger, pair: Pair, *, decided_on: str) -> Comparison | None:
    """Compare two arms, their variance pooled over the variants that have learned; None if one has no finished run."""
    arm, against, protocol = pair.arm, pair.against, pair.protocol
    arms = ledger.arms(_pooled(ledger, pair.pool, (arm, against), protocol=protocol), metric=pair.metric, protocol=protocol)
    if arm not in arms or against not in arms:
        return None
    logs = None
    if metric_named(pair.metric).ratio != NEVER and all(value > 0 for name in (arm, against) for value in arms[name]):
        logs = {name: _on_scale(values, "log_ratio") for name, values in arms.items() if min(values) > 0}
    points = difference(arms, arm=arm, against=against)
    log_ratio = difference(logs, arm=arm, against=against) if logs else None
    deciding = points if decided_on == "points" else log_ratio
    views = ((arm, protocol), (against, protocol))
    se = _examples_se(ledger, views, metric=pair.metric, log_ratio=decided_on == "log_ratio")
    return Comparison(
        arms=arms,
        arm=arm,
        against=against,
        decided_on=decided_on,
        points=points,
        log_ratio=log_ratio,
        total_ci90=total_interval(deciding, example_se=se) if deciding and se is not None else None,
        p_adjusted=_adjusted_p(pair, arms if decided_on == "points" else logs),
    )


def _adjusted_p(pair: Pair, arms: Mapping[str, Values] | None) -> float | None:
    """Dunnett's p-value of the pair among all variants that are compared with its control; None if it is not in it."""
    if not arms or pair.control not in (pair.arm, pair.against):
        return None
    other = pair.against if pair.arm == pair.control else pair.arm
    family = {name: values for name, values in arms.items() if name in (*pair.family, other, pair.control)}
    return dunnett_p(family, control=pair.control).get(other)


def compare_within(
    ledger: Ledger, *, arm: str, metric: str, protocol: str, against_protocol: str, decided_on: str
) -> Within | None:
    """Measure the effect of one protocol inside each run of `arm`; None if no run has been measured by both.

    Without `against_protocol` the effect of a run is its metric.
    """
    value_by_seed = ledger.by_seed(arm, metric=metric, protocol=protocol)
    against_by_seed = ledger.by_seed(arm, metric=metric, protocol=against_protocol) if against_protocol else {}
    seeds = [seed for seed in value_by_seed if seed in against_by_seed or not against_protocol]
    if not seeds:
        return None
    both = [(value_by_seed[seed], against_by_seed[seed]) for seed in seeds] if against_protocol else []
    points = paired([against - value for value, against in both] or [value_by_seed[seed] for seed in seeds])
    ratios = metric_named(metric).ratio != NEVER and bool(both) and all(min(two) > 0 for two in both)
    log_ratio = paired([math.log(against / value) for value, against in both]) if ratios else None
    deciding = points if decided_on == "points" else log_ratio
    views = ((arm, protocol), (arm, against_protocol))
    se = _examples_se(ledger, views, metric=metric, log_ratio=decided_on == "log_ratio") if against_protocol else None
    return Within(
        arm=arm,
        values=[value_by_seed[seed] for seed in seeds],
        decided_on=decided_on,
        points=points,
        log_ratio=log_ratio,
        total_ci90=total_interval(deciding, example_se=se) if deciding and se is not None else None,
    )


def measure_level(ledger: Ledger, *, arm: str, pool: Sequence[str], metric: str, protocol: str) -> Level | None:
    """Measure the mean of `arm`, its variance pooled over the variants of `pool` that have learned; None if it has no run."""
    arms = ledger.arms(_pooled(ledger, pool, (arm,), protocol=protocol), metric=metric, protocol=protocol)
    if arm not in arms:
        return None
    estimate = mean_of(arms, arm=arm)
    total = None
    # Runs of different folds have different examples, over which no one mean can be taken.
    if metric in TOP_K and ledger.same_examples([arm], split="test", protocol=protocol):
        correct_N = ledger.correct_SN(arm, split="test", protocol=protocol, k=TOP_K[metric]).mean(axis=0)
        total = total_interval(estimate, example_se=float(np.std(correct_N) / math.sqrt(len(correct_N))))
    return Level(arms=arms, arm=arm, estimate=estimate, ci90=estimate.ci90, total_ci90=total)


def _pooled(ledger: Ledger, pool: Sequence[str], wanted: Sequence[str], *, protocol: str) -> list[str]:
    """`wanted` and the variants of `pool` that have learned.

    A network that stays at chance gives every seed the same error: its spread says nothing about that of the others,
    and pooled with theirs it would make every interval of the table too narrow.
    """
    return [name for name in pool if name in wanted or not not_learned(ledger, name, role="network", protocol=protocol)]


def _examples_se(ledger: Ledger, views: tuple[tuple[str, str], tuple[str, str]], *, metric: str, log_ratio: bool) -> float | None:
    """The standard error that the choice of images adds to the difference of two views, (arm, protocol) each.

    None if the arms were scored on different images, or if the metric rests on no scores.
    """
    k, shares = TOP_K.get(metric, 1), []
    for split in metric_named(metric).splits:
        arms = sorted({arm for arm, _ in views})
        if not all(ledger.same_examples(arms, split=split, protocol=protocol) for _, protocol in views):
            return None
        arm_SN, against_SN = (ledger.correct_SN(arm, split=split, protocol=protocol, k=k) for arm, protocol in views)
        if arm_SN.shape[1] != against_SN.shape[1] or (log_ratio and (arm_SN.mean() >= 1 or against_SN.mean() >= 1)):
            return None
        shares.append(example_se(arm_SN, against_SN, log_ratio=log_ratio))
    return math.hypot(*shares) if shares else None


def _on_scale(values: Values, decided_on: str) -> list[float]:
    return [math.log(value) for value in values] if decided_on == "log_ratio" else list(values)


def estimated(estimate: Estimate) -> Estimated:
    """An estimate with its intervals, as claims.json has it."""
    return Estimated(estimate=estimate.value, ci90=estimate.ci90, ci95=estimate.ci95)


def counts(arms: Mapping[str, Values]) -> dict[str, int]:
    """The number of seeds of each arm."""
    return {name: len(values) for name, values in arms.items()}


def means(arms: Mapping[str, Values]) -> dict[str, float]:
    """The mean over the seeds of each arm, in the metric's own unit."""
    return {name: math.fsum(values) / len(values) for name, values in arms.items()}


def deviations(arms: Mapping[str, Values]) -> dict[str, float | None]:
    """The standard deviation over the seeds of each arm, None for a single seed."""
    return {name: stdev(values) if len(values) > 1 else None for name, values in arms.items()}
