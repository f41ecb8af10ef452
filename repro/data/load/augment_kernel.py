"""What is done to decoded images and clips in one pass over memory, compiled by numba: crop, mean, colour, divisor, mirror.

The same float32 operations in the same order as in the graphs of repro.data.load.image_stream and
repro.data.load.clip_stream, so that not a bit differs.

Shape suffixes: N images or stored clips, B clips of a batch, T frames, S stored side, P input side, C colour channels (RGB),
L flat memory.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from repro.system.startup import may_cache

#: Whether what is compiled here can be kept for the next process.
CACHED = may_cache(__file__)


@numba.njit(nogil=True, cache=CACHED, error_model="numpy")
def augment(
    image_NSSC: Any,
    mean_SSC: Any,
    mean_moves: bool,
    top_N: Any,
    left_N: Any,
    mirror_N: Any,
    color_N3: Any,
    divisor_N: Any,
    out_NPPC: Any,
) -> None:
    """Write (window of the image - mean + colour) / divisor, mirrored where asked; all arrays contiguous.

    mean_moves: the mean's window is that of the image; else `mean_SSC` has the input's size and is subtracted as it is.
    """
    stored, mean_side, side = image_NSSC.shape[1], mean_SSC.shape[0], out_NPPC.shape[1]
    image_L, mean_L, out_L = image_NSSC.reshape(-1), mean_SSC.reshape(-1), out_NPPC.reshape(-1)
    color, mirrored = np.empty(3 * side, np.float32), np.empty(3 * side, np.float32)
    for n in range(out_NPPC.shape[0]):
        for w in range(side):
            color[3 * w], color[3 * w + 1], color[3 * w + 2] = color_N3[n, 0], color_N3[n, 1], color_N3[n, 2]
        mean_top, mean_left = (top_N[n], left_N[n]) if mean_moves else (0, 0)
        divisor, mirror = divisor_N[n], mirror_N[n] != 0
        for h in range(side):
            first = ((n * stored + top_N[n] + h) * stored + left_N[n]) * 3
            mean_first, out_first = ((mean_top + h) * mean_side + mean_left) * 3, (n * side + h) * side * 3
            image, mean = image_L[first : first + 3 * side], mean_L[mean_first : mean_first + 3 * side]
            out = out_L[out_first : out_first + 3 * side]
            row = mirrored if mirror else out
            for j in range(3 * side):
                row[j] = (np.float32(image[j]) - mean[j] + color[j]) / divisor
            if mirror:
                for w in range(side):
                    at = 3 * (side - 1 - w)
                    out[3 * w], out[3 * w + 1], out[3 * w + 2] = row[at], row[at + 1], row[at + 2]


def load_augment() -> None:
    """Load the compiled `augment`, which takes longer than the first batches."""
    image, zero = np.zeros((1, 1, 1, 3), np.uint8), np.zeros(1, np.int64)
    mean, color, divisor = np.zeros((1, 1, 3), np.float32), np.zeros((1, 3), np.float32), np.ones(1, np.float32)
    augment(image, mean, True, zero, zero, np.zeros(1, np.int32), color, divisor, np.empty((1, 1, 1, 3), np.float32))


@numba.njit(nogil=True, cache=CACHED, error_model="numpy")
def augment_clips(clip_NTSSC: Any, index_B: Any, top_B: Any, left_B: Any, mirror_B: Any, mean_level: Any, out_BTPPC: Any) -> None:
    """Write windows of the clips `index_B` less a constant, all frames of a clip alike, mirrored where asked.

    All arrays are contiguous; the clips are uint8, `mean_level` and the output float32.
    """
    num_frames, stored, side = clip_NTSSC.shape[1], clip_NTSSC.shape[2], out_BTPPC.shape[2]
    clip_L, out_L, mirrored = clip_NTSSC.reshape(-1), out_BTPPC.reshape(-1), np.empty(3 * side, np.float32)
    for b in range(out_BTPPC.shape[0]):
        mirror = mirror_B[b] != 0
        for t in range(num_frames):
            frame = (index_B[b] * num_frames + t) * stored
            for h in range(side):
                first = ((frame + top_B[b] + h) * stored + left_B[b]) * 3
                row = clip_L[first : first + 3 * side]
                out_first = ((b * num_frames + t) * side + h) * side * 3
                out = out_L[out_first : out_first + 3 * side]
                shifted = mirrored if mirror else out
                for j in range(3 * side):
                    shifted[j] = np.float32(row[j]) - mean_level
                if mirror:
                    for w in range(side):
                        at = 3 * (side - 1 - w)
                        out[3 * w], out[3 * w + 1], out[3 * w + 2] = shifted[at], shifted[at + 1], shifted[at + 2]
