"""Draw the test error against the number of crops over which the scores are averaged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from repro.analyse.evidence.statistics import mean_of
from repro.report.drawing.svg import SMALL_PX, TEXT_PX, Axis, Drawing, Panel, apart, frame, reach
from repro.report.figures import view
from repro.report.figures.view import FigureView
from repro.report.inputs.results import Results
from repro.report.text.formatting import count, cut, digits, listed, percent
from repro.report.text.tables import Cell, Column, Row, TableView, interval
from repro.spec.claims import Within
from repro.spec.datasets import SAME_DATA
from repro.spec.experiment import Paper, Table
from repro.spec.terms.metrics import TOP1
from repro.spec.terms.protocols import PLAIN_CROP, num_crops, protocol_named, protocols_by_crops

COLOURS = ("accent", "second", "third")
LEAD = (
    "The same trained nets, scored on one crop of each test image or on the average over several. Right: the change inside "
    "each run, which is free of the spread between runs."
)


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A mean over seeds with its 90 % interval (None for a single seed); fractions."""

    mean: float
    ci90: tuple[float, float] | None
    num_seeds: int


@dataclass(frozen=True, kw_only=True)
class CropErrors:
    """A variant's errors, and their change against one crop, by protocol."""

    variant: str
    colour: str
    errors: Mapping[str, Mark]
    changes: Mapping[str, Mark]


def crops(paper: Paper, table: Table, *, results: Results) -> FigureView:
    """The figure of the page's variants, with the paper's change where it printed one."""
    lines = [line for line in _lines(paper, table, results=results) if line.errors]
    within = (item for item in paper.claims if item.id in table.claims and isinstance(item, Within))
    claim = next((item for item in within if (item.metric, item.against_protocol) == (TOP1, PLAIN_CROP)), None)
    shown = [line.variant for line in lines]
    runs = [run for name in shown for run in view.runs_of(name, paper=paper, results=results)]
    entry = view.claim_entry(claim, paper=paper, results=results)
    same_data = entry is not None and entry.evidence == SAME_DATA
    data = paper.data_words(claim.dataset) if claim else ""
    return FigureView(
        name="crops",
        title="Error by number of crops",
        lead=LEAD,
        caption=_caption(claim, data=data, same_data=same_data) + view.where(runs, results=results) if lines else "",
        svg=Markup(_draw(lines, claim, same_data=same_data, table=table)) if lines else None,
        table=_numbers(lines, paper=paper, results=results) if lines else None,
        missing=view.absent(table.variants, paper=paper, results=results),
    )


def _lines(paper: Paper, table: Table, *, results: Results) -> list[CropErrors]:
    errors: dict[str, dict[str, dict[int, float]]] = {}
    for protocol in protocols_by_crops():
        for variant in table.variants:
            by_seed = results.values(paper=paper.name, variant=variant, metric=TOP1, protocol=protocol)
            errors.setdefault(protocol, {})[variant] = {seed: row.value for seed, row in by_seed.items()}
    changes = {
        protocol: {
            variant: {
                seed: value - errors[PLAIN_CROP][variant][seed]
                for seed, value in seeds.items()
                if seed in errors[PLAIN_CROP][variant]
            }
            for variant, seeds in by_variant.items()
        }
        for protocol, by_variant in errors.items()
    }
    return [
        CropErrors(
            variant=variant,
            colour=COLOURS[index % len(COLOURS)],
            errors=_marks(errors, variant),
            changes=_marks(changes, variant),
        )
        for index, variant in enumerate(table.variants)
    ]


def _marks(values: Mapping[str, Mapping[str, Mapping[int, float]]], variant: str) -> dict[str, Mark]:
    """A mark for each protocol; the variance between seeds is pooled over the page's variants, as in its table."""
    marks = {}
    for protocol, by_variant in values.items():
        arms = {name: list(seeds.values()) for name, seeds in by_variant.items() if seeds}
        if variant in arms:
            estimate = mean_of(arms, arm=variant, seeds={name: list(by_variant[name]) for name in arms})
            marks[protocol] = Mark(mean=estimate.value, ci90=estimate.ci90, num_seeds=len(arms[variant]))
    return marks


def _draw(lines: Sequence[CropErrors], claim: Within | None, *, same_data: bool, table: Table) -> str:
    drawing = Drawing(
        width=820,
        height=270,
        figure_id=view.figure_id(table, "crops"),
        title="Top-1 error by number of crops, and its change against one crop",
        description=f"Lines of {listed([line.variant for line in lines])}; the numbers stand in the table below.",
    )
    printed = _printed(claim)
    levels = dict(zip(_compared(claim), (claim.paper_against, claim.paper_arm), strict=True)) if claim and same_data else {}
    _panel(drawing, lines, kind="errors", left=40, title="top-1 error (%)", printed=levels)
    _panel(drawing, lines, kind="changes", left=430, title="change against one crop (points)", printed=printed)
    return drawing.svg()


def _printed(claim: Within | None) -> dict[int, float | None]:
    """The change that the paper printed, by number of crops."""
    if claim is None or claim.paper_delta is None:
        return {}
    return dict(zip(_compared(claim), (0.0, -claim.paper_delta), strict=True))


def _compared(claim: Within) -> tuple[int, int]:
    """Give the numbers of crops that the claim compares, one crop first."""
    return num_crops(claim.against_protocol), num_crops(claim.protocol)


def _panel(
    drawing: Drawing, lines: Sequence[CropErrors], *, kind: str, left: float, title: str, printed: Mapping[int, float | None]
) -> None:
    marks: list[Mapping[str, Mark]] = [getattr(line, kind) for line in lines]
    values = [100 * end for by_protocol in marks for mark in by_protocol.values() for end in (mark.mean, *_drawn(mark, kind))]
    values += [100 * value for value in printed.values() if value is not None]
    low, high = reach(values, room=0.1)
    x = Axis(low=0.87, high=11.5, start_px=left, end_px=left + 275, log=True)
    panel = Panel(x=x, y=Axis(low=low, high=high, start_px=228, end_px=24))
    frame(
        drawing,
        panel,
        title=title,
        x_label="crops",
        x_ticks=tuple(map(num_crops, protocols_by_crops())),
        y_ticks=panel.y.ticks(8),
    )
    if low < 0 < high:
        drawing.line((panel.at(x.low, 0), panel.at(x.high, 0)), colour="muted", width=0.9)
    for index, (line, by_protocol) in enumerate(zip(lines, marks, strict=True)):
        _variant(drawing, panel, by_protocol, kind=kind, colour=line.colour, shift_px=6 * (index - (len(lines) - 1) / 2))
    points = [panel.at(number, 100 * value) for number, value in printed.items() if value is not None]
    drawing.line(points, colour="paper-effect", width=0.9, dash="1 3")
    for point in points:
        drawing.diamond(point, colour="paper-effect")
    names = [
        (line.variant, line.colour, panel.at(10, 100 * list(m.values())[-1].mean)[1])
        for line, m in zip(lines, marks, strict=True)
        if m
    ]
    if points:
        words = percent(list(printed.values())[-1], decimals=1, signed=kind == "changes")
        names.append((f"paper: {words}", "paper-effect", points[-1][1]))
    heights = apart([y for *_, y in names], gap=1.3 * TEXT_PX, low=24, high=228)
    for (name, colour, _), y in zip(names, heights, strict=True):
        size = TEXT_PX if len(name) < 14 else SMALL_PX
        drawing.text((x.end_px + 5, y + 0.35 * TEXT_PX), name, colour=colour, bold=True, size=size)


def _drawn(mark: Mark, kind: str) -> tuple[float, ...]:
    """The ends of the interval that is drawn: that of an error is cut off at 0 and 1."""
    ends = cut(mark.ci90) if kind == "errors" else mark.ci90
    return ends or ()


def _variant(drawing: Drawing, panel: Panel, marks: Mapping[str, Mark], *, kind: str, colour: str, shift_px: float) -> None:
    places = []
    for protocol, mark in marks.items():
        x, y = panel.at(num_crops(protocol), 100 * mark.mean)
        places.append((x + shift_px, y))
        if mark.ci90:
            ends = [(x + shift_px, panel.y.place(100 * end)) for end in _drawn(mark, kind)]
            drawing.line(ends, colour=colour, width=1.8)
    drawing.line(places, colour=colour, width=1, opacity=0.6)
    for place in places:
        drawing.dot(place, colour=colour, radius=3.2)


def _caption(claim: Within | None, *, data: str, same_data: bool) -> str:
    words = (
        "Means over seeds with 90 % intervals, the variance between seeds pooled over the page's variants; those of errors "
        "are cut off at 0 and 100 %. "
    )
    if claim is None:
        return words
    values = f"{percent(claim.paper_against, decimals=1)} % with one crop and {percent(claim.paper_arm, decimals=1)} % with ten"
    words += f"Diamonds: the paper's change by ten crops on {data}"
    return words + (". " if same_data else f", {values}; these are other data, so that only the change is drawn. ")


def _numbers(lines: Sequence[CropErrors], *, paper: Paper, results: Results) -> TableView:
    """Error and change of each variant, one protocol a line."""
    columns = (
        Column(key="variant", title="Variant", group="Variant"),
        Column(key="protocol", title="Protocol", group="Protocol"),
        Column(key="crops", title="Crops", group="Crops", kind="number"),
        Column(key="error", title="Top-1 error, %", group="Top-1 error, %", kind="number"),
        Column(key="error_ci90", title="90 % interval", group="Top-1 error, %", kind="interval"),
        Column(key="change", title="Change, points", group="Change against one crop, points", kind="number"),
        Column(key="change_ci90", title="90 % interval", group="Change against one crop, points", kind="interval"),
        Column(key="n", title="Seeds", group="Seeds", kind="number"),
    )
    rows = []
    for line in lines:
        seeds = results.values(paper=paper.name, variant=line.variant, metric=TOP1, protocol=next(iter(line.errors)))
        decimals = digits(min(row.n_examples for row in seeds.values())).points
        for position, (protocol, mark) in enumerate(line.errors.items()):
            change = line.changes.get(protocol) if protocol != PLAIN_CROP else None
            cells = {
                "variant": Cell(text=line.variant),
                "protocol": Cell(text=protocol_named(protocol).title),
                "crops": Cell(text=count(num_crops(protocol))),
                "error": Cell(text=percent(mark.mean, decimals=decimals)),
                "error_ci90": _ends(mark, decimals=decimals, signed=False),
                "change": Cell(text=percent(change.mean if change else None, decimals=decimals, signed=True)),
                "change_ci90": _ends(change, decimals=decimals, signed=True),
                "n": Cell(text=count(mark.num_seeds)),
            }
            rows.append(Row(cells=cells, again=position > 0))
    caption = "Top-1 error on the test images by number of crops, mean over seeds with 90 % interval."
    return TableView(name="crops_numbers", caption=caption, columns=columns, rows=tuple(rows))


def _ends(mark: Mark | None, *, decimals: int, signed: bool) -> Cell:
    if mark is None or mark.ci90 is None:
        return Cell()
    ends = mark.ci90 if signed else cut(mark.ci90) or ()
    low, high = (percent(end, decimals=decimals, signed=signed) for end in ends)
    return interval(low, high)
