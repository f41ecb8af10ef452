"""Load training images through one DALI graph that serves CPU and GPU, in our order and with our randomness.

DALI decodes and transforms; it draws nothing. What it is fed comes from repro.data.load.randomness. On a CPU
it decodes alone, if there is anything to decode: one compiled pass does what follows, the same to the bit, in
a fraction of the time.

Shape suffixes: B batch, N images loaded at a time, H height, W width, C colour channels (RGB), S stored side in pixels.
"""

from __future__ import annotations

import itertools
import math
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from nvidia.dali import fn, pipeline_def, types

from repro.data.load.augment_kernel import augment, load_augment
from repro.data.load.plan import Planned, indices_N, with_parts
from repro.data.load.randomness import Draws, draw_training, num_steps_of
from repro.data.shards.decoder_options import decoder_options
from repro.spec.recipe import Recipe

#: Images that go through the graph at a time: a pass has a fixed cost, which small batches share.
LOAD_AT_ONCE = 128


class Stored(Protocol):
    """What training reads of a split: repro.data.shards.images.Shards, or the same decoded."""

    encoding: str
    stored_px: int
    label_N: NDArray[np.int32]

    @property
    def num_examples(self) -> int: ...

    def images(self, indices: NDArray[np.int64]) -> list[NDArray[np.uint8]]: ...


@dataclass(frozen=True, kw_only=True)
class Batch:
    """A training batch on its device: mean-subtracted pixels on the 0-255 scale in channels-last memory, labels, its plan."""

    image_BCHW: torch.Tensor
    label_B: torch.Tensor
    planned: Planned
    wait_s: float

    @property
    def input_B(self) -> torch.Tensor:
        """Return what the network takes."""
        return self.image_BCHW


@pipeline_def
def image_graph(
    *, source: Callable[[], Any], mean_image_SSC: NDArray[np.float32], mean_at: str, encoding: str, input_px: int, device: str
) -> Any:
    """Define the graph: decode, crop, subtract the mean image, add the colour offset, divide, mirror.

    device: `cpu`, or `cuda` (decoding on the device's hardware decoder where it has one).
    source: gives (encoded or raw images, crop starts as (top, left), mirror flags, colour offsets, divisors) of a batch.
    mean_at: the part of the mean image that is subtracted (repro.spec.recipe.Recipe).
    """
    image, start, mirror, color, divisor = fn.external_source(
        source=source,
        num_outputs=5,
        batch=True,
        dtype=[types.UINT8, types.INT32, types.INT32, types.FLOAT, types.FLOAT],
        ndim=[1 if encoding == "jpeg" else 3, 1, 0, 3, 0],
    )
    image, on_gpu = decoded(image, encoding=encoding, device=device), device == "cuda"
    shape = (input_px, input_px)
    constant = mean_image_SSC if mean_at == "crop" else center_window(mean_image_SSC, input_px=input_px)
    mean = types.Constant(constant, device="gpu" if on_gpu else "cpu")
    if mean_at == "crop":
        mean = fn.slice(mean, start=start, shape=shape, axes=(0, 1))
    image = fn.slice(image, start=start, shape=shape, axes=(0, 1))
    if on_gpu:
        color, divisor = color.gpu(), divisor.gpu()
    return fn.flip((image - mean + color) / divisor, horizontal=mirror)


def decoded(image: Any, *, encoding: str, device: str) -> Any:
    """Return the node of a graph that turns stored images into pixels (H, W, C) on the device."""
    on_gpu = device == "cuda"
    if encoding != "jpeg":
        return image.gpu() if on_gpu else image
    return fn.decoders.image(image, output_type=types.RGB, adjust_orientation=False, **decoder_options(device))


def center_window(image_SSC: NDArray[np.float32], *, input_px: int) -> NDArray[np.float32]:
    """Return the centre of a square image."""
    first = (len(image_SSC) - input_px) // 2
    return np.ascontiguousarray(image_SSC[first : first + input_px, first : first + input_px])


def grouped(plan: Iterable[Planned], *, batch_size: int, key: Callable[[Planned], Any]) -> Iterator[list[Planned]]:
    """Group consecutive batches that agree in `key`, as many as make LOAD_AT_ONCE images, and at least one."""
    at_once = max(1, LOAD_AT_ONCE // batch_size)
    for _, alike in itertools.groupby(plan, key=key):
        while group := list(itertools.islice(alike, at_once)):
            yield group


class ImageStream:
    """Iterate over the training batches of a plan. Decoding runs ahead in `num_threads` threads.

    Args:
        groups: the batches of the plan in the groups in which they are loaded.
        draw: gives the draws (repro.data.load.randomness) of such a group.
        device: `cpu` or `cuda`.
    """

    def __init__(
        self,
        shards: Stored,
        *,
        groups: Iterable[list[Planned]],
        draw: Callable[[list[Planned], NDArray[np.int64]], Draws],
        mean_image_SSC: NDArray[np.float32],
        mean_at: str,
        batch_size: int,
        input_px: int,
        num_threads: int,
        device: str,
    ) -> None:
        self._shards, self._groups, self._draw = shards, iter(groups), draw
        self._ahead: deque[list[Planned]] = deque()
        self._device = torch.device(device)
        self._pipeline = image_graph(
            source=self._feed,
            mean_image_SSC=mean_image_SSC,
            mean_at=mean_at,
            encoding=shards.encoding,
            input_px=input_px,
            device=device,
            batch_size=max(batch_size, LOAD_AT_ONCE),
            num_threads=num_threads,
            device_id=torch.cuda.current_device() if device == "cuda" else None,
            prefetch_queue_depth=2,
        )
        self._pipeline.build()

    def _feed(self) -> tuple[list[NDArray[np.uint8]], NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]:
        group = next(self._groups)
        index_N = np.concatenate([planned.index_B for planned in group])
        draws = self._draw(group, index_N)
        start_N2 = np.stack([draws.top_px_N, draws.left_px_N], axis=1).astype(np.int32)
        color_N113 = draws.color_N3.reshape(-1, 1, 1, 3)
        self._ahead.append(group)
        return self._shards.images(index_N), start_N2, draws.mirror_N, color_N113, draws.divisor_N

    def __iter__(self) -> Iterator[Batch]:
        label_N = torch.from_numpy(np.asarray(self._shards.label_N, np.int64))
        while True:
            asked = time.perf_counter()
            try:
                (images,) = self._pipeline.run()
            except StopIteration:
                return
            image_NHWC = torch.from_dlpack(images.as_tensor()).clone()
            group = self._ahead.popleft()
            parts = image_NHWC.permute(0, 3, 1, 2).split([len(planned.index_B) for planned in group])
            wait_s = time.perf_counter() - asked
            for planned, image_BCHW in zip(group, parts, strict=True):
                label_B = label_N[torch.from_numpy(planned.index_B)].to(self._device)
                yield Batch(image_BCHW=image_BCHW, label_B=label_B, planned=planned, wait_s=wait_s)
                wait_s = 0.0


@pipeline_def
def square_graph(*, source: Callable[[], Any], encoding: str, device: str) -> Any:
    """Define the graph that decodes and does no more; `source` gives the stored images of a batch."""
    image = fn.external_source(source=source, batch=True, dtype=types.UINT8, ndim=1 if encoding == "jpeg" else 3)
    return decoded(image, encoding=encoding, device=device)


class DecodedStream:
    """Iterate over the training batches of a plan, as ImageStream does, on the CPU: after decoding comes one compiled pass."""

    def __init__(
        self,
        shards: Stored,
        *,
        groups: Iterable[list[Planned]],
        draw: Callable[[list[Planned], NDArray[np.int64]], Draws],
        mean_image_SSC: NDArray[np.float32],
        mean_at: str,
        batch_size: int,
        input_px: int,
        num_threads: int,
    ) -> None:
        self._shards, self._draw, self._input_px = shards, draw, input_px
        at_once = max(batch_size, LOAD_AT_ONCE)
        self._mean_moves = mean_at == "crop"
        mean = mean_image_SSC if self._mean_moves else center_window(mean_image_SSC, input_px=input_px)
        self._mean_SSC = np.ascontiguousarray(mean, np.float32)
        self._pixels = (
            stacked(shards, groups)
            if shards.encoding == "raw"
            else decoded_ahead(shards, groups, at_once=at_once, num_threads=num_threads)
        )
        load_augment()

    def __iter__(self) -> Iterator[Batch]:
        label_N = torch.from_numpy(np.asarray(self._shards.label_N, np.int64))
        while True:
            asked = time.perf_counter()
            found = next(self._pixels, None)
            if found is None:
                return
            group, image_NSSC = found
            draws = self._draw(group, indices_N(group))
            for planned, part in with_parts(group):
                image_BCHW = self._augmented(image_NSSC, draws, part)
                label_B = label_N[torch.from_numpy(planned.index_B)]
                yield Batch(image_BCHW=image_BCHW, label_B=label_B, planned=planned, wait_s=time.perf_counter() - asked)
                asked = time.perf_counter()

    def _augmented(self, image_NSSC: NDArray[np.uint8], draws: Draws, part: slice) -> torch.Tensor:
        """Return the batch that is this part of the images loaded at a time, (B, C, P, P) in channels-last memory."""
        out_BPPC = np.empty((part.stop - part.start, self._input_px, self._input_px, 3), np.float32)
        augment(
            image_NSSC[part],
            self._mean_SSC,
            self._mean_moves,
            draws.top_px_N[part],
            draws.left_px_N[part],
            draws.mirror_N[part],
            draws.color_N3[part],
            draws.divisor_N[part],
            out_BPPC,
        )
        return torch.from_numpy(out_BPPC).permute(0, 3, 1, 2)


def stacked(shards: Stored, groups: Iterable[list[Planned]]) -> Iterator[tuple[list[Planned], NDArray[np.uint8]]]:
    """Give each group with its images (N, S, S, C), which are stored as pixels."""
    for group in groups:
        yield group, np.stack(shards.images(indices_N(group)))


def decoded_ahead(
    shards: Stored, groups: Iterable[list[Planned]], *, at_once: int, num_threads: int
) -> Iterator[tuple[list[Planned], NDArray[np.uint8]]]:
    """Give each group of up to `at_once` examples with its images (N, S, S, C), decoded ahead on `num_threads` threads."""
    ahead: deque[list[Planned]] = deque()
    coming = iter(groups)

    def feed() -> list[NDArray[np.uint8]]:
        group = next(coming)
        ahead.append(group)
        return shards.images(indices_N(group))

    pipeline = square_graph(
        source=feed,
        encoding=shards.encoding,
        device="cpu",
        batch_size=at_once,
        num_threads=num_threads,
        device_id=None,
        prefetch_queue_depth=2,
    )
    pipeline.build()
    while True:
        try:
            (images,) = pipeline.run()
        except StopIteration:
            return
        yield ahead.popleft(), np.asarray(images.as_tensor())


def training_stream(
    shards: Stored,
    recipe: Recipe,
    *,
    plan: Iterable[Planned],
    key: int,
    components_33: NDArray[np.float64],
    mean_image_SSC: NDArray[np.float32],
    input_px: int,
    num_threads: int,
    device: str,
) -> ImageStream | DecodedStream:
    """Return the training batches of `plan`, augmented by `recipe` with the randomness of `key`."""
    noise, steps_per_epoch = recipe.color_noise, math.ceil(shards.num_examples / recipe.batch_size)
    until = noise.until if noise else 0.0
    num_noisy_steps = num_steps_of(until, num_epochs=recipe.schedule.num_epochs, steps_per_epoch=steps_per_epoch)

    def epoch_and_noise(planned: Planned) -> tuple[int, bool]:
        return planned.epoch, planned.epoch * steps_per_epoch + planned.step < num_noisy_steps

    def draw(group: list[Planned], index_N: NDArray[np.int64]) -> Draws:
        epoch, noisy = epoch_and_noise(group[0])
        return draw_training(
            index_N,
            key=key,
            epoch=epoch,
            crops=recipe.crops,
            batch_size=recipe.batch_size,
            color_noise=noise if noisy else None,
            components_33=components_33,
            stored_px=shards.stored_px,
            input_px=input_px,
        )

    if device == "cpu":
        return DecodedStream(
            shards,
            groups=grouped(plan, batch_size=recipe.batch_size, key=epoch_and_noise),
            draw=draw,
            mean_image_SSC=mean_image_SSC,
            mean_at=recipe.mean_at,
            batch_size=recipe.batch_size,
            input_px=input_px,
            num_threads=num_threads,
        )
    return ImageStream(
        shards,
        groups=grouped(plan, batch_size=recipe.batch_size, key=epoch_and_noise),
        draw=draw,
        mean_image_SSC=mean_image_SSC,
        mean_at=recipe.mean_at,
        batch_size=recipe.batch_size,
        input_px=input_px,
        num_threads=num_threads,
        device=device,
    )
