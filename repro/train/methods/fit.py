"""Fit classical models and score them: tasks of the train stage that train no network."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any, Protocol

from repro.artifacts.dataset_json import DatasetJson
from repro.artifacts.files import data_folder
from repro.baselines.fitting.descriptor_cache import Kept, keeping
from repro.spec.run import Run
from repro.system.memory import peak_mib
from repro.system.progress import Say
from repro.train.runs.job import in_turn
from repro.train.runs.record import dataset_of, identity_of, restore, spent_cpu_s, write_record
from repro.train.runs.task import Entry, RunContext


class OpenedToFit(Protocol):
    """A prepared data set whose files were whole when it was opened; `stage`: by which provenance knows the code that fits."""

    stage: str
    dataset: DatasetJson

    def fit(self, run: Run, context: RunContext) -> tuple[list[Entry], dict[str, Any]]:
        """Fit the model of `run`, score it and write its files; return the entries of scores, and what run.json says besides.

        The latter holds `train_s`, `num_train_examples` and `num_classes`.
        """


def fit_runs(
    runs: Sequence[Run],
    *,
    open_data: Callable[[Path], OpenedToFit],
    results: Path,
    num_threads: int,
    device: str,
    say: Say,
) -> None:
    """Fit and score `runs` in turn; arguments and errors as of repro.train.networks.run.train_runs."""
    opened: dict[Path, OpenedToFit] = {}

    def do(run: Run, context: RunContext) -> None:
        prepared = data_folder(results, run.scale, run.dataset.name)
        opened[prepared] = opened.get(prepared) or open_data(prepared)
        fit_run(run, opened[prepared], context=context, kept=kept)

    with keeping() if len(runs) > 1 else nullcontext() as kept:
        in_turn(runs, do, results=results, num_threads=num_threads, device=device, say=say)


def fit_run(run: Run, data: OpenedToFit, *, context: RunContext, kept: Kept | None = None) -> None:
    """Fit and score one run, unless it was finished before, and write its folder. kept: descriptions of the runs of its job."""
    identity = identity_of(run, stage=data.stage, data=data.dataset.digest, device=context.device)
    if restore(context.folder, identity):
        context.say("finished before; kept")
        return
    context.folder.mkdir(parents=True, exist_ok=True)
    begun = time.perf_counter(), spent_cpu_s()
    taken_before = kept.num_taken if kept else 0
    entries, measured = data.fit(run, context)
    measured = {
        "status": "ok",
        "reason": "",
        "wall_s": time.perf_counter() - begun[0],
        "cpu_s": spent_cpu_s() - begun[1],
        "peak_mib": peak_mib(),
        "num_descriptions_taken": kept.num_taken - taken_before if kept else 0,
        **measured,
    }
    write_record(run, context, identity=identity, dataset=dataset_of(data.dataset), scores=entries, measured=measured)
