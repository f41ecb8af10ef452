"""Do the runs of one job in turn: each has its folder, and those that are finished are kept when a later one fails."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

import torch

from repro.artifacts.failed_json import clear_failure, note_failure
from repro.artifacts.files import remove_parts, run_folder
from repro.spec.run import Run
from repro.system.memory import keep_freed_memory
from repro.system.progress import Say
from repro.train.runs.context import Compute, RunContext
from repro.train.runs.witness import Witness


class RunsFailed(ValueError):
    """Some runs of a job failed; the others are finished and kept."""


def in_turn(runs: Sequence[Run], do: Callable[[Run, RunContext], None], *, results: Path, compute: Compute, say: Say) -> None:
    """Do `runs` one after the other.

    Args:
        do: does a run at its place and writes its folder.
        say: prints a line of progress.

    Raises:
        Stopped: the process was asked to end.
        RunsFailed: at least one run failed; names them with their errors. A single run's own error is passed on.
    """
    torch.set_num_threads(compute.num_threads)
    keep_freed_memory()
    if compute.device == "cuda":
        torch.use_deterministic_algorithms(True, warn_only=True)
        torch.backends.cudnn.benchmark = False
    failed: list[str] = []
    for run in runs:
        folder = run_folder(results, run.id)
        remove_parts(folder)
        context = RunContext(
            folder=folder,
            device=compute.device,
            num_threads=compute.num_threads,
            precision=compute.precision,
            towers_apart=compute.towers_apart,
            say=_prefixed(say, run),
            witness=Witness(folder=Path(results) / run.scale, run=run.id),
        )
        try:
            with context.witness.watching():
                do(run, context)
            clear_failure(folder)
        except Exception as error:
            note_failure(results, run.id, error, log=compute.log)
            if len(runs) == 1:
                raise
            context.say(f"failed: {type(error).__name__}: {error}")
            if not isinstance(error, ValueError):
                context.say(traceback.format_exc().rstrip())
            failed.append(f"{run.id} ({type(error).__name__}: {error})")
    if failed:
        raise RunsFailed(f"{len(failed)} of {len(runs)} runs failed: {'; '.join(failed)}. Finished runs are kept.")


def _prefixed(say: Say, run: Run) -> Say:
    return lambda text: say(f"{run.paper}/{run.variant} seed {run.seed}: {text}")
