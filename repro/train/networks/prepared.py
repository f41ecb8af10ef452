"""A prepared data set as training and scoring need it, opened once for all runs of a job."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from repro.artifacts.dataset_json import DatasetJson, ImageData, read_dataset
from repro.artifacts.files import FileFormatError
from repro.data.load.color_noise import noise_factors
from repro.data.load.whole_images import WholeImages, in_memory
from repro.data.shards.images import Shards
from repro.evaluate.crops import Cropping


@dataclass(frozen=True, kw_only=True)
class PreparedImages:
    """A prepared data set, whose files were whole when it was opened."""

    folder: Path
    dataset: DatasetJson
    images: ImageData
    train: Shards
    validation: Shards | None
    test: Shards
    mean_image: NDArray[np.float32]
    _pixels: dict[tuple[int, str], LoadedImages] = field(default_factory=dict, repr=False)

    def pixels(self, *, num_threads: int, device: str) -> LoadedImages:
        """The images as `device` reads them, the same object each time."""
        key = (num_threads, device)
        if key not in self._pixels:
            self._pixels[key] = LoadedImages(self, num_threads=num_threads, device=device)
        return self._pixels[key]

    def components_33(self, factor: str) -> NDArray[np.float64]:
        """The principal components of the training pixels as columns, each times its noise factor, in grey levels."""
        color = self.images.color
        return np.asarray(color.eigenvectors) * noise_factors(color.eigenvalues, factor)


class LoadedImages:
    """The images of a prepared data set as one device reads them; what fits into memory is decoded once for all runs.

    to_train_on: the training split as it is trained on. train, validation, test: the splits as they are scored.
    """

    def __init__(self, data: PreparedImages, *, num_threads: int, device: str) -> None:
        self.to_train_on = in_memory(data.train, num_threads=num_threads, device=device)
        self._mean_CSS = torch.from_numpy(data.mean_image).permute(2, 0, 1).to(device)
        self.train = WholeImages(data.train, num_threads=num_threads, device=device)
        self.validation = WholeImages(data.validation, num_threads=num_threads, device=device) if data.validation else None
        self.test = WholeImages(data.test, num_threads=num_threads, device=device)

    def cropping(self, *, mean_at: str, input_px: int) -> Cropping:
        """How network inputs are cut from these images."""
        return Cropping(mean_CSS=self._mean_CSS, mean_at=mean_at, input_px=input_px)


def open_prepared(folder: Path) -> PreparedImages:
    """Open a prepared data set and verify the hash of every file in it.

    Raises:
        FileFormatError: a file is missing or damaged.
    """
    dataset = read_dataset(folder)
    if dataset.images is None:
        raise FileFormatError(f"{folder} holds videos, not images; prepare it from images")
    splits = {split: Shards(folder, split) for split in dataset.splits}
    for shards in splits.values():
        shards.verify()
    mean_image = dataset.images.mean_image.read(folder, again="run prepare again: it makes anew what is damaged")
    return PreparedImages(
        folder=folder,
        dataset=dataset,
        images=dataset.images,
        train=splits["train"],
        validation=splits.get("validation"),
        test=splits["test"],
        mean_image=np.load(io.BytesIO(mean_image), allow_pickle=False),
    )
