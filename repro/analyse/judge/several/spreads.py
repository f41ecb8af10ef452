"""Judge a claim that several variants differ by little: the largest value less the smallest."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import combinations

from repro.analyse.evidence import reasons, verdict
from repro.analyse.evidence.comparison import Comparison, compare, counts, deviations, means
from repro.analyse.evidence.gates import untestable_metric
from repro.analyse.evidence.several import range_interval, seeds_for_spread
from repro.analyse.evidence.statistics import Estimate
from repro.analyse.judge.case import Case, unmeasured
from repro.analyse.judge.differences import UNPAIRED
from repro.analyse.judge.entries import split
from repro.analyse.judge.sizes import size_of
from repro.artifacts.judged import Estimated, Interval, JudgedSpread
from repro.spec.claims import Spread


def judged_spread(case: Case, claim: Spread, entry: JudgedSpread) -> JudgedSpread:
    """Measure and judge a spread; off the paper's own data errors are compared by their ratio."""
    size = size_of(claim, decided_on=entry.decided_on)
    cannot = claim.untestable or untestable_metric(claim.metric, num_classes=case.num_classes) or unmeasured(case, claim.metric)
    if size is None or size.least is None:
        cannot = cannot or f"{claim.unpaired} {UNPAIRED}"
    if cannot or size is None or size.least is None:
        return replace(entry, verdict=verdict.UNTESTABLE, reason=cannot)
    arms = case.population.arms(claim.arms, metric=claim.metric, protocol=claim.protocol)
    entry = replace(entry, d0=size.least, n=counts(arms), means=means(arms), sds=deviations(arms))
    pairs = list(combinations(claim.arms, 2))
    found = [compare(case.population, case.pair_of(*pair), decided_on=entry.decided_on) for pair in pairs]
    compared = [pair for pair in found if pair is not None]
    if len(compared) < len(pairs):
        return entry
    estimates = [pair.deciding for pair in compared if pair.deciding is not None]
    if len(estimates) < len(pairs):
        return replace(entry, verdict=verdict.UNTESTABLE, reason=reasons.NO_RATIO)
    ends = range_interval(estimates, num_arms=len(entry.means), level=entry.look.level)
    return _decided(_measured(replace(entry, look_ci=split(ends, entry)), compared, estimates), ends)


def _measured(entry: JudgedSpread, compared: list[Comparison], estimates: list[Estimate]) -> JudgedSpread:
    """The entry with the spread on the deciding scale and in points, and the seeds that it needs."""
    num = len(entry.means)
    largest, smallest = max(entry.means, key=entry.means.__getitem__), min(entry.means, key=entry.means.__getitem__)
    spread, points = (_spread(found, num) for found in (estimates, [pair.points for pair in compared]))
    sd = max((one.se for one in estimates), default=0.0) * math.sqrt(min(entry.n.values()) / 2)
    return replace(
        entry,
        estimate=spread.estimate,
        ci90=spread.ci90,
        ci95=spread.ci95,
        points=points,
        largest=largest,
        smallest=smallest,
        test="studentized range",
        seeds_needed=None if entry.d0 is None else seeds_for_spread(entry.d0, sd=sd, num_arms=num),
    )


def _spread(pairs: list[Estimate], num_arms: int) -> Estimated:
    value = max(abs(pair.value) for pair in pairs)
    ci90, ci95 = (range_interval(pairs, num_arms=num_arms, level=level) for level in (0.90, 0.95))
    return Estimated(estimate=value, ci90=ci90, ci95=ci95)


def _decided(entry: JudgedSpread, ends: Interval | None) -> JudgedSpread:
    said = reasons.spread_measured(entry)
    if ends is None or entry.d0 is None:
        brief = reasons.no_spread(entry.n)
        return replace(entry, verdict=verdict.INCONCLUSIVE, brief=brief, reason=f"{said} {brief}")
    name = verdict.decide_spread(ends, bound=entry.d0)
    brief = reasons.spread_meaning(name, entry)
    return replace(entry, verdict=name, brief=brief, reason=f"{said} {brief}")
