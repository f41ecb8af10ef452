"""The image network with its towers held apart, each on a device of its own: the paper's own scheme.

The paper spread its net over two GPUs: half of the kernels and half of the dense units on each. A layer that sees all maps or
units of the one before it takes the other towers' share from their devices, and only there does anything cross; the
image goes to every device, and the output layer lies on the first. Towers that never cross meet in the output layer alone.

The layers are built from the same spec by the same functions as those of the net on one device (repro.models.image), have the
same initial weights, dropout masks and names, and give the same numbers: a state saved from one loads into the other.

Source: Krizhevsky et al. 2012, section 3.2 and Figure 2. Deviation: where the output layer lies is not printed.

Shape suffixes: B batch, C maps, H height, W width, U units.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from torch import nn

from repro.models.image import conv_block, dense_layers
from repro.models.layers import Dropout
from repro.models.local import LocallyConnected2d
from repro.models.two_devices import MovedBytes, TowerDropout, moved
from repro.spec.geometry.image import ConvShape, DenseShape, geometry
from repro.spec.network import Network

#: The activations of a batch: one part a tower, on its device.
Parts = list[torch.Tensor]


@dataclass(frozen=True)
class _Layer:
    """A convolution or dense layer with what follows it: the `steps` by name; sees_all: it needs every tower's part."""

    name: str
    steps: tuple[str, ...]
    sees_all: bool
    is_dense: bool


class TowerNetwork(nn.Module):
    """A network whose layers are held by tower, under the names that they have on one device.

    Input: (B, 3, input_px, input_px); output: (B, num_classes) logits, both on the first device.

    Args:
        devices: one for each tower.

    Attributes:
        moved_bytes: what went from device to device since this was cleared (repro.models.two_devices).

    Raises:
        ValueError: the number of devices is not the number of towers, or units do not spread evenly over the towers.
    """

    def __init__(self, network: Network, *, num_classes: int, devices: Sequence[torch.device | str]) -> None:
        super().__init__()
        if len(devices) != network.towers.num:
            raise ValueError(f"{len(devices)} devices for {network.towers.num} towers; give one device for each tower")
        shapes = geometry(network, num_classes=num_classes)
        if shapes.blurred is not None:
            raise ValueError(
                f"the network has a coarse view, {shapes.blurred.name}, which towers held apart have not; allowed: networks "
                "without one; build it on one device"
            )
        self.devices = tuple(torch.device(device) for device in devices)
        self.moved_bytes: MovedBytes = Counter()
        self._layers: list[_Layer] = []
        num, (*hidden, output) = len(devices), shapes.dense
        for conv in shapes.conv:
            blocks = []
            for device in self.devices:
                with device:
                    blocks.append(conv_block(_conv_share(conv, num), network, norm_groups=1))
            self._add(conv.name, blocks, sees_all=conv.groups == 1, is_dense=False)
        for dense in hidden:
            blocks = []
            for device in self.devices:
                with device:
                    blocks.append(dense_layers([_dense_share(dense, num)], network))
            self._add(dense.name, blocks, sees_all=dense.groups == 1, is_dense=True)
        self._output = output.name
        with self.devices[0]:
            self.add_module(output.name, dense_layers([output], network)[output.name])

    def _add(self, name: str, blocks: Sequence[Mapping[str, nn.Module]], *, sees_all: bool, is_dense: bool) -> None:
        for step, module in blocks[0].items():
            if isinstance(module, Dropout):
                self.add_module(step, TowerDropout(module.rate, module.scaling, devices=self.devices))
            else:
                self.add_module(step, nn.ModuleList(block[step] for block in blocks))
        self._layers.append(_Layer(name, tuple(blocks[0]), sees_all, is_dense))

    def forward(self, x_BCHW: torch.Tensor) -> torch.Tensor:
        first, *others = self._layers
        parts = [x_BCHW if n == 0 else self._moved(x_BCHW, n, needed_by=first.name) for n in range(len(self.devices))]
        parts = self._through(first, parts)
        for layer in others:
            if layer.is_dense:
                parts = [part.flatten(1) for part in parts]
            if layer.sees_all:
                parts = [self._joined(parts, n, needed_by=layer.name) for n in range(len(self.devices))]
            parts = self._through(layer, parts)
        logits: torch.Tensor = self.get_submodule(self._output)(
            self._joined([part.flatten(1) for part in parts], 0, needed_by=self._output)
        )
        return logits

    def _through(self, layer: _Layer, parts: Parts) -> Parts:
        for step in layer.steps:
            module = self.get_submodule(step)
            if isinstance(module, TowerDropout):
                parts = [module.share(part, number) for number, part in enumerate(parts)]
            else:
                assert isinstance(module, nn.ModuleList)
                parts = [own(part) for own, part in zip(module, parts, strict=True)]
        return parts

    def _joined(self, parts: Parts, at: int, *, needed_by: str) -> torch.Tensor:
        """The maps or units of all towers on the device of tower `at`."""
        return torch.cat([p if n == at else self._moved(p, at, needed_by=needed_by) for n, p in enumerate(parts)], dim=1)

    def _moved(self, part: torch.Tensor, to: int, *, needed_by: str) -> torch.Tensor:
        return moved(part, self.devices[to], needed_by=needed_by, count=self.moved_bytes)

    def state_dict(self) -> dict[str, torch.Tensor]:  # type: ignore[override]
        """The weights in the form of the network on one device, on the first tower's device."""
        return {
            name: torch.cat([share.to(self.devices[0]) for share in shares], dim=axis) if len(shares) > 1 else shares[0]
            for name, (axis, shares) in self._weights().items()
        }

    def load_state_dict(self, state: Mapping[str, torch.Tensor]) -> None:  # type: ignore[override]
        """Take the weights of the network on one device, each tower its share.

        Raises:
            KeyError: a parameter is missing or unknown.
        """
        weights = self._weights()
        if set(weights) != set(state):
            raise KeyError(f"the state differs from the network in {', '.join(sorted(set(weights) ^ set(state)))}")
        for name, (axis, shares) in weights.items():
            for own, share in zip(state[name].chunk(len(shares), dim=axis), shares, strict=True):
                share.copy_(own)

    def _weights(self) -> dict[str, tuple[int, list[torch.Tensor]]]:
        """By its name on one device each parameter: the axis along which towers share it, and the shares."""
        found: dict[str, tuple[int, list[torch.Tensor]]] = {}
        for layer, module in self.named_children():
            copies = list(module) if isinstance(module, nn.ModuleList) else [module]
            axis = -1 if isinstance(copies[0], LocallyConnected2d) else 0
            for name, _ in copies[0].named_parameters():
                found[f"{layer}.{name}"] = axis, [copy.get_parameter(name).detach() for copy in copies]
        return found


def _conv_share(shape: ConvShape, num_towers: int) -> ConvShape:
    """The layer cut to one tower's kernels and, if it is grouped, to its tower's maps."""
    return replace(shape, in_maps=shape.in_maps // shape.groups, num_kernels=shape.num_kernels // num_towers, groups=1)


def _dense_share(shape: DenseShape, num_towers: int) -> DenseShape:
    """The dense layer cut to one tower's units and, if it is grouped, to its tower's inputs."""
    if shape.num_units % num_towers:
        raise ValueError(f"layer {shape.name}: {shape.num_units} units over {num_towers} towers; allowed: a multiple of that")
    return replace(shape, in_units=shape.fan_in, num_units=shape.num_units // num_towers, groups=1)
