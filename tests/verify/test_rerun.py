"""Runs are made again apart from the results, compared, and a receipt of each is filed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from repro.artifacts.documents import write_document
from repro.artifacts.files import run_folder
from repro.artifacts.ledger.chain import read_ledger
from repro.artifacts.ledger.events import Receipt
from repro.artifacts.log_jsonl import log_text, parse_log
from repro.artifacts.run_json import FILE, RunJson, read_run
from repro.artifacts.stored_files import stored_file
from repro.spec.run import Run
from repro.train.runs.context import Compute
from repro.verify import remade
from repro.verify.check import FAILED, OK, UNCHECKED
from repro.verify.choosing import at_random, covered, covering
from repro.verify.rerun import carry_checked, rerun_checked
from repro.verify.stored import Stored
from tests.verify.made import made, stored_in

Change = Callable[[Path, RunJson], RunJson]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        yield made(tmp_path_factory.mktemp("rerun"), patch)


@pytest.fixture
def stored(folder: Path, tmp_path: Path) -> Stored:
    shutil.copytree(folder, tmp_path / folder.name)
    return stored_in(tmp_path / folder.name)


def remaking(monkeypatch: pytest.MonkeyPatch, folder: Path, change: Change) -> None:
    """Let runs be made again by copying what is stored, with a change."""

    def copy(make: object, runs: Sequence[Run], results: Path, compute: Compute) -> None:
        run = runs[0]
        place = run_folder(results, run.id)
        shutil.copytree(run_folder(folder.parent, run.id), place)
        write_document(place / FILE, change(place, read_run(results, run.id)))

    @contextmanager
    def in_this_process(*, num_threads: int) -> Iterator[remade.Call]:
        yield copy

    monkeypatch.setattr(remade, "in_a_process", in_this_process)


def other_times(place: Path, record: RunJson) -> RunJson:
    """The same run, which took another time."""
    costs = replace(record.costs, wall_s=record.costs.wall_s + 1)
    if record.network is None:
        return replace(record, costs=costs)
    log = place / record.network.log.file
    entries = parse_log(log.read_bytes(), path=log, again="")
    log.write_text(log_text([replace(entry, wall_s=entry.wall_s + 1) for entry in entries]))
    return replace(record, costs=costs, network=replace(record.network, log=stored_file(log)))


def other_scores(place: Path, record: RunJson) -> RunJson:
    first, *rest = record.scores
    return replace(record, scores=(replace(first, sha256="1" * 64), *rest))


def other_log(place: Path, record: RunJson) -> RunJson:
    if record.network is None:
        return other_scores(place, record)
    log = place / record.network.log.file
    first, *rest = parse_log(log.read_bytes(), path=log, again="")
    log.write_text(log_text([first, *(replace(entry, train_top1_error=0.5) for entry in rest)]))
    return replace(record, network=replace(record.network, log=stored_file(log)))


def quiet(line: str) -> None:
    pass


def test_runs_that_differ_in_times_alone_are_equal_and_receipts_say_so(
    stored: Stored, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remaking(monkeypatch, folder, other_times)
    before = {path: path.read_bytes() for path in stored.folder.rglob("*") if path.is_file()}
    check = rerun_checked(stored, num=3, seed=7, device="cpu", say=quiet)
    assert check.state == OK and check.found == "3 runs of 12 made again (--seed 7): 3 equal to the bit"
    receipts = read_ledger(stored.folder).events(Receipt)
    assert [receipt.run for receipt in receipts] == [record.id for record in at_random(stored, num=3, seed=7)]
    assert all(receipt.equal and receipt.same_machine for receipt in receipts)
    assert all(path.read_bytes() == content for path, content in before.items())  # results are read, not written


@pytest.mark.parametrize(("change", "said"), [(other_scores, "other bytes of scores"), (other_log, "another log from epoch 2")])
def test_a_run_that_comes_out_different_on_the_same_machine_is_named(
    change: Change, said: str, stored: Stored, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remaking(monkeypatch, folder, change)
    chosen = next(seed for seed in range(99) if at_random(stored, num=1, seed=seed)[0].network is not None)
    check = rerun_checked(stored, num=1, seed=chosen, device="cpu", say=quiet)
    assert check.state == FAILED and said in check.problems[0] and "made again on the same kind of machine" in check.problems[0]
    assert not read_ledger(stored.folder).events(Receipt)[0].equal


def test_on_another_machine_scores_may_differ_within_the_spread_between_seeds(
    stored: Stored, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def elsewhere(place: Path, record: RunJson) -> RunJson:
        return replace(other_log(place, record), environment={**record.environment, "processor": "another"})

    remaking(monkeypatch, folder, elsewhere)
    check = rerun_checked(stored, num=2, seed=1, device="cpu", say=quiet)
    assert check.state == OK and "0 equal to the bit, 2 of another machine within the spread" in check.found


def test_runs_of_other_code_are_carried_by_receipts_and_not_by_a_run_that_differs(
    stored: Stored, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def new_code(place: Path, record: RunJson) -> RunJson:
        return replace(other_times(place, record), code_digest="9" * 64, identity={**record.identity, "code": "9" * 64})

    remaking(monkeypatch, folder, new_code)
    check = carry_checked(stored, num=1, seed=0, device="cpu", say=quiet)
    assert check.state == OK and "train_images: 4 runs of code" in check.found and "carried by 1 receipt" in check.found
    remaking(monkeypatch, folder, lambda place, record: other_scores(place, new_code(place, record)))
    check = carry_checked(stored, num=1, seed=0, device="cpu", say=quiet)
    assert check.state == FAILED and "what was made again is not equal" in check.unchecked[0]


def test_what_cannot_be_made_again_is_said(stored: Stored, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(place: Path, record: RunJson) -> RunJson:
        raise OSError("no such device")

    remaking(monkeypatch, folder, failing)
    check = rerun_checked(stored, num=1, seed=0, device="cpu", say=quiet)
    assert check.state == FAILED and "could not be made again: OSError: no such device" in check.problems[0]
    shutil.rmtree(stored.folder / "data")
    check = rerun_checked(stored, num=1, seed=0, device="cpu", say=quiet)
    assert "type python -m repro prepare" in check.problems[0]
    shutil.rmtree(stored.folder / "runs")
    assert rerun_checked(read_stored_again(stored), num=1, seed=0, device="cpu", say=quiet).state == UNCHECKED


def read_stored_again(stored: Stored) -> Stored:
    return stored_in(stored.folder)


def test_runs_are_chosen_so_that_each_adds_settings(stored: Stored) -> None:
    records = [record for record in stored.records.values() if record.variant in ("full", "no_lrn")]
    chosen = covering(records, num=2, seed=0)
    assert {record.variant for record in chosen} == {"full", "no_lrn"}
    held, there = covered(chosen, records)
    assert held == there and covered(chosen[:1], records)[0] < there
