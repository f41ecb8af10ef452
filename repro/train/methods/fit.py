"""Fit classical models and score them: tasks of the train stage that train no network."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from repro.artifacts.dataset_json import DatasetJson
from repro.artifacts.files import canonical_json, data_folder, sha256_bytes
from repro.artifacts.run_json import Costs, FittedModel, ScoresFile
from repro.baselines.fitting.descriptor_cache import DescriptorCache, keeping
from repro.spec.run import Run
from repro.system.memory import peak_mib
from repro.system.progress import Say
from repro.train.runs.context import Compute, RunContext
from repro.train.runs.job import in_turn
from repro.train.runs.record import Outcome, data_of, identity_of, restore, spent_cpu_s, write_record

#: The folder, in a run's own, of what a fit that was stopped goes on from.
SCRATCH = "fitting"


@dataclass(frozen=True, kw_only=True)
class Fit:
    """A fitted model, the scores that it gave, and on how many examples it was fitted in which time."""

    model: FittedModel
    scores: tuple[ScoresFile, ...]
    num_train_examples: int
    train_s: float


class OpenedToFit(Protocol):
    """A prepared data set whose files were whole when it was opened; `stage`: by which provenance knows the code that fits."""

    @property
    def stage(self) -> str: ...
    @property
    def dataset(self) -> DatasetJson: ...

    def fit(self, run: Run, context: RunContext, *, scratch: Path) -> Fit:
        """Fit the model of `run`, score it and write its files.

        scratch: a folder for what a later call goes on from, which has the same run, data and code.
        """


def fit_runs(
    runs: Sequence[Run],
    *,
    open_data: Callable[[Path], OpenedToFit],
    results: Path,
    compute: Compute,
    say: Say,
) -> None:
    """Fit and score `runs` in turn; arguments and errors as of repro.train.networks.run.train_runs."""
    opened: dict[Path, OpenedToFit] = {}

    def do(run: Run, context: RunContext) -> None:
        prepared = data_folder(results, run.scale, run.dataset.name)
        opened[prepared] = opened.get(prepared) or open_data(prepared)
        fit_run(run, opened[prepared], context=context, kept=kept)

    with keeping() if len(runs) > 1 else nullcontext() as kept:
        in_turn(runs, do, results=results, compute=compute, say=say)


def fit_run(run: Run, data: OpenedToFit, *, context: RunContext, kept: DescriptorCache | None = None) -> None:
    """Fit and score one run, unless it was finished before, and write its folder. kept: descriptions of the runs of its job."""
    identity = identity_of(run, stage=data.stage, data=data.dataset.digest, device=context.device)
    if restore(context, identity=identity):
        shutil.rmtree(context.folder / SCRATCH, ignore_errors=True)
        return
    begun = time.perf_counter(), spent_cpu_s()
    taken_before = kept.num_taken if kept else 0
    with scratch_of(context.folder, identity) as scratch:
        fit = data.fit(run, context, scratch=scratch)
        costs = Costs(
            wall_s=time.perf_counter() - begun[0],
            cpu_s=spent_cpu_s() - begun[1],
            train_s=fit.train_s,
            peak_mib=peak_mib(),
        )
        outcome = Outcome(
            dataset=data_of(data.dataset),
            num_classes=len(data.dataset.classes),
            num_train_examples=fit.num_train_examples,
            costs=costs,
            scores=fit.scores,
            made=replace(fit.model, num_descriptions_taken=kept.num_taken - taken_before if kept else 0),
        )
        write_record(run, context, outcome, identity=identity)


@contextmanager
def scratch_of(folder: Path, identity: Mapping[str, str]) -> Iterator[Path]:
    """Give a folder of this identity alone, for what a fit that is stopped goes on from; it goes when the fit ends well.

    What was left there by a fit of another identity (other data, code or settings) is deleted, never gone on with.
    """
    own = folder / SCRATCH / sha256_bytes(canonical_json(dict(identity)).encode())[:32]
    own.mkdir(parents=True, exist_ok=True)
    for other in own.parent.iterdir():
        if other != own:
            shutil.rmtree(other, ignore_errors=True)
    yield own
    shutil.rmtree(own.parent, ignore_errors=True)
