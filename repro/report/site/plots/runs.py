"""Every seed of a question as a point, with its run; and the learning curves of all seeds, the base behind."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from repro.analyse.evidence.population import scored_by
from repro.artifacts.judged import JudgedByRuns, JudgedClaim, JudgedWithin
from repro.artifacts.runs_csv import Measurement
from repro.report.drawing.svg import Axis, Drawing, Panel, frame, reach
from repro.report.inputs.results import RunRecord
from repro.report.pages.setting import measure, run_page_path
from repro.report.pages.variants import change_of
from repro.report.site.folders import Source
from repro.report.site.plots.tracks import Spot, Tick, Track
from repro.report.site.standing import Asked, Statement, deciding_entry, mark_for
from repro.report.text.formatting import digits, fixed
from repro.report.text.tables import Link
from repro.report.text.units import measured_text
from repro.spec.experiment import Paper
from repro.spec.terms.metrics import unit_of
from repro.system.durations import duration

#: A page shows the curves of at most so many nets of a data set.
MOST_ARMS = 4
WIDTH, HEIGHT = 480.0, 240.0


@dataclass(frozen=True, kw_only=True)
class SeedRow:
    """The seeds of one net on one data set: mean and spread, a point a seed, and their runs."""

    source: Source
    net: str
    name: str
    mean: str
    n: str
    spots: tuple[Spot, ...]
    middle: str
    runs: tuple[Link, ...]
    time: str


@dataclass(frozen=True, kw_only=True)
class SeedTable:
    """The seeds on one data set over one axis, which the nets share. left, right: what its ends mean."""

    source: Source
    measure: str
    rows: tuple[SeedRow, ...]
    ticks: tuple[Tick, ...]


@dataclass(frozen=True, kw_only=True)
class CurvesOf:
    """The curves of one data set, and in what the nets differ. files: of the runs, in the site."""

    source: Source
    drawing: Markup
    nets: tuple[tuple[str, str], ...]
    logs: tuple[Link, ...]


def seed_tables(lead: Statement, sources: Sequence[Source], *, up: str) -> tuple[SeedTable, ...]:
    """The seeds of the nets that a statement compares, data set by data set."""
    tables = []
    for place, source in enumerate(sources):
        entry = _entry(lead, source)
        if not isinstance(entry, JudgedByRuns) or not entry.means or mark_for(entry).group == "apart":
            continue
        arms = _arms(entry, lead.paper)
        found = [(name, protocol, _values(lead, source, name, entry.metric, protocol)) for name, protocol in arms]
        found = [item for item in found if item[2]]
        if found:
            tables.append(_table(lead, source, place, entry, found, up=up))
    return tuple(tables)


def _entry(lead: Statement, source: Source) -> JudgedClaim | None:
    entry = lead.entries.get(source.key)
    return None if entry is None else deciding_entry(entry, source.entries)


def _arms(entry: JudgedByRuns, paper: Paper) -> list[tuple[str, str]]:
    """The nets, each with the protocol by which it is scored."""
    if isinstance(entry, JudgedWithin):
        return [(entry.arm, name) for name in (entry.protocol, entry.against_protocol) if name]
    return [(name, scored_by(paper.experiment(name), entry.protocol)) for name in dict.fromkeys(entry.chosen)]


def _values(lead: Statement, source: Source, name: str, metric: str, protocol: str) -> list[Measurement]:
    return list(source.results.values(paper=lead.paper.name, variant=name, metric=metric, protocol=protocol).values())


def _table(
    lead: Statement,
    source: Source,
    place: int,
    entry: JudgedByRuns,
    found: Sequence[tuple[str, str, list[Measurement]]],
    *,
    up: str,
) -> SeedTable:
    unit = unit_of(entry.metric)
    every = [unit.factor * row.value for _, _, rows in found for row in rows]
    low, high = reach(every, room=0.12)
    track = Track(axis=Axis(low=low, high=high, start_px=0, end_px=100), kind="value")
    apart = {name for name, protocol, _ in found if isinstance(entry, JudgedWithin) or protocol != entry.protocol}
    rows = []
    for name, protocol, values in found:
        shown = [row.value for row in values]
        decimals = digits(min(row.n_examples for row in values)).points
        mean = statistics.fmean(shown)
        sd = measured_text(unit, statistics.stdev(shown), decimals=decimals) if len(shown) > 1 else ""
        title = lead.paper.variant(name).title
        rows.append(
            SeedRow(
                source=source,
                net=f"{title}, {measure(entry.metric, protocol).rpartition(', ')[2]}" if name in apart else title,
                name=name,
                mean=f"{measured_text(unit, mean, decimals=decimals)}{' ± ' + sd if sd else ''} {unit.value}".strip(),
                n=str(len(shown)),
                spots=tuple(_dot(track, unit.factor * value, place, dashed=not source.real) for value in shown),
                middle=f"{track.percent(unit.factor * mean):.2f}%",
                runs=tuple(
                    Link(text=str(row.seed), href=f"{up}{source.home}/{run_page_path(row.run)}")
                    for row in values
                    if row.run in source.results.runs
                ),
                time=_time(lead, source, name),
            )
        )
    ticks = tuple(Tick(left=f"{track.percent(value):.2f}%", text=_tick(value)) for value in track.axis.ticks(5))
    return SeedTable(source=source, measure=measure(entry.metric, entry.protocol), rows=tuple(rows), ticks=ticks)


def _tick(value: float) -> str:
    return fixed(value, decimals=0 if float(value).is_integer() else 2 if abs(value) < 1 else 1)


def _dot(track: Track, value: float, place: int, *, dashed: bool) -> Spot:
    return Spot(kind=f"s{place}", left=f"{track.percent(value):.2f}%", dashed=dashed)


def _time(lead: Statement, source: Source, name: str) -> str:
    times = [run.record.costs.wall_s for run in source.results.of_variant(lead.paper.name, name)]
    mean = statistics.fmean(times) if times else 0.0
    return duration(mean) if mean >= 1 else "less than 1 s" if times else ""


def curves_of(asked: Asked, sources: Sequence[Source], *, up: str) -> tuple[CurvesOf, ...]:
    """The learning curves of the nets that the question's leading statement compares, where logs were kept."""
    lead = asked.lead
    found = []
    for place, source in enumerate(sources):
        entry = _entry(lead, source)
        if entry is None:
            continue
        names = list(dict.fromkeys(entry.chosen or entry.arms))[:MOST_ARMS]
        runs = {name: [run for run in source.results.of_variant(lead.paper.name, name) if run.log] for name in names}
        runs = {name: kept for name, kept in runs.items() if kept}
        untouched = mark_for(entry).group in ("idle", "apart") and len(runs) < 2
        if runs and not untouched:
            found.append(_curves(lead, source, place, runs, up=up))
    return tuple(found)


def _curves(lead: Statement, source: Source, place: int, runs: dict[str, list[RunRecord]], *, up: str) -> CurvesOf:
    base, *others = runs
    control = next((table.control for table in lead.paper.tables if lead.id in table.claims), base)
    nets = tuple((lead.paper.variant(name).title, change_of(name, lead.paper, control=control)) for name in runs)
    name = f"curves-{lead.paper.name}-{source.key}".replace(".", "-").replace("_", "-")
    title = f"Training error by epoch on {source.title}: {', '.join(lead.paper.variant(net).title for net in runs)}"
    drawing = Drawing(width=WIDTH, height=HEIGHT, figure_id=name, title=title)
    values = [100 * entry.train_top1_error for kept in runs.values() for run in kept for entry in run.log]
    last = max(entry.epoch for kept in runs.values() for run in kept for entry in run.log)
    low, high = reach(values, least=0.0)
    panel = Panel(
        x=Axis(low=0.5, high=last + 0.5, start_px=44, end_px=WIDTH - 12),
        y=Axis(low=low, high=high, start_px=HEIGHT - 40, end_px=28),
    )
    frame(
        drawing,
        panel,
        title="training error (%), one line a seed",
        x_label="epoch",
        x_ticks=panel.x.ticks(9, whole=True),
        y_ticks=panel.y.ticks(6),
    )
    for number, net in enumerate([base, *others]):
        colour, opacity = (
            ("muted", 0.55) if number == 0 and others else (("accent", "second", "paper-effect")[max(number - 1, 0)], 0.9)
        )
        for run in runs[net]:
            points = [panel.at(entry.epoch, 100 * entry.train_top1_error) for entry in run.log]
            drawing.line(points, colour=colour, width=1.3, opacity=opacity)
        y = 40.0 + 13 * number
        drawing.line(((WIDTH - 232, y - 3), (WIDTH - 212, y - 3)), colour=colour, width=2.2)
        drawing.text((WIDTH - 206, y), lead.paper.variant(net).title[:38], colour="ink")
    logs = tuple(
        Link(text=f"{net}/{run.record.seed}", href=f"{up}{source.home}/{run_page_path(run.id)}")
        for net in runs
        for run in runs[net]
    )
    return CurvesOf(source=source, drawing=Markup(drawing.svg()), nets=nets, logs=logs)
