"""Check ledgers: their chains, and that what lies here is what they say: runs that ended, results that were published."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from repro.artifacts.documents import MissingFileError, read_document
from repro.artifacts.files import FileFormatError, sha256_file
from repro.artifacts.ledger.chain import FILE, TIP_FILE, Ledger, read_ledger, read_tip
from repro.artifacts.ledger.events import Begin, End, Receipt, Restate, Start
from repro.artifacts.ledger.population_json import FILE as POPULATION
from repro.artifacts.ledger.population_json import PopulationJson
from repro.artifacts.published import publications, published_json
from repro.artifacts.run_json import FILE as RUN_FILE
from repro.report.text.formatting import counted
from repro.verify.check import Check
from repro.verify.stored import Stored

MEND = "put the file back from a copy; if the run cannot be had again, type python -m repro ledger --begin-anew WHY"


def chain_checked(stored: Stored) -> Check:
    """Check every line of the ledger, and every record against the end that the ledger has of its run."""
    path = stored.folder / FILE
    if not path.is_file():
        wanted = stored.published.tip if stored.published else ""
        if wanted or (stored.folder / TIP_FILE).exists():
            return Check(name="chain", problems=(f"{path} is gone; {MEND}",))
        why = f"there is no {FILE}: nothing shows which runs were started, or that these records are as training left them"
        return Check(name="chain", unchecked=(why,))
    try:
        ledger = read_ledger(stored.folder)
    except FileFormatError as error:
        return Check(name="chain", problems=(str(error),))
    problems = [
        *_of_tip(stored, ledger),
        *_of_records(stored, ledger),
        *_of_ends(stored, ledger),
        *_of_receipts(ledger),
        *_of_population(stored),
    ]
    lines = counted(len(ledger.lines), "line")
    found = f"{lines}, each names the one before; {counted(len(stored.records), 'record')} as their ends in it say"
    begun = sum(len(event.runs) for event in ledger.events(Begin)[-1:])
    unchecked = [f"how {counted(begun, 'run')} came about that lay here when the ledger began"] if begun else []
    again = {run_id for restate in ledger.events(Restate) for run_id in restate.records}
    unchecked += (
        [f"that {counted(len(again), 'record')} stated again lost nothing but folders of their commands"] if again else []
    )
    return Check(name="chain", found="" if problems else found, problems=tuple(problems), unchecked=tuple(unchecked))


def _of_tip(stored: Stored, ledger: Ledger) -> list[str]:
    """What the files that name the last line say otherwise."""
    problems = []
    tip, path = read_tip(stored.folder), stored.folder / TIP_FILE
    if tip is None or tip.sha256 != ledger.tip:
        problems.append(f"{path} does not name the last line of {FILE}: it was edited, or a writer died; any new line mends it")
    if stored.published is not None and stored.published.tip != ledger.tip:
        problems.append(
            f"{stored.folder / FILE} ends with {ledger.tip[:12]}, {stored.published.tip[:12]} was published; put it back"
        )
    return problems


def _of_records(stored: Stored, ledger: Ledger) -> list[str]:
    """Which records are not those with which the ledger says that their runs have ended."""
    known: dict[str, set[str]] = {}
    for begin in ledger.events(Begin):
        for run_id, sha256 in begin.runs.items():
            known.setdefault(run_id, set()).add(sha256)
    for end in ledger.events(End):
        if end.whole:
            known.setdefault(end.run, set()).add(end.sha256)
    for restate in ledger.events(Restate):
        for run_id, (before, now) in restate.records.items():
            if before in known.get(run_id, ()):
                known[run_id].add(now)
    problems = []
    for run_id in stored.records:
        path = stored.place(run_id) / RUN_FILE
        if run_id not in known:
            problems.append(f"run {run_id} is finished, and the ledger knows no start of it; train it again")
        elif sha256_file(path) not in known[run_id]:
            problems.append(f"run {run_id}: {path} is not the one with which the ledger says that it ended; {MEND}")
    return problems


def _of_ends(stored: Stored, ledger: Ledger) -> list[str]:
    """Which runs ended by the ledger and are not here."""
    since = ledger.since_begin
    ended = {end.run for end in since.events(End) if end.whole}
    there = set(stored.records) | set(stored.broken)
    gone = sorted(run_id for run_id in ended if run_id not in there)
    return [f"run {run_id} has ended by the ledger, and its record is gone; {MEND}" for run_id in gone]


def _of_receipts(ledger: Ledger) -> list[str]:
    """Which receipts cannot be of a run that was made again: no end that they name, or other code than it was made by."""
    ends = {line.sha256: line.event for line in ledger.of(End)}
    codes = {start.digest: start.identity.get("code", "") for start in ledger.events(Start)}
    found = {run_id for begin in ledger.events(Begin) for run_id in begin.runs}
    problems = []
    for line in ledger.of(Receipt):
        receipt, end = line.event, ends.get(line.event.end)
        made_by = codes.get(end.identity, "") if end else ""
        if end is None and (receipt.end or receipt.run not in found):
            said = "names no end of a run"
        elif end is not None and (end.run != receipt.run or made_by not in ("", receipt.code_before)):
            said = "is of another run, or of other code, than the end that it names"
        else:
            continue
        problems.append(f"line {line.number}, a receipt of {receipt.run}, {said}: verify did not write it; {MEND}")
    return problems


def _of_population(stored: Stored) -> list[str]:
    """What is wrong with the note of what the ledger said when runs were judged."""
    try:
        read_document(stored.folder / POPULATION, PopulationJson)
    except MissingFileError:
        pass
    except FileFormatError as error:
        return [str(error)]
    return []


def publications_checked(tree: Path, folders: Sequence[Path]) -> Check | None:
    """Check that the published results among `folders`, those of `tree`, are what its ledger says; None if none is published."""
    published = [folder for folder in folders if folder != tree and (folder / published_json.FILE).is_file()]
    own = tree / publications.FOLDER / FILE
    if not published and not own.is_file():
        return None
    if not own.is_file():
        why = f"there is no {own}: nothing shows whether other results were published here, and taken away"
        return Check(name="publications", unchecked=(why,)) if len(published) > 1 else None
    try:
        problems = tuple(publications.problems_of(tree, published))
        lines = counted(len(read_ledger(own.parent).lines), "line")
    except FileFormatError as error:
        return Check(name="publications", problems=(str(error),))
    found = f"{lines}, each names the one before; {counted(len(published), 'folder')} as published"
    return Check(name="publications", found="" if problems else found, problems=problems)
