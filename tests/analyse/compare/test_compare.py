"""Two folders of results are compared cell by cell: to the bit, by predictions, by two one-sided tests."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from repro import cli
from repro.analyse.collect.collect import collect
from repro.analyse.compare.compare import (
    DIFFERENT,
    EQUIVALENT,
    PREDICTIONS,
    SAME,
    TIME,
    UNDECIDED,
    ArmCell,
    Comparison,
    compare,
)
from repro.analyse.compare.sides import NothingToCompare
from repro.artifacts.files import run_folder
from repro.artifacts.run_json import read_run
from repro.artifacts.scores import Scores, read_scores, write_scores
from repro.papers import PAPERS
from repro.spec.experiment import make_run
from tests.fabricate import Truth, change_run, fabricate, record_scores_again

ALEXNET = PAPERS["alexnet"]
NAMES, SEEDS = ("full", "no_lrn"), (0, 1, 2)
FILE = "scores.test.ten_crop.npz"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    results = tmp_path_factory.mktemp("compare")
    fabricate([ALEXNET], scale="smoke", results=results, truth=Truth(num_examples=100), variants=NAMES, seeds=SEEDS)
    return collected(results)


@pytest.fixture
def other(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "other"))


def collected(results: Path) -> Path:
    runs = [make_run(ALEXNET, scale="smoke", variant=name, seed=seed) for name in NAMES for seed in SEEDS]
    collect(runs, papers=[ALEXNET], results=results)
    return results


def rescored(results: Path, seed: int, change: Callable[[Scores], Scores], *, file: str = FILE) -> None:
    run = f"smoke/alexnet/no_lrn/{seed}"
    path = run_folder(results, run) / file
    write_scores(path, change(read_scores(path)))
    record_scores_again(results, run, file)


def softer(scores: Scores) -> Scores:
    """Other numbers in the same order."""
    return replace(scores, scores_NK=np.sqrt(scores.scores_NK))


def with_wrong(num: int) -> Callable[[Scores], Scores]:
    """So many more examples are wrong."""

    def change(scores: Scores) -> Scores:
        scores_NK = scores.scores_NK.copy()
        right_N = np.flatnonzero(scores_NK.argmax(axis=1) == scores.label_N)[:num]
        scores_NK[right_N] = np.roll(scores_NK[right_N], 1, axis=1)
        return replace(scores, scores_NK=scores_NK)

    return change


def arm(found: Comparison, metric: str = "top1_error", protocol: str = "ten_crop") -> ArmCell:
    return next(cell for cell in found.arms if (cell.variant, cell.metric, cell.protocol) == ("no_lrn", metric, protocol))


def test_a_copy_is_the_same_to_the_bit_in_every_cell_and_times_are_not_compared(whole: Path, other: Path) -> None:
    (found,) = compare(whole, other)
    assert found.counts["scores"] == {SAME: len(found.runs)} and len(found.runs) == 36
    assert set(found.counts["arms"]) == {SAME, TIME} and arm(found, "train_s", "").state == TIME
    assert not any(cell.provenance for cell in found.runs)


def test_other_scores_with_the_same_best_class_are_the_same_predictions(whole: Path, other: Path) -> None:
    rescored(other, 0, softer)
    (found,) = compare(whole, collected(other))
    (cell,) = [cell for cell in found.runs if cell.state != SAME]
    assert (cell.run, cell.protocol, cell.state, cell.num_other) == ("smoke/alexnet/no_lrn/0", "ten_crop", PREDICTIONS, 0)
    assert arm(found).state == PREDICTIONS


@pytest.mark.parametrize(
    ("wrong", "margin", "state"),
    [
        ((0, 0, 1), 0.05, EQUIVALENT),  # mean .0033, interval -.006 to .013
        ((0, 0, 1), 0.01, UNDECIDED),
        ((10, 11, 12), 0.01, DIFFERENT),  # mean .11, interval .093 to .127
        ((10, 11, 12), 0.13, EQUIVALENT),
        ((1, 10, 20), 0.01, UNDECIDED),  # mean .103, interval -.057 to .263
    ],
)
def test_an_arm_is_equivalent_if_the_whole_interval_lies_within_the_margin(
    wrong: tuple[int, ...], margin: float, state: str, whole: Path, other: Path
) -> None:
    for seed, num in enumerate(wrong):
        rescored(other, seed, with_wrong(num))
    (found,) = compare(whole, collected(other), margin=margin)
    cell = arm(found)
    assert cell.state == state
    assert cell.difference == pytest.approx(sum(wrong) / 3 / 100)
    assert [item.num_other for item in found.runs if item.protocol == "ten_crop" and "no_lrn" in item.run] == list(wrong)


def test_what_was_made_otherwise_stands_beside_the_cell(whole: Path, other: Path) -> None:
    run = "smoke/alexnet/no_lrn/1"
    record = read_run(other, run)
    change_run(
        other, run, code_digest="1" * 64, environment={**record.environment, "processor": "another"}, spec={**record.spec, "x": 1}
    )
    (found,) = compare(whole, collected(other))
    told = {change.key for cell in found.runs if cell.run == run for change in cell.provenance}
    assert told == {"code", "processor", "spec.x"}
    assert {change.key for change in arm(found).provenance} == told


def test_the_command_takes_folders_or_runs_and_says_so_otherwise(
    whole: Path, other: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rescored(other, 0, with_wrong(7))
    (run_folder(other, "smoke/alexnet/full/2") / "run.json").unlink()
    collected(other)
    page = tmp_path / "page.html"
    assert cli.main(["diff", str(whole), str(other), "--json", "--page", str(page)]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["margin"] == 0.01 and said["scales"][0]["only"] == ["smoke/alexnet/full/2"]
    text = page.read_text()
    assert "different" in text and "7 of 100" in text and str(other) in text
    assert cli.main(["diff", str(whole), "smoke/alexnet/full/0"]) == 2
    assert "is a folder and smoke/alexnet/full/0 is none" in capsys.readouterr().err
    assert cli.main(["diff", "smoke/alexnet/full/0", "smoke/alexnet/no_lrn/0"]) == 0
    assert "network.lrn" in capsys.readouterr().out
    with pytest.raises(NothingToCompare, match="no scale is in both"):
        compare(whole, tmp_path)
