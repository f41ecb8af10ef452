"""Train a network whose towers lie on devices of their own, and score it on one: the paper's own scheme.

Source: Krizhevsky et al. 2012, section 3.2.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn

from repro.models.towers import TowerNetwork
from repro.spec.network import Network
from repro.spec.run import Run
from repro.train.runs.context import RunContext

Whole = Callable[[nn.Module], nn.Module]


def lies_apart(run: Run, context: RunContext) -> bool:
    """Say whether the towers of the run's network are to lie apart: if it is asked for and there are several."""
    network = run.trained.network
    return context.towers_apart and isinstance(network, Network) and network.towers.num > 1


def taken_apart(net: nn.Module, run: Run, context: RunContext, *, num_classes: int) -> tuple[nn.Module, Whole]:
    """`net` to be trained, its towers apart if that is asked for, and what gives it back on one device.

    Raises:
        ValueError: there are fewer devices than towers, or the network has layers that are not trained.
    """
    network = run.trained.network
    if not lies_apart(run, context) or not isinstance(network, Network):
        return net, lambda trained: trained
    if not all(parameter.requires_grad for parameter in net.parameters()):
        raise ValueError(
            f"run {run.id} does not train all layers; allowed with towers apart: networks that do; train it on one device"
        )
    towers = TowerNetwork(network, num_classes=num_classes, devices=tower_devices(network.towers.num, context.device))
    towers.load_state_dict(net.state_dict())
    towers.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def whole(trained: nn.Module) -> nn.Module:
        net.load_state_dict(trained.state_dict())
        return net

    return towers, whole


def tower_devices(num_towers: int, device: str) -> tuple[str, ...]:
    """A device for each tower; a CPU stands for all, so that what GPUs do can be tried without them.

    Raises:
        ValueError: there are fewer GPUs.
    """
    if device != "cuda":
        return (device,) * num_towers
    found = torch.cuda.device_count()
    if found < num_towers:
        raise ValueError(f"{num_towers} towers apart, and this job has {found} GPUs; give it one each: --gpus {num_towers}")
    return tuple(f"cuda:{number}" for number in range(num_towers))
