"""Measure two arms, or one arm by two protocols, or one arm's level, on every scale that the report shows.

Shape suffixes: S seeds, N examples.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from statistics import stdev

from repro.analyse.evidence.dunnett import dunnett_p
from repro.analyse.evidence.lenders import lenders_for
from repro.analyse.evidence.pairing import Common, common_values, paired_difference
from repro.analyse.evidence.population import Population
from repro.analyse.evidence.precisions import precision_se
from repro.analyse.evidence.spreads import Values
from repro.analyse.evidence.statistics import (
    Estimate,
    difference,
    example_se,
    mean_example_se,
    mean_of,
    paired,
    seeds_needed,
    total_interval,
    welch,
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
    """An effect, metric(against) - metric(arm), in points and as log ratio (None for what has no ratio, as a difference).

    welch, welch_points: the same by the two arms' own spreads, unpaired, on the deciding scale and in points.
    common: what both have at the same seeds.
    p_adjusted: Dunnett's, for all arms of the table against its control, on the deciding scale; None if neither arm is it.
    """

    arms: Mapping[str, Values]
    arm: str
    against: str
    decided_on: str
    points: Estimate
    log_ratio: Estimate | None
    welch: Estimate | None
    welch_points: Estimate
    common: Common
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
        found = self.deciding
        if found is None or not found.sd:
            return None
        if self.common.paired:
            return seeds_needed(effect, sd=found.sd / math.sqrt(2), num_arms=1)
        return seeds_needed(effect, sd=found.sd, num_arms=max(len(found.pool), 2))

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


def compare(population: Population, pair: Pair, *, decided_on: str) -> Comparison | None:
    """Compare two arms, seed by seed if the rule of `pairing` says so, else with the spread that the page's networks lend.

    None if one has no finished run.
    """
    arm, against, metric, protocol = pair.arm, pair.against, pair.metric, pair.protocol
    lenders = lenders_for(population, pair.pool, (arm, against), protocol=protocol)
    by_seed = {name: population.by_seed(name, metric=metric, protocol=protocol) for name in (*lenders, arm, against)}
    arms = {name: list(values.values()) for name, values in by_seed.items() if values}
    if arm not in arms or against not in arms:
        return None
    seeds = {name: list(by_seed[name]) for name in arms}
    common = common_values(by_seed[arm], by_seed[against])
    floor = population.least_value((arm, against), metric=metric, protocol=protocol)

    def measured(log: bool) -> Estimate:
        if common.paired:
            return paired_difference(common, log=log, floor=floor)
        return difference(arms, arm=arm, against=against, log=log, lenders=lenders, seeds=seeds, floor=floor)

    ratios = metric_named(metric).ratio != NEVER and all(min(arms[name]) >= 0 for name in (arm, against))
    points, log_ratio = measured(False), measured(True) if ratios else None
    log = decided_on == "log_ratio"
    deciding = log_ratio if log else points
    rows = set(seeds[arm]) & set(seeds[against]) if common.paired else None
    se = _examples_se(population, ((arm, protocol), (against, protocol)), metric=metric, log_ratio=log, seeds=rows)
    return Comparison(
        arms=arms,
        arm=arm,
        against=against,
        decided_on=decided_on,
        points=points,
        log_ratio=log_ratio,
        welch=welch(arms, arm=arm, against=against, log=log, floor=floor) if deciding else None,
        welch_points=welch(arms, arm=arm, against=against),
        common=common,
        total_ci90=total_interval(deciding, example_se=se) if deciding and se is not None else None,
        p_adjusted=_adjusted_p(population, pair, deciding, log=log),
    )


def _adjusted_p(population: Population, pair: Pair, deciding: Estimate | None, *, log: bool) -> float | None:
    """Dunnett's p-value of the pair among all variants that are compared with its control; None if it is not in it."""
    if deciding is None or pair.control not in (pair.arm, pair.against):
        return None
    names = dict.fromkeys((*pair.family, pair.arm, pair.against))
    family = population.arms(list(names), metric=pair.metric, protocol=pair.protocol)
    # A logarithm's variance is that of the mean over its square.
    weights = {name: len(values) * ((math.fsum(values) / len(values)) ** 2 if log else 1.0) for name, values in family.items()}
    return dunnett_p(deciding, weights=weights, control=pair.control)


def compare_within(
    population: Population, *, arm: str, metric: str, protocol: str, against_protocol: str, decided_on: str
) -> Within | None:
    """Measure the effect of one protocol inside each run of `arm`; None if no run has been measured by both.

    Without `against_protocol` the effect of a run is its metric.
    """
    value_by_seed = population.by_seed(arm, metric=metric, protocol=protocol)
    against_by_seed = population.by_seed(arm, metric=metric, protocol=against_protocol) if against_protocol else {}
    seeds = [seed for seed in value_by_seed if seed in against_by_seed or not against_protocol]
    if not seeds:
        return None
    both = [(value_by_seed[seed], against_by_seed[seed]) for seed in seeds] if against_protocol else []
    points = paired([against - value for value, against in both] or [value_by_seed[seed] for seed in seeds])
    log_ratio = None
    if metric_named(metric).ratio != NEVER and both:
        floor = max(population.least_value((arm,), metric=metric, protocol=name) for name in (protocol, against_protocol))
        log_ratio = paired([math.log(max(against, floor) / max(value, floor)) for value, against in both])
    deciding = points if decided_on == "points" else log_ratio
    views = ((arm, protocol), (arm, against_protocol))
    log = decided_on == "log_ratio"
    se = _examples_se(population, views, metric=metric, log_ratio=log, seeds=set(seeds)) if against_protocol else None
    return Within(
        arm=arm,
        values=[value_by_seed[seed] for seed in seeds],
        decided_on=decided_on,
        points=points,
        log_ratio=log_ratio,
        total_ci90=total_interval(deciding, example_se=se) if deciding and se is not None else None,
    )


def measure_level(population: Population, *, arm: str, pool: Sequence[str], metric: str, protocol: str) -> Level | None:
    """Measure the mean of `arm`, with the spread that the networks of `pool` lend it; None if it has no run."""
    lenders = lenders_for(population, pool, (arm,), protocol=protocol)
    names = list(dict.fromkeys((*lenders, arm)))
    arms = population.arms(names, metric=metric, protocol=protocol)
    if arm not in arms:
        return None
    seeds = {name: list(population.by_seed(name, metric=metric, protocol=protocol)) for name in arms}
    estimate = mean_of(arms, arm=arm, lenders=lenders, seeds=seeds)
    total = None
    # Runs of different folds have different examples, over which no one mean can be taken.
    if metric in TOP_K and population.same_examples([arm], split="test", protocol=protocol):
        correct_SN = population.correct_SN(arm, split="test", protocol=protocol, k=TOP_K[metric])
        total = total_interval(estimate, example_se=mean_example_se(correct_SN))
    elif (se := precision_se(population, (arm,), metric=metric)) is not None:
        total = total_interval(estimate, example_se=se)
    return Level(arms=arms, arm=arm, estimate=estimate, ci90=estimate.ci90, total_ci90=total)


def _examples_se(
    population: Population,
    views: tuple[tuple[str, str], tuple[str, str]],
    *,
    metric: str,
    log_ratio: bool,
    seeds: Collection[int] | None,
) -> float | None:
    """The standard error that the choice of images adds to the difference of two views, (arm, protocol) each.

    seeds: of the runs that are compared each with its own (default: all runs, unpaired). None if the arms were scored on
    different images, or if the metric rests on no scores.
    """
    k, shares = TOP_K.get(metric, 1), []
    for split in metric_named(metric).splits:
        arms = sorted({arm for arm, _ in views})
        if not all(population.same_examples(arms, split=split, protocol=protocol) for _, protocol in views):
            return None
        arm_SN, against_SN = (
            population.correct_SN(arm, split=split, protocol=protocol, k=k, seeds=seeds) for arm, protocol in views
        )
        if arm_SN.shape[1] != against_SN.shape[1] or (log_ratio and (arm_SN.mean() >= 1 or against_SN.mean() >= 1)):
            return None
        shares.append(example_se(arm_SN, against_SN, log_ratio=log_ratio, paired=seeds is not None))
    if shares:
        return math.hypot(*shares)
    return precision_se(population, tuple(arm for arm, _ in views), metric=metric)


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
