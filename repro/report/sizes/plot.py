"""Draw an effect against size: points with their intervals, the line with its bands, the paper and others at the paper's size."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup

from repro.analyse.sizes.line import FittedLine
from repro.artifacts.judged.sizes_json import EffectOverSizes, LineOverSizes, PointAtSize
from repro.report.drawing.svg import SMALL_PX, Axis, Drawing, Panel, Place, frame, reach
from repro.report.sizes.words import NOUNS, effect_words, size_words

WIDTH, HEIGHT = 350.0, 236.0
#: Places of a band from one end of the axis to the other.
STEPS = 48
#: How far others' marks stand beside the paper's, as a ratio of sizes.
BESIDE = 1.5
#: A band is drawn within this many times the reach of what is marked.
ROOM = 0.35


def drawing(effect: EffectOverSizes, *, along: str, figure_id: str) -> Markup:
    """The drawing of one effect; nothing where no size has an estimate."""
    shown = [point for point in effect.points if point.effect is not None and point.size > 0]
    if not shown:
        return Markup("")
    drawn = Drawing(
        width=WIDTH,
        height=HEIGHT,
        figure_id=figure_id,
        title=f"{effect.title or effect.claim} against the {NOUNS[along]}",
        description=effect_words(effect, along=along),
    )
    panel = _panel(effect, shown)
    label = f"{NOUNS[along]} (each step the same ratio)"
    ticks = panel.x.ticks(5)
    texts = [size_words(tick, along) for tick in ticks]
    title = "change of errors (%), up is as the paper says"
    frame(drawn, panel, title=title, x_label=label, x_ticks=ticks, y_ticks=panel.y.ticks(6), x_texts=texts)
    drawn.line((panel.at(panel.x.low, 0), panel.at(panel.x.high, 0)), colour="muted", width=1.1)
    if effect.line is not None:
        _line(drawn, panel, effect.line, last=max(point.size for point in effect.used))
    for point in shown:
        _point(drawn, panel, point)
    _printed(drawn, panel, effect)
    if effect.drawn_on is not None and effect.drawn_on.times > 1:
        falls = effect.line is not None and effect.line.slope < 0
        place = (panel.x.end_px - 2, panel.y.end_px + 10 if falls else panel.y.start_px - 5)
        drawn.text(place, "dashed: an extrapolation", anchor="end", size=SMALL_PX, halo=True)
    return Markup(drawn.svg())


def _change(log_ratio: float) -> float:
    return 100 * math.expm1(log_ratio)


def _panel(effect: EffectOverSizes, shown: Sequence[PointAtSize]) -> Panel:
    sizes = [point.size for point in shown]
    marks = [0.0]
    for point in shown:
        if point.effect is not None:
            marks += [_change(end) for end in (point.effect.estimate, *(point.effect.ci90 or ()))]
    if effect.drawn_on is not None:
        sizes += [effect.drawn_on.size * BESIDE]
        marks += [_change(effect.drawn_on.effect.estimate)]
        marks += [_change(effect.drawn_on.paper)] if effect.drawn_on.paper is not None else []
        marks += [_change(other.effect) for other in effect.others if other.same_quantity]
    low, high = reach(marks, room=ROOM)
    return Panel(
        x=Axis(low=min(sizes) / 1.4, high=max(sizes) * 1.4, start_px=44, end_px=WIDTH - 12, log=True),
        y=Axis(low=low, high=high, start_px=HEIGHT - 38, end_px=24),
    )


def _line(drawn: Drawing, panel: Panel, stored: LineOverSizes, *, last: float) -> None:
    """The line with its band, and the band of an effect around it; dashed beyond the largest size."""
    line = FittedLine.of(stored)
    step = (panel.x.high / panel.x.low) ** (1 / STEPS)
    sizes = [panel.x.low * step**number for number in range(STEPS + 1)]
    wide = [line.predicted(size) for size in sizes]
    narrow = [line.estimated(size).ci90 or (line.at(size), line.at(size)) for size in sizes]
    for band, opacity in ((wide, 0.1), (narrow, 0.2)):
        upper = [_held(panel, size, high) for size, (_, high) in zip(sizes, band, strict=True)]
        lower = [_held(panel, size, low) for size, (low, _) in zip(sizes, band, strict=True)]
        drawn.area([*upper, *reversed(lower)], colour="accent", opacity=opacity)
    within = [size for size in sizes if size < last] + [last]
    beyond = [last] + [size for size in sizes if size > last]
    for part, dash in ((within, ""), (beyond, "5 3")):
        drawn.line([_held(panel, size, line.at(size)) for size in part], colour="accent", width=1.6, dash=dash)


def _held(panel: Panel, size: float, log_ratio: float) -> Place:
    """A place of the band, at the edge of the drawing where it lies beyond."""
    return panel.at(size, min(max(_change(log_ratio), panel.y.low), panel.y.high))


def _point(drawn: Drawing, panel: Panel, point: PointAtSize) -> None:
    if point.effect is None:
        return
    colour = "muted" if point.why else "ink"
    if point.effect.ci90 is not None:
        drawn.line([_held(panel, point.size, end) for end in point.effect.ci90], colour=colour, width=2)
    drawn.dot(_held(panel, point.size, point.effect.estimate), colour=colour, radius=3.4, hollow=bool(point.why))


def _printed(drawn: Drawing, panel: Panel, effect: EffectOverSizes) -> None:
    """The paper's effect, and others' beside it, at the paper's size."""
    if effect.drawn_on is None:
        return
    for other in effect.others:
        if other.same_quantity:
            drawn.square(_held(panel, effect.drawn_on.size * BESIDE, other.effect), colour="second", radius=2.6)
    if effect.drawn_on.paper is not None:
        drawn.diamond(_held(panel, effect.drawn_on.size, effect.drawn_on.paper), colour="second")
