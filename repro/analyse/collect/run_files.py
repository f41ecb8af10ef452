"""The files of a finished run as the steps after training read them: each is the one that its record names, or an error."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol

import numpy as np

from repro.artifacts import run_json
from repro.artifacts.documents import MissingFileError
from repro.artifacts.files import FileFormatError, run_folder, sha256_bytes
from repro.artifacts.published.answers import Answers, examples_of, parse_answers
from repro.artifacts.published.brought_json import published_run
from repro.artifacts.run_json import RunJson, ScoresFile, read_run
from repro.artifacts.scores import Scores, load_scores, parse_scores
from repro.artifacts.stored_files import StoredFile
from repro.evaluate.metrics import top_k_correct
from repro.spec.terms.metrics import TOP_K

AGAIN = "train it again: what is damaged is made anew"


class DamagedRunError(FileFormatError):
    """A file of a run is missing, changed or does not belong to it. run: its id."""

    def __init__(self, run: str, problem: FileFormatError | str) -> None:
        self.run = run
        super().__init__(f"run {run}: {problem}")


def find_run(results: Path, run_id: str) -> RunJson | None:
    """The record of a run, None if the run is not finished.

    Raises:
        DamagedRunError: the file is damaged or belongs to another run.
    """
    try:
        os.stat(run_folder(results, run_id))  # of many planned runs there is no folder yet: asked once, not five times
    except FileNotFoundError:
        return None
    except OSError:
        pass  # what is wrong is said below
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


class ScoresLeftOutError(DamagedRunError):
    """The scores of a published run were left out, and nothing stands in for them."""


def read_run_answers(record: RunJson, *, split: str, protocol: str, results: Path, collected: bool = False) -> Answers:
    """Which examples a finished run got right: by its scores or, where these were left out of published results, by its bits.

    collected: the run was collected, so that scores of the recorded hash are known to fit.

    Raises:
        ScoresLeftOutError: there are neither.
        DamagedRunError: as `read_run_scores` does.
    """
    entry = _entry(record, split=split, protocol=protocol, results=results)
    known = published_run(results, record.id)
    if known is not None and entry.file in known.left_out:
        folder = run_folder(results, record.id)
        if known.answers is None:
            raise ScoresLeftOutError(record.id, f"{folder / entry.file} was not published; {AGAIN}")
        content = read_run_file(record, known.answers, results=results)
        scale_folder, path = Path(results) / record.scale, folder / known.answers.file
        found = parse_answers(content, run=record.id, folder=scale_folder, path=path).get((split, protocol))
        if found is None:
            raise DamagedRunError(record.id, f"{path} holds no answers of {split} by {protocol}; publish the results again")
        return found
    read = read_collected_scores if collected else read_run_scores
    return answers_of(read(record, split=split, protocol=protocol, results=results))


def answers_of(scores: Scores) -> Answers:
    """Which examples are right at each k of an error, by their scores."""
    num_classes = scores.scores_NK.shape[1]
    sizes = [k for k in TOP_K.values() if k <= num_classes]
    correct_N = {k: top_k_correct(scores.scores_NK, scores.labels, k=k) for k in sizes}
    digest = sha256_bytes(np.ascontiguousarray(scores.scores_NK).tobytes())
    return Answers(correct_N=correct_N, examples=examples_of(scores), num_classes=num_classes, scores_sha256=digest)


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
