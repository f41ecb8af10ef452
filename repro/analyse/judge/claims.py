"""Judge one claim by its runs, or by the claims that are its parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from repro.analyse.evidence import reasons, verdict
from repro.analyse.evidence.arms.copies import equal_in_part
from repro.analyse.evidence.arms.machines import mixed
from repro.analyse.evidence.gates import gate, not_at_this_scale
from repro.analyse.evidence.lenders import refusal_words
from repro.analyse.evidence.population import Population
from repro.analyse.judge.case import Case
from repro.analyse.judge.differences import judged_effect, judged_within
from repro.analyse.judge.exact import judged_exact
from repro.analyse.judge.levels import judged_level, other_data
from repro.analyse.judge.ratios import judged_ratio
from repro.analyse.judge.several.counts import judged_count
from repro.analyse.judge.several.parts import judged_parts
from repro.analyse.judge.several.rankings import judged_ranking
from repro.analyse.judge.several.signs import judged_signs
from repro.analyse.judge.several.slopes import judged_slope
from repro.analyse.judge.several.spreads import judged_spread
from repro.artifacts.judged import (
    JudgedClaim,
    JudgedCount,
    JudgedEffect,
    JudgedExact,
    JudgedLevel,
    JudgedParts,
    JudgedRanking,
    JudgedRatio,
    JudgedSigns,
    JudgedSlope,
    JudgedSpread,
    JudgedWithin,
)
from repro.spec.claims import Count, Every, Exact, Level, OfClaims, Ranking, Ratio, Signs, Slope, Spread
from repro.spec.datasets import SAME_DATA


def of_claims(claim: OfClaims, entry: JudgedClaim, found: Mapping[str, JudgedClaim], population: Population) -> JudgedClaim:
    """Judge a claim about other claims by their entries."""
    match claim, entry:
        case Every(), JudgedParts() as begun:
            return judged_parts(claim, begun, found, population.paper.claims)
        case Signs(), JudgedSigns() as begun:
            return judged_signs(claim, begun, found)
        case _:
            raise ValueError(f"claim {entry.id} of kind {entry.kind} is not judged by other claims")


def judged(case: Case, entry: JudgedClaim) -> JudgedClaim:
    """Judge one claim that has no parts."""
    claim = case.claim
    if isinstance(claim, Exact) and isinstance(entry, JudgedExact):
        return judged_exact(claim, case.population.paper, entry)
    if claim.not_run:
        return replace(entry, verdict=verdict.INCOMPLETE, reason=reasons.not_run_yet(claim.not_run))
    if claim.untestable and not case.arm:
        return replace(entry, verdict=verdict.UNTESTABLE, reason=claim.untestable)
    nowhere = not_at_this_scale(case.population, case.considered)
    if nowhere:
        level = isinstance(claim, Level) and not claim.untestable and case.evidence != SAME_DATA
        name, why = (verdict.NOT_COMPARABLE, f"{other_data(case)} {nowhere}") if level else (verdict.UNTESTABLE, nowhere)
        return replace(entry, verdict=name, reason=claim.untestable or why)
    runs = tuple(run.id for arm in case.arms for run in case.population.runs(arm))
    entry = measured(case, replace(entry, runs=runs, remarks=remarks(case)))
    stop = gate(case.population, case.question) if entry.verdict not in verdict.NO_QUESTION else None
    if stop is None:
        return entry
    if isinstance(entry, JudgedEffect):
        entry = replace(entry, welch_verdict="")
    return replace(entry, verdict=stop.verdict, size="", reason=stop.reason, brief=stop.brief, total_flips=False)


def measured(case: Case, entry: JudgedClaim) -> JudgedClaim:
    """Measure and judge a claim by its runs, whatever a gate says."""
    match case.claim, entry:
        case Level() as claim, JudgedLevel() as begun:
            return judged_level(case, claim, begun)
        case _, JudgedEffect() as begun:
            return judged_effect(case, begun)
        case _, JudgedWithin() as begun:
            return judged_within(case, begun)
        case Ratio() as claim, JudgedRatio() as begun:
            return judged_ratio(case, claim, begun)
        case Ranking() as claim, JudgedRanking() as begun:
            return judged_ranking(case, claim, begun)
        case Slope() as claim, JudgedSlope() as begun:
            return judged_slope(case, claim, begun)
        case Spread() as claim, JudgedSpread() as begun:
            return judged_spread(case, claim, begun)
        case Count() as claim, JudgedCount() as begun:
            return judged_count(case, claim, begun)
        case _:
            raise ValueError(f"claim {entry.id} of kind {entry.kind} is not measured by runs")


def remarks(case: Case) -> tuple[str, ...]:
    """What a reader should know of the runs of a claim, whatever the verdict."""
    population, arms, protocol = case.population, case.arms, case.claim.protocol
    found = (
        mixed(population, arms),
        equal_in_part(population, arms, protocol=protocol),
        refusal_words(population, case.pool, arms, protocol=protocol) if len(case.pool) > len(arms) else "",
    )
    return tuple(filter(None, found))
