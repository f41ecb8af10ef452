"""The fabricated results show what the caller asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from repro.evaluate.metrics import top_k_error
from repro.evaluate.scores import read_scores
from repro.files import data_folder, read_json, run_folder, sha256_file
from repro.papers import PAPERS
from tests.fabricate import Truth, fabricate

ALEXNET = PAPERS["alexnet"]


def test_fabricated_runs_have_the_errors_that_were_asked_for(tmp_path: Path) -> None:
    truth = Truth(errors={"no_lrn": 0.40}, seed_noise=0.0)
    runs = fabricate([ALEXNET], scale="smoke", results=tmp_path, truth=truth, variants=["full", "no_lrn"], seeds=[0])
    assert [run.id for run in runs] == ["smoke/alexnet/full/0", "smoke/alexnet/no_lrn/0"]
    for run, error in zip(runs, (0.30, 0.40), strict=True):
        folder = run_folder(tmp_path, run.id)
        record = read_json(folder / "run.json", schema="run/1")
        assert [sha256_file(folder / item["file"]) for item in record["scores"]] == [item["sha256"] for item in record["scores"]]
        scores = read_scores(folder / "scores.test.ten_crop.npz")
        assert top_k_error(scores.scores_NK, scores.label_N, k=1) == pytest.approx(error)
        assert top_k_error(scores.scores_NK, scores.label_N, k=5) == pytest.approx(0.4 * error)
        train = read_scores(folder / "scores.train.center.npz")
        assert top_k_error(train.scores_NK, train.label_N, k=1) == pytest.approx(error + 0.02 - 0.10)
        assert record["dataset"]["digest"] == sha256_file(data_folder(tmp_path, "smoke", "procedural") / "dataset.json")


def test_the_same_truth_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        fabricate([ALEXNET], scale="smoke", results=tmp_path / name, truth=Truth(), variants=["full"], seeds=[0, 1])
    one = {path.relative_to(tmp_path / "one"): path.read_bytes() for path in (tmp_path / "one").rglob("*") if path.is_file()}
    two = {path.relative_to(tmp_path / "two"): path.read_bytes() for path in (tmp_path / "two").rglob("*") if path.is_file()}
    assert one == two
    zero, other = (Path("smoke/runs/alexnet/full") / seed / "scores.test.center.npz" for seed in "01")
    assert one[zero] != one[other]


def test_a_diverged_run_has_a_reason_and_no_scores(tmp_path: Path) -> None:
    fabricate([ALEXNET], scale="smoke", results=tmp_path, truth=Truth(diverged=["tanh/1"]), variants=["tanh"])
    record = read_json(run_folder(tmp_path, "smoke/alexnet/tanh/1") / "run.json", schema="run/1")
    assert (record["status"], record["scores"]) == ("diverged", [])
    assert "NaN" in record["reason"]
