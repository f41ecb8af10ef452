"""The contests on a GPU, each with its best peers, as many rounds as there is time for."""

from __future__ import annotations

import functools
import gc
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import torch

from repro.papers import PAPERS
from repro.spec.experiment import make_run
from repro.spec.recipe import ImageRecipe
from repro.spec.run import Experiment
from repro.system.processors import num_usable
from tests.bench.layers import norm_contest
from tests.bench.loading import gpu_loading_contest
from tests.bench.peers import Compiled
from tests.bench.steps import gpu_step_contest
from tests.bench.turns import CLOCKS, Contest
from tests.gpu.parts import Report

#: Rounds of which a median is worth something; with fewer a contest has failed.
LEAST_ROUNDS = 3
#: The share of a contest's time that may go into its contenders' first calls, in which code is made.
FIRST_CALLS = 0.7
#: More rounds than these make a median no surer.
MOST_ROUNDS = 50


def step_contests(report: Report) -> None:
    """Hold the contest of a training step at the paper's size; tried without a GPU, at scale smoke."""
    scale, num_classes, batch_size = ("smoke", 10, 4) if report.dry else ("paper", 1000, 128)
    full, no_lrn = (experiment(scale, variant) for variant in ("full", "no_lrn"))
    sides = {"side": 16} if report.dry else {}
    hold(
        report,
        f"GPU: step {scale}",
        lambda: gpu_step_contest(
            full, no_lrn, name=f"scale {scale}", num_classes=num_classes, batch_size=batch_size, device=report.device, **sides
        ),
        until=report.ends_at,
    )


def norm_contests(report: Report) -> None:
    """Hold those of response normalisation behind the paper's first two layers, and in bfloat16."""
    shapes = ((2, 8, 5, 5), (2, 8, 3, 3)) if report.dry else ((128, 96, 55, 55), (128, 256, 27, 27))
    entries = [(shapes[0], torch.float32), (shapes[1], torch.float32), (shapes[0], torch.bfloat16)]
    for number, (shape, dtype) in enumerate(entries):
        until = time.monotonic() + report.left_s / (len(entries) - number)
        narrow = ", bfloat16" if dtype == torch.bfloat16 else ""
        make = functools.partial(norm_contest, shape, device=report.device, dtype=dtype, at_least=1.0, num_rounds=MOST_ROUNDS)
        hold(report, f"GPU: lrn {shape}{narrow}", make, until=until)


def loading_contests(report: Report) -> None:
    """Hold that of loading at the paper's size."""
    recipe, cores = experiment("paper", "full").recipe, num_usable()
    assert isinstance(recipe, ImageRecipe)
    num, stored_px, input_px, epochs = (16, 40, 32, 1) if report.dry else (512, 256, 224, 8)
    hold(
        report,
        f"GPU: loading {stored_px} px",
        lambda: gpu_loading_contest(
            report.folder / "pictures",
            recipe,
            num=num,
            stored_px=stored_px,
            input_px=input_px,
            num_threads=1 if report.dry else cores,
            num_epochs=epochs,
            target=report.device,
        ),
        until=report.ends_at,
    )


def experiment(scale: str, variant: str) -> Experiment:
    """The experiment of a named run of AlexNet."""
    return make_run(PAPERS["alexnet"], scale=scale, variant=variant, seed=0).trained


def hold(report: Report, group: str, make: Callable[[], Contest], *, until: float) -> None:
    """Measure a contest up to `until`, and enter it; a contender that fails is named and left out."""
    began = time.monotonic()
    try:
        contest = make()
    except Exception as error:
        report.fail(group, f"{type(error).__name__}: {error}"[:500])
        return
    failed: dict[str, str] = {}
    seconds = measure_until(contest, until, failed, first_until=began + FIRST_CALLS * (until - began))
    for name, why in failed.items():
        report.fail(f"{group}, {name}", why)
    rounds = len(next(iter(seconds.values()), []))
    if rounds < LEAST_ROUNDS:
        report.fail(group, f"{rounds} rounds were made in the time; {LEAST_ROUNDS} are needed")
        return
    report.put("medians_s", report.content.get("medians_s", {}) | {group: medians(seconds)})
    report.add("benchmarks", [entry(contest, group, name, seconds) for name in seconds])


def measure_until(contest: Contest, until: float, failed: dict[str, str], *, first_until: float) -> dict[str, list[float]]:
    """The seconds of each contender that works, in rounds until the time is over or the contest has all of its rounds."""
    working: dict[str, Callable[[], object]] = {}
    for name, work in contest.contenders.items():
        if working and time.monotonic() > first_until:
            failed[name] = "not begun: the time for first calls was over"
            continue
        try:
            for _ in range(1 + contest.num_warm_up):
                work()
            working[name] = work
        except Exception as error:
            failed[name] = f"{type(error).__name__}: {error}"[:500]
    found: dict[str, list[float]] = {name: [] for name in working}
    for number in range(min(contest.num_rounds, MOST_ROUNDS)):
        if time.monotonic() > until:
            break
        gc.collect()
        for name, spent in one_round(contest, working, number).items():
            found[name].append(spent)
    return found


def one_round(contest: Contest, working: dict[str, Callable[[], object]], number: int) -> dict[str, float]:
    """The seconds of each contender in one round, in an order drawn anew."""
    clock, spent = CLOCKS[contest.clock], {}
    gc.disable()
    for name in random.Random(number).sample(list(working), len(working)):
        for _ in range(contest.num_before):
            working[name]()
        began = clock()
        working[name]()
        spent[name] = clock() - began
    gc.enable()
    return spent


def medians(seconds: dict[str, list[float]]) -> dict[str, float]:
    return {name: statistics.median(times) for name, times in seconds.items()}


def entry(contest: Contest, group: str, name: str, seconds: dict[str, list[float]]) -> dict[str, Any]:
    """A contender's times in the form of pytest-benchmark, as far as `repro speed` reads it; targets against those measured."""
    work, settings, times = contest.contenders[name], contest.settings.get(name, name), seconds[name]
    if isinstance(work, Compiled):
        settings = f"{settings}, first call {work.seconds:.0f} s"
    targets = [
        {**asdict(target), "peer": [peer for peer in target.peer if peer in seconds]}
        for target in contest.targets
        if target.contender == name and set(target.peer) & set(seconds)
    ]
    return {
        "group": group,
        "name": name,
        "extra_info": {
            "threads": torch.get_num_threads(),
            "title": contest.title,
            "settings": settings,
            "clock": contest.clock,
            "heap": contest.heap,
            "examples": contest.examples,
            "flops": contest.flops.get(name),
            "amount": None,
            "targets": targets,
        },
        "stats": {"data": times, "median": statistics.median(times), "rounds": len(times)},
    }
