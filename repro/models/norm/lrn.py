"""Local response normalisation, one fused pass forward and one backward.

Krizhevsky et al. 2012, section 3.3: b_i = a_i / (k + alpha * sum over neighbouring maps j of a_j^2)^beta.

On CPU numba compiles the passes (repro.models.norm.lrn_kernel for channels-last memory,
repro.models.norm.rows_kernel for contiguous memory): some seconds for each when a machine first runs it, kept on
disk for every later process. On CUDA Triton compiles one kernel forward and one backward
(repro.models.norm.lrn_triton). Other devices and dtypes, and CUDA without Triton, take tensor operations.

Shape suffixes: B batch, C maps, H height, W width, L flat memory, S window.
"""

from __future__ import annotations

import functools
import importlib
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from repro.models.norm import lrn_kernel, rows_kernel
from repro.models.norm.passes import in_threads

#: Elements worked on at a time: masks and scratch arrays of a block fit into the first-level cache.
ELEMENTS_AT_ONCE = 400
#: Elements between the rows of a mask beyond the block, so that rows do not lie a power of two apart and share cache sets.
APART = 16
#: Pixels worked on at a time where the maps are rows: loops are long, and rows of 256 maps fit into the second-level cache.
TILE = 256

#: The compiled passes by name: over contiguous memory, over channels-last memory, and there of bfloat16.
CONTIGUOUS = {"forward": rows_kernel.forward_rows, "backward": rows_kernel.backward_rows}
CHANNELS_LAST = {
    "forward": lrn_kernel.forward,
    "backward": lrn_kernel.backward,
    "rectified_forward": lrn_kernel.rectified_forward,
    "rectified_backward": lrn_kernel.rectified_backward,
}
CHANNELS_LAST_BFLOAT16 = {"forward": lrn_kernel.forward_bfloat16, "backward": lrn_kernel.backward_bfloat16}

ON_CPU = (torch.float32, torch.float64, torch.bfloat16)
#: Window and exponent of the passes that rectify, and their types.
RECTIFIED = ((5, 0.75), (5, 0.5))
RECTIFIED_ON_CPU = (torch.float32, torch.float64)
ON_GPU = (torch.float32, torch.float16, torch.bfloat16)


class LocalResponseNorm(nn.Module):
    """Normalise each activation by the squares of its neighbours in `size` adjacent maps.

    Input and output: (B, C, H, W) of any floating dtype, in the same layout of memory. On CPU float32, float64 and bfloat16
    have passes of their own for channels-last and for contiguous memory, on CUDA float32, float16 and bfloat16. Dtypes of 16
    bits are computed in float32.

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
        setting = self._setting
        if x_BCHW.is_cuda and x_BCHW.dtype in ON_GPU and _on_gpu():
            z_BCHW: torch.Tensor = _FusedOnGpu.apply(x_BCHW, setting)
            return z_BCHW
        if x_BCHW.device.type == "cpu" and x_BCHW.dtype in ON_CPU:
            y_BCHW: torch.Tensor = _FusedOnCpu.apply(x_BCHW, setting, "")
            return y_BCHW
        return formula_by_tensors(x_BCHW, *setting)

    def takes_rectified(self, x_BCHW: torch.Tensor) -> bool:
        """Say whether `of_rectified` has a pass for it: windows of five maps, beta 0.75 or 0.5, channels-last memory on CPU."""
        return (
            type(x_BCHW) is torch.Tensor
            and x_BCHW.device.type == "cpu"
            and x_BCHW.dtype in RECTIFIED_ON_CPU
            and x_BCHW.dim() == 4
            and x_BCHW.shape[1] % self.groups == 0
            and (self.size, self.beta) in RECTIFIED
            and x_BCHW.is_contiguous(memory_format=torch.channels_last)
        )

    def of_rectified(self, x_BCHW: torch.Tensor) -> torch.Tensor:
        """What this layer makes of max(x, 0), to the bit, in one pass that reads `x`: for inputs that it takes.

        The backward pass keeps `x` alone, where a rectifier and a normalisation keep the rectifier's output as well.
        """
        y_BCHW: torch.Tensor = _FusedOnCpu.apply(x_BCHW, self._setting, "rectified_")
        return y_BCHW

    @property
    def _setting(self) -> tuple[int, float, float, float, int]:
        return self.size, self.alpha, self.beta, self.k, self.groups

    def extra_repr(self) -> str:
        return f"size={self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}, groups={self.groups}"


def formula_by_tensors(x_BCHW: torch.Tensor, size: int, alpha: float, beta: float, k: float, groups: int) -> torch.Tensor:
    """The normalised maps by plain tensor operations: a sum of shifted squares."""
    batch, maps, height, width = x_BCHW.shape
    square = x_BCHW.square().reshape(batch * groups, maps // groups, height, width)
    padded = nn.functional.pad(square, (0, 0, 0, 0, size // 2, size - 1 - size // 2))
    total = padded[:, : maps // groups]
    for shift in range(1, size):
        total = total + padded[:, shift : shift + maps // groups]
    return x_BCHW * (k + alpha * total.reshape(x_BCHW.shape)).pow(-beta)


@functools.cache
def _on_gpu() -> Any:
    """The module of the passes on a GPU; None without Triton, which CUDA builds of torch bring along."""
    try:
        return importlib.import_module("repro.models.norm.lrn_triton")
    except ModuleNotFoundError as error:
        if error.name != "triton":
            raise
        return None


class _FusedOnGpu(torch.autograd.Function):
    """Run the two passes of repro.models.norm.lrn_triton; only the input is kept for the backward pass."""

    @staticmethod
    def forward(ctx: Any, x_BCHW: torch.Tensor, setting: tuple[Any, ...]) -> torch.Tensor:
        ctx.layout, ctx.setting = _layout(x_BCHW), setting
        x = x_BCHW.detach().contiguous(memory_format=ctx.layout)
        y = torch.empty_like(x)
        ctx.save_for_backward(x)
        _on_gpu().run("forward", (x, y), channels_last=ctx.layout == torch.channels_last, setting=setting)
        return y

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> Any:
        (x,) = ctx.saved_tensors
        dy, dx = gradients[0].contiguous(memory_format=ctx.layout), torch.empty_like(x)
        _on_gpu().run("backward", (x, dy, dx), channels_last=ctx.layout == torch.channels_last, setting=ctx.setting)
        return dx, None


class _FusedOnCpu(torch.autograd.Function):
    """Run the two compiled passes whose names begin with `kind`; only the input is kept for the backward pass."""

    @staticmethod
    def forward(ctx: Any, x_BCHW: torch.Tensor, setting: tuple[Any, ...], kind: str) -> torch.Tensor:
        ctx.wanted = wanted = _layout(x_BCHW)
        ctx.layout = layout = torch.channels_last if x_BCHW.dtype == torch.bfloat16 else wanted
        x = x_BCHW.detach().contiguous(memory_format=layout)
        y = torch.empty_like(x)
        ctx.save_for_backward(x)
        ctx.setting, ctx.kind = setting, kind
        _run(f"{kind}forward", (x, y), layout, setting)
        return y.contiguous(memory_format=wanted)

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> Any:
        (x,) = ctx.saved_tensors
        dx = torch.empty_like(x)
        _run(f"{ctx.kind}backward", (x, gradients[0].contiguous(memory_format=ctx.layout), dx), ctx.layout, ctx.setting)
        return dx.contiguous(memory_format=ctx.wanted), None, None


def _layout(x_BCHW: torch.Tensor) -> torch.memory_format:
    """The layout of `x`: contiguous if it is that and not channels-last."""
    channels_last = x_BCHW.is_contiguous(memory_format=torch.channels_last)
    return torch.contiguous_format if x_BCHW.is_contiguous() and not channels_last else torch.channels_last


def _run(name: str, tensors: tuple[torch.Tensor, ...], layout: torch.memory_format, setting: tuple[Any, ...]) -> None:
    """Run the pass `name` over tensors that lie in `layout`."""
    size, alpha, beta, k, groups = setting
    x_BCHW = tensors[0]
    batch, maps, height, width = x_BCHW.shape
    if layout == torch.contiguous_format:
        arrays = tuple(tensor.view(-1).numpy() for tensor in tensors)
        constants = _constants(arrays[0].dtype, alpha, beta, k)
        tiles = batch * groups * -(-height * width // TILE)
        arguments = (*arrays, maps // groups, height * width, size, *constants, TILE)
        in_threads(CONTIGUOUS[name], arguments, length=tiles, block=1)
        return
    narrow = x_BCHW.dtype == torch.bfloat16
    seen = [tensor.view(torch.uint16) if narrow else tensor for tensor in tensors]
    arrays = tuple(tensor.numpy().transpose(0, 2, 3, 1).reshape(-1) for tensor in seen)  # views: the memory lies so
    window = _window(maps, groups, size, np.dtype(np.float32) if narrow else arrays[0].dtype)
    masks = (window.mask,) if name.endswith("forward") else (window.mask, window.mirrored)
    constants = _constants(window.mask.dtype, alpha, beta, k)
    compiled = (CHANNELS_LAST_BFLOAT16 if narrow else CHANNELS_LAST)[name]
    in_threads(compiled, (*arrays, *masks, size // 2, *constants, window.block), length=len(arrays[0]), block=window.block)


class _Window(NamedTuple):
    """The masks of the window and of the mirrored window, (S, block + APART), and the block's length."""

    mask: NDArray[Any]
    mirrored: NDArray[Any]
    block: int


@functools.lru_cache(maxsize=64)
def _window(maps: int, groups: int, size: int, dtype: np.dtype[Any]) -> _Window:
    block = max(1, ELEMENTS_AT_ONCE // maps) * maps
    position = np.arange(block + APART) % (maps // groups)

    def mask(before: int) -> NDArray[Any]:
        shifts = np.arange(-before, size - before)
        neighbour = position[None, :] + shifts[:, None]
        return ((neighbour >= 0) & (neighbour < maps // groups)).astype(dtype)

    own = mask(size // 2)
    return _Window(own, own if size % 2 else mask((size - 1) // 2), block)


@functools.lru_cache(maxsize=64)
def _constants(dtype: np.dtype[Any], alpha: float, beta: float, k: float) -> tuple[Any, ...]:
    """Alpha, beta and k as numbers of the arrays' type, so that the passes compute in it."""
    return tuple(dtype.type(constant) for constant in (alpha, beta, k))
