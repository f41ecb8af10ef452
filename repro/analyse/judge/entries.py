"""Begin the entry of a claim with what the paper states, and put measurements into it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TypeVar

from repro.analyse.evidence import comparison
from repro.analyse.evidence.comparison import Comparison, counts, deviations, estimated, means
from repro.analyse.evidence.looks.levels import OVERALL
from repro.analyse.evidence.sizes import Size
from repro.analyse.evidence.statistics import Estimate
from repro.analyse.judge.case import Case
from repro.analyse.judge.sizes import decided_on, paper_log_ratio
from repro.artifacts.judged import (
    Interval,
    Judged,
    JudgedByRuns,
    JudgedClaim,
    JudgedCount,
    JudgedDifference,
    JudgedEffect,
    JudgedExact,
    JudgedLevel,
    JudgedParts,
    JudgedRanking,
    JudgedRatio,
    JudgedSigns,
    JudgedSized,
    JudgedSlope,
    JudgedSpread,
    JudgedWithin,
    Reproduction,
)
from repro.spec.claims import (
    Count,
    Direction,
    Effect,
    Every,
    Exact,
    Level,
    NoWorse,
    Ranking,
    Ratio,
    Signs,
    Sized,
    Slope,
    Spread,
    Within,
)
from repro.spec.claims import Reproduction as Measured

ByRuns = TypeVar("ByRuns", bound=JudgedByRuns)


def stated(case: Case) -> JudgedClaim:
    """The entry of a claim of which nothing is measured."""
    # What the entries of all kinds share is made once, with its types, and handed on whole.
    shared = _shared(case)
    match case.claim:
        case Level() as claim:
            return JudgedLevel(**vars(shared), paper_value=claim.paper_value)
        case Effect() | Direction() | NoWorse() as claim:
            return JudgedEffect(**vars(_printed_difference(claim, shared)))
        case Within() as claim:
            return JudgedWithin(**vars(_printed_difference(claim, shared)), against_protocol=claim.against_protocol)
        case Ratio() as claim:
            return JudgedRatio(**vars(_printed_size(claim, shared)))
        case Ranking() as claim:
            return JudgedRanking(**vars(shared), tiers=claim.tiers)
        case Spread() as claim:
            delta, least, most = claim.paper_delta, claim.paper_arm, claim.paper_against
            return JudgedSpread(**vars(shared), paper_delta=delta, paper_arm=least, paper_against=most)
        case Slope() as claim:
            return JudgedSlope(**vars(shared), along=claim.along, paper_value=claim.paper_value)
        case Count() as claim:
            return JudgedCount(**vars(shared), at_most=claim.at_most, at_least=claim.at_least, chance=claim.chance)
        case Signs():
            return JudgedSigns(**vars(shared))
        case Exact() as claim:
            return JudgedExact(**vars(shared), paper_value=claim.paper_value, bound=claim.bound)
        case Every() as claim:
            return JudgedParts(**vars(shared), paper_delta=claim.paper_delta)


def _printed_difference(claim: Effect | Direction | NoWorse | Within, shared: Judged) -> JudgedDifference:
    """The printed size of a difference, empty where the paper prints none."""
    sized = claim if isinstance(claim, Sized) else None
    return JudgedDifference(
        **vars(_printed_size(sized, shared)),
        paper_delta=sized.paper_delta if sized else None,
        paper_arm=sized.paper_arm if sized else None,
        paper_against=sized.paper_against if sized else None,
    )


def _printed_size(sized: Sized | None, shared: Judged) -> JudgedSized:
    """The printed ratio and how the size is meant, empty where the paper prints none."""
    if sized is None:
        return JudgedSized(**vars(shared), paper_ratio=None, paper_log_ratio=None)
    return JudgedSized(
        **vars(shared),
        paper_ratio=sized.paper_ratio,
        paper_log_ratio=paper_log_ratio(sized),
        bound=sized.bound,
        paper_most=sized.paper_most,
    )


def _reproduction(found: Measured) -> Reproduction:
    """What others measured, without where it is found, which the catalogue knows."""
    return Reproduction(**{key: value for key, value in vars(found).items() if key != "url"})


def _shared(case: Case) -> Judged:
    claim = case.claim
    return Judged(
        id=claim.id,
        paper=case.population.paper.name,
        where=claim.where,
        statement=claim.statement,
        kind=claim.kind,
        metric=claim.metric,
        protocol=claim.protocol,
        dataset=case.data_words,
        row=claim.row,
        column=claim.column,
        confidence=claim.confidence,
        note=claim.note,
        reproductions=tuple(map(_reproduction, claim.reproductions)),
        arms=claim.arms,
        chosen=case.arms,
        decided_on=decided_on(claim, evidence=case.evidence),
        evidence=case.evidence,
        look=case.look,
    )


def with_level(entry: JudgedLevel, level: comparison.Level) -> JudgedLevel:
    """The entry with the mean of its arm."""
    values = level.compared
    entry = with_estimate(entry, level.estimate)
    return replace(entry, total_ci90=level.total_ci90, n=counts(values), means=means(values), sds=deviations(values))


SizedEntry = TypeVar("SizedEntry", bound=JudgedSized)


def with_size(entry: SizedEntry, size: Size | None) -> SizedEntry:
    """The entry with the size by which it is judged, on the deciding scale."""
    if size is None:
        return entry
    low, high = size.band or (None, None)
    return replace(
        entry,
        d0=size.least,
        d0_most=None if size.most is None or math.isinf(size.most) else size.most,
        band=None if low is None or high is None else (low, None if math.isinf(high) else high),
        smallest_effect=size.smallest,
    )


Difference = TypeVar("Difference", bound=JudgedDifference)


def with_difference(entry: Difference, compared: Comparison | comparison.Within) -> Difference:
    """The entry with a difference in points and as log ratio."""
    values = compared.compared
    if compared.deciding:
        entry = with_estimate(entry, compared.deciding)
    return replace(
        entry,
        points=estimated(compared.points),
        log_ratio=estimated(compared.log_ratio) if compared.log_ratio else None,
        total_ci90=compared.total_ci90,
        n=counts(values),
        means=means(values),
        sds=deviations(values),
    )


def split(interval: Interval | None, entry: Judged) -> Interval | None:
    """The interval that decides, where the level is split over looks; None where the 90 % interval does."""
    return None if entry.look.level == OVERALL else interval


def with_estimate(entry: ByRuns, estimate: Estimate) -> ByRuns:
    """The entry with the estimate on the deciding scale and what is behind its interval."""
    return replace(
        entry,
        estimate=estimate.value,
        ci90=estimate.ci90,
        ci95=estimate.ci95,
        look_ci=split(estimate.interval(entry.look.level), entry),
        sd_pooled=estimate.sd if estimate.df > 0 else None,
        df=estimate.df,
        test=estimate.test,
        p_raw=estimate.p,
        pool=estimate.pool,
        alone=estimate.alone,
    )
