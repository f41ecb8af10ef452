"""What is planted in the generated videos is found by the nets that can see it, and by no other: a test of the machinery.

Classes of motion look alike in a single frame; fine detail in the middle vanishes where the resolution is halved; the border
lies outside the fovea; and some clips of a video do not show its class. Nothing here speaks of natural videos.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from repro.data.prepare.prepare import prepare
from repro.evaluate.clips import video_scores_VK
from repro.papers.karpathy import KARPATHY
from repro.spec.experiment import Sizing, make_run, scaled
from repro.spec.network import Size, Stem
from repro.spec.recipe import Schedule
from repro.spec.video_datasets import Clips, ProceduralVideos, VideoDataset
from repro.train.networks.clips import ClipTask, Videos, open_videos
from repro.train.networks.run import make_training
from repro.train.runs.context import RunContext

NUM_TEST = 80


def videos_of(folder: Path, *, num_train: int, num_shots: int, weak_share: float, frame_px: int, **kinds: int) -> Videos:
    """Make videos of two classes of each of the `kinds`; each clip lies in a shot of its own."""
    none = {"appearance_classes": 0, "motion_classes": 0, "detail_classes": 0, "border_classes": 0}
    knobs = ProceduralVideos(
        **{**none, **kinds},
        num_train=num_train,
        num_test=NUM_TEST,
        frame_px=frame_px,
        fps=15,
        seconds=1.2 * num_shots,
        num_shots=num_shots,
        weak_share=weak_share,
        camera=0.05,
        two_label_share=0.0,
        seed=3,
    )
    dataset = VideoDataset(
        name="planted",
        kind="procedural_videos",
        title="planted",
        stored_px=frame_px,
        clips=Clips(num_frames=16, span_s=16 / 15, num_train=num_shots, num_test=num_shots),
        num_validation=0,
        max_refused=0.0,
        procedural=knobs,
    )
    prepare(dataset, folder=folder, source=None, num_threads=1, say=lambda line: None)
    return open_videos(folder)


@dataclass(frozen=True, kw_only=True)
class Trained:
    """Test scores of clips and of videos, with the labels of both."""

    clip_NK: NDArray[np.float32]
    clip_label_N: NDArray[np.int32]
    video_VK: NDArray[np.float32]
    video_label_V: NDArray[np.int32]

    @property
    def clip_hit1(self) -> float:
        return float((self.clip_NK.argmax(axis=1) == self.clip_label_N).mean())

    @property
    def video_hit1(self) -> float:
        return float((self.video_VK.argmax(axis=1) == self.video_label_V).mean())

    def video_hit1_among(self, *classes: int) -> float:
        """Return the hits at the videos of `classes`, with these to choose from."""
        chosen_V = np.isin(self.video_label_V, classes)
        best_V = np.array(classes)[self.video_VK[chosen_V][:, list(classes)].argmax(axis=1)]
        return float((best_V == self.video_label_V[chosen_V]).mean())


def trained(variant: str, data: Videos, *, batch_size: int, num_epochs: int) -> Trained:
    """Train a small net of `variant` and score it."""
    sizing = Sizing(
        family="clip",
        size=Size(input_px=data.train.stored_px - 8, width=1 / 8, stem=Stem(kernel_px=5, stride_px=2, padding_px=2)),
        batch_size=batch_size,
        schedule=Schedule(rule="epochs", num_epochs=num_epochs, drops=(0.8 * num_epochs,)),
        learning_rate=0.005,
        num_train_examples=16,
    )
    run = make_run(KARPATHY, scale="smoke", variant=variant, seed=0)
    run = replace(run, experiment=scaled(KARPATHY.experiment(variant), sizing))
    context = RunContext(folder=Path(), device="cpu", num_threads=1, say=lambda line: None)
    task = ClipTask(run, data, context)
    training = make_training(run, task, context=context, should_stop=lambda: False)
    training.run()
    test = data.test
    found = task._predicted(training.net, test, np.arange(test.num_clips), num_views=4)
    return Trained(
        clip_NK=found.center_NK,
        clip_label_N=test.label_NL[:, 0],
        video_VK=video_scores_VK(found.views_NK, test.video_N, num_videos=test.num_videos),
        video_label_V=test.label_VL[:, 0],
    )


def at_chance(share: float, *, num: int) -> bool:
    """Say whether a share of `num` videos of two classes is less than three standard errors above one half."""
    return share < 0.5 + 3 * math.sqrt(0.25 / num)


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def patterns(tmp_path_factory: pytest.TempPathFactory) -> Videos:
    """Two classes of fine detail and two of the border; of two shots, often one alone shows its class."""
    folder = tmp_path_factory.mktemp("patterns")
    videos = videos_of(folder, num_train=160, num_shots=2, weak_share=0.3, frame_px=56, detail_classes=2, border_classes=2)
    assert videos.test.classes == ("rows_in_rows", "columns_in_columns", "rows_beside_rows", "columns_beside_columns")
    return videos


def test_motion_is_seen_by_slow_fusion_and_not_in_a_single_frame(tmp_path: Path) -> None:
    data = videos_of(tmp_path, num_train=300, num_shots=1, weak_share=0.0, frame_px=40, motion_classes=2)
    assert data.test.classes == ("rise", "fall")
    assert trained("slow_fusion", data, batch_size=16, num_epochs=12).video_hit1 > 0.8
    assert at_chance(trained("single_frame", data, batch_size=16, num_epochs=12).video_hit1, num=NUM_TEST)


def test_the_fovea_sees_fine_detail_in_the_middle_and_not_the_border(patterns: Videos) -> None:
    found = trained("fovea_only", patterns, batch_size=8, num_epochs=6)
    assert found.video_hit1_among(0, 1) > 0.9
    assert at_chance(found.video_hit1_among(2, 3), num=NUM_TEST // 2)


def test_the_context_sees_the_border_and_not_fine_detail(patterns: Videos) -> None:
    found = trained("context_only", patterns, batch_size=8, num_epochs=12)
    assert found.video_hit1_among(2, 3) > 0.9
    assert at_chance(found.video_hit1_among(0, 1), num=NUM_TEST // 2)


def test_both_streams_see_both_and_the_mean_over_clips_is_right_more_often_than_a_clip(patterns: Videos) -> None:
    found = trained("single_frame_multires", patterns, batch_size=8, num_epochs=12)
    assert found.video_hit1_among(0, 1) > 0.9
    assert found.video_hit1_among(2, 3) > 0.9
    assert found.video_hit1 > found.clip_hit1 + 0.1
