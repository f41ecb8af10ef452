"""The rules by which an interval becomes a verdict, as facts/statistics.md and the kinds of claims describe them.

All numbers are on the deciding scale, positive as the paper says. First match wins.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

Interval = tuple[float, float]


@dataclass(frozen=True)
class Size:
    """What the paper printed: from `least` to `most` (None: no size), the band that reproduces it, what counts as none."""

    least: float | None
    most: float | None
    band: Interval | None
    smallest: float


def about(d0: float, smallest: float | None) -> Size:
    """One number: half of it to twice."""
    return Size(d0, d0, (d0 / 2, 2 * d0), smallest or d0 / 4)


def about_ratio(ratio: float, smallest: float | None) -> Size:
    """A ratio of times: half the ratio to twice, on the log scale; at 1.1 and below there is no effect."""
    none = smallest or min(math.log(1.1), math.log(ratio) / 4)
    return Size(math.log(ratio), math.log(ratio), (max(math.log(ratio / 2), none), math.log(2 * ratio)), none)


def between(least: float, most: float, smallest: float) -> Size:
    """A printed interval, or a lower bound (most: infinity)."""
    return Size(least, most, (least, most), smallest)


def decide(interval: Interval, size: Size, sides: Interval | None = None) -> str:
    """An effect. sides: the interval that tells its sign, where the size is compared on another scale."""
    low, high = interval
    sign_low, sign_high = sides or interval
    if -size.smallest < low and high < size.smallest:
        return "ABSENT"
    if sign_high < 0:
        return "REVERSED"
    if size.band and size.band[0] < low and high < size.band[1]:
        return "REPRODUCED"
    if sign_low > 0:
        return "DIRECTION"
    return "NOT-REPRODUCED" if size.least is not None and high < size.least else "INCONCLUSIVE"


def flag(interval: Interval, size: Size) -> str:
    """How the size of an effect of the paper's direction compares with the printed one."""
    if size.least is None or size.most is None:
        return ""
    return "weaker" if interval[1] < size.least else "stronger" if interval[0] > size.most else "open"


def exact(value: float, printed: float, tolerance: float, bound: str) -> str:
    """A count from the printed layers."""
    above = value > printed * (1 + tolerance)
    below = value < printed * (1 - tolerance) and bound == "equal"
    return "EXACT-FAIL" if above or below else "EXACT-PASS"


BLOCKING = ("INVALID", "INCOMPLETE", "UNTESTABLE-HERE", "NOT-COMPARABLE", "DID-NOT-TRAIN")
REFUTING = ("EXACT-FAIL", "REVERSED", "ABSENT", "NOT-REPRODUCED")
HOLDING = ("DIRECTION", "REPRODUCED", "EXACT-PASS")


def every(parts: list[str], refuting: list[str]) -> str:
    """All parts must hold, each at its own level; one refutes the whole only at the level adjusted for all."""
    for verdict in BLOCKING:
        if verdict in parts:
            return verdict
    for verdict in REFUTING:
        if verdict in refuting:
            return verdict
    if all(part in HOLDING for part in parts):
        return next(verdict for verdict in HOLDING if verdict in parts)
    return "INCONCLUSIVE"


def no_worse(interval: Interval, margin: float) -> str:
    """An arm loses less than the margin, if it loses at all; a loss is negative."""
    low, high = interval
    if low > -margin:
        return "REPRODUCED"
    return "REVERSED" if high < -margin else "INCONCLUSIVE"


def share(interval: Interval, *, every: bool, chance: float) -> str:
    """A thing shows in every run: in all of those here, and so for certain in more than half of all."""
    low, high = interval
    if every and low > 0.5:
        return "REPRODUCED"
    if low > chance:
        return "DIRECTION"
    return "NOT-REPRODUCED" if high < 0.5 else "INCONCLUSIVE"


def bounded(interval: Interval, bound: float) -> str:
    """A spread is at most the bound; up to twice the bound it is as small as the paper says in size."""
    low, high = interval
    if high <= bound:
        return "REPRODUCED"
    if low > bound:
        return "NOT-REPRODUCED"
    return "DIRECTION" if high <= 2 * bound else "INCONCLUSIVE"


def signs(interval: Interval, *, every: bool) -> str:
    """Signs are as printed: by chance half of them would be."""
    low, high = interval
    if low > 0.5:
        return "REPRODUCED" if every else "DIRECTION"
    return "REVERSED" if high < 0.5 else "INCONCLUSIVE"


def at_least(low: float, size: Size) -> str:
    """An effect of which only a lower bound is known shows the direction, and a printed lower bound."""
    if size.band and math.isinf(size.band[1]) and low > size.band[0]:
        return "REPRODUCED"
    return "DIRECTION" if low > 0 else "INCONCLUSIVE"


def order(pairs: list[str], refuting: list[str], *, trend: bool) -> str:
    """An order: every pair at its own level, one refutes it at the level adjusted for all, a trend is its direction."""
    for verdict in REFUTING:
        if verdict in refuting:
            return verdict
    if all(pair in HOLDING for pair in pairs):
        return "REPRODUCED"
    return "DIRECTION" if trend else "INCONCLUSIVE"
