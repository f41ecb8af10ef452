"""Have fabricated runs start and end in the ledger, as workers do that train them. FOR TESTS ONLY."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from repro.artifacts.documents import digest_of, write_document
from repro.artifacts.files import run_folder
from repro.artifacts.ledger.append import append
from repro.artifacts.ledger.events import End, Start
from repro.artifacts.ledger.standing import sha256_of
from repro.artifacts.run_json import FILE, STARTED_BY, RunJson, read_run


def start_of(run: str, identity: dict[str, str]) -> Start:
    return Start(run=run, identity=identity, host="h", processor="p", threads=1, device="cpu", python="3")


def end_of(record: RunJson) -> End:
    """The end of a run whose record names its start."""
    return End(
        run=record.id,
        start=record.environment[STARTED_BY],
        identity=digest_of(record.identity),
        status=record.status,
        reason=record.reason,
        sha256=sha256_of(record),
        results=record.results_digest,
    )


def witness(results: Path, runs: Sequence[str]) -> None:
    """Start `runs`, which are there, have their records name these starts, and end them."""
    folder = results / runs[0].split("/")[0]
    records = [read_run(results, run) for run in runs]
    lines = append(folder, *(start_of(record.id, record.identity) for record in records))[-len(records) :]
    for place, line in enumerate(lines):
        record = replace(records[place], environment={**records[place].environment, STARTED_BY: line.sha256})
        write_document(run_folder(results, record.id) / FILE, record)
        records[place] = record
    append(folder, *map(end_of, records))
