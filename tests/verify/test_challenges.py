"""Whatever is forged in a challenge is named."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from repro.artifacts.ledger import append as appending
from repro.artifacts.ledger.append import append
from repro.artifacts.ledger.events import Challenge
from repro.papers import PAPERS
from repro.planning.plan import planned_runs
from repro.verify.challenge import challenge, seeds_of
from repro.verify.challenges import challenges_checked
from repro.verify.check import FAILED, OK, PARTLY, Check
from tests.fabricate import change_run, fabricate_run
from tests.verify.made import stored_in
from tests.verify.test_challenge import CLAIM, TRUTH, Trainings, challenged, quiet
from tests.witnessed import start_of, witness

NAME = f"alexnet/{CLAIM}"


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Results with a run and a challenge that is over."""
    with pytest.MonkeyPatch.context() as patch:
        results = tmp_path_factory.mktemp("challenged")
        fabricate_run(planned_runs(PAPERS["alexnet"], scale="smoke")[0], results=results, truth=TRUTH)
        trainings = Trainings(patch)
        challenge(challenged(results), device="cpu", say=quiet)
        witness(challenged(results).root, trainings.runs)
        yield results


@pytest.fixture
def results(done: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(done, tmp_path / "results", symlinks=True))


def checked(results: Path) -> Check:
    return challenges_checked(stored_in(results / "smoke"))


def first_run(results: Path) -> Path:
    return next(iter(sorted(challenged(results).root.glob("smoke/runs/*/*/*"))))


def forged(results: Path, *, beacon: str = "round 4711", chosen: int = 0) -> None:
    """A verdict that nobody has seen, by seeds that were chosen (`chosen` is added to each)."""
    seeds = tuple(seed + chosen for seed in seeds_of(CLAIM, beacon=beacon, num=3))
    append(results / "smoke", Challenge(claim=NAME, beacon=beacon, seeds=seeds, verdict="REPRODUCED", reason=""))


def early(results: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(appending, "_now", lambda: "2020-01-01T00:00:00Z")
        append(challenged(results).root / "smoke", start_of("smoke/alexnet/full/9", {}))


def edited_scores(results: Path) -> None:
    path = next(first_run(results).glob("scores.test.ten_crop.npz"))
    path.write_bytes(path.read_bytes()[:-1])


FORGERIES: dict[str, tuple[Callable[[Path], object], str]] = {
    "its runs are deleted": (lambda results: shutil.rmtree(challenged(results).root), "its runs are gone"),
    "a bad run is deleted": (lambda results: shutil.rmtree(first_run(results)), "its record is gone"),
    "scores are edited": (edited_scores, "scores.test.ten_crop.npz was changed"),
    "a record is edited": (
        lambda results: change_run(challenged(results).root, f"smoke/{'/'.join(first_run(results).parts[-3:])}", device="gpu"),
        "is not the one with which the ledger says that it ended",
    ),
    "its table is edited": (
        lambda results: (challenged(results).root / "smoke/runs.csv").write_text("scale\n"),
        "runs.csv is not what its runs give",
    ),
    "another verdict is written": (forged, "gives it a second verdict"),
    "a verdict without a run": (lambda results: forged(results, beacon="other"), "its runs are gone"),
    "a verdict without a beginning": (lambda results: forged(results, beacon="other"), "no line before says that it had begun"),
    "seeds are chosen": (lambda results: forged(results, beacon="other", chosen=1), "do not follow from the text and the claim"),
    "runs of before": (early, "was started at 2020-01-01T00:00:00Z, and the challenge was written at"),
    "a challenge beside the ledger": (
        lambda results: shutil.copytree(challenged(results).root, challenged(results).root.with_name("A.S3.3.lrn.top1-other")),
        "A.S3.3.lrn.top1-other is of no challenge that the ledger has",
    ),
}


def test_a_challenge_as_it_was_holds_and_folders_without_any_too(results: Path) -> None:
    assert (checked(results).state, checked(results).found) == (OK, "1 challenge judged again, as the ledger says")
    shutil.rmtree(results / "smoke" / "challenges")
    for name in ("ledger.jsonl", "ledger.tip"):
        (results / "smoke" / name).unlink()
    assert checked(results).state == OK


@pytest.mark.parametrize("how", FORGERIES)
def test_what_is_forged_is_named(how: str, results: Path) -> None:
    forge, said = FORGERIES[how]
    forge(results)
    found = checked(results)
    assert found.state == FAILED
    assert any(said in problem for problem in found.problems), found.problems


def test_one_that_is_not_over_is_never_called_ok(results: Path) -> None:
    seeds = seeds_of(CLAIM, beacon="begun", num=3)
    append(results / "smoke", Challenge(claim=NAME, beacon="begun", seeds=seeds, verdict="", reason=""))
    found = checked(results)
    assert found.state == PARTLY and found.unchecked == (
        f"challenge of {NAME} by 'begun': it has begun, and nothing was run yet",
    )
