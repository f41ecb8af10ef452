"""Load clips for training on CPU and GPU, in our order and with our randomness.

On a GPU one DALI graph does all of it. On a CPU it decodes alone, if there is anything to decode: one compiled pass does what
follows, the same to the bit, in a fraction of the time.
All frames of a clip have one crop and one mirroring. An epoch visits every stored clip of every video once.

Source: Karpathy et al. 2014, section 4.1: random crops, mirroring with probability .5, the constant 117 subtracted.

Shape suffixes: B batch, N clips loaded at a time, L labels of a video at most, T frames that a net reads, H height, W width,
C colour channels (RGB), S stored side in pixels.
"""

from __future__ import annotations

import itertools
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from nvidia.dali import fn, pipeline_def, types

from repro.data.load.clips import DecodedClips, StripClips, cut_clips, decoded_frames, decoded_parts, load_cut_clips, outputs_of
from repro.data.load.plan import Planned, indices_N, with_parts
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
        """Return what the network takes."""
        return self.x_BCTHW


@dataclass(frozen=True, kw_only=True)
class Loading:
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
        """Return the crops and mirrorings of some batches of one epoch."""
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

    def batches(self, group: list[Planned], pixels: Iterable[torch.Tensor], *, asked: float) -> Iterator[ClipBatch]:
        """Give some batches of one epoch with their `pixels` (B, T, H, W, C); the first was asked for at the time `asked`."""
        index_N = indices_N(group)
        label_NL = self.shards.label_VL[self.shards.video_N[index_N]].astype(np.int64)
        label_N = drawn_labels_B(label_NL, index_N, key=self.key, epoch=group[0].epoch)
        lengths = [len(planned.index_B) for planned in group]
        drawn, all_labels = (torch.from_numpy(label).to(self.device).split(lengths) for label in (label_N, label_NL))
        for planned, label_B, label_BL, x_BTHWC in zip(group, drawn, all_labels, pixels, strict=True):
            x_BCTHW, wait_s = x_BTHWC.permute(0, 4, 1, 2, 3), time.perf_counter() - asked
            yield ClipBatch(x_BCTHW=x_BCTHW, label_B=label_B, label_BL=label_BL, planned=planned, wait_s=wait_s)
            asked = time.perf_counter()


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
    """Return the training batches of `plan` (repro.data.load.image_stream.training_plan), cropped and mirrored by `recipe`.

    Decoding runs ahead in `num_threads` threads. All randomness is that of `key`.

    Args:
        mean_level: what is subtracted from every pixel.
    """
    loading = Loading(
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


def compiled_batches(loading: Loading, clips: DecodedClips, plan: Iterable[Planned]) -> Iterator[ClipBatch]:
    """Give the batches of clips that lie in memory: one compiled pass for each."""
    load_cut_clips()
    groups = grouped(plan, at_once=max(1, DRAWN_AT_ONCE // loading.recipe.batch_size))
    return in_turn(loading, ((group, cut(loading, group, clips.clip_NTSSC, indices_N(group))) for group in groups))


def decoded_batches(loading: Loading, clips: StripClips, plan: Iterable[Planned]) -> Iterator[ClipBatch]:
    """Give the batches of clips that DALI decodes on the CPU, running ahead: one compiled pass for each follows."""
    load_cut_clips()
    at_once = decoded_at_once(loading, clips)
    groups, to_decode = itertools.tee(grouped(plan, at_once=at_once))
    decoded = decoded_parts(
        clips,
        (indices_N(group) for group in to_decode),
        at_most=at_once * loading.recipe.batch_size,
        num_threads=loading.num_threads,
        device="cpu",
    )
    found = zip(groups, decoded, strict=True)
    return in_turn(loading, ((group, cut(loading, group, clip.numpy(), np.arange(len(clip)))) for group, clip in found))


def graph_batches(loading: Loading, clips: StripClips, plan: Iterable[Planned]) -> Iterator[ClipBatch]:
    """Give the batches that one DALI graph decodes, cuts and mirrors on the device, running ahead."""
    at_once = decoded_at_once(loading, clips)
    ahead: deque[list[Planned]] = deque()
    groups = grouped(plan, at_once=at_once)
    # DALI rounds place * room to the pixel, which gives the drawn offset back.
    room_px = np.float32(max(clips.shards.stored_px - loading.input_px, 1))

    def feed() -> tuple[list[NDArray[np.uint8]], NDArray[np.float32], NDArray[np.float32], NDArray[np.int32]]:
        group = next(groups)
        ahead.append(group)
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
        device_id=torch.cuda.current_device() if loading.device == "cuda" else None,
        prefetch_queue_depth=2,
    )
    pipeline.build()
    cut_ahead = ((ahead.popleft(), clip_NTHWC) for clip_NTHWC in outputs_of(pipeline))
    return in_turn(loading, ((group, clip.split([len(planned.index_B) for planned in group])) for group, clip in cut_ahead))


def in_turn(loading: Loading, found: Iterable[tuple[list[Planned], Iterable[torch.Tensor]]]) -> Iterator[ClipBatch]:
    """Give the batches of groups one after the other; each counts the time for which it was waited."""
    asked = time.perf_counter()
    for group, pixels in found:
        yield from loading.batches(group, pixels, asked=asked)
        asked = time.perf_counter()


def cut(
    loading: Loading, group: list[Planned], clip_NTSSC: NDArray[np.uint8], place_N: NDArray[np.int64]
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


def decoded_at_once(loading: Loading, clips: StripClips) -> int:
    """Return how many batches are decoded at a time."""
    clip_bytes = len(clips.frames) * 3 * loading.input_px**2 * FLOAT_BYTES
    return max(1, BYTES_AT_ONCE // (loading.recipe.batch_size * clip_bytes))


@pipeline_def
def clip_graph(
    *,
    source: Callable[[], Any],
    frames: tuple[int, ...],
    stored_px: int,
    input_px: int,
    mean_level: float,
    device: str,
) -> Any:
    """Define the graph of training: decode, crop, subtract a constant, mirror; float32 (T, H, W, C) a clip.

    source: gives (strips, crop places across and down in [0, 1], mirror flags) of a batch.
    """
    strip, across, down, mirror = fn.external_source(
        source=source,
        num_outputs=4,
        batch=True,
        dtype=[types.UINT8, types.FLOAT, types.FLOAT, types.INT32],
        ndim=[1, 0, 0, 0],
    )
    return fn.crop_mirror_normalize(
        decoded_frames(strip, frames=frames, stored_px=stored_px, device=device),
        crop=(input_px, input_px),
        crop_pos_x=across,
        crop_pos_y=down,
        mirror=mirror,
        mean=[mean_level] * 3,
        std=[1.0] * 3,
        dtype=types.FLOAT,
        output_layout="FHWC",
    )


def grouped(plan: Iterable[Planned], *, at_once: int) -> Iterator[list[Planned]]:
    """Group up to `at_once` consecutive batches of the same epoch."""
    for _, of_epoch in itertools.groupby(plan, key=lambda planned: planned.epoch):
        while group := list(itertools.islice(of_epoch, at_once)):
            yield group


def drawn_labels_B(label_BL: NDArray[np.int64], index_B: NDArray[np.int64], *, key: int, epoch: int) -> NDArray[np.int64]:
    """Return one label of each clip, each of its video's labels equally often over the epochs."""
    word_B = random_words_N4(index_B, key=key, epoch=epoch, purpose=CROP)[:, 3]
    place_B = (word_B * (label_BL >= 0).sum(axis=1).astype(np.uint64)) >> np.uint64(32)
    label_B: NDArray[np.int64] = label_BL[np.arange(len(label_BL)), place_B.astype(np.int64)]
    return label_B
