"""Local response normalisation, one fused pass forward and one backward.

Krizhevsky et al. 2012, section 3.3: b_i = a_i / (k + alpha * sum over neighbouring maps j of a_j^2)^beta.

On CPU the passes are compiled by numba over channels-last memory: the maps of one pixel lie side by side, so the
window is a sum of shifted neighbours. Windows must not reach into the next pixel or the next group of maps; a mask
for each shift holds that, which keeps every inner loop long, flat and vectorised however few maps a group has.
On other devices and for other dtypes the same formula runs as tensor operations, compiled into one kernel on CUDA.

Shape suffixes: B batch, C maps, H height, W width, L flat memory, S window.
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
from torch import nn

#: Elements worked on at a time: the scratch arrays of a block fit into the first-level cache.
BLOCK = 1024
#: Reassociation and contraction let the compiler vectorise; NaN and infinity keep their meaning.
FAST = {"contract", "reassoc", "nsz", "arcp"}


class LocalResponseNorm(nn.Module):
    """Normalise each activation by the squares of its neighbours in `size` adjacent maps.

    Input and output: (B, C, H, W), float32 or float64 on CPU in channels-last memory (else it is converted);
    any floating dtype elsewhere.

    Args:
        size: maps in the window, size // 2 of them before the map itself.
        alpha: factor of the sum of squares, as the formula is printed: not divided by `size`.
            torch.nn.LocalResponseNorm divides; it takes alpha * size for the same result.
        beta: exponent.
        k: constant in the base.
        groups: the maps are split into so many equal groups, and no window crosses their borders (towers).

    Raises:
        ValueError: size or groups is below 1, or k is not positive.
    Source: Krizhevsky et al. 2012, section 3.3.
    """

    def __init__(self, size: int, alpha: float, beta: float, k: float, *, groups: int = 1) -> None:
        super().__init__()
        if size < 1 or groups < 1:
            raise ValueError(f"size is {size} and groups is {groups}; allowed: 1 and above")
        if k <= 0:
            raise ValueError(f"k is {k}; allowed: above 0, so that the base of the power is never 0")
        self.size, self.alpha, self.beta, self.k, self.groups = size, alpha, beta, k, groups

    def forward(self, x_BCHW: torch.Tensor) -> torch.Tensor:
        if x_BCHW.dim() != 4 or x_BCHW.shape[1] % self.groups:
            raise ValueError(f"input has shape {tuple(x_BCHW.shape)}; allowed: (B, C, H, W) with C a multiple of {self.groups}")
        if x_BCHW.device.type == "cpu" and x_BCHW.dtype in (torch.float32, torch.float64):
            y_BCHW: torch.Tensor = _FusedOnCpu.apply(x_BCHW, self.size, self.alpha, self.beta, self.k, self.groups)
            return y_BCHW
        formula = _compiled_formula() if x_BCHW.is_cuda else formula_by_tensors
        return formula(x_BCHW, self.size, self.alpha, self.beta, self.k, self.groups)

    def extra_repr(self) -> str:
        return f"size={self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}, groups={self.groups}"


def formula_by_tensors(x_BCHW: torch.Tensor, size: int, alpha: float, beta: float, k: float, groups: int) -> torch.Tensor:
    """Return the normalised maps by plain tensor operations: a sum of shifted squares."""
    batch, maps, height, width = x_BCHW.shape
    square = x_BCHW.reshape(batch * groups, maps // groups, height, width).square()
    before, after = size // 2, (size - 1) // 2
    padded = nn.functional.pad(square, (0, 0, 0, 0, before, after))
    total = torch.stack([padded[:, shift : shift + maps // groups] for shift in range(size)]).sum(dim=0)
    return x_BCHW * (k + alpha * total).pow(-beta).reshape(x_BCHW.shape)


@functools.cache
def _compiled_formula() -> Any:
    return torch.compile(formula_by_tensors, dynamic=False)


class _FusedOnCpu(torch.autograd.Function):
    """Run the two compiled passes; only the input is kept for the backward pass."""

    @staticmethod
    def forward(ctx: Any, x_BCHW: torch.Tensor, size: int, alpha: float, beta: float, k: float, groups: int) -> torch.Tensor:
        x = x_BCHW.detach().contiguous(memory_format=torch.channels_last)
        y = torch.empty_like(x)
        ctx.save_for_backward(x)
        ctx.constants = size, alpha, beta, k, groups
        window = _window(x.shape[1], groups, size, _flat(x).dtype)
        _in_threads(_forward_pass, (_flat(x), _flat(y), window[0], size // 2), (alpha, beta, k), block=window[2])
        return y

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> Any:
        (x,) = ctx.saved_tensors
        size, alpha, beta, k, groups = ctx.constants
        gradient = gradients[0].contiguous(memory_format=torch.channels_last)
        out = torch.empty_like(x)
        window = _window(x.shape[1], groups, size, _flat(x).dtype)
        arrays = (_flat(x), _flat(gradient), _flat(out), window[0], window[1], size // 2)
        _in_threads(_backward_pass, arrays, (alpha, beta, k), block=window[2])
        return out, None, None, None, None, None


def _flat(x_BCHW: torch.Tensor) -> NDArray[Any]:
    """View channels-last memory as one axis."""
    flat: NDArray[Any] = x_BCHW.permute(0, 2, 3, 1).reshape(-1).numpy()
    return flat


@functools.lru_cache(maxsize=64)
def _window(maps: int, groups: int, size: int, dtype: np.dtype[Any]) -> tuple[NDArray[Any], NDArray[Any], int]:
    """Return the masks of the window and of the mirrored window, (S, block), and the block's length."""
    block = max(1, BLOCK // maps) * maps
    position = np.arange(block) % (maps // groups)

    def mask(before: int) -> NDArray[Any]:
        shifts = np.arange(-before, size - before)
        neighbour = position[None, :] + shifts[:, None]
        return ((neighbour >= 0) & (neighbour < maps // groups)).astype(dtype)

    return mask(size // 2), mask((size - 1) // 2), block


def _in_threads(compiled: Any, arrays: tuple[Any, ...], constants: tuple[float, ...], *, block: int) -> None:
    """Run `compiled` over the flat memory, split at block borders over as many threads as torch may use."""
    length, dtype = arrays[0].shape[0], arrays[0].dtype.type
    typed = tuple(dtype(constant) for constant in constants)
    num_blocks = -(-length // block)
    num_threads = min(torch.get_num_threads(), num_blocks)
    if num_threads <= 1:
        compiled(*arrays, *typed, block, 0, length)
        return
    borders = [min(length, round(i * num_blocks / num_threads) * block) for i in range(num_threads + 1)]
    parts = [
        _threads(num_threads).submit(functools.partial(compiled, *arrays, *typed, block, first, last))
        for first, last in itertools.pairwise(borders)
    ]
    for part in parts:
        part.result()


@functools.cache
def _threads(num_threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(num_threads, thread_name_prefix="lrn")


@numba.njit(nogil=True, fastmath=FAST, cache=True, error_model="numpy", inline="always")
def _windowed_sum(values: Any, total: Any, mask: Any, num: int) -> None:
    """Write total[j] = sum over shifts d of mask[d, j] * values[j + d]."""
    if mask.shape[0] == 5:
        for j in range(num):
            outer = mask[0, j] * values[j] + mask[4, j] * values[j + 4]
            inner = mask[1, j] * values[j + 1] + mask[3, j] * values[j + 3]
            total[j] = outer + inner + values[j + 2]
        return
    for j in range(num):
        total[j] = mask[0, j] * values[j]
    for d in range(1, mask.shape[0]):
        for j in range(num):
            total[j] += mask[d, j] * values[j + d]


@numba.njit(nogil=True, fastmath=FAST, cache=True, error_model="numpy", inline="always")
def _inverse_power(total: Any, factor: Any, alpha: Any, beta: Any, k: Any, num: int) -> None:
    """Write factor[j] = (k + alpha total[j])^-beta; the two exponents in use go by square roots."""
    if beta == 0.75:
        for j in range(num):
            root = math.sqrt(k + alpha * total[j])
            factor[j] = 1 / (root * math.sqrt(root))
    elif beta == 0.5:
        for j in range(num):
            factor[j] = 1 / math.sqrt(k + alpha * total[j])
    else:
        for j in range(num):
            factor[j] = (k + alpha * total[j]) ** (-beta)


@numba.njit(nogil=True, fastmath=FAST, cache=True, error_model="numpy")
def _forward_pass(
    x_L: Any, y_L: Any, mask: Any, before: int, alpha: Any, beta: Any, k: Any, block: int, first: int, last: int
) -> None:
    square = np.zeros(block + mask.shape[0], x_L.dtype)
    total = np.empty(block, x_L.dtype)
    factor = np.empty(block, x_L.dtype)
    for start in range(first, last, block):
        num = min(block, last - start)
        x, y, own = x_L[start : start + num], y_L[start : start + num], square[before : before + num]
        for j in range(num):
            own[j] = x[j] * x[j]
        _windowed_sum(square, total, mask, num)
        _inverse_power(total, factor, alpha, beta, k, num)
        for j in range(num):
            y[j] = x[j] * factor[j]


@numba.njit(nogil=True, fastmath=FAST, cache=True, error_model="numpy")
def _backward_pass(
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
    """dx_j = dy_j f_j - 2 alpha beta x_j sum over i whose window holds j of dy_i x_i f_i / base_i, f = base^-beta."""
    after = mask.shape[0] - 1 - before
    square = np.zeros(block + mask.shape[0], x_L.dtype)
    share = np.zeros(block + mask.shape[0], x_L.dtype)
    total = np.empty(block, x_L.dtype)
    factor = np.empty(block, x_L.dtype)
    scale = 2 * alpha * beta
    for start in range(first, last, block):
        num = min(block, last - start)
        x, dy, dx = x_L[start : start + num], dy_L[start : start + num], dx_L[start : start + num]
        own, mine = square[before : before + num], share[after : after + num]
        for j in range(num):
            own[j] = x[j] * x[j]
        _windowed_sum(square, total, mask, num)
        _inverse_power(total, factor, alpha, beta, k, num)
        for j in range(num):
            factor[j] *= dy[j]
            mine[j] = factor[j] * x[j] / (k + alpha * total[j])
        _windowed_sum(share, total, mirrored, num)
        for j in range(num):
            dx[j] = factor[j] - scale * x[j] * total[j]
