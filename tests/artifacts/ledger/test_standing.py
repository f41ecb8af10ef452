"""What is started is the population: which runs count, and why others do not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from repro.artifacts.documents import digest_of
from repro.artifacts.ledger.append import append, begin_anew
from repro.artifacts.ledger.chain import read_ledger
from repro.artifacts.ledger.events import Begin, End, Look, Note, Start, Status
from repro.artifacts.ledger.standing import Histories, Standing, sha256_of
from repro.artifacts.ledger.summary import LedgerSummary, summary_of
from repro.artifacts.run_json import STARTED_BY, RunJson
from tests.artifacts.made import recorded

RECORD = recorded("full", 0)
IDENTITY = {"run": RECORD.id, "code": "a", "data": "b"}


@pytest.fixture(autouse=True)
def unsynced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.fsync", lambda descriptor: None)


def start(folder: Path, **identity: str) -> str:
    event = Start(run=RECORD.id, identity={**IDENTITY, **identity}, host="h", processor="p", threads=1, device="cpu", python="3")
    return append(folder, event)[-1].sha256


def end(folder: Path, started: str, record: RunJson | None = None, *, status: Status = "ok", reason: str = "") -> None:
    event = End(run=RECORD.id, start=started, identity=digest_of(record.identity if record else IDENTITY), status=status)
    if record is not None:
        event = replace(event, status=record.status, sha256=sha256_of(record), results=record.results_digest)
    append(folder, replace(event, reason=reason))


def record_of(started: str, *, weights: str = "", took_s: float = 1.0, **identity: str) -> RunJson:
    """A record with what was measured, the time that it took and what it was started as."""
    assert RECORD.network is not None
    network = replace(RECORD.network, weights=replace(RECORD.network.weights, sha256=(weights or "0").ljust(64, "0")))
    return replace(
        RECORD,
        network=network,
        costs=replace(RECORD.costs, wall_s=took_s),
        identity={**IDENTITY, **identity},
        environment={**RECORD.environment, STARTED_BY: started},
    )


def run(folder: Path, **fields: Any) -> RunJson:
    """A run that starts and ends; its record."""
    identity = {name: value for name, value in fields.items() if name in IDENTITY}
    started = start(folder, **identity)
    record = record_of(started, **fields)
    end(folder, started, record)
    return record


def diverge(folder: Path, **identity: str) -> RunJson:
    started = start(folder, **identity)
    record = replace(record_of(started, **identity), status="diverged", reason="infinite in epoch 2")
    end(folder, started, record, reason=record.reason)
    return record


def standing(folder: Path, record: RunJson | None) -> Standing:
    return Histories(read_ledger(folder)).standing(RECORD.id, record)


def test_a_run_that_ended_once_stands_by_its_record(tmp_path: Path) -> None:
    assert standing(tmp_path, run(tmp_path)) == Standing()


def test_a_run_that_is_killed_and_taken_up_again_stands_by_its_record(tmp_path: Path) -> None:
    start(tmp_path)
    end(tmp_path, start(tmp_path), status="stopped")
    assert standing(tmp_path, run(tmp_path)) == Standing()
    summary = summary_of(read_ledger(tmp_path))
    assert summary is not None
    assert (summary.started, summary.ended, summary.stopped, summary.made_again) == (1, 1, 0, 0)


def test_a_run_that_was_not_started_is_none(tmp_path: Path) -> None:
    append(tmp_path, Note(text="one"))
    assert standing(tmp_path, None) == Standing()


@pytest.mark.parametrize(
    ("status", "reason", "said"),
    [
        (None, "", "it was started by line 2 of the ledger and has no end: it was killed, or still runs"),
        ("stopped", "", "it was stopped by line 3 of the ledger"),
        ("failed", "MemoryError: none left", "it failed by line 3 of the ledger (MemoryError: none left)"),
    ],
)
def test_a_start_without_a_whole_end_is_incomplete(tmp_path: Path, status: Status | None, reason: str, said: str) -> None:
    started = start(tmp_path)
    if status is not None:
        end(tmp_path, started, status=status, reason=reason)
    assert standing(tmp_path, None).incomplete == said


def test_a_run_whose_files_are_deleted_is_incomplete(tmp_path: Path) -> None:
    run(tmp_path)
    assert standing(tmp_path, None).incomplete == "it ended by line 3 of the ledger, and its files are gone"


def test_made_again_with_the_same_results_it_counts(tmp_path: Path) -> None:
    run(tmp_path)
    assert standing(tmp_path, run(tmp_path, took_s=9.0)) == Standing()
    summary = summary_of(read_ledger(tmp_path))
    assert summary is not None
    assert (summary.started, summary.ended, summary.made_again) == (1, 1, 1)


def test_made_again_until_it_pleases_the_first_counts(tmp_path: Path) -> None:
    first = run(tmp_path, weights="a")
    for weights in "bcd":
        last = run(tmp_path, weights=weights)
    said = standing(tmp_path, last).incomplete
    assert said.startswith("it ended 4 times with different results; the first counts, by line 3 of the ledger")
    assert standing(tmp_path, first) == Standing(), "whose files are put back"


def test_a_run_that_is_started_by_other_code_is_another(tmp_path: Path) -> None:
    first = run(tmp_path, weights="a")
    assert standing(tmp_path, run(tmp_path, weights="b", code="new")) == Standing()
    assert "another run (other code), which is not what its folder has" in standing(tmp_path, first).incomplete
    again = run(tmp_path, weights="a")
    assert standing(tmp_path, again) == Standing()
    assert "different results" in standing(tmp_path, run(tmp_path, weights="c")).incomplete


def test_a_run_that_is_being_made_again_by_other_code_is_incomplete(tmp_path: Path) -> None:
    first = run(tmp_path)
    start(tmp_path, data="new", code="new")
    assert "another run (other code, data)" in standing(tmp_path, first).incomplete


def test_an_edited_record_is_none_of_those_that_ended(tmp_path: Path) -> None:
    record = run(tmp_path)
    edited = replace(record, costs=replace(record.costs, train_s=0.5))
    assert standing(tmp_path, edited).incomplete == "its record is none of those with which it ended"


@pytest.mark.parametrize("identity", [{}, {"code": "mended"}, {"data": "other"}])
def test_a_diverged_run_stays_diverged_whatever_is_run_later(tmp_path: Path, identity: dict[str, str]) -> None:
    record = diverge(tmp_path)
    assert standing(tmp_path, record).diverged == "infinite in epoch 2"
    later = run(tmp_path, **identity)
    assert "what was run later under its name does not count" in standing(tmp_path, later).diverged
    assert "its files are gone" in standing(tmp_path, None).diverged


def test_a_run_that_diverges_only_later_is_diverged(tmp_path: Path) -> None:
    record = run(tmp_path)
    diverge(tmp_path, code="new")
    assert standing(tmp_path, record).diverged


def test_a_run_that_no_line_starts_is_incomplete_unless_it_was_there_first(tmp_path: Path) -> None:
    stranger, there = record_of(""), record_of("", weights="a")
    assert standing(tmp_path, stranger).incomplete.startswith("the ledger is gone")
    older = replace(stranger, environment={})
    assert standing(tmp_path, older) == Standing(), "made before there was a ledger"
    append(tmp_path, Begin(why="test", runs={there.id: sha256_of(there)}))
    assert standing(tmp_path, there) == Standing()
    assert standing(tmp_path, older).incomplete == "its record is not the one that was there when the ledger was begun"
    assert standing(tmp_path, None).incomplete == "it was there when the ledger was begun, and its files are gone"
    append(tmp_path, Begin(why="again"))
    assert standing(tmp_path, older).incomplete.startswith("no line of the ledger starts it")


def test_who_begins_anew_is_rid_of_the_past_and_the_summary_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "smoke"
    diverge(folder)
    begin_anew(folder, why="the data were broken")
    assert standing(folder, run(folder)) == Standing()
    found = summary_of(read_ledger(folder))
    assert found is not None
    assert (found.begins, found.why, found.started_before, found.diverged_before) == (2, "the data were broken", 1, 1)
    assert (found.started, found.ended, found.diverged, found.found) == (1, 1, 0, 0)


@pytest.mark.parametrize("damage", ["edited", "lost", "gone"])
def test_a_damaged_ledger_is_put_aside_when_it_is_begun_anew(tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "smoke"
    append(folder, Note(text="one"), Note(text="two"))
    path = folder / "ledger.jsonl"
    whole = path.read_bytes()
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(whole.replace(b"two", b"owt") if damage == "edited" else whole[: whole.index(b"\n") + 1])
    begin_anew(folder, why="a disk")
    begin_anew(folder, why="another")
    first, second = read_ledger(folder).events(Begin)
    assert first.why.startswith("a disk (put aside as ledger.1.jsonl: ")
    assert second.why == "another"
    assert (folder / "ledger.1.tip").exists()
    assert (folder / "ledger.1.jsonl").exists() == (damage != "gone")


def test_the_summary_counts_each_started_run_once(tmp_path: Path) -> None:
    for number, status in enumerate(["ok", "diverged", "failed", "stopped", None, "ok"]):
        event = Start(run=f"r{number}", identity=IDENTITY, host="h", processor="p", threads=1, device="cpu", python="3")
        line = append(tmp_path, event)[-1]
        if status is not None:
            append(tmp_path, End(run=f"r{number}", start=line.sha256, identity=event.digest, status=status))
    found = summary_of(read_ledger(tmp_path))
    assert found is not None
    parts = (found.ended, found.diverged, found.failed, found.stopped, found.open)
    assert parts == (2, 1, 1, 1, 1)
    assert found.started == sum(parts)
    assert (found.line, found.tip) == (12, read_ledger(tmp_path).tip)


def test_the_tip_of_a_summary_does_not_see_its_own_look(tmp_path: Path) -> None:
    run(tmp_path)

    def summary() -> LedgerSummary | None:
        return summary_of(read_ledger(tmp_path), runs_sha256="runs")

    before = summary()
    append(tmp_path, Look(runs_sha256="runs", claims_sha256="claims", n={}), Note(text="x"))
    assert summary() == before
    append(tmp_path, Look(runs_sha256="other", claims_sha256="claims", n={}))
    assert summary() != before, "a look at other runs is part of what is known"


def test_a_ledger_without_lines_has_no_summary(tmp_path: Path) -> None:
    assert summary_of(read_ledger(tmp_path)) is None
