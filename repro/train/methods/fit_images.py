"""Fit the classical image baselines to a prepared set of images and score its test images.

They see the stored squares whole, without crops; the protocol `center` stands for that.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from repro.artifacts.dataset_json import DatasetJson, read_dataset
from repro.artifacts.run_json import FittedModel
from repro.artifacts.stored_files import stored_file
from repro.baselines.descriptors.images import Image
from repro.baselines.fitting.costs import Costs
from repro.baselines.images.fit import fit
from repro.baselines.images.model import ClassicalModel
from repro.data.shards.images import Shards
from repro.spec.classical import FisherVectors, SparseCoding
from repro.spec.run import Fitted, Run
from repro.train.methods.fit import Fit
from repro.train.runs.context import RunContext
from repro.train.runs.record import write_run_scores


@dataclass(frozen=True, kw_only=True)
class ImagesToFit:
    """A prepared set of images, opened for fitting."""

    dataset: DatasetJson
    train: Shards
    test: Shards
    stage: ClassVar[str] = "fit_images"

    def fit(self, run: Run, context: RunContext, *, scratch: Path) -> Fit:
        """Fit the model of `run` and score the test images (repro.train.methods.fit.OpenedToFit)."""
        assert isinstance(run.experiment, Fitted), "a fitted model"
        spec = run.experiment.model
        assert isinstance(spec, FisherVectors | SparseCoding), "a model of images"
        model = fit(
            StoredImages(self.train),
            np.asarray(self.train.label_N).tolist(),
            spec=spec,
            num_classes=self.train.num_classes,
            key=run.key_for("fit"),
            num_processes=context.num_threads,
            folder=scratch,
            say=context.say,
        )
        return self._scored(run, model, context)

    def _scored(self, run: Run, model: ClassicalModel, context: RunContext) -> Fit:
        context.say(f"scores {self.test.num_examples} test images")
        scores_NK = model.scores_NK(StoredImages(self.test), num_processes=context.num_threads)
        label_N, key_N = np.asarray(self.test.label_N), np.asarray(self.test.key_N)
        entry = write_run_scores(run, context, scores_NK, label_N, key_N, split="test", protocol="center")
        model.save(context.folder / "model.npz")
        costs = model.costs or Costs()
        fitted = FittedModel(
            num_features=sum(channel.num_values for channel in model.spec.channels),
            steps_s=dict(costs.wall_s),
            model=stored_file(context.folder / "model.npz"),
        )
        return Fit(
            model=fitted,
            scores=(entry,),
            num_train_examples=self.train.num_examples,
            train_s=sum(costs.wall_s.values()),
        )


def open_images_to_fit(folder: Path) -> ImagesToFit:
    """Open prepared images and verify the hash of every file; raise FileFormatError if one is missing or damaged."""
    dataset = read_dataset(folder)
    splits = {split: Shards(folder, split) for split in ("train", "test")}
    for shards in splits.values():
        shards.verify()
    return ImagesToFit(dataset=dataset, train=splits["train"], test=splits["test"])


class StoredImages:
    """The images of a split, one after the other, as pixels or as functions that decode them; as often as wanted."""

    def __init__(self, shards: Shards) -> None:
        self._shards = shards

    def __iter__(self) -> Iterator[Image]:
        for index in range(self._shards.num_examples):
            (stored,) = self._shards.images(np.array([index]))
            if self._shards.encoding == "jpeg":
                yield functools.partial(decoded_HW3, bytes(stored))
            else:
                yield np.array(stored)


def decoded_HW3(jpeg: bytes) -> NDArray[np.uint8]:
    """The pixels of a JPEG file.

    Raises:
        ValueError: it is none.
    """
    pixels = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR_RGB)
    if pixels is None:
        raise ValueError("a stored image is no JPEG file; prepare the data again")
    return np.asarray(pixels, np.uint8)
