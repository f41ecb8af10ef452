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
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from repro.models.passes import flat, in_threads, lrn_backward, lrn_forward

#: Elements worked on at a time: the scratch arrays of a block fit into the first-level cache.
BLOCK = 1024


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
        x_L = flat(x)
        mask, _, block = _window(x.shape[1], groups, size, x_L.dtype)
        arguments = x_L, flat(y), mask, size // 2, *_typed(x_L, alpha, beta, k), block
        in_threads(lrn_forward, arguments, length=len(x_L), block=block)
        return y

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> Any:
        (x,) = ctx.saved_tensors
        size, alpha, beta, k, groups = ctx.constants
        gradient = gradients[0].contiguous(memory_format=torch.channels_last)
        out = torch.empty_like(x)
        arrays = flat(x), flat(gradient), flat(out)
        mask, mirrored, block = _window(x.shape[1], groups, size, arrays[0].dtype)
        arguments = *arrays, mask, mirrored, size // 2, *_typed(arrays[0], alpha, beta, k), block
        in_threads(lrn_backward, arguments, length=len(arrays[0]), block=block)
        return out, None, None, None, None, None


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


def _typed(x_L: NDArray[Any], *constants: float) -> tuple[Any, ...]:
    """Return the constants as numbers of the array's type, so that the passes compute in it."""
    return tuple(x_L.dtype.type(constant) for constant in constants)
