"""Place marks on a track: a strip of a page whose left and right mean something, in shares of its width.

Marks are words and small boxes of the page itself, so that they follow its width, its colours and its letters.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from repro.report.drawing.svg import Axis, tick_texts
from repro.report.text.formatting import MINUS, fixed

#: Rows that reach further than this many times the median row's reach are cut off and marked.
FAR = 5.0
#: Room at both ends, as a share of what is drawn.
ROOM = 0.06
#: Ticks of an axis of relative changes, in percent, and how near two may stand, as a share of the axis.
CHANGES = (-95, -90, -80, -67, -50, -33, -20, -10, -5, -2, -1, 0, 1, 2, 5, 10, 20, 50, 100, 200, 400, 900, 1900, 3900)
NEAREST = 0.11
MOST_TICKS = 7


@dataclass(frozen=True, kw_only=True)
class Spot:
    """A mark. kind: of `seed`, `ci90`, `ci95`, `mean`, `paper`, `band`, `other`, `beyond`. text: what stands there, if a sign."""

    kind: str
    left: str
    width: str = ""
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Tick:
    """A value that is named along a track."""

    left: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Track:
    """From `low` to `high`. relative: its values are logarithms of ratios, and are told as changes in percent."""

    low: float
    high: float
    relative: bool = False

    def share(self, value: float) -> float:
        """How far along the track a value stands."""
        return (value - self.low) / (self.high - self.low)

    def left(self, value: float) -> str:
        """The place of a value, at an end where it is beyond that."""
        return _percent(min(max(self.share(value), 0.0), 1.0))

    def spot(self, kind: str, value: float, *, text: str = "") -> Spot:
        """A mark at a value, an arrow at the edge where it is beyond that."""
        if not -1e-9 <= self.share(value) <= 1 + 1e-9:
            right = self.share(value) > 1
            return Spot(kind=f"beyond {kind}", left="100%" if right else "0%", text="▶" if right else "◀")
        return Spot(kind=kind, left=self.left(value), text=text)

    def span(self, kind: str, ends: tuple[float, float]) -> Spot:
        """What lies between two values, as far as it is on the track."""
        low, high = (min(max(self.share(end), 0.0), 1.0) for end in ends)
        return Spot(kind=kind, left=_percent(low), width=_percent(high - low))

    def ticks(self) -> tuple[Tick, ...]:
        """Round values along the track."""
        if self.relative:
            return tuple(Tick(left=self.left(value), text=text) for value, text in self._changes())
        values = Axis(low=self.low, high=self.high, start_px=0, end_px=1).ticks(MOST_TICKS)
        return tuple(Tick(left=self.left(v), text=text) for v, text in zip(values, tick_texts(values), strict=True))

    def _changes(self) -> list[tuple[float, str]]:
        """Changes in percent from none outwards, those that have room."""
        kept: list[tuple[float, str]] = []
        for change in sorted(CHANGES, key=abs):
            place = math.log1p(change / 100)
            near = any(abs(self.share(place) - self.share(other)) < NEAREST for other, _ in kept)
            if self.low <= place <= self.high and not near:
                kept.append((place, f"{fixed(change, decimals=0, signed=True)} %" if change else "0"))
        return sorted(kept)


def track_of(extents: Iterable[Sequence[float]], *, relative: bool) -> Track:
    """A track for rows that reach from and to these values; rows far beyond the others do not stretch it."""
    reached = [tuple(values) for values in extents if values]
    reaches = sorted(max(map(abs, values)) for values in reached)
    limit = FAR * reaches[len(reaches) // 2] if reaches else 1.0
    near = [value for values in reached for value in values if max(map(abs, values)) <= limit]
    low, high = min([0.0, *near]), max([0.0, *near])
    room = ROOM * (high - low) or 1.0
    return Track(low=low - room, high=high + room, relative=relative)


def _percent(share: float) -> str:
    text = f"{100 * share:.2f}".rstrip("0").rstrip(".")
    return f"{text.replace(MINUS, '-')}%"
