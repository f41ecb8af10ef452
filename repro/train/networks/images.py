"""Train and score networks of images: tasks of the train stage on a prepared set of images."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from torch import nn

from repro.artifacts.arrays import write_npz
from repro.artifacts.dataset_json import DatasetJson
from repro.artifacts.log_jsonl import Saturation
from repro.artifacts.run_json import Pictures, ScoresFile
from repro.artifacts.stored_files import stored_file
from repro.data.load.image_stream import ImageBatch, Stored, image_stream
from repro.data.load.plan import training_plan
from repro.data.load.repeated_images import RepeatedImages, chosen_images_M
from repro.data.load.whole_images import WholeImages
from repro.data.shards.images import Shards
from repro.evaluate.crops import Cropping, center_window
from repro.evaluate.gallery import Gallery
from repro.evaluate.metrics import top_k_error
from repro.evaluate.predict import IMAGES_PER_BATCH, TakeFeatures, predict
from repro.evaluate.subset import stable_subset_N
from repro.models.image import build_network
from repro.models.probe import first_kernels_KHWC, saturation
from repro.spec.evaluation import ImageEvaluation
from repro.spec.network import Network
from repro.spec.recipe import ImageRecipe
from repro.spec.run import Run
from repro.train.networks.prepared import PreparedImages, open_prepared
from repro.train.networks.task import Share, whole
from repro.train.runs.context import RunContext, ScoredFiles
from repro.train.runs.record import write_run_scores


@dataclass(frozen=True)
class Images:
    """A prepared set of images, opened for training."""

    prepared: PreparedImages
    stage: ClassVar[str] = "train_images"

    @property
    def dataset(self) -> DatasetJson:
        return self.prepared.dataset

    def task(self, run: Run, context: RunContext) -> ImageTask:
        """`run` as a task on these images."""
        return ImageTask(run, self.prepared, context)


def open_images(folder: Path) -> Images:
    """Open prepared images and verify the hash of every file; raise FileFormatError if one is missing or damaged."""
    return Images(open_prepared(folder))


class ImageTask:
    """A run of a network of images (repro.train.networks.task.Task)."""

    def __init__(self, run: Run, data: PreparedImages, context: RunContext) -> None:
        experiment = run.trained
        assert isinstance(experiment.network, Network), "a network of images"
        assert isinstance(experiment.recipe, ImageRecipe), "a recipe of images"
        assert isinstance(experiment.evaluation, ImageEvaluation), "an evaluation of images"
        self._run, self._data, self._context = run, data, context
        self._network, self._recipe, self._evaluation = experiment.network, experiment.recipe, experiment.evaluation
        self._images = data.pixels(num_threads=context.num_threads, device=context.device)
        self._key = run.key_for("data")
        self._chosen_M = chosen_images_M(data.train.label_N, share=self._recipe.image_share)

    @property
    def num_examples(self) -> int:
        return self._data.train.num_examples

    @property
    def num_classes(self) -> int:
        return self._data.train.num_classes

    @property
    def _to_train_on(self) -> Stored:
        stored = self._images.to_train_on
        return stored if self._recipe.image_share == 1 else RepeatedImages(stored, self._chosen_M)

    @property
    def _cropping(self) -> Cropping:
        return self._images.cropping(mean_at=self._recipe.mean_at, input_px=self._network.size.input_px)

    def build(self) -> nn.Module:
        """The network with its initial weights, on the run's device."""
        key = self._run.key_for("init")
        return build_network(self._network, num_classes=self.num_classes, key=key).to(self._context.device)

    def batches(self, epoch: int, step: int, *, share: Share = whole) -> Iterable[ImageBatch]:
        """The training batches from `step` of `epoch` on."""
        recipe, noise = self._recipe, self._recipe.color_noise
        plan = training_plan(
            self.num_examples,
            key=self._key,
            batch_size=recipe.batch_size,
            num_epochs=recipe.schedule.num_epochs,
            epoch=epoch,
            step=step,
            shuffle=recipe.shuffle,
        )
        return image_stream(
            self._to_train_on,
            recipe,
            plan=share(plan),
            key=self._key,
            components_33=self._data.components_33(noise.factor) if noise else np.zeros((3, 3)),
            mean_image_SSC=self._data.mean_image,
            input_px=self._network.size.input_px,
            num_threads=self._context.num_threads,
            device=self._context.device,
        )

    def validate(self, net: nn.Module) -> float | None:
        """The top-1 error on the validation images, centre crop; None without any."""
        images, shards = self._images.validation, self._data.validation
        if images is None or shards is None:
            return None
        index_N = np.arange(shards.num_examples)
        scores_NK = predict(net, images, index_N, protocols=("center",), cropping=self._cropping)["center"]
        return top_k_error(scores_NK, shards.label_N, k=1)

    def probe(self, net: nn.Module) -> Saturation | None:
        """How saturated every layer is on some training images; None where the run does not ask."""
        num_probe = self._evaluation.num_probe
        if num_probe == 0:
            return None
        cropping = self._cropping
        window = center_window(stored_px=cropping.stored_px, input_px=cropping.input_px)
        index_N = self._chosen_M[stable_subset_N(len(self._chosen_M), wanted=num_probe)]
        batches = self._images.train.batches(index_N, batch_size=IMAGES_PER_BATCH)
        return saturation(net, self._network, (cropping.cut(image_BCSS, window) for image_BCSS in batches))

    def write_results(self, net: nn.Module) -> ScoredFiles:
        """Score the test split by every protocol; some of the images trained on, always the same, and the validation split,
        if there is one, by the centre crop; and write the gallery.
        """
        evaluation, data, images = self._evaluation, self._data, self._images
        gallery = Gallery(data.test, data.train, num=evaluation.num_gallery) if evaluation.num_gallery else None
        take_test, take_train = (gallery.take_test, gallery.take_train) if gallery else (None, None)
        every_N = np.arange(data.test.num_examples)
        test = self._predicted(net, images.test, every_N, split="test", protocols=evaluation.protocols, take=take_test)
        entries = self._write_scores(data.test, every_N, split="test", found=test)
        subset_N = self._chosen_M[stable_subset_N(len(self._chosen_M), wanted=evaluation.num_train_examples)]
        train = self._predicted(net, images.train, subset_N, split="train", protocols=("center",), take=take_train)
        entries += self._write_scores(data.train, subset_N, split="train", found=train)
        if data.validation is not None and images.validation is not None:
            held_out_N = np.arange(data.validation.num_examples)
            seen = self._predicted(net, images.validation, held_out_N, split="validation", protocols=("center",), take=None)
            entries += self._write_scores(data.validation, held_out_N, split="validation", found=seen)
        if gallery is None:
            return ScoredFiles(scores=tuple(entries))
        path = self._context.folder / "gallery.npz"
        gallery.write(path, test["ten_crop" if "ten_crop" in test else evaluation.protocols[0]])
        return ScoredFiles(scores=tuple(entries), pictures=Pictures(gallery=stored_file(path)))

    def write_kernels(self, net: nn.Module) -> Pictures:
        """Write the first layer's kernels, tower by tower."""
        path = self._context.folder / "kernels.npz"
        kernel_KHWC = first_kernels_KHWC(net, self._network)
        write_npz(path, {"kernel_KHWC": kernel_KHWC, "num_towers": np.array(self._network.towers.num, np.int32)})
        return Pictures(kernels=stored_file(path))

    def _predicted(
        self,
        net: nn.Module,
        images: WholeImages,
        index_N: NDArray[np.int64],
        *,
        split: str,
        protocols: tuple[str, ...],
        take: TakeFeatures | None,
    ) -> dict[str, NDArray[np.float32]]:
        self._context.say(f"scores {len(index_N)} {split} images by {', '.join(protocols)}")
        output = self._network.output.name
        return predict(net, images, index_N, protocols=protocols, cropping=self._cropping, output=output, take_features=take)

    def _write_scores(
        self, shards: Shards, index_N: NDArray[np.int64], *, split: str, found: dict[str, NDArray[np.float32]]
    ) -> list[ScoresFile]:
        """Write one file for each protocol and return their entries."""
        label_N, example_N = np.asarray(shards.label_N)[index_N], np.asarray(shards.key_N)[index_N]
        return [
            write_run_scores(self._run, self._context, scores_NK, label_N, example_N, split=split, protocol=protocol)
            for protocol, scores_NK in found.items()
        ]
