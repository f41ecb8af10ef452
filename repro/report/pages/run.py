"""Make what the page of a single run shows."""

from __future__ import annotations

import itertools
import json
import math
import os
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from repro.artifacts import provenance, run_json
from repro.artifacts.log_jsonl import LogEntry
from repro.artifacts.provenance import Change
from repro.artifacts.run_json import Costs, TrainedNetwork
from repro.artifacts.runs_csv import Measurement
from repro.report.drawing.plots import Curve
from repro.report.inputs.results import Results, RunRecord
from repro.report.pages.saturation import saturation_views
from repro.report.pages.setting import (
    Fact,
    Setting,
    citation,
    measure,
    relative,
    run_page_path,
    setting,
    table_page_path,
    value_cell,
)
from repro.report.pages.variants import change_text, variant_anchor
from repro.report.text import formatting
from repro.report.text.carried import CARRIED, run_carried_words
from repro.report.text.changes import part_words
from repro.report.text.formatting import compact, count, device_words, fixed, listed, percent
from repro.report.text.tables import Cell, Column, Link, Row, TableView
from repro.report.text.units import measured_text
from repro.spec.experiment import Paper, Variant, scaled
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
    caption: str
    table: TableView


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
    files: tuple[Link, ...]
    unlinked: tuple[str, ...]


def run_page(run: RunRecord, paper: Paper, *, results: Results, reports: Path) -> RunPage:
    """The page of `run`. `reports`: the folder of the scale's pages, from which the run's files are linked."""
    record, here = run.record, run_page_path(run.id)
    variant = paper.variant(record.variant)
    difference, words = run_difference(run, paper), part_words(variant.value)
    links, unlinked = _file_links(run, page=reports / here)
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
        facts=(*_facts(run), *_carried(run, results)),
        metrics=_metrics_view(run, results=results),
        curves=_curves(run) if run.log else None,
        saturation=saturation_views(run),
        base=variant.base or "",
        alias=variant.alias,
        change=f"{variant.key}: {words}" if words else change_text(difference, key=variant.key, value=variant.value),
        difference=_difference_view(difference, variant=variant, scale=results.scale),
        spec=json.dumps(record.spec, indent=1, ensure_ascii=False),
        environment=tuple(Fact(term=key, text=value) for key, value in record.environment.items()),
        command=record.command,
        log_excerpt=_excerpt(run.log_lines),
        files=links,
        unlinked=unlinked,
    )


def run_difference(run: RunRecord, paper: Paper) -> tuple[Change, ...]:
    """In what the run's stored spec differs from its base at the same scale; nothing for a base."""
    base = paper.variant(run.record.variant).base
    if base is None:
        return ()
    return provenance.spec_difference(
        scaled(paper.experiment(base), paper.scale(run.record.scale).sizing(paper.family(base))), run.record.spec
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
    seeds = results.values(paper=record.paper, variant=record.variant, metric=row.metric, protocol=row.protocol)
    values = [item.value for item in seeds.values()]
    reached = all(math.isfinite(value) for value in values)
    decimals = formatting.digits(row.n_examples).points
    mean = statistics.fmean(values) if reached else None
    spread = statistics.stdev(values) if reached and len(values) > 1 else None
    return {
        "metric": Cell(text=measure(row.metric, row.protocol)),
        "run": replace(value_cell(row.metric, row.value, decimals=decimals), unit=unit.value),
        "mean": Cell(text=measured_text(unit, mean, decimals=decimals), unit=unit.value),
        "sd": Cell(text=measured_text(unit, spread, decimals=decimals), unit=unit.difference),
        "n": Cell(text=count(len(values))),
        "examples": Cell(text=count(row.n_examples)),
    }


def learning_rate_drops(log: Sequence[LogEntry]) -> tuple[int, ...]:
    """The epochs whose learning rate is lower than that of the epoch before."""
    return tuple(
        after.epoch for before, after in itertools.pairwise(log) if after.learning_rate < before.learning_rate * (1 - 1e-9)
    )


def _curves(run: RunRecord) -> CurvesView:
    log, name = run.log, f"{run.record.variant}, seed {run.record.seed}"
    drops = learning_rate_drops(log)
    validated = any(entry.validation_top1_error is not None for entry in log)
    errors = [Curve(name="training, running mean", values=tuple(_percent(entry.train_top1_error) for entry in log))]
    if validated:
        errors.append(Curve(name="validation", values=tuple(_percent(entry.validation_top1_error) for entry in log)))
    when = f"lower from epoch {listed([str(drop) for drop in drops])} on (dashed)" if drops else "the same throughout"
    said = f"The learning rate is {when}."
    seen = "videos" if run.record.network and run.record.network.pictures.stream_kernels else "images"
    held = "" if validated else f" This data set holds out no validation {seen}."
    return CurvesView(
        figure_id=f"curves-{run.record.variant.replace('_', '-')}-{run.record.seed}",
        title=f"Learning curves of {name}",
        epochs=tuple(entry.epoch for entry in log),
        losses=(Curve(name="training loss", values=tuple(entry.train_loss for entry in log)),),
        errors=tuple(errors),
        drops=drops,
        caption=f"Learning curves of {name}. {said}{held} {RUNNING}",
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


def _excerpt(lines: Sequence[str]) -> str:
    if len(lines) <= LOG_HEAD + LOG_TAIL:
        return "\n".join(lines)
    return "\n".join([*lines[:LOG_HEAD], f"… {len(lines) - LOG_HEAD - LOG_TAIL} more lines …", *lines[-LOG_TAIL:]])


def _file_links(run: RunRecord, *, page: Path) -> tuple[tuple[Link, ...], tuple[str, ...]]:
    """References to the run's files that exist, and the names of those that were not kept."""
    record = run.record
    weights = record.network.weights.file if record.network else ""
    names = [run_json.FILE, *(stored.file for stored in record.files if stored.file != weights)]
    start = page.resolve().parent
    links = [
        Link(text=name, href=Path(os.path.relpath((run.folder / name).resolve(), start)).as_posix())
        for name in names
        if (run.folder / name).is_file()
    ]
    return tuple(links), tuple(name for name in names if not (run.folder / name).is_file())
