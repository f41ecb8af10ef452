"""Measure how fast this machine trains and scores a network, from a few steps on made-up inputs."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn

from repro.models.clip import build_clip_network
from repro.models.image import build_network
from repro.models.layers import seed_dropout
from repro.models.probe import evaluating
from repro.spec.network import Network
from repro.spec.run import Run
from repro.system.memory import keep_freed_memory
from repro.train.networks.optim import PaperSGD

NUM_STEPS = 20
#: Steps before those that count: compilation, memory, caches.
NUM_WARM_STEPS = 3
#: Seconds that a step may take; where it takes more, it is measured on fewer examples.
STEP_S = 2.0


@dataclass(frozen=True, kw_only=True)
class MeasuredRate:
    """Seconds that an example takes in training and in a forward pass.

    Of a CPU it is the processor time of one thread, which other work on the machine does not change much.
    """

    train_s: float
    score_s: float


def measured_rate(run: Run, *, num_classes: int, device: str, num_steps: int = NUM_STEPS) -> MeasuredRate:
    """Train the network of `run` for some steps on noise, then put as many batches through it; on a CPU in one thread.

    The median step counts.
    """
    if device == "cpu":
        torch.set_num_threads(1)
    keep_freed_memory()
    net = _built(run, num_classes=num_classes).to(device)
    recipe = run.trained.recipe
    optimizer = PaperSGD(net, recipe.optimizer)
    generator = torch.Generator().manual_seed(0)
    step = 0

    def train(x: torch.Tensor, label_B: torch.Tensor) -> None:
        nonlocal step
        seed_dropout(net, key=0, step=step, device=torch.device(device))
        step += 1
        loss = nn.functional.cross_entropy(net(x), label_B)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step(1e-6)  # so small that noise does no harm
        float(loss.detach())  # waits for the device

    def score(x: torch.Tensor, label_B: torch.Tensor) -> None:
        with torch.inference_mode(), evaluating(net):
            float(net(x).sum())

    batch = _batch(run, recipe.batch_size, generator, device)
    train(*batch)
    fitting = int(recipe.batch_size * STEP_S / max(_timed(lambda: train(*batch), device), 1e-6))
    if fitting < recipe.batch_size:
        batch = _batch(run, max(1, fitting), generator, device)
    num = len(batch[1])
    return MeasuredRate(
        train_s=_median(lambda: train(*batch), device, num_steps) / num,
        score_s=_median(lambda: score(*batch), device, num_steps) / num,
    )


def _built(run: Run, *, num_classes: int) -> nn.Module:
    network, key = run.trained.network, run.key_for("init")
    if isinstance(network, Network):
        return build_network(network, num_classes=num_classes, key=key)
    return build_clip_network(network, num_classes=num_classes, key=key)


def _batch(run: Run, num: int, generator: torch.Generator, device: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Noise in the memory layout in which the data come, and labels."""
    network = run.trained.network
    if isinstance(network, Network):
        px = network.size.input_px
        x = torch.randn(num, px, px, 3, generator=generator).permute(0, 3, 1, 2)
    else:
        px = network.frame.size.input_px
        x = torch.randn(num, len(network.frames), px, px, 3, generator=generator).permute(0, 4, 1, 2, 3)
    return (x * 50).to(device), torch.zeros(num, dtype=torch.int64, device=device)


def _median(work: Callable[[], None], device: str, num_steps: int) -> float:
    for _ in range(NUM_WARM_STEPS):
        work()
    return statistics.median(_timed(work, device) for _ in range(num_steps))


def _timed(work: Callable[[], None], device: str) -> float:
    clock = time.process_time if device == "cpu" else time.perf_counter
    began = clock()
    work()
    return clock() - began
