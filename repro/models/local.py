"""Locally connected layers: convolutions in which every place of the map has kernels and biases of its own.

One row of places is one batched matrix product. The rows of the input that a row of places sees are copied side by side once;
in this copy the window of a place is one run of memory, and windows of neighbouring places overlap without a copy of their own.

Shape suffixes: B batch, C maps in, K kernels, H height, W width, Y rows and X columns of places, R rows and S columns of
a kernel, U = S * R * C inputs of a kernel.

Source: Krizhevsky's cuda-convnet, layers of type `local`, in the nets that footnote 3 of Krizhevsky et al. 2012 points to.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import nn


class LocallyConnected2d(nn.Module):
    """A convolution whose kernels and biases are not shared between places.

    Input: (B, in_maps, H, W), best in channels-last memory; output: (B, num_kernels, out_px, out_px).
    Parameters: weight_YXSRCK, columns of the kernel before its rows; bias_YXK.

    Args:
        out_px: places along each side; the input's size must fit it.
        groups: maps and kernels are split into so many equal groups, each kernel sees the maps of its group (towers).

    Raises:
        ValueError: `groups` does not divide maps and kernels.
    """

    def __init__(
        self, in_maps: int, num_kernels: int, kernel_px: int, *, out_px: int, stride: int = 1, padding: int = 0, groups: int = 1
    ) -> None:
        super().__init__()
        if in_maps % groups or num_kernels % groups:
            raise ValueError(f"{in_maps} maps and {num_kernels} kernels in {groups} groups; allowed: multiples of {groups}")
        self.in_maps, self.out_px, self.stride, self.padding, self.groups = in_maps, out_px, stride, padding, groups
        self.weight = nn.Parameter(torch.empty(out_px, out_px, kernel_px, kernel_px, in_maps // groups, num_kernels))
        self.bias = nn.Parameter(torch.empty(out_px, out_px, num_kernels))
        bound = 1 / math.sqrt(in_maps // groups * kernel_px**2)
        nn.init.uniform_(self.weight, -bound, bound)
        nn.init.uniform_(self.bias, -bound, bound)

    def forward(self, x_BCHW: torch.Tensor) -> torch.Tensor:
        kernel_px = self.weight.shape[2]
        expected = (self.out_px - 1) * self.stride + kernel_px - 2 * self.padding
        if x_BCHW.dim() != 4 or tuple(x_BCHW.shape[1:]) != (self.in_maps, expected, expected):
            raise ValueError(
                f"input has shape {tuple(x_BCHW.shape)}; allowed: (B, {self.in_maps}, {expected}, {expected}), "
                f"which gives {self.out_px} places along each side"
            )
        if self.groups == 1:
            y: torch.Tensor = _Local.apply(x_BCHW, self.weight, self.bias, self.stride, self.padding)
            return y
        parts = zip(
            x_BCHW.chunk(self.groups, 1), self.weight.chunk(self.groups, -1), self.bias.chunk(self.groups, -1), strict=True
        )
        return torch.cat([_Local.apply(x, weight, bias, self.stride, self.padding) for x, weight, bias in parts], dim=1)

    def extra_repr(self) -> str:
        kernel_px, num_kernels = self.weight.shape[2], self.weight.shape[-1]
        sizes = f"{self.in_maps}, {num_kernels}, {kernel_px}, out_px={self.out_px}"
        return f"{sizes}, stride={self.stride}, padding={self.padding}, groups={self.groups}"


class _Local(torch.autograd.Function):
    """Keep the copied rows of the input for the backward pass."""

    @staticmethod
    def forward(
        ctx: Any, x_BCHW: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor, stride: int, padding: int
    ) -> torch.Tensor:
        num_rows, num_columns, kernel_px, _, _, num_kernels = weight.shape
        rows = _rows(x_BCHW, num_rows, kernel_px, stride, padding)
        weight_YXUK = weight.detach().reshape(num_rows, num_columns, -1, num_kernels)
        y_YXBK = x_BCHW.new_empty(num_rows, num_columns, x_BCHW.shape[0], num_kernels)
        for row in range(num_rows):
            window_XBU = _windows(rows[row], num_columns, kernel_px, stride)
            torch.baddbmm(bias.detach()[row].unsqueeze(1), window_XBU, weight_YXUK[row], out=y_YXBK[row])
        ctx.save_for_backward(rows, weight)
        ctx.settings = x_BCHW.shape, stride, padding
        return y_YXBK.permute(2, 3, 0, 1)

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> Any:
        rows, weight = ctx.saved_tensors
        shape, stride, padding = ctx.settings
        num_rows, num_columns, kernel_px, _, _, num_kernels = weight.shape
        dy_YXBK = gradients[0].permute(2, 3, 0, 1).contiguous()
        dx = dweight = dbias = None
        if ctx.needs_input_grad[1]:
            dweight = torch.empty_like(weight, memory_format=torch.contiguous_format)
            for row, dweight_XUK in enumerate(dweight.view(num_rows, num_columns, -1, num_kernels)):
                window_XBU = _windows(rows[row], num_columns, kernel_px, stride)
                torch.bmm(window_XBU.transpose(1, 2), dy_YXBK[row], out=dweight_XUK)
        if ctx.needs_input_grad[2]:
            dbias = dy_YXBK.sum(dim=2)
        if ctx.needs_input_grad[0]:
            drows = torch.zeros_like(rows)
            weight_YXUK = weight.reshape(num_rows, num_columns, -1, num_kernels)
            for row in range(num_rows):
                windows = _windows(drows[row], num_columns, kernel_px, stride)
                for column in range(num_columns):
                    windows[column].addmm_(dy_YXBK[row, column], weight_YXUK[row, column].t())
            dx = _joined(drows, shape, stride, padding)
        return dx, dweight, dbias, None, None


def _rows(x_BCHW: torch.Tensor, num_rows: int, kernel_px: int, stride: int, padding: int) -> torch.Tensor:
    """Rows_YBWRC[y, b, w, r] = the pixel of row y * stride + r and column w of the padded image b."""
    batch, maps, height, width = x_BCHW.shape
    rows = x_BCHW.new_zeros(num_rows, batch, width + 2 * padding, kernel_px, maps)
    x_HBWC = x_BCHW.detach().permute(2, 0, 3, 1)
    for r in range(kernel_px):
        first, last, top = _inside(r, num_rows, height, stride, padding)
        rows[first:last, :, padding : padding + width, r] = x_HBWC[top::stride][: last - first]
    return rows


def _joined(drows_YBWRC: torch.Tensor, shape: torch.Size, stride: int, padding: int) -> torch.Tensor:
    """The gradient of the image from that of its copied rows."""
    batch, maps, height, width = shape
    dx = drows_YBWRC.new_zeros(batch, maps, height, width).contiguous(memory_format=torch.channels_last)
    dx_HBWC = dx.permute(2, 0, 3, 1)
    for r in range(drows_YBWRC.shape[3]):
        first, last, top = _inside(r, drows_YBWRC.shape[0], height, stride, padding)
        dx_HBWC[top::stride][: last - first] += drows_YBWRC[first:last, :, padding : padding + width, r]
    return dx


def _inside(r: int, num_rows: int, height: int, stride: int, padding: int) -> tuple[int, int, int]:
    """The places first to last whose kernel row `r` lies in the image, and the image's row at the first."""
    first = max(0, -(-(padding - r) // stride))
    last = max(first, min(num_rows, -(-(height + padding - r) // stride)))
    return first, last, first * stride + r - padding


def _windows(rows_BWRC: torch.Tensor, num_columns: int, kernel_px: int, stride: int) -> torch.Tensor:
    """View windows_XBU: the inputs of each place of one row, overlapping in memory."""
    batch, width, _, maps = rows_BWRC.shape
    step = kernel_px * maps
    return rows_BWRC.as_strided(
        (num_columns, batch, kernel_px * step), (stride * step, width * step, 1), rows_BWRC.storage_offset()
    )
