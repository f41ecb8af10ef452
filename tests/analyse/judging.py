"""Made-up runs of AlexNet, judged: for the tests of the judge."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from repro.analyse.collect.collect import collect
from repro.analyse.judge.judge import judge
from repro.artifacts.claims_json import Judgement, read_claims_json
from repro.artifacts.runs_csv import read_runs_csv
from repro.papers import PAPERS
from repro.planning.plan import planned_runs
from repro.spec.experiment import Paper, make_run
from tests.fabricate import Truth, fabricate, run_at

ALEXNET = PAPERS["alexnet"]
#: All that scale small plans, the further runs that averages have included.
PLANNED = planned_runs(ALEXNET, scale="small")
IN_TABLES = {run.id for run in PLANNED if run.seed < ALEXNET.scale("small").num_seeds}
ABLATIONS = ALEXNET.table("alexnet_ablations")


def judgement_in(results: Path, *, scale: str) -> Judgement:
    """What was judged in `results`, as its readers see it."""
    return read_claims_json(results / scale / "claims.json", table=read_runs_csv(results / scale / "runs.csv"))


def judged(results: Path, *, scale: str = "small", paper: Paper = ALEXNET, num_seeds: int = 16) -> Judgement:
    """Collect whatever lies in `results`, judge it and return `claims.json`."""
    runs = [make_run(paper, scale=scale, variant=name, seed=seed) for name in run_at(paper, scale) for seed in range(num_seeds)]
    collect(runs, papers=[paper], results=results)
    judge([paper], scale=scale, results=results)
    return judgement_in(results, scale=scale)


def truth(**changes: Any) -> Truth:
    return Truth(**{"num_examples": 200, "seed_noise": 0.01, **changes})


def num_planned(variant: str) -> int:
    """Return how many runs of a variant are planned at scale small: averages take more of some than a table does."""
    return sum(run.variant == variant for run in PLANNED)


def made(results: Path, *, scale: str = "small", variants: Sequence[str] = ("full", "no_lrn"), **changes: Any) -> Any:
    """Fabricate runs of `variants`, judge, and return the claim about response normalisation and the top-1 error."""
    seeds = changes.pop("seeds", None)
    fabricate([ALEXNET], scale=scale, results=results, truth=truth(**changes), variants=variants, seeds=seeds)
    return claim(judged(results, scale=scale))


def claim(judgement: Judgement, name: str = "A.S3.3.lrn.top1") -> Any:
    """The entry of a claim; which class it has follows from its kind."""
    return next(item for item in judgement.claims if item.id == name)
