"""Decode the frames of stored clips that a net reads, and cut them, for training and for scoring.

A stored clip is one JPEG picture of its frames one below the other (repro.data.prepare.video_decode). Only
the rows of the frames that a net reads are decoded, and what fits into memory is decoded once, before
training.

Shape suffixes: B batch, N clips (of a split, or decoded at a time), T frames that a net reads, H height, W width, C colour
channels (RGB), S stored side in pixels.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import torch
from numpy.typing import NDArray

from repro.data.load.augment_kernel import augment_clips
from repro.data.load.graphs import decoded_clip_graph, device_id, outputs_of
from repro.data.shards.clips import ClipShards

#: Frames that are decoded at a time to be kept.
DECODED_BYTES_AT_ONCE = 2**24
#: Decoded frames of one split that are kept.
KEEP_BYTES = 2**30


class StripClips:
    """The `frames` of each clip of a split, decoded whenever they are read.

    Raises:
        ValueError: the clips have no such frame.
    """

    def __init__(self, shards: ClipShards, *, frames: tuple[int, ...]) -> None:
        if not frames or not all(0 <= frame < shards.num_frames for frame in frames):
            raise ValueError(f"frames {frames} are asked for; the stored clips have frames 0 to {shards.num_frames - 1}")
        self.shards, self.frames = shards, frames

    def read(self, index_N: NDArray[np.int64]) -> list[NDArray[np.uint8]]:
        """The JPEG files of whole clips."""
        return self.shards.strips(index_N)


class DecodedClips:
    """The `frames` of each clip of a split as pixels in memory, decoded once on `num_threads` threads: `clip_NTSSC`, uint8."""

    def __init__(self, clips: StripClips, *, num_threads: int) -> None:
        self.shards, self.frames = clips.shards, clips.frames
        side, num = self.shards.stored_px, self.shards.num_clips
        self.clip_NTSSC = np.empty((num, len(self.frames), side, side, 3), np.uint8)
        first, batch_size = 0, max(1, DECODED_BYTES_AT_ONCE // (frame_bytes(self.shards) * self.shards.num_frames))
        for clip_BTSSC in decoded_clips(clips, np.arange(num), batch_size=batch_size, num_threads=num_threads, device="cpu"):
            self.clip_NTSSC[first : first + len(clip_BTSSC)] = clip_BTSSC.numpy()
            first += len(clip_BTSSC)


def clips_in_memory(
    shards: ClipShards, *, frames: tuple[int, ...], num_threads: int, device: str, keep_bytes: int = KEEP_BYTES
) -> StripClips | DecodedClips:
    """`frames` of the clips decoded if they fit into `keep_bytes` and decoding is the CPU's work; else as stored."""
    stored = StripClips(shards, frames=frames)
    small = frame_bytes(shards) * len(frames) * shards.num_clips <= keep_bytes
    return DecodedClips(stored, num_threads=num_threads) if small and device == "cpu" else stored


def frame_bytes(shards: ClipShards) -> int:
    """The size of a decoded frame."""
    return 3 * shards.stored_px**2


def decoded_clips(
    clips: StripClips, index_N: NDArray[np.int64], *, batch_size: int, num_threads: int, device: str
) -> Iterator[torch.Tensor]:
    """Give the frames of the clips `index_N` in that order as uint8 (B, T, S, S, C) on `device`."""
    parts = (index_N[first : first + batch_size] for first in range(0, len(index_N), batch_size))
    return decoded_parts(clips, parts, at_most=min(batch_size, max(len(index_N), 1)), num_threads=num_threads, device=device)


def decoded_parts(
    clips: StripClips, parts: Iterable[NDArray[np.int64]], *, at_most: int, num_threads: int, device: str
) -> Iterator[torch.Tensor]:
    """Give the frames of the clips of each part, `at_most` clips, as uint8 (B, T, S, S, C); decoding runs ahead."""
    coming = iter(parts)
    pipeline = decoded_clip_graph(
        source=lambda: clips.read(next(coming)),
        frames=clips.frames,
        stored_px=clips.shards.stored_px,
        device=device,
        batch_size=at_most,
        num_threads=num_threads,
        device_id=device_id(device),
        prefetch_queue_depth=2,
    )
    return outputs_of(pipeline)


def cut_clips(
    clip_NTSSC: NDArray[np.uint8],
    place_B: NDArray[np.int64],
    *,
    top_px_B: NDArray[np.int64],
    left_px_B: NDArray[np.int64],
    mirror_B: NDArray[np.int32],
    mean_level: float,
    input_px: int,
) -> torch.Tensor:
    """Squares of the clips at `place_B`, less a constant, float32 (B, T, input_px, input_px, C).

    All frames of a clip are cut at one place and mirrored alike.

    Raises:
        ValueError: a square does not lie within the frames.
    """
    stored_px = clip_NTSSC.shape[2]
    edge_px_2B = np.stack([top_px_B, left_px_B])
    if edge_px_2B.min() < 0 or edge_px_2B.max() + input_px > stored_px:
        raise ValueError(
            f"crops of {input_px} px that begin at {edge_px_2B.min()} to {edge_px_2B.max()} px do not fit stored frames of "
            f"{stored_px} px; store larger frames"
        )
    out_BTPPC = np.empty((len(place_B), clip_NTSSC.shape[1], input_px, input_px, 3), np.float32)
    augment_clips(clip_NTSSC, place_B, top_px_B, left_px_B, mirror_B, np.float32(mean_level), out_BTPPC)
    return torch.from_numpy(out_BTPPC)


def load_cut_clips() -> None:
    """Load the compiled pass of cut_clips, which takes longer than the first batches."""
    zero, pixel = np.zeros(1, np.int64), np.zeros((1, 1, 1, 1, 3), np.uint8)
    cut_clips(pixel, zero, top_px_B=zero, left_px_B=zero, mirror_B=np.zeros(1, np.int32), mean_level=0.0, input_px=1)
