"""Draw all randomness of the data: order, crops, mirror images and colour noise.

Every draw is a pure function of (key of the run, purpose, epoch, example index): no state is kept, so a
restart in mid-epoch, another number of threads or another device sees the same examples.
The generator is Philox4x32-10 (Salmon, Moraes, Dror, Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3").

Shape suffixes: N examples, 4 words, 3 colours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from repro.spec.recipe import ColorNoise, Crops

MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
WEYL = (0x9E3779B9, 0xBB67AE85)
MASK = np.uint64(0xFFFFFFFF)
NUM_ROUNDS = 10

#: One counter word keeps the streams of one key apart.
ORDER, CROP, NOISE, LIGHT = 0, 1, 2, 3


def philox_N4(counter_N4: NDArray[np.uint64], *, key: int) -> NDArray[np.uint64]:
    """Four 32-bit random words for each counter of four 32-bit words and a 64-bit key (Philox4x32-10)."""
    words = [counter_N4[:, i].copy() for i in range(4)]
    keys = [key & 0xFFFFFFFF, key >> 32 & 0xFFFFFFFF]
    for _ in range(NUM_ROUNDS):
        products = (words[0] * MULTIPLIERS[0], words[2] * MULTIPLIERS[1])
        words = [
            (products[1] >> np.uint64(32)) ^ words[1] ^ np.uint64(keys[0]),
            products[1] & MASK,
            (products[0] >> np.uint64(32)) ^ words[3] ^ np.uint64(keys[1]),
            products[0] & MASK,
        ]
        keys = [(k + w) & 0xFFFFFFFF for k, w in zip(keys, WEYL, strict=True)]
    return np.stack(words, axis=1)


def random_words_N4(index_N: NDArray[np.int64], *, key: int, epoch: int, purpose: int) -> NDArray[np.uint64]:
    """Four 32-bit words for each example, a function of (key, purpose, epoch, example index) alone."""
    counter_N4 = np.empty((len(index_N), 4), np.uint64)
    index = np.asarray(index_N, np.uint64)
    counter_N4[:, 0] = index & MASK
    counter_N4[:, 1] = index >> np.uint64(32)
    counter_N4[:, 2] = epoch
    counter_N4[:, 3] = purpose
    return philox_N4(counter_N4, key=key)


def epoch_order_N(num_examples: int, *, key: int, epoch: int) -> NDArray[np.int64]:
    """The permutation of the examples in which `epoch` (counted from 0) visits them."""
    words_N4 = random_words_N4(np.arange(num_examples), key=key, epoch=epoch, purpose=ORDER)
    return np.lexsort((words_N4[:, 1], words_N4[:, 0]))


def num_steps_of(share: float, *, num_epochs: int, steps_per_epoch: int) -> int:
    """How many steps of training the first `share` of the epochs are: the nearest whole number."""
    return round(share * num_epochs * steps_per_epoch)


@dataclass(frozen=True, kw_only=True)
class Draws:
    """What is drawn for a batch: crop offsets in pixels from the top left corner, mirroring, colour offset in grey levels.

    divisor_N: what the mean-subtracted image is divided by after the colour offset.
    """

    left_px_N: NDArray[np.int64]
    top_px_N: NDArray[np.int64]
    mirror_N: NDArray[np.int32]
    color_N3: NDArray[np.float32]
    divisor_N: NDArray[np.float32]


def draw_training(
    index_N: NDArray[np.int64],
    *,
    key: int,
    epoch: int,
    crops: Crops,
    batch_size: int,
    color_noise: ColorNoise | None,
    components_33: NDArray[np.float64],
    stored_px: int,
    input_px: int,
) -> Draws:
    """Draw crops, mirroring and colour noise of one batch of training examples, or of several in one go.

    Args:
        index_N: the examples' positions in the data set, of whole batches in their order.
        batch_size: examples of each of these batches; the last may be smaller.
        color_noise: None where there is none, or no longer.
        components_33: column i is the i-th principal component of the RGB values times its factor, in grey levels.
    Source: Krizhevsky et al. 2012, section 4.1.
    """
    num = len(index_N)
    leader_N = chunk_leaders_N(num, chunk_share=crops.chunk_share, batch_size=batch_size)
    words_N4 = random_words_N4(index_N, key=key, epoch=epoch, purpose=CROP)[leader_N]
    room_px = stored_px - input_px
    if crops.position == "random":
        left_px_N, top_px_N = (_below_N(words_N4[:, i], room_px + 1) for i in (0, 1))
    else:
        left_px_N = top_px_N = np.full(num, room_px // 2)
    mirror_N = (words_N4[:, 2] >> np.uint64(31)).astype(np.int32) if crops.mirror else np.zeros(num, np.int32)
    color_N3, divisor_N = np.zeros((num, 3), np.float32), np.ones(num, np.float32)
    if color_noise is not None:
        alpha_N3 = color_noise.std * normal_N4(random_words_N4(index_N, key=key, epoch=epoch, purpose=NOISE))[:, :3]
        color_N3 = (alpha_N3 @ components_33.T).astype(np.float32)
        divisor_N *= color_noise.divide_by
    return Draws(left_px_N=left_px_N, top_px_N=top_px_N, mirror_N=mirror_N, color_N3=color_N3, divisor_N=divisor_N)


def chunk_leaders_N(num: int, *, chunk_share: float, batch_size: int) -> NDArray[np.int64]:
    """For each place in a row of batches the place whose crop and mirroring it takes: the first of its chunk, or itself.

    Chunks begin anew with each batch.
    """
    chunk, place_N = max(1, round(chunk_share * batch_size)), np.arange(num)
    return place_N - place_N % batch_size % chunk


def _below_N(word_N: NDArray[np.uint64], limit: int) -> NDArray[np.int64]:
    """Map 32-bit words to 0 .. limit-1, by multiplication (bias below limit / 2^32)."""
    return ((word_N * np.uint64(limit)) >> np.uint64(32)).astype(np.int64)


def normal_N4(words_N4: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Turn four uniform words into four independent standard normal numbers (Box, Muller 1958)."""
    uniform_N4 = (words_N4.astype(np.float64) + 0.5) / 2**32
    radius_N2 = np.sqrt(-2 * np.log(uniform_N4[:, 0::2]))
    angle_N2 = 2 * np.pi * uniform_N4[:, 1::2]
    return np.stack([radius_N2 * np.cos(angle_N2), radius_N2 * np.sin(angle_N2)], axis=2).reshape(-1, 4)
