"""Several processes at the same work at once: images a second of the whole data path, and runs that share a GPU.

The processes are started once; at each level as many of them work as the level says, all from the same moment on.
"""

from __future__ import annotations

import math
import multiprocessing
import queue
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from repro.spec.recipe import ImageRecipe
from repro.spec.run import Run
from repro.system.processors import num_usable
from tests.gpu.parts import Report

#: A process's work: by how many share the machine, what does a piece of it at each turn and gives the piece's size.
Make = Callable[[int], Iterator[int]]
#: Images of which a data set for these measurements consists; only speed is asked for.
NUM_IMAGES = 4096


def measure_data_path(report: Report) -> None:
    """Enter the images a second that reach the device from JPEG of 256 px, by the number of processes."""
    from tests.bench.loading import write_pictures

    stored_px, input_px, num = (40, 32, 32) if report.dry else (256, 224, 512)
    folder = report.folder / "pictures"
    write_pictures(folder, num=num, stored_px=stored_px)
    work = Loading(folder=folder, stored_px=stored_px, input_px=input_px, device=report.device)
    levels = (1, 2) if report.dry else (1, 2, 4)
    found = rates(work, levels, seconds=0.05 if report.dry else 4.0, warm_up=1 if report.dry else 2048, left_s=report.left_s)
    report.put("images_per_s", {str(level): round(rate, 1) for level, rate in found.items()})


def measure_sharing(report: Report) -> None:
    """Enter how many runs of `full` at scale cifar10 an hour are trained, by how many share the device; scoring is left out."""
    from tests.tiny import write_prepared

    scale = "smoke" if report.dry else "cifar10"
    run = full_run(scale)
    num = 64 if report.dry else NUM_IMAGES
    folder = report.folder / "data"
    write_prepared(folder, stored_px=run.dataset.stored_px, num={"train": num, "validation": 10, "test": 10})
    work = Training(folder=folder, scale=scale, device=report.device)
    levels = (1, 2) if report.dry else (1, 2, 4, 8)
    found = rates(work, levels, seconds=0.05 if report.dry else 6.0, warm_up=1 if report.dry else 6400, left_s=report.left_s)
    images = images_of(run)
    report.put("images_per_run", images)
    report.put("images_per_s", {str(level): round(rate, 1) for level, rate in found.items()})
    report.put("runs_per_hour", {str(level): round(3600 * rate / images, 2) for level, rate in found.items()})


#: Images that CIFAR-10 trains on (Krizhevsky 2009).
CIFAR10_IMAGES = 50000


def full_run(scale: str) -> Run:
    """The first run of `full` at a scale."""
    from repro.papers import PAPERS
    from repro.spec.experiment import make_run

    return make_run(PAPERS["alexnet"], scale=scale, variant="full", seed=0)


def images_of(run: Run) -> int:
    """How many images a run of this recipe sees in all, on as many as CIFAR-10 has."""
    return run.trained.recipe.schedule.num_epochs * CIFAR10_IMAGES


@dataclass(frozen=True, kw_only=True)
class Loading:
    """Work: batches of the paper's recipe to the device, with as many threads as each process has cores."""

    folder: Path
    stored_px: int
    input_px: int
    device: str

    def __call__(self, sharing: int) -> Iterator[int]:
        from repro.data.shards.images import Shards
        from tests.bench.loading import our_batches

        recipe = full_run("paper").trained.recipe
        assert isinstance(recipe, ImageRecipe)
        batches = our_batches(
            Shards(self.folder, "train"),
            recipe,
            mean_SSC=np.full((self.stored_px, self.stored_px, 3), 110, np.float32),
            input_px=self.input_px,
            num_threads=max(1, num_usable() // sharing),
            device=self.device,
        )
        return (len(batch.label_B) for batch in batches)


@dataclass(frozen=True, kw_only=True)
class Training:
    """Work: training steps of `full`, loading and all, as the train stage takes them."""

    folder: Path
    scale: str
    device: str

    def __call__(self, sharing: int) -> Iterator[int]:
        import torch

        from repro.train.networks.checkpoint import TrainingProgress
        from repro.train.networks.images import open_images
        from repro.train.networks.run import make_training
        from repro.train.runs.context import RunContext

        run = full_run(self.scale)
        threads = max(1, num_usable() // sharing)
        torch.set_num_threads(threads)
        context = RunContext(folder=self.folder, device=self.device, num_threads=threads, say=lambda line: None)
        data = open_images(self.folder)
        training = make_training(run, data.task(run, context), context=context, should_stop=lambda: False)
        training.net.train()
        while True:
            training.progress = TrainingProgress()
            for batch in training.batches(0, 0):
                training._step(batch)
                if training.progress.step == training.steps_per_epoch:  # without what `Training.run` does between epochs
                    training.progress.epoch, training.progress.step = training.progress.epoch + 1, 0
                yield len(batch.label_B)


def rates(make: Make, levels: Sequence[int], *, seconds: float, warm_up: int, left_s: float) -> dict[int, float]:
    """How much work a second all processes of a level do together, by level.

    Raises:
        RuntimeError: a process failed; says with what.
        queue.Empty: the processes were not done in `left_s`.
    """
    context = multiprocessing.get_context("spawn")
    barrier, found, ends_at = context.Barrier(max(levels)), context.Queue(), time.monotonic() + left_s
    settings = (make, tuple(levels), seconds, warm_up, barrier, found)
    processes = [context.Process(target=at_work, args=(rank, *settings), daemon=True) for rank in range(max(levels))]
    for process in processes:
        process.start()
    try:
        done: dict[int, list[float]] = {level: [] for level in levels}
        for _ in range(sum(levels)):
            level, rate, error = found.get(timeout=max(0.1, ends_at - time.monotonic()))
            if error:
                raise RuntimeError(f"with {level} processes one failed: {error}")
            done[level].append(rate)
    finally:
        for process in processes:
            process.kill()
    return {level: math.fsum(rates) for level, rates in done.items()}


def at_work(
    rank: int, make: Make, levels: tuple[int, ...], seconds: float, warm_up: int, barrier: Any, found: queue.Queue[Any]
) -> None:
    """Do the work of one process at every level that it belongs to; all wait for each other between the levels."""
    for level in levels:
        try:
            work = make(level) if rank < level else iter(())
            going(work, warm_up)
            barrier.wait()
            if rank < level:
                found.put((level, rate_of(work, seconds), ""))
            barrier.wait()
        except Exception as error:
            found.put((level, 0.0, f"{type(error).__name__}: {error}"[:500]))
            barrier.abort()
            return


def going(work: Iterator[int], amount: int) -> None:
    """Do so much of the work beforehand; of work that another process does, nothing."""
    for size in work:
        amount -= size
        if amount <= 0:
            return


def rate_of(work: Iterator[int], seconds: float) -> float:
    """How much of the work is done a second, all that was given to a GPU done before the clock is read."""
    torch = sys.modules.get("torch")  # who has not imported it has given a GPU nothing
    wait: Callable[[], None] = torch.cuda.synchronize if torch and torch.cuda.is_available() else lambda: None
    wait()
    amount, began = 0, time.perf_counter()
    for size in work:
        amount += size
        if time.perf_counter() - began >= seconds:
            break
    wait()
    return amount / (time.perf_counter() - began)
