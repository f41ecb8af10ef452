"""Make what the page of a single run shows."""

from __future__ import annotations

import itertools
import json
import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace

from repro.analyse.evidence.verdict import ANSWERS, INCOMPLETE, NO_QUESTION
from repro.artifacts import run_json
from repro.artifacts.log_jsonl import LogEntry
from repro.artifacts.provenance import Change
from repro.artifacts.run_json import Costs, TrainedNetwork
from repro.artifacts.runs_csv import Measurement
from repro.report.drawing.plots import Behind, Curve
from repro.report.inputs.results import Results, RunRecord
from repro.report.pages.saturation import saturation_views
from repro.report.pages.setting import (
    Fact,
    Setting,
    citation,
    file_link,
    measure,
    relative,
    run_page_path,
    setting,
    table_page_path,
    value_cell,
)
from repro.report.pages.variants import change_text, run_difference, variant_anchor
from repro.report.text import formatting
from repro.report.text.carried import CARRIED, run_carried_words
from repro.report.text.changes import part_words
from repro.report.text.formatting import compact, count, counted, device_words, fixed, listed, percent
from repro.report.text.tables import Cell, Column, Link, Row, TableView
from repro.report.text.units import NEVER, measured_text
from repro.report.text.wording import VerdictWords, words_for
from repro.spec.experiment import Paper, Variant
from repro.spec.terms.methods import run_method
from repro.spec.terms.metrics import unit_of
from repro.system.durations import duration

#: Lines of the log that the excerpt shows from its start and from its end.
LOG_HEAD, LOG_TAIL = 2, 3
#: What run.json may name beside the scores.
RUNNING = "The training error is that of the examples as the network saw them, averaged while it learned."


@dataclass(frozen=True, kw_only=True)
class CurvesView:
    """The learning curves: what is drawn, and in words where the learning rate falls."""

    figure_id: str
    title: str
    epochs: tuple[int, ...]
    losses: tuple[Curve, ...]
    errors: tuple[Curve, ...]
    drops: tuple[int, ...]
    behind: tuple[Behind, ...]
    caption: str
    table: TableView


@dataclass(frozen=True, kw_only=True)
class DecidedClaim:
    """A claim in which a run has a part, and its verdict."""

    link: Link
    verdict: VerdictWords


@dataclass(frozen=True, kw_only=True)
class RunPage:
    """The page of one run. `problem` says why a run has no result."""

    setting: Setting
    id: str
    title: str
    why: str
    source: str
    citation: str
    home: str
    pages: tuple[Link, ...]
    siblings: tuple[Link, ...]
    problem: str
    facts: tuple[Fact, ...]
    metrics: TableView
    curves: CurvesView | None
    saturation: tuple[TableView, TableView] | None
    base: str
    alias: str
    change: str
    difference: TableView | None
    spec: str
    environment: tuple[Fact, ...]
    command: str
    log_excerpt: str
    job_logs: tuple[Link, ...]
    decided: tuple[DecidedClaim, ...]
    files: tuple[Link, ...]
    unlinked: tuple[str, ...]


def run_page(run: RunRecord, paper: Paper, *, results: Results) -> RunPage:
    """The page of `run`."""
    record, here = run.record, run_page_path(run.id)
    variant = paper.variant(record.variant)
    difference, words = run_difference(run, paper, results=results), part_words(variant.value)
    links, unlinked = _file_links(run, results=results, page=here)
    return RunPage(
        setting=setting(results, paper=paper.name),
        id=run.id,
        title=variant.title,
        why=variant.why,
        source=variant.source,
        citation=citation(paper),
        home=relative("index.html", page=here),
        pages=tuple(
            Link(
                text=table.title,
                href=f"{relative(table_page_path(paper.name, table.name), page=here)}#{variant_anchor(variant.name)}",
            )
            for table in paper.tables
            if variant.name in table.variants
        ),
        siblings=_siblings(run, results=results),
        problem=f"This run diverged: {record.reason}. It has no scores." if run.diverged else "",
        facts=(*_facts(run), *_moments(run, results), *_carried(run, results)),
        metrics=_metrics_view(run, results=results),
        curves=_curves(run, results=results, base=variant.base or "") if run.log else None,
        saturation=saturation_views(run),
        base=variant.base or "",
        alias=variant.alias,
        change=f"{variant.key}: {words}" if words else change_text(difference, key=variant.key, value=variant.value),
        difference=_difference_view(difference, variant=variant, scale=results.scale),
        spec=json.dumps(record.spec, indent=1, ensure_ascii=False),
        environment=tuple(Fact(term=key, text=value) for key, value in record.environment.items()),
        command=record.command,
        log_excerpt=_excerpt([_log_line(entry, len(run.log)) for entry in run.log]),
        job_logs=_job_logs(run, results=results, page=here),
        decided=_decided_claims(run, paper, results=results),
        files=links,
        unlinked=unlinked,
    )


def _siblings(run: RunRecord, *, results: Results) -> tuple[Link, ...]:
    here = run_page_path(run.id)
    return tuple(
        Link(text=f"seed {other.record.seed}", href=relative(run_page_path(other.id), page=here) if other.id != run.id else "")
        for other in results.of_variant(run.record.paper, run.record.variant)
    )


def _facts(run: RunRecord) -> tuple[Fact, ...]:
    record = run.record
    common = (
        Fact(term="Status", text=record.status),
        Fact(term="Data set", text=record.dataset.title),
        Fact(term="Device", text=device_words(record.device)),
        Fact(term="Classes", text=count(record.num_classes)),
    )
    if record.network is not None:
        return (*common, *_facts_of_training(record.network, record.costs))
    return (
        *common,
        Fact(term="Method", text=run_method(record.method).title),
        Fact(term="Total time", text=duration(record.costs.wall_s)),
        *([Fact(term="Fitting", text=duration(record.costs.train_s))] if record.costs.train_s else []),
    )


def _moments(run: RunRecord, results: Results) -> list[Fact]:
    """When the run was started and when it ended, by the ledger."""
    terms = zip(("Started", "Ended"), results.moments.get(run.id, ("", "")), strict=True)
    return [Fact(term=term, text=f"{at[:16].replace('T', ' ')} UTC") for term, at in terms if at]


def _carried(run: RunRecord, results: Results) -> list[Fact]:
    """By which receipts a run of other code counts as one of the newest; nothing if by none."""
    said = run_carried_words(run.record, results.bridges)
    return [Fact(term=CARRIED, text=said)] if said else []


def _facts_of_training(network: TrainedNetwork, costs: Costs) -> tuple[Fact, ...]:
    resumed = {0: "never", 1: "once"}.get(network.num_resumes, f"{network.num_resumes} times")
    seen = "clips" if network.pictures.stream_kernels else "images"
    wait = "not measured"
    if costs.train_s:
        wait = f"{percent(network.data_wait_s / costs.train_s, decimals=1)} % of the training time"
    return (
        Fact(term="Parameters", text=count(network.num_parameters)),
        Fact(term="Epochs", text=count(network.num_epochs)),
        Fact(term="Steps", text=count(network.num_steps)),
        Fact(term="Total time", text=duration(costs.wall_s)),
        Fact(term="Training time", text=duration(costs.train_s)),
        Fact(term="Speed", text=f"{count(network.images_per_s)} {seen}/s"),
        Fact(term="Waiting for data", text=wait),
        Fact(term="Resumed", text=resumed),
    )


def _metrics_view(run: RunRecord, *, results: Results) -> TableView:
    """The run's metrics beside the mean and spread of all seeds of its variant."""
    titles = {"metric": "Metric", "run": "This run", "mean": "Mean of the seeds", "sd": "sd"}
    titles |= {"n": "Seeds", "examples": "Examples"}
    columns = tuple(
        Column(key=key, title=title, group=title, kind="text" if key == "metric" else "number") for key, title in titles.items()
    )
    rows = [Row(cells=_metric_cells(row, run, results=results)) for row in results.of_run(run.id)]
    record = run.record
    where = f"{results.scale}, {record.dataset.title}, {device_words(record.device)}"
    caption = f"Final metrics; {where}; sd over the seeds of {record.variant}."
    return TableView(name="metrics", caption=caption, columns=columns, rows=tuple(rows))


def _metric_cells(row: Measurement, run: RunRecord, *, results: Results) -> dict[str, Cell]:
    record, unit = run.record, unit_of(row.metric)
    counts = unit.share  # seconds and counts are of a run, not of examples
    seeds = results.values(paper=record.paper, variant=record.variant, metric=row.metric, protocol=row.protocol)
    values = [item.value for item in seeds.values()]
    reached = all(math.isfinite(value) for value in values)
    decimals = formatting.digits(row.n_examples).points
    mean = statistics.fmean(values) if reached else None
    shown = value_cell(row.metric, row.value, decimals=decimals)
    spread = statistics.stdev(values) if reached and len(values) > 1 else None
    return {
        "metric": Cell(text=measure(row.metric, row.protocol)),
        "run": replace(shown, unit="" if shown.text == NEVER else unit.value),
        "mean": Cell(text=measured_text(unit, mean, decimals=decimals), unit=unit.value),
        "sd": Cell(text=measured_text(unit, spread, decimals=decimals), unit=unit.difference),
        "n": Cell(text=count(len(values))),
        "examples": Cell(text=count(row.n_examples) if counts else ""),
    }


def learning_rate_drops(log: Sequence[LogEntry]) -> tuple[int, ...]:
    """The epochs whose learning rate is lower than that of the epoch before."""
    return tuple(
        after.epoch for before, after in itertools.pairwise(log) if after.learning_rate < before.learning_rate * (1 - 1e-9)
    )


def _behind(run: RunRecord, *, results: Results, base: str) -> tuple[Behind, ...]:
    """The curves of the base's runs, and of the other seeds, to be drawn behind those of the run."""
    paper, own = run.record.paper, run.record.variant
    groups = (("base", results.of_variant(paper, base) if base else ()), ("seed", results.of_variant(paper, own)))
    return tuple(
        Behind(
            kind=kind,
            epochs=tuple(entry.epoch for entry in other.log),
            losses=tuple(entry.train_loss for entry in other.log),
            errors=tuple(_percent(entry.train_top1_error) for entry in other.log),
        )
        for kind, runs in groups
        for other in runs
        if other.log and other.id != run.id
    )


def _curves(run: RunRecord, *, results: Results, base: str) -> CurvesView:
    log, name = run.log, f"{run.record.variant}, seed {run.record.seed}"
    drops = learning_rate_drops(log)
    validated = any(entry.validation_top1_error is not None for entry in log)
    errors = [Curve(name="training, running mean", values=tuple(_percent(entry.train_top1_error) for entry in log))]
    if validated:
        errors.append(Curve(name="validation", values=tuple(_percent(entry.validation_top1_error) for entry in log)))
    when = f"lower from epoch {listed([str(drop) for drop in drops])} on (dashed)" if drops else "the same throughout"
    said = f"The learning rate is {when}."
    seen = "videos" if run.record.network and run.record.network.pictures.stream_kernels else "images"
    behind = _behind(run, results=results, base=base)
    others = {kind: sum(item.kind == kind for item in behind) for kind in ("seed", "base")}
    shown = [counted(others["seed"], "other seed") + " thin"] * (others["seed"] > 0)
    shown += [counted(others["base"], "run") + f" of {base} grey"] * (others["base"] > 0)
    beside = f" Behind: {listed(shown)}, training alone." if shown else ""
    held = "" if validated else f" This data set holds out no validation {seen}."
    return CurvesView(
        figure_id=f"curves-{run.record.variant.replace('_', '-')}-{run.record.seed}",
        title=f"Learning curves of {name}",
        epochs=tuple(entry.epoch for entry in log),
        losses=(Curve(name="training loss", values=tuple(entry.train_loss for entry in log)),),
        errors=tuple(errors),
        drops=drops,
        behind=behind,
        caption=f"Learning curves of {name}. {said}{beside}{held} {RUNNING}",
        table=_log_view(log, caption=f"The log of {run.id}, one epoch a line"),
    )


def _percent(error: float | None) -> float | None:
    return None if error is None else 100 * error


def _log_view(log: Sequence[LogEntry], *, caption: str) -> TableView:
    titles = {
        "epoch": "Epoch",
        "num_steps": "Steps",
        "learning_rate": "Learning rate",
        "train_loss": "Training loss",
        "train_top1_error": "Training error, %",
        "validation_top1_error": "Validation error, %",
        "images_per_s": "Examples/s",
        "wall_s": "Time",
    }
    columns = tuple(Column(key=key, title=title, group=title, kind="number") for key, title in titles.items())
    rows = [
        {
            "epoch": Cell(text=count(entry.epoch)),
            "num_steps": Cell(text=count(entry.num_steps)),
            "learning_rate": Cell(text=compact(entry.learning_rate)),
            "train_loss": Cell(text=fixed(entry.train_loss, decimals=4)),
            "train_top1_error": Cell(text=percent(entry.train_top1_error, decimals=2)),
            "validation_top1_error": Cell(text=percent(entry.validation_top1_error, decimals=2)),
            "images_per_s": Cell(text=count(entry.images_per_s)),
            "wall_s": Cell(text=duration(entry.wall_s)),
        }
        for entry in log
    ]
    return TableView(name="log", caption=caption, columns=columns, rows=tuple(Row(cells=cells) for cells in rows))


def _difference_view(difference: Sequence[Change], *, variant: Variant, scale: str) -> TableView | None:
    if not difference:
        return None
    titles = {"key": "Field", "base": f"In {variant.base}", "other": "Here"}
    columns = tuple(Column(key=key, title=title, group=title) for key, title in titles.items())
    cells = [
        {"key": Cell(text=item.key), "base": Cell(text=compact(item.base)), "other": Cell(text=compact(item.other))}
        for item in difference
    ]
    rows = [Row(cells=entry) for entry in cells]
    caption = f"{variant.name} against {variant.base}, both at scale {scale}."
    return TableView(name="difference", caption=caption, columns=columns, rows=tuple(rows))


def _log_line(entry: LogEntry, num_epochs: int) -> str:
    """An epoch as the terminal told it."""
    loss = "not finite" if entry.train_loss is None else fixed(entry.train_loss, decimals=4)
    held = entry.validation_top1_error
    validation = "" if held is None else f", validation error {percent(held, decimals=1)} %"
    return (
        f"epoch {entry.epoch}/{num_epochs}, loss {loss}, {count(entry.images_per_s)} examples/s, {duration(entry.wall_s)}, "
        f"training error {percent(entry.train_top1_error, decimals=1)} %{validation}"
    )


def _excerpt(lines: Sequence[str]) -> str:
    if len(lines) <= LOG_HEAD + LOG_TAIL:
        return "\n".join(lines)
    return "\n".join([*lines[:LOG_HEAD], f"… {len(lines) - LOG_HEAD - LOG_TAIL} more lines …", *lines[-LOG_TAIL:]])


def _file_links(run: RunRecord, *, results: Results, page: str) -> tuple[tuple[Link, ...], tuple[str, ...]]:
    """References to the run's files that lie beside the pages, and the names of those that were too large or not kept."""
    record = run.record
    weights = record.network.weights.file if record.network else ""
    names = [run_json.FILE, *(stored.file for stored in record.files if stored.file != weights)]
    there = [name for name in names if (run.folder / name).is_file()]
    links = tuple(file_link(name, run.folder / name, results=results, page=page) for name in there)
    return links, tuple(name for name in names if name not in there)


def _job_logs(run: RunRecord, *, results: Results, page: str) -> tuple[Link, ...]:
    """References to the logs of the jobs that made the run."""
    paths = (results.folder / name for name in results.job_logs.get(run.id, ()))
    return tuple(file_link(path.name, path, results=results, page=page) for path in paths if path.is_file())


def _decided_claims(run: RunRecord, paper: Paper, *, results: Results) -> tuple[DecidedClaim, ...]:
    """The claims that the run has a part in, those with an answer first."""
    here = run_page_path(run.id)
    found = []
    for claim in sorted(results.judgement.claims, key=lambda claim: claim.verdict not in ANSWERS):
        table = next((table for table in paper.tables if claim.id in table.claims), None)
        if claim.paper == paper.name and run.id in claim.runs and claim.verdict not in (*NO_QUESTION, INCOMPLETE):
            page = table_page_path(paper.name, table.name) if table else "index.html"
            href = f"{relative(page, page=here)}#{claim.id}"
            found.append(DecidedClaim(link=Link(text=claim.statement, href=href), verdict=words_for(claim)))
    return tuple(found)
