"""The effect against how much is trained on, a point a data set."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from repro.report.drawing.svg import Axis, Drawing, Panel, frame, reach
from repro.report.site.folders import Source
from repro.report.site.plots.sizes import POINTS, POWER, RELATIVE, TIMES, Size, axis_of, size_of
from repro.report.site.standing import Statement, mark_for

WIDTH, HEIGHT = 640.0, 230.0
#: By axis, what stands above the drawing, and by what a size is multiplied to be told.
TITLES = {
    RELATIVE: "effect: relative change of error (%), up is as the paper says",
    TIMES: "times as many, up is as the paper says",
    POINTS: "effect in its own unit times 100, up is as the paper says",
    POWER: "power by which the error falls, up is as the paper says",
}
FACTORS = {RELATIVE: 100.0, TIMES: 1.0, POINTS: 100.0, POWER: 1.0}

#: Training examples, size, place of the source, and the source.
Point = tuple[int, Size, int, Source]


def growth(lead: Statement, sources: Sequence[Source]) -> Markup:
    """The drawing; nothing where the effect was measured once."""
    found = _points(lead, sources)
    if len(found) < 2:
        return Markup("")
    axis = axis_of(next(iter(lead.entries.values())))
    factor, none = FACTORS[axis], 1.0 if axis == TIMES else 0.0
    ends = [factor * end for _, size, *_ in found for end in (size.value, size.low, size.high) if end is not None]
    low, high = reach([*ends, none])
    least, most = min(num for num, *_ in found) / 2, 2 * max(num for num, *_ in found)
    drawing = Drawing(
        width=WIDTH,
        height=HEIGHT,
        figure_id=f"growth-{lead.paper.name}".replace("_", "-"),
        title="The effect against the number of training examples",
    )
    panel = Panel(
        x=Axis(low=least, high=most, start_px=54, end_px=WIDTH - 32, log=True),
        y=Axis(low=low, high=high, start_px=HEIGHT - 40, end_px=28),
    )
    label = "training examples: fewer on the left, more on the right"
    frame(drawing, panel, title=TITLES[axis], x_label=label, x_ticks=panel.x.ticks(7), y_ticks=panel.y.ticks(6))
    drawing.line((panel.at(least, none), panel.at(most, none)), colour="muted", width=1.1)
    for point in found:
        _draw(drawing, panel, point, factor=factor)
    return Markup(drawing.svg())


def _points(lead: Statement, sources: Sequence[Source]) -> list[Point]:
    found = []
    for place, source in enumerate(sources):
        entry = lead.entries.get(source.key)
        if entry is None or not entry.arm or mark_for(entry).group == "apart":
            continue
        size, runs = size_of(entry), source.results.of_variant(lead.paper.name, entry.arm)
        if size is not None and runs and runs[0].record.num_train_examples:
            found.append((runs[0].record.num_train_examples, size, place, source))
    return found


def _draw(drawing: Drawing, panel: Panel, point: Point, *, factor: float) -> None:
    num, size, place, source = point
    colour = f"c{place % 8}"
    if size.low is not None and size.high is not None:
        ends = (panel.at(num, factor * size.low), panel.at(num, factor * size.high))
        drawing.line(ends, colour=colour, width=2.4, dash="" if source.real else "4 3")
    drawing.dot(panel.at(num, factor * size.value), colour=colour, radius=4, hollow=not source.real)
    place_of_name = (panel.x.place(num) + 7, panel.y.place(factor * size.value) - 5)
    drawing.text(place_of_name, source.title, colour="ink", halo=True)
