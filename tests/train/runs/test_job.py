"""A job does its runs in turn: what is finished stays, what fails is named, nothing that a killed writer left remains."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from repro.artifacts.failed_json import find_failure
from repro.artifacts.files import FileFormatError, run_folder
from repro.papers import PAPERS
from repro.spec.experiment import make_run
from repro.spec.run import Run
from repro.system.stopping import Stopped
from repro.train.runs.context import Compute, RunContext
from repro.train.runs.job import RunsFailed, in_turn
from tests.tiny import ONE_THREAD

RUNS = [make_run(PAPERS["alexnet"], scale="smoke", variant="full", seed=seed) for seed in range(3)]


def test_every_run_has_its_folder_and_is_computed_with_what_the_job_has(tmp_path: Path) -> None:
    found: list[RunContext] = []
    compute = Compute(num_threads=1, device="cpu", precision="tf32", towers_apart=True)
    in_turn(RUNS, lambda run, context: found.append(context), results=tmp_path, compute=compute, say=print)
    assert [context.folder for context in found] == [run_folder(tmp_path, run.id) for run in RUNS]
    assert {(context.num_threads, context.device, context.precision, context.towers_apart) for context in found} == {
        (1, "cpu", "tf32", True)
    }


def test_what_a_killed_writer_left_is_removed_before_the_run_begins(tmp_path: Path) -> None:
    folder = run_folder(tmp_path, RUNS[0].id)
    folder.mkdir(parents=True)
    for name in (".checkpoint.pt.x1.part", ".scores.test.center.npz.y2.part", "scores.test.center.npz"):
        (folder / name).write_bytes(b"half")
    kept: list[str] = []

    def do(run: Run, context: RunContext) -> None:
        kept.extend(sorted(path.name for path in context.folder.iterdir()))

    in_turn(RUNS[:1], do, results=tmp_path, compute=ONE_THREAD, say=print)
    assert kept == ["scores.test.center.npz"]


def failing(run: Run, context: RunContext) -> None:
    if run.seed == 1:
        raise FileFormatError("dataset.json is damaged; run prepare again")
    (context.folder).mkdir(parents=True)


def test_a_run_that_fails_is_named_and_the_others_are_done(tmp_path: Path) -> None:
    said: list[str] = []
    with pytest.raises(
        RunsFailed, match=r"^1 of 3 runs failed: smoke/alexnet/full/1 \(FileFormatError: dataset\.json is damaged.*kept\.$"
    ):
        in_turn(RUNS, failing, results=tmp_path, compute=ONE_THREAD, say=said.append)
    left = [[path.name for path in run_folder(tmp_path, run.id).iterdir()] for run in RUNS]
    assert left == [[], ["failed.json"], []]
    assert said == ["alexnet/full seed 1: failed: FileFormatError: dataset.json is damaged; run prepare again"]


def test_a_run_that_fails_leaves_why_and_where_its_log_is_until_it_is_done(tmp_path: Path) -> None:
    compute = Compute(num_threads=1, device="cpu", log=tmp_path / "logs" / "job.log")
    for runs in (RUNS, RUNS[1:2]):
        with pytest.raises(ValueError, match="damaged"):
            in_turn(runs, failing, results=tmp_path, compute=compute, say=print)
        failed = [find_failure(tmp_path, run.id) for run in RUNS]
        assert [failure.words if failure else "" for failure in failed] == [
            "",
            "FileFormatError: dataset.json is damaged; run prepare again",
            "",
        ]
        assert failed[1] is not None and failed[1].log == "logs/job.log"
        in_turn(RUNS[1:2], lambda run, context: None, results=tmp_path, compute=compute, say=print)
        assert not list(tmp_path.rglob("failed.json"))
        shutil.rmtree(tmp_path / "smoke")


def test_a_fault_of_the_code_among_several_runs_is_shown_with_its_place(tmp_path: Path) -> None:
    said: list[str] = []

    def broken(run: Run, context: RunContext) -> None:
        if run.seed == 1:
            raise KeyError("nowhere")

    with pytest.raises(RunsFailed, match="KeyError: 'nowhere'"):
        in_turn(RUNS, broken, results=tmp_path, compute=ONE_THREAD, say=said.append)
    assert any("in broken" in line for line in said)


def test_the_error_of_a_single_run_is_passed_on_and_a_stop_ends_the_job(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match="damaged"):
        in_turn(RUNS[1:2], failing, results=tmp_path, compute=ONE_THREAD, say=print)
    done: list[int] = []

    def stopping(run: Run, context: RunContext) -> None:
        done.append(run.seed)
        raise Stopped

    with pytest.raises(Stopped):
        in_turn(RUNS, stopping, results=tmp_path, compute=ONE_THREAD, say=print)
    assert done == [0]
