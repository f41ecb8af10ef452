"""The size of an effect in a reader's words and as a place on an axis: relative change of error, times, or points.

On every axis positive is as the paper says, and stands on the right. Logarithms are not shown to anybody.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from repro.artifacts.judged import (
    Estimated,
    JudgedClaim,
    JudgedDifference,
    JudgedExact,
    JudgedLevel,
    JudgedRatio,
    JudgedSized,
    JudgedSlope,
    JudgedSpread,
)
from repro.report.inputs.results import Results
from repro.report.pages import claim_cells as claim_rows
from repro.report.pages.setting import num_examples
from repro.report.text import formatting
from repro.report.text.formatting import TIMES as SIGN
from repro.report.text.formatting import fixed, relative_change, times
from repro.report.text.hits import claim_as_shown
from repro.spec.experiment import Paper
from repro.spec.terms.metrics import metric_named, unit_of

#: What an axis measures.
RELATIVE, TIMES, POINTS, POWER = "relative", "times", "points", "power"
#: The largest multiple of the paper's effect that an overview shows; beyond it an arrow stands.
MULTIPLES = (-3.0, 5.0)


@dataclass(frozen=True, kw_only=True)
class Size:
    """A value with the ends of its 90 % interval, None where there is none."""

    value: float
    low: float | None = None
    high: float | None = None


def axis_of(claim: JudgedClaim) -> str:
    """What a claim's effect is measured in: of RELATIVE, TIMES, POINTS and, of a line along sizes, POWER."""
    if isinstance(claim, JudgedSlope):
        return POWER
    if isinstance(claim, JudgedRatio) or (isinstance(claim, JudgedSized) and claim.paper_ratio):
        return TIMES
    if isinstance(claim, JudgedSpread) and claim.decided_on == "log_ratio":
        return RELATIVE
    if isinstance(claim, JudgedDifference) and metric_named(claim.metric).is_test_error:
        return RELATIVE
    return POINTS


def size_of(claim: JudgedClaim) -> Size | None:
    """What was measured, as it stands on the axis of the claim; None where nothing was."""
    axis = axis_of(claim)
    part = _on_axis(claim, axis)
    if part is None or not math.isfinite(part.estimate):
        return None
    low, high = part.ci90 or (None, None)
    change = _change(axis)
    return Size(value=change(part.estimate), low=_maybe(change, low), high=_maybe(change, high))


def _on_axis(claim: JudgedClaim, axis: str) -> Estimated | None:
    if isinstance(claim, JudgedLevel | JudgedExact):
        return None
    if axis == POINTS and isinstance(claim, JudgedDifference):
        return claim.points
    if axis == RELATIVE and isinstance(claim, JudgedDifference):
        return claim.log_ratio
    if axis == TIMES and isinstance(claim, JudgedSized):
        return claim.log_ratio or (claim.deciding if isinstance(claim, JudgedRatio) else None)
    return getattr(claim, "deciding", None)


def printed_size(claim: JudgedClaim) -> float | None:
    """What the paper prints, as it stands on the axis of the claim; None where it prints no size."""
    axis = axis_of(claim)
    if axis == POINTS:
        return getattr(claim, "paper_delta", None)
    value = claim.d0 if isinstance(claim, JudgedSpread) else claim.paper_log_ratio if isinstance(claim, JudgedSized) else None
    return None if value is None else _change(axis)(value)


def _change(axis: str) -> Callable[[float], float]:
    """What makes a place on the axis of a stored number: of logarithms their ratio, or its distance from 1."""
    changes: dict[str, Callable[[float], float]] = {RELATIVE: math.expm1, TIMES: math.exp, POINTS: float, POWER: float}
    return changes[axis]


def _maybe(change: Callable[[float], float], value: float | None) -> float | None:
    return None if value is None else change(value)


def change_of_errors(log_ratio: float) -> float:
    """How many more errors there are, as a share of those that there were."""
    return math.expm1(log_ratio)


def size_text(value: float, *, axis: str, claim: JudgedClaim) -> str:
    """A place on an axis in words: `+3.4 %`, `6.0` times, `+1.2 points`, `+0.12 power` of a line along sizes."""
    if axis == POWER:
        return f"{fixed(value, decimals=2, signed=True)} power"
    if axis == RELATIVE:
        return relative_text(value)
    if axis == TIMES:
        return f"{times(value)} {SIGN}"
    unit = unit_of(claim.metric)
    decimals = 2 if unit.decimals is None else unit.decimals
    shown = 100 * value if unit.share else value
    return f"{fixed(shown, decimals=decimals, signed=True)} {unit.difference}".strip()


def relative_text(value: float) -> str:
    """A relative change: a decimal below ten per cent, none above."""
    return f"{relative_change(math.log1p(value))} %" if value > -1 else ""


def size_words(size: Size, *, axis: str, claim: JudgedClaim) -> str:
    """A size with its interval."""
    return " ".join(filter(None, [size_text(size.value, axis=axis, claim=claim), interval_text(size, axis=axis, claim=claim)]))


def interval_text(size: Size, *, axis: str, claim: JudgedClaim) -> str:
    """The interval of a size in the size's own unit: `[+12, +21]`; "" where there is none."""
    if size.low is None or size.high is None:
        return ""
    low, high = (size_text(end, axis=axis, claim=claim).partition(" ")[0] for end in (size.low, size.high))
    return f"[{low}, {high}]"


def multiple_of(claim: JudgedClaim) -> Size | None:
    """The effect as a multiple of the paper's, on the scale that decides; None where the paper prints no size.

    Of a spread, whose printed size is an upper bound, there is none.
    """
    if not isinstance(claim, JudgedSized) or isinstance(claim, JudgedSpread) or not claim.d0 or claim.estimate is None:
        return None
    low, high = claim.ci90 or (None, None)
    d0 = claim.d0
    return Size(value=claim.estimate / d0, low=None if low is None else low / d0, high=None if high is None else high / d0)


@dataclass(frozen=True, kw_only=True)
class Printed:
    """What a table prints of a claim: the paper's number and ours, with unit and 90 % interval."""

    paper: str
    ours: str
    ci90: str


def as_printed(claim: JudgedClaim, paper: Paper, *, results: Results) -> Printed:
    """The numbers of a claim as the pages of its scale print them."""
    table = next((table for table in paper.tables if claim.id in table.claims), None)
    shown = claim_as_shown(claim, table) if table is not None else claim
    found = formatting.digits(num_examples(claim.metric, claim.protocol, claim.arm, paper=paper.name, results=results))
    ours = claim_rows.our_cells(shown, digits=found)
    printed = claim_rows.paper_cells(shown)["paper"]
    return Printed(
        paper=_with_unit(printed.text, printed.unit),
        ours=_with_unit(ours["estimate"].text, ours["estimate"].unit),
        ci90=ours["estimate_ci90"].text,
    )


def _with_unit(text: str, unit: str) -> str:
    """A number and its unit; `points` are written short, and what is said of an interval is left out."""
    return f"{text} {unit.partition(';')[0].replace('points', 'pt')}".strip() if text else ""
