"""Draw the training error over the epochs by unit, and in which epoch each gets to the training errors of the claim."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from repro.artifacts.judged import JudgedRatio, RatioAt
from repro.report.drawing.svg import SMALL_PX, TEXT_PX, Axis, Drawing, Panel, apart, frame, text_width
from repro.report.figures import view
from repro.report.figures.view import FigureView, Point
from repro.report.inputs.results import Results, RunRecord
from repro.report.text.formatting import compact, count, counted, fixed, listed, percent
from repro.report.text.tables import Cell, Column, Row, TableView, interval
from repro.spec.claims import Level, Ratio
from repro.spec.experiment import Paper, Table

TIMES = "\N{MULTIPLICATION SIGN}"
LEAD = (
    "Training error while the net learns, averaged over each epoch. The axis of epochs is logarithmic, as paces are compared "
    "by their ratio: equal ratios are equally far apart."
)


@dataclass(frozen=True, kw_only=True)
class Arrivals:
    """When the seeds of a variant got to a training error: an epoch each (None: never), and the epochs that each lasted."""

    epochs: tuple[int | None, ...]
    lasted: tuple[int, ...]

    @property
    def arrived(self) -> bool:
        """Say whether there are seeds and all of them got there."""
        return bool(self.epochs) and None not in self.epochs

    @property
    def mean(self) -> float:
        """The mean epoch, a seed that never got there counted with the epochs it lasted."""
        return math.fsum(e or last for e, last in zip(self.epochs, self.lasted, strict=True)) / max(len(self.epochs), 1)

    @property
    def text(self) -> str:
        """The mean epoch as it is printed; a bound if a seed never got there."""
        if not self.epochs:
            return ""
        return ("" if self.arrived else "> ") + fixed(self.mean, decimals=0 if self.mean == round(self.mean) else 1)


@dataclass(frozen=True, kw_only=True)
class ErrorCurve:
    """A variant's curve. `chosen`: of the rates of its unit, the one that stands for it."""

    variant: str
    unit: str
    colour: str
    rate: float
    points: tuple[Point, ...]
    paces: Mapping[float, Arrivals]
    chosen: bool

    @property
    def label(self) -> str:
        if self.rate == 1:
            return self.unit
        return (
            f"{self.unit}, {TIMES}{compact(self.rate)}" if self.rate > 1 else f"{self.unit}, /{compact(round(1 / self.rate, 2))}"
        )


def training_error(paper: Paper, table: Table, *, results: Results) -> FigureView:
    """The figure of a page with a claim about the pace of learning."""
    claim, entry = _claim(paper, table, results=results)
    thresholds = claim.thresholds if claim else ()
    lines = _lines(paper, table, thresholds=thresholds, entry=entry, results=results)
    printed = [
        item for item in paper.claims if item.id in table.claims and isinstance(item, Level) and item.threshold is not None
    ]
    drawn = [line for line in lines if line.points]
    runs = [run for line in drawn for run in view.runs_of(line.variant, paper=paper, results=results)]
    return FigureView(
        name="training_error",
        title="Training error by epoch",
        lead=LEAD,
        caption=_caption(drawn, printed, runs=runs, results=results) + _grid_edge(drawn) if drawn else "",
        svg=Markup(_draw(drawn, printed, paper=paper, thresholds=thresholds, table=table)) if drawn else None,
        summary=_summary(lines, claim, entry, paper=paper) if claim and drawn else None,
        table=_numbers(drawn) if drawn else None,
        missing=view.absent(table.variants, paper=paper, results=results),
    )


def chosen_variants(paper: Paper, table: Table, *, results: Results) -> tuple[str, ...]:
    """Name of each unit on the page the variant that stands for it; all variants where no claim compares paces."""
    claim, entry = _claim(paper, table, results=results)
    if claim is None:
        return table.variants
    lines = _lines(paper, table, thresholds=claim.thresholds, entry=entry, results=results)
    return tuple(line.variant for line in lines if line.chosen)


def _claim(paper: Paper, table: Table, *, results: Results) -> tuple[Ratio | None, JudgedRatio | None]:
    """The page's claim about the pace of learning, and what was judged of it."""
    claim = next((item for item in paper.claims if item.id in table.claims and isinstance(item, Ratio)), None)
    entry = view.claim_entry(claim, paper=paper, results=results)
    return claim, entry if isinstance(entry, JudgedRatio) else None


def _lines(
    paper: Paper, table: Table, *, thresholds: Sequence[float], entry: JudgedRatio | None, results: Results
) -> tuple[ErrorCurve, ...]:
    groups: dict[str, list[ErrorCurve]] = {}
    judged = set(entry.chosen if entry else ())
    for variant in table.variants:
        activation, unit, colour = view.activation_of(variant, paper=paper)
        runs = view.runs_of(variant, paper=paper, results=results)
        groups.setdefault(activation, []).append(
            ErrorCurve(
                variant=variant,
                unit=unit,
                colour=colour,
                rate=paper.trained(variant).recipe.optimizer.rate_factor,
                points=view.over_seeds([_errors(run) for run in runs if run.log]),
                paces={threshold: arrivals([run for run in runs if run.log], threshold) for threshold in thresholds},
                chosen=variant in judged,
            )
        )
    return tuple(line for group in groups.values() for line in _with_choice(group))


def _with_choice(group: Sequence[ErrorCurve]) -> list[ErrorCurve]:
    """Mark the line that stands for its unit, if the judge has chosen none: the one that gets there first."""
    if any(line.chosen for line in group):
        return list(group)
    drawn = [line for line in group if line.points] or group[:1]
    best = min(drawn, key=lambda line: ([_slowness(item) for item in line.paces.values()], _last(line)))
    return [replace(line, chosen=line is best) for line in group]


def _slowness(item: Arrivals) -> tuple[float, float]:
    """What orders variants by pace: the share of seeds that never got there, as their numbers may differ; the mean."""
    return sum(epoch is None for epoch in item.epochs) / max(len(item.epochs), 1), item.mean


def _last(line: ErrorCurve) -> float:
    return line.points[-1].mean if line.points else math.inf


def _errors(run: RunRecord) -> dict[float, float | None]:
    return {float(entry.epoch): entry.train_top1_error for entry in run.log}


def arrivals(runs: Sequence[RunRecord], threshold: float) -> Arrivals:
    """The first epoch of each run at whose end the running training error is at most `threshold`."""
    epochs = tuple(next((entry.epoch for entry in run.log if entry.train_top1_error <= threshold), None) for run in runs)
    return Arrivals(epochs=epochs, lasted=tuple(run.log[-1].epoch for run in runs))


def _draw(
    lines: Sequence[ErrorCurve], printed: Sequence[Level], *, paper: Paper, thresholds: Sequence[float], table: Table
) -> str:
    last = max(point.x for line in lines for point in line.points)
    furthest = max([last, *(claim.paper_value for claim in printed), 2.0])
    highest = max([1.2 * value for value in thresholds[:1]] + [point.high for line in lines for point in line.points])
    # The labels of lines that go to the end stand beside the axis.
    room = max(text_width(line.label) for line in lines) if last > 0.6 * furthest else 14.0
    drawing = Drawing(
        width=820,
        height=330,
        figure_id=view.figure_id(table, "training_error"),
        title="Training error by epoch, for each unit",
        description=f"Lines of {listed([line.variant for line in lines])}; the numbers stand in the table below.",
    )
    x = Axis(low=1, high=furthest * 1.04, start_px=40, end_px=806 - room, log=True)
    panel = Panel(x=x, y=Axis(low=0, high=100 * min(1.0, highest) * 1.03, start_px=288, end_px=24))
    frame(drawing, panel, title="training error (%)", x_label="epoch", x_ticks=x.ticks(9), y_ticks=panel.y.ticks(9, whole=True))
    _rules(drawing, panel, thresholds)
    for line in sorted(lines, key=lambda line: line.chosen):
        _curve(drawing, panel, line)
    _rule_names(drawing, panel, thresholds)
    chosen = [line for line in lines if line.chosen]
    for line in chosen:
        _arrivals(drawing, panel, line, thresholds)
    _papers_points(drawing, panel, printed, paper=paper)
    ends = [panel.at(line.points[-1].x, 100 * line.points[-1].mean) for line in chosen]
    heights = apart([y for _, y in ends], gap=1.3 * TEXT_PX, low=panel.y.end_px, high=panel.y.start_px - 3)
    for line, (end_px, _), y in zip(chosen, ends, heights, strict=True):
        drawing.text((end_px + 7, y + 0.35 * TEXT_PX), line.label, colour=line.colour, bold=True)
    return drawing.svg()


def _rules(drawing: Drawing, panel: Panel, thresholds: Sequence[float]) -> None:
    """Draw the claim's training errors as horizontal rules, the deciding one stronger."""
    for position, y in _heights(panel, thresholds):
        ends = ((panel.x.start_px, y), (panel.x.end_px, y))
        if position == 0:
            drawing.line(ends, colour="ink", width=0.9)
        else:
            drawing.line(ends, colour="muted", width=0.6, dash="1 3")


def _rule_names(drawing: Drawing, panel: Panel, thresholds: Sequence[float]) -> None:
    for position, y in _heights(panel, thresholds):
        words, colour = f"{percent(thresholds[position], decimals=0)} %", "muted"
        if position == 0:
            words, colour = f"{words} decides", "ink"
        drawing.text((panel.x.start_px + 5, y - 3), words, colour=colour, size=SMALL_PX, halo=True)


def _heights(panel: Panel, thresholds: Sequence[float]) -> list[tuple[int, float]]:
    """Where those of the training errors stand that the panel holds."""
    return [(i, panel.y.place(100 * value)) for i, value in enumerate(thresholds) if 100 * value <= panel.y.high]


def _curve(drawing: Drawing, panel: Panel, line: ErrorCurve) -> None:
    if not line.chosen:
        drawing.line([panel.at(p.x, 100 * p.mean) for p in line.points], colour=line.colour, width=0.8, opacity=0.55)
        return
    if len(line.points) > 1:
        upper = [panel.at(p.x, 100 * p.high) for p in line.points]
        lower = [panel.at(p.x, 100 * p.low) for p in reversed(line.points)]
        drawing.area([*upper, *lower], colour=line.colour, opacity=0.16)
    drawing.line([panel.at(p.x, 100 * p.mean) for p in line.points], colour=line.colour, width=2)


def _arrivals(drawing: Drawing, panel: Panel, line: ErrorCurve, thresholds: Sequence[float]) -> None:
    """Mark the mean epoch in which a line's seeds got to each training error; name the deciding one."""
    for position, threshold in enumerate(thresholds):
        found = line.paces[threshold]
        if not found.arrived:
            continue
        x, y = panel.at(found.mean, 100 * threshold)
        drawing.dot((x, y), colour=line.colour, radius=4 if position == 0 else 2.2, hollow=position > 0)
        if position == 0:
            drawing.text((x + 4, y - 6), found.text, colour=line.colour, bold=True, halo=True)


def _papers_points(drawing: Drawing, panel: Panel, printed: Sequence[Level], *, paper: Paper) -> None:
    for claim in printed:
        if claim.threshold is None:
            continue
        x, y = panel.at(claim.paper_value, 100 * claim.threshold)
        drawing.diamond((x, y), colour="paper-effect")
        words = f"paper, {view.activation_of(claim.arm, paper=paper)[1]}: {count(claim.paper_value)}"
        anchor = "middle" if x + text_width(words) / 2 < drawing.width else "end"
        x = x if anchor == "middle" else x + 6
        drawing.text((x, y + 16), words, colour="paper-effect", anchor=anchor, size=SMALL_PX, halo=True)


def _caption(lines: Sequence[ErrorCurve], printed: Sequence[Level], *, runs: Sequence[RunRecord], results: Results) -> str:
    words = (
        "Thick: the rate that stands for each unit, mean over seeds, with the band of the seeds. Thin: its other rates. "
        "Dots: the mean of the epochs at whose end the seeds were first at a training error or below. "
    )
    if printed:
        words += "Diamonds: the paper's net. "
    return words + view.where(runs, results=results)


def _grid_edge(lines: Sequence[ErrorCurve]) -> str:
    """Say so where every unit learns fastest at the end of the rates that were tried: a rate beyond might be faster still."""
    rates: dict[str, list[float]] = {}
    for line in lines:
        rates.setdefault(line.unit, []).append(line.rate)
    chosen = [line for line in lines if line.chosen]
    for end, words in ((max, "largest"), (min, "smallest")):
        if chosen and all(len(rates[line.unit]) > 1 and line.rate == end(rates[line.unit]) for line in chosen):
            return (
                f" Every unit learns fastest at the {words} of the rates tried for it, the edge of the grid: its best rate may "
                "lie beyond, so that the ratio is that of these rates."
            )
    return ""


def _summary(lines: Sequence[ErrorCurve], claim: Ratio, entry: JudgedRatio | None, *, paper: Paper) -> TableView:
    """Epochs to each training error by unit, and the ratio that the claim is about."""
    chosen = {view_line.unit: view_line for view_line in lines if view_line.chosen}
    columns = (
        Column(key="threshold", title="Training error, %", group="Training error, %", kind="number"),
        *[
            Column(key=unit, title=f"Epochs, {line.label}", group=f"Epochs, {line.label}", kind="number")
            for unit, line in chosen.items()
        ],
        Column(key="ratio", title="Ratio", group="Ratio, with 90 % interval", kind="number"),
        Column(key="ci90", title="90 % interval", group="Ratio, with 90 % interval", kind="interval"),
    )
    judged = {item.threshold: item for item in entry.thresholds} if entry else {}
    rows = []
    for position, threshold in enumerate(claim.thresholds):
        cells = {
            "threshold": Cell(text=percent(threshold, decimals=0), unit="decides" if position == 0 else "", strong=position == 0)
        }
        cells |= {unit: Cell(text=line.paces[threshold].text) for unit, line in chosen.items()}
        rows.append(Row(cells={**cells, **_ratio_cells(judged.get(threshold), strong=position == 0)}))
    slower, faster = (view.activation_of(name, paper=paper)[1] for name in (claim.against or claim.arm, claim.arm))
    caption = (
        f"Epochs to a training error, mean over seeds (>: not all got there), and how many times as many {slower} needs as "
        f"{faster}. "
        f"The paper's ratio at {percent(claim.thresholds[0], decimals=0)} %: {compact(claim.paper_ratio)}."
    )
    return TableView(name="epochs_to_error", caption=caption, columns=columns, rows=tuple(rows))


def _ratio_cells(at: RatioAt | None, *, strong: bool) -> dict[str, Cell]:
    ends, ratio = at.ci90 if at else None, Cell()
    if at and at.ratio is not None:
        ratio = Cell(text=fixed(at.ratio, decimals=2), strong=strong)
    elif at and at.at_least is not None:
        ratio = Cell(text=f"at least {fixed(at.at_least, decimals=2)}", strong=strong)
    return {"ratio": ratio, "ci90": interval(fixed(ends[0], decimals=2), fixed(ends[1], decimals=2)) if ends else Cell()}


def _numbers(lines: Sequence[ErrorCurve]) -> TableView:
    """Mean and range of each variant, one epoch a line."""
    columns = [Column(key="epoch", title="Epoch", group="Epoch", kind="number")]
    for line in lines:
        title = f"{line.variant}, n = {line.points[0].num}"
        columns.append(Column(key=line.variant, title=title, group=title, kind="number"))
        columns.append(Column(key=f"{line.variant}_range", title=f"{line.variant}, seeds", group=title, kind="interval"))
    by_epoch = {line.variant: {point.x: point for point in line.points} for line in lines}
    rows = []
    for epoch in sorted({point.x for line in lines for point in line.points}):
        cells = {"epoch": Cell(text=count(epoch))}
        for line in lines:
            point = by_epoch[line.variant].get(epoch)
            cells[line.variant] = Cell(text=percent(point.mean if point else None, decimals=2))
            ends = (percent(point.low, decimals=2), percent(point.high, decimals=2)) if point and point.num > 1 else ("", "")
            cells[f"{line.variant}_range"] = interval(*ends)
        rows.append(Row(cells=cells))
    caption = f"Training error in %, mean over seeds and their range, {counted(len(lines), 'variant')}."
    return TableView(name="training_error_numbers", caption=caption, columns=tuple(columns), rows=tuple(rows))
