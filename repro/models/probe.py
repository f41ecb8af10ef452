"""Read off a network what no score shows: saturated units, the last hidden layer's outputs, the first layer's kernels.

Shape suffixes: B batch, C colour channels, F features, H height, W width, K kernels, T frames, U units with their
places.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from repro.artifacts.log_jsonl import LayerSaturation, Saturation
from repro.spec.geometry.image import geometry
from repro.spec.network import Network

#: A unit is saturated where its derivative is below this share of the largest that its activation has.
SATURATED_BELOW = 0.05


@contextmanager
def evaluating(net: nn.Module) -> Iterator[None]:
    """Put the network into evaluation mode, and back into its own afterwards."""
    was_training = net.training
    net.eval()
    try:
        yield
    finally:
        net.train(was_training)


def input_of(net: nn.Module, layer: str, x_BCHW: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The network's output for a batch and what went into `layer` on the way, as (B, F)."""
    found: list[torch.Tensor] = []
    hook = net.get_submodule(layer).register_forward_pre_hook(lambda module, inputs: found.append(inputs[0]))
    try:
        output = net(x_BCHW)
    finally:
        hook.remove()
    return output, found[0].flatten(1)


def saturated(y: torch.Tensor, activation: str) -> torch.Tensor:
    """Say where an activation is saturated, from its output `y`.

    Raises:
        ValueError: the activation is unknown.
    """
    if activation == "relu":
        return y <= 0
    if activation == "tanh":
        return 1 - y.square() < SATURATED_BELOW
    if activation == "sigmoid":
        return 4 * y * (1 - y) < SATURATED_BELOW
    raise ValueError(f"unknown activation {activation!r}; allowed: relu, tanh, sigmoid")


@dataclass(kw_only=True)
class _Count:
    """Sums over the batches of one layer. `always_U`: saturated for every image so far."""

    num_saturated: int = 0
    num: int = 0
    always_U: torch.Tensor | None = None

    def add(self, saturated_BU: torch.Tensor) -> None:
        self.num_saturated += int(saturated_BU.count_nonzero())
        self.num += saturated_BU.numel()
        always_U = saturated_BU.all(dim=0)
        self.always_U = always_U if self.always_U is None else self.always_U & always_U

    def shares(self) -> LayerSaturation:
        assert self.always_U is not None, "no image went through the network"
        num_dead, num_units = int(self.always_U.count_nonzero()), self.always_U.numel()
        return LayerSaturation(saturated=self.num_saturated / self.num, dead=num_dead / num_units)


@torch.inference_mode()
def saturation(net: nn.Module, network: Network, batches: Iterable[torch.Tensor]) -> Saturation:
    """By layer, in evaluation mode, which share of its activations is saturated, and of its units for every image.

    A unit of a convolution is counted at every place of its map.
    """
    names = [shape.name for shape in geometry(network).layers[:-1]]
    counts = {name: _Count() for name in names}

    def count(name: str) -> Any:
        return lambda module, inputs, y: counts[name].add(saturated(y, network.activation).flatten(1))

    hooks = [net.get_submodule(f"{name}_{network.activation}").register_forward_hook(count(name)) for name in names]
    try:
        with evaluating(net):
            for x_BCHW in batches:
                net(x_BCHW)
    finally:
        for hook in hooks:
            hook.remove()
    return {name: found.shares() for name, found in counts.items()}


def first_kernels_KHWC(net: nn.Module, network: Network) -> NDArray[np.float32]:
    """The weights of the first convolution, which sees the image: those of a tower lie together, tower by tower."""
    weight_KCHW = net.get_submodule(geometry(network).conv[0].name).weight
    assert isinstance(weight_KCHW, torch.Tensor) and weight_KCHW.dim() == 4, "the first layer is no convolution"
    kernel_KHWC: NDArray[np.float32] = weight_KCHW.detach().permute(0, 2, 3, 1).float().cpu().contiguous().numpy()
    return kernel_KHWC
