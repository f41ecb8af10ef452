"""How compiled passes are spread over threads, and those of same-map normalisation, compiled by numba.

numba keeps compiled code on disk until its file changes, and would not see that a function taken from another file has
changed: compiled passes call nothing from other files.

Shape suffixes: L flat memory; a plane is one image, H x W x C in a row.
"""

from __future__ import annotations

import functools
import itertools
import math
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numba
import numpy as np
import torch
from numpy.typing import NDArray

from repro.system.startup import may_cache

#: Whether what is compiled here can be kept for the next process.
CACHED = may_cache(__file__)


#: Reassociation and contraction let the compiler vectorise; NaN and infinity keep their meaning.
FAST = {"contract", "reassoc", "nsz", "arcp"}
compiled = numba.njit(nogil=True, fastmath=FAST, cache=CACHED, error_model="numpy")
inlined = numba.njit(nogil=True, fastmath=FAST, cache=CACHED, error_model="numpy", inline="always")


def flat(x_BCHW: torch.Tensor) -> NDArray[Any]:
    """View channels-last memory as one axis."""
    view: NDArray[Any] = x_BCHW.permute(0, 2, 3, 1).reshape(-1).numpy()
    return view


def in_threads(pass_over: Any, arguments: tuple[Any, ...], *, length: int, block: int) -> None:
    """Run `pass_over(*arguments, first, last)` over 0 to `length`, split at multiples of `block` over torch's threads."""
    num_blocks = -(-length // block)
    num_threads = min(torch.get_num_threads(), num_blocks)
    if num_threads <= 1:
        pass_over(*arguments, 0, length)
        return
    borders = [min(length, round(i * num_blocks / num_threads) * block) for i in range(num_threads + 1)]
    parts = [
        _threads(num_threads).submit(functools.partial(pass_over, *arguments, first, last))
        for first, last in itertools.pairwise(borders)
    ]
    for part in parts:
        part.result()


@functools.cache
def _threads(num_threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(num_threads, thread_name_prefix="passes")


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


@compiled
def map_norm_forward(
    x_L: Any,
    y_L: Any,
    height: int,
    width: int,
    maps: int,
    size: int,
    alpha: Any,
    beta: Any,
    k: Any,
    first: int,
    last: int,
) -> None:
    """Write y = x (k + alpha total)^-beta for the planes first to last, total the sum of x^2 over size x size pixels."""
    row, before = width * maps, size // 2
    square = np.zeros((width + size) * maps, x_L.dtype)
    across = np.zeros((height + size, row), x_L.dtype)
    total = np.empty(row, x_L.dtype)
    factor = np.empty(row, x_L.dtype)
    own = square[before * maps : before * maps + row]
    for start in range(first * height * row, last * height * row, height * row):
        for h in range(height):
            x = x_L[start + h * row : start + (h + 1) * row]
            for j in range(row):
                own[j] = x[j] * x[j]
            sum_along(square, across[before + h], size, maps, row)
        for h in range(height):
            x, y = x_L[start + h * row : start + (h + 1) * row], y_L[start + h * row : start + (h + 1) * row]
            sum_down(across, total, h, size, row)
            inverse_power(total, factor, alpha, beta, k, row)
            for j in range(row):
                y[j] = x[j] * factor[j]


@compiled
def map_norm_backward(
    x_L: Any,
    dy_L: Any,
    dx_L: Any,
    height: int,
    width: int,
    maps: int,
    size: int,
    alpha: Any,
    beta: Any,
    k: Any,
    first: int,
    last: int,
) -> None:
    """Write dx_j = dy_j f_j - 2 alpha beta x_j sum over i whose window holds j of dy_i x_i f_i / base_i, f = base^-beta."""
    row, before = width * maps, size // 2
    after = size - 1 - before
    square = np.zeros((width + size) * maps, x_L.dtype)
    share = np.zeros((width + size) * maps, x_L.dtype)
    across = np.zeros((height + size, row), x_L.dtype)
    shared = np.zeros((height + size, row), x_L.dtype)
    total = np.empty(row, x_L.dtype)
    factor = np.empty(row, x_L.dtype)
    own, mine = square[before * maps : before * maps + row], share[after * maps : after * maps + row]
    scale = 2 * alpha * beta
    for start in range(first * height * row, last * height * row, height * row):
        for h in range(height):
            x = x_L[start + h * row : start + (h + 1) * row]
            for j in range(row):
                own[j] = x[j] * x[j]
            sum_along(square, across[before + h], size, maps, row)
        for h in range(height):
            x, dy = x_L[start + h * row : start + (h + 1) * row], dy_L[start + h * row : start + (h + 1) * row]
            dx = dx_L[start + h * row : start + (h + 1) * row]
            sum_down(across, total, h, size, row)
            inverse_power(total, factor, alpha, beta, k, row)
            for j in range(row):
                dx[j] = dy[j] * factor[j]
                mine[j] = dx[j] * x[j] / (k + alpha * total[j])
            sum_along(share, shared[after + h], size, maps, row)
        for h in range(height):
            x, dx = x_L[start + h * row : start + (h + 1) * row], dx_L[start + h * row : start + (h + 1) * row]
            sum_down(shared, total, h, size, row)
            for j in range(row):
                dx[j] -= scale * x[j] * total[j]


@inlined
def sum_along(values: Any, total: Any, size: int, maps: int, row: int) -> None:
    """Write total[j] = sum over `size` pixels to the right, from j on, of the same map."""
    for j in range(row):
        total[j] = values[j]
    for d in range(1, size):
        for j in range(row):
            total[j] += values[j + d * maps]


@inlined
def sum_down(values: Any, total: Any, h: int, size: int, row: int) -> None:
    """Write total[j] = sum over `size` rows from h on."""
    for j in range(row):
        total[j] = values[h, j]
    for d in range(1, size):
        for j in range(row):
            total[j] += values[h + d, j]
