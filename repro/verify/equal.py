"""Compare a run that was made again with the one that is stored: to the bit, or within the spread between seeds."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from scipy.stats import t as student

from repro.artifacts.files import FileFormatError
from repro.artifacts.log_jsonl import read_log
from repro.artifacts.run_json import RunJson, TrainedNetwork
from repro.artifacts.runs_csv import Measurement
from repro.artifacts.scores import read_scores
from repro.artifacts.stored_files import StoredFile
from repro.evaluate.metrics import top_k_error
from repro.spec.terms.metrics import TOP1
from repro.verify.remade import Remade

#: What an epoch takes is no part of what it gives.
TIMES = ("images_per_s", "wall_s", "data_wait_s")
#: A run of another machine is outside the spread between seeds if chance alone shows as much in one of a thousand.
LEVEL = 0.001


@dataclass(frozen=True, kw_only=True)
class Compared:
    """equal: to the bit. same_machine: so that it should be. within: the spread between seeds. reason: what differs."""

    equal: bool
    same_machine: bool
    within: bool
    reason: str


def compared(remade: Remade, *, place: Path, rows: Sequence[Measurement]) -> Compared:
    """Compare what came of a run with the record and the files in `place`; `rows` show how much seeds differ."""
    assert remade.record is not None, "a run that could not be made is compared with nothing"
    reasons = [*_differences(remade.stored, remade.record), *_of_log(remade, place)]
    same = same_machine(remade.stored, remade.record)
    within = not reasons or same or _within(remade, rows)
    return Compared(equal=not reasons, same_machine=same, within=within, reason="; ".join(reasons))


def same_machine(one: RunJson, other: RunJson) -> bool:
    """Whether two runs of one name were made on the same kind of machine by the same versions, whatever the code."""
    own, another = ({**run.identity, "code": ""} for run in (one, other))
    alike = [(run.environment.get("processor"), run.environment.get("python"), run.num_threads) for run in (one, other)]
    return own == another and alike[0] == alike[1]


def _differences(one: RunJson, other: RunJson) -> Iterator[str]:
    if (one.status, one.reason) != (other.status, other.reason):
        yield f"status {one.status} {one.reason}".rstrip() + f", again {other.status} {other.reason}".rstrip()
    if one.spec_digest != other.spec_digest:
        yield "another specification than its name has now"
    if one.dataset.digest != other.dataset.digest:
        yield "other data"
    mine, theirs = files_of(one), files_of(other)
    names = [name for name in {**mine, **theirs} if mine.get(name) != theirs.get(name)]
    if names:
        yield f"other bytes of {', '.join(names)}"


def files_of(record: RunJson) -> dict[str, str]:
    """The SHA-256 of every file of a run that follows from it alone, by name: all but its log."""
    made = record.made
    log = made.log.file if isinstance(made, TrainedNetwork) else ""
    return {item.file: item.sha256 for item in record.files if item.file != log}


def _of_log(remade: Remade, place: Path) -> Iterator[str]:
    one, other = remade.stored.network, remade.record.network if remade.record else None
    if one is None or other is None:
        return
    try:
        mine, theirs = _timeless(place, one.log), _timeless(remade.folder, other.log)
    except FileFormatError:
        return  # it was not published, or the check of files names it
    if mine != theirs:
        pairs = enumerate(zip(mine, theirs, strict=False), start=1)
        yield f"another log from epoch {next((i for i, (a, b) in pairs if a != b), min(len(mine), len(theirs)) + 1)} on"


def _timeless(folder: Path, log: StoredFile) -> list[dict[str, object]]:
    return [
        {name: value for name, value in vars(entry).items() if name not in TIMES} for entry in read_log(folder, log, again="")
    ]


def _within(remade: Remade, rows: Sequence[Measurement]) -> bool:
    """Whether the top-1 errors differ by no more than two seeds do; False if too few seeds show how much that is."""
    assert remade.record is not None
    if remade.stored.status != remade.record.status:
        return False
    for entry in remade.record.scores_of("test"):
        values = [row for row in rows if (row.metric, row.protocol, row.paper) == (TOP1, entry.protocol, remade.stored.paper)]
        own = next((row.value for row in values if row.run == remade.stored.id), None)
        spread = _spread(values)
        if own is None or spread is None:
            return False
        scores = read_scores(remade.folder / entry.file)
        error = top_k_error(scores.scores_NK, scores.labels, k=1)
        sd, df = spread
        if abs(error - own) > float(student.ppf(1 - LEVEL / 2, df)) * sd * math.sqrt(2):
            return False
    return True


def _spread(rows: Sequence[Measurement]) -> tuple[float, int] | None:
    """The standard deviation between seeds, pooled over the variants, and its degrees of freedom."""
    arms: dict[str, list[float]] = {}
    for row in rows:
        arms.setdefault(row.variant, []).append(row.value)
    df = sum(len(values) - 1 for values in arms.values())
    if not df:
        return None
    squares = sum((value - sum(values) / len(values)) ** 2 for values in arms.values() for value in values)
    return math.sqrt(squares / df), df
