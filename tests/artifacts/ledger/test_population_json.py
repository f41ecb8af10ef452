"""What the ledger says that verdicts depend on is another content, and all else is none; in words, what has been added."""

from __future__ import annotations

from pathlib import Path

import pytest

from repro.artifacts.files import sha256_bytes
from repro.artifacts.ledger.append import append, begin_anew
from repro.artifacts.ledger.chain import read_ledger
from repro.artifacts.ledger.events import Begin, Challenge, End, Event, Look, Note, Plan, Receipt
from repro.artifacts.ledger.population_json import FILE, keep_population, population_of
from repro.artifacts.ledger.since import since_judged
from repro.artifacts.ledger.summary import summary_of
from tests.witnessed import start_of

TABLE = b"scale,paper"
RUNS = sha256_bytes(TABLE)
START = start_of("small/alexnet/full/7", {"code": "a"})


def receipt(*, after: str = "a", equal: bool = True) -> Receipt:
    return Receipt(run=START.run, equal=equal, compared="scores", code_before="a", code_after=after, host="h", device="cpu")


COUNTS: dict[str, Event] = {
    "small/alexnet/full/8 is started": start_of("small/alexnet/full/8", {"code": "a"}),
    "small/alexnet/full/7 has failed": End(run=START.run, start="s", identity="i", status="failed"),
    "small/alexnet/full/7 has diverged": End(run=START.run, start="s", identity="i", status="diverged"),
    "more is planned, or claims have changed": Plan(claims={"alexnet/x": "d"}, tables={}, seeds={}),
    "other runs are judged": Look(runs_sha256="o" * 64, claims_sha256="c", n={}),
    "small/alexnet/full/7 is made again by other code, equal to the bit": receipt(after="b"),
    "small/alexnet/full/7 is made again by other code, with other results": receipt(after="b", equal=False),
}
COUNTS_NOT = (
    Note(text="disk replaced"),
    Look(runs_sha256=RUNS, claims_sha256="c", n={}),
    receipt(),
    Challenge(claim="alexnet/x", beacon="b", seeds=(1,), verdict="ABSENT", reason=""),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "runs.csv").write_bytes(TABLE)
    append(tmp_path, Begin(why="test"), START)
    return tmp_path


@pytest.mark.parametrize("words", COUNTS)
def test_what_counts_is_another_population_and_is_told(words: str, folder: Path) -> None:
    before = read_ledger(folder)
    append(folder, COUNTS[words])
    after = read_ledger(folder)
    assert population_of(after, runs_sha256=RUNS) != population_of(before, runs_sha256=RUNS)
    said = since_judged(summary_of(before, runs_sha256=RUNS), after, runs_sha256=RUNS)
    assert said == f"the ledger said more: line 3, {words}"


@pytest.mark.parametrize("event", COUNTS_NOT, ids=lambda event: type(event).__name__)
def test_what_counts_not_is_none_and_writes_nothing(event: Event, folder: Path) -> None:
    keep_population(folder)
    before, was = read_ledger(folder), (folder / FILE).stat().st_mtime_ns
    append(folder, event)
    keep_population(folder)
    assert (folder / FILE).stat().st_mtime_ns == was
    assert since_judged(summary_of(before, runs_sha256=RUNS), read_ledger(folder), runs_sha256=RUNS) == ""


def test_a_ledger_that_is_another_one_is_told(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    judged = summary_of(read_ledger(folder))
    begin_anew(folder, why="a fault was mended")
    told = since_judged(judged, read_ledger(folder), runs_sha256=RUNS)
    assert told == "the ledger said more: line 3, it is begun anew (a fault was mended)"
    empty, other = (tmp_path_factory.mktemp(name) for name in ("empty", "other"))
    append(other, Begin(why="other"))
    assert "was deleted" in since_judged(judged, read_ledger(empty), runs_sha256=RUNS)
    assert "another one" in since_judged(judged, read_ledger(other), runs_sha256=RUNS)
    assert since_judged(None, read_ledger(other), runs_sha256=RUNS) == "there was a ledger"
    assert since_judged(None, read_ledger(empty), runs_sha256=RUNS) == ""


def test_many_lines_are_counted(folder: Path) -> None:
    judged = summary_of(read_ledger(folder))
    append(folder, *(start_of(f"small/alexnet/full/{seed}", {}) for seed in range(5)))
    assert since_judged(judged, read_ledger(folder), runs_sha256=RUNS).endswith("full/2 is started and 2 lines more")


def test_a_damaged_file_is_written_anew(folder: Path) -> None:
    keep_population(folder)
    whole = (folder / FILE).read_bytes()
    (folder / FILE).write_bytes(whole[:-9])
    keep_population(folder)
    assert (folder / FILE).read_bytes() == whole
