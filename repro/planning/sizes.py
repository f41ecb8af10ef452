"""Say how many examples a data set has: as it was prepared, or, before that, as it is known to have."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from repro.artifacts.dataset_json import read_dataset
from repro.artifacts.documents import MissingFileError
from repro.data.sources import ilsvrc2010
from repro.data.sources.ilsvrc import NUM_CLASSES, NUM_IMAGES
from repro.spec.datasets import Dataset
from repro.spec.scales.series import ImagePart, VideoPart
from repro.spec.video_datasets import VideoDataset

#: CIFAR-10 as its page says; UCF-101's first fold as its lists have.
CIFAR10 = {"classes": 10, "train": 50_000, "test": 10_000}
UCF101 = {"classes": 101, "train": 9_537, "test": 3_783}
#: 1,133,158 videos, of which a fifth are for testing (Karpathy et al. 2014, section 4.1); validation is held out of the others.
SPORTS1M = {"classes": 487, "train": 906_526, "test": 226_632}
#: Two releases of ImageNet, by the names of the data: about 15 million images of 22 thousand classes, of which a user sets some
#: aside; 8.9 million of 10,184, half of them for testing (Krizhevsky et al. 2012, section 6).
RELEASES = {
    "imagenet_fall_2011": {"classes": 22_000, "train": 14_900_000, "test": 100_000},
    "imagenet_fall_2009": {"classes": 10_184, "train": 4_450_000, "test": 4_450_000},
}
#: A stored example: bytes of a JPEG file for each pixel, and of what surrounds a file. Rough: natural images of quality 95.
JPEG_BYTES_PER_PIXEL, FRAME_BYTES = 0.55, 2048
BYTES_PER_RAW_PIXEL = 3


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """Classes, examples (images or clips) of each split, and the bytes in which they are stored.

    measured: whether they were counted in prepared data, or are what is known or estimated of such data.
    """

    num_classes: int
    num_train: int
    num_validation: int
    num_test: int
    num_bytes: int
    measured: bool


def prepared_sizes(folder: Path) -> Sizes | None:
    """The sizes of the data set prepared in `folder`, None if there is none.

    Raises:
        FileFormatError: its description is damaged.
    """
    try:
        dataset = read_dataset(folder)
    except MissingFileError:
        return None
    num = {name: split.num_examples for name, split in dataset.splits.items()}
    return Sizes(
        num_classes=len(dataset.classes),
        num_train=num["train"],
        num_validation=num.get("validation", 0),
        num_test=num["test"],
        num_bytes=sum(shard.num_bytes for split in dataset.splits.values() for shard in split.shards),
        measured=True,
    )


def known_sizes(dataset: Dataset | VideoDataset) -> Sizes | None:
    """The sizes that a data set will have, None where they depend on what a user has."""
    videos = isinstance(dataset, VideoDataset)
    numbers = _num_sources(dataset)
    if numbers is None:
        return None
    num_classes, train, validation, test = numbers
    per_train, per_test = (dataset.clips.num_train, dataset.clips.num_test) if isinstance(dataset, VideoDataset) else (1, 1)
    num_train, num_validation, num_test = train * per_train, validation * (per_test if videos else 1), test * per_test
    frames = dataset.clips.num_frames if isinstance(dataset, VideoDataset) else 1
    raw = isinstance(dataset, Dataset) and dataset.encoding == "raw"
    per_pixel = BYTES_PER_RAW_PIXEL if raw else JPEG_BYTES_PER_PIXEL
    stored = round(dataset.stored_px**2 * frames * per_pixel) + FRAME_BYTES
    return Sizes(
        num_classes=num_classes,
        num_train=num_train,
        num_validation=num_validation,
        num_test=num_test,
        num_bytes=stored * (num_train + num_validation + num_test),
        measured=False,
    )


def _num_sources(dataset: Dataset | VideoDataset) -> tuple[int, int, int, int] | None:
    """Classes, and training, validation and test images or videos."""
    held_out, made = dataset.num_validation, dataset.procedural
    share = dataset.share if isinstance(dataset, ImagePart | VideoPart) else 1
    if made:
        return made.num_classes, round(share * (made.num_train - held_out)), held_out, made.num_test
    known = {
        "cifar10": CIFAR10,
        "ilsvrc2010": {"classes": NUM_CLASSES, **ilsvrc2010.NUM_IMAGES},
        "ilsvrc2012": {"classes": NUM_CLASSES, **NUM_IMAGES},
        "ucf101": UCF101,
        "sports1m": SPORTS1M,
    }
    found = RELEASES.get(dataset.name) or known.get(dataset.kind)
    if found is None:
        return None
    return found["classes"], round(share * (found["train"] - held_out)), held_out, found["test"]
