"""Judge a claim that variants come in an order: by a test of the whole order, and pair by pair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from repro.analyse.evidence import reasons, verdict
from repro.analyse.evidence.comparison import Comparison, compare, counts, deviations, estimated, means
from repro.analyse.evidence.gates import untestable_metric
from repro.analyse.evidence.looks.levels import OVERALL, one_sided
from repro.analyse.evidence.several import adjusted_interval, holm, page_trend_p
from repro.analyse.evidence.sizes import unsized
from repro.analyse.evidence.statistics import Estimate
from repro.analyse.judge.case import Case, unmeasured
from repro.artifacts.judged import JudgedRanking, RankedPair
from repro.spec.claims import Ranking
from repro.spec.terms.metrics import MORE, metric_named


def judged_ranking(case: Case, claim: Ranking, entry: JudgedRanking) -> JudgedRanking:
    """Measure and judge an order, in points.

    Each pair holds at its own level: all must, so that none needs another. One pair refutes the order only if
    its interval, adjusted for all of them, does (Holm): of four equal nets one pair in five tables would do
    so else.
    """
    entry = replace(entry, smallest_effect=claim.smallest_effect)
    cannot = claim.untestable or untestable_metric(claim.metric, num_classes=case.num_classes) or unmeasured(case, claim.metric)
    if cannot:
        return replace(entry, verdict=verdict.UNTESTABLE, reason=cannot)
    arms = case.population.arms(claim.arms, metric=claim.metric, protocol=claim.protocol)
    entry = replace(entry, n=counts(arms), means=means(arms), sds=deviations(arms))
    found = [compare(case.population, case.pair_of(*pair), decided_on="points") for pair in claim.pairs]
    compared = [pair for pair in found if pair is not None]
    if len(compared) < len(claim.pairs):
        return entry
    trend, num_blocks = _trend(case, claim)
    needed = [pair.seeds_needed(claim.smallest_effect) for pair in compared]
    seeds = max((one for one in needed if one is not None), default=None) if None not in needed else None
    entry = replace(
        entry,
        pairs=_pairs(claim, compared, level=entry.look.level),
        p_trend=trend,
        num_blocks=num_blocks,
        seeds_needed=seeds,
        test="Page's trend test",
    )
    return _decided(entry)


def _pairs(claim: Ranking, compared: list[Comparison], *, level: float) -> tuple[RankedPair, ...]:
    """What is found of each pair, of which the paper says that the first has less of the metric."""
    estimates = [pair.points for pair in compared]
    adjusted = holm([1.0 if one.p is None else one.p for one in estimates])
    verdicts, refutes = pair_verdicts(estimates, smallest_effect=claim.smallest_effect, level=level)
    return tuple(
        RankedPair(
            arm=pair.arm,
            against=pair.against,
            estimate=estimated(one),
            p=one.p,
            p_holm=None if one.p is None else p_holm,
            verdict=found,
            refutes=refuted,
        )
        for pair, one, p_holm, found, refuted in zip(compared, estimates, adjusted, verdicts, refutes, strict=True)
    )


def pair_verdicts(
    estimates: Sequence[Estimate], *, smallest_effect: float, level: float = OVERALL
) -> tuple[list[str], list[str]]:
    """The verdict on the direction of each pair, and that with an interval adjusted for all of them."""
    size = unsized(smallest_effect)
    wide = (adjusted_interval(one, one_sided=one_sided(level), num=len(estimates)) for one in estimates)
    alone, shared = (
        [verdict.decide(ends, size) if ends else verdict.INCONCLUSIVE for ends in intervals]
        for intervals in ((one.interval(level) for one in estimates), wide)
    )
    return alone, shared


def _trend(case: Case, claim: Ranking) -> tuple[float | None, int]:
    """The p-value of the whole order over the seeds that all variants have, and how many these are."""
    by_seed = [case.population.by_seed(arm, metric=claim.metric, protocol=claim.protocol) for arm in claim.arms]
    seeds = sorted(set.intersection(*(set(values) for values in by_seed)))
    if len(seeds) < 2:
        return None, len(seeds)
    tiers = [place for place, tier in enumerate(claim.tiers) for _ in tier]
    value_BA = np.array([[values[seed] for values in by_seed] for seed in seeds])
    sign = -1 if metric_named(claim.metric).better == MORE else 1
    return page_trend_p(sign * value_BA, tiers), len(seeds)


def _decided(entry: JudgedRanking) -> JudgedRanking:
    said = reasons.ranking_measured(entry)
    if any(pair.estimate.ci90 is None for pair in entry.pairs):
        brief = reasons.no_spread(entry.n)
        return replace(entry, verdict=verdict.INCONCLUSIVE, brief=brief, reason=f"{said} {brief}")
    name = verdict.decide_ranking(
        [pair.verdict for pair in entry.pairs],
        adjusted=[pair.refutes for pair in entry.pairs],
        trend=entry.p_trend is not None and entry.p_trend <= one_sided(entry.look.level),
    )
    brief = reasons.ranking_meaning(name, entry)
    return replace(entry, verdict=name, brief=brief, reason=f"{said} {brief}")
