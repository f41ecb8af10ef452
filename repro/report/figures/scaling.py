"""Draw the error against what a net has of images or of width, with the line whose slope is judged."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from repro.artifacts.judged import Estimated, Interval, JudgedSlope, Line
from repro.report.drawing.svg import SMALL_PX, TEXT_PX, Axis, Drawing, Panel, apart, frame
from repro.report.figures import view
from repro.report.figures.view import FigureView
from repro.report.inputs.results import Results
from repro.report.text.formatting import count, digits, fixed, listed, percent
from repro.report.text.tables import Cell, Column, Row, TableView, interval
from repro.spec.claims import Slope
from repro.spec.datasets import SAME_DATA
from repro.spec.experiment import Paper, Table

COLOURS = ("accent", "second", "third")
LEAD = (
    "Each point is the error of a net that has some share of what the paper's net has. On logarithmic axes a power is a "
    "straight line; its fall is the power: 0.5 halves the error where four times as much is there."
)
PANEL_WIDTH, PANEL_LEFT, PANEL_STEP, TOP, BOTTOM = 262.0, 40.0, 408.0, 24.0, 236.0


@dataclass(frozen=True, kw_only=True)
class DrawnLine:
    """One line of a panel: what was judged of it, and the error of each run by variant."""

    name: str
    colour: str
    judged: Line
    errors: dict[str, list[float]]

    @property
    def means(self) -> dict[str, float]:
        return {name: math.fsum(values) / len(values) for name, values in self.errors.items()}

    def fitted(self, place: float) -> float:
        """The error on the line at a place: it goes through the middle of the points."""
        known = [(math.log(at), math.log(self.means[name])) for name, at in self.judged.points if name in self.means]
        x, y = (math.fsum(values) / len(known) for values in zip(*known, strict=True))
        return math.exp(y - self.judged.fall.estimate * (math.log(place) - x))


@dataclass(frozen=True, kw_only=True)
class Growth:
    """A panel: what grows, its lines, and the paper's own error where the data are the paper's."""

    along: str
    lines: tuple[DrawnLine, ...]
    printed: float | None


def scaling(paper: Paper, table: Table, *, results: Results) -> FigureView:
    """The figure of the page's slopes, one panel for each thing that grows."""
    claims = [claim for claim in paper.claims if claim.id in table.claims and isinstance(claim, Slope)]
    entries = [view.claim_entry(claim, paper=paper, results=results) for claim in claims]
    judged = [entry for entry in entries if isinstance(entry, JudgedSlope) and entry.lines]
    panels = [
        _growth(along, [entry for entry in judged if entry.along == along], paper=paper, results=results)
        for along in dict.fromkeys(entry.along for entry in judged)
    ]
    arms = list(dict.fromkeys(name for claim in claims for name in claim.arms))
    runs = [run for name in arms for run in view.runs_of(name, paper=paper, results=results)]
    return FigureView(
        name="scaling",
        title="Error against images and width",
        lead=LEAD,
        caption=_caption(panels) + view.where(runs, results=results) if panels else "",
        svg=Markup(_draw(panels, table=table)) if panels else None,
        table=_numbers(panels, results=results, paper=paper, metric=judged[0]) if panels else None,
        missing=view.absent(arms, paper=paper, results=results),
    )


def _growth(along: str, entries: Sequence[JudgedSlope], *, paper: Paper, results: Results) -> Growth:
    """The lines along one thing, each once, in the order in which claims name them."""
    found: dict[tuple[tuple[str, float], ...], tuple[Line, JudgedSlope]] = {}
    for entry in entries:
        for line in entry.lines:
            found.setdefault(line.points, (line, entry))
    lines = []
    for index, (line, entry) in enumerate(found.values()):
        errors = {}
        for name, _ in line.points:
            by_seed = results.values(paper=paper.name, variant=name, metric=entry.metric, protocol=entry.protocol)
            if by_seed:
                errors[name] = [row.value for row in by_seed.values()]
        at_one = next(name for name, place in line.points if place == 1)
        lines.append(DrawnLine(name=at_one, colour=COLOURS[index % len(COLOURS)], judged=line, errors=errors))
    printed = next((entry.paper_value for entry in entries if entry.evidence == SAME_DATA), None)
    return Growth(along=along, lines=tuple(lines), printed=printed)


def _draw(panels: Sequence[Growth], *, table: Table) -> str:
    drawing = Drawing(
        width=PANEL_LEFT + PANEL_STEP * (len(panels) - 1) + PANEL_WIDTH + 118,
        height=276,
        figure_id=view.figure_id(table, "scaling"),
        title=f"Test error against {listed([panel.along for panel in panels])}, on logarithmic axes",
        description="Points with fitted lines; the numbers stand in the table below.",
    )
    for index, growth in enumerate(panels):
        _panel(drawing, growth, left=PANEL_LEFT + PANEL_STEP * index)
    return drawing.svg()


def _panel(drawing: Drawing, growth: Growth, *, left: float) -> None:
    values = [100 * value for line in growth.lines for of in line.errors.values() for value in of]
    values += [100 * growth.printed] if growth.printed else []
    places = sorted({place for line in growth.lines for _, place in line.judged.points})
    x = Axis(low=places[0] / 1.2, high=places[-1] * 1.2, start_px=left, end_px=left + PANEL_WIDTH, log=True)
    panel = Panel(x=x, y=Axis(low=min(values) / 1.1, high=max(values) * 1.1, start_px=BOTTOM, end_px=TOP, log=True))
    frame(
        drawing,
        panel,
        title="top-1 error (%)",
        x_label=f"{growth.along} (of the paper's net: 1)",
        x_ticks=places,
        x_texts=[f"{place:g}" for place in places],
        y_ticks=_log_ticks(panel.y),
    )
    drawing.line((panel.at(1, panel.y.low), panel.at(1, panel.y.high)), colour="paper-effect", width=0.9, dash="1 3")
    for index, line in enumerate(growth.lines):
        _line(drawing, panel, line, shift_px=5 * (index - (len(growth.lines) - 1) / 2))
    if growth.printed:
        drawing.diamond(panel.at(1, 100 * growth.printed), colour="paper-effect")
    _names(drawing, panel, growth)


def _log_ticks(axis: Axis) -> tuple[float, ...]:
    """Round errors in percent, closer than those of powers of ten where the axis spans less than one."""
    for step in (1, 2, 5, 10, 20):
        first, last = math.ceil(axis.low / step), math.floor(axis.high / step)
        if last - first < 6:
            return tuple(float(step * index) for index in range(first, last + 1))
    return axis.ticks(6)


def _line(drawing: Drawing, panel: Panel, line: DrawnLine, *, shift_px: float) -> None:
    ends = [line.judged.points[0][1], line.judged.points[-1][1]]
    drawing.line([panel.at(place, 100 * line.fitted(place)) for place in ends], colour=line.colour, width=1.6)
    for name, place in line.judged.points:
        for value in line.errors.get(name, []):
            at = panel.at(place, 100 * value)
            drawing.dot((at[0] + shift_px, at[1]), colour=line.colour, radius=2, hollow=True, opacity=0.7)
        if name in line.means:
            at = panel.at(place, 100 * line.means[name])
            drawing.dot((at[0] + shift_px, at[1]), colour=line.colour, radius=3.4)


def _names(drawing: Drawing, panel: Panel, growth: Growth) -> None:
    """Write beside each line which it is and by which power it falls."""
    last = [panel.y.place(100 * line.fitted(line.judged.points[-1][1])) for line in growth.lines]
    heights = apart(last, gap=2.9 * TEXT_PX, low=TOP, high=BOTTOM - TEXT_PX)
    for line, y in zip(growth.lines, heights, strict=True):
        drawing.text((panel.x.end_px + 6, y), line.name, colour=line.colour, bold=True)
        drawing.text((panel.x.end_px + 6, y + 1.25 * TEXT_PX), _fall_text(line.judged.fall), colour=line.colour, size=SMALL_PX)


def _fall_text(fall: Estimated) -> str:
    ends = f" [{fixed(fall.ci90[0], decimals=2)}, {fixed(fall.ci90[1], decimals=2)}]" if fall.ci90 else ""
    return f"fall {fixed(fall.estimate, decimals=2)}{ends}"


def _caption(panels: Sequence[Growth]) -> str:
    words = (
        "Full dots: means over seeds; hollow: single runs. Lines: least squares through the means of the logarithms; beside "
        "them their fall with its 90 % interval, from the slopes of the seeds. Dashed: the paper's net and number of images. "
    )
    return words + ("Diamond: the paper's own error. " if any(panel.printed for panel in panels) else "")


def _numbers(panels: Sequence[Growth], *, results: Results, paper: Paper, metric: JudgedSlope) -> TableView:
    """Error of each point and fall of each line."""
    columns = (
        Column(key="along", title="Grows", group="Grows"),
        Column(key="variant", title="Variant", group="Variant"),
        Column(key="share", title="Share", group="Share", kind="number"),
        Column(key="error", title="Top-1 error, %", group="Top-1 error, %", kind="number"),
        Column(key="n", title="Seeds", group="Seeds", kind="number"),
        Column(key="fall", title="Fall", group="Fall of the line", kind="number"),
        Column(key="fall_ci90", title="90 % interval", group="Fall of the line", kind="interval"),
    )
    rows = []
    for growth in panels:
        for line in growth.lines:
            for position, (name, place) in enumerate(line.judged.points):
                seeds = results.values(paper=paper.name, variant=name, metric=metric.metric, protocol=metric.protocol)
                decimals = digits(min((row.n_examples for row in seeds.values()), default=None)).points
                first = position == 0
                cells = {
                    "along": Cell(text=growth.along),
                    "variant": Cell(text=name),
                    "share": Cell(text=f"{place:g}"),
                    "error": Cell(text=percent(line.means.get(name), decimals=decimals)),
                    "n": Cell(text=count(len(seeds))),
                    "fall": Cell(text=fixed(line.judged.fall.estimate, decimals=3) if first else ""),
                    "fall_ci90": _ends(line.judged.fall.ci90) if first else Cell(),
                }
                rows.append(Row(cells=cells, again=not first))
    caption = "Top-1 error on the test images, mean over seeds, and the power by which it falls along each line."
    return TableView(name="scaling_numbers", caption=caption, columns=columns, rows=tuple(rows))


def _ends(ends: Interval | None) -> Cell:
    return interval(*(fixed(end, decimals=3) for end in ends)) if ends else Cell()
