"""Response normalisation inside a map: by the mean of the squares of the pixels around.

b = a / (k + alpha * mean over the window of a^2)^beta; pixels beyond the edge count as 0 in a mean over size^2 values.
On CPU one compiled pass forward and one backward do it; elsewhere plain tensor operations.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from repro.models.norm.passes import flat, in_threads, map_norm_backward, map_norm_forward


class MapResponseNorm(nn.Module):
    """Normalise each activation by the squares in a window of `size` x `size` pixels of its own map.

    Input and output: (B, C, H, W), on CPU best in channels-last memory. The window has size // 2 pixels before the pixel itself.

    Raises:
        ValueError: size is below 1, or k is not positive.
    Source: layer cnorm2 of the released code; Krizhevsky et al. 2012 do not mention it.
    """

    def __init__(self, size: int, alpha: float, beta: float, k: float) -> None:
        super().__init__()
        if size < 1:
            raise ValueError(f"size is {size}; allowed: 1 and above")
        if k <= 0:
            raise ValueError(f"k is {k}; allowed: above 0, so that the base of the power is never 0")
        self.size, self.alpha, self.beta, self.k = size, alpha, beta, k

    def forward(self, x_BCHW: torch.Tensor) -> torch.Tensor:
        if x_BCHW.device.type == "cpu" and x_BCHW.dtype in (torch.float32, torch.float64):
            y_BCHW: torch.Tensor = _FusedOnCpu.apply(x_BCHW, self.size, self.alpha, self.beta, self.k)
            return y_BCHW
        return formula_by_tensors(x_BCHW, self.size, self.alpha, self.beta, self.k)

    def extra_repr(self) -> str:
        return f"size={self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"


def formula_by_tensors(x_BCHW: torch.Tensor, size: int, alpha: float, beta: float, k: float) -> torch.Tensor:
    """The normalised maps by plain tensor operations."""
    before, after = size // 2, (size - 1) // 2
    padded = nn.functional.pad(x_BCHW.square(), (before, after, before, after))
    return x_BCHW * (k + alpha * nn.functional.avg_pool2d(padded, size, stride=1)).pow(-beta)


class _FusedOnCpu(torch.autograd.Function):
    """Run the two compiled passes; only the input is kept for the backward pass."""

    @staticmethod
    def forward(ctx: Any, x_BCHW: torch.Tensor, size: int, alpha: float, beta: float, k: float) -> torch.Tensor:
        x = x_BCHW.detach().contiguous(memory_format=torch.channels_last)
        y = torch.empty_like(x)
        ctx.save_for_backward(x)
        arrays = flat(x), flat(y)
        number = arrays[0].dtype.type
        ctx.settings = *x.shape[2:], x.shape[1], size, number(alpha / size**2), number(beta), number(k)
        in_threads(map_norm_forward, (*arrays, *ctx.settings), length=len(x), block=1)
        return y

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> Any:
        (x,) = ctx.saved_tensors
        gradient = gradients[0].contiguous(memory_format=torch.channels_last)
        out = torch.empty_like(x)
        arrays = flat(x), flat(gradient), flat(out)
        in_threads(map_norm_backward, (*arrays, *ctx.settings), length=len(x), block=1)
        return out, None, None, None, None
