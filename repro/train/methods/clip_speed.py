"""Measure how long networks take a clip or an image, in turns in one process, in training and at test time.

Inputs are random numbers of the right shape: no data set is needed, and loading is no part of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import torch
from torch import nn

from repro.artifacts.timings_json import Speed
from repro.models.clip import build_clip_network
from repro.models.image import build_network
from repro.models.layers import seed_dropout
from repro.spec.geometry.clips import clip_geometry
from repro.spec.geometry.image import NUM_COLOURS
from repro.spec.network import Network
from repro.spec.run import Experiment
from repro.train.networks.optim import PaperSGD

#: Standard deviation of the random inputs, about that of mean-subtracted pixels.
INPUT_STD = 60.0


def measure_clip_speed(
    experiments: Mapping[str, Experiment],
    *,
    num_classes: int,
    batch_size: int,
    num_rounds: int,
    device: str = "cpu",
    num_warm_up: int = 2,
    key: int = 0,
) -> dict[str, Speed]:
    """By name how fast networks of clips or images are: a training step and a pass at test time of each in every round.

    The networks take turns, and each round begins with another one, so that what else the machine does meets all alike.
    A ratio of two networks is that of the same round's times.

    Args:
        experiments: networks by name, with the optimizer of their recipe.
        batch_size: clips, or images, that go through at a time.
        num_rounds: rounds that count; `num_warm_up` go before them.
        device: `cpu` or `cuda`; the number of threads is torch's.
        key: of the initial weights, the inputs and the masks of dropout.

    Raises:
        ValueError: there is no network, or batch_size or num_rounds is below 1.
    """
    if not experiments or batch_size < 1 or num_rounds < 1:
        raise ValueError(f"{len(experiments)} networks, batch_size {batch_size}, num_rounds {num_rounds}; allowed: 1 and above")
    work = {
        name: contender(experiment, num_classes=num_classes, batch_size=batch_size, device=device, key=key)
        for name, experiment in experiments.items()
    }
    seconds_by_round: dict[str, list[tuple[float, ...]]] = {name: [] for name in work}
    for number in range(num_warm_up + num_rounds):
        for name in rotated(list(work), number):
            train, test = work[name]
            seconds = (*timed(train, device=device), *timed(test, device=device))
            if number >= num_warm_up:
                seconds_by_round[name].append(tuple(value / batch_size for value in seconds))
    speeds = {}
    for name, rounds in seconds_by_round.items():
        train_s, train_cpu_s, test_s, test_cpu_s = zip(*rounds, strict=True)
        speeds[name] = Speed(train_s=train_s, test_s=test_s, train_cpu_s=train_cpu_s, test_cpu_s=test_cpu_s)
    return speeds


def contender(
    experiment: Experiment, *, num_classes: int, batch_size: int, device: str, key: int
) -> tuple[Callable[[], None], Callable[[], None]]:
    """A training step and a pass at test time of a network, each on one batch of random inputs."""
    net = network_of(experiment, num_classes=num_classes, key=key).to(device)
    optimizer = PaperSGD(net, experiment.recipe.optimizer)
    generator = torch.Generator().manual_seed(key >> 1)
    x_B = random_inputs(experiment, batch_size=batch_size, generator=generator).to(device)
    label_B = torch.randint(num_classes, (batch_size,), generator=generator).to(device)
    # So small a rate leaves the weights as they are drawn, whatever the labels are; it is no less work.
    rate, context = 1e-12, torch.device(device)

    def train() -> None:
        net.train()
        seed_dropout(net, key=key, step=0, device=context)
        loss = nn.functional.cross_entropy(net(x_B), label_B)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step(rate)

    @torch.inference_mode()
    def test() -> None:
        net.eval()
        net(x_B)

    return train, test


def network_of(experiment: Experiment, *, num_classes: int, key: int) -> nn.Module:
    """The network of an experiment with its initial weights."""
    if isinstance(experiment.network, Network):
        return build_network(experiment.network, num_classes=num_classes, key=key)
    return build_clip_network(experiment.network, num_classes=num_classes, key=key)


def random_inputs(experiment: Experiment, *, batch_size: int, generator: torch.Generator) -> torch.Tensor:
    """A batch as the network takes it: (B, 3, H, W) or (B, 3, T, H, W), in channels-last memory."""
    if isinstance(experiment.network, Network):
        side_px = experiment.network.size.input_px
        x_BCHW = torch.randn(batch_size, NUM_COLOURS, side_px, side_px, generator=generator)
        return x_BCHW.mul_(INPUT_STD).contiguous(memory_format=torch.channels_last)
    shapes = clip_geometry(experiment.network)
    shape = (batch_size, NUM_COLOURS, shapes.num_frames, shapes.input_px, shapes.input_px)
    return torch.randn(shape, generator=generator).mul_(INPUT_STD).contiguous(memory_format=torch.channels_last_3d)


def rotated(names: list[str], number: int) -> list[str]:
    """The names in the order of round `number`: each round begins with the next one."""
    first = number % len(names)
    return names[first:] + names[:first]


def timed(work: Callable[[], object], *, device: str) -> tuple[float, float]:
    """How many seconds `work` takes by the clock on the wall and of the processor."""
    synchronise = torch.cuda.synchronize if device == "cuda" else lambda: None
    synchronise()
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    synchronise()
    return time.perf_counter() - wall, time.process_time() - cpu
