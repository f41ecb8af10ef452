"""Train further runs, several processes at a time, each by the command that the workflow uses."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from repro.artifacts.files import run_folder
from repro.artifacts.run_json import FILE
from repro.planning.jobs import TrainJob
from repro.spec.experiment import Paper, needed_runs
from repro.spec.run import Run
from repro.system.progress import Say

#: Seconds between two looks at the processes.
POLL_S = 0.2


class TrainingFailed(ValueError):
    """A run that was to decide claims was not made."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where and how runs are made. options: of the command, beside what says which runs. threads: of all processes."""

    results: Path
    options: tuple[str, ...]
    threads: int


def train(paper: Paper, runs: Sequence[Run], place: Place, *, say: Say) -> None:
    """Make `runs`, those first that others start from.

    Raises:
        TrainingFailed: a process failed; those beside it have ended.
    """
    waiting = {run.id: run for run in runs}
    while waiting:
        ready = [run for run in waiting.values() if not any(one.id in waiting for one in needed_runs(run, paper))]
        _together(jobs_of(paper, ready, num=place.threads), place, say=say)
        for run in ready:
            del waiting[run.id]


def jobs_of(paper: Paper, runs: Sequence[Run], *, num: int) -> list[TrainJob]:
    """A job for each variant with all its seeds; where these are fewer than `num`, one for each run."""
    by_variant: dict[str, list[int]] = {}
    for run in runs:
        by_variant.setdefault(run.variant, []).append(run.seed)
    apart = len(by_variant) < num
    groups = [(name, (seed,)) for name, seeds in by_variant.items() for seed in seeds] if apart else list(by_variant.items())
    scale = runs[0].scale if runs else ""
    return [TrainJob(paper=paper, scale=scale, label=name, variants=(name,), seeds=tuple(seeds)) for name, seeds in groups]


def _together(jobs: Sequence[TrainJob], place: Place, *, say: Say) -> None:
    """Run jobs, as many at a time as there are threads; whatever ends this ends them."""
    waiting = sorted(jobs, key=lambda job: -job.priority)
    going: dict[subprocess.Popen[bytes], TrainJob] = {}
    try:
        while waiting or going:
            while waiting and (not going or _threads([*going.values(), waiting[0]], place) <= place.threads):
                job = waiting.pop(0)
                say(f"trains {job.label} with the seeds {', '.join(map(str, job.seeds))}")
                going[subprocess.Popen(command(job, place))] = job
            for process in [one for one in going if one.poll() is not None]:
                _check(going.pop(process), process.returncode)
            _wait(list(going))
    finally:
        for process in going:
            process.terminate()
        for process in going:
            process.wait()


def _threads(jobs: Sequence[TrainJob], place: Place) -> int:
    return sum(min(job.threads, place.threads) for job in jobs)


def _wait(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    with suppress(subprocess.TimeoutExpired):
        if processes:
            processes[0].wait(timeout=POLL_S)


def _check(job: TrainJob, status: int) -> None:
    if status:
        seeds = ", ".join(map(str, job.seeds))
        raise TrainingFailed(
            f"training {job.label} with the seeds {seeds} ended with status {status}; its lines above say why: put it right "
            "and type the same again"
        )


def command(job: TrainJob, place: Place) -> list[str]:
    """The command line that makes the runs of a job."""
    seeds = ",".join(map(str, job.seeds))
    return [
        *(sys.executable, "-m", "repro", "train", "--scale", job.scale, "--results", str(place.results)),
        *("--paper", job.paper.name, "--variant", job.variants_option, "--seeds", seeds),
        *("--threads", str(min(job.threads, place.threads)), *place.options),
    ]


def is_there(results: Path, run_id: str) -> bool:
    """Whether a run has ended, well or not."""
    return (run_folder(results, run_id) / FILE).is_file()
