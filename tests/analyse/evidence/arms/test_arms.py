"""Attempts to get a better verdict by copied runs, by other machines or by what lends its spread: each is stopped or said."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from repro.artifacts.files import run_folder
from repro.artifacts.run_json import RunData, read_run
from repro.artifacts.scores import read_scores, write_scores
from tests.analyse.judging import ALEXNET, claim, judged, truth
from tests.fabricate import change_run, fabricate, record_scores_again

PAGE = ("full", "no_lrn", "pool_2x2", "tanh")


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs of four variants at which there is nothing to object to."""
    results = tmp_path_factory.mktemp("clean")
    fabricate([ALEXNET], scale="small", results=results, truth=truth(), variants=PAGE)
    return results


@pytest.fixture
def results(clean: Path, tmp_path: Path) -> Path:
    """A copy of them that a test may change."""
    shutil.copytree(clean, tmp_path, dirs_exist_ok=True)
    return tmp_path


def copy_scores(results: Path, source: str, run: str) -> None:
    """Put the scores of another run in the place of a run's own, names and hashes rewritten, as a careful cheat would."""
    for path in run_folder(results, f"small/alexnet/{source}").glob("scores.*.npz"):
        copy = run_folder(results, f"small/alexnet/{run}") / path.name
        write_scores(copy, replace(read_scores(path), run=f"small/alexnet/{run}"))
        record_scores_again(results, f"small/alexnet/{run}", path.name)


def on(machine: dict[str, Any], results: Path, *runs: str) -> None:
    """Record that runs were made on another machine."""
    for name in runs:
        run_id = f"small/alexnet/{name}"
        record, changes = read_run(results, run_id), dict(machine)
        if "environment" in changes:
            changes["environment"] = {**record.environment, **machine["environment"]}
        if "identity" in changes:
            changes["identity"] = {**record.identity, **machine["identity"]}
        change_run(results, run_id, **changes)


def test_nothing_is_said_of_runs_to_which_there_is_nothing_to_object(results: Path) -> None:
    found = claim(judged(results))
    assert (found.verdict not in ("INVALID", "INCOMPLETE"), found.remarks) == (True, ())


@pytest.mark.parametrize(("source", "run"), [("full/0", "full/1"), ("no_lrn/2", "no_lrn/0"), ("full/0", "no_lrn/1")])
def test_two_seeds_of_equal_scores_are_invalid_and_both_named(source: str, run: str, results: Path) -> None:
    """Within an arm or across arms: a folder is copied, run name and SHA-256 rewritten."""
    copy_scores(results, source, run)
    found = claim(judged(results))
    assert found.verdict == "INVALID"
    assert all(f"small/alexnet/{name}" in found.reason for name in (source, run))
    assert "the same scores to the last bit" in found.reason


def test_a_run_of_the_other_arm_copied_at_its_own_seed_is_remarked(results: Path) -> None:
    """What would make an effect smaller: the other arm's run of that seed. Equal at every seed, the change does nothing."""
    copy_scores(results, "full/1", "no_lrn/1")
    found = claim(judged(results))
    assert found.verdict != "INVALID"
    assert "full and no_lrn have the same scores to the last bit at seed 1 and not at the others" in found.remarks[0]
    for seed in (0, 2):
        copy_scores(results, f"full/{seed}", f"no_lrn/{seed}")
    assert claim(judged(results)).remarks == ()


def test_an_arm_that_lends_its_spread_is_asked_for_copies_too(results: Path) -> None:
    """Seeds of another variant of the page are made equal, so that all intervals of the page are narrower."""
    before = claim(judged(results))
    copy_scores(results, "pool_2x2/0", "pool_2x2/1")
    found = claim(judged(results))
    assert ("pool_2x2" in before.pool, "pool_2x2" in found.pool) == (True, False)
    assert found.remarks == ("Spread is not taken from pool_2x2 (two of its runs are copies).",)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"code_digest": "f" * 64}, "trained by other code"),
        ({"precision": "bfloat16"}, "trained in another number format"),
        ({"dataset": RunData(name="procedural", title="", digest="0", classes=())}, "trained on other data"),
    ],
)
def test_pooled_arms_pass_the_gates_of_the_arms_or_lend_nothing(change: dict[str, Any], why: str, results: Path) -> None:
    """Attempts 13, 14 and 16: the pair itself is untouched, a variant that lends its spread is not."""
    before = claim(judged(results))
    name = read_run(results, "small/alexnet/tanh/0").dataset.name
    if "dataset" in change:
        change = {"dataset": replace(change["dataset"], name=name)}
    change_run(results, "small/alexnet/tanh/0", **change)
    found = claim(judged(results))
    assert ("tanh" in before.pool, "tanh" in found.pool) == (True, False)
    assert found.remarks == (f"Spread is not taken from tanh ({why}).",)


def test_an_arm_of_another_specification_lends_no_spread(results: Path) -> None:
    spec = read_run(results, "small/alexnet/tanh/1").spec
    spec["recipe"]["optimizer"]["momentum"] = 0.5
    change_run(results, "small/alexnet/tanh/1", spec=spec)
    assert claim(judged(results)).remarks == ("Spread is not taken from tanh (trained by another specification).",)


def test_one_run_on_another_machine_is_remarked(results: Path) -> None:
    """Another processor may round otherwise, and is no reason to refuse."""
    on({"num_threads": 4, "environment": {"processor": "another"}}, results, "no_lrn/1")
    (remark,) = claim(judged(results)).remarks
    assert remark.startswith("Machines mixed: the runs of full and no_lrn were made with processor another and")
    assert remark.endswith("threads 1 and 4.")


@pytest.mark.parametrize(
    "machine",
    [{"identity": {"device": "cuda"}, "device": "cuda: a GPU"}, {"environment": {"torch": "9.9"}}],
)
def test_one_arm_on_another_device_or_torch_is_invalid(machine: dict[str, Any], results: Path) -> None:
    """All seeds of one arm where rounding, or a newer kernel, favours it."""
    on(machine, results, *(f"no_lrn/{seed}" for seed in range(3)))
    found = claim(judged(results))
    assert found.verdict == "INVALID"
    assert "the machine cannot be told from what is compared" in found.reason


def test_one_arm_on_another_processor_is_remarked_as_not_to_be_told_apart(results: Path) -> None:
    on({"environment": {"processor": "another"}}, results, *(f"no_lrn/{seed}" for seed in range(3)))
    found = claim(judged(results))
    assert found.verdict != "INVALID"
    assert "(full and no_lrn have none in common)" in found.remarks[0]
