"""The small layers of the paper's net that torch has not or has otherwise."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import torch
from torch import nn


class Dropout(nn.Module):
    """Set activations to zero with probability `rate` in training, and multiply all by 1 - rate in evaluation.

    Unlike torch's layer nothing is scaled up in training. The mask is a function of the seed that
    `seed_dropout` gave last, so that a resumed run draws the masks which the uninterrupted one would have drawn.

    Source: Krizhevsky et al. 2012, section 4.2.
    """

    def __init__(self, rate: float) -> None:
        super().__init__()
        if not 0 <= rate < 1:
            raise ValueError(f"dropout rate is {rate}; allowed: at least 0 and below 1")
        self.rate = rate
        self._generator: torch.Generator | None = None

    def seed(self, seed: int, *, device: torch.device) -> None:
        """Start the stream of masks that belongs to `seed`."""
        if self._generator is None or self._generator.device != device:
            self._generator = torch.Generator(device)
        self._generator.manual_seed(seed)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not self.training:
            return x * (1 - self.rate)
        if self._generator is None:
            raise RuntimeError(
                "dropout has no seed in training; call seed_dropout(net, key=..., step=..., device=...) before each step"
            )
        keep = torch.rand(x.shape, generator=self._generator, device=x.device) >= self.rate
        return x * keep

    def extra_repr(self) -> str:
        return f"rate={self.rate}"


def seed_dropout(net: nn.Module, *, key: int, step: int, device: torch.device) -> None:
    """Seed every dropout layer of `net` for one step: a function of (key, step, position of the layer) alone."""
    layers = [module for module in net.modules() if isinstance(module, Dropout)]
    for position, layer in enumerate(layers):
        digest = hashlib.sha256(f"{key}/{step}/{position}".encode()).digest()
        layer.seed(int.from_bytes(digest[:8], "little") >> 1, device=device)


def activation(name: str) -> nn.Module:
    """Return the activation layer called `name` (`relu` or `tanh`)."""
    layers: dict[str, Callable[[], nn.Module]] = {"relu": nn.ReLU, "tanh": nn.Tanh}
    if name not in layers:
        raise ValueError(f"unknown activation {name!r}; allowed: {', '.join(layers)}")
    return layers[name]()
