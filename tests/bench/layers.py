"""Contests of single layers and of the update: ours against torch's."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import cast

import torch
from torch import nn

from repro.models.norm.lrn import LocalResponseNorm
from repro.spec.run import Experiment
from repro.train.methods.clip_speed import network_of
from repro.train.networks.optim import PaperSGD
from tests.bench.peers import LAYOUTS, Compiled, FormulaNorm, compiled_layer, fused_sgd, has_compiler
from tests.bench.turns import Contest, Target

#: The paper's setting, for the formula as it is printed.
SIZE, ALPHA, BETA, K = 5, 1e-4, 0.75, 2.0
TORCH_NORM = "torch.nn.LocalResponseNorm with alpha times size, which is the same formula"
FORMULA = "the formula in five lines of tensor operations"
#: The best that is there without us, of which the fastest counts.
NORM_PEERS = ("compiled", "compiled_channels_last", "eager", "torch", "torch_channels_last")


def there_and_back(layer: nn.Module, x: torch.Tensor, dy: torch.Tensor) -> Callable[[], tuple[torch.Tensor, torch.Tensor]]:
    """Return work that runs a layer forward and backward and gives output and gradient."""
    leaf = x.detach().requires_grad_()

    def work() -> tuple[torch.Tensor, torch.Tensor]:
        y = layer(leaf)
        return y, torch.autograd.grad(y, leaf, dy)[0]

    return work


class InFloat32(nn.Module):
    """A layer that torch has not for bfloat16 on a CPU."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return cast(torch.Tensor, self.layer(x.float()).to(x.dtype))


def norm_contest(
    shape: tuple[int, ...],
    *,
    layout: str = "channels_last",
    dtype: torch.dtype = torch.float32,
    device: str = "cpu",
    heap: str = "kept",
    at_least: float | None = None,
    against_relu: float | None = None,
    num_rounds: int = 11,
) -> Contest:
    """Return response normalisation forward and backward on a tensor of `shape`, (B, C, H, W)."""
    generator = torch.Generator().manual_seed(0)
    x, dy = (torch.randn(shape, generator=generator).to(device, dtype) for _ in range(2))
    ours = LocalResponseNorm(SIZE, ALPHA, BETA, K)
    theirs: nn.Module = nn.LocalResponseNorm(SIZE, ALPHA * SIZE, BETA, K)
    formula: nn.Module = FormulaNorm(ours)
    if dtype == torch.bfloat16 and device == "cpu":
        theirs, formula = InFloat32(theirs), InFloat32(formula)
    compiled = {"compiled": "contiguous", "compiled_channels_last": "channels_last"} if device == "cuda" or has_compiler() else {}

    def on(layer: nn.Module, name: str) -> Callable[[], object]:
        work = there_and_back(layer, *(tensor.contiguous(memory_format=LAYOUTS[name]) for tensor in (x, dy)))
        return synchronised(work) if device == "cuda" else work

    contenders = {
        "ours": on(ours, layout),
        **{name: Compiled(on(compiled_layer(formula), layout_of)) for name, layout_of in compiled.items()},
        "eager": on(formula, layout),
        "torch": on(theirs, "contiguous"),
        "torch_channels_last": on(theirs, "channels_last"),
        "relu": on(nn.ReLU(), layout),
    }
    rounded = ", in float32 and back" if isinstance(theirs, InFloat32) else ""
    peers = tuple(name for name in NORM_PEERS if name in contenders)
    targets = [Target(contender="ours", peer=peers, at_least=at_least)] if at_least else []
    targets += [Target(contender="ours", peer=("relu",), at_most=against_relu)] if against_relu else []
    return Contest(
        title=f"Response normalisation, forward and backward, {shape}, {str(dtype).removeprefix('torch.')}",
        contenders=contenders,
        settings={
            "ours": f"repro.models.norm.lrn, {layout} memory",
            **{name: f"torch.compile of {FORMULA}{rounded}, {layout_of} memory" for name, layout_of in compiled.items()},
            "eager": f"{FORMULA}{rounded}, {layout} memory",
            "torch": f"{TORCH_NORM}{rounded}, contiguous memory",
            "torch_channels_last": f"{TORCH_NORM}{rounded}, channels_last memory",
            "relu": f"torch.nn.ReLU, {layout} memory: what reading and writing such a tensor takes",
        },
        num_rounds=num_rounds,
        targets=tuple(targets),
        heap=heap,
        clock="wall time" if device == "cuda" else "processor time",
    )


def synchronised(work: Callable[[], object]) -> Callable[[], object]:
    """Return `work` that waits until the GPU has done it."""

    def waiting() -> object:
        result = work()
        torch.cuda.synchronize()
        return result

    return waiting


def updating(net: nn.Module, update: Callable[[], object]) -> Callable[[], list[torch.Tensor]]:
    """Return work that updates a network and gives its weights."""
    weights: list[torch.Tensor] = list(net.parameters())

    def work() -> list[torch.Tensor]:
        update()
        return weights

    return work


def update_contest(experiment: Experiment, *, num_classes: int, name: str, num_rounds: int = 30) -> Contest:
    """Return one update of all weights of a network by the paper's rule, and by torch's at the same settings."""
    rule = experiment.recipe.optimizer
    nets = [network_of(experiment, num_classes=num_classes, key=2)]
    nets += [copy.deepcopy(nets[0]) for _ in range(2)]
    torch.manual_seed(0)
    gradients = [torch.randn_like(parameter) for parameter in nets[0].parameters()]
    for net in nets:
        for parameter, gradient in zip(net.parameters(), gradients, strict=True):
            parameter.grad = gradient
    ours = PaperSGD(nets[0], rule)
    setting = {"lr": rule.learning_rate, "momentum": rule.momentum, "weight_decay": rule.weight_decay}
    return Contest(
        title=f"One update of all weights, {name}",
        contenders={
            "ours": updating(nets[0], lambda: ours.step(rule.learning_rate)),
            "torch_fused": updating(nets[2], fused_sgd(nets[2], rule).step),
            "torch": updating(nets[1], torch.optim.SGD(nets[1].parameters(), **setting, foreach=True).step),
        },
        settings={
            "ours": "repro.train.networks.optim.PaperSGD",
            "torch_fused": "torch.optim.SGD(fused=True)",
            "torch": "torch.optim.SGD(foreach=True)",
        },
        num_rounds=num_rounds,
        targets=(Target(contender="ours", peer=("torch_fused", "torch"), at_least=1.0),),
    )
