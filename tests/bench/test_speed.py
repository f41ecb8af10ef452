"""How fast the hot layers, the training step, loading and the networks of clips are, beside what one would do without us.

    pytest tests/bench -m bench --benchmark-json=FILE

One thread on a CPU. `repro speed FILE` makes the page of such files.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from repro.papers import PAPERS
from repro.spec.experiment import make_run
from repro.spec.run import Experiment
from repro.system.memory import keep_freed_memory
from tests.bench.cutting import CODECS, CUTTERS, cutting_contest
from tests.bench.layers import NORM_PEERS, norm_contest, update_contest
from tests.bench.loading import gpu_loading_contest, loading_contest
from tests.bench.peers import NO_COMPILER, Compiled, has_compiler
from tests.bench.steps import PEER_SETTINGS, PRECISIONS, clip_contests, gpu_step_contest, step_contest
from tests.bench.turns import REPLAY, Contest, Target, measure, record
from tests.bench.work import AMOUNTS, WHAT, work_contest

NORM_SHAPES = ((32, 96, 55, 55), (32, 256, 27, 27), (128, 64, 16, 16), (128, 24, 32, 32))
NORMS = ("ours", *NORM_PEERS, "relu")
STEPS = ("ours", *PEER_SETTINGS, "no_lrn", "sgemm", "sgemm_numpy")
UPDATES = ("ours", "torch_fused", "torch")
LOADERS = ("ours", "turbo", "opencv", "pillow", "cv2")
KEEPING_LOADERS = ("ours", "kept", "kept_item", *LOADERS[1:])
GPU_STEPS = (
    *(f"{name}{precision}" for name in ("ours", "compiled") for precision in ("", *(f"_{each}" for each in PRECISIONS))),
    *("eager", "torch", "torch_channels_last", "torch_tf32", "no_lrn", "sgemm"),
)
GPU_LOADERS = ("ours", "ours_on_cpu", "turbo")
CORES = len(os.sched_getaffinity(0))
CLIP_NETS = ("single_frame", "single_frame_multires", "slow_fusion", "slow_fusion_multires")
#: Claims that say how many times as fast a network is with two streams, by network.
PRINTED_RATIOS = {"single_frame": "B.S3.2.speed.sf", "slow_fusion": "B.S3.2.speed.slow"}
#: Classes, examples at a time, and how much faster a step is to be than the best peer's.
SCALES = {"small": (10, 32, 2.0), "cifar10": (10, 64, 2.0), "paper": (1000, 32, 1.3)}
CLIP_SCALES = {"small": (10, 16), "paper": (487, 16)}


def experiment(paper: str, scale: str, variant: str) -> Experiment:
    """Return the experiment of a named run."""
    return make_run(PAPERS[paper], scale=scale, variant=variant, seed=0).trained


def step_of(scale: str) -> Contest:
    """Return the training step at a scale."""
    num_classes, batch_size, at_least = SCALES[scale]
    nets = [experiment("alexnet", scale, variant) for variant in ("full", "no_lrn")]
    name = f"paper geometry (224 px, {num_classes} classes)" if scale == "paper" else f"scale {scale}"
    rounds = 7 if scale == "paper" else 30
    return step_contest(*nets, name=name, num_classes=num_classes, batch_size=batch_size, at_least=at_least, num_rounds=rounds)


def loading_of(folder: Path, stored_px: int) -> Contest:
    """Return loading at the paper's size, or at the size of its CIFAR-10 nets."""
    recipe = experiment("alexnet", "paper", "full").recipe
    if stored_px == 256:
        targets = (
            Target(contender="ours", peer=("turbo", "opencv", "pillow"), at_least=2.3),
            Target(contender="ours", peer=("cv2",), at_least=0.6),
        )
        return loading_contest(folder / "256", recipe, num=256, stored_px=256, input_px=224, targets=targets, keep=False)
    targets = (Target(contender="ours", peer=("kept", "kept_item", "turbo", "opencv", "pillow"), at_least=3.0),)
    return loading_contest(folder / "36", recipe, num=2048, stored_px=36, input_px=32, targets=targets, keep=True)


def gpu_step_of(scale: str, *, batch_size: int) -> Contest:
    """Return the training step on a GPU."""
    nets = [experiment("alexnet", scale, variant) for variant in ("full", "no_lrn")]
    num_classes = SCALES[scale][0]
    name = f"paper geometry (224 px, {num_classes} classes)"
    return gpu_step_contest(*nets, name=name, num_classes=num_classes, batch_size=batch_size)


def gpu_loading_of(folder: Path) -> Contest:
    """Return loading at the paper's size for a GPU."""
    recipe = experiment("alexnet", "paper", "full").recipe
    return gpu_loading_contest(folder / "256", recipe, num=256, stored_px=256, input_px=224, num_threads=CORES)


def clips_of(scale: str, kind: str) -> Contest:
    """Return the networks of clips whose speed the paper prints."""
    num_classes, batch_size = CLIP_SCALES[scale]
    nets = {name: experiment("karpathy", scale, name) for name in CLIP_NETS}
    rounds = 5 if scale == "paper" else 15
    contests = clip_contests(
        nets,
        name=f"scale {scale}",
        num_classes=num_classes,
        batch_size=batch_size,
        printed=printed_targets(),
        num_rounds=rounds,
    )
    return contests[kind]


def printed_targets() -> tuple[Target, ...]:
    """How many times as fast the paper's nets are with two streams, as it prints it."""
    claims = {claim.id: claim for claim in PAPERS["karpathy"].claims}
    return tuple(
        Target(contender=f"{net}_multires", peer=(net,), printed=claims[name].paper_ratio) for net, name in PRINTED_RATIOS.items()
    )


#: By group: who takes part, and what makes the contest in a folder for its files.
GROUPS: dict[str, tuple[tuple[str, ...], Callable[[Path], Contest]]] = {
    # First, while nothing has told the C library to keep freed memory.
    "lrn (32, 96, 55, 55), stock heap": (
        NORMS,
        lambda _: norm_contest(NORM_SHAPES[0], at_least=2.5, against_relu=2.0, heap="stock"),
    ),
    **{f"lrn {shape}": (NORMS, lambda _, s=shape: norm_contest(s, at_least=2.5)) for shape in NORM_SHAPES},
    "lrn (32, 256, 27, 27), contiguous": (NORMS, lambda _: norm_contest(NORM_SHAPES[1], layout="contiguous", at_least=1.2)),
    "lrn (32, 256, 27, 27), bfloat16": (NORMS, lambda _: norm_contest(NORM_SHAPES[1], dtype=torch.bfloat16)),
    **{f"step {scale}": (STEPS, lambda _, s=scale: step_of(s)) for scale in SCALES},
    **{
        f"update {scale}": (
            UPDATES,
            lambda _, s=scale: update_contest(experiment("alexnet", s, "full"), num_classes=SCALES[s][0], name=f"scale {s}"),
        )
        for scale in SCALES
    },
    "loading 256 px": (LOADERS, lambda folder: loading_of(folder, 256)),
    "loading 36 px": (KEEPING_LOADERS, lambda folder: loading_of(folder, 36)),
    **{f"cutting {codec}": (tuple(CUTTERS), lambda folder, c=codec: cutting_contest(folder, codec=c)) for codec in CODECS},
    **{
        f"clips {scale}, {kind}": (CLIP_NETS, lambda _, s=scale, k=kind: clips_of(s, k))
        for scale in CLIP_SCALES
        for kind in ("training", "test")
    },
}
GROUPS |= {f"work by {kind}": (tuple(map(str, AMOUNTS)), lambda folder, k=kind: work_contest(k, folder)) for kind in WHAT}
PAIRS = [(group, name) for group, (names, _) in GROUPS.items() for name in names]

#: The same on a GPU; the batches are the papers'.
GPU_GROUPS: dict[str, tuple[tuple[str, ...], Callable[[Path], Contest]]] = {
    **{f"GPU: lrn {shape}": (NORMS, lambda _, s=shape: norm_contest(s, device="cuda")) for shape in NORM_SHAPES[:2]},
    "GPU: lrn (128, 96, 55, 55), bfloat16": (
        NORMS,
        lambda _: norm_contest((128, 96, 55, 55), device="cuda", dtype=torch.bfloat16),
    ),
    "GPU: step paper": (GPU_STEPS, lambda _: gpu_step_of("paper", batch_size=128)),
    "GPU: loading 256 px": (GPU_LOADERS, lambda folder: gpu_loading_of(folder)),
}
GPU_PAIRS = [(group, name) for group, (names, _) in GPU_GROUPS.items() for name in names]


def prepare_heap(name: str, *, measured_before: bool) -> None:
    """Keep freed memory from now on, as the train stage does; or leave the C library alone, which works as long as nobody did.

    Freed memory that was kept serves the next blocks whatever is set afterwards.
    """
    if name == "kept":
        keep_freed_memory()
    elif measured_before:
        pytest.skip("not measured: this process keeps freed memory already; run the whole suite, or this group alone")


def without_work(contest: Contest) -> Contest:
    """What is entered of a contest that is over: the words alone, with how long torch.compile took."""
    took = {name: work.seconds for name, work in contest.contenders.items() if isinstance(work, Compiled)}
    settings = {
        name: f"{text}, compiled in {took[name]:.0f} s" if name in took else text for name, text in contest.settings.items()
    }
    return replace(contest, contenders={}, settings=settings)


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Contest, dict[str, list[float]]]]:
    """Return what measures a group when the first of its contenders asks; the others then find their times."""
    torch.set_num_threads(1)
    found: dict[str, tuple[Contest, dict[str, list[float]]]] = {}
    groups: list[str] = []

    def measure_once(group: str) -> tuple[Contest, dict[str, list[float]]]:
        if group not in found:
            found.clear()
            contest = GROUPS[group][1](tmp_path_factory.mktemp("files"))
            prepare_heap(contest.heap, measured_before=bool(groups))
            groups.append(group)
            seconds = measure(contest)
            found[group] = without_work(contest), seconds
        return found[group]

    return measure_once


@pytest.fixture(scope="module")
def measured_on_gpu(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Contest, dict[str, list[float]]]]:
    """Return the same for groups on a GPU, beside which every core may work."""

    @functools.lru_cache(maxsize=1)
    def measure_once(group: str) -> tuple[Contest, dict[str, list[float]]]:
        contest = GPU_GROUPS[group][1](tmp_path_factory.mktemp("files"))
        seconds = measure(contest)
        return without_work(contest), seconds

    return measure_once


@pytest.mark.bench
@pytest.mark.benchmark(timer=REPLAY)
@pytest.mark.parametrize(("group", "contender"), PAIRS, ids=[f"{group}-{name}" for group, name in PAIRS])
def test_speed(group: str, contender: str, benchmark: Any, measured: Any) -> None:
    """Measure a group in turns and enter one contender's times."""
    if contender.startswith("compiled") and not has_compiler():
        pytest.skip(NO_COMPILER)
    contest, seconds = measured(group)
    record(benchmark, contest, group=group, contender=contender, seconds=seconds[contender], settings={"threads": 1})


@pytest.mark.bench
@pytest.mark.gpu
@pytest.mark.benchmark(timer=REPLAY)
@pytest.mark.parametrize(("group", "contender"), GPU_PAIRS, ids=[f"{group}-{name}" for group, name in GPU_PAIRS])
def test_speed_on_a_gpu(group: str, contender: str, benchmark: Any, measured_on_gpu: Any) -> None:
    """Measure a group on a GPU, by wall time."""
    contest, seconds = measured_on_gpu(group)
    record(benchmark, contest, group=group, contender=contender, seconds=seconds[contender], settings={"threads": CORES})
