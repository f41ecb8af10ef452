"""Runs on videos: precisions by class, what motion contributes, the camera, and claims from scores to verdicts."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from repro.analyse.collect.average_precisions import of_precisions, resampled_precision_DK
from repro.analyse.collect.collect import collect
from repro.analyse.evidence.comparison import measure_level
from repro.analyse.evidence.population import Population
from repro.analyse.evidence.precisions import precision_se, resampled_DK, weights_K
from repro.analyse.evidence.verdict import VERDICTS
from repro.analyse.judge.gain_by_camera_motion import FEWEST_VIDEOS
from repro.analyse.judge.judge import judge
from repro.artifacts.arrays import write_npz
from repro.artifacts.claims_json import Judgement
from repro.artifacts.files import data_folder, run_folder
from repro.artifacts.run_json import read_run
from repro.artifacts.runs_csv import read_runs_csv
from repro.artifacts.scores import Scores, read_scores, write_scores
from repro.evaluate.average_precision import average_precision_K
from repro.papers import PAPERS
from repro.spec.experiment import make_run
from repro.spec.terms.metrics import class_slug
from repro.spec.video_datasets import CAMERA_FILE
from tests.analyse.judging import judgement_in
from tests.fabricate import Truth, change_run, fabricate, record_scores_again, run_at

KARPATHY = PAPERS["karpathy"]
PAIR = ("single_frame", "slow_fusion")


def scores(scores_NK: Any, labels: Any) -> Scores:
    label_NL = np.asarray(labels, np.int32).reshape(len(labels), -1)
    return Scores(
        scores_NK=np.asarray(scores_NK, np.float32),
        label_N=label_NL[:, 0],
        example_N=np.array([f"v{n}".encode() for n in range(len(label_NL))]),
        run="r",
        split="test",
        protocol="video",
        label_NL=label_NL,
    )


def judged(results: Path, variants: Sequence[str] = PAIR, **truth: Any) -> Judgement:
    """Fabricate, collect and judge runs of Karpathy et al. at scale smoke, and return claims.json."""
    settings = {"num_examples": 80, "seed_noise": 0.01, **truth}
    fabricate([KARPATHY], scale="smoke", results=results, truth=Truth(**settings), variants=variants)
    return judged_again(results)


def judged_again(results: Path) -> Judgement:
    seeds = range(KARPATHY.scale("smoke").num_seeds)
    runs = [make_run(KARPATHY, scale="smoke", variant=name, seed=seed) for name in run_at(KARPATHY, "smoke") for seed in seeds]
    collect(runs, papers=[KARPATHY], results=results)
    judge([KARPATHY], scale="smoke", results=results)
    return judgement_in(results, scale="smoke")


def rewritten(results: Path, run_id: str, change: Any) -> None:
    """Let `change` make other video scores of a run, and record their hash."""
    folder = run_folder(results, run_id)
    path = folder / "scores.test.video.npz"
    write_scores(path, change(read_scores(path)))
    record_scores_again(results, run_id, path.name)


def test_precisions_by_class_and_group_by_hand() -> None:
    """Class 0 is ranked right, wrong, right: (1 + 2/3) / 2. Class 1 ties for the last of three places: 1/3. Class 2 has none."""
    found = scores([[0.8, 0.1, 0.1], [0.6, 0.1, 0.3], [0.5, 0.4, 0.1]], [0, 1, 0])
    groups = {"Long Jump": "Sports", "rope-climbing": "B"}
    measured = of_precisions(found, classes=["Long Jump", "rope-climbing", "x"], groups=groups)
    values = {metric: (value, num) for metric, protocol, value, num in measured if protocol == "video"}
    first, second = (1 + 2 / 3) / 2, 1 / 3
    assert values["average_precision.long_jump"] == (pytest.approx(first), 2)
    assert values["average_precision.rope_climbing"] == (pytest.approx(second), 1)
    assert "average_precision.x" not in values
    assert values["mean_average_precision.all_groups"] == (pytest.approx((first + second) / 2), 3)
    assert values["mean_average_precision.sports"] == (pytest.approx(first), 3)
    assert values["mean_average_precision_gap.others_less_sports"] == (pytest.approx(second - first), 3)


def test_a_sample_of_the_videos_is_their_repetition() -> None:
    rng = np.random.default_rng(8)
    found = scores(rng.dirichlet(np.ones(4), 30), rng.integers(0, 4, 30))
    weight_DN = rng.multinomial(30, np.full(30, 1 / 30), size=3)
    drawn_DK = resampled_precision_DK(found, weight_DN)
    for weight_N, drawn_K in zip(weight_DN, drawn_DK, strict=True):
        again_N = np.repeat(np.arange(30), weight_N)
        np.testing.assert_allclose(drawn_K, average_precision_K(found.scores_NK[again_N], found.labels[again_N]), equal_nan=True)


def test_runs_csv_has_errors_by_clip_and_by_video_and_a_precision_for_each_class(tmp_path: Path) -> None:
    judged(tmp_path, seed_noise=0.0, error=0.30)
    with open(tmp_path / "smoke" / "runs.csv", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["run"] == "smoke/karpathy/slow_fusion/0"]
    found = {(row["metric"], row["protocol"]): (float(row["value"]), int(row["n_examples"])) for row in rows}
    assert found["top1_error", "video"] == (pytest.approx(0.30), 80)
    assert found["top1_error", "clip"] == (pytest.approx(0.325), 160)
    assert found["train_top1_error", "clip"][1] == 160
    precisions = [metric for metric, _ in found if metric.startswith("average_precision.")]
    assert len(precisions) == 10
    values = [found[metric, "video"][0] for metric in precisions]
    assert found["mean_average_precision.all_groups", "video"][0] == pytest.approx(sum(values) / 10)


def test_means_of_precisions_have_intervals_over_seeds_and_over_videos(tmp_path: Path) -> None:
    judged(tmp_path, num_examples=60)
    population = Population(read_runs_csv(tmp_path / "smoke" / "runs.csv").rows, paper=KARPATHY, scale="smoke", results=tmp_path)
    metric = "mean_average_precision.all_groups"
    level = measure_level(population, arm="slow_fusion", pool=PAIR, metric=metric, protocol="video")
    assert level is not None and level.ci90 is not None and level.total_ci90 is not None
    assert level.total_ci90[0] < level.ci90[0] < level.ci90[1] < level.total_ci90[1]
    drawn = resampled_DK(population, PAIR)
    assert drawn is not None
    exact = float(np.std(np.nanmean(drawn["slow_fusion"], axis=1)))
    assert precision_se(population, ("slow_fusion",), metric=metric) == pytest.approx(exact)
    assert precision_se(population, PAIR, metric="top1_error") is None


def test_the_classes_of_a_metric_of_precisions() -> None:
    classes, groups = ["Long Jump", "rope-climbing", "x"], {"Long Jump": "Sports", "rope-climbing": "B"}
    found = {
        metric: weights_K(metric, classes=classes, groups=groups)
        for metric in (
            "average_precision.rope_climbing",
            "mean_average_precision.all_groups",
            "mean_average_precision.sports",
            "mean_average_precision_gap.others_less_sports",
        )
    }
    assert [found[metric].tolist() for metric in found] == [[0, 1, 0], [1, 1, 1], [1, 0, 0], [-1, 1, 1]]
    assert weights_K("mean_average_precision.absent", classes=classes, groups=groups) is None


def test_gains_are_differences_of_precisions_with_intervals_over_seeds_and_over_videos(tmp_path: Path) -> None:
    gains = judged(tmp_path).gains
    assert {gain.table for gain in gains} == {"karpathy_table2"}
    assert [gain.class_name for gain in gains] == list(read_run(tmp_path, "smoke/karpathy/slow_fusion/0").dataset.classes)
    for gain in gains:
        assert gain.gain.estimate == pytest.approx(gain.means["slow_fusion"] - gain.means["single_frame"])
        assert gain.metric == f"average_precision.{class_slug(gain.class_name)}"
        wide, narrow = gain.total_ci90, gain.gain.ci90
        assert wide[0] < narrow[0] < gain.gain.estimate < narrow[1] < wide[1]


def test_a_class_that_one_net_always_ranks_first_gains_and_the_others_do_not(tmp_path: Path) -> None:
    fabricate([KARPATHY], scale="smoke", results=tmp_path, truth=Truth(num_examples=80, error=0.6), variants=PAIR)

    def better(found: Scores) -> Scores:
        scores_NK = found.scores_NK.copy()
        scores_NK[:, 3] = (found.labels == 3).any(axis=1)
        return replace(found, scores_NK=scores_NK)

    for seed in (0, 1):
        rewritten(tmp_path, f"smoke/karpathy/slow_fusion/{seed}", better)
    gains = {gain.class_name: gain for gain in judged_again(tmp_path).gains}
    best = max(gains.values(), key=lambda gain: gain.gain.estimate)
    assert best is list(gains.values())[3]
    assert best.means["slow_fusion"] == 1.0
    assert best.total_ci90 is None or best.total_ci90[0] > 0


def test_what_is_measured_of_a_page_does_not_depend_on_what_is_drawn_there(tmp_path: Path) -> None:
    """With no figure on any page claims.json is the same to the byte; without what a page measures, that is gone."""
    before = judged(tmp_path)
    file = tmp_path / "smoke" / "claims.json"
    drawn = file.read_bytes()
    bare = replace(KARPATHY, tables=tuple(replace(table, figures=()) for table in KARPATHY.tables))
    judge([bare], scale="smoke", results=tmp_path)
    assert file.read_bytes() == drawn
    assert before.gains
    assert before.camera
    unasked = replace(KARPATHY, tables=tuple(replace(table, measures=()) for table in KARPATHY.tables))
    judge([unasked], scale="smoke", results=tmp_path)
    after = judgement_in(tmp_path, scale="smoke")
    assert (after.gains, after.camera) == ((), ())
    assert after.claims == before.claims


def test_without_runs_of_both_nets_nothing_is_gained_and_nothing_is_said_of_the_camera_but_why(tmp_path: Path) -> None:
    found = judged(tmp_path, variants=("single_frame",))
    assert found.gains == ()
    (entry,) = found.camera
    assert (entry.groups, entry.trend) == ((), None)
    assert entry.reason == "No finished run of slow_fusion."


def test_the_gain_by_motion_of_the_camera_is_that_of_the_videos_of_each_group(tmp_path: Path) -> None:
    (entry,) = judged(tmp_path).camera
    assert entry.source == "drawn"
    assert (entry.num_videos, entry.num_unseen) == (79, 1), "of the last video no motion was seen"
    groups = entry.groups
    assert [group.num_videos for group in groups] == [20, 20, 20, 19]
    assert all(before.most < after.least for before, after in itertools.pairwise(groups))
    assert all(group.num_videos >= FEWEST_VIDEOS for group in groups)
    for group in groups:
        assert group.gain.estimate == pytest.approx(group.means["single_frame"] - group.means["slow_fusion"])


def test_a_net_that_fails_where_the_camera_moves_has_a_falling_gain(tmp_path: Path) -> None:
    """Slow Fusion is made right in the stiller half of the videos and wrong in the other, the control right in all."""
    fabricate([KARPATHY], scale="smoke", results=tmp_path, truth=Truth(num_examples=80), variants=PAIR)

    def all_right(found: Scores) -> Scores:
        return replace(found, scores_NK=np.eye(10, dtype=np.float32)[found.label_N])

    def half_right(found: Scores) -> Scores:
        shown_N = np.where(np.arange(80) < 40, found.label_N, (found.label_N + 5) % 10)
        # What is no label of a video's two is wrong for certain.
        scores_NK = np.eye(10, dtype=np.float32)[shown_N]
        scores_NK[40:][(found.labels[40:, 1:] == shown_N[40:, None]).any(axis=1)] = np.eye(10, dtype=np.float32)[0]
        return replace(found, scores_NK=scores_NK)

    for seed in (0, 1):
        rewritten(tmp_path, f"smoke/karpathy/single_frame/{seed}", all_right)
        rewritten(tmp_path, f"smoke/karpathy/slow_fusion/{seed}", half_right)
    (entry,) = judged_again(tmp_path).camera
    assert [round(group.gain.estimate, 1) for group in entry.groups] == [0.0, 0.0, -1.0, -1.0]
    # The slope of a step over evenly spread ranks is 1.5 times its height.
    assert entry.trend.estimate == pytest.approx(-1.5, abs=0.05)


def test_without_the_cameras_file_the_reason_names_it(tmp_path: Path) -> None:
    fabricate([KARPATHY], scale="smoke", results=tmp_path, truth=Truth(num_examples=80), variants=PAIR)
    folder = data_folder(tmp_path, "smoke", KARPATHY.scale("smoke").dataset.name)
    (folder / CAMERA_FILE).unlink()
    (entry,) = judged_again(tmp_path).camera
    assert entry.reason == "test.camera.npz is not beside the test split in this results folder; run the stage prepare again."
    nobody = np.array([b"x"])
    arrays = {"motion_V": np.array([0.1], np.float32), "key_V": nobody, "source": np.array("estimated")}
    write_npz(folder / CAMERA_FILE, {**arrays, "index_sha256": np.array("")})
    (entry,) = judged_again(tmp_path).camera
    assert (entry.num_videos, entry.groups) == (0, ())
    assert entry.reason == "The motion of the camera could be estimated in none of the test videos."


def test_every_claim_has_a_verdict_a_reason_and_videos_in_its_words(tmp_path: Path) -> None:
    found = judged(tmp_path, variants=run_at(KARPATHY, "smoke"))
    assert [item.id for item in found.claims] == [claim.id for claim in KARPATHY.claims]
    for item in found.claims:
        assert item.verdict in VERDICTS
        assert item.reason.endswith(".")
        assert " images" not in item.reason
        assert not item.brief or item.brief.removesuffix(".") in item.reason
    claims = {item.id: item for item in found.claims}
    assert claims["B.T2.juggling_club"].verdict == "UNTESTABLE-HERE"
    assert claims["B.T2.juggling_club"].reason == "The data here have no class 'juggling club'."
    assert "video top-1 error of slow_fusion" in claims["B.T1.slow.vid1"].reason
    assert "clip top-1 error of slow_fusion" in claims["B.T1.slow.clip1"].reason


def test_a_class_that_the_data_have_decides_its_claim(tmp_path: Path) -> None:
    fabricate([KARPATHY], scale="smoke", results=tmp_path, truth=Truth(num_examples=80), variants=PAIR)
    for variant in PAIR:
        for seed in (0, 1):
            dataset = read_run(tmp_path, f"smoke/karpathy/{variant}/{seed}").dataset
            classes = (*dataset.classes[:2], "Juggling Club", *dataset.classes[3:])
            change_run(tmp_path, f"smoke/karpathy/{variant}/{seed}", dataset=replace(dataset, classes=classes))
    claim = next(item for item in judged_again(tmp_path).claims if item.id == "B.T2.juggling_club")
    assert claim.verdict != "UNTESTABLE-HERE"
    assert claim.estimate == pytest.approx(claim.means["slow_fusion"] - claim.means["single_frame"])
    assert claim.decided_on == "points"
    assert "average precision of juggling club" in claim.reason


def test_an_average_is_compared_with_its_members_although_other_code_made_it(tmp_path: Path) -> None:
    fabricate([KARPATHY], scale="smoke", results=tmp_path, truth=Truth(num_examples=80), variants=["slow_fusion", "cnn_average"])
    for seed in (0, 1):
        change_run(tmp_path, f"smoke/karpathy/cnn_average/{seed}", code_digest="f" * 64)
    claims = {item.id: item for item in judged_again(tmp_path).claims}
    assert claims["B.S4.1.average_slow.vid1"].verdict not in ("INVALID", "INCOMPLETE")
