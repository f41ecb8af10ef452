"""Rows of `runs.csv`, records, logs and entries of `claims.json` made up for tests: what a test does not name is filled in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

from repro.artifacts.claims_json import Counts, Judgement, MeasuredEffect
from repro.artifacts.judged import (
    Epochs,
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
    RatioAt,
)
from repro.artifacts.log_jsonl import LogEntry
from repro.artifacts.run_json import FAITHFUL, Costs, RunData, RunJson, TrainedNetwork
from repro.artifacts.runs_csv import Measurement
from repro.artifacts.stored_files import StoredFile
from tests.described import NO_DIGEST

Entry = TypeVar("Entry", bound=JudgedClaim)

#: What a paper prints, of a claim of each kind.
PRINTED: dict[type[JudgedClaim], dict[str, Any]] = {
    JudgedLevel: {"paper_value": 0.4},
    JudgedEffect: {"kind": "effect"},
    JudgedWithin: {"against_protocol": "center"},
    JudgedRatio: {},
    JudgedExact: {"paper_value": 60e6, "bound": "equal"},
    JudgedParts: {"paper_delta": None},
    JudgedRanking: {"tiers": (("full",), ("no_lrn",))},
    JudgedSpread: {"paper_delta": 0.032, "paper_arm": 0.391, "paper_against": 0.423},
    JudgedCount: {"at_most": 0.05, "at_least": None, "chance": 0.05},
    JudgedSigns: {},
    JudgedSlope: {"along": "training images"},
}

ROW = Measurement(
    scale="smoke",
    paper="alexnet",
    variant="full",
    seed=0,
    dataset="procedural",
    evidence="demonstration",
    metric="top1_error",
    protocol="ten_crop",
    value=0.25,
    n_examples=5000,
    wall_s=60.0,
    device="cpu: 2 cores",
    code="0123456789ab",
    run="smoke/alexnet/full/0",
)


def measurement(variant: str, seed: int, value: float, **fields: Any) -> Measurement:
    """A row about one run of the first paper."""
    row = replace(ROW, variant=variant, seed=seed, value=value, **fields)
    return replace(row, run=f"{row.scale}/{row.paper}/{row.variant}/{row.seed}")


def recorded(variant: str, seed: int, *, paper: str = "alexnet", scale: str = "smoke", **fields: Any) -> RunJson:
    """The record of a network of one run; `fields` replace those of the sample, the network's part included."""
    network = TrainedNetwork(
        num_epochs=3,
        num_steps=84,
        num_parameters=1000,
        num_resumes=0,
        images_per_s=700.0,
        data_wait_s=0.1,
        log=StoredFile(file="log.jsonl", sha256=NO_DIGEST),
        weights=StoredFile(file="weights.pt", sha256=NO_DIGEST),
    )
    sample = RunJson(
        id=f"{scale}/{paper}/{variant}/{seed}",
        scale=scale,
        paper=paper,
        variant=variant,
        seed=seed,
        evidence="demonstration",
        status="ok",
        reason="",
        dataset=RunData(name="procedural", title="generated images", digest=NO_DIGEST, classes=("cat", "dog", "<ship>")),
        num_classes=3,
        num_train_examples=448,
        costs=Costs(wall_s=60.0, cpu_s=50.0, train_s=40.0, peak_mib=None),
        scores=(),
        network=network,
        spec={},
        spec_digest=NO_DIGEST,
        code_digest=NO_DIGEST,
        identity={"run": f"{scale}/{paper}/{variant}/{seed}"},
        environment={},
        command="python -m repro train",
        device="cpu: 2 cores",
        precision=FAITHFUL,
        num_threads=1,
    )
    return replace(sample, **fields)


def log_entry(epoch: int, error: float, **fields: Any) -> LogEntry:
    """One epoch of a log."""
    entry = LogEntry(
        epoch=epoch,
        num_steps=28 * epoch,
        learning_rate=0.01,
        train_loss=1.0,
        train_top1_error=error,
        validation_top1_error=None,
        images_per_s=700.0,
        wall_s=0.64,
        data_wait_s=0.01,
    )
    return replace(entry, **fields)


def entry(member: type[Entry], /, *, arms: tuple[str, ...] = ("full",), **fields: Any) -> Entry:
    """The entry of a claim of which nothing is known but `fields`."""
    nothing: dict[str, Any] = dict.fromkeys(("where", "statement", "dataset", "row", "column", "note"), "")
    if issubclass(member, JudgedDifference):
        nothing |= dict.fromkeys(("paper_delta", "paper_arm", "paper_against"))
    if issubclass(member, JudgedSized):
        nothing |= dict.fromkeys(("paper_ratio", "paper_log_ratio"))
    known = {
        "id": "X.1",
        "paper": "alexnet",
        "metric": "top1_error",
        "protocol": "ten_crop",
        "confidence": "V",
        "reproductions": (),
        "arms": arms,
        "chosen": arms,
        "decided_on": "points",
        "evidence": "demonstration",
    }
    return member(**{**nothing, **known, **PRINTED[member], **fields})


def ratio_at(threshold: float, **fields: Any) -> RatioAt:
    """A ratio at one training error: two seeds get there after 3 and 4 epochs, of the others one after 14, one never in 20."""
    arm = Epochs(variant="relu", epochs=(3.0, 4.0), censored_at=(None, None))
    against = Epochs(variant="tanh", epochs=(None, 14.0), censored_at=(20.0, None))
    nothing: dict[str, Any] = dict.fromkeys(("ratio", "ci90", "at_least", "p_logrank"))
    return RatioAt(**{**nothing, "threshold": threshold, "arm": arm, "against": against, **fields})


def judgement(*claims: JudgedClaim, **fields: Any) -> Judgement:
    """A judgement at scale smoke that holds `claims` and `fields`."""
    nothing: dict[str, Any] = {
        "missing": (),
        "why_missing": {},
        "ledger": None,
        "diverged": (),
        "effects": (),
        "gains": (),
        "camera": (),
    }
    known = {"scale": "smoke", "evidence": {"alexnet": "demonstration"}, "mode": "per-claim", "runs_sha256": "0" * 64, "runs": 0}
    known |= {"counts": Counts(decided=0, judgeable=len(claims), not_comparable=0, untestable=0, post_hoc=0)}
    return Judgement(**{**nothing, **known, "claims": claims, **fields})


def effect(**fields: Any) -> MeasuredEffect:
    """An effect of response normalisation of which nothing was measured but `fields`."""
    nothing: dict[str, Any] = dict.fromkeys(
        ("base_value", "value", "points", "log_ratio", "total_ci90", "sd_pooled", "df", "p_raw", "p_adjusted")
    )
    nothing |= {"difference": (), "test": "", "n": {}, "means": {}, "sds": {}, "gate": "", "reason": "", "runs": ()}
    known = {
        "paper": "alexnet",
        "table": "alexnet_ablations",
        "variant": "no_lrn",
        "control": "full",
        "title": "no normalisation",
    }
    measured = {"key": "network.lrn", "metric": "top1_error", "protocol": "ten_crop"}
    return MeasuredEffect(**{**nothing, **known, **measured, **fields})
