"""Load clips for training through one DALI graph that serves CPU and GPU, in our order and with our randomness.

A stored clip is one JPEG picture of its frames one below the other (repro.data.video_decode). Only the rows of the frames that
a net reads are decoded, and what fits into memory is decoded once, before training.
All frames of a clip have one crop and one mirroring. An epoch visits every stored clip of every video once.

Source: Karpathy et al. 2014, section 4.1: random crops, mirroring with probability .5, the constant 117 subtracted.

Shape suffixes: B batch, N clips (of a split, or loaded at a time), L labels of a video at most, T frames that a net reads,
H height, W width, C colour channels (RGB), S stored side in pixels.
"""

from __future__ import annotations

import itertools
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from nvidia.dali import fn, pipeline_def, types

from repro.data.clip_shards import ClipShards
from repro.data.decode import decoder_options
from repro.data.images import Planned
from repro.data.order import CROP, draw_training, random_words_N4
from repro.spec.recipe import Crops, Recipe

#: What goes through a graph at a time, in whole batches and at least one: a pass has a fixed cost, which small batches share,
#: and large ones leave the caches.
BYTES_AT_ONCE = 2**24
FLOAT_BYTES = 4
#: Decoded frames of one split that are kept.
KEEP_BYTES = 2**30


class StoredClips(Protocol):
    """What the graph reads of a split: some frames of each clip, as JPEG strips or decoded."""

    @property
    def encoding(self) -> str: ...
    @property
    def shards(self) -> ClipShards: ...
    @property
    def frames(self) -> tuple[int, ...]: ...

    def read(self, index_N: NDArray[np.int64]) -> list[NDArray[np.uint8]]: ...


class StripClips:
    """The `frames` of each clip of a split, decoded whenever they are read.

    Raises:
        ValueError: the clips have no such frame.
    """

    encoding = "jpeg"

    def __init__(self, shards: ClipShards, *, frames: tuple[int, ...]) -> None:
        if not frames or not all(0 <= frame < shards.num_frames for frame in frames):
            raise ValueError(f"frames {frames} are asked for; the stored clips have frames 0 to {shards.num_frames - 1}")
        self.shards, self.frames = shards, frames

    def read(self, index_N: NDArray[np.int64]) -> list[NDArray[np.uint8]]:
        """Return the JPEG files of whole clips."""
        return self.shards.strips(index_N)


class DecodedClips:
    """The `frames` of each clip of a split as pixels in memory, decoded once on `num_threads` threads."""

    encoding = "raw"

    def __init__(self, clips: StripClips, *, num_threads: int) -> None:
        self.shards, self.frames = clips.shards, clips.frames
        side, num = self.shards.stored_px, self.shards.num_clips
        self._clip_NTSSC = np.empty((num, len(self.frames), side, side, 3), np.uint8)
        first, batch_size = 0, max(1, BYTES_AT_ONCE // (frame_bytes(self.shards) * self.shards.num_frames))
        for clip_BTSSC in decoded_clips(clips, np.arange(num), batch_size=batch_size, num_threads=num_threads, device="cpu"):
            self._clip_NTSSC[first : first + len(clip_BTSSC)] = clip_BTSSC.numpy()
            first += len(clip_BTSSC)

    def read(self, index_N: NDArray[np.int64]) -> list[NDArray[np.uint8]]:
        """Return views of the frames of clips, (T, S, S, 3)."""
        return [self._clip_NTSSC[index] for index in index_N]


def clips_in_memory(
    shards: ClipShards, *, frames: tuple[int, ...], num_threads: int, device: str, keep_bytes: int = KEEP_BYTES
) -> StoredClips:
    """Return `frames` of the clips decoded if they fit into `keep_bytes` and decoding is the CPU's work; else as stored."""
    stored = StripClips(shards, frames=frames)
    small = frame_bytes(shards) * len(frames) * shards.num_clips <= keep_bytes
    return DecodedClips(stored, num_threads=num_threads) if small and device == "cpu" else stored


def frame_bytes(shards: ClipShards) -> int:
    """Return the size of a decoded frame."""
    return 3 * shards.stored_px**2


def decoded_frames(strip: Any, *, frames: tuple[int, ...], stored_px: int, device: str) -> Any:
    """Return the node of a graph that turns film strips into the chosen frames (T, S, S, C), uint8, on the device."""
    first, last = min(frames), max(frames) + 1
    rows = fn.decoders.image_slice(
        strip,
        start=[first * stored_px],
        shape=[(last - first) * stored_px],
        axes=[0],
        output_type=types.RGB,
        adjust_orientation=False,
        **decoder_options(device),
    )
    clip = fn.reshape(rows, shape=[last - first, stored_px, stored_px, 3], layout="FHWC")
    order = [frame - first for frame in frames]
    return clip if order == list(range(last - first)) else fn.sequence_rearrange(clip, new_order=order)


@pipeline_def
def strip_graph(*, source: Callable[[], Any], frames: tuple[int, ...], stored_px: int, device: str) -> Any:
    """Define the graph that decodes film strips and does no more; `source` gives those of a batch."""
    strip = fn.external_source(source=source, batch=True, dtype=types.UINT8, ndim=1)
    return decoded_frames(strip, frames=frames, stored_px=stored_px, device=device)


@pipeline_def
def clip_graph(
    *,
    source: Callable[[], Any],
    encoding: str,
    frames: tuple[int, ...],
    stored_px: int,
    input_px: int,
    mean_level: float,
    device: str,
) -> Any:
    """Define the graph of training: decode, crop, subtract a constant, mirror; float32 (T, H, W, C) a clip.

    source: gives (strips or decoded frames, crop places across and down in [0, 1], mirror flags) of a batch.
    """
    clip, across, down, mirror = fn.external_source(
        source=source,
        num_outputs=4,
        batch=True,
        dtype=[types.UINT8, types.FLOAT, types.FLOAT, types.INT32],
        ndim=[1 if encoding == "jpeg" else 4, 0, 0, 0],
        layout=["" if encoding == "jpeg" else "FHWC", "", "", ""],
    )
    if encoding == "jpeg":
        clip = decoded_frames(clip, frames=frames, stored_px=stored_px, device=device)
    elif device == "cuda":
        clip = clip.gpu()
    return fn.crop_mirror_normalize(
        clip,
        crop=(input_px, input_px),
        crop_pos_x=across,
        crop_pos_y=down,
        mirror=mirror,
        mean=[mean_level] * 3,
        std=[1.0] * 3,
        dtype=types.FLOAT,
        output_layout="FHWC",
    )


def decoded_clips(
    clips: StripClips, index_N: NDArray[np.int64], *, batch_size: int, num_threads: int, device: str
) -> Iterator[torch.Tensor]:
    """Give the frames of the clips `index_N` in that order as uint8 (B, T, S, S, C) on `device`."""
    parts = iter([index_N[first : first + batch_size] for first in range(0, len(index_N), batch_size)])
    pipeline = strip_graph(
        source=lambda: clips.read(next(parts)),
        frames=clips.frames,
        stored_px=clips.shards.stored_px,
        device=device,
        batch_size=min(batch_size, max(len(index_N), 1)),
        num_threads=num_threads,
        device_id=torch.cuda.current_device() if device == "cuda" else None,
        prefetch_queue_depth=2,
    )
    pipeline.build()
    while True:
        try:
            (decoded,) = pipeline.run()
        except StopIteration:
            return
        yield owned(decoded)


def owned(outputs: Any) -> torch.Tensor:
    """Return what a pipeline gave as a tensor that stays as it is.

    On the CPU that is no copy: DALI's default execution model does not use a buffer again as long as someone holds it.
    """
    tensor = torch.from_dlpack(outputs.as_tensor())
    return tensor.clone() if tensor.is_cuda else tensor


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


class ClipStream:
    """Iterate over the training batches of a plan (repro.data.images.training_plan). Loading runs ahead in `num_threads`."""

    def __init__(
        self,
        clips: StoredClips,
        *,
        plan: Iterable[Planned],
        key: int,
        crops: Crops,
        batch_size: int,
        input_px: int,
        mean_level: float,
        num_threads: int,
        device: str,
    ) -> None:
        self._clips, self._key, self._crops, self._batch_size, self._input_px = clips, key, crops, batch_size, input_px
        at_once = max(1, BYTES_AT_ONCE // (batch_size * len(clips.frames) * 3 * input_px**2 * FLOAT_BYTES))
        self._groups = grouped(plan, at_once=at_once)
        self._ahead: deque[list[Planned]] = deque()
        self._device = torch.device(device)
        self._pipeline = clip_graph(
            source=self._feed,
            encoding=clips.encoding,
            frames=clips.frames,
            stored_px=clips.shards.stored_px,
            input_px=input_px,
            mean_level=mean_level,
            device=device,
            batch_size=batch_size * at_once,
            num_threads=num_threads,
            device_id=torch.cuda.current_device() if device == "cuda" else None,
            prefetch_queue_depth=2,
        )
        self._pipeline.build()

    def _feed(self) -> tuple[list[NDArray[np.uint8]], NDArray[np.float32], NDArray[np.float32], NDArray[np.int32]]:
        group = next(self._groups)
        index_N = np.concatenate([planned.index_B for planned in group])
        stored_px = self._clips.shards.stored_px
        draws = draw_training(
            index_N,
            key=self._key,
            epoch=group[0].epoch,
            crops=self._crops,
            batch_size=self._batch_size,
            color_noise=None,
            components_33=np.zeros((3, 3)),
            stored_px=stored_px,
            input_px=self._input_px,
        )
        # DALI rounds place * room to the pixel, which gives the drawn offset back.
        room_px = np.float32(max(stored_px - self._input_px, 1))
        across_N, down_N = (offset_N.astype(np.float32) / room_px for offset_N in (draws.left_px_N, draws.top_px_N))
        self._ahead.append(group)
        return self._clips.read(index_N), across_N, down_N, draws.mirror_N

    def __iter__(self) -> Iterator[ClipBatch]:
        while True:
            asked = time.perf_counter()
            try:
                (clips,) = self._pipeline.run()
            except StopIteration:
                return
            clip_NTHWC = owned(clips)
            group = self._ahead.popleft()
            parts = clip_NTHWC.permute(0, 4, 1, 2, 3).split([len(planned.index_B) for planned in group])
            wait_s = time.perf_counter() - asked
            for planned, x_BCTHW in zip(group, parts, strict=True):
                label_BL = self._clips.shards.label_VL[self._clips.shards.video_N[planned.index_B]].astype(np.int64)
                label_B = drawn_labels_B(label_BL, planned.index_B, key=self._key, epoch=planned.epoch)
                yield ClipBatch(
                    x_BCTHW=x_BCTHW,
                    label_B=torch.from_numpy(label_B).to(self._device),
                    label_BL=torch.from_numpy(label_BL).to(self._device),
                    planned=planned,
                    wait_s=wait_s,
                )
                wait_s = 0.0


def clip_stream(
    clips: StoredClips,
    recipe: Recipe,
    *,
    plan: Iterable[Planned],
    key: int,
    input_px: int,
    mean_level: float,
    num_threads: int,
    device: str,
) -> ClipStream:
    """Return the training batches of `plan`, cropped and mirrored by `recipe` with the randomness of `key`.

    mean_level: what is subtracted from every pixel.
    """
    return ClipStream(
        clips,
        plan=plan,
        key=key,
        crops=recipe.crops,
        batch_size=recipe.batch_size,
        input_px=input_px,
        mean_level=mean_level,
        num_threads=num_threads,
        device=device,
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
