"""Contests of whole training steps: the paper's net, ours against the same net from torch's own modules."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from repro.models.image import build_network
from repro.models.layers import seed_dropout
from repro.planning.cost import train_flops
from repro.spec.geometry.clips import geometry_of
from repro.spec.network import Network
from repro.spec.run import Experiment
from repro.train.methods.clip_speed import contender, network_of, random_inputs
from repro.train.networks.optim import PaperSGD
from repro.train.networks.precision import FAITHFUL, forward_in, products_in
from tests.bench.layers import synchronised
from tests.bench.peers import Compiled, FormulaNorm, Step, compiled_step, has_compiler, plain_step, stock
from tests.bench.turns import Contest, Target

KEY = 1 << 20
#: Side of the matrices of the sgemm whose rate stands for the machine's peak.
SGEMM_SIDE = {"cpu": 1024, "cuda": 8192}
#: What else is measured on a GPU: options that a faithful run does not have.
PRECISIONS = ("tf32", "bfloat16")
STOCK = "torch's own modules, torch.optim.SGD(fused=True)"
FORMULA = "normalisation in five lines of tensor operations"


def our_step(
    net: nn.Module, experiment: Experiment, x: torch.Tensor, label_B: torch.Tensor, *, precision: str = FAITHFUL
) -> Step:
    """Return a training step as repro.train.networks.loop takes it, which gives the loss."""
    optimizer, rate = PaperSGD(net.train(), experiment.recipe.optimizer), experiment.recipe.optimizer.learning_rate
    num_steps = 0

    def step() -> torch.Tensor:
        nonlocal num_steps
        seed_dropout(net, key=KEY, step=num_steps, device=x.device)
        num_steps += 1
        with products_in(precision, device=x.device.type):
            with forward_in(precision, device=x.device):
                logits = net(x)
            loss = nn.functional.cross_entropy(logits.float(), label_B)
            optimizer.zero_grad()
            loss.backward()
        optimizer.step(rate)
        return loss.detach()

    return step


def sgemm(side: int, *, device: str = "cpu") -> Callable[[], torch.Tensor]:
    """Return a product of two square matrices."""
    generator = torch.Generator().manual_seed(0)
    left, right, out = (torch.randn(side, side, generator=generator).to(device) for _ in range(3))
    return lambda: torch.mm(left, right, out=out)


def numpy_sgemm(side: int) -> Callable[[], NDArray[np.float32]]:
    """Return the same by numpy, whose BLAS is another than torch's."""
    left, right, out = (np.random.default_rng(seed).standard_normal((side, side), dtype=np.float32) for seed in range(3))
    return lambda: np.matmul(left, right, out=out)


def step_contest(
    full: Experiment,
    no_lrn: Experiment,
    *,
    name: str,
    num_classes: int,
    batch_size: int,
    at_least: float | None = None,
    num_rounds: int = 30,
    num_before: int = 0,
    side: int = SGEMM_SIDE["cpu"],
) -> Contest:
    """Return a training step of the paper's net, of the net without normalisation, and of the net from torch's modules."""
    assert isinstance(full.network, Network) and isinstance(no_lrn.network, Network)
    generator = torch.Generator().manual_seed(0)
    x = random_inputs(full, batch_size=batch_size, generator=generator)
    label_B = torch.randint(num_classes, (batch_size,), generator=generator)
    net = build_network(full.network, num_classes=num_classes, key=KEY)
    flops = float(train_flops(geometry_of(full.network, num_classes=num_classes)) * batch_size)
    peers = {name: work for name, work in step_peers(net, full, x, label_B).items() if has_compiler() or "compiled" not in name}
    contenders: dict[str, Callable[[], object]] = {
        "ours": our_step(net, full, x, label_B),
        **peers,
        "no_lrn": our_step(network_of(no_lrn, num_classes=num_classes, key=KEY), no_lrn, x, label_B),
        "sgemm": sgemm(side),
        "sgemm_numpy": numpy_sgemm(side),
    }
    return Contest(
        title=f"One training step, {name}, {batch_size} images",
        contenders=contenders,
        settings={
            "ours": "channels-last memory, repro.models, repro.train.networks.optim.PaperSGD",
            **PEER_SETTINGS,
            "no_lrn": "ours without response normalisation",
            "sgemm": f"product of two {side} x {side} matrices by torch.mm",
            "sgemm_numpy": f"product of two {side} x {side} matrices by numpy.matmul",
        },
        num_rounds=num_rounds,
        num_before=num_before,
        targets=(
            *((Target(contender="ours", peer=tuple(peers), at_least=at_least),) if at_least else ()),
            Target(contender="ours", peer=("no_lrn",), at_most=1.15),
        ),
        flops=dict.fromkeys(("ours", *peers), flops) | {"sgemm": 2.0 * side**3, "sgemm_numpy": 2.0 * side**3},
        examples=batch_size,
    )


PEER_SETTINGS = {
    "compiled": f"channels-last memory, {FORMULA}, torch.compile of loss, gradients and SGD(foreach=True)",
    "compiled_contiguous": f"contiguous memory (NCHW), {FORMULA}, torch.compile of loss, gradients and SGD(foreach=True)",
    "eager": f"channels-last memory, {FORMULA}, torch.optim.SGD(fused=True), no compiler",
    "torch": f"contiguous memory (NCHW), {STOCK}",
    "torch_channels_last": f"channels-last memory, {STOCK}",
}


def step_peers(net: nn.Module, full: Experiment, x: torch.Tensor, label_B: torch.Tensor) -> dict[str, Step]:
    """The same step from stock parts, the best first; each with weights of its own, which begin as those of `net`."""
    rule, flat = full.recipe.optimizer, x.contiguous()
    return {
        "compiled": Compiled(compiled_step(stock(net, layout="channels_last", norm=FormulaNorm), rule, x, label_B)),
        "compiled_contiguous": Compiled(compiled_step(stock(net, layout="contiguous", norm=FormulaNorm), rule, flat, label_B)),
        "eager": plain_step(stock(net, layout="channels_last", norm=FormulaNorm), rule, x, label_B),
        "torch": plain_step(stock(net, layout="contiguous"), rule, flat, label_B),
        "torch_channels_last": plain_step(stock(net, layout="channels_last"), rule, x, label_B),
    }


def gpu_step_contest(
    full: Experiment,
    no_lrn: Experiment,
    *,
    name: str,
    num_classes: int,
    batch_size: int,
    num_rounds: int = 30,
    device: str = "cuda",
    side: int = SGEMM_SIDE["cuda"],
) -> Contest:
    """Return the same on a GPU by wall time, in float32 unless the contender's name says otherwise.

    On device cpu, where it is tried without a GPU, TF32 is left out.
    """
    assert isinstance(full.network, Network)
    generator = torch.Generator().manual_seed(0)
    x = random_inputs(full, batch_size=batch_size, generator=generator).to(device)
    label_B = torch.randint(num_classes, (batch_size,), generator=generator).to(device)
    net = build_network(full.network, num_classes=num_classes, key=KEY).to(device)
    bare = network_of(no_lrn, num_classes=num_classes, key=KEY).to(device)
    rule, precisions = full.recipe.optimizer, PRECISIONS if device == "cuda" else PRECISIONS[1:]

    def compiled(precision: str) -> Step:
        plain = stock(net, layout="channels_last", norm=FormulaNorm)
        return compiled_step(plain, rule, x, label_B, precision=precision)

    def stock_in(precision: str) -> Step:
        return plain_step(stock(net, layout="channels_last"), rule, x, label_B, precision=precision)

    work: dict[str, Callable[[], object]] = {
        "ours": our_step(net, full, x, label_B),
        **{f"ours_{name}": our_step(copy.deepcopy(net), full, x, label_B, precision=name) for name in precisions},
        "compiled": compiled(FAITHFUL),
        **{f"compiled_{name}": compiled(name) for name in precisions},
        **{name: step for name, step in step_peers(net, full, x, label_B).items() if "compiled" not in name},
        **({"torch_tf32": stock_in("tf32")} if "tf32" in precisions else {}),
        "no_lrn": our_step(bare, no_lrn, x, label_B),
        "sgemm": sgemm(side, device=device),
    }
    waiting = synchronised if device == "cuda" else lambda one: one
    flops = float(train_flops(geometry_of(full.network, num_classes=num_classes)) * batch_size)
    return Contest(
        title=f"One training step on a GPU, {name}, {batch_size} images",
        contenders={name: Compiled(waiting(one)) if name.startswith("compiled") else waiting(one) for name, one in work.items()},
        settings={
            "ours": "channels-last memory, repro.models, repro.train.networks.optim.PaperSGD",
            **{f"ours_{name}": f"ours, --precision {name}" for name in precisions},
            **PEER_SETTINGS,
            **{f"compiled_{name}": f"{PEER_SETTINGS['compiled']}, {name}" for name in precisions},
            "torch_tf32": f"channels-last memory, {STOCK}, products in TF32",
            "no_lrn": "ours without response normalisation",
            "sgemm": f"product of two {side} x {side} matrices by torch.mm in float32",
        },
        num_rounds=num_rounds,
        num_warm_up=3,
        num_before=1,
        targets=tuple(target for target in GPU_TARGETS if target.contender in work),
        flops=dict.fromkeys((name for name in work if name not in ("no_lrn", "sgemm")), flops) | {"sgemm": 2.0 * side**3},
        examples=batch_size,
        clock="wall time",
    )


GPU_TARGETS = (
    Target(contender="ours", peer=("compiled", "eager", "torch", "torch_channels_last"), at_least=1.0),
    Target(contender="ours_tf32", peer=("compiled_tf32", "torch_tf32"), at_least=1.0),
    Target(contender="ours_bfloat16", peer=("compiled_bfloat16",), at_least=1.0),
)


def clip_contests(
    experiments: Mapping[str, Experiment],
    *,
    name: str,
    num_classes: int,
    batch_size: int,
    printed: tuple[Target, ...] = (),
    num_rounds: int = 15,
) -> dict[str, Contest]:
    """Return a training step and a pass at test time of networks of clips, by what is done."""
    work = {
        net: contender(experiment, num_classes=num_classes, batch_size=batch_size, device="cpu", key=KEY)
        for net, experiment in experiments.items()
    }
    contests = {}
    for number, kind in enumerate(("training", "test")):
        contests[kind] = Contest(
            title=f"Networks of clips, {'one training step' if kind == 'training' else 'scores'}, {name}, {batch_size} clips",
            contenders={net: pair[number] for net, pair in work.items()},
            settings=dict.fromkeys(work, "repro.train.methods.clip_speed"),
            num_rounds=num_rounds,
            targets=printed if kind == "training" else (),
            examples=batch_size,
        )
    return contests
