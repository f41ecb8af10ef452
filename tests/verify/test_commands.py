"""Published records name no folder of the machine, and the ledger says that they were stated again, and not otherwise."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from repro.analyse.publish import publish
from repro.artifacts.documents import read_document, write_document
from repro.artifacts.ledger.append import append
from repro.artifacts.ledger.chain import read_ledger
from repro.artifacts.ledger.events import Restate
from repro.artifacts.ledger.standing import WHOLE, Histories, sha256_of
from repro.artifacts.published.commands import without_folders
from repro.artifacts.published.taken_over import take_over
from repro.artifacts.run_json import RunJson, read_run
from repro.catalogue.known import catalogue
from repro.verify.verify import verified
from tests.verify.made import witness_all

HOME = "/" + "home/me"
RUN = "smoke/alexnet/full/0"


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("python3 -m repro train --results results --seeds 0", "python3 -m repro train --results results --seeds 0"),
        (
            f"python3 -m repro train --results {HOME}/res --log {HOME}/res/small/logs/a.log",
            "python3 -m repro train --results res --log res/small/logs/a.log",
        ),
        (
            f"python3 -m repro train --results '{HOME}/my results' --log x",
            "python3 -m repro train --results 'my results' --log x",
        ),
        (f"repro train --results r --catalogue={HOME}/papers/mine.py", "repro train --results r --catalogue=mine.py"),
        ("repro train --catalogue ~/papers/mine.py", "repro train --catalogue mine.py"),
        (f"repro train --results /res --log {HOME}/a.log", "repro train --results res --log a.log"),
        (f"repro train 'unfinished --results {HOME}/res", "repro train 'unfinished --results res"),
        ("repro train --text '' --x  y", "repro train --text '' --x  y"),
    ],
)
def test_commands_lose_folders_and_nothing_else(command: str, expected: str) -> None:
    assert without_folders(command) == expected


@pytest.fixture
def typed(whole: Path, tmp_path: Path) -> Path:
    """Results whose runs were made by a command with a folder from the root."""
    folder = Path(shutil.copytree(whole, tmp_path / "typed" / whole.name))
    for name in ("ledger.jsonl", "ledger.tip"):
        (folder / name).unlink()
    for path in folder.glob("runs/*/*/*/run.json"):
        record = read_document(path, RunJson)
        write_document(path, replace(record, command=f"repro train --results {HOME}/typed --log {HOME}/typed/smoke/a.log"))
    witness_all(folder)
    return folder


def test_what_is_published_names_no_folder_and_stands_by_its_ledger(typed: Path, tmp_path: Path) -> None:
    publish(typed, out=tmp_path / "out")
    given = tmp_path / "out" / "smoke"
    assert not [path for path in given.rglob("*") if path.is_file() and HOME.encode() in path.read_bytes()]
    record = read_run(given.parent, RUN)
    assert record == replace(read_run(typed.parent, RUN), command="repro train --results typed --log typed/smoke/a.log")
    ledger = read_ledger(given)
    (restate,) = ledger.events(Restate)
    assert set(restate.records) == {f"smoke/{'/'.join(path.parts[-4:-1])}" for path in given.glob("runs/*/*/*/run.json")}
    assert Histories(ledger).standing(RUN, record) == WHOLE
    found = verified(given, catalogue(()))
    assert found.holds, found.lines()
    assert any("stated again lost nothing but folders" in line for line in found.lines())
    assert not read_ledger(typed).events(Restate), "the results themselves stay as they are"
    take_over(given, to=tmp_path / "here" / "smoke")
    assert verified(tmp_path / "here" / "smoke", catalogue(())).holds


def test_a_record_stated_again_with_other_results_does_not_count(typed: Path, tmp_path: Path) -> None:
    publish(typed, out=tmp_path / "out")
    given = tmp_path / "out" / "smoke"
    record = read_run(given.parent, RUN)
    better = replace(record, scores=tuple(replace(entry, sha256="ab" * 32) for entry in record.scores))
    path = given / "runs/alexnet/full/0/run.json"
    write_document(path, better)
    ledger = read_ledger(given)
    assert "none of those with which it ended" in Histories(ledger).standing(RUN, better).incomplete
    (restate,) = ledger.events(Restate)
    append(given, Restate(records={RUN: (restate.records[RUN][0], sha256_of(better))}, why="better"))
    assert "has other results than line" in Histories(read_ledger(given)).standing(RUN, better).incomplete


def test_a_run_whose_record_the_workflow_has_removed_is_published_too(typed: Path, tmp_path: Path) -> None:
    """Snakemake removes run.json of the other runs of a job that ends early; finished.json is the same record."""
    place = typed / "runs/alexnet/full/0"
    shutil.move(place / "run.json", place / "finished.json")
    publish(typed, out=tmp_path / "out")
    assert (tmp_path / "out/smoke/runs/alexnet/full/0/run.json").is_file()
    assert verified(tmp_path / "out" / "smoke", catalogue(())).holds
