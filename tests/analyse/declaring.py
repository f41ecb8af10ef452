"""Made-up runs with a ledger: what was planned, started and ended, for the tests of looks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from repro.analyse.collect.collect import collect
from repro.analyse.judge.judge import judge
from repro.artifacts.ledger.append import append
from repro.artifacts.ledger.chain import read_ledger
from repro.artifacts.ledger.events import Begin, Plan
from repro.spec.claims.declared import claim_digests, table_digests
from repro.spec.experiment import Paper, make_run
from tests.analyse.judging import ALEXNET, claim, judgement_in, truth
from tests.fabricate import fabricate
from tests.witnessed import witness

LRN = "A.S3.3.lrn.top1"
ARMS = ("full", "no_lrn")
LOOKS = (3, 5, 10)
#: An effect that three seeds do not decide at the level of three looks, and ten do.
SMALL_EFFECT = {"errors": {"full": 0.30, "no_lrn": 0.312}, "num_examples": 400, "seed_noise": 0.012}


def plan(results: Path, *, seeds: int = 3, looks: Sequence[int] = (), paper: Paper = ALEXNET) -> None:
    """Declare all claims and pages of a paper, with so many seeds of each variant."""
    names = [variant.name for variant in paper.variants]
    event = Plan(
        claims=claim_digests(paper),
        tables=table_digests(paper),
        seeds={f"{paper.name}/{name}": tuple(range(seeds)) for name in names},
        looks={f"{paper.name}/{item.id}": tuple(looks) for item in paper.claims} if looks else {},
    )
    append(results / "small", event)


def run(results: Path, seeds: Sequence[int], *, variants: Sequence[str] = ARMS, **changes: Any) -> None:
    """Start and end runs as workers do, and write what they leave."""
    if not read_ledger(results / "small").lines:
        append(results / "small", Begin(why="test"))
    changes = {**SMALL_EFFECT, **changes}
    fabricate([ALEXNET], scale="small", results=results, truth=truth(**changes), variants=variants, seeds=list(seeds))
    witness(results, [f"small/alexnet/{name}/{seed}" for name in variants for seed in seeds])


def judged(
    results: Path, *, paper: Paper = ALEXNET, name: str = LRN, num_seeds: int = 16, variants: Sequence[str] = (*ARMS, "tanh")
) -> Any:
    """Collect what is there and judge it by the claims of `paper`."""
    runs = [make_run(paper, scale="small", variant=arm, seed=seed) for arm in variants for seed in range(num_seeds)]
    collect(runs, papers=[paper], results=results)
    judge([paper], scale="small", results=results)
    return claim(judgement_in(results, scale="small"), name)
