"""Claims that a change loses nothing: judged against a margin declared with the claim, in points of error."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from repro.analyse.collect.collect import collect
from repro.analyse.judge.judge import judge
from repro.papers import PAPERS
from repro.spec.claims import NoWorse
from repro.spec.datasets import Printed
from repro.spec.experiment import Paper, make_run
from tests.analyse.judging import judgement_in
from tests.fabricate import Truth, fabricate

ALEXNET = PAPERS["alexnet"]
NO_WORSE = NoWorse(
    id="A.S3.3.no_loss",
    where="nowhere",
    statement="Without response normalisation the net loses nothing.",
    metric="top1_error",
    protocol="ten_crop",
    arm="no_lrn",
    against="full",
    margin=0.02,
    dataset=Printed(of="ilsvrc2012", split="validation"),
)


def judged(results: Path, *, error: float, seed_noise: float = 0.003, claim: NoWorse = NO_WORSE) -> Any:
    """Return the entry of `claim`, the error of full being .30 and that of no_lrn `error`, three seeds each."""
    paper: Paper = replace(ALEXNET, claims=(claim,), tables=())
    variants = ["full", "no_lrn"]
    made = Truth(num_examples=400, seed_noise=seed_noise, errors={"full": 0.30, "no_lrn": error})
    fabricate([ALEXNET], scale="small", results=results, truth=made, variants=variants)
    runs = [make_run(paper, scale="small", variant=name, seed=seed) for name in variants for seed in range(3)]
    collect(runs, papers=[paper], results=results)
    judge([paper], scale="small", results=results)
    (entry,) = judgement_in(results, scale="small").claims
    return entry


@pytest.mark.parametrize(
    ("error", "verdict", "says"),
    [
        (0.30, "REPRODUCED", "no_lrn loses less than 2.00 points, the largest loss that the claim allows, if it loses at all."),
        (0.20, "REPRODUCED", "no_lrn loses less than 2.00 points"),
        (0.40, "REVERSED", "no_lrn loses more than 2.00 points, the largest loss that the claim allows."),
    ],
)
def test_a_gain_is_no_loss_and_a_loss_beyond_the_margin_refutes(tmp_path: Path, error: float, verdict: str, says: str) -> None:
    found = judged(tmp_path, error=error)
    assert (found.verdict, found.size) == (verdict, "")
    assert says in found.reason
    assert found.estimate == pytest.approx(0.30 - error, abs=0.015)
    # The margin is in points on any data: no size was printed of which a ratio could be taken.
    assert (found.decided_on, found.smallest_effect, found.d0) == ("points", 0.02, None)
    assert found.p_equivalence is None


def test_an_interval_across_the_margin_decides_nothing_and_says_how_many_seeds_would(tmp_path: Path) -> None:
    found = judged(tmp_path, error=0.32, seed_noise=0.03)
    low, high = found.ci90
    assert low < -0.02 < high
    assert found.verdict == "INCONCLUSIVE"
    assert "The runs do not decide whether no_lrn loses more than 2.00 points" in found.reason
    assert f"about {found.seeds_needed} seeds per arm would decide" in found.reason


def test_the_verdict_follows_from_the_margin_that_the_claim_declares(tmp_path: Path) -> None:
    assert judged(tmp_path, error=0.33, claim=replace(NO_WORSE, margin=0.1)).verdict == "REPRODUCED"
