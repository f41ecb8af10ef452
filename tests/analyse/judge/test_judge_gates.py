"""Runs that cannot be compared make a claim invalid, with the reason; an ablated arm at chance is a result."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from repro.analyse.evidence.gates import Question, gate
from repro.analyse.evidence.population import Population
from repro.artifacts.files import run_folder
from repro.artifacts.run_json import RunData, read_run
from repro.artifacts.runs_csv import read_runs_csv
from repro.artifacts.scores import read_scores, write_scores
from tests.analyse.judging import ALEXNET, claim, judged, judgement_in, made, truth
from tests.fabricate import change_run, fabricate, record_scores_again


@pytest.mark.parametrize("arm", ["full", "no_lrn"])
def test_a_diverged_run_of_either_arm_is_invalid_and_named(arm: str, tmp_path: Path) -> None:
    found = made(tmp_path, diverged=[f"{arm}/2"])
    assert found.verdict == "INVALID"
    assert f"small/alexnet/{arm}/2" in found.reason
    assert "NaN" in found.reason
    assert judgement_in(tmp_path, scale="small").diverged[0].run == f"small/alexnet/{arm}/2"


def test_an_arm_that_diverged_with_every_seed_is_invalid_not_a_crash(tmp_path: Path) -> None:
    found = made(tmp_path, diverged=[f"no_lrn/{seed}" for seed in range(3)])
    assert (found.verdict, found.estimate) == ("INVALID", None)


def test_a_control_at_chance_is_invalid(tmp_path: Path) -> None:
    found = made(tmp_path, errors={"full": 0.85, "no_lrn": 0.80}, center_extra=0.0)
    assert found.verdict == "INVALID"
    assert "has not learned" in found.reason


def test_an_ablated_arm_at_chance_is_a_result_of_its_own_without_a_size(tmp_path: Path) -> None:
    found = made(tmp_path, errors={"full": 0.30, "no_lrn": 0.89})
    assert (found.verdict, found.size) == ("DID-NOT-TRAIN", "")
    assert "The arm no_lrn has not learned: its mean top-1 error is" in found.reason
    assert found.brief == "no_lrn did not train here: a result of its own, from which no size of an effect follows."


def test_where_the_claim_is_about_training_an_arm_at_chance_is_judged_and_said(tmp_path: Path) -> None:
    errors = {"full": 0.30, "no_weight_decay": 0.89}
    chance = truth(errors=errors, gaps={"no_weight_decay": 0.0})
    fabricate([ALEXNET], scale="small", results=tmp_path, truth=chance, variants=list(errors))
    found = claim(judged(tmp_path), "A.S5.wd")
    assert (found.verdict, found.size) == ("DIRECTION", "")
    assert "no_weight_decay did not train here: the training error is that of a guess." in found.reason


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"code_digest": "f" * 64}, "different code"),
        ({"precision": "bfloat16"}, "were trained in bfloat16; train them again without --precision"),
        ({"dataset": RunData(name="procedural", title="", digest="0", classes=())}, "differently prepared data"),
    ],
)
def test_arms_of_different_code_data_or_precision_are_invalid(change: dict[str, Any], says: str, tmp_path: Path) -> None:
    fabricate([ALEXNET], scale="small", results=tmp_path, truth=truth(), variants=["full", "no_lrn"])
    change_run(tmp_path, "small/alexnet/no_lrn/0", **change)
    found = claim(judged(tmp_path))
    assert found.verdict == "INVALID"
    assert says in found.reason


def test_arms_that_differ_in_more_than_the_ablated_key_are_invalid(tmp_path: Path) -> None:
    fabricate([ALEXNET], scale="small", results=tmp_path, truth=truth(), variants=["full", "no_lrn"])
    spec = read_run(tmp_path, "small/alexnet/no_lrn/0").spec
    spec["recipe"]["optimizer"]["momentum"] = 0.5
    change_run(tmp_path, "small/alexnet/no_lrn/0", spec=spec)
    found = claim(judged(tmp_path))
    assert found.verdict == "INVALID"
    assert "more than network.lrn: recipe.optimizer.momentum" in found.reason


def test_neither_gap_nor_error_of_a_network_that_learned_nothing_is_an_effect(tmp_path: Path) -> None:
    """At chance on both splits the gap is near zero, which is no proof against overfitting; the error is that of a guess."""
    found = {"no_dropout": 0.89, "no_lrn": 0.89}
    chance = truth(errors=found, gaps=dict.fromkeys(found, 0.0), center_extra=0.0)
    fabricate([ALEXNET], scale="small", results=tmp_path, truth=chance, variants=["full", *found])
    claims = judged(tmp_path)
    gap = claim(claims, "A.S4.2.dropout.overfit")
    assert gap.verdict == "DID-NOT-TRAIN"
    assert "arm no_dropout has not learned" in gap.reason
    assert claim(claims).verdict == "DID-NOT-TRAIN"


def test_an_arm_at_chance_lends_the_others_no_spread(tmp_path: Path) -> None:
    """tanh at chance has the same error with every seed; pooled in, it would narrow every interval of the table."""
    found = []
    for number, errors in enumerate(({"tanh": 0.5}, {"tanh": 0.89})):
        results = tmp_path / str(number)
        variants = ["full", "no_lrn", "tanh"]
        fabricate([ALEXNET], scale="small", results=results, truth=truth(errors=errors, center_extra=0.0), variants=variants)
        found.append(claim(judged(results)))
    assert [item.df for item in found] == [6, 4]
    assert found[1].verdict not in ("INVALID", "INCOMPLETE")


def test_arms_trained_by_an_old_specification_are_invalid(tmp_path: Path) -> None:
    fabricate([ALEXNET], scale="small", results=tmp_path, truth=truth(), variants=["full", "no_lrn"])
    for arm in ("full", "no_lrn"):
        for seed in range(3):
            spec = read_run(tmp_path, f"small/alexnet/{arm}/{seed}").spec
            spec["recipe"]["batch_size"] += 1
            change_run(tmp_path, f"small/alexnet/{arm}/{seed}", spec=spec)
    found = claim(judged(tmp_path))
    assert found.verdict == "INVALID"
    assert "another specification than its name has now: recipe.batch_size; train it again." in found.reason


def test_arms_scored_on_different_images_are_invalid(tmp_path: Path) -> None:
    fabricate([ALEXNET], scale="small", results=tmp_path, truth=truth(), variants=["full", "no_lrn"])
    path = run_folder(tmp_path, "small/alexnet/no_lrn/0") / "scores.test.ten_crop.npz"
    scores = read_scores(path)
    write_scores(path, replace(scores, example_N=np.array([b"x" + key for key in scores.example_N])))
    record_scores_again(tmp_path, "small/alexnet/no_lrn/0", path.name)
    found = claim(judged(tmp_path))
    assert found.verdict == "INVALID"
    assert "different test images" in found.reason


def test_early_errors_of_arms_that_are_all_at_chance_say_nothing(tmp_path: Path) -> None:
    """Both are at chance in the first fifth of the epochs, though one leaves it earlier: that is counted in epochs."""
    fabricate([ALEXNET], scale="small", results=tmp_path, truth=truth(), variants=["full", "zero_bias_init"])
    judged(tmp_path)
    rows = read_runs_csv(tmp_path / "small" / "runs.csv").rows
    question = Question(
        arms=("full", "zero_bias_init"),
        control="full",
        metric="early_train_error",
        protocols=("training",),
        considered=("full", "zero_bias_init"),
    )
    for value, invalid in ((0.89, True), (0.6, False)):
        table = [replace(row, value=value) if row.metric == "early_train_error" else row for row in rows]
        stop = gate(Population(table, paper=ALEXNET, scale="small", results=tmp_path), question)
        assert (stop is not None) == invalid
        assert stop is None or "are still at chance" in stop.reason
