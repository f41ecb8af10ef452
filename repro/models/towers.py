"""The same image network with its towers held apart, each on a device of its own.

The paper spread its net over two GPUs: half of the kernels on each, which see the maps of their own tower,
except in the layers that see all maps. Only there do maps cross from one device to the other. Towers that never
cross hold their share of the hidden dense layers too, and meet in the output layer.

Source: Krizhevsky et al. 2012, section 3.2 and Figure 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import nn

from repro.models.image import conv_block, dense_layers
from repro.models.local import LocallyConnected2d
from repro.spec.geometry import ConvShape, DenseShape, geometry
from repro.spec.network import Network


class TowerNetwork(nn.Module):
    """A network whose towers are separate modules; dense layers that see both towers live on the first device.

    Args:
        devices: one for each tower.

    Raises:
        ValueError: the number of devices is not the number of towers.
    """

    def __init__(self, network: Network, *, num_classes: int, devices: Sequence[torch.device | str]) -> None:
        super().__init__()
        if len(devices) != network.towers.num:
            raise ValueError(f"{len(devices)} devices for {network.towers.num} towers; give one device for each tower")
        shapes = geometry(network, num_classes=num_classes)
        self.devices = tuple(torch.device(device) for device in devices)
        self.sees_all = tuple(shape.groups == 1 for shape in shapes.conv)
        apart = tuple(shape for shape in shapes.dense if shape.groups > 1)
        self.towers, self.dense_towers = nn.ModuleList(), nn.ModuleList()
        for device in self.devices:
            blocks = (conv_block(_conv_share(shape, len(devices)), network, norm_groups=1) for shape in shapes.conv)
            self.towers.append(nn.ModuleList(nn.Sequential(block) for block in blocks).to(device))
            self.dense_towers.append(nn.Sequential(dense_layers([_dense_share(shape) for shape in apart], network)).to(device))
        self.dense = nn.Sequential(dense_layers(shapes.dense[len(apart) :], network)).to(self.devices[0])

    def forward(self, x_BCHW: torch.Tensor) -> torch.Tensor:
        maps = [x_BCHW.to(device) for device in self.devices]
        for position, sees_all in enumerate(self.sees_all):
            if sees_all and position > 0:
                maps = [torch.cat([part.to(device, non_blocking=True) for part in maps], dim=1) for device in self.devices]
            maps = [tower[position](part) for tower, part in zip(self.towers, maps, strict=True)]  # type: ignore[index]
        units = [tower(part.flatten(1)) for tower, part in zip(self.dense_towers, maps, strict=True)]
        joined = torch.cat([part.to(self.devices[0], non_blocking=True) for part in units], dim=1)
        logits: torch.Tensor = self.dense(joined)
        return logits

    def load_grouped(self, net: nn.Sequential) -> None:
        """Copy the weights of the grouped network on one device: each tower takes its share of the kernels."""
        with torch.no_grad():
            for number in range(len(self.devices)):
                for layer, module in self.layers_of(number).items():
                    for name, parameter in module.named_parameters():
                        parameter.copy_(share_of(net.get_submodule(layer), name, number, len(self.devices)))
            for name, parameter in self.dense.named_parameters():
                parameter.copy_(net.get_parameter(name))

    def layers_of(self, number: int) -> dict[str, nn.Module]:
        """Return the layers of one tower by name."""
        blocks = (*self.towers[number], self.dense_towers[number])  # type: ignore[misc]
        return {name: module for block in blocks for name, module in block.named_children()}


def share_of(layer: nn.Module, name: str, number: int, num_towers: int) -> torch.Tensor:
    """Return the part of a grouped layer's parameter `name` that belongs to tower `number`."""
    kernels_at = -1 if isinstance(layer, LocallyConnected2d) else 0
    return layer.get_parameter(name).chunk(num_towers, dim=kernels_at)[number]


def _conv_share(shape: ConvShape, num_towers: int) -> ConvShape:
    """Return the layer cut to one tower's kernels and, if it is grouped, to its tower's maps."""
    return replace(shape, in_maps=shape.in_maps // shape.groups, num_kernels=shape.num_kernels // num_towers, groups=1)


def _dense_share(shape: DenseShape) -> DenseShape:
    """Return the dense layer cut to one tower's units and inputs."""
    return replace(shape, in_units=shape.fan_in, num_units=shape.num_units // shape.groups, groups=1)
