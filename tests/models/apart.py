"""The network with its towers on devices of their own, made by itself."""

from collections.abc import Sequence

import torch

from repro.models.image import build_network
from repro.models.towers import TowerNetwork
from repro.spec.network import Network


def build_towers(network: Network, *, num_classes: int, key: int, devices: Sequence[torch.device | str]) -> TowerNetwork:
    """Return the network over `devices`, one for each tower, with the initial weights of the network on one device."""
    net = TowerNetwork(network, num_classes=num_classes, devices=devices)
    net.load_state_dict(build_network(network, num_classes=num_classes, key=key).state_dict())
    net.to(memory_format=torch.channels_last)
    return net
