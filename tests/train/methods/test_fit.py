"""Fitted models as runs: what they write, that finished ones are kept, and what bad data give."""

from __future__ import annotations

import dataclasses
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from repro.artifacts.dataset_json import read_dataset, write_dataset
from repro.artifacts.documents import read_document
from repro.artifacts.files import FileFormatError, data_folder, run_folder
from repro.artifacts.run_json import RunJson
from repro.artifacts.scores import read_scores
from repro.data.prepare.prepare import prepare
from repro.data.shards.clips import ClipShards
from repro.papers import PAPERS
from repro.spec.classical import ProductQuantizer
from repro.spec.evaluation import Evaluation
from repro.spec.experiment import make_run
from repro.spec.run import Fitted, Run
from repro.train.methods.fit_videos import Chosen, decoded_clips_CTHW3
from repro.train.methods.stages import maker_of
from repro.train.runs.record import spent_cpu_s
from tests.baselines.classical_specs import FISHER_SPEC, SPARSE_SPEC
from tests.baselines.specs import SPEC
from tests.tiny import ONE_THREAD, jpeg, write_prepared
from tests.train.networks.test_clips import tiny_dataset

COMPRESSED = dataclasses.replace(FISHER_SPEC, compression=ProductQuantizer(values_per_code=8, num_images=40, num_iterations=5))
CENTER = Evaluation(protocols=("center",))


def image_run(model: Any, *, seed: int = 0) -> Run:
    """Return a run of AlexNet whose method is `model`."""
    run = make_run(PAPERS["alexnet"], scale="smoke", variant="full", seed=seed)
    return dataclasses.replace(run, variant="fitted", experiment=Fitted(model=model, evaluation=CENTER))


def fit(runs: list[Run], results: Path, *, stage: str = "fit_images") -> list[str]:
    """Fit `runs` and return what was said."""
    lines: list[str] = []
    maker_of(stage)(runs, results=results, compute=ONE_THREAD, say=lines.append)
    return lines


def test_processor_time_counts_processes_that_help() -> None:
    before = spent_cpu_s()
    busy = "import time\nwhile time.process_time() < 0.5: pass"
    subprocess.run([sys.executable, "-c", busy], check=True)
    assert spent_cpu_s() - before > 0.4


@pytest.fixture
def results(tmp_path: Path) -> Path:
    num = {"train": 60, "validation": 10, "test": 20}
    write_prepared(data_folder(tmp_path, "smoke", "procedural"), encoding="jpeg", num=num, num_classes=5)
    return tmp_path


@pytest.mark.parametrize("spec", [FISHER_SPEC, SPARSE_SPEC], ids=["fisher", "sparse"])
def test_a_fitted_model_of_images_ends_in_scores_and_a_record_like_a_net(results: Path, spec: Any) -> None:
    run = image_run(spec)
    fit([run], results)
    folder = run_folder(results, run.id)
    record = read_document(folder / "run.json", RunJson)
    assert (record.method, record.status, record.num_train_examples, record.num_classes) == ("fitted", "ok", 60, 5)
    assert record.costs.train_s > 0
    assert record.costs.peak_mib > 50
    assert record.fitted.num_features == sum(channel.num_values for channel in spec.channels)
    assert not (folder / "fitting").exists()
    scores = read_scores(folder / "scores.test.center.npz")
    assert scores.scores_NK.shape == (20, 5)
    assert np.allclose(scores.scores_NK.sum(axis=1), 1, atol=1e-5)
    # Chance is .8, and the standard error of an error of that size on 20 images .09.
    error = float((scores.scores_NK.argmax(axis=1) != scores.label_N).mean())
    assert error < 0.8 - 2 * 0.09


@pytest.mark.parametrize("spec", [FISHER_SPEC, SPARSE_SPEC], ids=["fisher", "sparse"])
def test_a_later_seed_takes_descriptions_of_an_earlier_one_and_its_scores_stay_the_same(results: Path, spec: Any) -> None:
    second = image_run(spec, seed=1)
    fit([second], results)
    folder = run_folder(results, second.id)
    alone = read_document(folder / "run.json", RunJson)
    shutil.rmtree(folder)
    fit([image_run(spec), second], results)
    after = read_document(folder / "run.json", RunJson)
    assert [entry.sha256 for entry in after.scores] == [entry.sha256 for entry in alone.scores]
    assert after.fitted.model.sha256 == alone.fitted.model.sha256
    # Of every channel those of 80 images, and of the images from which the vocabularies come a second time.
    assert alone.fitted.num_descriptions_taken == 0
    assert after.fitted.num_descriptions_taken >= 80 * len(spec.channels)


def test_a_finished_fit_is_kept_and_another_seed_is_another_model(results: Path) -> None:
    first, second = image_run(FISHER_SPEC), image_run(FISHER_SPEC, seed=1)
    fit([first, second], results)
    before = (run_folder(results, first.id) / "run.json").read_bytes()
    (run_folder(results, first.id) / "run.json").unlink()
    assert any("finished before; kept" in line for line in fit([first], results))
    assert (run_folder(results, first.id) / "run.json").read_bytes() == before
    models = [(run_folder(results, run.id) / "model.npz").read_bytes() for run in (first, second)]
    assert models[0] != models[1]


def test_the_same_data_prepared_at_another_time_keep_a_finished_fit(results: Path) -> None:
    run, prepared = image_run(FISHER_SPEC), data_folder(results, "smoke", "procedural")
    fit([run], results)
    dataset = read_dataset(prepared)
    write_dataset(prepared, dataclasses.replace(dataset, wall_s=99.0, title="other words", decoder="another version"))
    assert any("finished before; kept" in line for line in fit([run], results))
    write_dataset(prepared, dataclasses.replace(dataset, classes=("other", *dataset.classes[1:])))
    assert not any("finished before; kept" in line for line in fit([run], results))


class Killed(BaseException):
    """What ends a process at once."""


def killed_when_described(run: Run, results: Path) -> None:
    """Fit `run` up to where all images are described, and end there as if killed."""

    def die(*_: object, **__: object) -> None:
        raise Killed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("repro.baselines.images.fit.classify", die)
        with pytest.raises(Killed):
            fit([run], results)
    assert list((run_folder(results, run.id) / "fitting").rglob("signatures/*.npy")), "nothing is left to go on from"


def test_a_killed_fit_goes_on_from_what_it_has_described(results: Path) -> None:
    run = image_run(FISHER_SPEC)
    killed_when_described(run, results)
    lines = fit([run], results)
    assert not [line for line in lines if "describes" in line or "makes the vocabularies" in line]
    folder = run_folder(results, run.id)
    model = (folder / "model.npz").read_bytes()
    shutil.rmtree(folder)
    fit([run], results)
    assert (folder / "model.npz").read_bytes() == model


def test_a_killed_fit_never_goes_on_with_descriptions_of_other_data(results: Path) -> None:
    run, prepared = image_run(FISHER_SPEC), data_folder(results, "smoke", "procedural")
    killed_when_described(run, results)
    shutil.rmtree(prepared)
    num = {"train": 60, "validation": 10, "test": 20}
    write_prepared(prepared, encoding="jpeg", num=num, num_classes=5, seed=100)  # the same names and labels
    fit([run], results)
    folder = run_folder(results, run.id)
    after_the_kill = (folder / "model.npz").read_bytes()
    shutil.rmtree(folder)
    fit([run], results)
    assert (folder / "model.npz").read_bytes() == after_the_kill


def test_a_killed_fit_never_goes_on_with_descriptions_by_other_code(results: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = image_run(FISHER_SPEC)
    killed_when_described(run, results)
    monkeypatch.setattr("repro.train.runs.record.code_digest", lambda stage: "another")
    lines = fit([run], results)
    assert [line for line in lines if "describes images: 60 of 60" in line]


@pytest.mark.parametrize("spec", [FISHER_SPEC, COMPRESSED], ids=["halves", "codes"])
def test_a_damaged_file_of_a_killed_fit_is_made_again(results: Path, spec: Any) -> None:
    run = image_run(spec)
    fit([run], results)
    folder = run_folder(results, run.id)
    whole = (folder / "model.npz").read_bytes()
    shutil.rmtree(folder)
    killed_when_described(run, results)
    kept = shutil.copytree(folder, results / "kept")
    for path in sorted(path for path in kept.rglob("*") if path.is_file()):
        shutil.rmtree(folder)
        shutil.copytree(kept, folder)
        damaged = folder / path.relative_to(kept)
        content = bytearray(damaged.read_bytes())
        content[len(content) // 2] ^= 4
        damaged.write_bytes(content)
        fit([run], results)
        assert (folder / "model.npz").read_bytes() == whole, path.name


def test_nothing_is_left_of_a_fit_that_was_killed_once_another_has_ended(results: Path) -> None:
    run = image_run(FISHER_SPEC)
    killed_when_described(run, results)
    scratch = run_folder(results, run.id) / "fitting"
    of_another = scratch / "of_another_identity"
    shutil.copytree(next(scratch.iterdir()), of_another)
    killed_when_described(run, results)
    assert not of_another.exists()
    fit([run], results)
    assert not scratch.exists()
    scratch.mkdir()  # as a kill between the record and the end leaves it
    fit([run], results)
    assert not scratch.exists()


def test_damaged_images_stop_the_fit_with_the_files_name(results: Path) -> None:
    shard = data_folder(results, "smoke", "procedural") / "train-00000.tar"
    content = bytearray(shard.read_bytes())
    content[2000] ^= 1
    shard.write_bytes(content)
    with pytest.raises(FileFormatError, match=r"train-00000\.tar"):
        fit([image_run(FISHER_SPEC)], results)


def test_histograms_of_videos_end_in_scores_of_videos(tmp_path: Path) -> None:
    dataset = tiny_dataset()
    prepared = data_folder(tmp_path, "smoke", dataset.name)
    prepare(dataset, folder=prepared, source=None, num_threads=1, say=lambda line: None)
    run = make_run(PAPERS["karpathy"], scale="smoke", variant="feature_histograms", seed=0)
    run = dataclasses.replace(run, dataset=dataset, experiment=dataclasses.replace(run.experiment, model=SPEC))
    fit([run], tmp_path, stage="fit_videos")
    folder = run_folder(tmp_path, run.id)
    record = read_document(folder / "run.json", RunJson)
    assert record.num_train_examples == 10
    assert record.fitted.num_features == SPEC.num_values
    test = ClipShards(prepared, "test")
    scores = read_scores(folder / "scores.test.video.npz")
    assert scores.example_N.tolist() == test.key_V.tolist()
    assert scores.labels.tolist() == test.label_VL.tolist()


def test_the_clips_of_a_video_are_decoded_in_their_order(tmp_path: Path) -> None:
    dataset = tiny_dataset()
    prepare(dataset, folder=tmp_path / "data", source=None, num_threads=1, say=lambda line: None)
    shards = ClipShards(tmp_path / "data", "test")
    videos = [video() for video in Chosen(shards, np.array([1, 3])).pixels()]
    assert [len(video) for video in videos] == [2, 2]
    (first,) = shards.strips(np.flatnonzero(shards.video_N == 3)[:1])
    assert np.array_equal(videos[1][:1], decoded_clips_CTHW3([bytes(first)], num_frames=16))
    assert videos[1].shape == (2, 16, dataset.stored_px, dataset.stored_px, 3)


def test_a_film_strip_is_cut_into_frames_from_above() -> None:
    strip = np.zeros((3 * 16, 16, 3), np.uint8)
    for frame in range(3):
        strip[16 * frame : 16 * (frame + 1)] = 80 * frame
    clips = decoded_clips_CTHW3([jpeg(strip)], num_frames=3)
    assert clips.shape == (1, 3, 16, 16, 3)
    assert [round(float(frame.mean()) / 80) for frame in clips[0]] == [0, 1, 2]


def test_what_is_no_stage_of_runs_is_refused() -> None:
    with pytest.raises(ValueError, match="no runs are made by stage 'judge'; allowed: train_images"):
        maker_of("judge")
