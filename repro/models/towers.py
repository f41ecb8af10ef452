"""The same image network with its towers held apart, each on a device of its own.

The paper spread its net over two GPUs: half of the kernels on each, which see the maps of their own tower,
except in the layers that see all maps. Only there do maps cross from one device to the other.

Source: Krizhevsky et al. 2012, section 3.2 and Figure 2.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import torch
from torch import nn

from repro.models.image import conv_block, dense_layers
from repro.spec.geometry import geometry
from repro.spec.network import Network


class TowerNetwork(nn.Module):
    """A network whose towers are separate modules; dense layers live on the first device.

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
        self.towers = nn.ModuleList(nn.ModuleList() for _ in self.devices)
        num = network.towers.num
        for shape in shapes.conv:
            for tower, device in zip(self.towers, self.devices, strict=True):
                assert isinstance(tower, nn.ModuleList)
                tower.append(
                    nn.Sequential(_share(conv_block(shape, network, groups=1, norm_groups=1), num, shape.groups)).to(device)
                )
        self.dense = nn.Sequential(dense_layers(shapes, network)).to(self.devices[0])

    def forward(self, x_BCHW: torch.Tensor) -> torch.Tensor:
        maps = [x_BCHW.to(device) for device in self.devices]
        for position, sees_all in enumerate(self.sees_all):
            if sees_all and position > 0:
                maps = [torch.cat([part.to(device, non_blocking=True) for part in maps], dim=1) for device in self.devices]
            maps = [tower[position](part) for tower, part in zip(self.towers, maps, strict=True)]  # type: ignore[index]
        joined = torch.cat([part.to(self.devices[0], non_blocking=True) for part in maps], dim=1)
        logits: torch.Tensor = self.dense(joined.flatten(1))
        return logits

    def load_grouped(self, net: nn.Sequential) -> None:
        """Copy the weights of the grouped network on one device: each tower takes its share of the kernels."""
        grouped = dict(net.named_parameters())
        with torch.no_grad():
            for number, tower in enumerate(self.towers):
                for name, parameter in tower.named_parameters():
                    layer = name.split(".", 1)[1]
                    parameter.copy_(grouped[layer].chunk(len(self.towers), dim=0)[number])
            for name, parameter in self.dense.named_parameters():
                parameter.copy_(grouped[name])


def _share(block: OrderedDict[str, nn.Module], num_towers: int, groups: int) -> OrderedDict[str, nn.Module]:
    """Return the block with its convolution cut to one tower's kernels (and, if grouped, to its tower's maps)."""
    cut: OrderedDict[str, nn.Module] = OrderedDict()
    for name, module in block.items():
        if isinstance(module, nn.Conv2d):
            cut[name] = nn.Conv2d(
                module.in_channels // groups,
                module.out_channels // num_towers,
                module.kernel_size,  # type: ignore[arg-type]
                stride=module.stride,  # type: ignore[arg-type]
                padding=module.padding,  # type: ignore[arg-type]
            )
        else:
            cut[name] = module
    return cut
