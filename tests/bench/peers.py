"""The best that a good engineer builds in an hour from stock parts: what our layers, steps and loaders are set beside.

Response normalisation as five eager lines, memory in either layout, the fused optimiser, torch.compile with a C++
compiler, pixels that are kept, libjpeg-turbo. All compute what ours computes, as tests/bench/test_cases.py shows.
"""

from __future__ import annotations

import copy
import shutil
import sysconfig
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, cast

import torch
from torch import nn

from repro.models.layers import Dropout
from repro.models.norm.lrn import LocalResponseNorm
from repro.spec.recipe import Optimizer
from repro.train.networks.precision import FAITHFUL, forward_in, products_in

LAYOUTS = {"channels_last": torch.channels_last, "contiguous": torch.contiguous_format}
NO_COMPILER = "torch.compile needs a C++ compiler (g++) and Python's headers, and this machine lacks them"
Step = Callable[[], torch.Tensor]


@cache
def has_compiler() -> bool:
    """Whether torch.compile can make code for the CPU here."""
    header = Path(sysconfig.get_paths()["include"]) / "Python.h"
    return header.exists() and any(shutil.which(name) for name in ("g++", "clang++"))


class StockNorm(nn.Module):
    """torch's layer on groups of maps, as the towers have them: in contiguous memory a view."""

    def __init__(self, layer: LocalResponseNorm) -> None:
        super().__init__()
        self.groups = layer.groups
        self.norm = nn.LocalResponseNorm(layer.size, layer.alpha * layer.size, layer.beta, layer.k)

    def forward(self, x_BCHW: torch.Tensor) -> torch.Tensor:
        batch, maps, height, width = x_BCHW.shape
        grouped = x_BCHW.reshape(batch * self.groups, maps // self.groups, height, width)
        return cast(torch.Tensor, self.norm(grouped).reshape(x_BCHW.shape))


class FormulaNorm(nn.Module):
    """The formula of section 3.3 in eager lines; the power of -3/4 by two square roots, which a compiler turns into few."""

    def __init__(self, layer: LocalResponseNorm) -> None:
        super().__init__()
        if layer.beta != 0.75:
            raise ValueError(f"beta is {layer.beta}; allowed: 0.75, whose power two square roots give")
        self.size, self.alpha, self.k, self.groups = layer.size, layer.alpha, layer.k, layer.groups

    def forward(self, x_BCHW: torch.Tensor) -> torch.Tensor:
        batch, maps, height, width = x_BCHW.shape
        x = x_BCHW.reshape(batch, self.groups, maps // self.groups, height, width) if self.groups > 1 else x_BCHW
        dim, num = x.dim() - 3, maps // self.groups
        squares = nn.functional.pad(x * x, (0, 0, 0, 0, self.size // 2, self.size // 2))
        window = squares.narrow(dim, 0, num)
        for first in range(1, self.size):
            window = window + squares.narrow(dim, first, num)
        root = torch.rsqrt(self.k + self.alpha * window)
        return (x * (root * torch.sqrt(root))).reshape(x_BCHW.shape)


def stock(net: nn.Module, *, layout: str, norm: Callable[[LocalResponseNorm], nn.Module] = StockNorm) -> nn.Sequential:
    """The same net with the same weights as a plain sequence of torch's own modules, its memory in `layout`."""
    layers = {}
    for name, layer in copy.deepcopy(net).named_children():
        if isinstance(layer, LocalResponseNorm):
            layer = norm(layer)
        elif isinstance(layer, Dropout):
            layer = nn.Dropout(layer.rate)
        layers[name] = layer
    plain = nn.Sequential()
    for name, layer in layers.items():
        plain.add_module(name, layer)
    return plain.to(memory_format=LAYOUTS[layout])  # type: ignore[call-overload,no-any-return]


def fused_sgd(net: nn.Module, rule: Optimizer) -> torch.optim.SGD:
    """torch's fastest optimiser of this rule on a CPU."""
    return torch.optim.SGD(
        net.train().parameters(), lr=rule.learning_rate, momentum=rule.momentum, weight_decay=rule.weight_decay, fused=True
    )


def plain_step(net: nn.Module, rule: Optimizer, x: torch.Tensor, label_B: torch.Tensor, *, precision: str = FAITHFUL) -> Step:
    """The training step that torch's documentation shows, with the fused optimiser; it gives the loss."""

    def loss_of(images: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        return nn.functional.cross_entropy(net(images), labels)

    optimizer = fused_sgd(net, rule)
    return _step(loss_of, optimizer.zero_grad, optimizer.step, x, label_B, precision=precision)


def _step(
    loss_of: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
    forget: Callable[[], object],
    update: Callable[[], object],
    x: torch.Tensor,
    label_B: torch.Tensor,
    *,
    precision: str,
) -> Step:
    def step() -> torch.Tensor:
        with products_in(precision, device=x.device.type):
            with forward_in(precision, device=x.device):
                loss = loss_of(x, label_B)
            forget()
            loss.backward()
        update()
        return loss.detach()

    return step


@dataclass
class Compiled:
    """Work for which torch.compile makes code in the first call. seconds: the wall time of that call."""

    work: Callable[[], Any]
    seconds: float = field(default=0.0)

    def __call__(self) -> Any:
        if self.seconds:
            return self.work()
        began = time.perf_counter()
        result = self.work()
        self.seconds = time.perf_counter() - began
        return result


def compiled_step(net: nn.Module, rule: Optimizer, x: torch.Tensor, label_B: torch.Tensor, *, precision: str = FAITHFUL) -> Step:
    """The same step with loss, gradients and update compiled, all shapes fixed; it gives the loss."""
    optimizer = torch.optim.SGD(
        net.train().parameters(), lr=rule.learning_rate, momentum=rule.momentum, weight_decay=rule.weight_decay, foreach=True
    )
    loss_of = torch.compile(lambda images, labels: nn.functional.cross_entropy(net(images), labels), dynamic=False)
    update = torch.compile(optimizer.step, dynamic=False)
    return _step(loss_of, optimizer.zero_grad, update, x, label_B, precision=precision)


def compiled_layer(layer: nn.Module) -> nn.Module:
    """A layer whose forward and backward are compiled for the shapes that it meets first."""
    return cast(nn.Module, torch.compile(layer, dynamic=False))
