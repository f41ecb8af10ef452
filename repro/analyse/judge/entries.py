"""Begin the entry of a claim with what the paper states, and put measurements into it."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from repro.analyse.evidence.comparison import Comparison, Level, Within, counts, deviations, estimated, means
from repro.analyse.evidence.statistics import Estimate
from repro.analyse.judge.case import Case, decided_on, paper_log_ratio
from repro.artifacts.judged import (
    Judged,
    JudgedByRuns,
    JudgedClaim,
    JudgedDifference,
    JudgedEffect,
    JudgedExact,
    JudgedLevel,
    JudgedParts,
    JudgedRatio,
    JudgedWithin,
    Reproduction,
)
from repro.spec.claims import Claim

ByRuns = TypeVar("ByRuns", bound=JudgedByRuns)


def stated(case: Case) -> JudgedClaim:
    """The entry of a claim of which nothing is measured.

    Raises:
        ValueError: the claim is of a kind that is not judged, or lacks the printed value that its kind has.
    """
    claim = case.claim
    # What the entries of all kinds share is made once, with its types, and handed on whole.
    shared = vars(_shared(case))
    log_ratio = paper_log_ratio(claim)
    difference = JudgedDifference(
        **shared,
        paper_delta=claim.paper_delta,
        paper_arm=claim.paper_arm,
        paper_against=claim.paper_against,
        paper_ratio=claim.paper_ratio,
        paper_log_ratio=log_ratio,
    )
    match claim.kind:
        case "level":
            return JudgedLevel(**shared, paper_value=_printed_value(claim))
        case "effect" | "direction" | "no_worse":
            return JudgedEffect(**vars(difference))
        case "within":
            return JudgedWithin(**vars(difference), against_protocol=claim.against_protocol)
        case "ratio":
            return JudgedRatio(**shared, paper_ratio=claim.paper_ratio, paper_log_ratio=log_ratio)
        case "exact":
            return JudgedExact(**shared, paper_value=_printed_value(claim), bound=claim.bound)
        case "every":
            return JudgedParts(**shared, paper_delta=claim.paper_delta)
        case other:
            raise ValueError(f"claim {claim.id} is of kind {other!r}; allowed: the kinds of repro.spec.claims")


def _shared(case: Case) -> Judged:
    claim = case.claim
    return Judged(
        id=claim.id,
        paper=case.ledger.paper.name,
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
        reproductions=tuple(Reproduction(**vars(item)) for item in claim.reproductions),
        arms=tuple(name for name in (claim.arm, claim.against) if name),
        chosen=case.arms,
        decided_on=decided_on(claim, evidence=case.evidence),
        evidence=case.evidence,
    )


def _printed_value(claim: Claim) -> float:
    if claim.paper_value is None:
        raise ValueError(f"{claim.kind} claim {claim.id} has no paper_value; give the printed number")
    return claim.paper_value


def with_level(entry: JudgedLevel, level: Level) -> JudgedLevel:
    """The entry with the mean of its arm."""
    values = level.compared
    entry = with_estimate(entry, level.estimate)
    return replace(entry, total_ci90=level.total_ci90, n=counts(values), means=means(values), sds=deviations(values))


Difference = TypeVar("Difference", bound=JudgedDifference)


def with_difference(entry: Difference, compared: Comparison | Within) -> Difference:
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


def with_estimate(entry: ByRuns, estimate: Estimate) -> ByRuns:
    """The entry with the estimate on the deciding scale and what is behind its interval."""
    return replace(
        entry,
        estimate=estimate.value,
        ci90=estimate.ci90,
        ci95=estimate.ci95,
        sd_pooled=estimate.sd if estimate.df > 0 else None,
        df=estimate.df,
        test=estimate.test,
        p_raw=estimate.p,
    )
