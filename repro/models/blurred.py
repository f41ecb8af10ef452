"""A coarse view of the image that a later layer has besides the maps of the layer before it.

Shape suffixes: B images, C colours, K kernels, H x W pixels.
"""

from __future__ import annotations

from collections import OrderedDict

import torch
from torch import nn
from torch.nn import functional

from repro.models.sequence import run_in_order
from repro.spec.geometry.blurred import BlurredShape


class BlurredView(nn.Module):
    """Blur an image, keep one pixel in `keep_px` along each side, and convolve what is left; there are no biases.

    Input: (B, 3, input_px, input_px); output: (B, num_kernels, out_px, out_px). Beyond the edge of the image is 0, the mean.

    Source: Krizhevsky et al. 2012, released code, runs 131, 135 and 137.
    """

    def __init__(self, shape: BlurredShape) -> None:
        super().__init__()
        self._shape = shape
        self.weight = nn.Parameter(torch.zeros(shape.num_kernels, shape.in_maps, shape.kernel_px, shape.kernel_px))
        self.register_buffer("window_WW", gaussian_WW(shape.window_px, std_px=shape.std_px), persistent=False)

    def forward(self, x_BCHW: torch.Tensor) -> torch.Tensor:
        shape, before_px, after_px = self._shape, *self._margins_px(x_BCHW.shape[-1])
        window_C1WW = self.get_buffer("window_WW").to(x_BCHW.dtype).expand(shape.in_maps, 1, -1, -1)
        padded = functional.pad(x_BCHW, (before_px, after_px, before_px, after_px))
        coarse = functional.conv2d(padded, window_C1WW, stride=shape.keep_px, groups=shape.in_maps)
        if shape.extra_px:
            coarse = functional.pad(coarse, (0, shape.extra_px, 0, shape.extra_px))
        maps = functional.conv2d(coarse, self.weight, stride=shape.stride_px, padding=shape.padding_px)
        return maps[:, :, : shape.out_px, : shape.out_px]

    def _margins_px(self, input_px: int) -> tuple[int, int]:
        """The zeros before and after the image that let the first window lie on `start_px` and the last one fit."""
        shape, half_px = self._shape, self._shape.window_px // 2
        last_px = shape.start_px + (input_px - 1 - shape.start_px) // shape.keep_px * shape.keep_px
        return half_px - shape.start_px, last_px + half_px - (input_px - 1)


class WithBlurredView(nn.Sequential):
    """Layers in a row, with the sums of the coarse view added to those of one of them."""

    def __init__(self, layers: OrderedDict[str, nn.Module], shape: BlurredShape) -> None:
        super().__init__(layers)
        self._fed, self._view = shape.layer, shape.name
        self.add_module(shape.name, BlurredView(shape))

    def forward(self, x_BCHW: torch.Tensor) -> torch.Tensor:
        layers = {name: layer for name, layer in self.named_children() if name != self._view}
        fed = list(layers).index(self._fed) + 1
        y = run_in_order(list(layers.values())[:fed], x_BCHW) + self.get_submodule(self._view)(x_BCHW)
        return run_in_order(list(layers.values())[fed:], y)


def gaussian_WW(window_px: int, *, std_px: float) -> torch.Tensor:
    """A Gaussian window that sums to 1."""
    offset_W = torch.arange(window_px, dtype=torch.float32) - window_px // 2
    weight_W = torch.exp(-(offset_W**2) / (2 * std_px**2))
    weight_WW = weight_W[:, None] * weight_W
    return weight_WW / weight_WW.sum()
