"""The small layers of the paper's net that torch has not or has otherwise."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import nn

from repro.spec.network import ACTIVATIONS, DROPOUT_SCALINGS, EDGES, POOLING_KINDS, Pooling
from repro.system.seeds import derived_seed


class Dropout(nn.Module):
    """Set activations to zero with probability `rate` in training.

    `scaling` says when the outputs are scaled: at `test` they are multiplied by 1 - rate, as the paper has it;
    in `train` they are divided by it, as torch's layer does. The mask is a function of the seed that
    `seed_dropout` gave last, so that a resumed run draws the masks which the uninterrupted one would have drawn.

    Source: Krizhevsky et al. 2012, section 4.2.
    """

    def __init__(self, rate: float, scaling: str = "test") -> None:
        super().__init__()
        if not 0 <= rate < 1:
            raise ValueError(f"dropout rate is {rate}; allowed: at least 0 and below 1")
        if scaling not in DROPOUT_SCALINGS:
            raise ValueError(f"unknown dropout scaling {scaling!r}; allowed: {', '.join(DROPOUT_SCALINGS)}")
        self.rate, self.scaling = rate, scaling
        self._generator: torch.Generator | None = None

    def seed(self, seed: int, *, device: torch.device) -> None:
        """Start the stream of masks that belongs to `seed`."""
        if self._generator is None or self._generator.device != device:
            self._generator = torch.Generator(device)
        self._generator.manual_seed(seed)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not self.training:
            return x * (1 - self.rate) if self.scaling == "test" else x
        if self._generator is None:
            raise RuntimeError(
                "dropout has no seed in training; call seed_dropout(net, key=..., step=..., device=...) before each step"
            )
        keep = torch.rand(x.shape, generator=self._generator, device=x.device).ge_(self.rate).to(x.dtype)
        return x * keep if self.scaling == "test" else x * keep / (1 - self.rate)

    def extra_repr(self) -> str:
        return f"rate={self.rate}, scaling={self.scaling}"


class GroupedLinear(nn.Module):
    """A dense layer in equal blocks: each block of outputs sees its block of inputs alone.

    Input: (B, in_units), output: (B, num_units); weight (num_units, in_units / groups).

    Raises:
        ValueError: `groups` does not divide both numbers of units.
    """

    def __init__(self, in_units: int, num_units: int, *, groups: int) -> None:
        super().__init__()
        if in_units % groups or num_units % groups:
            raise ValueError(f"{in_units} inputs and {num_units} units in {groups} groups; allowed: multiples of {groups}")
        self.groups = groups
        self.weight = nn.Parameter(torch.empty(num_units, in_units // groups))
        self.bias = nn.Parameter(torch.empty(num_units))
        bound = 1 / math.sqrt(in_units // groups)
        nn.init.uniform_(self.weight, -bound, bound)
        nn.init.uniform_(self.bias, -bound, bound)

    def forward(self, x_BU: torch.Tensor) -> torch.Tensor:
        blocks_GBU = x_BU.unflatten(1, (self.groups, -1)).transpose(0, 1)
        weight_GUV = self.weight.unflatten(0, (self.groups, -1)).transpose(1, 2)
        bias_G1V = self.bias.reshape(self.groups, 1, -1)
        return torch.baddbmm(bias_G1V, blocks_GBU, weight_GUV).transpose(0, 1).flatten(1)

    def extra_repr(self) -> str:
        return f"in_units={self.weight.shape[1] * self.groups}, num_units={self.weight.shape[0]}, groups={self.groups}"


def seed_dropout(net: nn.Module, *, key: int, step: int, device: torch.device) -> None:
    """Seed every dropout layer of `net` for one step: a function of (key, step, name of the layer) alone.

    So nets that differ elsewhere have the same masks in the layers that they share.
    """
    for name, module in net.named_modules():
        if isinstance(module, Dropout):
            module.seed(derived_seed(f"{key}/{step}/{name}"), device=device)


def initial_generator(name: str, *, key: int) -> torch.Generator:
    """The random numbers of the initial weights of layer `name`, a function of (key, name) alone.

    So nets that differ elsewhere begin with the same weights in the layers that they share.
    """
    return torch.Generator().manual_seed(derived_seed(f"{key}/{name}"))


def activation(name: str) -> nn.Module:
    """The activation layer called `name`, one of ACTIVATIONS."""
    layers: dict[str, Callable[[], nn.Module]] = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}
    if name not in layers:
        raise ValueError(f"unknown activation {name!r}; allowed: {', '.join(ACTIVATIONS)}")
    return layers[name]()


def pool(pooling: Pooling, *, edge: str) -> nn.MaxPool2d | nn.AvgPool2d:
    """The pooling layer of a spec.

    With `edge` keep the last window may hang over the edge; an average is then over the pixels that it has in the map.
    """
    if pooling.kind not in POOLING_KINDS or edge not in EDGES:
        raise ValueError(
            f"pooling of kind {pooling.kind!r} with edge {edge!r}; allowed: {', '.join(POOLING_KINDS)} and {', '.join(EDGES)}"
        )
    ceil_mode = edge == "keep"
    if pooling.kind == "max":
        return nn.MaxPool2d(pooling.size_px, pooling.stride_px, ceil_mode=ceil_mode)
    return nn.AvgPool2d(pooling.size_px, pooling.stride_px, ceil_mode=ceil_mode, count_include_pad=False)
