"""Places on a plot's row in per cent of its width: a row is text and a track that shrinks with the page.

On every track the right is as the paper says, and words at both ends say so.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from repro.report.drawing.svg import Axis
from repro.report.site.plots.sizes import POINTS, RELATIVE, TIMES, Size
from repro.report.text.formatting import MINUS, fixed, times
from repro.report.text.formatting import TIMES as SIGN

#: How many times the paper's effect an axis reaches at most, and how many times the median of what was measured.
REACH, REACH_OF_MEDIAN = 4.0, 2.5
#: An axis shows at least so much on its other side, as a share of its reach.
OTHER_SIDE = 0.25
MOST_TICKS = 6
#: In per cent of the width: nearer to an end no value is written.
MARGIN = 3.0
#: Twice the paper's effect, up to where it counts as reproduced, and some room.
BAND = 2.2


@dataclass(frozen=True, kw_only=True)
class Spot:
    """A mark on a track: `left` of its middle, `width` of its interval from `start`; `beyond`: left, right or "".

    kind: what it is (paper, other, loose, or a source's place); dashed: of generated data.
    """

    kind: str
    left: str
    start: str = ""
    width: str = ""
    beyond: str = ""
    dashed: bool = False


@dataclass(frozen=True, kw_only=True)
class Tick:
    """A labelled place of an axis."""

    left: str
    text: str
    zero: bool = False


@dataclass(frozen=True, kw_only=True)
class Track:
    """An axis whose right end is as the paper says. zero: where no effect is."""

    axis: Axis
    kind: str

    def percent(self, value: float) -> float:
        """The place of a value, cut off at both ends."""
        least = self.axis.low if not self.axis.log else max(self.axis.low, 1e-12)
        return self.axis.place(min(max(value, least), self.axis.high))

    @property
    def zero(self) -> str:
        return _percent(self.percent(self.none))

    @property
    def none(self) -> float:
        """The value that is no effect."""
        return 1.0 if self.kind == TIMES else 0.0

    @property
    def ticks(self) -> tuple[Tick, ...]:
        values = [value for value in self.axis.ticks(MOST_TICKS) if MARGIN < self.percent(value) < 100 - MARGIN]
        return tuple(
            Tick(left=_percent(self.percent(value)), text=tick_text(value, kind=self.kind), zero=value == self.none)
            for value in values
        )

    def spot(self, size: Size, *, kind: str, dashed: bool = False) -> Spot:
        """The mark of a measured size; one that lies beyond the axis is an arrow at its end."""
        low, high = self.axis.low, self.axis.high
        beyond = "right" if size.value > high else "left" if size.value < low else ""
        start = width = ""
        if size.low is not None and size.high is not None and not beyond:
            left, right = self.percent(size.low), self.percent(size.high)
            start, width = _percent(left), _percent(right - left)
        return Spot(kind=kind, left=_percent(self.percent(size.value)), start=start, width=width, beyond=beyond, dashed=dashed)

    def band(self, low: float, high: float) -> tuple[str, str]:
        """Start and width of a shaded part."""
        left, right = self.percent(low), self.percent(high)
        return _percent(left), _percent(right - left)


def track_of(sizes: Sequence[Size], printed: Iterable[float], *, kind: str) -> Track:
    """The axis on which the paper's sizes are seen, and all measured ones that are not many times as large."""
    if kind == TIMES:
        return _times_track(sizes, printed)
    paper = max((abs(value) for value in printed), default=0.0)
    found = sorted(max(abs(size.value), abs(size.low or 0.0), abs(size.high or 0.0)) for size in sizes)
    median = found[len(found) // 2] if found else 0.0
    reach = REACH * paper if paper else REACH_OF_MEDIAN * median
    if paper and found and found[-1] < reach:
        reach = max(found[-1], paper)
    reach = 1.08 * (reach or 1.0)
    ends = [end for size in sizes for end in (size.low, size.high, size.value) if end is not None]
    low = max(min([-OTHER_SIDE * reach, *(1.08 * end for end in ends if end < 0)]), -reach)
    high = min(max([OTHER_SIDE * reach, BAND * paper, *(1.08 * end for end in ends if end > 0)]), max(reach, BAND * paper))
    if kind == RELATIVE:
        low = max(low, -1.0)
    return Track(axis=Axis(low=low, high=high, start_px=0, end_px=100), kind=kind)


def _times_track(sizes: Sequence[Size], printed: Iterable[float]) -> Track:
    """An axis of ratios: equal ratios are equally far apart, and 1 is no effect."""
    values = [1.0, *printed, *(end for size in sizes for end in (size.value, size.low, size.high) if end and end > 0)]
    kept = [min(max(value, 1 / 64), 64.0) for value in values if math.isfinite(value)]
    return Track(
        axis=Axis(low=min([0.5, *kept]) / 1.15, high=max([2.0, *kept]) * 1.15, start_px=0, end_px=100, log=True), kind=TIMES
    )


def tick_text(value: float, *, kind: str) -> str:
    """A value at an axis."""
    if kind == RELATIVE:
        decimals = 0 if abs(value) >= 0.0995 or value == 0 else 1
        return f"{fixed(100 * value, decimals=decimals, signed=True).removesuffix('.0')} %"
    if kind == TIMES:
        return f"{times(value).removesuffix('.0')} {SIGN}"
    if kind == POINTS:
        return f"{100 * value:+g}".replace("-", MINUS).replace("+0", "0") if value else "0"
    return f"{value:g}".replace("-", MINUS)


def _percent(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") + "%"
