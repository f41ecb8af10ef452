"""Response normalisation inside a map: by the mean of the squares of the pixels around.

b = a / (k + alpha * mean over the window of a^2)^beta; pixels beyond the edge count as 0 in a mean over size^2 values.
"""

from __future__ import annotations

import torch
from torch import nn


class MapResponseNorm(nn.Module):
    """Normalise each activation by the squares in a window of `size` x `size` pixels of its own map.

    Input and output: (B, C, H, W). The window has size // 2 pixels before the pixel itself.

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
        return formula_by_tensors(x_BCHW, self.size, self.alpha, self.beta, self.k)

    def extra_repr(self) -> str:
        return f"size={self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"


def formula_by_tensors(x_BCHW: torch.Tensor, size: int, alpha: float, beta: float, k: float) -> torch.Tensor:
    """Return the normalised maps by plain tensor operations."""
    before, after = size // 2, (size - 1) // 2
    padded = nn.functional.pad(x_BCHW.square(), (before, after, before, after))
    return x_BCHW * (k + alpha * nn.functional.avg_pool2d(padded, size, stride=1)).pow(-beta)
