"""Contests of loading: our training stream against DataLoaders that do the same, and against bare decoding."""

from __future__ import annotations

import io
import itertools
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import cv2
import numpy as np
import simplejpeg
import torch
from numpy.typing import NDArray
from PIL import Image
from torch.utils.data import DataLoader, Dataset

from repro.artifacts.dataset_json import write_dataset
from repro.data.generated.images import picture
from repro.data.load.image_stream import ImageBatch, Stored, image_stream
from repro.data.load.plan import training_plan
from repro.data.load.randomness import Draws, draw_training
from repro.data.load.whole_images import in_memory
from repro.data.shards.images import Shards
from repro.data.shards.writer import ShardWriter, write_index
from repro.spec.datasets import Procedural
from repro.spec.recipe import ImageRecipe
from tests.bench.turns import Contest, Target
from tests.described import dataset_of_images, split_of

KEY = 1 << 20
#: Principal components of the pixels as columns, in grey levels times their factor: the size of real ones.
COMPONENTS_33 = np.diag([20.0, 5.0, 2.0])
NUM_EPOCHS = 1 << 20
QUALITY = 95


def write_pictures(folder: Path, *, num: int, stored_px: int) -> Shards:
    """Store generated pictures as the prepare stage stores photographs: JPEG of quality 95, chroma halved both ways."""
    folder.mkdir(parents=True)
    knobs = Procedural(
        num_train=num,
        num_test=1,
        num_classes=10,
        image_px=stored_px,
        clutter=4.0,
        occlusion=0.25,
        pose=25.0,
        illumination_train=0.1,
        illumination_test=0.15,
        cast_shift_test=0.25,
        label_noise=0.0,
        seed=2012,
    )
    shard, index = folder / "train-00000.tar", folder / "train.index.npz"
    with ShardWriter(shard, encoding="jpeg") as writer:
        for i in range(num):
            file = io.BytesIO()
            Image.fromarray(picture(knobs, split="train", index=i)).save(file, "JPEG", quality=QUALITY, subsampling="4:2:0")
            writer.add(f"{i:06d}".encode(), payload=file.getvalue(), label=i % 10)
    write_index(index, [writer.record])
    splits = {"train": split_of(folder, "train", [writer.record], num_classes=10)}
    write_dataset(folder, dataset_of_images(splits, classes="0123456789", stored_px=stored_px, encoding="jpeg"))
    return Shards(folder, "train")


def by_pillow(file: bytes) -> NDArray[np.uint8]:
    return np.asarray(Image.open(io.BytesIO(file)).convert("RGB"))


def by_opencv(file: bytes) -> NDArray[np.uint8]:
    found = cv2.imdecode(np.frombuffer(file, np.uint8), cv2.IMREAD_COLOR)
    return cast("NDArray[np.uint8]", cv2.cvtColor(found, cv2.COLOR_BGR2RGB))


def by_turbo(file: bytes) -> NDArray[np.uint8]:
    return cast("NDArray[np.uint8]", simplejpeg.decode_jpeg(file, colorspace="RGB"))


class Pictures(Dataset[tuple[torch.Tensor, int]]):
    """The same augmentation by numpy, image by image, as the body of a torch data set; `draws` says what is drawn.

    decode: from a file to pixels, in every epoch; None keeps the pixels of all images, decoded once.
    """

    def __init__(
        self, shards: Shards, *, mean_SSC: NDArray[np.float32], input_px: int, decode: Callable[[bytes], NDArray[np.uint8]] | None
    ) -> None:
        self.files = [bytes(file) for file in shards.images(np.arange(shards.num_examples))]
        self.decode = decode
        self.image_NSSC = np.stack([by_pillow(file) for file in self.files]) if decode is None else None
        self.label_N, self.mean_SSC, self.input_px = shards.label_N, mean_SSC, input_px
        self.draws: Draws | None = None
        self.place: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        assert self.draws is not None
        image = self.decode(self.files[index]) if self.decode is not None else cast(NDArray[np.uint8], self.image_NSSC)[index]
        at = self.place[index]
        top, left = int(self.draws.top_px_N[at]), int(self.draws.left_px_N[at])
        window = slice(top, top + self.input_px), slice(left, left + self.input_px)
        x_HWC = image[window] - self.mean_SSC[window] + self.draws.color_N3[at]
        x_HWC /= self.draws.divisor_N[at]
        if self.draws.mirror_N[at]:
            x_HWC = x_HWC[:, ::-1]
        return torch.from_numpy(np.ascontiguousarray(x_HWC.transpose(2, 0, 1))), int(self.label_N[index])


class KeptPictures(Pictures):
    """The same for a whole batch at once: pixels are kept, and one indexing takes all crops, mirrored where they are."""

    def __getitems__(self, indices: list[int]) -> tuple[torch.Tensor, torch.Tensor]:
        assert self.draws is not None and self.image_NSSC is not None
        at_B = np.array([self.place[index] for index in indices])
        side = np.arange(self.input_px)
        row_BH = self.draws.top_px_N[at_B, None] + side
        column_BW = self.draws.left_px_N[at_B, None] + np.where(self.draws.mirror_N[at_B, None], side[::-1], side)
        place = row_BH[:, :, None], column_BW[:, None, :]
        x_BHWC = self.image_NSSC[np.array(indices)[:, None, None], *place] - self.mean_SSC[place]
        x_BHWC += self.draws.color_N3[at_B, None, None]
        x_BHWC /= self.draws.divisor_N[at_B, None, None, None]
        return torch.from_numpy(x_BHWC).permute(0, 3, 1, 2), torch.from_numpy(self.label_N[np.array(indices)])


def our_batches(
    stored: Stored,
    recipe: ImageRecipe,
    *,
    mean_SSC: NDArray[np.float32],
    input_px: int,
    num_threads: int = 1,
    device: str = "cpu",
) -> Iterator[ImageBatch]:
    """Return our training batches, without end."""
    plan = training_plan(stored.num_examples, key=KEY, batch_size=recipe.batch_size, num_epochs=NUM_EPOCHS)
    stream = image_stream(
        stored,
        recipe,
        plan=plan,
        key=KEY,
        components_33=COMPONENTS_33,
        mean_image_SSC=mean_SSC,
        input_px=input_px,
        num_threads=num_threads,
        device=device,
    )
    return stream


def epochs_of(
    pictures: Pictures, recipe: ImageRecipe, *, stored_px: int, num_workers: int = 0
) -> Iterator[Iterator[tuple[torch.Tensor, torch.Tensor]]]:
    """Return for each epoch its batches from a DataLoader, in our order and with our draws."""
    plan = training_plan(len(pictures), key=KEY, batch_size=recipe.batch_size, num_epochs=NUM_EPOCHS)
    for epoch, group in itertools.groupby(plan, key=lambda planned: planned.epoch):
        batches = [planned.index_B.tolist() for planned in group]
        index_N = np.array(list(itertools.chain(*batches)))
        pictures.place = {index: at for at, index in enumerate(index_N.tolist())}
        pictures.draws = draw_training(
            index_N,
            key=KEY,
            epoch=epoch,
            crops=recipe.crops,
            batch_size=recipe.batch_size,
            color_noise=recipe.color_noise,
            components_33=COMPONENTS_33,
            stored_px=stored_px,
            input_px=pictures.input_px,
        )
        collate = as_it_is if isinstance(pictures, KeptPictures) else None
        workers = {"num_workers": num_workers, "pin_memory": num_workers > 0}
        yield iter(DataLoader(pictures, batch_sampler=batches, collate_fn=collate, **workers))


def as_it_is(batch: tuple[torch.Tensor, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
    return batch


def until_idle() -> None:
    """Wait until no thread of the process works: what was asked for runs ahead, and belongs to whoever asked."""
    while True:
        before = time.process_time()
        time.sleep(0.02)
        if time.process_time() - before < 0.001:
            return


def loading_contest(
    folder: Path,
    recipe: ImageRecipe,
    *,
    num: int,
    stored_px: int,
    input_px: int,
    targets: tuple[Target, ...],
    keep: bool,
    num_rounds: int = 9,
) -> Contest:
    """Return an epoch of loading with crop, mirror, mean and colour noise; `cv2` decodes the same files and does no more.

    keep: whether ours decodes once into memory, as the train stage does with what fits; of a large set it cannot.
    """
    shards = write_pictures(folder, num=num, stored_px=stored_px)
    mean_SSC = np.full((stored_px, stored_px, 3), 110, np.float32)
    stored = in_memory(shards, num_threads=1, device="cpu") if keep else shards
    ours = our_batches(stored, recipe, mean_SSC=mean_SSC, input_px=input_px)
    files = shards.images(np.arange(num))
    steps = -(-num // recipe.batch_size)
    cv2.setNumThreads(1)

    def load() -> list[ImageBatch]:
        loaded = list(itertools.islice(ours, steps))
        until_idle()
        return loaded

    def loader(kind: type[Pictures], decode: Callable[[bytes], NDArray[np.uint8]] | None) -> Callable[[], object]:
        pictures = kind(shards, mean_SSC=mean_SSC, input_px=input_px, decode=decode)
        epochs = epochs_of(pictures, recipe, stored_px=stored_px)
        return lambda: list(next(epochs))

    contenders: dict[str, Callable[[], object]] = {
        "ours": load,
        **({"kept": loader(KeptPictures, None), "kept_item": loader(Pictures, None)} if keep else {}),
        "turbo": loader(Pictures, by_turbo),
        "opencv": loader(Pictures, by_opencv),
        "pillow": loader(Pictures, by_pillow),
        "cv2": lambda: [cv2.imdecode(file, cv2.IMREAD_COLOR) for file in files],
    }
    kept = "decoded once into memory" if keep else "decoded in every epoch"
    return Contest(
        title=f"An epoch of {num} JPEG images, {stored_px} px to {input_px} px, with crop, mirror, mean and colour noise",
        contenders=contenders,
        settings={"ours": f"repro.data.load.image_stream, one DALI thread, {kept}", **LOADERS},
        num_rounds=num_rounds,
        targets=targets,
        examples=num,
    )


IN_PROCESS = "torch DataLoader in the process (num_workers=0: no time for passing batches on)"
LOADERS = {
    "kept": f"{IN_PROCESS}, decoded once into memory, a batch by one vectorised __getitems__ of numpy",
    "kept_item": f"{IN_PROCESS}, decoded once into memory, numpy image by image",
    "turbo": f"{IN_PROCESS}, libjpeg-turbo (simplejpeg) and numpy, files in memory",
    "opencv": f"{IN_PROCESS}, cv2.imdecode and numpy, files in memory",
    "pillow": f"{IN_PROCESS}, Pillow and numpy, files in memory",
    "cv2": "cv2.imdecode in a loop: decoding and no more",
}


def gpu_loading_contest(
    folder: Path,
    recipe: ImageRecipe,
    *,
    num: int,
    stored_px: int,
    input_px: int,
    num_threads: int,
    num_epochs: int = 8,
    num_rounds: int = 5,
    target: str = "cuda",
) -> Contest:
    """Return epochs of loading to a GPU by wall time: decoded there, or by every core and copied.

    target: the device to which batches go; `cpu` tries it without a GPU.
    """
    shards = write_pictures(folder, num=num, stored_px=stored_px)
    mean_SSC = np.full((stored_px, stored_px, 3), 110, np.float32)
    streams = {
        device: our_batches(shards, recipe, mean_SSC=mean_SSC, input_px=input_px, num_threads=num_threads, device=device)
        for device in dict.fromkeys((target, "cpu"))
    }
    pictures = Pictures(shards, mean_SSC=mean_SSC, input_px=input_px, decode=by_turbo)
    epochs = epochs_of(pictures, recipe, stored_px=stored_px, num_workers=num_threads)
    steps = num_epochs * -(-num // recipe.batch_size)

    wait = torch.cuda.synchronize if target == "cuda" else lambda: None

    def load(device: str) -> None:
        for batch in itertools.islice(streams[device], steps):
            batch.image_BCHW.to(target)
        wait()
        until_idle()

    def load_by_turbo() -> None:
        for image_BCHW, _ in itertools.chain.from_iterable(itertools.islice(epochs, num_epochs)):
            image_BCHW.to(target, non_blocking=True)
        wait()

    return Contest(
        title=f"{num_epochs} epochs of {num} JPEG images, {stored_px} to {input_px} px to a GPU, crop, mirror, mean, colour",
        contenders={"ours": lambda: load(target), "ours_on_cpu": lambda: load("cpu"), "turbo": load_by_turbo},
        settings={
            "ours": f"repro.data.load on device cuda (hardware decoder, CUDA kernels), {num_threads} DALI threads",
            "ours_on_cpu": f"repro.data.load on device cpu, {num_threads} DALI threads, batches copied to the GPU",
            "turbo": f"torch DataLoader, libjpeg-turbo (simplejpeg), num_workers={num_threads}, pinned memory, copied to the GPU",
        },
        num_rounds=num_rounds,
        examples=num_epochs * num,
        clock="wall time",
    )
