"""A set as large as ImageNet costs memory by its index alone: some bytes an image, in a straight line."""

from __future__ import annotations

import dataclasses
import itertools
import tracemalloc
from pathlib import Path

import numpy as np

from repro.artifacts.dataset_json import write_dataset
from repro.data.load.plan import training_plan
from repro.data.load.randomness import draw_training
from repro.data.shards.images import Shards
from repro.data.shards.writer import ShardWriter, write_index
from repro.spec.recipe import Crops
from tests.described import dataset_of_images, split_of
from tests.tiny import images_NSSC

NUM_STORED, STORED_PX = 8, 36
#: Images of ILSVRC-2012 to train on, of which each stands for one of those stored.
IMAGENET = 1_281_167
#: Bytes an image that are kept: 24 of the index in numbers, 7 of its key, 8 of the order of an epoch.
KEPT = 39
#: While an epoch is ordered: sixteen numbers of eight bytes, its random words and what they are made of, beside the index.
ORDERING = 31 + 16 * 8


def simulated(folder: Path, *, num: int) -> Shards:
    """A set with an index of `num` images, all of which lie in one small shard."""
    folder.mkdir()
    shard = folder / "train-00000.tar"
    with ShardWriter(shard, encoding="raw") as writer:
        for i, image in enumerate(images_NSSC(NUM_STORED, stored_px=STORED_PX, seed=0)):
            writer.add(f"{i:07d}".encode(), payload=image.tobytes(), label=i)
    stored = writer.record
    columns = {name: np.resize(getattr(stored, name), num) for name in ("offset_N", "size_N", "label_N", "key_N")}
    record = dataclasses.replace(stored, **columns)
    write_index(folder / "train.index.npz", [record])
    splits = {"train": split_of(folder, "train", [record], num_classes=10)}
    write_dataset(folder, dataset_of_images(splits, classes="0123456789", stored_px=STORED_PX, encoding="raw"))
    return Shards(folder, "train")


def bytes_an_image(folder: Path, *, num: int) -> tuple[float, float]:
    """What is kept, and the most at once, of opening a set, ordering an epoch, and drawing and reading three batches in it."""
    simulated(folder, num=num)
    tracemalloc.start()
    try:
        shards = Shards(folder, "train")
        plan = training_plan(num, key=1, batch_size=128, num_epochs=2, epoch=1, step=num // 256)
        for planned in itertools.islice(plan, 3):
            assert len(shards.images(planned.index_B)) == 128
            draw_training(
                planned.index_B,
                key=1,
                epoch=planned.epoch,
                crops=Crops(position="random", mirror=True),
                batch_size=128,
                color_noise=None,
                components_33=np.zeros((3, 3)),
                stored_px=STORED_PX,
                input_px=32,
            )
        kept, most = tracemalloc.get_traced_memory()
        return kept / num, most / num
    finally:
        tracemalloc.stop()


def test_an_index_of_imagenet_is_opened_ordered_and_read_in_some_bytes_an_image(tmp_path: Path) -> None:
    kept, most = bytes_an_image(tmp_path / "large", num=IMAGENET)
    assert kept < KEPT + 1 and most < ORDERING + 1
    fewer = bytes_an_image(tmp_path / "quarter", num=IMAGENET // 4)
    assert kept <= fewer[0] and most <= fewer[1], "memory grows faster than the number of images"
