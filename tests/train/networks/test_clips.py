"""The train stage on clips: what it writes, and that a stopped run ends as the undisturbed one."""

from __future__ import annotations

import dataclasses
import io
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

import repro
from repro.artifacts.documents import read_document
from repro.artifacts.files import data_folder, run_folder
from repro.artifacts.run_json import RunJson
from repro.artifacts.scores import read_scores
from repro.data.prepare.prepare import prepare
from repro.data.shards.clips import ClipShards
from repro.evaluate.clips import video_scores_VK, views_of
from repro.papers.karpathy import KARPATHY
from repro.spec.experiment import make_run
from repro.spec.recipe import Crops, Schedule
from repro.spec.run import Run
from repro.spec.video_datasets import Clips, VideoDataset
from repro.system.stopping import Stopped
from repro.train.networks import loop
from repro.train.networks.clips import ClipTask, open_videos
from repro.train.networks.run import train_runs
from repro.train.runs.context import RunContext
from tests.tiny import ONE_THREAD

SMOKE = KARPATHY.scale("smoke")


def tiny_dataset() -> VideoDataset:
    dataset = SMOKE.dataset
    assert isinstance(dataset, VideoDataset)
    assert dataset.procedural is not None
    knobs = dataclasses.replace(dataset.procedural, num_train=20, num_test=10, seconds=2.4, num_shots=2, two_label_share=0.5)
    clips = Clips(num_frames=16, span_s=1.0, num_train=1, num_test=2)
    return dataclasses.replace(dataset, procedural=knobs, clips=clips, num_validation=10)


def tiny_run(variant: str) -> Run:
    run = make_run(KARPATHY, scale="smoke", variant=variant, seed=0)
    recipe = dataclasses.replace(run.experiment.recipe, batch_size=4, schedule=Schedule(rule="epochs", num_epochs=2))
    return dataclasses.replace(run, dataset=tiny_dataset(), experiment=dataclasses.replace(run.experiment, recipe=recipe))


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    results = tmp_path_factory.mktemp("results")
    folder = data_folder(results, "smoke", tiny_dataset().name)
    prepare(tiny_dataset(), folder=folder, source=None, num_threads=1, say=lambda line: None)
    return results


def train(prepared: Path, results: Path, run: Run) -> Path:
    """Train `run` in `results` on the data of `prepared`, and return its folder."""
    link = results / "smoke" / "data"
    if not link.exists():
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(prepared / "smoke" / "data")
    train_runs([run], open_data=open_videos, results=results, compute=ONE_THREAD, say=lambda line: None)
    return run_folder(results, run.id)


def test_a_trained_net_that_is_loaded_gives_the_same_scores_to_the_byte(prepared: Path, tmp_path: Path) -> None:
    run = tiny_run("single_frame_multires")
    folder = train(prepared, tmp_path, run)
    context = RunContext(folder=tmp_path / "again", device="cpu", num_threads=1, say=lambda line: None)
    task = open_videos(data_folder(prepared, "smoke", tiny_dataset().name)).task(run, context)
    written = task.write_results(repro.load_run(run.id, results=tmp_path))
    assert len(written.scores) == 4
    for entry in written.scores:
        assert (context.folder / entry.file).read_bytes() == (folder / entry.file).read_bytes()


@pytest.mark.parametrize("variant", ["single_frame", "late_fusion", "slow_fusion", "single_frame_multires"])
def test_a_run_leaves_scores_of_clips_and_of_videos(prepared: Path, tmp_path: Path, variant: str) -> None:
    folder = train(prepared, tmp_path, tiny_run(variant))
    record = read_document(folder / "run.json", RunJson)
    assert record.status == "ok"
    assert [(entry.split, entry.protocol) for entry in record.scores] == [
        ("test", "clip"),
        ("test", "video"),
        ("validation", "video"),
        ("train", "clip"),
    ]
    test = ClipShards(data_folder(prepared, "smoke", tiny_dataset().name), "test")
    clip, video = (read_scores(folder / f"scores.test.{protocol}.npz") for protocol in ("clip", "video"))
    assert (len(clip.label_N), len(video.label_N)) == (test.num_clips, test.num_videos) == (20, 10)
    assert clip.unit_N is not None
    assert clip.unit_N.tolist() == test.key_V[test.video_N].tolist()
    assert clip.labels.shape == (20, 2), "videos with two labels are there"
    assert video.labels.tolist() == test.label_VL.tolist()
    with np.load(folder / "stream_kernels.npz") as kernels:
        streams = {"context", "fovea"} if variant == "single_frame_multires" else {"frame"}
        assert set(kernels.files) == streams
        assert all(kernels[name].shape[1] == (4 if variant == "slow_fusion" else 1) for name in kernels.files)


def test_a_stopped_run_ends_as_the_undisturbed_one(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = tiny_run("slow_fusion")
    whole = train(prepared, tmp_path / "whole", run)
    steps: list[int] = []
    step = loop.Training._step

    def stopping(training: loop.Training, batch: object) -> None:
        step(training, batch)  # type: ignore[arg-type]
        steps.append(training.progress.num_steps)
        if len(steps) == 2:
            training.should_stop = lambda: True

    with monkeypatch.context() as patched:
        patched.setattr(loop.Training, "_step", stopping)
        with pytest.raises(Stopped):
            train(prepared, tmp_path / "stopped", run)
    stopped = train(prepared, tmp_path / "stopped", run)
    for name in ("scores.test.video.npz", "scores.test.clip.npz", "scores.train.clip.npz"):
        assert (whole / name).read_bytes() == (stopped / name).read_bytes()
    one, other = (torch.load(folder / "weights.pt", weights_only=True) for folder in (whole, stopped))
    assert all(torch.equal(one[key], other[key]) for key in one)
    assert read_document(stopped / "run.json", RunJson).network.num_resumes == 1


def test_clips_are_mirrored_only_where_the_data_allow_it(prepared: Path, tmp_path: Path) -> None:
    """Pixels of a batch, and scores of a net that sees left and right: with mirroring they are others, without they are not."""
    data = open_videos(data_folder(prepared, "smoke", tiny_dataset().name))
    assert data.videos.mirror is True
    context = RunContext(folder=tmp_path, device="cpu", num_threads=1, say=lambda line: None)
    run = tiny_run("single_frame")
    forbidden = dataclasses.replace(data, videos=dataclasses.replace(data.videos, mirror=False), _pixels={})
    plain = dataclasses.replace(run.experiment.recipe, crops=Crops(position="random", mirror=False))
    unmirrored = dataclasses.replace(run, experiment=dataclasses.replace(run.experiment, recipe=plain))
    tasks = (ClipTask(run, data, context), ClipTask(run, forbidden, context), ClipTask(unmirrored, data, context))
    mirrored_x, forbidden_x, unmirrored_x = (torch.cat([batch.x_BCTHW for batch in task.batches(0, 0)]) for task in tasks)
    assert torch.equal(forbidden_x, unmirrored_x)
    assert not torch.equal(mirrored_x, unmirrored_x)

    class LeftMinusRight(nn.Module):
        def forward(self, x_BCTHW: torch.Tensor) -> torch.Tensor:
            half = x_BCTHW.shape[-1] // 2
            side_B = (x_BCTHW[..., :half].mean(dim=(1, 2, 3, 4)) - x_BCTHW[..., half:].mean(dim=(1, 2, 3, 4))) / 10
            return torch.stack([side_B, -side_B], dim=1)

    scores = [
        task._predicted(LeftMinusRight(), data.test, np.arange(data.test.num_clips), num_views=4).views_NK for task in tasks[:2]
    ]
    # Mirroring two of four corners nearly cancels left against right.
    assert np.abs(scores[0] - 0.5).mean() < 0.5 * np.abs(scores[1] - 0.5).mean()


def test_the_score_of_a_video_is_the_mean_of_its_clips() -> None:
    clip_NK = np.array([[1, 0], [0, 1], [0.5, 0.5]], np.float32)
    assert video_scores_VK(clip_NK, np.array([0, 0, 1]), num_videos=2).tolist() == [[0.5, 0.5], [0.5, 0.5]]
    with pytest.raises(ValueError, match="at least one clip of each of 3 videos"):
        video_scores_VK(clip_NK, np.array([0, 0, 1]), num_videos=3)


def test_views_of_a_clip() -> None:
    assert views_of(1, stored_px=56, input_px=48) == [(4, 4, False)]
    assert views_of(2, stored_px=56, input_px=48) == [(4, 4, False), (4, 4, True)]
    four = views_of(4, stored_px=56, input_px=48)
    assert len(set(four)) == 4
    assert sum(mirrored for _, _, mirrored in four) == 2
    unmirrored = [views_of(num, stored_px=56, input_px=48, mirror=False) for num in (1, 2, 4)]
    assert unmirrored == [[(4, 4, False)], [(4, 4, False)], [(top, left, False) for top, left, _ in four]]
    with pytest.raises(ValueError, match="3 views of a clip; allowed: 1, 2, 4"):
        views_of(3, stored_px=56, input_px=48)


def test_the_gallery_shows_each_class_in_turn_the_same_videos_for_every_net(prepared: Path, tmp_path: Path) -> None:
    shown = {}
    for variant in ("single_frame", "slow_fusion"):
        folder = train(prepared, tmp_path, tiny_run(variant))
        entry = read_document(folder / "run.json", RunJson).network.pictures.clip_gallery
        with np.load(folder / entry.file) as stored:
            shown[variant] = {name: stored[name] for name in stored.files}
    one, other = shown["single_frame"], shown["slow_fusion"]
    for name in ("frame_GTSSC", "label_GL", "example_G"):
        assert np.array_equal(one[name], other[name])
    assert sorted(one["label_GL"][:, 0].tolist()) == list(range(10)), "ten test videos, one of each class"
    assert one["frame_GTSSC"].shape == (10, 5, 56, 56, 3)
    video = read_scores(folder / "scores.test.video.npz")
    context = {key: n for n, key in enumerate(video.example_N.tolist())}
    for key, best_5, score_5 in zip(other["example_G"].tolist(), other["best_G5"], other["score_G5"], strict=True):
        scores_K = video.scores_NK[context[key]]
        assert np.array_equal(score_5, np.sort(scores_K)[::-1][:5])
        assert np.array_equal(scores_K[best_5], score_5)
    test = ClipShards(data_folder(prepared, "smoke", tiny_dataset().name), "test")
    first = int(np.flatnonzero(test.key_V == one["example_G"][0])[0])
    (strip,) = test.strips(np.flatnonzero(test.video_N == first)[1:2])
    picture = np.asarray(Image.open(io.BytesIO(strip.tobytes())).convert("RGB"))
    assert np.array_equal(one["frame_GTSSC"][0], picture.reshape(16, 56, 56, 3)[[0, 4, 8, 11, 15]])
