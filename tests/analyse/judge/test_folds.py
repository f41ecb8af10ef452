"""Seeds that are folds of the data were scored on other videos each: arms are compared seed by seed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from repro.analyse.collect.collect import collect
from repro.analyse.judge.judge import judge
from repro.analyse.judge.levels import level_band
from repro.artifacts.files import run_folder
from repro.artifacts.run_json import read_run
from repro.artifacts.scores import read_scores, write_scores
from repro.papers import PAPERS
from repro.spec.claims import Level
from repro.spec.experiment import make_run
from tests.analyse.judging import judgement_in
from tests.fabricate import Truth, fabricate, record_scores_again

KARPATHY = PAPERS["karpathy"]
ERRORS = {"transfer_scratch": 0.587, "transfer_top3": 0.346}


def other_videos(results: Path, run_id: str, *, mark: bytes) -> None:
    """Give the videos that a run was scored on other names."""
    for entry in read_run(results, run_id).scores:
        path = run_folder(results, run_id) / entry.file
        scores = read_scores(path)
        units = None if scores.unit_N is None else np.array([mark + key for key in scores.unit_N.tolist()])
        changed = replace(scores, example_N=np.array([mark + key for key in scores.example_N.tolist()]), unit_N=units)
        write_scores(path, changed)
        record_scores_again(results, run_id, entry.file)


def judged(results: Path) -> dict[str, Any]:
    runs = [make_run(KARPATHY, scale="paper", variant=name, seed=seed) for name in ERRORS for seed in range(3)]
    collect(runs, papers=[KARPATHY], results=results)
    judge([KARPATHY], scale="paper", results=results)
    return {item.id: item for item in judgement_in(results, scale="paper").claims}


@pytest.fixture
def folds(tmp_path: Path) -> Path:
    truth = Truth(errors=ERRORS, seed_noise=0.002, num_examples=200)
    fabricate([KARPATHY], scale="paper", results=tmp_path, truth=truth, variants=list(ERRORS))
    names = {read_run(tmp_path, f"paper/karpathy/{arm}/{seed}").dataset.name for arm in ERRORS for seed in range(3)}
    assert len(names) == 3, "a seed is a fold"
    for arm in ERRORS:
        for seed in range(3):
            other_videos(tmp_path, f"paper/karpathy/{arm}/{seed}", mark=b"fold%d-" % seed)
    return tmp_path


def test_arms_of_folds_are_compared_seed_by_seed(folds: Path) -> None:
    claims = judged(folds)
    effect = claims["B.S4.2.top3_scratch"]
    assert (effect.verdict, effect.evidence) == ("REPRODUCED", "same data")
    # No one mean can be taken over the videos of three folds, so that their choice adds nothing to the interval.
    assert effect.total_ci90 is None
    assert claims["B.T3.top3"].verdict in ("REPRODUCED", "NOT-REPRODUCED", "INCONCLUSIVE")


def test_arms_of_one_fold_that_saw_other_videos_are_invalid(folds: Path) -> None:
    other_videos(folds, "paper/karpathy/transfer_top3/1", mark=b"x")
    effect = judged(folds)["B.S4.2.top3_scratch"]
    assert effect.verdict == "INVALID"
    assert "different test videos" in effect.reason


def test_the_band_of_a_level_is_at_least_a_unit_of_the_last_printed_digit() -> None:
    levels = [claim for paper in PAPERS.values() for claim in paper.claims if isinstance(claim, Level)]
    bands = {(claim.metric, level_band(claim)) for claim in levels if claim.arm and claim.threshold is None}
    assert {band for metric, band in bands if metric.startswith("mean_average_precision")} == {0.01}
    assert {band for metric, band in bands if metric in ("top1_error", "top5_error")} == {0.005}
