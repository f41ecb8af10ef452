"""The two passes of local response normalisation in channels-last memory, compiled by numba.

The maps of a pixel lie side by side, and the window of a map is a sum of shifted neighbours. It must not reach into the next
pixel or the next group of maps: a mask for each shift holds that, which keeps every inner loop long, flat and vectorised however
few maps a group has. The passes compute in float32 or float64; bfloat16 is widened on the way in and rounded once on the way
out. Those for contiguous memory stand in repro.models.norm.rows_kernel.

numba keeps what it compiled on disk until this file changes, and would not see that a function taken from another file has
changed: all that these passes call stands here.

Shape suffixes: L flat memory, S window; a block fits into the first-level cache.
"""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np

from repro.system.startup import may_cache

#: Whether what is compiled here can be kept for the next process.
CACHED = may_cache(__file__)


#: Contraction alone, so that NaN and infinity keep their meaning and two passes over one formula give one result to the bit. What
#: a compiler makes of a licence to reassociate differs with the loop around and the processor, and is no faster here.
FAST = {"contract"}
compiled = numba.njit(nogil=True, fastmath=FAST, cache=CACHED, error_model="numpy")
inlined = numba.njit(nogil=True, fastmath=FAST, cache=CACHED, error_model="numpy", inline="always")


@inlined
def widen(bits: Any, wide: Any, num: int) -> None:
    """Write the bfloat16 numbers `bits` (uint16) as the float32 numbers `wide` (their bits as uint32)."""
    for j in range(num):
        wide[j] = np.uint32(bits[j]) << np.uint32(16)


@inlined
def narrow(wide: Any, value: Any, bits: Any, num: int) -> None:
    """Round float32 numbers (`value`, the same memory as the uint32 `wide`) to the nearest bfloat16, ties to even."""
    for j in range(num):
        odd = (wide[j] >> np.uint32(16)) & np.uint32(1)
        rounded = (wide[j] + np.uint32(0x7FFF) + odd) >> np.uint32(16)
        bits[j] = np.uint16(rounded) if value[j] == value[j] else np.uint16(0x7FC0)


@inlined
def five_sum(values: Any, mask: Any, j: int) -> Any:
    """The sum over a window of five: mask[d, j] * values[j + d]; its middle is never masked."""
    outer = mask[0, j] * values[j] + mask[4, j] * values[j + 4]
    inner = mask[1, j] * values[j + 1] + mask[3, j] * values[j + 3]
    return outer + inner + values[j + 2]


@inlined
def windowed_sum(values: Any, total: Any, mask: Any, num: int) -> None:
    """Write total[j] = sum over shifts d of mask[d, j] * values[j + d]."""
    for j in range(num):
        total[j] = mask[0, j] * values[j]
    for d in range(1, mask.shape[0]):
        for j in range(num):
            total[j] += mask[d, j] * values[j + d]


@inlined
def inverse_power(total: Any, factor: Any, alpha: Any, beta: Any, k: Any, num: int) -> None:
    """Write factor[j] = (k + alpha total[j])^-beta; the two exponents in use go by square roots."""
    one = k / k  # in the type of the arrays; a whole number would be widened to float64
    if beta == 0.75:
        for j in range(num):
            root = math.sqrt(k + alpha * total[j])
            factor[j] = one / (root * math.sqrt(root))
    elif beta == 0.5:
        for j in range(num):
            factor[j] = one / math.sqrt(k + alpha * total[j])
    else:
        for j in range(num):
            factor[j] = (k + alpha * total[j]) ** (-beta)


@inlined
def block_forward(
    x: Any, y: Any, square: Any, total: Any, factor: Any, mask: Any, before: int, alpha: Any, beta: Any, k: Any, num: int
) -> None:
    """Write y_j = x_j (k + alpha total_j)^-beta, total_j the sum of x^2 over the window of j."""
    own = square[before : before + num]
    for j in range(num):
        own[j] = x[j] * x[j]
    windowed_sum(square, total, mask, num)
    inverse_power(total, factor, alpha, beta, k, num)
    for j in range(num):
        y[j] = x[j] * factor[j]


@inlined
def at_least_0(value: Any, rectified: bool, zero: Any) -> Any:
    """What a rectifier makes of `value`, or `value` itself if it is not `rectified`; NaN stays NaN."""
    return zero if rectified and value < zero else value


@inlined
def usual_forward(
    x_L: Any,
    y_L: Any,
    square: Any,
    mask: Any,
    alpha: Any,
    k: Any,
    twice: bool,
    rectified: bool,
    block: int,
    first: int,
    last: int,
) -> None:
    """Do what `block_forward` does, block by block, for five maps: one loop after the squares.

    twice: beta is 0.75 and not 0.5. rectified: what is normalised is what a rectifier makes of `x`. Given as constants they
    cost nothing; decided within the loop over blocks, as what `block_forward` decides, `twice` makes it 1.4 times as long.
    """
    zero = k - k  # in the type of the arrays
    for start in range(first, last, block):
        num = min(block, last - start)
        x, y, own = x_L[start : start + num], y_L[start : start + num], square[2 : 2 + num]
        if rectified:
            for j in range(num):
                y[j] = at_least_0(x[j], rectified, zero)
            x = y
        for j in range(num):
            own[j] = x[j] * x[j]
        for j in range(num):
            root = math.sqrt(k + alpha * five_sum(square, mask, j))
            y[j] = x[j] / (root * math.sqrt(root) if twice else root)


@inlined
def block_backward(
    x: Any,
    dy: Any,
    dx: Any,
    square: Any,
    share: Any,
    total: Any,
    factor: Any,
    mask: Any,
    mirrored: Any,
    before: int,
    alpha: Any,
    beta: Any,
    k: Any,
    num: int,
) -> None:
    """Write dx_j = dy_j f_j - 2 alpha beta x_j sum over i whose window holds j of dy_i x_i f_i / base_i, f = base^-beta."""
    after, scale = mask.shape[0] - 1 - before, alpha * (beta + beta)
    own, mine = square[before : before + num], share[after : after + num]
    for j in range(num):
        own[j] = x[j] * x[j]
    windowed_sum(square, total, mask, num)
    inverse_power(total, factor, alpha, beta, k, num)
    for j in range(num):
        factor[j] *= dy[j]
        mine[j] = factor[j] * x[j] / (k + alpha * total[j])
    windowed_sum(share, total, mirrored, num)
    for j in range(num):
        dx[j] = factor[j] - scale * x[j] * total[j]


@inlined
def usual_backward(
    x_L: Any,
    dy_L: Any,
    dx_L: Any,
    square: Any,
    share: Any,
    factor: Any,
    mask: Any,
    alpha: Any,
    beta: Any,
    k: Any,
    twice: bool,
    rectified: bool,
    block: int,
    first: int,
    last: int,
) -> None:
    """Do what `block_backward` does, block by block, for five maps, whose window is its own mirror image.

    twice, rectified: as above; the gradient is that of `x`.
    """
    scale, one, zero = alpha * (beta + beta), k / k, k - k  # in the type of the arrays
    for start in range(first, last, block):
        num = min(block, last - start)
        x, dy, dx = x_L[start : start + num], dy_L[start : start + num], dx_L[start : start + num]
        own, mine = square[2 : 2 + num], share[2 : 2 + num]
        for j in range(num):
            value = at_least_0(x[j], rectified, zero)
            own[j] = value * value
        for j in range(num):
            inverse = one / math.sqrt(k + alpha * five_sum(square, mask, j))
            factor[j] = dy[j] * (inverse * math.sqrt(inverse) if twice else inverse)
            mine[j] = factor[j] * at_least_0(x[j], rectified, zero) * (inverse * inverse)
        for j in range(num):
            gradient = factor[j] - scale * x[j] * five_sum(share, mask, j)
            dx[j] = zero if rectified and x[j] <= zero else gradient


@compiled
def forward(x_L: Any, y_L: Any, mask: Any, before: int, alpha: Any, beta: Any, k: Any, block: int, first: int, last: int) -> None:
    """Normalise the elements first to last of channels-last memory."""
    square = np.zeros(block + mask.shape[0], mask.dtype)
    if mask.shape[0] == 5 and beta == 0.75:
        usual_forward(x_L, y_L, square, mask, alpha, k, True, False, block, first, last)
        return
    if mask.shape[0] == 5 and beta == 0.5:
        usual_forward(x_L, y_L, square, mask, alpha, k, False, False, block, first, last)
        return
    total, factor = np.empty(block, mask.dtype), np.empty(block, mask.dtype)
    for start in range(first, last, block):
        num = min(block, last - start)
        x, y = x_L[start : start + num], y_L[start : start + num]
        block_forward(x, y, square, total, factor, mask, before, alpha, beta, k, num)


@compiled
def backward(
    x_L: Any,
    dy_L: Any,
    dx_L: Any,
    mask: Any,
    mirrored: Any,
    before: int,
    alpha: Any,
    beta: Any,
    k: Any,
    block: int,
    first: int,
    last: int,
) -> None:
    """Write the gradients of the elements first to last of channels-last memory."""
    square, share = np.zeros(block + mask.shape[0], mask.dtype), np.zeros(block + mask.shape[0], mask.dtype)
    total, factor = np.empty(block, mask.dtype), np.empty(block, mask.dtype)
    if mask.shape[0] == 5 and beta == 0.75:
        usual_backward(x_L, dy_L, dx_L, square, share, factor, mask, alpha, beta, k, True, False, block, first, last)
        return
    if mask.shape[0] == 5 and beta == 0.5:
        usual_backward(x_L, dy_L, dx_L, square, share, factor, mask, alpha, beta, k, False, False, block, first, last)
        return
    for start in range(first, last, block):
        num = min(block, last - start)
        x, dy, dx = x_L[start : start + num], dy_L[start : start + num], dx_L[start : start + num]
        block_backward(x, dy, dx, square, share, total, factor, mask, mirrored, before, alpha, beta, k, num)


@compiled
def rectified_forward(
    x_L: Any, y_L: Any, mask: Any, before: int, alpha: Any, beta: Any, k: Any, block: int, first: int, last: int
) -> None:
    """Do what `forward` does to what a rectifier makes of `x`, for five maps and beta 0.75 or 0.5."""
    square = np.zeros(block + mask.shape[0], mask.dtype)
    if beta == 0.75:
        usual_forward(x_L, y_L, square, mask, alpha, k, True, True, block, first, last)
    else:
        usual_forward(x_L, y_L, square, mask, alpha, k, False, True, block, first, last)


@compiled
def rectified_backward(
    x_L: Any,
    dy_L: Any,
    dx_L: Any,
    mask: Any,
    mirrored: Any,
    before: int,
    alpha: Any,
    beta: Any,
    k: Any,
    block: int,
    first: int,
    last: int,
) -> None:
    """Write the gradients of what goes into the rectifier before a normalisation, for five maps and beta 0.75 or 0.5."""
    square, share = np.zeros(block + mask.shape[0], mask.dtype), np.zeros(block + mask.shape[0], mask.dtype)
    factor = np.empty(block, mask.dtype)
    if beta == 0.75:
        usual_backward(x_L, dy_L, dx_L, square, share, factor, mask, alpha, beta, k, True, True, block, first, last)
    else:
        usual_backward(x_L, dy_L, dx_L, square, share, factor, mask, alpha, beta, k, False, True, block, first, last)


@compiled
def forward_bfloat16(
    x_L: Any, y_L: Any, mask: Any, before: int, alpha: Any, beta: Any, k: Any, block: int, first: int, last: int
) -> None:
    """Normalise the bfloat16 elements first to last of channels-last memory, computing in float32."""
    square = np.zeros(block + mask.shape[0], mask.dtype)
    total, factor = np.empty(block, mask.dtype), np.empty(block, mask.dtype)
    x, y = np.empty(block, np.float32), np.empty(block, np.float32)
    x_bits, y_bits = x.view(np.uint32), y.view(np.uint32)
    for start in range(first, last, block):
        num = min(block, last - start)
        widen(x_L[start : start + num], x_bits, num)
        if mask.shape[0] == 5 and beta == 0.75:
            usual_forward(x, y, square, mask, alpha, k, True, False, num, 0, num)
        else:
            block_forward(x, y, square, total, factor, mask, before, alpha, beta, k, num)
        narrow(y_bits, y, y_L[start : start + num], num)


@compiled
def backward_bfloat16(
    x_L: Any,
    dy_L: Any,
    dx_L: Any,
    mask: Any,
    mirrored: Any,
    before: int,
    alpha: Any,
    beta: Any,
    k: Any,
    block: int,
    first: int,
    last: int,
) -> None:
    """Write the bfloat16 gradients of the elements first to last of channels-last memory, computing in float32."""
    square, share = np.zeros(block + mask.shape[0], mask.dtype), np.zeros(block + mask.shape[0], mask.dtype)
    total, factor = np.empty(block, mask.dtype), np.empty(block, mask.dtype)
    x, dy, dx = np.empty(block, np.float32), np.empty(block, np.float32), np.empty(block, np.float32)
    x_bits, dy_bits, dx_bits = x.view(np.uint32), dy.view(np.uint32), dx.view(np.uint32)
    for start in range(first, last, block):
        num = min(block, last - start)
        widen(x_L[start : start + num], x_bits, num)
        widen(dy_L[start : start + num], dy_bits, num)
        if mask.shape[0] == 5 and beta == 0.75:
            usual_backward(x, dy, dx, square, share, factor, mask, alpha, beta, k, True, False, num, 0, num)
        else:
            block_backward(x, dy, dx, square, share, total, factor, mask, mirrored, before, alpha, beta, k, num)
        narrow(dx_bits, dx, dx_L[start : start + num], num)
