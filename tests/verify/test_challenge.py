"""A challenge has seeds of its own, is judged by these alone, and stands in the ledger from before its first run."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from repro.artifacts.files import run_folder
from repro.artifacts.ledger.chain import read_ledger
from repro.artifacts.ledger.events import Challenge
from repro.catalogue.claim_ids import find_claim
from repro.papers import PAPERS
from repro.planning.plan import planned_runs
from repro.report.pages.claim_cells import challenge_words
from repro.spec.run import Run
from repro.train.runs.context import Compute
from repro.verify import challenge as challenging
from repro.verify.challenge import FIRST_SEED, CannotChallenge, Challenged, challenge, runs_of, seeds_of
from repro.verify.challenges import challenges_checked
from tests.fabricate import Truth, fabricate_run
from tests.verify.made import stored_in

ALEXNET = PAPERS["alexnet"]
CLAIM = "A.S3.3.lrn.top1"
TRUTH = Truth(errors={"no_lrn": 0.45}, num_examples=200, seed_noise=0.01)


def challenged(results: Path, *, claim: str = CLAIM, beacon: str = "round 4711", num: int = 3) -> Challenged:
    paper, found = find_claim([ALEXNET], claim)
    seeds = seeds_of(found.id, beacon=beacon, num=num)
    return Challenged(paper=paper, claim=found, scale="smoke", beacon=beacon, seeds=seeds, results=results)


class Trainings:
    """Runs that are fabricated instead of trained; after `most` of them the process is killed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.runs: list[str] = []
        self.most = 1000
        monkeypatch.setattr(challenging, "in_a_process", self.here)

    @contextmanager
    def here(self, *, num_threads: int) -> Iterator[object]:
        yield self.make

    def make(self, make: object, runs: Sequence[Run], results: Path, compute: Compute, mends: bool) -> None:
        for run in runs:
            if (run_folder(results, run.id) / "run.json").exists():
                continue
            if len(self.runs) == self.most:
                raise KeyboardInterrupt
            self.runs.append(run.id)
            fabricate_run(run, results=results, truth=TRUTH)


@pytest.fixture
def trainings(monkeypatch: pytest.MonkeyPatch) -> Trainings:
    return Trainings(monkeypatch)


@pytest.fixture
def results(tmp_path: Path) -> Path:
    run = planned_runs(ALEXNET, scale="smoke")[0]
    fabricate_run(run, results=tmp_path, truth=TRUTH)  # its data are those of the scale
    shutil.rmtree(tmp_path / "smoke" / "runs")
    return tmp_path


def quiet(line: str) -> None:
    pass


def events(results: Path) -> list[Challenge]:
    return read_ledger(results / "smoke").events(Challenge)


def test_seeds_follow_from_text_and_claim_and_are_in_no_plan() -> None:
    seeds = seeds_of(CLAIM, beacon="round 4711", num=5)
    assert seeds == seeds_of(CLAIM, beacon="round 4711", num=5) and len(set(seeds)) == 5
    assert seeds[:3] == seeds_of(CLAIM, beacon="round 4711", num=3)
    others = {*seeds_of(CLAIM, beacon="round 4712", num=5), *seeds_of("A.S5.biasinit", beacon="round 4711", num=5)}
    assert not others & set(seeds)
    planned = {run.seed for paper in PAPERS.values() for scale in paper.scales for run in planned_runs(paper, scale=scale.name)}
    assert min(seeds) >= FIRST_SEED > max(planned)


def test_members_of_averages_are_fresh_too(tmp_path: Path) -> None:
    asked = challenged(tmp_path, claim="A.T2.5cnn.top5val")
    assert min(run.seed for run in runs_of(asked)) >= FIRST_SEED


def test_averages_are_made_after_their_nets_and_judged_by_nets_of_the_challenge_alone(
    results: Path, trainings: Trainings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.verify.test_challenge.TRUTH", replace(TRUTH, errors={"five_seeds": 0.2}))
    asked = challenged(results, claim="A.T2.5cnn.seeds.top1", num=2)
    found = challenge(asked, device="cpu", say=quiet)
    assert found.verdict in ("DIRECTION", "REPRODUCED")
    nets, averages = trainings.runs[:-2], trainings.runs[-2:]
    assert {run.split("/")[2] for run in nets} == {"full"} and len(nets) == len(set(nets)) == 12
    assert averages == [f"smoke/alexnet/five_seeds/{seed}" for seed in asked.seeds]
    assert challenges_checked(stored_in(results / "smoke")).problems == ()


def test_a_challenge_is_judged_by_its_own_runs_and_stands_in_the_ledger_for_good(results: Path, trainings: Trainings) -> None:
    found = challenge(challenged(results), device="cpu", say=quiet)
    assert found.verdict in ("DIRECTION", "REPRODUCED") and found.ci90 is not None
    assert len(trainings.runs) == 6 and {run.split("/")[2] for run in trainings.runs} == {"full", "no_lrn"}
    begun, ended = events(results)
    assert (begun.verdict, ended.verdict) == ("", found.verdict)
    assert not (results / "smoke" / "runs").exists()  # pooled with nothing
    assert challenge(challenged(results), device="cpu", say=quiet) == found  # the same again adds nothing
    assert len(trainings.runs) == 6 and len(events(results)) == 2
    assert f"Challenged by “round 4711” with 3 fresh seeds: {found.verdict}, +" in challenge_words(found)


def test_a_challenge_that_was_killed_is_seen_and_goes_on(results: Path, trainings: Trainings) -> None:
    trainings.most = 4
    with pytest.raises(KeyboardInterrupt):
        challenge(challenged(results), device="cpu", say=quiet)
    (begun,) = events(results)
    assert challenge_words(begun).endswith("begun, not finished.")
    trainings.most = 1000
    challenge(challenged(results), device="cpu", say=quiet)
    assert len(trainings.runs) == len(set(trainings.runs)) == 6 and len(events(results)) == 2


def test_another_number_of_seeds_needs_another_text(results: Path, trainings: Trainings) -> None:
    challenge(challenged(results), device="cpu", say=quiet)
    with pytest.raises(CannotChallenge, match="with 3 seeds, now with 9; allowed: --seeds 3, or another text"):
        challenge(challenged(results, num=9), device="cpu", say=quiet)
    challenge(challenged(results, beacon="round 4712"), device="cpu", say=quiet)
    assert len(events(results)) == 4  # both stay


def test_what_has_no_runs_or_no_data_is_refused_before_anything_is_written(tmp_path: Path, trainings: Trainings) -> None:
    exact = next(claim.id for claim in ALEXNET.claims if not claim.variants)
    with pytest.raises(CannotChallenge, match="it rests on no run"):
        challenge(challenged(tmp_path, claim=exact), device="cpu", say=quiet)
    assert not list(tmp_path.iterdir())
    with pytest.raises(CannotChallenge, match="type python -m repro prepare"):
        challenge(challenged(tmp_path), device="cpu", say=quiet)
    assert not list(tmp_path.iterdir())
