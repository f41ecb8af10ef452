"""The two passes of response normalisation in contiguous memory, compiled by numba: the window of a map is a sum of rows.

Maps are rows of pixels there; a tile is some pixels of all maps of a group, so small that it lies in the cache.

numba keeps what it compiled on disk until this file changes, and would not see that a function taken from another file has
changed: all that these passes call stands here.

Shape suffixes: L flat memory.
"""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np

from repro.system.startup import may_cache

#: Whether what is compiled here can be kept for the next process.
CACHED = may_cache(__file__)


#: Reassociation and contraction let the compiler vectorise; NaN and infinity keep their meaning.
FAST = {"contract", "reassoc", "nsz", "arcp"}
compiled = numba.njit(nogil=True, fastmath=FAST, cache=CACHED, error_model="numpy")
inlined = numba.njit(nogil=True, fastmath=FAST, cache=CACHED, error_model="numpy", inline="always")


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
def sum_of_rows(rows_L: Any, c: int, size: int, tile: int, total: Any, num: int) -> None:
    """Write total[j] = sum over `size` rows of `tile` pixels from row c on."""
    row = rows_L[c * tile : (c + 1) * tile]
    for j in range(num):
        total[j] = row[j]
    for d in range(1, size):
        row = rows_L[(c + d) * tile : (c + d + 1) * tile]
        for j in range(num):
            total[j] += row[j]


@inlined
def five_rows(rows_L: Any, c: int, tile: int, num: int) -> Any:
    """The rows of a window of five maps, from row c on."""
    a, b = rows_L[c * tile : c * tile + num], rows_L[(c + 1) * tile : (c + 1) * tile + num]
    d, e = rows_L[(c + 3) * tile : (c + 3) * tile + num], rows_L[(c + 4) * tile : (c + 4) * tile + num]
    return a, b, rows_L[(c + 2) * tile : (c + 2) * tile + num], d, e


@inlined
def five_forward(square_L: Any, c: int, tile: int, x: Any, y: Any, alpha: Any, k: Any, twice: bool, num: int) -> None:
    """Normalise a row by the squares of five, in one loop. twice: beta is 0.75 and not 0.5."""
    p, q, r, s, t = five_rows(square_L, c, tile, num)
    if twice:
        for j in range(num):
            root = math.sqrt(k + alpha * (p[j] + q[j] + r[j] + s[j] + t[j]))
            y[j] = x[j] / (root * math.sqrt(root))
    else:
        for j in range(num):
            y[j] = x[j] / math.sqrt(k + alpha * (p[j] + q[j] + r[j] + s[j] + t[j]))


@inlined
def five_backward(
    square_L: Any, c: int, tile: int, x: Any, dy: Any, dx: Any, mine: Any, alpha: Any, k: Any, twice: bool, num: int
) -> None:
    """Write of a row dy f into `dx`, and what it adds to the gradients of its window into `mine`."""
    p, q, r, s, t = five_rows(square_L, c, tile, num)
    one = k / k
    for j in range(num):
        inverse = one / math.sqrt(k + alpha * (p[j] + q[j] + r[j] + s[j] + t[j]))
        mine[j] = inverse
    if twice:
        for j in range(num):
            dx[j] = dy[j] * (mine[j] * math.sqrt(mine[j]))
    else:
        for j in range(num):
            dx[j] = dy[j] * mine[j]
    for j in range(num):
        mine[j] = dx[j] * x[j] * (mine[j] * mine[j])


@inlined
def five_shares(share_L: Any, c: int, tile: int, x: Any, dx: Any, scale: Any, num: int) -> None:
    """Take from the gradients of a row what the five of its window add."""
    p, q, r, s, t = five_rows(share_L, c, tile, num)
    for j in range(num):
        dx[j] -= scale * x[j] * (p[j] + q[j] + r[j] + s[j] + t[j])


@inlined
def squares(x_L: Any, square_L: Any, start: int, pixels: int, maps: int, row: int, tile: int, num: int) -> None:
    """Write the squares of `num` pixels of each map from `start` on into rows of `tile` pixels, `row` the first of them."""
    for c in range(maps):
        x, square = x_L[start + c * pixels : start + c * pixels + num], square_L[(c + row) * tile : (c + row) * tile + num]
        for j in range(num):
            square[j] = x[j] * x[j]


@compiled
def forward_rows(
    x_L: Any,
    y_L: Any,
    maps: int,
    pixels: int,
    size: int,
    alpha: Any,
    beta: Any,
    k: Any,
    tile: int,
    first: int,
    last: int,
) -> None:
    """Normalise the tiles first to last of contiguous memory: `tile` pixels of all maps of a group."""
    tiles, before = -(-pixels // tile), size // 2
    three_quarters, half = 0.75, 0.5
    square = np.zeros((maps + size - 1) * tile, x_L.dtype)
    total, factor = np.empty(tile, x_L.dtype), np.empty(tile, x_L.dtype)
    for place in range(first, last):
        start = place // tiles * maps * pixels + place % tiles * tile
        num = min(tile, pixels - place % tiles * tile)
        squares(x_L, square, start, pixels, maps, before, tile, num)
        for c in range(maps):
            x, y = x_L[start + c * pixels : start + c * pixels + num], y_L[start + c * pixels : start + c * pixels + num]
            if size == 5 and beta in (three_quarters, half):
                five_forward(square, c, tile, x, y, alpha, k, beta == three_quarters, num)
                continue
            sum_of_rows(square, c, size, tile, total, num)
            inverse_power(total, factor, alpha, beta, k, num)
            for j in range(num):
                y[j] = x[j] * factor[j]


@compiled
def backward_rows(
    x_L: Any,
    dy_L: Any,
    dx_L: Any,
    maps: int,
    pixels: int,
    size: int,
    alpha: Any,
    beta: Any,
    k: Any,
    tile: int,
    first: int,
    last: int,
) -> None:
    """Write the gradients of the tiles first to last of contiguous memory."""
    tiles, before = -(-pixels // tile), size // 2
    after, scale = size - 1 - before, alpha * (beta + beta)
    three_quarters, half = 0.75, 0.5
    square, share = np.zeros((maps + size - 1) * tile, x_L.dtype), np.zeros((maps + size - 1) * tile, x_L.dtype)
    total, factor = np.empty(tile, x_L.dtype), np.empty(tile, x_L.dtype)
    for place in range(first, last):
        start = place // tiles * maps * pixels + place % tiles * tile
        num = min(tile, pixels - place % tiles * tile)
        squares(x_L, square, start, pixels, maps, before, tile, num)
        for c in range(maps):
            begin = start + c * pixels
            x, dy, dx = x_L[begin : begin + num], dy_L[begin : begin + num], dx_L[begin : begin + num]
            mine = share[(c + after) * tile : (c + after) * tile + num]
            if size == 5 and beta in (three_quarters, half):
                five_backward(square, c, tile, x, dy, dx, mine, alpha, k, beta == three_quarters, num)
                continue
            sum_of_rows(square, c, size, tile, total, num)
            inverse_power(total, factor, alpha, beta, k, num)
            for j in range(num):
                kept = factor[j] * dy[j]
                dx[j] = kept
                mine[j] = kept * x[j] / (k + alpha * total[j])
        for c in range(maps):
            begin = start + c * pixels
            x, dx = x_L[begin : begin + num], dx_L[begin : begin + num]
            if size == 5:
                five_shares(share, c, tile, x, dx, scale, num)
                continue
            sum_of_rows(share, c, size, tile, total, num)
            for j in range(num):
                dx[j] -= scale * x[j] * total[j]
