"""Rows of `runs.csv`, records and logs made up for tests: a test says what it is about, the rest is filled in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from repro.artifacts.log_jsonl import LogEntry
from repro.artifacts.run_json import FAITHFUL, Costs, RunData, RunJson, TrainedNetwork
from repro.artifacts.runs_csv import Measurement
from repro.artifacts.stored_files import StoredFile
from tests.described import NO_DIGEST

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
