"""Make runs again in a folder of their own: what lies in the results is read and never written."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from repro.artifacts.files import data_folder, run_folder
from repro.artifacts.run_json import RunJson, read_run
from repro.planning.plan import stage_of
from repro.spec.experiment import needed_runs
from repro.spec.run import Run
from repro.system.progress import Say
from repro.train.methods.stages import maker_of
from repro.train.runs.context import Compute
from repro.verify.choosing import run_of
from repro.verify.stored import Stored

#: Environment variables by which numeric libraries learn how many threads they may start.
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")


#: Calls a function with some arguments in another process.
Call = Callable[..., None]


@dataclass(frozen=True, kw_only=True)
class Remade:
    """A run that was made again. record: what came of it, None if it could not be made; problem: why. folder: of its files."""

    stored: RunJson
    record: RunJson | None
    folder: Path
    problem: str = ""


@contextmanager
def made_again(records: Sequence[RunJson], stored: Stored, *, device: str, say: Say) -> Iterator[list[Remade]]:
    """Make runs again, by the code that is here, and give what came of each; the files are gone when the context ends.

    Runs with the same number of threads share a process.
    """
    with TemporaryDirectory(prefix="repro-again-") as root:
        results = Path(root)
        _borrow(records, stored, results)
        found: list[Remade] = []
        for key in dict.fromkeys(map(_group, records)):
            chosen = [record for record in records if _group(record) == key]
            with in_a_process(num_threads=chosen[0].num_threads) as call:
                for record in chosen:
                    say(f"makes {record.id} again")
                    found.append(_again(record, stored, results, device=device, call=call))
        yield found


def _group(record: RunJson) -> int:
    return record.num_threads


def _borrow(records: Sequence[RunJson], stored: Stored, results: Path) -> None:
    """Lay links to the prepared data, and to the runs that others start from or average, into a folder of results."""
    scale = results / stored.scale
    scale.mkdir()
    (scale / "data").symlink_to((stored.folder / "data").resolve(), target_is_directory=True)
    own = {record.id for record in records}
    for record in records:
        paper = next(paper for paper in stored.papers if paper.name == record.paper)
        for needed in needed_runs(run_of(record, stored), paper):
            place = run_folder(results, needed.id)
            if needed.id not in own and not place.exists() and stored.place(needed.id).is_dir():
                place.parent.mkdir(parents=True, exist_ok=True)
                place.symlink_to(stored.place(needed.id).resolve(), target_is_directory=True)


def _again(record: RunJson, stored: Stored, results: Path, *, device: str, call: Call) -> Remade:
    folder = run_folder(results, record.id)
    run = run_of(record, stored)
    problem = ""
    if not (data_folder(results, run.scale, run.dataset.name) / "dataset.json").is_file():
        problem = f"the data {run.dataset.name} are not here; type python -m repro prepare"
    else:
        try:
            call(make, [run], results, compute_of(record, device=device))
            return Remade(stored=record, record=read_run(results, record.id), folder=folder)
        except Exception as error:  # whatever a method raises: the run could not be made again, which is said
            problem = f"{type(error).__name__}: {error}"
    return Remade(stored=record, record=None, folder=folder, problem=problem)


def compute_of(record: RunJson, *, device: str) -> Compute:
    """With what a run was computed, on the device that is here."""
    return Compute(
        num_threads=record.num_threads,
        device=device,
        precision=record.precision,
        towers_apart=record.identity.get("towers") == "apart",
        num_processes=int(record.identity.get("processes", "1")),
    )


@contextmanager
def in_a_process(*, num_threads: int) -> Iterator[Call]:
    """Give what calls functions in a process whose numeric libraries have so many threads."""
    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, str(num_threads)))
    try:
        with ProcessPoolExecutor(max_workers=1, mp_context=multiprocessing.get_context("spawn")) as pool:
            yield lambda make, *arguments: pool.submit(make, *arguments).result()
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def make(runs: Sequence[Run], results: Path, compute: Compute, mends: bool = False) -> None:
    """Make runs of one stage in a folder of results. mends: prepared data that are damaged."""
    maker_of(stage_of(runs[0]), mends=mends)(runs, results=results, compute=compute, say=lambda line: None)
