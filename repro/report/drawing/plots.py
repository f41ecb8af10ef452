"""Draw the figures as SVG text that takes its colours and its font from the page around it."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from repro.report.drawing.svg import Axis, Drawing, Panel, frame, reach, segments, text_width

#: Colours to draw with; the page's style gives each its value, in light and in dark.
INK, MUTED, RULE, ACCENT, SECOND, PAPER, BAND = "#010101", "#020202", "#030303", "#040404", "#050505", "#060606", "#070707"
_COLOURS = {
    INK: "ink",
    MUTED: "muted",
    RULE: "rule",
    ACCENT: "accent",
    SECOND: "second",
    PAPER: "paper-effect",
    BAND: "band",
}
_SETTINGS: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "repro",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9.5,
    "text.color": INK,
    "axes.edgecolor": RULE,
    "axes.labelcolor": MUTED,
    "xtick.color": RULE,
    "ytick.color": RULE,
    "xtick.labelcolor": MUTED,
    "ytick.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
}
#: Markers of independent reproductions, in the order of the page's list.
REPRODUCTION_MARKERS = ("^", "s", "v", "p", "h", "8", "d", "P")
#: Rows that reach further than this many times the median row's reach are cut off and marked.
FAR = 5.0
#: Height of a line of the effect plot.
ROW_INCHES = 0.31
#: Epochs up to which each has a mark of its own on a learning curve.
MOST_MARKED = 40


@dataclass(frozen=True, kw_only=True)
class Bar:
    """An estimated effect with its two intervals, on one scale; `seeds` are single runs, where they can be shown."""

    estimate: float
    ci90: tuple[float, float] | None
    ci95: tuple[float, float] | None
    seeds: tuple[float, ...] = ()


@dataclass(frozen=True, kw_only=True)
class EffectRow:
    """One line of the effect plot. `panels` maps the name of a scale to what is drawn there (None: nothing)."""

    label: str
    detail: str
    panels: dict[str, EffectPanel]


@dataclass(frozen=True, kw_only=True)
class EffectPanel:
    """What one line shows on one scale. `reproductions` are (marker, effect)."""

    ours: Bar | None
    paper: float | None
    smallest: float | None
    reproductions: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Curve:
    """A named line over the epochs; None marks an epoch without a value."""

    name: str
    values: tuple[float | None, ...]


def effect_plot(rows: Sequence[EffectRow], *, scales: Sequence[tuple[str, str]], title: str, figure_id: str) -> str:
    """Draw one line a row and one panel for each of `scales` = (name, axis label); return SVG.

    Thick bars are 90 %, thin bars 95 % intervals; dots are seeds; the hollow diamond is the paper's effect;
    the band is the smallest effect of interest; the other markers are independent reproductions.
    An effect many times larger than most is an arrow at the edge, so that it does not press the others together.
    """
    with mpl.rc_context(_SETTINGS):
        figure = Figure(figsize=(10.4, 0.9 + ROW_INCHES * max(len(rows), 1)), layout="constrained")
        panels = figure.subplots(1, len(scales), sharey=True, squeeze=False)[0]
        for axes, (name, label) in zip(panels, scales, strict=True):
            axes.axvline(0, color=MUTED, linewidth=0.9, zorder=1)
            for y, row in enumerate(rows):
                _effect_line(axes, y, row.panels[name])
                if y and rows[y - 1].label != row.label:
                    axes.axhline(y - 0.5, color=RULE, linewidth=0.7, zorder=0)
            axes.set_xlabel(label)
            axes.grid(axis="x", color=RULE, linewidth=0.5)
            axes.set_axisbelow(True)
            axes.set_xlim(_mark_far_rows(axes, [row.panels[name] for row in rows]))
            axes.xaxis.set_major_locator(MaxNLocator(nbins=7))
            axes.tick_params(length=0)
            axes.spines["left"].set_visible(False)
        panels[0].set_yticks(range(len(rows)), [_row_name(rows, y) for y in range(len(rows))])
        panels[0].set_ylim(len(rows) - 0.4, -0.6)
        return _svg(figure, title=title, figure_id=figure_id)


def _row_name(rows: Sequence[EffectRow], y: int) -> str:
    """What a line is about: its label where it begins a group, and its detail."""
    again = y > 0 and rows[y - 1].label == rows[y].label
    return rows[y].detail if again else f"{rows[y].label}:  {rows[y].detail}"


def _mark_far_rows(axes: Axes, panels: Sequence[EffectPanel]) -> tuple[float, float]:
    """The limits of an axis that holds all but the far rows, and draw an arrow at the edge for each of those."""
    extents = [_extent(panel) for panel in panels]
    drawn = sorted(max(abs(end) for end in extent) for extent in extents if extent)
    if not drawn:
        return (-1.0, 1.0)
    reach = FAR * drawn[len(drawn) // 2]
    near = [extent for extent in extents if extent and max(abs(end) for end in extent) <= reach]
    low, high = min(0.0, *(extent[0] for extent in near)), max(0.0, *(extent[1] for extent in near))
    room = 0.06 * (high - low) or 1.0
    for y, (panel, extent) in enumerate(zip(panels, extents, strict=True)):
        if extent and extent not in near and panel.ours:
            right = panel.ours.estimate > 0
            edge, marker = (high + room, ">") if right else (low - room, "<")
            axes.plot([edge], [y], marker, color=ACCENT, markersize=8, clip_on=False, zorder=7)
    return low - room, high + room


def _extent(panel: EffectPanel) -> tuple[float, float] | None:
    """The least and the greatest number that a row shows; None if it shows none."""
    values = [effect for _, effect in panel.reproductions] + ([panel.paper] if panel.paper is not None else [])
    if panel.ours:
        values += [panel.ours.estimate, *(panel.ours.ci95 or ()), *panel.ours.seeds]
    return (min(values), max(values)) if values else None


def _effect_line(axes: Axes, y: int, panel: EffectPanel) -> None:
    if panel.smallest:
        axes.fill_betweenx([y - 0.4, y + 0.4], -panel.smallest, panel.smallest, color=BAND, linewidth=0, zorder=0)
    for marker, effect in panel.reproductions:
        axes.plot([effect], [y + 0.27], marker, color=SECOND, markersize=5, markerfacecolor="none", markeredgewidth=1.1, zorder=3)
    if panel.paper is not None:
        axes.plot([panel.paper], [y], "D", color=PAPER, markersize=7, markerfacecolor="none", markeredgewidth=1.5, zorder=6)
    if panel.ours is None:
        return
    bar = panel.ours
    if bar.ci95:
        axes.plot(bar.ci95, [y, y], color=ACCENT, linewidth=1.2, solid_capstyle="butt", zorder=3)
    if bar.ci90:
        axes.plot(bar.ci90, [y, y], color=ACCENT, linewidth=4, solid_capstyle="butt", zorder=4)
    if bar.seeds:
        axes.plot(bar.seeds, [y - 0.27] * len(bar.seeds), "o", color=ACCENT, markersize=2.6, alpha=0.75, zorder=3)
    axes.plot([bar.estimate], [y], "o", color=ACCENT, markersize=6.5, zorder=5)


def learning_curves(
    *, epochs: Sequence[int], losses: Sequence[Curve], errors: Sequence[Curve], drops: Sequence[int], title: str, figure_id: str
) -> str:
    """Draw losses (left) and errors in percent (right) over the epochs, with the learning-rate drops marked; return SVG.

    A panel without any value says so. `drops` holds the epochs in which the learning rate is first lower than before.
    """
    drawing = Drawing(width=749, height=223, figure_id=figure_id, title=title)
    for left, curves, label in ((38.0, losses, "training loss (nats)"), (420.0, errors, "error (%)")):
        x = Axis(low=epochs[0] - 0.5, high=epochs[-1] + 0.5, start_px=left, end_px=left + 322)
        _curves(drawing, x, epochs=epochs, curves=curves, drops=drops, label=label)
    return drawing.svg()


def _curves(
    drawing: Drawing, x: Axis, *, epochs: Sequence[int], curves: Sequence[Curve], drops: Sequence[int], label: str
) -> None:
    values = [value for curve in curves for value in curve.values if value is not None]
    low, high = reach(values) if values else (0.0, 1.0)
    panel = Panel(x=x, y=Axis(low=low, high=high, start_px=188, end_px=22))
    y_ticks = panel.y.ticks(7) if values else ()
    frame(drawing, panel, title=label, x_label="epoch", x_ticks=x.ticks(8, whole=True), y_ticks=y_ticks)
    for drop in drops:
        drawing.line((panel.at(drop - 0.5, low), panel.at(drop - 0.5, high)), colour="muted", width=0.9, dash="4 3")
    if not values:
        drawing.text(panel.at((x.low + x.high) / 2, 0.5), "no number was logged", anchor="middle")
    key_px = x.end_px
    for curve, (colour, dash) in reversed(list(zip(curves, (("accent", ""), ("second", "5.5 2.5")), strict=False))):
        places = [[panel.at(*point) for point in part] for part in segments(zip(epochs, curve.values, strict=True))]
        for part in places:
            drawing.line(part, colour=colour, dash=dash)
        for place in (place for part in places for place in part if len(epochs) <= MOST_MARKED):
            (drawing.square if dash else drawing.dot)(place, colour=colour, radius=1.6)
        if len(curves) > 1:
            drawing.text((key_px, 16), curve.name, anchor="end")
            key_px -= text_width(curve.name) + 4
            drawing.line(((key_px - 18, 12.7), (key_px, 12.7)), colour=colour, dash=dash)
            key_px -= 34


def _svg(figure: Figure, *, title: str, figure_id: str) -> str:
    """The drawing as an inline element: no XML header, its ids prefixed, its colours those of the page."""
    stream = io.StringIO()
    figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    text = stream.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>\s*|<defs>\s*<style.*?</style>\s*</defs>\s*", "", text, flags=re.DOTALL)
    text = re.sub(r' xmlns(:xlink)?="[^"]*"', "", text).replace("xlink:href=", "href=")
    text = re.sub(r'\bid="', f'id="{figure_id}-', text)
    text = text.replace("url(#", f"url(#{figure_id}-").replace('href="#', f'href="#{figure_id}-')
    for colour, name in _COLOURS.items():
        text = text.replace(colour, f"var(--{name})")
    text = text.replace("'DejaVu Sans'", "var(--sans)")
    head = f'<svg role="img" aria-labelledby="{figure_id}-title" '
    return text.replace("<svg ", head, 1).replace(">", f'>\n <title id="{figure_id}-title">{escape(title)}</title>', 1).strip()
