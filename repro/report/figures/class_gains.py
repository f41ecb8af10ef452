"""Show which classes one net knows better than another, here and where the paper printed such gains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from repro.artifacts.claims_json import ClassGain
from repro.artifacts.judged import Interval
from repro.report.drawing.svg import SMALL_PX, TEXT_PX, Axis, Drawing, Panel, frame, reach
from repro.report.figures import view
from repro.report.figures.view import FigureView
from repro.report.inputs.results import Results
from repro.report.text.formatting import count, counted, fixed, listed
from repro.report.text.tables import Cell, Column, Row, TableView, interval
from repro.spec.claims import Effect
from repro.spec.experiment import Paper, Table
from repro.spec.terms.metrics import AVERAGE_PRECISION

#: Of many classes, so many that gain most and as many that lose most are drawn.
MOST_SHOWN = 10
ROW_PX, TOP_PX = 16.0, 24.0
LEAD = (
    "What one net gains over the other in average precision, class by class: how well the videos of a class are ranked before "
    "all others by the net's score for it."
)


@dataclass(frozen=True, kw_only=True)
class Gain:
    """What is drawn of a class: the gain, its interval over seeds, and over seeds and videos. Not in percent."""

    name: str
    value: float
    over_seeds: tuple[float, float] | None = None
    over_videos: tuple[float, float] | None = None


def class_gains(paper: Paper, table: Table, *, results: Results) -> FigureView:
    """The figure of a page whose gains were measured."""
    found = [item for item in results.judgement.gains if (item.paper, item.table) == (paper.name, table.name)]
    found.sort(key=lambda item: -item.gain.estimate)
    control, other = table.control, next(name for name in table.variants if name != table.control)
    runs = [run for name in (control, other) for run in view.runs_of(name, paper=paper, results=results)]
    ours = [_gain(item) for item in found]
    drawing = _draw(_ends(ours), paper, table, other=other) if found else None
    return FigureView(
        name="class_gains",
        title="Gain by class",
        lead=LEAD,
        caption=f"{_caption(ours, other=other)} {view.where(runs, results=results)}" if found else "",
        svg=Markup(drawing) if drawing else None,
        table=_numbers(found, control=control, other=other, paper=paper, results=results) if found else None,
        missing=view.absent((control, other), paper=paper, results=results),
    )


def printed_gains(paper: Paper, table: Table, *, other: str) -> list[Gain]:
    """The paper's gains, the largest first. Where more is better a claim's arm is the net that has less."""
    gains = [
        Gain(name=claim.row, value=claim.paper_delta * (1 if claim.against == other else -1))
        for claim in _printed_claims(paper, table)
    ]
    return sorted(gains, key=lambda gain: -gain.value)


def _printed_claims(paper: Paper, table: Table) -> list[Effect]:
    effects = [claim for claim in paper.claims if claim.id in table.claims and isinstance(claim, Effect)]
    return [claim for claim in effects if claim.measured.name == AVERAGE_PRECISION]


def printed_on(paper: Paper, table: Table) -> str:
    """Say on which data the paper's gains are."""
    names = {claim.dataset.of for claim in _printed_claims(paper, table) if claim.dataset}
    return listed([paper.printed_set(name).title for name in sorted(names)])


def _gain(item: ClassGain) -> Gain:
    def ends(pair: Interval | None) -> Interval | None:
        # Drawn is what lies between -1 and 1, beyond which no gain can be.
        return (max(pair[0], -1.0), min(pair[1], 1.0)) if pair else None

    return Gain(
        name=item.class_name.replace("_", " "),
        value=item.gain.estimate,
        over_seeds=ends(item.gain.ci90),
        over_videos=ends(item.total_ci90),
    )


def _ends(gains: Sequence[Gain]) -> list[Gain]:
    """All gains, or of many those of both ends."""
    return list(gains) if len(gains) <= 2 * MOST_SHOWN else [*gains[:MOST_SHOWN], *gains[-MOST_SHOWN:]]


def _draw(ours: Sequence[Gain], paper: Paper, table: Table, *, other: str) -> str:
    printed = printed_gains(paper, table, other=other)
    rows = max(len(ours), len(printed))
    drawing = Drawing(
        width=820,
        height=TOP_PX + ROW_PX * rows + 40,
        figure_id=view.figure_id(table, "class_gains"),
        title="Gain in average precision by class, here and in the paper",
        description="The numbers stand in the table below.",
    )
    _panel(drawing, ours, left=130, end=405, title="gain in average precision, here", rows=rows, colour="accent")
    if printed:
        title = f"the paper, on {printed_on(paper, table)}"
        _panel(drawing, printed, left=560, end=806, title=title, rows=rows, colour="paper-effect")
    return drawing.svg()


def _panel(drawing: Drawing, gains: Sequence[Gain], *, left: float, end: float, title: str, rows: int, colour: str) -> None:
    values = [value for gain in gains for value in (gain.value, *(gain.over_seeds or ()), *(gain.over_videos or ()))]
    low, high = reach([0.0, *values])
    bottom = TOP_PX + ROW_PX * rows
    panel = Panel(x=Axis(low=low, high=high, start_px=left, end_px=end), y=Axis(low=0, high=rows, start_px=bottom, end_px=TOP_PX))
    frame(drawing, panel, title=title, x_ticks=panel.x.ticks(6))
    for tick in panel.x.ticks(6):
        drawing.line((panel.at(tick, 0), panel.at(tick, rows)), colour="rule", width=0.5)
    drawing.line((panel.at(0, 0), panel.at(0, rows)), colour="muted", width=0.9)
    for index, gain in enumerate(gains):
        y = TOP_PX + ROW_PX * (index + 0.5)
        x = panel.x.place(gain.value)
        drawing.text((left - 6, y + 0.35 * TEXT_PX), gain.name, anchor="end", size=_size(gain.name), colour="ink")
        for ends, width in ((gain.over_videos, 1.2), (gain.over_seeds, 3.6)):
            if ends:
                drawing.line([(panel.x.place(value), y) for value in ends], colour=colour, width=width)
        if colour == "paper-effect":
            drawing.diamond((x, y), colour=colour, radius=4)
        else:
            drawing.dot((x, y), colour=colour, radius=3.2)


def _size(name: str) -> float:
    """A size of letters at which a class's name has room."""
    return TEXT_PX if len(name) <= 22 else SMALL_PX * 22 / max(len(name), 22)


def _caption(gains: Sequence[Gain], *, other: str) -> str:
    better, worse = (
        sum(1 for gain in gains if gain.over_videos and sign * gain.over_videos[0 if sign > 0 else 1] > 0) for sign in (1, -1)
    )
    chance = fixed(0.05 * len(gains), decimals=1)
    shown = "" if len(gains) <= 2 * MOST_SHOWN else f", the {MOST_SHOWN} of each end drawn"
    return (
        f"{counted(len(gains), 'class', 'classes')}{shown}, sorted by what {other} gains. Thick: 90 % interval over seeds. "
        "Thin: over seeds and test videos; videos are what was sampled, and their clips succeed and fail together. That "
        f"interval lies above 0 for {counted(better, 'class', 'classes')} and below for {worse}; if no class gained or lost "
        f"anything, about {chance} of each would be expected. The class at either end is also the luckiest of all. Intervals "
        "are drawn up to 1."
    )


COLUMNS = (
    Column(key="class", title="Class", group="Class"),
    Column(key="videos", title="Test videos", group="Test videos", kind="number"),
    Column(key="control", title="Control", group="Control", kind="number"),
    Column(key="other", title="Other", group="Other", kind="number"),
    Column(key="gain", title="Gain", group="Gain", kind="number"),
    Column(key="gain_ci90", title="90 % interval, seeds", group="90 % interval, seeds", kind="interval"),
    Column(key="gain_total", title="90 % interval, seeds and videos", group="90 % interval, seeds and videos", kind="interval"),
    Column(key="n", title="Seeds", group="Seeds"),
)


def _numbers(gains: Sequence[ClassGain], *, control: str, other: str, paper: Paper, results: Results) -> TableView:
    """The average precision of both nets by class, the largest gain first."""
    titles = {"control": f"AP of {control}", "other": f"AP of {other}"}
    columns = tuple(
        Column(key=column.key, title=title, group=title, kind=column.kind)
        for column in COLUMNS
        for title in (titles.get(column.key, column.title),)
    )
    rows = []
    for item in gains:
        measured = results.values(paper=paper.name, variant=control, metric=item.metric, protocol=item.protocol)
        cells = {
            "class": Cell(text=item.class_name),
            "videos": Cell(text=count(min((row.n_examples for row in measured.values()), default=None))),
            "control": Cell(text=fixed(item.means[control], decimals=3)),
            "other": Cell(text=fixed(item.means[other], decimals=3)),
            "gain": Cell(text=fixed(item.gain.estimate, decimals=3, signed=True), strong=True),
            "gain_ci90": _interval(item.gain.ci90),
            "gain_total": _interval(item.total_ci90),
            "n": Cell(text=" and ".join(count(item.n[name]) for name in (control, other))),
        }
        rows.append(Row(cells=cells))
    caption = f"Average precision by class, 0 to 1, mean over seeds, and what {other} gains over {control}."
    return TableView(name="class_gains_numbers", caption=caption, columns=columns, rows=tuple(rows))


def _interval(ends: Interval | None) -> Cell:
    return interval(*(fixed(end, decimals=3, signed=True) for end in ends)) if ends else Cell()
