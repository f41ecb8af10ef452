"""Read a results folder: runs.csv, claims.json, and what each run and data set left beside its numbers."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from repro.artifacts import dataset_json, files
from repro.artifacts.claims_json import Judgement, read_claims_json
from repro.artifacts.dataset_json import DatasetJson, read_dataset
from repro.artifacts.files import FileFormatError
from repro.artifacts.runs_csv import Measurement, read_runs_csv
from repro.spec.experiment import Paper


@dataclass(frozen=True, kw_only=True)
class RunRecord:
    """A run's folder: its run.json and one object for each epoch of its log, the last one where an epoch was repeated."""

    id: str
    folder: Path
    record: dict[str, Any]
    log: tuple[dict[str, Any], ...]
    log_lines: tuple[str, ...]

    @property
    def diverged(self) -> bool:
        return bool(self.record["status"] != "ok")


@dataclass(frozen=True, kw_only=True, eq=False)
class Results:
    """All that a report of one scale is made from. `datasets` maps a data set's name to its dataset.json (absent: not there)."""

    scale: str
    folder: Path
    measured: tuple[Measurement, ...]
    judgement: Judgement
    runs: dict[str, RunRecord]
    datasets: dict[str, DatasetJson]
    refused: dict[str, tuple[dict[str, str], ...]]

    def values(self, *, paper: str, variant: str, metric: str, protocol: str) -> dict[int, Measurement]:
        """Return what was measured of one variant, by seed."""
        return self._by_seed.get((paper, variant, metric, protocol), {})

    def of_variant(self, paper: str, variant: str) -> tuple[RunRecord, ...]:
        """Return the runs of one variant in the order of their seeds."""
        return self._by_variant.get((paper, variant), ())

    def of_run(self, run_id: str) -> tuple[Measurement, ...]:
        """Return what was measured of one run."""
        return self._by_run.get(run_id, ())

    @cached_property
    def _by_seed(self) -> dict[tuple[str, str, str, str], dict[int, Measurement]]:
        found: dict[tuple[str, str, str, str], dict[int, Measurement]] = {}
        for row in sorted(self.measured, key=lambda row: row.seed):
            found.setdefault((row.paper, row.variant, row.metric, row.protocol), {})[row.seed] = row
        return found

    @cached_property
    def _by_run(self) -> dict[str, tuple[Measurement, ...]]:
        found: dict[str, tuple[Measurement, ...]] = {}
        for row in self.measured:
            found[row.run] = (*found.get(row.run, ()), row)
        return found

    @cached_property
    def _by_variant(self) -> dict[tuple[str, str], tuple[RunRecord, ...]]:
        found: dict[tuple[str, str], tuple[RunRecord, ...]] = {}
        for run in self.runs.values():
            key = (run.record["paper"], run.record["variant"])
            found[key] = (*found.get(key, ()), run)
        return found


def read_results(papers: Sequence[Paper], *, scale: str, results: Path) -> Results:
    """Read everything below `results/<scale>` that the report shows.

    Raises:
        FileFormatError: runs.csv or claims.json is missing, damaged, or made from another version of the other.
    """
    folder = Path(results) / scale
    table = read_runs_csv(folder / "runs.csv")
    judgement = read_claims_json(folder / "claims.json", table=table)
    names = sorted({paper.scale(scale).dataset.name for paper in papers})
    datasets, refused = {}, {}
    for name in names:
        data = files.data_folder(results, scale, name)
        if (data / dataset_json.FILE).is_file():
            datasets[name] = read_dataset(data)
            refused[name] = _read_refused(data / "refused.csv")
    runs = {run.id: run for paper in papers for run in _run_records(paper, scale=scale, results=results)}
    return Results(
        scale=scale, folder=folder, measured=table.rows, judgement=judgement, runs=runs, datasets=datasets, refused=refused
    )


def _read_refused(path: Path) -> tuple[dict[str, str], ...]:
    if not path.is_file():
        return ()
    with open(path, newline="", encoding="utf-8") as stream:
        return tuple(csv.DictReader(stream))


def _run_records(paper: Paper, *, scale: str, results: Path) -> Iterator[RunRecord]:
    """Read the run folders of the paper's variants at `scale`, seeds in order."""
    for variant in paper.variants:
        parent = files.run_folder(results, f"{scale}/{paper.name}/{variant.name}/0").parent
        found = [path for path in parent.glob("*/run.json") if path.parent.name.isdigit()]
        for path in sorted(found, key=lambda path: int(path.parent.name)):
            lines = _log_lines(path.parent / "log.jsonl")
            yield RunRecord(
                id=f"{scale}/{paper.name}/{variant.name}/{path.parent.name}",
                folder=path.parent,
                record=files.read_json(path, schema="run/1"),
                log=_epochs(lines, path=path.parent / "log.jsonl"),
                log_lines=lines,
            )


def _log_lines(path: Path) -> tuple[str, ...]:
    if not path.is_file():
        return ()
    return tuple(line for line in path.read_text(encoding="utf-8").splitlines() if line.strip())


def _epochs(lines: Sequence[str], *, path: Path) -> tuple[dict[str, Any], ...]:
    """Return the log's objects in the order of the epochs; a number that is not finite becomes None."""
    epochs: dict[int, dict[str, Any]] = {}
    for number, line in enumerate(lines, start=1):
        try:
            entry = json.loads(line)
            epochs[int(entry["epoch"])] = {key: _finite(value) for key, value in entry.items()}
        except (ValueError, KeyError, TypeError) as error:
            message = f"{path}, line {number} is no log entry ({error}); delete the run's folder and train it again"
            raise FileFormatError(message) from None
    return tuple(epochs[epoch] for epoch in sorted(epochs))


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
