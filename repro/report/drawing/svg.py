"""Write charts as SVG text, mark by mark, in the colours and the font of the page around them.

Places are (x, y) in the drawing's own pixels, y downwards. Colours are names of the page's style, such as `accent`.
The same marks give the same bytes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from repro.report.text.formatting import MINUS

Place = tuple[float, float]

#: Height of the letters, in the drawing's pixels.
TEXT_PX = 9.5
SMALL_PX = 8.6
#: Mean width of a letter as a share of its height; for leaving room, not for setting type.
LETTER_WIDTH = 0.56


@dataclass(frozen=True, kw_only=True)
class Axis:
    """Where values stand: `low` at `start_px`, `high` at `end_px`; on a logarithmic axis equal ratios are equally far apart."""

    low: float
    high: float
    start_px: float
    end_px: float
    log: bool = False

    def __post_init__(self) -> None:
        assert self.high > self.low, f"an axis goes from {self.low} to {self.high}"
        assert self.low > 0 or not self.log, f"a logarithmic axis begins at {self.low}"

    def place(self, value: float) -> float:
        """The pixel of `value`."""
        if self.log:
            share = math.log(value / self.low) / math.log(self.high / self.low)
        else:
            share = (value - self.low) / (self.high - self.low)
        return self.start_px + share * (self.end_px - self.start_px)

    def ticks(self, most: int, *, whole: bool = False) -> tuple[float, ...]:
        """At most `most` round values on the axis; with `whole`, whole numbers alone."""
        if self.log:
            return _log_ticks(self.low, self.high, most)
        return _linear_ticks(self.low, self.high, most, whole=whole)


def _linear_ticks(low: float, high: float, most: int, *, whole: bool) -> tuple[float, ...]:
    exponent = math.floor(math.log10((high - low) / most))
    for power in range(exponent, exponent + 3):
        for digit in (1, 2, 5):
            step = digit * 10.0**power
            first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
            if last - first + 1 <= most and (step >= 1 or not whole):
                return tuple(round(index * step, 12) for index in range(first, last + 1))
    raise AssertionError(f"no step divides {low} to {high} into {most}")


def _log_ticks(low: float, high: float, most: int) -> tuple[float, ...]:
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    found: tuple[float, ...] = ()
    for digits in ((1, 2, 3, 5), (1, 2, 5), (1, 3), (1,)):
        values = (round(digit * 10.0**power, 12) for power in powers for digit in digits)
        found = tuple(value for value in values if low * (1 - 1e-9) <= value <= high * (1 + 1e-9))
        if len(found) <= most:
            return found
    return found[:: math.ceil(len(found) / most)]


def reach(values: Iterable[float], *, room: float = 0.05, least: float | None = None) -> tuple[float, float]:
    """Limits that hold `values` and `room` times their span on both sides; not below `least`."""
    held = list(values)
    low, high = min(held), max(held)
    margin = room * (high - low) or max(abs(high) * room, room)
    low, high = low - margin, high + margin
    return (low if least is None else max(low, least)), high


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A chart's two axes."""

    x: Axis
    y: Axis

    def at(self, x: float, y: float) -> Place:
        """Where the point (x, y) of the data stands."""
        return self.x.place(x), self.y.place(y)


class Drawing:
    """An SVG element to which marks are added in the order in which they cover one another."""

    def __init__(self, *, width: float, height: float, figure_id: str, title: str, description: str = "") -> None:
        self.width, self.height = width, height
        self._id, self._title, self._description = figure_id, title, description
        self._marks: list[str] = []

    def line(
        self,
        points: Iterable[Place],
        *,
        colour: str,
        width: float = 1.6,
        dash: str = "",
        opacity: float = 1.0,
        closed: bool = False,
    ) -> None:
        """Add a line through `points`; of fewer than two, none."""
        places = [_place(point) for point in points]
        if len(places) < 2:
            return
        style = f"fill:none;stroke:var(--{colour});stroke-width:{_number(width)}"
        style += f";stroke-dasharray:{dash}" if dash else ""
        self._marks.append(f'<path d="M{" L".join(places)}{"Z" if closed else ""}" style="{style}{_opacity(opacity)}"/>')

    def area(self, outline: Iterable[Place], *, colour: str, opacity: float = 1.0) -> None:
        """Add a filled shape."""
        places = " L".join(_place(point) for point in outline)
        self._marks.append(f'<path d="M{places}Z" style="fill:var(--{colour}){_opacity(opacity)}"/>')

    def dot(self, place: Place, *, colour: str, radius: float = 2.6, hollow: bool = False, opacity: float = 1.0) -> None:
        """Add a round mark; a hollow one shows the ground of the page."""
        fill = f"fill:var(--ground);stroke:var(--{colour});stroke-width:1.3" if hollow else f"fill:var(--{colour})"
        x, y = (_number(value) for value in place)
        self._marks.append(f'<circle cx="{x}" cy="{y}" r="{_number(radius)}" style="{fill}{_opacity(opacity)}"/>')

    def square(self, place: Place, *, colour: str, radius: float = 2.4) -> None:
        """Add a square mark."""
        x, y = place
        corners = ((x - radius, y - radius), (x + radius, y - radius), (x + radius, y + radius), (x - radius, y + radius))
        self.area(corners, colour=colour)

    def diamond(self, place: Place, *, colour: str, radius: float = 4.6) -> None:
        """Add the hollow diamond that marks what the paper printed."""
        x, y = place
        corners = ((x - radius, y), (x, y - radius), (x + radius, y), (x, y + radius))
        self.area(corners, colour="ground")
        self.line(corners, colour=colour, width=1.5, closed=True)

    def text(
        self,
        place: Place,
        text: str,
        *,
        colour: str = "muted",
        anchor: str = "start",
        size: float = TEXT_PX,
        bold: bool = False,
        halo: bool = False,
    ) -> None:
        """Write `text` on the baseline at `place`; `anchor` is start, middle or end. A halo keeps lines off the letters."""
        x, y = (_number(value) for value in place)
        style = f"fill:var(--{colour})" + (f";font-size:{_number(size)}px" if size != TEXT_PX else "")
        style += ";font-weight:600" if bold else ""
        style += ";paint-order:stroke;stroke:var(--ground);stroke-width:3" if halo else ""
        end = f' text-anchor="{anchor}"' if anchor != "start" else ""
        self._marks.append(f'<text x="{x}" y="{y}"{end} style="{style}">{escape(text)}</text>')

    def svg(self) -> str:
        """The element, with a title and a description for those who do not see it."""
        described = f' aria-describedby="{self._id}-description"' if self._description else ""
        head = (
            f'<svg role="img" aria-labelledby="{self._id}-title"{described} '
            f'viewBox="0 0 {_number(self.width)} {_number(self.height)}" style="font:{TEXT_PX}px var(--sans)">'
        )
        lines = [head, f' <title id="{self._id}-title">{escape(self._title)}</title>']
        if self._description:
            lines.append(f' <desc id="{self._id}-description">{escape(self._description)}</desc>')
        return "\n".join([*lines, *(f" {mark}" for mark in self._marks), "</svg>"])


def frame(
    drawing: Drawing,
    panel: Panel,
    *,
    title: str,
    x_label: str = "",
    x_ticks: Sequence[float] = (),
    y_ticks: Sequence[float] = (),
    x_texts: Sequence[str] = (),
    y_texts: bool = True,
) -> None:
    """Draw a panel's grid, axes and labels: its title at the top left, each tick with its value."""
    left, right, top, bottom = panel.x.start_px, panel.x.end_px, panel.y.end_px, panel.y.start_px
    for value, text in zip(y_ticks, tick_texts(y_ticks), strict=True):
        y = panel.y.place(value)
        drawing.line(((left, y), (right, y)), colour="rule", width=0.5)
        if y_texts:
            drawing.text((left - 5, y + 0.35 * TEXT_PX), text, anchor="end")
    drawing.line(((left, top), (left, bottom), (right, bottom)), colour="rule", width=0.8)
    for value, text in zip(x_ticks, x_texts or tick_texts(x_ticks), strict=True):
        drawing.text((panel.x.place(value), bottom + 1.35 * TEXT_PX), text, anchor="middle")
    if x_label:
        drawing.text(((left + right) / 2, bottom + 2.75 * TEXT_PX), x_label, anchor="middle")
    drawing.text((left, top - 6), title)


def tick_texts(values: Sequence[float]) -> list[str]:
    """An axis's values as they are printed: all with as many decimals as the one that needs most."""
    decimals = max((len(f"{value:.10g}".partition(".")[2]) for value in values), default=0)
    return [f"{value:.{decimals}f}".replace("-", MINUS) for value in values]


def segments(points: Iterable[tuple[float, float | None]]) -> list[list[Place]]:
    """Cut a line where it has no value."""
    parts: list[list[Place]] = [[]]
    for x, y in points:
        if y is None:
            parts.append([])
        else:
            parts[-1].append((x, y))
    return [part for part in parts if part]


def apart(places: Sequence[float], *, gap: float, low: float, high: float) -> tuple[float, ...]:
    """Move labels along a line as little as needed that they are `gap` apart between `low` and `high`, in their order.

    Where there is no room for all, they overlap at `low`.
    """
    order = sorted(range(len(places)), key=lambda index: (places[index], index))
    moved = [0.0] * len(places)
    last = low - gap
    for index in order:
        last = max(places[index], last + gap)
        moved[index] = last
    last = high + gap
    for index in reversed(order):
        last = min(moved[index], last - gap)
        moved[index] = max(last, low)
    return tuple(moved)


def text_width(text: str, *, size: float = TEXT_PX) -> float:
    """About how wide `text` is."""
    return LETTER_WIDTH * size * len(text)


def _place(point: Place) -> str:
    return f"{_number(point[0])} {_number(point[1])}"


def _number(value: float) -> str:
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _opacity(opacity: float) -> str:
    return f";opacity:{_number(opacity)}" if opacity != 1 else ""
