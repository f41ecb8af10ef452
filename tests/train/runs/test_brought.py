"""Runs that were made where no folder is shared count as those that were made here: whole, and with their starts and ends."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from repro import cli
from repro.artifacts.files import FileFormatError, run_folder
from repro.artifacts.ledger.append import append
from repro.artifacts.ledger.chain import read_ledger
from repro.artifacts.ledger.events import End, Note, Start
from repro.artifacts.ledger.standing import WHOLE, Histories
from repro.artifacts.run_json import FILE, FINISHED, read_run
from repro.papers.alexnet import ALEXNET
from repro.train.runs.brought import Elsewhere, bring, finished_runs
from tests.fabricate import Truth, fabricate
from tests.witnessed import start_of, witness

RUNS = ["smoke/alexnet/full/0", "smoke/alexnet/full/1"]


@pytest.fixture
def there(tmp_path: Path) -> Path:
    """Results of another machine with two runs that its ledger knows."""
    results = tmp_path / "there"
    fabricate([ALEXNET], scale="smoke", results=results, truth=Truth(num_examples=40), variants=["full"], seeds=[0, 1])
    witness(results, RUNS)
    return results


def brought(there: Path, here: Path, *runs: str) -> list[str]:
    lines: list[str] = []
    bring(runs or RUNS, Elsewhere(results=there, ledger=there / "smoke" / "ledger.jsonl"), results=here, say=lines.append)
    return lines


def test_runs_are_whole_and_the_ledger_says_how_they_came_about(there: Path, tmp_path: Path) -> None:
    here = tmp_path / "here"
    append(here / "smoke", Note(text="planned here before"))
    brought(there, here)
    ledger = read_ledger(here / "smoke")
    for run in RUNS:
        record = read_run(here, run)
        assert record == read_run(there, run)
        assert (run_folder(here, run) / FINISHED).read_bytes() == (run_folder(there, run) / FILE).read_bytes()
        assert all(stored.is_whole(run_folder(here, run)) for stored in record.files)
        assert Histories(ledger).standing(run, record) == WHOLE
    assert [start.host for start in ledger.events(Start)] == ["h", "h"]
    starts = {line.sha256 for line in ledger.of(Start)}
    assert {end.start for end in ledger.events(End)} == starts, "an end names the line of its start here"
    tip = read_ledger(there / "smoke").tip
    assert sum(tip in note.text for note in ledger.events(Note)) == 2


def test_brought_twice_they_are_kept_and_nothing_is_said_again(there: Path, tmp_path: Path) -> None:
    here = tmp_path / "here"
    brought(there, here, RUNS[0])
    before = (here / "smoke" / "ledger.jsonl").read_bytes()
    assert brought(there, here, RUNS[0]) == [f"{RUNS[0]}: is here already; kept"]
    assert (here / "smoke" / "ledger.jsonl").read_bytes() == before
    brought(there, here)
    assert len(read_ledger(here / "smoke").events(End)) == 2


def test_who_is_killed_before_the_record_is_there_brings_it_again(
    there: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"

    def killed(*arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("repro.train.runs.brought.write_run", killed)
        with pytest.raises(KeyboardInterrupt):
            brought(there, here, RUNS[0])
    assert not (run_folder(here, RUNS[0]) / FILE).exists()
    brought(there, here, RUNS[0])
    assert len(read_ledger(here / "smoke").events(End)) == 1
    assert Histories(read_ledger(here / "smoke")).standing(RUNS[0], read_run(here, RUNS[0])) == WHOLE


def test_a_run_that_was_started_twice_there_was_started_twice_here(there: Path, tmp_path: Path) -> None:
    record = read_run(there, RUNS[0])
    append(there / "smoke", start_of(RUNS[0], record.identity))
    brought(there, tmp_path / "here", RUNS[0])
    assert len(read_ledger(tmp_path / "here" / "smoke").events(Start)) == 2


def change_scores(results: Path) -> None:
    next(run_folder(results, RUNS[0]).glob("scores.*")).write_bytes(b"other")


def lose_scores(results: Path) -> None:
    next(run_folder(results, RUNS[0]).glob("scores.*")).unlink()


def edit_ledger(results: Path) -> None:
    path = results / "smoke" / "ledger.jsonl"
    path.write_text(path.read_text().replace('"threads":1', '"threads":2', 1))


def lose_ledger(results: Path) -> None:
    (results / "smoke" / "ledger.jsonl").unlink()


def forget_the_end(results: Path) -> None:
    path = results / "smoke" / "ledger.jsonl"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:3]))


def take_another(results: Path) -> None:
    shutil.copy(run_folder(results, RUNS[1]) / FILE, run_folder(results, RUNS[0]) / FILE)


def end_without_a_start(results: Path) -> None:
    """The chain is whole: such a line was appended, not changed."""
    (end, *_) = [end for end in read_ledger(results / "smoke").events(End) if end.run == RUNS[0]]
    append(results / "smoke", replace(end, start="0" * 64))


HARMS = [change_scores, lose_scores, edit_ledger, lose_ledger, forget_the_end, take_another, end_without_a_start]


@pytest.mark.parametrize("harm", HARMS)
def test_what_is_not_as_it_was_made_is_refused_and_nothing_is_here(harm, there: Path, tmp_path: Path) -> None:
    harm(there)
    with pytest.raises(FileFormatError):
        brought(there, tmp_path / "here", RUNS[0])
    assert not (run_folder(tmp_path / "here", RUNS[0]) / FILE).exists()
    assert not read_ledger(tmp_path / "here" / "smoke").events(End)


def test_the_command_brings_all_that_is_finished_or_what_is_named(
    there: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert finished_runs(there, "smoke") == RUNS
    words = ["bring", str(there), "--scale", "smoke", "--results"]
    assert cli.main([*words, str(tmp_path / "one"), "--runs", "alexnet/full/1"]) == 0
    assert finished_runs(tmp_path / "one", "smoke") == RUNS[1:]
    assert cli.main([*words, str(tmp_path / "all")]) == 0
    assert finished_runs(tmp_path / "all", "smoke") == RUNS
    assert "brought 2 runs to" in capsys.readouterr().err
    assert cli.main([*words, str(tmp_path / "one")]) == 0
    assert "brought 1 run to " in (said := capsys.readouterr().err) and "; 1 were there already" in said
    assert cli.main([*words, str(there)]) == 2
    assert "is where the runs would be taken to; give other results" in capsys.readouterr().err
    for wrong in (["bring", "nowhere", "--scale", "smoke"], [*words, str(tmp_path / "x"), "--runs", "alexnet/full/7"]):
        assert cli.main(wrong) == 2
        assert capsys.readouterr().err.count("\n") == 1
