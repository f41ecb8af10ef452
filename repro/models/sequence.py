"""Run layers one after the other; a rectifier and the response normalisation after it are one pass where there is one."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import nn

from repro.models.norm.lrn import LocalResponseNorm


class Layers(nn.Sequential):
    """Layers by name, run in order as by `run_in_order`."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return run_in_order(self, x)


def run_in_order(layers: Iterable[nn.Module], x: torch.Tensor) -> torch.Tensor:
    """What `layers` make of `x`, one after the other.

    A rectifier right before a response normalisation that can rectify is left out, and the normalisation reads what went into
    it: the same numbers to the bit, forward and backward, in one pass over memory each instead of two. Both layers run by
    themselves where one of them has a hook, which must see what the layer makes.
    """
    waiting: nn.ReLU | None = None
    for layer in layers:
        if waiting is not None:
            if isinstance(layer, LocalResponseNorm) and layer.takes_rectified(x) and not _has_hooks(layer):
                x, waiting = layer.of_rectified(x), None
                continue
            x, waiting = waiting(x), None
        if type(layer) is nn.ReLU and not layer.inplace and not _has_hooks(layer):
            waiting = layer
        else:
            x = layer(x)
    return x if waiting is None else waiting(x)


def _has_hooks(layer: nn.Module) -> bool:
    return bool(layer._forward_hooks or layer._forward_pre_hooks or layer._backward_hooks or layer._backward_pre_hooks)
