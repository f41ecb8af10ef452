"""Judge every claim of the papers by the runs of one scale and write `claims.json`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from repro.analyse.evidence import verdict
from repro.analyse.evidence.looks.declared import declared
from repro.analyse.evidence.population import Population
from repro.analyse.judge.class_gains import class_gains
from repro.analyse.judge.effects import table_effects
from repro.analyse.judge.gain_by_camera_motion import gain_by_camera_motion
from repro.analyse.judge.looks import judged_claims
from repro.analyse.judge.tuned.declared import declared_tunings
from repro.analyse.judge.tuned.judged import judged_tuned
from repro.artifacts import claims_json
from repro.artifacts.claims_json import CameraGap, ClassGain, Counts, Diverged, Judgement, MeasuredEffect, write_claims_json
from repro.artifacts.judged import (
    JudgedClaim,
)
from repro.artifacts.ledger.chain import read_ledger
from repro.artifacts.ledger.population_json import keep_population
from repro.artifacts.ledger.summary import summary_of
from repro.artifacts.run_json import RunJson
from repro.artifacts.runs_csv import read_runs_csv
from repro.spec.experiment import Paper

#: The verdict of an effect is decided by its own interval, not by one widened for all claims of its table.
MODE = "per-claim"


def judge(papers: Sequence[Paper], *, scale: str, results: Path) -> Counts:
    """Write `results/<scale>/claims.json` from `runs.csv` and the scores beside it, in the papers' own order.

    What is given back says how many claims are decided.

    Raises:
        FileFormatError: a file that a verdict rests on is missing, damaged or newer than `runs.csv`.
    """
    keep_population(Path(results) / scale)
    judgement = judgement_of(papers, scale=scale, results=results)
    write_claims_json(Path(results) / scale / claims_json.FILE, judgement)
    return judgement.counts


def judgement_of(papers: Sequence[Paper], *, scale: str, results: Path) -> Judgement:
    """What `judge` writes; nothing is written."""
    table = read_runs_csv(Path(results) / scale / "runs.csv")
    ledger = read_ledger(Path(results) / scale)
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
        known = declared(ledger, population)
        tunings = declared_tunings(ledger, paper, scale=scale)
        claims += judged_tuned(judged_claims(population, known), tunings, population, known)
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
        ledger=summary_of(ledger, runs_sha256=table.sha256),
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
        post_hoc=verdicts.count(verdict.POST_HOC),
        tuning_sensitive=sum(claim.tuning_sensitive for claim in claims),
    )
