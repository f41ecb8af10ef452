"""The train stage: train each run of a job in turn, score it, and write its folder (repro.train.record)."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import torch

from repro.files import data_folder, run_folder
from repro.provenance import code_digest, spec_digest
from repro.spec.run import Run
from repro.train.checkpoint import load_checkpoint, remove_checkpoints, save_checkpoint
from repro.train.loop import Stopped, Training
from repro.train.memory import keep_freed_memory
from repro.train.record import restore, write_run
from repro.train.task import Opened, Place, Say, Task, Written

#: Opens a folder of prepared data (repro.train.images.open_images, ...).
Open = Callable[[Path], Opened]


class RunsFailed(RuntimeError):
    """Some runs of a job failed; the others are finished and kept."""


def train_runs(runs: Sequence[Run], *, open_data: Open, results: Path, num_threads: int, device: str, say: Say) -> None:
    """Train and score `runs` in turn, each in its own folder; finished ones are kept when a later one fails.

    Args:
        open_data: opens a folder of prepared data of the kind that the runs train on, once for all runs.
        device: `cpu` or `cuda`.
        say: prints a line of progress.

    Raises:
        FileFormatError: the data set is not prepared or damaged.
        Stopped: the process was asked to end; the current run's checkpoint is written.
        RunsFailed: at least one run failed; names them with their errors.
    """
    torch.set_num_threads(num_threads)
    keep_freed_memory()
    if device == "cuda":
        torch.use_deterministic_algorithms(True, warn_only=True)
        torch.backends.cudnn.benchmark = False
    failed: list[str] = []
    opened: dict[Path, Opened] = {}
    with _stop_requested() as should_stop:
        for run in runs:
            folder = run_folder(results, run.id)
            place = Place(folder=folder, device=device, num_threads=num_threads, say=_prefixed(say, run))
            prepared = data_folder(results, run.scale, run.dataset.name)
            opened[prepared] = opened.get(prepared) or open_data(prepared)
            try:
                train_run(run, opened[prepared], place=place, should_stop=should_stop)
            except (Stopped, KeyboardInterrupt):
                raise
            except Exception as error:
                place.say(f"failed: {type(error).__name__}: {error}")
                failed.append(f"{run.id} ({type(error).__name__}: {error})")
                if len(runs) == 1:
                    raise
    if failed:
        raise RunsFailed(f"{len(failed)} of {len(runs)} runs failed: {'; '.join(failed)}. Finished runs are kept.")


def train_run(run: Run, data: Opened, *, place: Place, should_stop: Callable[[], bool]) -> None:
    """Train and score one run, from its checkpoint if there is one, and write its folder."""
    identity = {
        "run": run.id,
        "spec": spec_digest(run.experiment),
        "code": code_digest(data.stage),
        "data": data.digest,
        "device": place.device,
        "torch": torch.__version__,
    }
    if restore(place.folder, identity):
        place.say("finished before; kept")
        return
    place.folder.mkdir(parents=True, exist_ok=True)
    checkpoint = place.folder / "checkpoint.pt"
    task = data.task(run, place)
    training = make_training(run, task, place=place, should_stop=should_stop)
    training.save = lambda state: save_checkpoint(checkpoint, state, identity=identity)
    state = load_checkpoint(checkpoint, identity=identity, say=place.say)
    if state is not None:
        training.load(state)
        place.say(f"goes on in epoch {training.progress.epoch + 1}, step {training.progress.step}")
    training.run()
    training.save(training.state())
    written = Written() if training.progress.diverged else task.write_results(training.net)
    dataset = {"digest": data.digest, **{key: data.description[key] for key in ("name", "title", "classes")}}
    write_run(run, training, task, written, dataset=dataset, place=place, identity=identity)
    remove_checkpoints(checkpoint)


def make_training(run: Run, task: Task, *, place: Place, should_stop: Callable[[], bool]) -> Training:
    """Build the network of `run` and connect it with its data."""
    return Training(
        net=task.build(),
        recipe=run.trained.recipe,
        num_examples=task.num_examples,
        dropout_key=run.key_for("dropout"),
        device=torch.device(place.device),
        batches=task.batches,
        validate=task.validate,
        probe=task.probe,
        save=lambda state: None,
        should_stop=should_stop,
        say=place.say,
    )


def _prefixed(say: Say, run: Run) -> Say:
    return lambda text: say(f"{run.paper}/{run.variant} seed {run.seed}: {text}")


@contextmanager
def _stop_requested() -> Iterator[Callable[[], bool]]:
    """Turn SIGTERM into a request to stop after the current step, while the context lasts."""
    requested = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield requested.is_set
        return
    before = signal.signal(signal.SIGTERM, lambda number, frame: requested.set())
    try:
        yield requested.is_set
    finally:
        signal.signal(signal.SIGTERM, before)
