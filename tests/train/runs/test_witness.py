"""Every start of a run and every end stands in the ledger, whoever dies in between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from repro.artifacts.files import run_folder, sha256_file, write_bytes
from repro.artifacts.ledger.append import append
from repro.artifacts.ledger.chain import read_ledger
from repro.artifacts.ledger.events import Begin, End, Start
from repro.artifacts.ledger.standing import Histories, Standing
from repro.artifacts.run_json import FILE, FINISHED, STARTED_BY, RunJson, read_run
from repro.artifacts.stored_files import stored_file
from repro.papers import PAPERS
from repro.spec.experiment import make_run
from repro.spec.run import Run
from repro.system.stopping import Stopped
from repro.train.runs import record as record_module
from repro.train.runs.context import RunContext
from repro.train.runs.job import RunsFailed, in_turn
from repro.train.runs.record import Outcome, identity_of, restore, write_record
from tests.artifacts.made import recorded
from tests.tiny import ONE_THREAD

RUN = make_run(PAPERS["alexnet"], scale="smoke", variant="full", seed=0)


@pytest.fixture(autouse=True)
def unsynced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.fsync", lambda descriptor: None)


def identity(run: Run, **changes: str) -> dict[str, str]:
    return {**identity_of(run, stage="train_images", data="data", device="cpu"), **changes}


def doing(*, reason: str = "", die: Callable[[], None] = lambda: None, **changes: str) -> Callable[[Run, RunContext], None]:
    """A run that writes a file and its record, after `die`."""

    def do(run: Run, context: RunContext) -> None:
        if restore(context, identity=identity(run, **changes)):
            return
        context.folder.mkdir(parents=True, exist_ok=True)
        die()
        write_bytes(context.folder / "weights.pt", b"weights")
        sample = recorded("full", run.seed)
        assert sample.network is not None
        stored = stored_file(context.folder / "weights.pt")
        outcome = Outcome(
            dataset=sample.dataset,
            num_classes=3,
            num_train_examples=8,
            costs=sample.costs,
            scores=(),
            made=replace(sample.network, weights=stored, log=stored),
            reason=reason,
        )
        write_record(run, context, outcome, identity=identity(run, **changes))

    return do


def work(results: Path, do: Callable[[Run, RunContext], None], *runs: Run) -> None:
    in_turn(runs or [RUN], do, results=results, compute=ONE_THREAD, say=lambda line: None)


def events(results: Path) -> list[str]:
    """What the ledger says: starts, and ends by their status."""
    found = [line.event for line in read_ledger(results / "smoke").lines]
    return [event.status if isinstance(event, End) else type(event).__name__ for event in found]


def raising(error: BaseException) -> Callable[[], None]:
    def die() -> None:
        raise error

    return die


def test_a_finished_run_has_a_start_and_an_end_that_names_its_record(tmp_path: Path) -> None:
    work(tmp_path, doing())
    begin, start, end = read_ledger(tmp_path / "smoke").lines
    assert begin.event == Begin(why="the first of this folder")
    assert isinstance(start.event, Start) and isinstance(end.event, End)
    folder = run_folder(tmp_path, RUN.id)
    assert end.event.sha256 == sha256_file(folder / FILE) == sha256_file(folder / FINISHED)
    record = read_run(tmp_path, RUN.id)
    assert (end.event.start, record.environment[STARTED_BY]) == (start.sha256, start.sha256)
    assert start.event.identity == record.identity
    assert start.event.digest == end.event.identity
    assert (start.event.run, start.event.threads) == (RUN.id, 1)
    assert start.event.device == record.device


def test_a_run_that_was_finished_before_starts_nothing(tmp_path: Path) -> None:
    work(tmp_path, doing())
    work(tmp_path, doing())
    assert events(tmp_path) == ["Begin", "Start", "ok"]


def test_a_diverged_run_ends_as_one(tmp_path: Path) -> None:
    work(tmp_path, doing(reason="infinite in epoch 2"))
    assert events(tmp_path) == ["Begin", "Start", "diverged"]
    assert read_ledger(tmp_path / "smoke").events(End)[0].reason == "infinite in epoch 2"


@pytest.mark.parametrize(
    ("error", "status", "reason"),
    [
        (Stopped(), "stopped", ""),
        (KeyboardInterrupt(), "stopped", ""),
        (SystemExit(143), "stopped", ""),
        (MemoryError("none left"), "failed", "MemoryError: none left"),
        (ValueError("x" * 1000), "failed", f"ValueError: {'x' * 288}"),
    ],
)
def test_how_a_run_ends_early_is_written_down(tmp_path: Path, error: BaseException, status: str, reason: str) -> None:
    with pytest.raises(type(error)):
        work(tmp_path, doing(die=raising(error)))
    (end,) = read_ledger(tmp_path / "smoke").events(End)
    assert (end.status, end.reason, end.sha256) == (status, reason, "")
    work(tmp_path, doing())
    assert events(tmp_path) == ["Begin", "Start", status, "Start", "ok"]
    first, second = read_ledger(tmp_path / "smoke").events(Start)
    assert first.digest == second.digest


def test_one_failing_run_of_several_ends_and_so_do_the_others(tmp_path: Path) -> None:
    def do(run: Run, context: RunContext) -> None:
        doing(die=raising(OSError("disk full")) if run.seed == 1 else lambda: None)(run, context)

    with pytest.raises(RunsFailed):
        work(tmp_path, do, *(replace(RUN, seed=seed) for seed in range(3)))
    assert events(tmp_path) == ["Begin", "Start", "ok", "Start", "failed", "Start", "ok"]


def test_a_run_that_fails_before_it_starts_leaves_no_line(tmp_path: Path) -> None:
    def do(run: Run, context: RunContext) -> None:
        raise ValueError("no data")

    with pytest.raises(ValueError, match="no data"):
        work(tmp_path, do)
    assert events(tmp_path) == []


class Killed(BaseException):
    """Ends the process where it is: nothing that would run on an error may run."""


@pytest.mark.parametrize("place", ["before the record", "before the end", "before run.json"])
def test_a_run_that_is_killed_around_its_end_has_one_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    write, written = record_module.write_document, []

    def dying(path: Path, record: RunJson) -> None:
        if {"before the record": FINISHED, "before run.json": FILE}.get(place) == path.name:
            raise Killed
        written.append(path.name)
        write(path, record)

    def recorded_not(self: object, record: RunJson) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(record_module, "write_document", dying)
        patch.setattr("repro.train.runs.witness.Witness._end", lambda *_, **__: None)
        if place == "before run.json":
            patch.undo()
            patch.setattr(record_module, "write_document", dying)
        elif place == "before the end":
            patch.setattr("repro.train.runs.witness.Witness.recorded", recorded_not)
        with pytest.raises(Killed):
            work(tmp_path, doing())
    assert not (run_folder(tmp_path, RUN.id) / FILE).exists()
    work(tmp_path, doing())
    work(tmp_path, doing())
    again = ["Start"] * (place == "before the record")
    assert events(tmp_path) == ["Begin", "Start", *again, "ok"]
    assert read_ledger(tmp_path / "smoke").events(End)[0].sha256 == sha256_file(run_folder(tmp_path, RUN.id) / FILE)


def test_a_run_that_came_from_another_folder_gets_no_end(tmp_path: Path) -> None:
    work(tmp_path / "other", doing())
    run_folder(tmp_path / "here", RUN.id).parent.mkdir(parents=True)
    run_folder(tmp_path / "other", RUN.id).rename(run_folder(tmp_path / "here", RUN.id))
    append(tmp_path / "here" / "smoke", Begin(why="test"))
    work(tmp_path / "here", doing())
    assert events(tmp_path / "here") == ["Begin"]


def test_made_again_by_other_code_is_another_identity(tmp_path: Path) -> None:
    work(tmp_path, doing())
    work(tmp_path, doing(code="other"))
    assert events(tmp_path) == ["Begin", "Start", "ok", "Start", "ok"]
    one, other = read_ledger(tmp_path / "smoke").events(End)
    assert one.identity != other.identity
    assert one.results == other.results  # which are the same files


def test_who_goes_back_to_the_code_of_a_finished_run_starts_it_as_that_again(tmp_path: Path) -> None:
    work(tmp_path, doing())
    with pytest.raises(Stopped):
        work(tmp_path, doing(die=raising(Stopped()), code="other"))
    for _ in range(2):
        work(tmp_path, doing())
        assert events(tmp_path) == ["Begin", "Start", "ok", "Start", "stopped", "Start", "ok"]
    record, histories = read_run(tmp_path, RUN.id), Histories(read_ledger(tmp_path / "smoke"))
    assert histories.standing(RUN.id, record) == Standing()
    assert not any(history.is_made_again for history in histories)


def test_what_was_measured_has_a_digest_without_times(tmp_path: Path) -> None:
    work(tmp_path, doing())
    record = read_run(tmp_path, RUN.id)
    slower = replace(record, costs=replace(record.costs, wall_s=1e6), command="again", num_threads=9)
    assert slower.results_digest == record.results_digest
    assert replace(record, reason="other").results_digest != record.results_digest
    assert record.network is not None
    other = replace(record.network, weights=replace(record.network.weights, sha256="0" * 64))
    assert replace(record, network=other).results_digest != record.results_digest
