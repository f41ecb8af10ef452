"""Fabricated results in which everything that can be checked is there, collected and judged: for the tests of verify."""

from __future__ import annotations

from pathlib import Path

import pytest

from repro.analyse.collect.collect import collect
from repro.analyse.judge.judge import judge
from repro.catalogue.known import catalogue
from repro.papers import PAPERS
from repro.planning.plan import planned_runs
from repro.verify.stored import Stored, read_stored
from tests import fabricate as fabricated
from tests.fabricate import Truth, fabricate
from tests.witnessed import witness

SCALE = "smoke"
#: Between them these runs have every metric that runs can have.
RUNS = {"alexnet": ("full", "no_lrn", "sift_fisher"), "karpathy": ("single_frame_multires", "single_frame", "clip_speed")}
CLASSES = ("rise", "fall", "sweep", "dash", "star", "ring")


def made(results: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Fabricate, collect and judge results of a few runs; return the folder of the scale."""
    monkeypatch.setattr(fabricated, "CLASSES", CLASSES)
    truth = Truth(num_examples=48, num_classes=len(CLASSES))
    papers = [PAPERS[name] for name in RUNS]
    for paper in papers:
        fabricate([paper], scale=SCALE, results=results, truth=truth, variants=RUNS[paper.name], seeds=[0, 1])
    runs = [run for paper in papers for run in planned_runs(paper, scale=SCALE, num_seeds=2)]
    collect(runs, papers=papers, results=results)
    judge(papers, scale=SCALE, results=results)
    return results / SCALE


def witness_all(folder: Path) -> None:
    """Let the ledger say that every run that is there has started and ended, and judge by that."""
    witness(folder.parent, ["/".join((folder.name, *path.parts[-4:-1])) for path in sorted(folder.glob("runs/*/*/*/run.json"))])
    judge([PAPERS[name] for name in RUNS], scale=folder.name, results=folder.parent)


def stored_in(folder: Path) -> Stored:
    return read_stored(folder, catalogue(()))
