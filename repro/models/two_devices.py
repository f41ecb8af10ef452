"""What lets the parts of one net lie on two devices: transfers that are counted, and dropout with the masks of one device.

Shape suffixes: B batch, U units of one tower.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from repro.models.layers import Dropout

#: Bytes that went from one device to another, by the layer that needed them and the pass (`forward`, `backward`).
MovedBytes = Counter[tuple[str, str]]


def moved(x: torch.Tensor, device: torch.device, *, needed_by: str, count: MovedBytes) -> torch.Tensor:
    """`x` on another `device`; the gradient takes the way back. Both are counted, for layer `needed_by`.

    Between devices that are the same, as tests have them, what would have moved is counted all the same.
    """
    y: torch.Tensor = _Moved.apply(x, device, needed_by, count)
    return y


class _Moved(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, device: torch.device, needed_by: str, count: MovedBytes) -> torch.Tensor:
        ctx.back_to, ctx.needed_by, ctx.count = x.device, needed_by, count
        count[needed_by, "forward"] += x.nbytes
        return x.to(device, non_blocking=True).view_as(x)

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> Any:
        ctx.count[ctx.needed_by, "backward"] += gradients[0].nbytes
        return gradients[0].to(ctx.back_to, non_blocking=True), None, None, None


class TowerDropout(Dropout):
    """Dropout of units that are spread over towers: each takes its share of the mask that all units have on one device.

    Every device draws the whole mask from the same seed, so that no mask is moved. (GPUs of one model draw the same.)
    """

    def __init__(self, rate: float, scaling: str, *, devices: Sequence[torch.device]) -> None:
        super().__init__(rate, scaling)
        self._devices = tuple(devices)
        self._of_tower = [Dropout(rate, scaling) for _ in devices]  # not registered: one position among the net's layers

    def seed(self, seed: int, *, device: torch.device) -> None:
        """Start the stream of masks that belongs to `seed`, on each tower's device, whatever `device` is."""
        for layer, own in zip(self._of_tower, self._devices, strict=True):
            layer.seed(seed, device=own)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        raise NotImplementedError("towers share this layer; call share(x_BU, number)")

    def share(self, x_BU: torch.Tensor, number: int) -> torch.Tensor:
        """The units of tower `number` after dropout."""
        layer = self._of_tower[number].train(self.training)
        if not self.training:
            return layer(x_BU)  # type: ignore[no-any-return]
        units = x_BU.shape[1]
        before, after = number * units, (len(self._of_tower) - 1 - number) * units
        dropped: torch.Tensor = layer(nn.functional.pad(x_BU, (before, after)))
        return dropped[:, before : before + units]
