"""The fabricated results show what the caller asked for."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from repro.artifacts.dataset_json import read_dataset
from repro.artifacts.documents import read_document
from repro.artifacts.files import data_folder, run_folder, sha256_file
from repro.artifacts.run_json import RunJson, read_run
from repro.artifacts.scores import read_scores
from repro.evaluate.metrics import top_k_error
from repro.papers import PAPERS
from tests.fabricate import Truth, fabricate, run_at

ALEXNET, KARPATHY = PAPERS["alexnet"], PAPERS["karpathy"]


def test_fabricated_runs_have_the_errors_that_were_asked_for(tmp_path: Path) -> None:
    truth = Truth(errors={"no_lrn": 0.40}, seed_noise=0.0)
    runs = fabricate([ALEXNET], scale="smoke", results=tmp_path, truth=truth, variants=["full", "no_lrn"], seeds=[0])
    assert [run.id for run in runs] == ["smoke/alexnet/full/0", "smoke/alexnet/no_lrn/0"]
    for run, error in zip(runs, (0.30, 0.40), strict=True):
        folder = run_folder(tmp_path, run.id)
        record = read_document(folder / "run.json", RunJson)
        assert [sha256_file(folder / item.file) for item in record.scores] == [item.sha256 for item in record.scores]
        scores = read_scores(folder / "scores.test.ten_crop.npz")
        assert top_k_error(scores.scores_NK, scores.label_N, k=1) == pytest.approx(error)
        assert top_k_error(scores.scores_NK, scores.label_N, k=5) == pytest.approx(0.4 * error)
        train = read_scores(folder / "scores.train.center.npz")
        assert top_k_error(train.scores_NK, train.label_N, k=1) == pytest.approx(error + 0.02 - 0.10)
        assert record.dataset.digest == read_dataset(data_folder(tmp_path, "smoke", "procedural")).digest


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
    record = read_run(tmp_path, "smoke/alexnet/tanh/1")
    assert (record.status, record.scores) == ("diverged", ())
    assert "NaN" in record.reason


def test_runs_of_videos_have_scores_by_clip_and_by_video_with_the_errors_that_were_asked_for(tmp_path: Path) -> None:
    truth = Truth(errors={"slow_fusion": 0.20}, seed_noise=0.0, num_examples=50)
    names = ["slow_fusion", "single_frame_multires", "cnn_average", "feature_histograms"]
    for run in fabricate([KARPATHY], scale="smoke", results=tmp_path, truth=truth, variants=names, seeds=[0]):
        folder = run_folder(tmp_path, run.id)
        video = read_scores(folder / "scores.test.video.npz")
        assert video.labels.shape == (50, 2)
        assert top_k_error(video.scores_NK, video.labels, k=1) == pytest.approx(0.20 if run.variant == "slow_fusion" else 0.30)
        record = read_document(folder / "run.json", RunJson)
        assert (record.network is not None) == (run.variant in names[:2])
        if run.variant != "feature_histograms":
            clip = read_scores(folder / "scores.test.clip.npz")
            assert clip.unit_N is not None
            assert clip.unit_N.tolist()[::2] == video.example_N.tolist()
    with np.load(run_folder(tmp_path, "smoke/karpathy/single_frame_multires/0") / "stream_kernels.npz") as kernels:
        assert set(kernels.files) == {"context", "fovea"}


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    results = tmp_path_factory.mktemp("everything")
    truth = Truth(paces={"figure1_relu": 2.0}, pace_noise=0.0, color_split=0.25, num_examples=40)
    fabricate([ALEXNET], scale="smoke", results=results, truth=truth, seeds=[0])
    return results


def test_all_variants_of_a_scale_have_every_protocol_of_their_evaluation(everything: Path) -> None:
    made = {path.name for path in (everything / "smoke" / "runs" / "alexnet").iterdir()}
    names = run_at(ALEXNET, "smoke")
    assert made == set(names)
    for name in names:
        record = read_run(everything, f"smoke/alexnet/{name}/0")
        protocols = [entry.protocol for entry in record.scores if entry.split == "test"]
        assert protocols == list(ALEXNET.experiment(name).evaluation.protocols)


def test_the_log_has_the_saturation_of_every_layer_but_the_output(everything: Path) -> None:
    folder = run_folder(everything, "smoke/alexnet/tanh/0")
    entries = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    layers = ["conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7"]
    assert [list(entry["saturation"]) for entry in entries] == [layers] * len(entries)
    assert entries[0]["saturation"]["conv1"]["saturated"] < entries[-1]["saturation"]["conv1"]["saturated"] < 1
    assert list(read_document(folder / "run.json", RunJson).network.saturation_at_start) == layers


def test_a_pace_is_the_epoch_in_which_the_training_error_is_a_quarter(everything: Path) -> None:
    lines = (run_folder(everything, "smoke/alexnet/figure1_relu/0") / "log.jsonl").read_text().splitlines()
    errors = [json.loads(line)["train_top1_error"] for line in lines]
    assert errors[1] == pytest.approx(0.25)
    assert errors[0] > 0.4


def test_kernels_of_the_two_towers_differ_in_colour_and_the_gallery_is_complete(everything: Path) -> None:
    folder = run_folder(everything, "smoke/alexnet/full/0")
    record = read_document(folder / "run.json", RunJson)
    for stored in (record.network.pictures.kernels, record.network.pictures.gallery):
        stored.verify(folder, again="")
    kernels = np.load(folder / "kernels.npz")
    grey_KHW = kernels["kernel_KHWC"].sum(axis=-1) / np.sqrt(3)
    share_K = 1 - (grey_KHW**2).sum(axis=(1, 2)) / (kernels["kernel_KHWC"] ** 2).sum(axis=(1, 2, 3))
    half = len(share_K) // 2
    assert int(kernels["num_towers"]) == 2
    assert share_K[half:].mean() - share_K[:half].mean() == pytest.approx(0.25, abs=0.03)
    gallery = np.load(folder / "gallery.npz")
    assert gallery["image_NSSC"].shape == (8, 28, 28, 3)
    assert gallery["near_image_NMSSC"].shape == (8, 6, 28, 28, 3)
    assert gallery["best_N5"].shape == gallery["score_N5"].shape == (8, 5)
    assert (np.diff(gallery["near_distance_NM"], axis=1) >= 0).all()
