"""Take in runs that were made where no folder is shared with this one: their files, and what their ledger says of them.

A machine that shares no folder begins a ledger of its own. Its chain is checked, and of each run that is brought its starts and
ends become lines of the ledger here, whose order says when they were taken in. What was started there and never ended has left
nothing, and no ledger knows of it.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from repro.artifacts.documents import read_document
from repro.artifacts.files import FileFormatError, remove_parts, run_folder, sha256_file
from repro.artifacts.ledger.append import append
from repro.artifacts.ledger.chain import Ledger, parse_ledger, read_ledger
from repro.artifacts.ledger.events import End, Note, Start
from repro.artifacts.ledger.standing import sha256_of
from repro.artifacts.run_json import FILE, FINISHED, RunJson, write_run
from repro.system.filesystem import read_regular
from repro.system.locks import locked
from repro.system.progress import Say

AGAIN = "make the run again where it was made, and bring it again"
#: Files of a run's folder that are no part of a result.
NO_RESULT = (".*", "failed.json", FILE, FINISHED)


@dataclass(frozen=True, kw_only=True)
class Elsewhere:
    """Results in which runs were made that are brought, and the ledger of there."""

    results: Path
    ledger: Path

    def read(self) -> Ledger:
        """The lines of its ledger, whose chain is whole.

        Raises:
            FileFormatError: there is none, or a line of it was changed.
        """
        if not self.ledger.is_file():
            raise FileFormatError(f"{self.ledger} is not there, the ledger that says how the runs came about; bring it too")
        return parse_ledger(read_regular(self.ledger), path=self.ledger)


def finished_runs(results: Path, scale: str) -> list[str]:
    """The ids of the runs that are finished below a folder of results."""
    return ["/".join((scale, *path.parts[-4:-1])) for path in sorted((results / scale / "runs").glob(f"*/*/*/{FILE}"))]


def bring(run_ids: Sequence[str], elsewhere: Elsewhere, *, results: Path, say: Say) -> int:
    """Copy runs to `results`, each whole or not at all, and write into its ledger that they were started and have ended.

    A run that is here already, as it is there, is kept; the others are counted.

    Raises:
        FileFormatError: a file is missing or not the one that was written, or the ledger does not say that the run ended so.
    """
    told, brought = elsewhere.read(), 0
    for run_id in run_ids:
        with locked(run_folder(results, run_id), say=say):
            brought += _bring(run_id, told, elsewhere, results=results, say=say)
    return brought


def _bring(run_id: str, told: Ledger, elsewhere: Elsewhere, *, results: Path, say: Say) -> bool:
    """Whether the run had to be copied."""
    source, target = run_folder(elsewhere.results, run_id), run_folder(results, run_id)
    record = read_document(source / FILE, RunJson)
    if record.id != run_id:
        raise FileFormatError(f"{source / FILE} is that of {record.id}, not of {run_id}; {AGAIN}")
    for stored in record.files:
        stored.verify(source, again=AGAIN)
    events = _events_of(run_id, told, record_sha256=sha256_of(record), path=elsewhere.ledger)
    is_here = (target / FILE).is_file() and sha256_file(target / FILE) == sha256_of(record)
    if is_here:
        say(f"{run_id}: is here already; kept")
    else:
        _copy(source, target)
    _tell(results / record.scale, run_id, events, told)
    write_run(target, record)
    return not is_here


def _copy(source: Path, target: Path) -> None:
    """Put the files of a run into the place of those that are there; whoever is killed in between leaves no finished run."""
    for name in (FILE, FINISHED):
        (target / name).unlink(missing_ok=True)
    remove_parts(target)
    shutil.copytree(source, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*NO_RESULT))


def _events_of(run_id: str, told: Ledger, *, record_sha256: str, path: Path) -> list[tuple[str, Start | End]]:
    """The starts and ends of a run, each with the SHA-256 of its line there."""
    events = [
        (line.sha256, line.event) for line in told.lines if isinstance(line.event, Start | End) and line.event.run == run_id
    ]
    starts = {sha256 for sha256, event in events if isinstance(event, Start)}
    for _, event in events:
        if isinstance(event, End) and event.start not in starts:
            raise FileFormatError(f"{path} has an end of {run_id} without its start; bring the ledger that the run was made with")
    if not any(isinstance(event, End) and event.whole and event.sha256 == record_sha256 for _, event in events):
        raise FileFormatError(f"{path} does not say that {run_id} has ended with the record that is there; {AGAIN}")
    return events


def _tell(folder: Path, run_id: str, events: Sequence[tuple[str, Start | End]], told: Ledger) -> None:
    """Write into the ledger of `folder` what it does not say yet."""
    known = {end.sha256 for end in read_ledger(folder).events(End) if end.run == run_id and end.sha256}
    if any(isinstance(event, End) and event.sha256 in known for _, event in events):
        return
    became: dict[str, str] = {}
    for sha256, event in events:
        if isinstance(event, End):
            append(folder, replace(event, start=became[event.start]))
        else:
            became[sha256] = append(folder, event)[-1].sha256
    last = told.lines[-1]
    append(folder, Note(text=f"{run_id} was made elsewhere; the ledger of there ends with line {last.number}, {last.sha256}"))
