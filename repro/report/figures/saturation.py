"""Draw, layer by layer, how many units are saturated while nets of each unit learn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from repro.report.drawing.svg import TEXT_PX, Axis, Drawing, Panel, apart, frame
from repro.report.figures import view
from repro.report.figures.training_error import chosen_variants
from repro.report.figures.view import FigureView, Point
from repro.report.inputs.results import Results, RunRecord
from repro.report.text.formatting import count, listed, percent
from repro.report.text.tables import Cell, Column, Row, TableView, interval
from repro.spec.experiment import Paper, Table

LEAD = (
    "A unit is saturated for an image where its derivative is below 5 % of the largest that it can have: hardly any gradient "
    "passes. For ReLU these are outputs of 0, where none does; for tanh and sigmoid they are the flat ends of the curve."
)
COLUMNS = 4
PANEL_WIDTH, PANEL_HEIGHT, GAP, LEFT, TOP, ROW_HEIGHT = 156.0, 118.0, 22.0, 40.0, 24.0, 176.0


@dataclass(frozen=True, kw_only=True)
class SaturationCurve:
    """Saturated and dead units of one variant by layer, over the epochs, from 0 (before the first update) on."""

    variant: str
    unit: str
    colour: str
    saturated: dict[str, tuple[Point, ...]]
    dead: dict[str, tuple[Point, ...]]


def saturation(paper: Paper, table: Table, *, results: Results) -> FigureView:
    """The figure of the page's variants; where a page compares paces, of the rate that stands for each activation."""
    wanted = chosen_variants(paper, table, results=results)
    lines = [_line(variant, paper=paper, results=results) for variant in wanted]
    drawn = [line for line in lines if line.saturated]
    runs = [run for line in drawn for run in view.runs_of(line.variant, paper=paper, results=results)]
    missing = list(view.absent(wanted, paper=paper, results=results))
    for line in lines:
        if not line.saturated and view.runs_of(line.variant, paper=paper, results=results):
            missing.append(f"The logs of {line.variant} hold no saturation.")
    return FigureView(
        name="saturation",
        title="Saturated units",
        lead=LEAD,
        caption=_caption(drawn, runs, results=results) if drawn else "",
        svg=Markup(_draw(drawn, table=table)) if drawn else None,
        table=_numbers(drawn) if drawn else None,
        missing=tuple(missing),
    )


def _line(variant: str, *, paper: Paper, results: Results) -> SaturationCurve:
    _, unit, colour = view.activation_of(variant, paper=paper)
    runs = [run for run in view.runs_of(variant, paper=paper, results=results) if any(entry.saturation for entry in run.log)]
    layers = list(dict.fromkeys(layer for run in runs for entry in run.log for layer in entry.saturation or ()))
    shares = {
        kind: {layer: view.over_seeds([_shares(run, layer, kind) for run in runs]) for layer in layers}
        for kind in ("saturated", "dead")
    }
    return SaturationCurve(variant=variant, unit=unit, colour=colour, saturated=shares["saturated"], dead=shares["dead"])


def _shares(run: RunRecord, layer: str, kind: str) -> dict[float, float | None]:
    """A layer's share by epoch; epoch 0 is before the first update."""
    start = run.record.network.saturation_at_start if run.record.network else None
    entries = [(0.0, start), *((float(entry.epoch), entry.saturation) for entry in run.log)]
    return {epoch: shares[layer].share(kind) for epoch, shares in entries if shares and layer in shares}


def _draw(lines: Sequence[SaturationCurve], *, table: Table) -> str:
    layers = list(dict.fromkeys(layer for line in lines for layer in line.saturated))
    last = max((point.x for line in lines for points in line.saturated.values() for point in points), default=1.0)
    drawing = Drawing(
        width=820,
        height=TOP + ROW_HEIGHT * -(-len(layers) // COLUMNS) - 8,
        figure_id=view.figure_id(table, "saturation"),
        title="Share of saturated units over the epochs, one panel a layer",
        description=f"Lines of {listed([line.variant for line in lines])}; the numbers stand in the table below.",
    )
    for index, layer in enumerate(layers):
        column, row = index % COLUMNS, index // COLUMNS
        left, top = LEFT + column * (PANEL_WIDTH + GAP), TOP + row * ROW_HEIGHT
        x = Axis(low=0, high=max(last, 1.0), start_px=left, end_px=left + PANEL_WIDTH)
        panel = Panel(x=x, y=Axis(low=0, high=100, start_px=top + PANEL_HEIGHT, end_px=top))
        title = f"{layer}: saturated units (%)" if index == 0 else layer
        y_ticks = (0, 25, 50, 75, 100)
        frame(drawing, panel, title=title, x_label="epoch", x_ticks=x.ticks(6, whole=True), y_ticks=y_ticks, y_texts=column == 0)
        for line in lines:
            _layer(drawing, panel, line, layer)
        if column == COLUMNS - 1 or index == len(layers) - 1:
            _names(drawing, panel, lines, layer)
    return drawing.svg()


def _layer(drawing: Drawing, panel: Panel, line: SaturationCurve, layer: str) -> None:
    points = line.saturated.get(layer, ())
    if len(points) > 1:
        upper = [panel.at(p.x, 100 * p.high) for p in points]
        drawing.area([*upper, *(panel.at(p.x, 100 * p.low) for p in reversed(points))], colour=line.colour, opacity=0.16)
    drawing.line([panel.at(p.x, 100 * p.mean) for p in points], colour=line.colour, width=1.7)
    dead = line.dead.get(layer, ())
    if any(p.mean > 0 for p in dead):
        drawing.line([panel.at(p.x, 100 * p.mean) for p in dead], colour=line.colour, width=1.2, dash="3 2.5")


def _names(drawing: Drawing, panel: Panel, lines: Sequence[SaturationCurve], layer: str) -> None:
    """Write beside the last panel of a row which line is whose."""
    ended = [(line, line.saturated[layer][-1].mean) for line in lines if line.saturated.get(layer)]
    places = [panel.y.place(100 * mean) for _, mean in ended]
    for (line, _), y in zip(ended, apart(places, gap=1.25 * TEXT_PX, low=panel.y.end_px, high=panel.y.start_px), strict=True):
        drawing.text((panel.x.end_px + 7, y + 0.35 * TEXT_PX), line.unit, colour=line.colour, bold=True)


def _caption(lines: Sequence[SaturationCurve], runs: Sequence[RunRecord], *, results: Results) -> str:
    named = listed([f"{line.variant} ({line.unit})" for line in lines])
    probed = sorted({run.record.spec["evaluation"].get("num_probe", 0) for run in runs})
    return (
        f"Share of units, places and images that are saturated: {named}; mean and range of the seeds. Dashed: dead, saturated "
        f"for all {listed([count(number) for number in probed], word='or')} training images that were looked at; no line: none. "
        f"Epoch 0 is before the first update. {view.where(runs, results=results)}"
    )


def _numbers(lines: Sequence[SaturationCurve]) -> TableView:
    """Mean, range and dead units of each variant, one layer and epoch a line."""
    columns = [
        Column(key="layer", title="Layer", group="Layer"),
        Column(key="epoch", title="Epoch", group="Epoch", kind="number"),
    ]
    for line in lines:
        title = f"{line.unit}: saturated, %"
        columns.append(Column(key=line.variant, title=title, group=title, kind="number"))
        columns.append(Column(key=f"{line.variant}_range", title=f"{line.unit}, seeds", group=title, kind="interval"))
        columns.append(
            Column(key=f"{line.variant}_dead", title=f"{line.unit}: dead, %", group=f"{line.unit}: dead, %", kind="number")
        )
    rows = []
    for layer in dict.fromkeys(layer for line in lines for layer in line.saturated):
        for epoch in sorted({point.x for line in lines for point in line.saturated.get(layer, ())}):
            cells = {"layer": Cell(text=layer), "epoch": Cell(text=count(epoch))}
            for line in lines:
                cells |= _cells(line, layer, epoch)
            rows.append(Row(cells=cells, again=epoch > 0))
    caption = "Saturated and dead units in %, mean over seeds and their range."
    return TableView(name="saturation_numbers", caption=caption, columns=tuple(columns), rows=tuple(rows))


def _cells(line: SaturationCurve, layer: str, epoch: float) -> dict[str, Cell]:
    point = next((item for item in line.saturated.get(layer, ()) if item.x == epoch), None)
    dead = next((item for item in line.dead.get(layer, ()) if item.x == epoch), None)
    ends = (percent(point.low, decimals=1), percent(point.high, decimals=1)) if point and point.num > 1 else ("", "")
    return {
        line.variant: Cell(text=percent(point.mean if point else None, decimals=1)),
        f"{line.variant}_range": interval(*ends),
        f"{line.variant}_dead": Cell(text=percent(dead.mean if dead else None, decimals=1)),
    }
