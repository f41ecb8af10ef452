"""Rows of `runs.csv` made up for tests: a test says what it is about, the rest is filled in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from repro.artifacts.runs_csv import Measurement

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
