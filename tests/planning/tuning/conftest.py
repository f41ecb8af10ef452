"""Runs of two arms that are fabricated instead of trained: as printed the one with the part is worse, at its own rate better."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from repro.planning.deciding.train import Place
from repro.planning.declare import declare, plan_of
from repro.planning.plan import planned_runs
from repro.planning.tuning import tune as tuning
from repro.planning.tuning.tune import Task
from repro.spec.experiment import Paper
from repro.spec.run import Run
from tests.analyse.judging import ALEXNET
from tests.fabricate import Truth, fabricate_run
from tests.witnessed import witness

LRN = "A.S3.3.lrn.top1"
ARMS = ("full", "no_lrn")
#: One page with two claims, one of them about no run.
PAPER = replace(
    ALEXNET,
    claims=tuple(item for item in ALEXNET.claims if item.id == LRN or not item.variants),
    tables=tuple(
        replace(item, claims=tuple(name for name in item.claims if name == LRN)) for item in ALEXNET.tables if LRN in item.claims
    ),
    questions=(),
)
#: As printed `full` has far too low a rate; at its own it is better than `no_lrn`, whose printed rate is the best.
BAD_RATE = {
    **{"full": 0.40, "full_rate_x1of2": 0.55, "full_rate_x2": 0.22, "full_rate_x4": 0.45},
    **{"no_lrn": 0.30, "no_lrn_rate_x1of2": 0.38, "no_lrn_rate_x2": 0.36},
}


@dataclass
class World:
    """A folder of results in which whatever is trained has the errors that are set here by variant."""

    results: Path
    errors: dict[str, float]
    diverged: list[str] = field(default_factory=list)
    paper: Paper = PAPER
    made: list[str] = field(default_factory=list)
    most: int = 1000

    def train(self, paper: Paper, runs: Sequence[Run], place: Place, *, say: object) -> None:
        declare(plan_of([paper], runs), folder=place.results / runs[0].scale)
        for run in runs:
            if len(self.made) == self.most:
                raise KeyboardInterrupt
            truth = Truth(errors=self.errors, num_examples=400, seed_noise=0.005, gap=0.02, diverged=self.diverged)
            fabricate_run(run, results=place.results, truth=truth)
            witness(place.results, [run.id])
            self.made.append(run.id)

    def task(self, *, names: Sequence[str] | None = None, budget_s: float | None = None) -> Task:
        place = Place(results=self.results, options=("--device", "cpu"), threads=2)
        asked = None if names is None else tuple(names)
        return Task(papers=(self.paper,), scale="smoke", names=asked, budget_s=budget_s, place=place)

    def as_printed(self, seeds: int = 4) -> None:
        """Have the arms run as printed, with a plan from before."""
        runs = [
            run for run in planned_runs(self.paper, scale="smoke", num_seeds=seeds) if run.variant in ARMS and run.seed < seeds
        ]
        self.train(self.paper, runs, self.task().place, say=None)
        self.made.clear()


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    found = World(results=tmp_path, errors=dict(BAD_RATE))
    monkeypatch.setattr(tuning, "train", found.train)
    monkeypatch.setattr("os.fsync", lambda descriptor: None)
    found.as_printed()
    return found
