"""Read a results folder: runs.csv, claims.json, and what each run and data set left beside its numbers."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from repro.artifacts import dataset_json, files
from repro.artifacts.dataset_json import DatasetJson, read_dataset
from repro.artifacts.files import FileFormatError
from repro.artifacts.log_jsonl import LogEntry, parse_log
from repro.artifacts.provenance import plain
from repro.artifacts.run_json import RunJson, read_run
from repro.artifacts.runs_csv import Measurement, read_runs_csv
from repro.spec.claims import Claim
from repro.spec.experiment import Paper

#: What pages show of a claim beside what claims.json holds of it: as the paper's catalogue states it.
STATED = ("bound", "paper_arm", "paper_against", "paper_ratio", "against_protocol", "row", "column")


@dataclass(frozen=True, kw_only=True)
class RunRecord:
    """A run's folder: its run.json and its log, epoch by epoch and line by line."""

    id: str
    folder: Path
    record: RunJson
    log: tuple[LogEntry, ...]
    log_lines: tuple[str, ...]

    @property
    def diverged(self) -> bool:
        return self.record.diverged


@dataclass(frozen=True, kw_only=True, eq=False)
class Results:
    """All that a report of one scale is made from. `datasets` maps a data set's name to its dataset.json (absent: not there)."""

    scale: str
    folder: Path
    measured: tuple[Measurement, ...]
    claims: dict[str, Any]
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
            key = (run.record.paper, run.record.variant)
            found[key] = (*found.get(key, ()), run)
        return found


def read_results(papers: Sequence[Paper], *, scale: str, results: Path) -> Results:
    """Read everything below `results/<scale>` that the report shows.

    Raises:
        FileFormatError: runs.csv or claims.json is missing, damaged, or made from another version of the other.
    """
    folder = Path(results) / scale
    table = read_runs_csv(folder / "runs.csv")
    claims = read_claims(folder, runs_sha256=table.sha256)
    claims["claims"] = [completed(claim, papers) for claim in claims["claims"]]
    names = sorted({paper.scale(scale).dataset.name for paper in papers})
    datasets, refused = {}, {}
    for name in names:
        data = files.data_folder(results, scale, name)
        if (data / dataset_json.FILE).is_file():
            datasets[name] = read_dataset(data)
            refused[name] = _read_refused(data / "refused.csv")
    runs = {run.id: run for paper in papers for run in run_records(paper, scale=scale, results=results)}
    return Results(scale=scale, folder=folder, measured=table.rows, claims=claims, runs=runs, datasets=datasets, refused=refused)


def read_claims(folder: Path, *, runs_sha256: str) -> dict[str, Any]:
    """Return claims.json of a results folder.

    Raises:
        FileFormatError: it is missing, or was judged from another runs.csv than the one beside it.
    """
    path = folder / "claims.json"
    if not path.is_file():
        raise FileFormatError(f"{path} does not exist; run the stage judge first (python -m repro judge)")
    claims = files.read_json(path, schema="claims/1")
    if claims["runs_sha256"] != runs_sha256:
        raise FileFormatError(f"{path} was judged from another runs.csv than the one beside it; run the stage judge again")
    return claims


def completed(claim: dict[str, Any], papers: Sequence[Paper]) -> dict[str, Any]:
    """Return a claim of claims.json with what the catalogue states of it besides; what a file of before lacks is empty."""
    stated = {item.id: item for paper in papers if paper.name == claim["paper"] for item in paper.claims}.get(claim["id"])
    known = stated or Claim(id=claim["id"], where="", statement="", kind=claim["kind"])
    arm, against = claim["arms"][0], claim["arms"][1] if len(claim["arms"]) > 1 else None
    return {
        **{name: plain(getattr(known, name)) for name in STATED},
        "thresholds": [],
        "parts": [],
        "chosen": {"arm": arm, "against": against},
        **claim,
        "arms": [arm, against],
    }


def _read_refused(path: Path) -> tuple[dict[str, str], ...]:
    if not path.is_file():
        return ()
    with open(path, newline="", encoding="utf-8") as stream:
        return tuple(csv.DictReader(stream))


def run_records(paper: Paper, *, scale: str, results: Path) -> Iterator[RunRecord]:
    """Read the run folders of the paper's variants at `scale`, seeds in order."""
    for variant in paper.variants:
        parent = files.run_folder(results, f"{scale}/{paper.name}/{variant.name}/0").parent
        found = [path for path in parent.glob("*/run.json") if path.parent.name.isdigit()]
        for path in sorted(found, key=lambda path: int(path.parent.name)):
            run_id = f"{scale}/{paper.name}/{variant.name}/{path.parent.name}"
            record = read_run(results, run_id)
            log, lines = _log(record, path.parent)
            yield RunRecord(id=run_id, folder=path.parent, record=record, log=log, log_lines=lines)


def _log(record: RunJson, folder: Path) -> tuple[tuple[LogEntry, ...], tuple[str, ...]]:
    """Return the epochs and the lines of a network's log; none where the log was not kept beside the record."""
    if record.network is None or not (folder / record.network.log.file).exists():
        return (), ()
    again = "delete the run's folder and train it again"
    content = record.network.log.read(folder, again=again)
    return parse_log(content, path=folder / record.network.log.file, again=again), tuple(content.decode().splitlines())
