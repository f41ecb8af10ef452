"""Judge every claim of the papers by the runs of one scale and write `claims.json`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from repro.analyse.evidence import reasons, verdict
from repro.analyse.evidence.gates import gate, not_at_this_scale
from repro.analyse.evidence.ledger import Ledger
from repro.analyse.judge.case import Case, case_of, decided_on, paper_log_ratio
from repro.analyse.judge.class_gains import class_gains
from repro.analyse.judge.differences import judged_difference
from repro.analyse.judge.effects import table_effects
from repro.analyse.judge.exact import judged_exact
from repro.analyse.judge.gain_by_camera_motion import gain_by_camera_motion
from repro.analyse.judge.levels import judged_level
from repro.analyse.judge.parts import judged_parts
from repro.analyse.judge.ratios import judged_ratio
from repro.artifacts.files import write_json
from repro.artifacts.provenance import plain
from repro.artifacts.runs_csv import read_runs_csv
from repro.spec.experiment import Paper

#: The verdict of an effect is decided by its own interval, not by one widened for all claims of its table.
MODE = "per-claim"
#: How a claim that is measured by runs is judged, by its kind.
KINDS: dict[str, Callable[[Case], dict[str, Any]]] = {
    "level": judged_level,
    "effect": judged_difference,
    "direction": judged_difference,
    "no_worse": judged_difference,
    "within": judged_difference,
    "ratio": judged_ratio,
}


def judge(papers: Sequence[Paper], *, scale: str, results: Path) -> None:
    """Write `results/<scale>/claims.json` from `runs.csv` and the scores beside it, in the papers' own order.

    Raises:
        FileFormatError: a file that a verdict rests on is missing, damaged or newer than `runs.csv`.
    """
    table = read_runs_csv(Path(results) / scale / "runs.csv")
    claims, effects, gains, gaps, missing, diverged, num_runs = [], [], [], [], [], [], 0
    for paper in papers:
        ledger = Ledger(table.rows, paper=paper, scale=scale, results=results)
        claims += judged_claims(ledger)
        effects += [effect for page in paper.tables for effect in table_effects(page, ledger)]
        gains += [gain for page in paper.tables for gain in class_gains(page, ledger)]
        gaps += [gap for page in paper.tables for gap in gain_by_camera_motion(page, ledger)]
        missing += ledger.missing
        diverged += [{"run": run.id, "reason": run.reason} for run in ledger.records.values() if run.diverged]
        num_runs += len(ledger.records)
    found = {
        "scale": scale,
        "evidence": {paper.name: paper.scale(scale).evidence for paper in papers},
        "mode": MODE,
        "runs_sha256": table.sha256,
        "runs": num_runs,
        "missing": missing,
        "diverged": diverged,
        "claims": claims,
        "effects": effects,
        "gains": gains,
        "camera": gaps,
    }
    write_json(Path(results) / scale / "claims.json", found, schema="claims/1")


def judged_claims(ledger: Ledger) -> list[dict[str, Any]]:
    """Return the entries of all claims of a paper in their order; a claim of several parts is judged after these."""
    claims = ledger.paper.claims
    found = {claim.id: judged(case_of(claim, ledger)) for claim in claims if claim.kind != "every"}
    for claim in claims:
        if claim.kind == "every":
            found[claim.id] = _stated(case_of(claim, ledger)) | judged_parts(claim, found)
    return [found[claim.id] for claim in claims]


def judged(case: Case) -> dict[str, Any]:
    """Return the entry in `claims.json` of one claim that has no parts."""
    claim, entry = case.claim, _stated(case)
    if claim.kind == "exact":
        return entry | judged_exact(claim, case.ledger.paper)
    if claim.not_run:
        return entry | {"verdict": verdict.INCOMPLETE, "reason": reasons.not_run_yet(claim.not_run)}
    if claim.untestable and not case.arm:
        return entry | {"verdict": verdict.UNTESTABLE, "reason": claim.untestable}
    nowhere = not_at_this_scale(case.ledger, case.considered)
    if nowhere:
        return entry | {"verdict": verdict.UNTESTABLE, "reason": claim.untestable or nowhere}
    runs = [run.id for arm in case.arms for run in case.ledger.runs(arm)]
    entry |= {"runs": runs, "post_hoc": post_hoc(case.ledger, case.considered, case.pool)}
    entry |= KINDS[claim.kind](case)
    if entry["verdict"] == verdict.UNTESTABLE:
        return entry
    stop, reason = gate(case.ledger, case.question)
    brief = f"{reason.partition(': ')[0]}." if stop == verdict.INCOMPLETE else ""
    return entry | ({"verdict": stop, "size": "", "reason": reason, "brief": brief, "total_flips": False} if stop else {})


def post_hoc(ledger: Ledger, arms: Sequence[str], pool: Sequence[str]) -> bool:
    """Say whether an arm has seeds beyond the plan that not all arms of the table have: they were added after a look."""
    seeds = {arm: {run.seed for run in ledger.runs(arm)} for arm in {*arms, *pool}}
    added = {seed for arm in arms for seed in seeds[arm] - ledger.planned_seeds(arm)}
    return any(not added <= seeds[arm] for arm in pool)


#: What an entry of `claims.json` repeats of its claim.
STATED = (
    "id",
    "where",
    "statement",
    "kind",
    "metric",
    "protocol",
    "against_protocol",
    "paper_value",
    "paper_delta",
    "paper_arm",
    "paper_against",
    "paper_ratio",
    "bound",
    "row",
    "column",
    "confidence",
    "note",
)
#: Measured fields that are null where nothing is measured.
EMPTY = (
    "estimate",
    "ci90",
    "ci95",
    "points",
    "log_ratio",
    "total_ci90",
    "smallest_effect",
    "d0",
    "sd_pooled",
    "df",
    "p_raw",
    "p_adjusted",
    "p_equivalence",
    "seeds_needed",
)


def _stated(case: Case) -> dict[str, Any]:
    """Return what the paper states, with every measured field still empty."""
    claim = case.claim
    return {
        **{name: getattr(claim, name) for name in STATED},
        "dataset": case.data_words,
        "paper": case.ledger.paper.name,
        "arms": [claim.arm] if claim.kind == "within" else [claim.arm, claim.against],
        "chosen": {"arm": case.arm, "against": case.against},
        "paper_log_ratio": paper_log_ratio(claim),
        "reproductions": plain(claim.reproductions),
        "decided_on": decided_on(claim, evidence=case.evidence),
        **dict.fromkeys(EMPTY),
        "thresholds": [],
        "parts": [],
        "total_flips": False,
        "n": {},
        "means": {},
        "sds": {},
        "test": "",
        "evidence": case.evidence,
        "verdict": "",
        "size": "",
        "reason": "",
        "brief": "",
        "post_hoc": False,
        "runs": [],
    }
