"""`runs.csv`: what each finished run measured, a row for each metric and protocol. One writer, one reader."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable
from dataclasses import dataclass, fields
from operator import attrgetter
from pathlib import Path

from repro.artifacts.files import FileFormatError, sha256_bytes, write_text
from repro.system.filesystem import read_regular

AGAIN = "run python -m repro collect again"
#: Characters of a code digest that the table shows.
CODE_LENGTH = 12


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """A row: the value of one metric by one protocol in one run. The fields are the columns, in their order.

    value: in the metric's own unit; errors are fractions. Infinity: the run never got to a training error.
    n_examples: what the value rests on, test examples for an error. code: the first digits of the code digest.
    """

    scale: str
    paper: str
    variant: str
    seed: int
    dataset: str
    evidence: str
    metric: str
    protocol: str
    value: float
    n_examples: int
    wall_s: float
    device: str
    code: str
    run: str


COLUMNS = tuple(field.name for field in fields(Measurement))


@dataclass(frozen=True, kw_only=True)
class RunsTable:
    """The rows of a `runs.csv`, and the SHA-256 of the bytes that they were read from."""

    rows: tuple[Measurement, ...]
    sha256: str


def short_code(code_digest: str) -> str:
    """What the table shows of a code digest."""
    return code_digest[:CODE_LENGTH]


def write_runs_csv(path: Path, rows: Iterable[Measurement]) -> None:
    """Write `rows` to `path` atomically; the same rows give the same bytes. Raises as `runs_csv_text` does."""
    write_text(path, runs_csv_text(rows))


def runs_csv_text(rows: Iterable[Measurement]) -> str:
    """The whole text of the table that holds `rows`.

    Raises:
        ValueError: a value is not a number, or a text is of several lines.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    entries_of = attrgetter(*COLUMNS)  # dataclasses.astuple copies each entry, which takes ten times as long
    for row in rows:
        if math.isnan(row.value):
            measured = f"{row.metric} ({row.protocol}) of run {row.run}"
            raise ValueError(f"{measured} is not a number; allowed: numbers; look into the run's scores")
        entries = entries_of(row)
        broken = [entry for entry in entries if isinstance(entry, str) and ("\n" in entry or "\r" in entry)]
        if broken:
            raise ValueError(f"run {row.run} has {broken[0]!r}; allowed in runs.csv: texts of one line; name it otherwise")
        writer.writerow(entries)
    return stream.getvalue()


def read_runs_csv(path: Path) -> RunsTable:
    """The rows stored at `path`.

    Raises:
        FileFormatError: the file is missing or no text, has other columns, or an entry that is none of its column.
    """
    try:
        content = read_regular(path)
    except FileNotFoundError:
        raise FileFormatError(f"{path} does not exist; run python -m repro collect first") from None
    try:
        lines = csv.reader(io.StringIO(content.decode(), newline=""), strict=True)
        columns = next(lines, [])
        if tuple(columns) != COLUMNS:
            got, allowed = ", ".join(columns), ", ".join(COLUMNS)
            raise FileFormatError(f"{path} has the columns {got}; allowed: {allowed}; {AGAIN}")
        rows = tuple(_row(entries, path=path, line=lines.line_num) for entries in lines)
    except (UnicodeDecodeError, csv.Error) as error:
        raise FileFormatError(f"{path} is no table ({error}); {AGAIN}") from None
    return RunsTable(rows=rows, sha256=sha256_bytes(content))


def _row(entries: list[str], *, path: Path, line: int) -> Measurement:
    """The row that a line's entries say, each read as the type of its column."""
    try:
        if len(entries) != len(COLUMNS):
            raise ValueError(f"{len(entries)} entries, allowed: {len(COLUMNS)}")
        found = dict(zip(COLUMNS, entries, strict=True))
        return Measurement(
            scale=found["scale"],
            paper=found["paper"],
            variant=found["variant"],
            seed=int(found["seed"]),
            dataset=found["dataset"],
            evidence=found["evidence"],
            metric=found["metric"],
            protocol=found["protocol"],
            value=_number(found["value"]),
            n_examples=int(found["n_examples"]),
            wall_s=_number(found["wall_s"]),
            device=found["device"],
            code=found["code"],
            run=found["run"],
        )
    except ValueError as error:
        raise FileFormatError(f"{path}, line {line}: {error}; {AGAIN}") from None


def _number(text: str) -> float:
    value = float(text)
    if math.isnan(value):
        raise ValueError(f"{text!r} is no number")
    return value
