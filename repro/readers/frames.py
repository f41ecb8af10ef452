"""Runs and claims of a scale as pandas frames."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from repro.artifacts import claims_json
from repro.artifacts.claims_json import read_claims_json
from repro.artifacts.files import FileFormatError
from repro.artifacts.judged import Interval, JudgedClaim, JudgedExact, JudgedParts, JudgedSigns
from repro.artifacts.runs_csv import COLUMNS, read_runs_csv

RUNS = "runs.csv"
#: Columns of the frame of claims. Of each arm: seeds, mean and standard deviation in the metric's own unit.
CLAIM_COLUMNS = (
    *("id", "paper", "where", "statement", "kind", "metric", "protocol", "dataset", "row", "column", "confidence"),
    *("arm", "against", "paper_value", "paper_delta", "paper_ratio", "decided_on"),
    *("estimate", "ci90_low", "ci90_high", "ci95_low", "ci95_high", "smallest_effect", "p_raw"),
    *("n_arm", "n_against", "mean_arm", "mean_against", "sd_arm", "sd_against"),
    *("evidence", "verdict", "size", "reason", "runs"),
    *("tuning_sensitive", "tuned_verdict", "tuned_estimate", "tuned_ci90_low", "tuned_ci90_high"),
)


class ResultFrames(NamedTuple):
    """What `repro.load_results` gives."""

    runs: pd.DataFrame
    claims: pd.DataFrame


def read_frames(folder: Path) -> ResultFrames:
    """The runs and claims in the folder of one scale.

    Raises:
        FileFormatError: runs.csv or claims.json is not there, damaged, or made from another version of the other.
    """
    path = folder / RUNS
    if not path.is_file():
        below = sorted(found.parent.name for found in folder.glob(f"*/{RUNS}"))
        hint = f"give the folder of one scale: {', '.join(str(folder / name) for name in below)}" if below else ""
        raise FileFormatError(f"{path} does not exist; {hint or 'run python -m repro report, or give results/SCALE'}")
    table = read_runs_csv(path)
    judgement = read_claims_json(folder / claims_json.FILE, table=table)
    runs = pd.DataFrame([vars(row) for row in table.rows], columns=list(COLUMNS))
    claims = pd.DataFrame([_claim(claim) for claim in judgement.claims], columns=list(CLAIM_COLUMNS))
    return ResultFrames(runs=runs, claims=claims)


def _claim(claim: JudgedClaim) -> dict[str, Any]:
    """Values of a row by column; what the kind of a claim does not have is missing."""
    found: dict[str, Any] = {name: getattr(claim, name) for name in CLAIM_COLUMNS if hasattr(claim, name)}
    if claim.tuned is not None:
        found |= {"tuned_verdict": claim.tuned.verdict, "tuned_estimate": claim.tuned.estimate}
        found |= _ends("tuned_ci90", claim.tuned.ci90)
    if isinstance(claim, JudgedExact | JudgedParts | JudgedSigns):
        return found
    for name, variant in zip(("arm", "against"), claim.chosen, strict=False):
        found |= {
            f"n_{name}": claim.n.get(variant),
            f"mean_{name}": claim.means.get(variant),
            f"sd_{name}": claim.sds.get(variant),
        }
    return found | _ends("ci90", claim.ci90) | _ends("ci95", claim.ci95)


def _ends(name: str, interval: Interval | None) -> dict[str, float | None]:
    low, high = interval or (None, None)
    return {f"{name}_low": low, f"{name}_high": high}
