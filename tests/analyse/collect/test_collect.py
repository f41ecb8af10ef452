"""From run folders to `runs.csv`: what is counted, what is missing, what is refused."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from repro.analyse.collect.collect import collect
from repro.artifacts.files import FileFormatError, run_folder
from repro.artifacts.runs_csv import COLUMNS
from repro.artifacts.scores import Scores, read_scores, write_scores
from repro.papers import PAPERS
from repro.spec.experiment import make_run
from repro.spec.run import Run
from tests.fabricate import CODE_DIGEST, Truth, change_run, fabricate, record_scores_again

ALEXNET = PAPERS["alexnet"]


def two_runs(results: Path, **truth: Any) -> list[Run]:
    return fabricate([ALEXNET], scale="smoke", results=results, truth=Truth(**truth), variants=["full"], seeds=[0, 1])


def rows_of(results: Path) -> list[dict[str, str]]:
    with open(results / "smoke" / "runs.csv", newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_run_has_a_row_for_each_metric_and_protocol(tmp_path: Path) -> None:
    collect(two_runs(tmp_path, seed_noise=0.0, error=0.30, center_extra=0.02, gap=0.10), papers=[ALEXNET], results=tmp_path)
    rows = rows_of(tmp_path)
    assert tuple(rows[0]) == COLUMNS
    found = {(row["seed"], row["metric"], row["protocol"]): float(row["value"]) for row in rows}
    # Five protocols with two errors each, what light adds; error and gap of training; its first fifth, chance left, six
    # thresholds, two shares of saturated units, seconds; the towers' split and its p-value.
    assert len(found) == len(rows) == 2 * (5 * 2 + 1 + 2 + 2 + 6 + 2 + 1 + 2)
    for seed in "01":
        assert found[seed, "top1_error", "ten_crop"] == pytest.approx(0.30)
        assert found[seed, "top1_error", "center"] == pytest.approx(0.32)
        assert found[seed, "relighting_loss", "center_relit"] == pytest.approx(0.02)
        assert found[seed, "top5_error", "ten_crop"] == pytest.approx(0.12)
        assert found[seed, "train_top1_error", "center"] == pytest.approx(0.22)
        assert found[seed, "top1_gap", "center"] == pytest.approx(0.10)
    scored = ("top1_error", "top5_error", "train_top1_error", "top1_gap", "relighting_loss")
    assert {row["n_examples"] for row in rows if row["metric"] in scored} == {"400"}
    # 448 training images, and eight kernels of the first layer.
    assert {row["n_examples"] for row in rows if row["metric"] not in scored} == {"448", "8"}
    assert {row["code"] for row in rows} == {CODE_DIGEST[:12]}
    assert {row["run"] for row in rows} == {"smoke/alexnet/full/0", "smoke/alexnet/full/1"}
    assert {(row["dataset"], row["evidence"]) for row in rows} == {("procedural", "demonstration")}


def test_values_in_the_table_are_exact(tmp_path: Path) -> None:
    run = two_runs(tmp_path, num_examples=300)[0]
    collect([run], papers=[ALEXNET], results=tmp_path)
    scores = read_scores(run_folder(tmp_path, run.id) / "scores.test.center.npz")
    wrong = int(np.count_nonzero(scores.scores_NK.argmax(axis=1) != scores.label_N))
    assert float(rows_of(tmp_path)[0]["value"]) == wrong / 300


def test_a_missing_and_a_diverged_run_have_no_rows_and_nothing_is_imputed(tmp_path: Path) -> None:
    runs = two_runs(tmp_path, diverged=["full/1"])
    missing = make_run(ALEXNET, scale="smoke", variant="tanh", seed=0)
    collect([*runs, missing], papers=[ALEXNET], results=tmp_path)
    assert {row["run"] for row in rows_of(tmp_path)} == {"smoke/alexnet/full/0"}


def test_fewer_than_five_classes_give_no_top5_error(tmp_path: Path) -> None:
    collect(two_runs(tmp_path, num_classes=4), papers=[ALEXNET], results=tmp_path)
    metrics = {row["metric"] for row in rows_of(tmp_path)}
    assert {"top1_error", "train_top1_error", "top1_gap"} <= metrics
    assert "top5_error" not in metrics


def test_collecting_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    runs = two_runs(tmp_path)
    collect(runs, papers=[ALEXNET], results=tmp_path)
    first = (tmp_path / "smoke" / "runs.csv").read_bytes()
    collect(runs, papers=[ALEXNET], results=tmp_path)
    assert (tmp_path / "smoke" / "runs.csv").read_bytes() == first


@pytest.mark.parametrize(
    "name", ["scores.test.center.npz", "scores.test.ten_crop.npz", "scores.train.center.npz", "log.jsonl", "kernels.npz"]
)
@pytest.mark.parametrize("damage", ["flip", "truncate", "delete"])
def test_a_damaged_file_is_an_error_that_names_run_and_file(name: str, damage: str, tmp_path: Path) -> None:
    runs = two_runs(tmp_path, num_examples=40)
    path = run_folder(tmp_path, runs[1].id) / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    if damage == "delete":
        path.unlink()
    else:
        path.write_bytes(content if damage == "flip" else content[:-1])
    with pytest.raises(FileFormatError) as caught:
        collect(runs, papers=[ALEXNET], results=tmp_path)
    assert "smoke/alexnet/full/1" in str(caught.value)
    assert str(path) in str(caught.value)
    assert "train it again" in str(caught.value)
    assert not (tmp_path / "smoke" / "runs.csv").exists()


@pytest.mark.parametrize(
    ("changes", "says"), [({"scores": ()}, "lists no scores of test by center"), ({"num_classes": 11}, "its run recorded")]
)
def test_a_record_that_does_not_fit_its_files_is_refused(changes: dict[str, Any], says: str, tmp_path: Path) -> None:
    runs = two_runs(tmp_path)
    change_run(tmp_path, runs[0].id, **changes)
    with pytest.raises(FileFormatError, match="run smoke/alexnet/full/0") as caught:
        collect(runs, papers=[ALEXNET], results=tmp_path)
    assert says in str(caught.value)


def test_the_record_of_another_run_is_refused(tmp_path: Path) -> None:
    runs = two_runs(tmp_path)
    one, other = (run_folder(tmp_path, run.id) / "run.json" for run in runs)
    one.write_bytes(other.read_bytes())
    with pytest.raises(FileFormatError, match=r"full/0/run\.json is of run smoke/alexnet/full/1, not of smoke/alexnet/full/0"):
        collect(runs, papers=[ALEXNET], results=tmp_path)


def test_scores_of_another_run_under_this_runs_name_are_refused(tmp_path: Path) -> None:
    runs = two_runs(tmp_path)
    folder = run_folder(tmp_path, runs[0].id)
    foreign = read_scores(run_folder(tmp_path, runs[1].id) / "scores.test.center.npz")
    write_scores(folder / "scores.test.center.npz", Scores(**vars(foreign)))
    record_scores_again(tmp_path, runs[0].id, "scores.test.center.npz")
    with pytest.raises(FileFormatError, match="smoke/alexnet/full/1"):
        collect(runs, papers=[ALEXNET], results=tmp_path)


def test_runs_of_two_scales_are_refused(tmp_path: Path) -> None:
    runs = [make_run(ALEXNET, scale=scale, variant="full", seed=0) for scale in ("smoke", "small")]
    with pytest.raises(ValueError, match="allowed: one scale"):
        collect(runs, papers=[ALEXNET], results=tmp_path)
    with pytest.raises(ValueError, match="allowed: one scale"):
        collect([], papers=[ALEXNET], results=tmp_path)
