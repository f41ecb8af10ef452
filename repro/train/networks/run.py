"""The train stage: train each run of a job in turn, score it, and write its folder (repro.train.runs.record)."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from repro.artifacts.files import data_folder
from repro.artifacts.run_json import FAITHFUL
from repro.spec.run import Run
from repro.system.memory import keep_freed_memory
from repro.system.progress import Say
from repro.system.stopping import Stopped, ending_after_a_step
from repro.train.networks.checkpoint import TrainingState, load_checkpoint, remove_checkpoints, save_checkpoint
from repro.train.networks.data_parallel import Group, group_of
from repro.train.networks.initial_weights import SourceWeights, begin_with, source_of
from repro.train.networks.loop import Training
from repro.train.networks.model_parallel import lies_apart, taken_apart
from repro.train.networks.precision import products_in
from repro.train.networks.task import Open, PreparedData, Task
from repro.train.networks.trained import write_trained
from repro.train.runs.context import Compute, RunContext, ScoredFiles
from repro.train.runs.job import in_turn
from repro.train.runs.record import data_of, identity_of, restore


def train_runs(runs: Sequence[Run], *, open_data: Open, results: Path, compute: Compute, say: Say) -> None:
    """Train and score `runs` in turn, each in its own folder; finished ones are kept when a later one fails.

    Args:
        open_data: opens a folder of prepared data of the kind that the runs train on, once for all runs.
        say: prints a line of progress.

    Raises:
        FileFormatError: the data set, or the run from which another starts, is not there or damaged.
        Stopped: the process was asked to end; the current run's checkpoint is written.
        RunsFailed: at least one run failed; names them with their errors.
    """
    opened: dict[Path, PreparedData] = {}

    def do(run: Run, context: RunContext) -> None:
        prepared = data_folder(results, run.scale, run.dataset.name)
        opened[prepared] = opened.get(prepared) or open_data(prepared)
        helping = Helping(open_data=open_data, prepared=prepared, results=results, num_processes=compute.num_processes)
        train_run(run, opened[prepared], context=context, helping=helping)

    with products_in(compute.precision, device=compute.device):
        in_turn(runs, do, results=results, compute=compute, say=say)


@dataclass(frozen=True, kw_only=True)
class Helping:
    """What a process needs to help with a run: how and where data are opened, the results, how many processes there are."""

    open_data: Open
    prepared: Path
    results: Path
    num_processes: int = 1


def train_run(run: Run, data: PreparedData, *, context: RunContext, helping: Helping) -> None:
    """Train and score one run, from its checkpoint if there is one, and write its folder."""
    start, num_processes = run.trained.initial_weights, shared_by(run, context, num_processes=helping.num_processes)
    source = None if start is None else source_of(run, start, results=helping.results)
    identity = identity_of(run, stage=data.stage, data=data.dataset.digest, device=context.device)
    identity |= {} if source is None else {"start": source.sha256}
    identity |= {} if context.precision == FAITHFUL else {"precision": context.precision}
    identity |= {"towers": "apart"} if lies_apart(run, context) else {}
    identity |= {"processes": str(num_processes)} if num_processes > 1 else {}
    checkpoint = context.folder / "checkpoint.pt"
    if restore(context, identity=identity):
        remove_checkpoints(checkpoint)
        return
    context.folder.mkdir(parents=True, exist_ok=True)
    state = load_checkpoint(checkpoint, identity=identity, say=context.say)
    known = replace(context, say=silent), run, helping, identity
    with (
        group_of(num_processes, help_to_train, known, device=context.device, run_folder=context.folder) as group,
        ending_after_a_step() as should_stop,
    ):
        training, task = _begun(run, data, context, group, state, source=source, should_stop=should_stop)
        training.save = lambda state: save_checkpoint(checkpoint, state, identity=identity)
        training.run()
        training.save(training.state())
    written = ScoredFiles() if training.progress.diverged else task.write_results(training.whole(training.net))
    write_trained(run, training, task, written, dataset=data_of(data.dataset), context=context, identity=identity)
    remove_checkpoints(checkpoint)


def help_to_train(group: Group, context: RunContext, run: Run, helping: Helping, identity: dict[str, str]) -> None:
    """Do in another process what `train_run` does, but write nothing."""
    torch.set_num_threads(context.num_threads)
    keep_freed_memory()
    if context.device == "cuda":
        torch.use_deterministic_algorithms(True, warn_only=True)
        torch.backends.cudnn.benchmark = False
    start = run.trained.initial_weights
    source = None if start is None else source_of(run, start, results=helping.results)
    state = load_checkpoint(context.folder / "checkpoint.pt", identity=identity, say=silent)
    with products_in(context.precision, device=context.device), suppress(Stopped):
        data = helping.open_data(helping.prepared)
        training, _ = _begun(run, data, context, group, state, source=source, should_stop=lambda: False)
        training.run()
        training.state()


def silent(text: str) -> None:
    """Say nothing."""


def shared_by(run: Run, context: RunContext, *, num_processes: int) -> int:
    """How many processes train `run`: one, and say so, where crops are shared by chunks of a batch.

    Raises:
        ValueError: several processes and towers apart are asked for.
    """
    if num_processes > 1 and context.towers_apart:
        raise ValueError(f"{num_processes} processes with towers apart; allowed: one of the two")
    if num_processes > 1 and run.trained.recipe.crops.chunk_share:
        context.say(f"crops are shared by chunks of a batch: one process, not {num_processes}")
        return 1
    return num_processes


def _begun(
    run: Run,
    data: PreparedData,
    context: RunContext,
    group: Group,
    state: TrainingState | None,
    *,
    source: SourceWeights | None,
    should_stop: Callable[[], bool],
) -> tuple[Training, Task]:
    task = data.task(run, context)
    training = make_training(run, task, context=context, group=group, should_stop=should_stop, source=source)
    if state is not None:
        training.load(state)
        context.say(f"goes on in epoch {training.progress.epoch + 1}, step {training.progress.step}")
    return training, task


def make_training(
    run: Run,
    task: Task,
    *,
    context: RunContext,
    should_stop: Callable[[], bool],
    source: SourceWeights | None = None,
    group: Group | None = None,
) -> Training:
    """Build the network of `run`, give it the weights of `source` if it starts from another run, and connect it with its data."""
    net, start, group = task.build(), run.trained.initial_weights, group or Group()
    if start is not None and source is not None:
        begin_with(net, source.weights(), start=start, output=run.trained.network.output.name)
    net, whole = taken_apart(net, run, context, num_classes=task.num_classes)
    return Training(
        net=net,
        whole=whole,
        precision=context.precision,
        group=group,
        recipe=run.trained.recipe,
        num_examples=task.num_examples,
        dropout_key=run.key_for("dropout"),
        device=torch.device(context.device),
        batches=functools.partial(task.batches, share=group.shares),
        validate=task.validate,
        probe=task.probe,
        save=lambda state: None,
        should_stop=should_stop,
        say=context.say,
    )
