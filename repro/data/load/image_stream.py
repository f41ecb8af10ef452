"""Load training images on CPU and GPU, in our order and with our randomness.

On a GPU one DALI graph does all of it. On a CPU it decodes alone, if there is anything to decode: one compiled
pass does what follows, the same to the bit, in a fraction of the time.

Shape suffixes: B batch, N images loaded at a time, H height, W width, C colour channels (RGB), S stored side in pixels, P side
of the network's input.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from repro.data.load.augment_kernel import augment, load_augment
from repro.data.load.graphs import center_cut, decoded_image_graph, device_id, image_graph, outputs_of
from repro.data.load.plan import Planned, grouped, indices_N, waited_for, with_parts
from repro.data.load.randomness import Draws, draw_training, num_steps_of
from repro.spec.recipe import ImageRecipe

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
class ImageBatch:
    """A training batch on its device: mean-subtracted pixels on the 0-255 scale in channels-last memory, labels, its plan."""

    image_BCHW: torch.Tensor
    label_B: torch.Tensor
    planned: Planned
    wait_s: float

    @property
    def input_B(self) -> torch.Tensor:
        """What the network takes."""
        return self.image_BCHW


@dataclass(frozen=True, kw_only=True)
class ImageLoading:
    """What both ways of loading share: how the images of consecutive batches are cut, coloured, mirrored, labelled.

    key: of all randomness. components_33: column i is the i-th principal component of the RGB values times its
    factor. num_threads: those that decode ahead. device: `cpu` or `cuda`.
    """

    shards: Stored
    recipe: ImageRecipe
    key: int
    components_33: NDArray[np.float64]
    mean_image_SSC: NDArray[np.float32]
    input_px: int
    num_threads: int
    device: str

    @cached_property
    def mean_SSC(self) -> NDArray[np.float32]:
        """What is subtracted: the mean image, of which each crop takes its own window, or its centre."""
        moves, mean_SSC = self.recipe.mean_at == "crop", self.mean_image_SSC
        return np.ascontiguousarray(mean_SSC if moves else center_cut(mean_SSC, input_px=self.input_px), np.float32)

    @property
    def images_at_once(self) -> int:
        """How many images a graph is given at most."""
        return max(self.recipe.batch_size, LOAD_AT_ONCE)

    def groups(self, plan: Iterable[Planned]) -> Iterator[list[Planned]]:
        """Group consecutive batches of one epoch, all with colour noise or all without, to LOAD_AT_ONCE images."""
        at_once = max(1, LOAD_AT_ONCE // self.recipe.batch_size)
        return grouped(plan, at_once=at_once, key=lambda planned: (planned.epoch, self.is_noisy(planned)))

    def is_noisy(self, planned: Planned) -> bool:
        """Say whether the colours of a batch are varied; a recipe may end that before the last epoch."""
        noise, steps_per_epoch = self.recipe.color_noise, math.ceil(self.shards.num_examples / self.recipe.batch_size)
        if noise is None:
            return False
        num_epochs = self.recipe.schedule.num_epochs
        num_noisy_steps = num_steps_of(noise.until, num_epochs=num_epochs, steps_per_epoch=steps_per_epoch)
        return planned.epoch * steps_per_epoch + planned.step < num_noisy_steps

    def draws(self, group: list[Planned]) -> Draws:
        """The crops, mirrorings and colours of the batches of a group."""
        return draw_training(
            indices_N(group),
            key=self.key,
            epoch=group[0].epoch,
            crops=self.recipe.crops,
            batch_size=self.recipe.batch_size,
            color_noise=self.recipe.color_noise if self.is_noisy(group[0]) else None,
            components_33=self.components_33,
            stored_px=self.shards.stored_px,
            input_px=self.input_px,
        )

    def batches(self, pixels: Iterable[tuple[Planned, torch.Tensor]]) -> Iterator[ImageBatch]:
        """Give the batches whose `pixels` (B, H, W, C) are loaded; each counts the time for which it was waited."""
        label_N = torch.from_numpy(np.asarray(self.shards.label_N, np.int64))
        for (planned, image_BHWC), wait_s in waited_for(pixels):
            label_B = label_N[torch.from_numpy(planned.index_B)].to(self.device)
            yield ImageBatch(image_BCHW=image_BHWC.permute(0, 3, 1, 2), label_B=label_B, planned=planned, wait_s=wait_s)


def image_stream(
    shards: Stored,
    recipe: ImageRecipe,
    *,
    plan: Iterable[Planned],
    key: int,
    components_33: NDArray[np.float64],
    mean_image_SSC: NDArray[np.float32],
    input_px: int,
    num_threads: int,
    device: str,
) -> Iterator[ImageBatch]:
    """The training batches of `plan`, augmented by `recipe` (see ImageLoading); decoding runs ahead."""
    loading = ImageLoading(
        shards=shards,
        recipe=recipe,
        key=key,
        components_33=components_33,
        mean_image_SSC=mean_image_SSC,
        input_px=input_px,
        num_threads=num_threads,
        device=device,
    )
    return compiled_batches(loading, plan) if device == "cpu" else graph_batches(loading, plan)


def compiled_batches(loading: ImageLoading, plan: Iterable[Planned]) -> Iterator[ImageBatch]:
    """Give the batches on the CPU: one compiled pass for each comes after decoding."""
    load_augment()
    groups = loading.groups(plan)
    found = _stacked(loading, groups) if loading.shards.encoding == "raw" else _decoded(loading, groups)
    return loading.batches(part for group, image_NSSC in found for part in _augmented(loading, group, image_NSSC))


def graph_batches(loading: ImageLoading, plan: Iterable[Planned]) -> Iterator[ImageBatch]:
    """Give the batches that one DALI graph, running ahead, decodes, cuts, colours and mirrors."""
    groups, to_load = itertools.tee(loading.groups(plan))

    def feed() -> tuple[list[NDArray[np.uint8]], NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]:
        group = next(to_load)
        draws = loading.draws(group)
        start_N2 = np.stack([draws.top_px_N, draws.left_px_N], axis=1).astype(np.int32)
        color_N113 = draws.color_N3.reshape(-1, 1, 1, 3)
        return loading.shards.images(indices_N(group)), start_N2, draws.mirror_N, color_N113, draws.divisor_N

    pipeline = image_graph(
        source=feed,
        mean_image_SSC=loading.mean_image_SSC,
        mean_at=loading.recipe.mean_at,
        encoding=loading.shards.encoding,
        input_px=loading.input_px,
        device=loading.device,
        batch_size=loading.images_at_once,
        num_threads=loading.num_threads,
        device_id=device_id(loading.device),
        prefetch_queue_depth=2,
    )
    loaded = zip(groups, outputs_of(pipeline), strict=True)
    return loading.batches((planned, image_NHWC[part]) for group, image_NHWC in loaded for planned, part in with_parts(group))


def _stacked(loading: ImageLoading, groups: Iterable[list[Planned]]) -> Iterator[tuple[list[Planned], NDArray[np.uint8]]]:
    """Give each group with its images (N, S, S, C), which are stored as pixels."""
    for group in groups:
        yield group, np.stack(loading.shards.images(indices_N(group)))


def _decoded(loading: ImageLoading, groups: Iterable[list[Planned]]) -> Iterator[tuple[list[Planned], NDArray[np.uint8]]]:
    """Give each group with its images (N, S, S, C), decoded ahead."""
    groups, to_decode = itertools.tee(groups)
    pipeline = decoded_image_graph(
        source=lambda: loading.shards.images(indices_N(next(to_decode))),
        encoding=loading.shards.encoding,
        device="cpu",
        batch_size=loading.images_at_once,
        num_threads=loading.num_threads,
        device_id=None,
        prefetch_queue_depth=2,
    )
    for group, image_NSSC in zip(groups, outputs_of(pipeline), strict=True):
        yield group, image_NSSC.numpy()


def _augmented(
    loading: ImageLoading, group: list[Planned], image_NSSC: NDArray[np.uint8]
) -> Iterator[tuple[Planned, torch.Tensor]]:
    """Give each batch of a group with its pixels (B, P, P, C), from the images of the group."""
    draws, input_px = loading.draws(group), loading.input_px
    for planned, part in with_parts(group):
        out_BPPC = np.empty((len(planned.index_B), input_px, input_px, 3), np.float32)
        augment(
            image_NSSC[part],
            loading.mean_SSC,
            loading.recipe.mean_at == "crop",
            draws.top_px_N[part],
            draws.left_px_N[part],
            draws.mirror_N[part],
            draws.color_N3[part],
            draws.divisor_N[part],
            out_BPPC,
        )
        yield planned, torch.from_numpy(out_BPPC)
