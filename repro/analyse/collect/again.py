"""Collect again what `runs.csv` says, and refuse rows that the runs do not give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path

from repro.analyse.collect.collect import asked_of, collected_parts
from repro.analyse.collect.run_files import ScoresLeftOutError
from repro.artifacts.files import FileFormatError
from repro.artifacts.runs_csv import AGAIN, Measurement, read_runs_csv
from repro.spec.experiment import Paper, make_run
from repro.spec.run import Run

#: What names a row: run, metric and protocol.
Key = tuple[str, str, str]


class OtherRowsError(FileFormatError):
    """`runs.csv` is not what `collect` writes of the runs that are in it."""


def refuse_other_rows(papers: Sequence[Paper], *, scale: str, results: Path) -> None:
    """Compare the rows of `runs.csv` with what the files of their runs give: none is edited, doubled or gone.

    A run none of whose rows is there was not collected, which `judge` says of its claims. Nothing is compared of scores that
    were left out of published results.

    Raises:
        OtherRowsError: names the first row that differs, and how to mend it.
        FileFormatError: a file of a run is damaged.
    """
    path = Path(results) / scale / "runs.csv"
    rows = read_runs_csv(path).rows
    there = {_key(row): row for row in rows}
    for key, num in Counter(map(_key, rows)).items():
        if num > 1:
            raise OtherRowsError(f"{path} has {num} rows of {_words(key)}; {AGAIN}")
    asked = asked_of(papers)
    for run in _runs_in(rows, papers, scale=scale):
        for part in collected_parts(run, asked=asked(run), results=results):
            try:
                made = part()
            except ScoresLeftOutError:
                continue
            for row in made:
                _compare(there.get(_key(row)), row, path=path)


def _runs_in(rows: Sequence[Measurement], papers: Sequence[Paper], *, scale: str) -> Iterator[Run]:
    """The runs of `papers` that have rows, as far as the papers still have their variants."""
    known = {paper.name: paper for paper in papers}
    for name, variant, seed in dict.fromkeys((row.paper, row.variant, row.seed) for row in rows if row.scale == scale):
        paper = known.get(name)
        if paper is not None and paper.has_variant(variant) and paper.scale(scale).has(paper.family(variant)):
            yield make_run(paper, scale=scale, variant=variant, seed=seed)


def _compare(found: Measurement | None, made: Measurement, *, path: Path) -> None:
    if found is None:
        raise OtherRowsError(f"{path} lacks {_words(_key(made))}; {AGAIN}")
    for field in fields(Measurement):
        stored, right = getattr(found, field.name), getattr(made, field.name)
        if stored != right:
            raise OtherRowsError(f"{path} has {field.name} {stored} for {_words(_key(made))}, its files give {right}; {AGAIN}")


def _key(row: Measurement) -> Key:
    return row.run, row.metric, row.protocol


def _words(key: Key) -> str:
    run, metric, protocol = key
    return f"{metric}{f' ({protocol})' if protocol else ''} of run {run}"
