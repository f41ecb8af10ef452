"""Drawings of the page of calibration: shares with intervals, verdicts as bars, seeds as dots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from repro.report.drawing.svg import TEXT_PX, Axis, Drawing, Panel, frame, reach

WIDTH, LEFT_PX, RIGHT_PX, TOP_PX, BELOW_PX = 900.0, 330.0, 60.0, 26.0, 34.0
ROW_PX = 17.0
#: Bars of verdicts, from what holds to what refutes: name, colour and how dense.
BARS = (
    ("REPRODUCED", "good", 1.0),
    ("DIRECTION", "partial", 1.0),
    ("INCONCLUSIVE", "open", 0.45),
    ("NOT-REPRODUCED", "bad", 0.55),
    ("ABSENT", "bad", 0.8),
    ("REVERSED", "bad", 1.0),
)


@dataclass(frozen=True, kw_only=True)
class ShareRow:
    """A share with its interval, all in [0, 1], and what it is of."""

    label: str
    value: float
    low: float
    high: float


def share_chart(rows: Sequence[ShareRow], *, nominal: float, title: str, figure_id: str, span: tuple[float, float]) -> str:
    """A line a row: the share, its 95 % interval, and where it should be."""
    drawing, panel = _begun(len(rows), span=span, title=title, figure_id=figure_id, percent=True)
    top, bottom = panel.y.end_px, panel.y.start_px
    x = panel.x.place(100 * nominal)
    drawing.line(((x, top), (x, bottom)), colour="paper-effect", width=1.2, dash="4 3")
    for i, row in enumerate(rows):
        y = _row(i)
        _label(drawing, row.label, y)
        low, high = (min(max(100 * end, panel.x.low), panel.x.high) for end in (row.low, row.high))
        drawing.line(((panel.x.place(low), y), (panel.x.place(high), y)), colour="accent", width=3, opacity=0.45)
        drawing.dot((panel.x.place(min(max(100 * row.value, panel.x.low), panel.x.high)), y), colour="accent", radius=3.4)
    return drawing.svg()


@dataclass(frozen=True, kw_only=True)
class BarRow:
    """How often each verdict would come, and the one that came."""

    label: str
    shares: dict[str, float]
    found: str


def verdict_chart(rows: Sequence[BarRow], *, title: str, figure_id: str) -> str:
    """A bar a claim: the verdicts side by side, those that hold first."""
    drawing, panel = _begun(len(rows), span=(0.0, 1.0), title=title, figure_id=figure_id, percent=True)
    for i, row in enumerate(rows):
        y, begin = _row(i), 0.0
        _label(drawing, row.label, y)
        for name, colour, opacity in BARS:
            share = row.shares.get(name, 0.0)
            if share:
                left, right = panel.x.place(100 * begin), panel.x.place(100 * (begin + share))
                outline = ((left, y - 5.5), (right, y - 5.5), (right, y + 5.5), (left, y + 5.5))
                drawing.area(outline, colour=colour, opacity=opacity)
                if name == row.found:
                    drawing.line(outline, colour="ink", width=1.3, closed=True)
                begin += share
    return drawing.svg()


@dataclass(frozen=True, kw_only=True)
class SeedRow:
    """The seeds of an arm, less its mean, in points. far: those that are marked. lends: whether others may use its spread."""

    label: str
    near: tuple[float, ...]
    far: tuple[float, ...]
    sd: float
    lends: bool


def seed_chart(rows: Sequence[SeedRow], *, sd: float, title: str, figure_id: str) -> str:
    """A line an arm: each seed's distance from the arm's mean, and the spread that the arms share."""
    ends = [value for row in rows for value in (*row.near, *row.far)] + [-sd, sd]
    low, high = reach(ends)
    x = Axis(low=low, high=high, start_px=LEFT_PX, end_px=WIDTH - RIGHT_PX)
    bottom = TOP_PX + ROW_PX * len(rows)
    drawing = Drawing(width=WIDTH, height=bottom + BELOW_PX, figure_id=figure_id, title=title)
    panel = Panel(x=x, y=Axis(low=0, high=1, start_px=bottom, end_px=TOP_PX))
    band = ((x.place(-sd), TOP_PX), (x.place(sd), TOP_PX), (x.place(sd), bottom), (x.place(-sd), bottom))
    drawing.area(band, colour="band")
    frame(drawing, panel, title="", x_label="seeds less the mean of their arm (points)", x_ticks=x.ticks(9))
    for i, row in enumerate(rows):
        y = _row(i)
        _label(drawing, row.label, y, muted=not row.lends)
        for value in row.near:
            drawing.dot((x.place(value), y), colour="accent" if row.lends else "muted", radius=2.8, opacity=0.8)
        for value in row.far:
            drawing.square((x.place(value), y), colour="bad", radius=3.6)
        drawing.text((WIDTH - RIGHT_PX + 8, y + 0.35 * TEXT_PX), f"sd {row.sd:.2f}")
    return drawing.svg()


def _begun(num: int, *, span: tuple[float, float], title: str, figure_id: str, percent: bool) -> tuple[Drawing, Panel]:
    bottom = TOP_PX + ROW_PX * num
    factor = 100 if percent else 1
    x = Axis(low=factor * span[0], high=factor * span[1], start_px=LEFT_PX, end_px=WIDTH - RIGHT_PX)
    drawing = Drawing(width=WIDTH, height=bottom + BELOW_PX, figure_id=figure_id, title=title)
    panel = Panel(x=x, y=Axis(low=0, high=1, start_px=bottom, end_px=TOP_PX))
    frame(drawing, panel, title="", x_label="share (%)" if percent else "", x_ticks=x.ticks(11))
    for tick in x.ticks(11):
        drawing.line(((x.place(tick), TOP_PX), (x.place(tick), bottom)), colour="rule", width=0.5)
    return drawing, panel


def _row(i: int) -> float:
    return TOP_PX + ROW_PX * (i + 0.5)


def _label(drawing: Drawing, text: str, y: float, *, muted: bool = False) -> None:
    drawing.text((LEFT_PX - 8, y + 0.35 * TEXT_PX), text, anchor="end", colour="muted" if muted else "ink")
