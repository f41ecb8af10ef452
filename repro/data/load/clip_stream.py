"""Load clips for training on CPU and GPU, in our order and with our randomness.

On a GPU one DALI graph does all of it. On a CPU it decodes alone, if there is anything to decode: one compiled
pass does what follows, the same to the bit, in a fraction of the time.
All frames of a clip have one crop and one mirroring. An epoch visits every stored clip of every video once.

Source: Karpathy et al. 2014, section 4.1: random crops, mirroring with probability .5, the constant 117 subtracted.

Shape suffixes: B batch, N clips loaded at a time, L labels of a video at most, T frames that a net reads, H height, W width,
C colour channels (RGB), S stored side in pixels.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from repro.data.load.clips import DecodedClips, StripClips, cut_clips, decoded_parts, load_cut_clips
from repro.data.load.graphs import clip_graph, device_id, outputs_of
from repro.data.load.plan import Planned, grouped, indices_N, waited_for, with_parts
from repro.data.load.randomness import CROP, Draws, draw_training, random_words_N4
from repro.data.shards.clips import ClipShards
from repro.spec.recipe import Recipe

#: What a graph gives at a time, in whole batches and at least one: a pass has a fixed cost, which small batches share,
#: and large ones leave the caches.
BYTES_AT_ONCE = 2**24
FLOAT_BYTES = 4
#: Clips for which crops and labels are drawn at a time where there is nothing to decode.
DRAWN_AT_ONCE = 1024


@dataclass(frozen=True, kw_only=True)
class ClipBatch:
    """A training batch on its device.

    x_BCTHW: pixels on the 0-255 scale less the constant; in memory frames follow each other, channels last.
    label_B: of each clip one of its video's labels, drawn anew in each epoch. label_BL: all of them, -1 after the last.
    """

    x_BCTHW: torch.Tensor
    label_B: torch.Tensor
    label_BL: torch.Tensor
    planned: Planned
    wait_s: float

    @property
    def input_B(self) -> torch.Tensor:
        """What the network takes."""
        return self.x_BCTHW


@dataclass(frozen=True, kw_only=True)
class ClipLoading:
    """What is common to all ways of loading: how the clips of consecutive batches are cut, mirrored and labelled.

    mean_level: what is subtracted from every pixel, in grey levels. num_threads: those that decode ahead.
    """

    shards: ClipShards
    recipe: Recipe
    key: int
    input_px: int
    mean_level: float
    num_threads: int
    device: str

    def draws(self, group: list[Planned]) -> Draws:
        """The crops and mirrorings of some batches of one epoch."""
        return draw_training(
            indices_N(group),
            key=self.key,
            epoch=group[0].epoch,
            crops=self.recipe.crops,
            batch_size=self.recipe.batch_size,
            color_noise=None,
            components_33=np.zeros((3, 3)),
            stored_px=self.shards.stored_px,
            input_px=self.input_px,
        )

    def groups(self, plan: Iterable[Planned], *, at_once: int) -> Iterator[list[Planned]]:
        """Group up to `at_once` consecutive batches of one epoch."""
        return grouped(plan, at_once=at_once, key=lambda planned: planned.epoch)

    def batches(self, found: Iterable[tuple[list[Planned], Iterable[torch.Tensor]]]) -> Iterator[ClipBatch]:
        """Give the batches of groups whose pixels (B, T, H, W, C) are loaded; each counts the time for which it was waited."""
        parts = (part for group, pixels in found for part in zip(group, *self._labels(group), pixels, strict=True))
        for (planned, label_B, label_BL, x_BTHWC), wait_s in waited_for(parts):
            x_BCTHW = x_BTHWC.permute(0, 4, 1, 2, 3)
            yield ClipBatch(x_BCTHW=x_BCTHW, label_B=label_B, label_BL=label_BL, planned=planned, wait_s=wait_s)

    def _labels(self, group: list[Planned]) -> tuple[Sequence[torch.Tensor], Sequence[torch.Tensor]]:
        """For each batch of a group its drawn labels (B) and all its labels (B, L)."""
        index_N = indices_N(group)
        label_NL = self.shards.label_VL[self.shards.video_N[index_N]].astype(np.int64)
        label_N = drawn_labels_B(label_NL, index_N, key=self.key, epoch=group[0].epoch)
        lengths = [len(planned.index_B) for planned in group]
        drawn, every = (torch.from_numpy(label).to(self.device).split(lengths) for label in (label_N, label_NL))
        return drawn, every


def clip_stream(
    clips: StripClips | DecodedClips,
    recipe: Recipe,
    *,
    plan: Iterable[Planned],
    key: int,
    input_px: int,
    mean_level: float,
    num_threads: int,
    device: str,
) -> Iterator[ClipBatch]:
    """The training batches of `plan` (repro.data.load.plan.training_plan), cropped and mirrored by `recipe`.

    Decoding runs ahead in `num_threads` threads. All randomness is that of `key`.

    Args:
        mean_level: what is subtracted from every pixel.
    """
    loading = ClipLoading(
        shards=clips.shards,
        recipe=recipe,
        key=key,
        input_px=input_px,
        mean_level=mean_level,
        num_threads=num_threads,
        device=device,
    )
    if isinstance(clips, DecodedClips):
        return compiled_batches(loading, clips, plan)
    return decoded_batches(loading, clips, plan) if device == "cpu" else graph_batches(loading, clips, plan)


def compiled_batches(loading: ClipLoading, clips: DecodedClips, plan: Iterable[Planned]) -> Iterator[ClipBatch]:
    """Give the batches of clips that lie in memory: one compiled pass for each."""
    load_cut_clips()
    groups = loading.groups(plan, at_once=max(1, DRAWN_AT_ONCE // loading.recipe.batch_size))
    return loading.batches((group, cut_batches(loading, group, clips.clip_NTSSC, indices_N(group))) for group in groups)


def decoded_batches(loading: ClipLoading, clips: StripClips, plan: Iterable[Planned]) -> Iterator[ClipBatch]:
    """Give the batches of clips that DALI decodes on the CPU, running ahead: one compiled pass for each follows."""
    load_cut_clips()
    at_once = decoded_at_once(loading, clips)
    groups, to_decode = itertools.tee(loading.groups(plan, at_once=at_once))
    decoded = decoded_parts(
        clips,
        (indices_N(group) for group in to_decode),
        at_most=at_once * loading.recipe.batch_size,
        num_threads=loading.num_threads,
        device="cpu",
    )
    found = zip(groups, decoded, strict=True)
    return loading.batches((group, cut_batches(loading, group, clip.numpy(), np.arange(len(clip)))) for group, clip in found)


def graph_batches(loading: ClipLoading, clips: StripClips, plan: Iterable[Planned]) -> Iterator[ClipBatch]:
    """Give the batches that one DALI graph decodes, cuts and mirrors on the device, running ahead."""
    at_once = decoded_at_once(loading, clips)
    groups, to_load = itertools.tee(loading.groups(plan, at_once=at_once))
    # DALI rounds place * room to the pixel, which gives the drawn offset back.
    room_px = np.float32(max(clips.shards.stored_px - loading.input_px, 1))

    def feed() -> tuple[list[NDArray[np.uint8]], NDArray[np.float32], NDArray[np.float32], NDArray[np.int32]]:
        group = next(to_load)
        draws = loading.draws(group)
        across_N, down_N = (offset_N.astype(np.float32) / room_px for offset_N in (draws.left_px_N, draws.top_px_N))
        return clips.read(indices_N(group)), across_N, down_N, draws.mirror_N

    pipeline = clip_graph(
        source=feed,
        frames=clips.frames,
        stored_px=clips.shards.stored_px,
        input_px=loading.input_px,
        mean_level=loading.mean_level,
        device=loading.device,
        batch_size=at_once * loading.recipe.batch_size,
        num_threads=loading.num_threads,
        device_id=device_id(loading.device),
        prefetch_queue_depth=2,
    )
    loaded = zip(groups, outputs_of(pipeline), strict=True)
    return loading.batches((group, clip.split([len(planned.index_B) for planned in group])) for group, clip in loaded)


def cut_batches(
    loading: ClipLoading, group: list[Planned], clip_NTSSC: NDArray[np.uint8], place_N: NDArray[np.int64]
) -> Iterator[torch.Tensor]:
    """Give the pixels (B, T, H, W, C) of each batch of a group, whose clips lie at `place_N`."""
    draws = loading.draws(group)
    for _, part in with_parts(group):
        yield cut_clips(
            clip_NTSSC,
            place_N[part],
            top_px_B=draws.top_px_N[part],
            left_px_B=draws.left_px_N[part],
            mirror_B=draws.mirror_N[part],
            mean_level=loading.mean_level,
            input_px=loading.input_px,
        )


def decoded_at_once(loading: ClipLoading, clips: StripClips) -> int:
    """How many batches are decoded at a time."""
    clip_bytes = len(clips.frames) * 3 * loading.input_px**2 * FLOAT_BYTES
    return max(1, BYTES_AT_ONCE // (loading.recipe.batch_size * clip_bytes))


def drawn_labels_B(label_BL: NDArray[np.int64], index_B: NDArray[np.int64], *, key: int, epoch: int) -> NDArray[np.int64]:
    """One label of each clip, each of its video's labels equally often over the epochs."""
    word_B = random_words_N4(index_B, key=key, epoch=epoch, purpose=CROP)[:, 3]
    place_B = (word_B * (label_BL >= 0).sum(axis=1).astype(np.uint64)) >> np.uint64(32)
    label_B: NDArray[np.int64] = label_BL[np.arange(len(label_BL)), place_B.astype(np.int64)]
    return label_B
