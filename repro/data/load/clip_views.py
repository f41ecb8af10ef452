"""Give clips for scoring: in stable order, cut at given windows, no randomness.

A clip is scored at its centre; a video by all its clips, each seen in four crops that differ in place and mirroring.

Source: Karpathy et al. 2014, section 4.1: "we randomly sample 20 clips and present each clip individually to the network.
Every clip is propagated through the network 4 times (with different crops and flips)".
Deviation: the clips are those stored of a test video, evenly spread over it, and the four crops are its corners, two of them
mirrored, so that every net is scored on the same pixels.

Shape suffixes: B batch, C colour channels (RGB), T frames that a net reads, H height, W width, S stored side in pixels.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from repro.data.load.clips import KEEP_BYTES, StripClips, cut_clips, decoded_clips, frame_bytes
from repro.data.load.decoded_cache import DecodedCache
from repro.data.shards.clips import ClipShards
from repro.spec.video import CLIP_PROTOCOLS

#: Top and left edge of a crop in pixels, and whether it is mirrored.
Window = tuple[int, int, bool]


def evaluation_crops(protocol: str, *, stored_px: int, input_px: int) -> list[Window]:
    """The windows over which a protocol averages: the centre, or four corners, two of them mirrored.

    Raises:
        ValueError: the protocol is unknown, or the crop is larger than the stored frames.
    """
    if protocol not in CLIP_PROTOCOLS:
        raise ValueError(f"unknown protocol of clips {protocol!r}; allowed: {', '.join(CLIP_PROTOCOLS)}")
    room_px = stored_px - input_px
    if room_px < 0:
        raise ValueError(f"a crop of {input_px} px does not fit stored frames of {stored_px} px; store larger frames")
    if protocol == "clip":
        return [(room_px // 2, room_px // 2, False)]
    return [(0, 0, False), (0, room_px, True), (room_px, 0, True), (room_px, room_px, False)]


class ClipPixels:
    """The chosen frames of a split's clips on the 0-255 scale, on `device`; decoded once where they fit into `keep_bytes`."""

    def __init__(
        self, shards: ClipShards, *, frames: tuple[int, ...], num_threads: int, device: str, keep_bytes: int = KEEP_BYTES
    ) -> None:
        self.shards = shards
        self._stored = StripClips(shards, frames=frames)
        self._num_threads, self._device = num_threads, device
        self._cache = DecodedCache(self._decode, example_bytes=frame_bytes(shards) * len(frames), keep_bytes=keep_bytes)

    def batches(self, index_N: NDArray[np.int64], *, batch_size: int) -> Iterator[torch.Tensor]:
        """Give the clips `index_N` in that order as uint8 (B, T, S, S, C); leave them as they are."""
        return self._cache.batches(index_N, batch_size=batch_size)

    def _decode(self, index_N: NDArray[np.int64], batch_size: int) -> Iterator[torch.Tensor]:
        return decoded_clips(self._stored, index_N, batch_size=batch_size, num_threads=self._num_threads, device=self._device)


@dataclass(frozen=True, kw_only=True)
class ClipView:
    """Some clips seen at one window: their positions in the split, the window's number, float32 pixels less the constant."""

    index_B: NDArray[np.int64]
    window: int
    x_BCTHW: torch.Tensor


def clip_batches(
    pixels: ClipPixels,
    index_N: NDArray[np.int64],
    *,
    windows: Sequence[Window],
    input_px: int,
    mean_level: float,
    batch_size: int,
) -> Iterator[ClipView]:
    """Give the clips `index_N` in that order, every batch at each of the windows in turn."""
    first = 0
    for clip_BTSSC in pixels.batches(index_N, batch_size=batch_size):
        index_B = index_N[first : first + len(clip_BTSSC)]
        first += len(clip_BTSSC)
        for number, window in enumerate(windows):
            x_BTHWC = seen_at(window, clip_BTSSC, input_px=input_px, mean_level=mean_level)
            yield ClipView(index_B=index_B, window=number, x_BCTHW=x_BTHWC.permute(0, 4, 1, 2, 3))


def seen_at(window: Window, clip_BTSSC: torch.Tensor, *, input_px: int, mean_level: float) -> torch.Tensor:
    """A window of clips less a constant, float32 (B, T, H, W, C); the same to the bit on every device."""
    (top, left, mirrored), num = window, len(clip_BTSSC)
    if clip_BTSSC.is_cuda:
        crop_BTHWC = clip_BTSSC[:, :, top : top + input_px, left : left + input_px]
        return ((crop_BTHWC.flip(3) if mirrored else crop_BTHWC).float() - mean_level).contiguous()
    return cut_clips(
        clip_BTSSC.numpy(),
        np.arange(num),
        top_px_B=np.full(num, top),
        left_px_B=np.full(num, left),
        mirror_B=np.full(num, mirrored, np.int32),
        mean_level=mean_level,
        input_px=input_px,
    )
