"""Fit the feature-histogram baseline to a prepared set of videos and score its test videos."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from repro.artifacts.dataset_json import DatasetJson, read_dataset
from repro.artifacts.run_json import ChosenClassifier, FittedModel
from repro.artifacts.stored_files import stored_file
from repro.baselines.fitting.costs import Costs
from repro.baselines.videos.fit import fit
from repro.baselines.videos.model import HistogramModel
from repro.data.shards.clips import ClipShards
from repro.evaluate.subset import stable_subset_N
from repro.spec.histograms import FeatureHistograms
from repro.spec.run import Fitted, Run
from repro.train.methods.fit import Fit
from repro.train.runs.context import RunContext
from repro.train.runs.record import write_run_scores

#: The share of the training videos on which the classifier is tuned where the data set holds out none.
HELD_OUT = 0.15


@dataclass(frozen=True, kw_only=True)
class VideosToFit:
    """A prepared set of videos, opened for fitting."""

    dataset: DatasetJson
    train: ClipShards
    validation: ClipShards | None
    test: ClipShards
    stage: ClassVar[str] = "fit_videos"

    def fit(self, run: Run, context: RunContext, *, scratch: Path) -> Fit:
        """Fit the histograms of `run` and score the test videos (repro.train.methods.fit.OpenedToFit).

        All is done in one go: `scratch` stays empty.
        """
        assert isinstance(run.experiment, Fitted), "a fitted model"
        spec = run.experiment.model
        assert isinstance(spec, FeatureHistograms), "feature histograms"
        train, held_out = self._split()
        context.say(f"fits feature histograms to {len(train)} videos, tuned on {len(held_out)}")
        model = fit(
            train.pixels(),
            train.labels(),
            validation_videos=held_out.pixels(),
            validation_labels=held_out.labels(),
            spec=spec,
            num_classes=len(self.train.classes),
            key=run.key_for("fit"),
            num_processes=context.num_threads,
            device=context.device,
        )
        return self._scored(run, model, context, num_train=len(train))

    def _split(self) -> tuple[Chosen, Chosen]:
        """The videos to fit to and those to tune on: the data's own, or some of the training videos."""
        every_V = np.arange(self.train.num_videos)
        if self.validation is not None:
            return Chosen(self.train, every_V), Chosen(self.validation, np.arange(self.validation.num_videos))
        held_out_V = np.sort(stable_subset_N(len(every_V), wanted=max(1, round(HELD_OUT * len(every_V)))))
        return Chosen(self.train, np.setdiff1d(every_V, held_out_V)), Chosen(self.train, held_out_V)

    def _scored(self, run: Run, model: HistogramModel, context: RunContext, *, num_train: int) -> Fit:
        test = Chosen(self.test, np.arange(self.test.num_videos))
        context.say(f"scores {len(test)} test videos")
        scores_VK = model.scores_NK(test.pixels(), num_processes=context.num_threads, device=context.device)
        entry = write_run_scores(run, context, scores_VK, self.test.label_VL, self.test.key_V, split="test", protocol="video")
        model.save(context.folder / "model.npz")
        costs = model.costs or Costs()
        choice = model.classifier.choice
        chosen = ChosenClassifier(
            hidden_units=choice.hidden_units,
            dropout_rate=choice.dropout_rate,
            learning_rate=choice.learning_rate,
            weight_decay=choice.weight_decay,
            input_scaling=choice.input_scaling,
        )
        fitted = FittedModel(
            num_features=model.spec.num_values,
            steps_s=dict(costs.wall_s),
            model=stored_file(context.folder / "model.npz"),
            chosen=chosen,
        )
        return Fit(model=fitted, scores=(entry,), num_train_examples=num_train, train_s=sum(costs.wall_s.values()))


def open_videos_to_fit(folder: Path) -> VideosToFit:
    """Open prepared videos and verify the hash of every file; raise FileFormatError if one is missing or damaged."""
    dataset = read_dataset(folder)
    splits = {split: ClipShards(folder, split) for split in dataset.splits}
    for shards in splits.values():
        shards.verify()
    return VideosToFit(
        dataset=dataset,
        train=splits["train"],
        validation=splits.get("validation"),
        test=splits["test"],
    )


class Chosen:
    """Some videos of a split."""

    def __init__(self, shards: ClipShards, video_V: NDArray[np.int64]) -> None:
        self._shards, self._video_V = shards, video_V

    def __len__(self) -> int:
        return len(self._video_V)

    def labels(self) -> list[tuple[int, ...]]:
        """The labels of each video."""
        return [tuple(int(label) for label in row if label >= 0) for row in self._shards.label_VL[self._video_V]]

    def pixels(self) -> DecodedVideos:
        """The videos as functions that decode them; they can be gone through more than once."""
        return DecodedVideos(self._shards, self._video_V)


class DecodedVideos:
    """The clips of each of some videos, as a function that returns them."""

    def __init__(self, shards: ClipShards, video_V: NDArray[np.int64]) -> None:
        self._shards, self._video_V = shards, video_V

    def __iter__(self) -> Iterator[Callable[[], NDArray[np.uint8]]]:
        first_V = np.searchsorted(self._shards.video_N, np.arange(self._shards.num_videos + 1))
        for video in self._video_V:
            strips = [bytes(strip) for strip in self._shards.strips(np.arange(first_V[video], first_V[video + 1]))]
            yield functools.partial(decoded_clips_CTHW3, strips, num_frames=self._shards.num_frames)


def decoded_clips_CTHW3(strips: list[bytes], *, num_frames: int) -> NDArray[np.uint8]:
    """The clips of a video from their film strips, JPEG files with one frame below the other."""
    clips = []
    for strip in strips:
        decoded = cv2.imdecode(np.frombuffer(strip, np.uint8), cv2.IMREAD_COLOR_RGB)
        if decoded is None:
            raise ValueError("a stored clip is no JPEG file; prepare the data again")
        clips.append(decoded.reshape(num_frames, -1, decoded.shape[1], 3))
    return np.stack(clips).astype(np.uint8)
