"""Read a results folder: runs.csv, claims.json, and what each run and data set left beside its numbers."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from repro.analyse.collect.at_rates import runs_at_rates
from repro.artifacts import calibration_json, claims_json, dataset_json, files
from repro.artifacts.calibration_json import CalibrationJson, read_calibration
from repro.artifacts.claims_json import Judgement, read_claims_json
from repro.artifacts.dataset_json import DatasetJson, read_dataset
from repro.artifacts.documents import digest_of, fields_of
from repro.artifacts.failed_json import FailedRun, find_failure
from repro.artifacts.judged import JudgedClaim
from repro.artifacts.ledger.chain import Ledger, read_ledger
from repro.artifacts.ledger.events import Challenge, End, Receipt, Start
from repro.artifacts.ledger.receipts import Bridges, bridges_of, made_again_words
from repro.artifacts.log_jsonl import LogEntry, parse_log
from repro.artifacts.run_json import RunJson, is_finished, read_run
from repro.artifacts.runs_csv import Measurement, read_runs_csv
from repro.report.inputs.data_names import named, named_in
from repro.spec.experiment import Paper
from repro.system.durations import roughly


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
    """All that a report of one scale is made from. `datasets` maps a data set's name to its dataset.json (absent: not there).

    calibration: None where nothing was calibrated.
    failed: runs that failed, by id. reports: the folder in which the pages will lie, from which they refer to logs.
    challenges: of claims, as the ledger has them. made_again: how many runs were, and how many were equal.
    bridges: which codes give the same numbers, by receipts. unjudged: why verdicts could not be judged again. left: while runs
    are being made, the ids of those that are left and the seconds that each adds to the time until all are. moments: by run,
    when it was started and when it ended, UTC; "" where the ledger does not say. published: the day in the name of the folder
    that publishes them. job_logs: by run, the logs of the jobs that made it, from `folder`. further: data sets beside that of the
    scale, such as those to which nets are transferred.
    """

    scale: str
    folder: Path
    measured: tuple[Measurement, ...]
    judgement: Judgement
    runs: dict[str, RunRecord]
    datasets: dict[str, DatasetJson]
    refused: dict[str, tuple[dict[str, str], ...]]
    calibration: CalibrationJson | None = None
    made_again: str = ""
    bridges: Bridges = field(default_factory=Bridges)
    unjudged: str = ""
    failed: dict[str, FailedRun] = field(default_factory=dict)
    reports: Path | None = None
    left: Mapping[str, float] = field(default_factory=dict)
    challenges: tuple[Challenge, ...] = ()
    moments: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    published: str = ""
    job_logs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    further: Mapping[str, DatasetJson] = field(default_factory=dict)

    @cached_property
    def said(self) -> dict[Hashable, Any]:
        """What pages have said of these results, kept for the next page that says it."""
        return {}

    def challenges_of(self, claim: JudgedClaim) -> tuple[Challenge, ...]:
        """The challenges of a claim, each once: what came of it, or that it has begun."""
        found: dict[str, Challenge] = {}
        for event in self.challenges:
            known = found.get(event.beacon)
            if event.claim == f"{claim.paper}/{claim.id}" and (known is None or not known.verdict):
                found[event.beacon] = event
        return tuple(found.values())

    def still_to_run(self, paper: str = "", variants: Collection[str] | None = None) -> str:
        """Which runs of a paper (default: of all), and of `variants` of it, are still being made, in words; "" if none is."""
        asked = [
            seconds
            for name, seconds in self.left.items()
            if paper in ("", name.split("/")[1]) and (variants is None or name.split("/")[2] in variants)
        ]
        return f"{len(asked)} run{'s' * (len(asked) > 1)} still to run, about {roughly(sum(asked))}" if asked else ""

    def values(self, *, paper: str, variant: str, metric: str, protocol: str) -> dict[int, Measurement]:
        """What was measured of one variant, by seed."""
        return self._by_seed.get((paper, variant, metric, protocol), {})

    def of_variant(self, paper: str, variant: str) -> tuple[RunRecord, ...]:
        """The runs of one variant in the order of their seeds."""
        return self._by_variant.get((paper, variant), ())

    def of_run(self, run_id: str) -> tuple[Measurement, ...]:
        """What was measured of one run."""
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


def read_results(
    papers: Sequence[Paper],
    *,
    scale: str,
    results: Path,
    unjudged: str = "",
    reports: Path | None = None,
    left: Mapping[str, float] | None = None,
) -> Results:
    """Read everything below `results/<scale>` that the report shows.

    unjudged: why the verdicts could not be judged again; empty where they were. reports, left: as in Results.

    Raises:
        FileFormatError: runs.csv or claims.json is missing, damaged, or made from another version of the other.
    """
    folder = Path(results) / scale
    table = read_runs_csv(folder / "runs.csv")
    judgement = read_claims_json(folder / claims_json.FILE, table=table)
    names = sorted({paper.scale(scale).dataset.name for paper in papers})
    datasets, refused = {}, {}
    for name in names:
        data = files.data_folder(results, scale, name)
        if (data / dataset_json.FILE).is_file():
            datasets[name] = named(read_dataset(data), results=folder)
            refused[name] = _read_refused(data / "refused.csv")
    found = (run for paper in papers for run in run_records(paper, scale=scale, results=results))
    further = _further_data(folder, known=datasets)
    runs = {run.id: replace(run, record=named_in(run.record, {**further, **datasets})) for run in found}
    ledger = read_ledger(folder)
    return Results(
        scale=scale,
        folder=folder,
        measured=table.rows,
        judgement=judgement,
        runs=runs,
        datasets=datasets,
        refused=refused,
        calibration=read_calibration(
            folder / calibration_json.FILE, runs_sha256=table.sha256, claims_sha256=digest_of(fields_of(judgement))
        ),
        made_again=made_again_words(ledger),
        bridges=bridges_of(ledger.of(Receipt)),
        challenges=tuple(ledger.events(Challenge)),
        unjudged=unjudged,
        failed={run.id: run for paper in papers for run in failed_runs(paper, scale=scale, results=results)},
        reports=reports,
        left=left or {},
        moments=_moments(ledger),
        published="".join(re.findall(r"\d{4}-\d{2}-\d{2}", folder.parent.name)[:1]),
        job_logs=_job_logs(folder, scale=scale),
        further=further,
    )


def _moments(ledger: Ledger) -> dict[str, tuple[str, str]]:
    """When each run was last started, and when it first ended."""
    started = {line.event.run: line.at for line in ledger.of(Start)}
    ended = {line.event.run: line.at for line in reversed(list(ledger.of(End)))}
    return {run: (at, ended.get(run, "")) for run, at in started.items()}


def _job_logs(folder: Path, *, scale: str) -> dict[str, tuple[str, ...]]:
    """Which logs of training have lines of which run; such a line begins with `paper/variant seed N:`."""
    found: dict[str, dict[str, None]] = {}
    for path in sorted((folder / "logs" / "train").rglob("*.log")):
        with open(path, encoding="utf-8", errors="replace") as lines:
            heads = dict.fromkeys(line.partition(":")[0] for line in lines if " seed " in line)
        for head in heads:
            name, _, seed = head.partition(" seed ")
            if seed.isdigit() and name.count("/") == 1:
                found.setdefault(f"{scale}/{name}/{seed}", {})[path.relative_to(folder).as_posix()] = None
    return {run: tuple(logs) for run, logs in found.items()}


def _further_data(folder: Path, *, known: Collection[str]) -> dict[str, DatasetJson]:
    """The prepared data sets of a scale's folder that are not `known`, such as those to which nets are transferred."""
    places = [path.parent for path in sorted((folder / "data").glob(f"*/{dataset_json.FILE}")) if path.parent.name not in known]
    return {place.name: named(read_dataset(place), results=folder) for place in places}


def _read_refused(path: Path) -> tuple[dict[str, str], ...]:
    if not path.is_file():
        return ()
    with open(path, newline="", encoding="utf-8", errors="surrogateescape") as stream:
        return tuple(csv.DictReader(stream))


def run_records(paper: Paper, *, scale: str, results: Path) -> Iterator[RunRecord]:
    """Read the run folders of the paper's variants at `scale`, seeds in order."""
    for name in (*(item.name for item in paper.variants), *runs_at_rates(paper, scale=scale, results=results)):
        parent = files.run_folder(results, f"{scale}/{paper.name}/{name}/0").parent
        for folder in _seed_folders(parent):
            if not is_finished(folder):
                continue
            run_id = f"{scale}/{paper.name}/{name}/{folder.name}"
            record = read_run(results, run_id)
            log, lines = _log(record, folder)
            yield RunRecord(id=run_id, folder=folder, record=record, log=log, log_lines=lines)


def failed_runs(paper: Paper, *, scale: str, results: Path) -> Iterator[FailedRun]:
    """The runs of the paper's variants at `scale` that failed, seeds in order."""
    for variant in paper.variants:
        first = f"{scale}/{paper.name}/{variant.name}/0"
        for folder in _seed_folders(files.run_folder(results, first).parent):
            failure = find_failure(results, f"{first.rpartition('/')[0]}/{folder.name}")
            if failure is not None:
                yield failure


def _seed_folders(variant: Path) -> list[Path]:
    """The folders of a variant's runs, seeds in order."""
    return sorted((path for path in variant.glob("*") if path.name.isdigit()), key=lambda path: int(path.name))


def _log(record: RunJson, folder: Path) -> tuple[tuple[LogEntry, ...], tuple[str, ...]]:
    """The epochs and the lines of a network's log; none where the log was not kept beside the record."""
    if record.network is None or not (folder / record.network.log.file).exists():
        return (), ()
    again = "train it again: what is damaged is made anew"
    content = record.network.log.read(folder, again=again)
    return parse_log(content, path=folder / record.network.log.file, again=again), tuple(content.decode().splitlines())
