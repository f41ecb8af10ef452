"""Judge every claim of the papers by the runs of one scale and write `claims.json`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from repro.analyse.evidence import reasons, verdict
from repro.analyse.evidence.gates import gate, not_at_this_scale
from repro.analyse.evidence.population import Population
from repro.analyse.judge.case import Case, case_of
from repro.analyse.judge.class_gains import class_gains
from repro.analyse.judge.differences import judged_effect, judged_within
from repro.analyse.judge.effects import table_effects
from repro.analyse.judge.entries import stated
from repro.analyse.judge.exact import judged_exact
from repro.analyse.judge.gain_by_camera_motion import gain_by_camera_motion
from repro.analyse.judge.levels import judged_level, other_data
from repro.analyse.judge.ratios import judged_ratio
from repro.analyse.judge.several.counts import judged_count
from repro.analyse.judge.several.parts import judged_parts
from repro.analyse.judge.several.rankings import judged_ranking
from repro.analyse.judge.several.signs import judged_signs
from repro.analyse.judge.several.slopes import judged_slope
from repro.analyse.judge.several.spreads import judged_spread
from repro.artifacts import claims_json
from repro.artifacts.claims_json import CameraGap, ClassGain, Counts, Diverged, Judgement, MeasuredEffect, write_claims_json
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
from repro.artifacts.ledger.chain import read_ledger
from repro.artifacts.ledger.summary import summary_of
from repro.artifacts.run_json import RunJson
from repro.artifacts.runs_csv import read_runs_csv
from repro.spec.claims import Count, Every, Exact, Level, OfClaims, Ranking, Ratio, Signs, Slope, Spread
from repro.spec.datasets import SAME_DATA
from repro.spec.experiment import Paper

#: The verdict of an effect is decided by its own interval, not by one widened for all claims of its table.
MODE = "per-claim"


def judge(papers: Sequence[Paper], *, scale: str, results: Path) -> Counts:
    """Write `results/<scale>/claims.json` from `runs.csv` and the scores beside it, in the papers' own order.

    What is given back says how many claims are decided.

    Raises:
        FileFormatError: a file that a verdict rests on is missing, damaged or newer than `runs.csv`.
    """
    judgement = judgement_of(papers, scale=scale, results=results)
    write_claims_json(Path(results) / scale / claims_json.FILE, judgement)
    return judgement.counts


def judgement_of(papers: Sequence[Paper], *, scale: str, results: Path) -> Judgement:
    """What `judge` writes; nothing is written."""
    table = read_runs_csv(Path(results) / scale / "runs.csv")
    claims: list[JudgedClaim] = []
    effects: list[MeasuredEffect] = []
    gains: list[ClassGain] = []
    gaps: list[CameraGap] = []
    missing: list[str] = []
    why_missing: dict[str, str] = {}
    diverged: dict[str, str] = {}
    records: list[RunJson] = []
    for paper in papers:
        population = Population(table.rows, paper=paper, scale=scale, results=results)
        claims += judged_claims(population)
        effects += [effect for page in paper.tables for effect in table_effects(page, population)]
        gains += [gain for page in paper.tables for gain in class_gains(page, population)]
        gaps += [gap for page in paper.tables for gap in gain_by_camera_motion(page, population)]
        missing += population.missing
        why_missing |= population.why_missing
        diverged |= population.diverged
        records += population.records.values()
    return Judgement(
        scale=scale,
        evidence={paper.name: paper.scale(scale).evidence for paper in papers},
        mode=MODE,
        runs_sha256=table.sha256,
        ledger=summary_of(read_ledger(Path(results) / scale), runs_sha256=table.sha256),
        runs=len(records),
        missing=tuple(missing),
        why_missing=why_missing,
        diverged=tuple(Diverged(run=run, reason=reason) for run, reason in diverged.items()),
        counts=counted(claims),
        claims=tuple(claims),
        effects=tuple(effects),
        gains=tuple(gains),
        camera=tuple(gaps),
    )


def counted(claims: Sequence[JudgedClaim]) -> Counts:
    """How many of `claims` are decided, and of how many that can be."""
    verdicts = [claim.verdict for claim in claims]
    return Counts(
        decided=sum(name in verdict.ANSWERS for name in verdicts),
        judgeable=sum(name not in verdict.NO_QUESTION for name in verdicts),
        not_comparable=verdicts.count(verdict.NOT_COMPARABLE),
        untestable=verdicts.count(verdict.UNTESTABLE),
    )


def judged_claims(population: Population) -> list[JudgedClaim]:
    """Judge all claims of a paper, in their order; a claim about other claims is judged after these."""
    claims = population.paper.claims
    begun = {claim.id: (case, stated(case)) for claim in claims for case in (case_of(claim, population),)}
    found = {name: judged(case, entry) for name, (case, entry) in begun.items() if not isinstance(case.claim, OfClaims)}
    for name, (case, entry) in begun.items():
        if isinstance(case.claim, OfClaims):
            found[name] = of_claims(case.claim, entry, found, population)
    return [found[claim.id] for claim in claims]


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
    entry = measured(case, replace(entry, runs=runs, post_hoc=post_hoc(case.population, case.considered, case.pool)))
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


def post_hoc(population: Population, arms: Sequence[str], pool: Sequence[str]) -> bool:
    """Say whether an arm has seeds beyond the plan that not all arms of the table have: they were added after a look."""
    seeds = {arm: {run.seed for run in population.runs(arm)} for arm in {*arms, *pool}}
    added = {seed for arm in arms for seed in seeds[arm] - population.planned_seeds(arm)}
    return any(not added <= seeds[arm] for arm in pool)
