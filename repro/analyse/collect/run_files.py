"""The files of a finished run as the steps after training read them: each is the one that its record names, or an error."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from repro.artifacts import run_json
from repro.artifacts.documents import MissingFileError
from repro.artifacts.files import FileFormatError, run_folder
from repro.artifacts.run_json import RunJson, ScoresFile, read_run
from repro.artifacts.scores import Scores, load_scores, parse_scores
from repro.artifacts.stored_files import StoredFile

AGAIN = "delete the run's folder and train it again"


class DamagedRunError(FileFormatError):
    """A file of a run is missing, changed or does not belong to it."""

    def __init__(self, run: str, problem: FileFormatError | str) -> None:
        super().__init__(f"run {run}: {problem}")


def find_run(results: Path, run_id: str) -> RunJson | None:
    """The record of a run, None if the run is not finished.

    Raises:
        DamagedRunError: the file is damaged or belongs to another run.
    """
    try:
        return read_run(results, run_id)
    except MissingFileError:
        return None
    except FileFormatError as error:
        raise DamagedRunError(run_id, error) from None


def read_run_file(record: RunJson, stored: StoredFile, *, results: Path) -> bytes:
    """The bytes of a file that a run's record names.

    Raises:
        DamagedRunError: the file is not there, or its SHA-256 is not the recorded one.
    """
    try:
        return stored.read(run_folder(results, record.id), again=AGAIN)
    except FileFormatError as error:
        raise DamagedRunError(record.id, error) from None


def read_run_scores(record: RunJson, *, split: str, protocol: str, results: Path) -> Scores:
    """The scores of a finished run on `split` by `protocol`, checked: their arrays fit each other and the run.

    Raises:
        DamagedRunError: the run has no such scores, or their file is damaged or belongs elsewhere.
    """
    entry = _entry(record, split=split, protocol=protocol, results=results)
    scores = _parsed(record, entry, parse_scores, results=results)
    stored = (scores.run, scores.split, scores.protocol, len(scores.label_N), scores.scores_NK.shape[1])
    wanted = (record.id, split, protocol, entry.num_examples, record.num_classes)
    if stored != wanted:
        path = run_folder(results, record.id) / entry.file
        problem = f"holds (run, split, protocol, examples, classes) {stored}, its run recorded {wanted}"
        raise DamagedRunError(record.id, f"{path} {problem}; {AGAIN}")
    return scores


def read_collected_scores(record: RunJson, *, split: str, protocol: str, results: Path) -> Scores:
    """The scores of a run that was collected: the hash says that they are those which `collect` has checked.

    Raises:
        DamagedRunError: the run has no such scores, or their file was changed.
    """
    entry = _entry(record, split=split, protocol=protocol, results=results)
    return _parsed(record, entry, load_scores, results=results)


class Parse(Protocol):
    """Makes scores of the bytes of a file."""

    def __call__(self, content: bytes, *, path: Path) -> Scores: ...


def _parsed(record: RunJson, entry: ScoresFile, parse: Parse, *, results: Path) -> Scores:
    content = read_run_file(record, entry.stored, results=results)
    try:
        return parse(content, path=run_folder(results, record.id) / entry.file)
    except FileFormatError as error:
        raise DamagedRunError(record.id, error) from None


def _entry(record: RunJson, *, split: str, protocol: str, results: Path) -> ScoresFile:
    entry = next((item for item in record.scores_of(split) if item.protocol == protocol), None)
    if entry is None:
        path = run_folder(results, record.id) / run_json.FILE
        raise DamagedRunError(record.id, f"{path} lists no scores of {split} by {protocol}; {AGAIN}")
    return entry
