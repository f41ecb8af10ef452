"""Turn claims and effects of claims.json into table entries."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from repro.analyse.evidence.verdict import INCONCLUSIVE, POST_HOC, UNTESTABLE
from repro.artifacts.claims_json import MeasuredEffect
from repro.artifacts.judged import (
    Estimated,
    Interval,
    JudgedByRuns,
    JudgedClaim,
    JudgedCount,
    JudgedEffect,
    JudgedExact,
    JudgedLevel,
    JudgedParts,
    JudgedRanking,
    JudgedRatio,
    JudgedSigns,
    JudgedSized,
    JudgedSlope,
    JudgedSpread,
    JudgedWithin,
    RatioAt,
)
from repro.artifacts.ledger.events import Challenge
from repro.report.pages.several_cells import estimate_cells, parts_cell, printed_cell
from repro.report.text import wording
from repro.report.text.formatting import Digits, count, cut, fixed, p_value, relative_change, times
from repro.report.text.marks import spread_mark, spread_words, tuned_mark
from repro.report.text.tables import Cell, Link, interval
from repro.report.text.units import measured_text, printed_text
from repro.spec.terms.metrics import metric_named, unit_of
from repro.spec.terms.protocols import sampled_by

#: A number that is a bound, not a value.
AT_LEAST, AT_MOST = "≥ ", "≤ "
TIMES = "\N{MULTIPLICATION SIGN}"
#: Makes numbers that are sorted as text positive, and of one length.
BEYOND = 5e6
#: What stands in place of a verdict where nothing was run.
NOT_RUN = "not run"
#: Claims that say how many seeds would find the paper's effect.
ASKING_SEEDS = JudgedSized | JudgedRanking | JudgedSpread | JudgedSlope | JudgedCount
Cells = dict[str, Cell]


def paper_cells(claim: JudgedClaim) -> Cells:
    """What the paper printed: the value, effect or ratio; its log ratio, and the change of error that this is."""
    log_ratio = claim.paper_log_ratio if isinstance(claim, JudgedSized) else None
    if isinstance(claim, JudgedSpread) and claim.decided_on == "log_ratio":
        log_ratio = claim.d0
    return {
        "paper": _printed(claim),
        "paper_relative": _relative(None if shown_as_times(claim) else log_ratio, metric=claim.metric),
        "paper_log_ratio": Cell(text=fixed(log_ratio, decimals=3, signed=True)),
    }


def shown_as_times(claim: JudgedClaim | MeasuredEffect) -> bool:
    """Whether the logarithm of a ratio is told as how many times as much, not as a change of error."""
    return isinstance(claim, JudgedRatio) or (isinstance(claim, JudgedSized) and bool(claim.paper_ratio))


def _relative(log_ratio: float | None, *, metric: str, strong: bool = False) -> Cell:
    """How much more there is without the part, of errors as a rule, in percent of what there is with it."""
    unit = "%"
    if metric_named(metric).is_test_error:
        unit = "% more errors" if log_ratio is not None and log_ratio > 0 else "% errors"
    return Cell(text=relative_change(log_ratio), unit=unit, strong=strong)


def _printed(claim: JudgedClaim) -> Cell:
    unit = unit_of(claim.metric)
    match claim:
        case JudgedLevel():
            return Cell(text=printed_text(unit, claim.paper_value), unit=unit.value)
        case JudgedExact():
            bound = AT_MOST if claim.bound == "at_most" else ""
            return Cell(text=bound + printed_text(unit, claim.paper_value), unit=unit.value)
        case JudgedRatio():
            return _ratio_printed(claim)
        case JudgedEffect() | JudgedWithin() if claim.paper_ratio:
            return _ratio_printed(claim)
        case JudgedEffect() | JudgedWithin():
            least, most = (printed_text(unit, end, signed=True) for end in (claim.paper_delta, claim.paper_most))
            return Cell(text=least, unit=_bounded(claim, most, unit.difference))
        case JudgedParts():
            return Cell(text=printed_text(unit, claim.paper_delta, signed=True), unit=unit.difference)
        case JudgedRanking() | JudgedSpread() | JudgedSlope() | JudgedCount() | JudgedSigns():
            return printed_cell(claim)


def _bounded(claim: JudgedSized, most: str, unit: str) -> str:
    """What stands behind a printed size: its unit, and how it is meant if it is a bound or begins an interval."""
    if most:
        return f"to {most} {unit}"
    return f"{unit} or more" if claim.bound == "at_least" else unit


def _ratio_printed(claim: JudgedSized) -> Cell:
    least, most = (f"{end:g}" if end else "" for end in (claim.paper_ratio, claim.paper_most))
    return Cell(text=least, unit=_bounded(claim, most, TIMES))


def paper_ratio_cell(ratio: float | None) -> Cell:
    """A printed ratio."""
    return Cell(text=f"{ratio:g}" if ratio else "", unit=TIMES)


def our_cells(claim: JudgedClaim, *, digits: Digits) -> Cells:
    """Our estimate with its intervals: as a value, a ratio or a difference, and as log ratio."""
    match claim:
        case JudgedLevel() | JudgedExact():
            ours = value_cells(claim.deciding, metric=claim.metric, digits=digits, signed=False)
            return {**ours, **_log_ratio_cells(None, metric=claim.metric, decimals=digits.log_ratio, strong=False)}
        case JudgedRatio():
            return {
                **_ratio_cells(claim),
                **_log_ratio_cells(claim.deciding, metric=claim.metric, decimals=3, strong=False, told=False),
            }
        case JudgedEffect() | JudgedWithin() if claim.paper_ratio and claim.log_ratio:
            return {
                **_times_cells(claim.log_ratio),
                **_log_ratio_cells(claim.log_ratio, metric=claim.metric, decimals=3, strong=False, told=False),
            }
        case JudgedEffect() | JudgedWithin():
            asked = claim.verdict != UNTESTABLE  # what no data here can answer has no size
            points, log_ratio = (claim.points, claim.log_ratio) if asked else (None, None)
        case JudgedParts():
            points, log_ratio = None, None
        case JudgedSpread() if claim.decided_on == "log_ratio":
            ours = estimate_cells(claim, decimals=digits.points)
            return {**ours, **_log_ratio_cells(claim.deciding, metric=claim.metric, decimals=digits.log_ratio, strong=True)}
        case JudgedRanking() | JudgedSpread() | JudgedSlope() | JudgedCount() | JudgedSigns():
            ours = estimate_cells(claim, decimals=digits.points)
            return {**ours, **_log_ratio_cells(None, metric=claim.metric, decimals=digits.log_ratio, strong=False)}
    on_points = claim.decided_on != "log_ratio"
    cells = _estimate_cells(points, metric=claim.metric, decimals=digits.points, strong=on_points)
    sort = _sorted_by(log_ratio.estimate if log_ratio else None, points, unit=cells["estimate"].unit)
    return {
        **cells,
        "estimate": replace(cells["estimate"], sort=sort),
        **_log_ratio_cells(log_ratio, metric=claim.metric, decimals=digits.log_ratio, strong=not on_points),
    }


def _sorted_by(log_ratio: float | None, points: Estimated | None, *, unit: str) -> str:
    """By what an effect is sorted: its logarithm, whatever the unit in which it is told; those without one follow by unit."""
    if log_ratio is not None:
        return f"{log_ratio:.6f}"
    return f"z {unit} {BEYOND + points.estimate:.6f}" if points else ""


def value_cells(ours: Estimated | None, *, metric: str, digits: Digits, signed: bool) -> Cells:
    """Estimate and intervals of a printed table's number: a level, or (signed) a difference."""
    return _estimate_cells(ours, metric=metric, decimals=digits.points, strong=True, signed=signed)


def effect_cells(effect: MeasuredEffect, *, digits: Digits) -> Cells:
    """The estimate and intervals of an effect about which there is no claim: nothing is decided; none where a gate closed."""
    points, log_ratio = (None, None) if effect.gate else (effect.points, effect.log_ratio)
    return {
        **_estimate_cells(points, metric=effect.metric, decimals=digits.points, strong=False),
        **_log_ratio_cells(log_ratio, metric=effect.metric, decimals=digits.log_ratio, strong=False),
    }


def _estimate_cells(part: Estimated | None, *, metric: str, decimals: int, strong: bool, signed: bool = True) -> Cells:
    """The cells of a value or (signed) a difference; empty cells where there is none."""
    unit = unit_of(metric)

    def ends(pair: Interval | None) -> Cell:
        kept = cut(pair) if unit.share and not signed else pair
        low, high = (measured_text(unit, end, decimals=decimals, signed=signed) for end in kept or (None, None))
        return interval(low, high)

    text = measured_text(unit, part.estimate if part else None, decimals=decimals, signed=signed)
    return {
        "estimate": Cell(text=text, unit=unit.difference if signed else unit.value, strong=strong),
        "estimate_ci90": ends(part.ci90 if part else None),
        "estimate_ci95": ends(part.ci95 if part else None),
    }


def _log_ratio_cells(part: Estimated | None, *, metric: str, decimals: int, strong: bool, told: bool = True) -> Cells:
    """The logarithm of a ratio with its intervals; unless a ratio is `told` already, as a change of error too."""

    def ends(pair: Interval | None) -> Cell:
        low, high = (fixed(end, decimals=decimals, signed=True) for end in pair or (None, None))
        return interval(low, high)

    text = fixed(part.estimate if part else None, decimals=decimals, signed=True)
    return {
        "relative": _relative(part.estimate if part and told else None, metric=metric, strong=strong),
        "relative_ci90": interval(*map(relative_change, (part.ci90 if part and told else None) or (None, None))),
        "log_ratio": Cell(text=text),
        "log_ratio_ci90": ends(part.ci90 if part else None),
        "log_ratio_ci95": ends(part.ci95 if part else None),
    }


def _times_cells(log_ratio: Estimated) -> Cells:
    """A ratio with its intervals from its logarithm."""
    sort = _sorted_by(log_ratio.estimate, None, unit=TIMES)
    return {
        "estimate": Cell(text=times(math.exp(log_ratio.estimate)), unit=TIMES, strong=True, sort=sort),
        "estimate_ci90": _times(log_ratio.ci90),
        "estimate_ci95": _times(log_ratio.ci95),
    }


def _ratio_cells(claim: JudgedRatio) -> Cells:
    """How many times as many epochs one arm needs, at the training error that decides."""
    first = claim.thresholds[0] if claim.thresholds else None
    sort = _sorted_by(claim.deciding.estimate if claim.deciding else None, None, unit=TIMES)
    return {
        "estimate": replace(ratio_cell(first, strong=True), sort=sort) if first else Cell(),
        "estimate_ci90": _times(claim.ci90),
        "estimate_ci95": _times(claim.ci95),
    }


def _times(ends: Interval | None) -> Cell:
    """The interval of a ratio from that of its logarithm."""
    return interval(*(times(math.exp(end)) for end in ends)) if ends else interval("", "")


def ratio_cell(at: RatioAt, *, strong: bool) -> Cell:
    """The ratio at one training error; a lower bound where runs never got there."""
    if at.at_least is not None:
        return Cell(text=AT_LEAST + times(at.at_least), unit=TIMES, strong=strong)
    return Cell(text=times(at.ratio), unit=TIMES, strong=strong)


def arm_cells(entry: JudgedClaim | MeasuredEffect, role: str, *, name: str, digits: Digits) -> Cells:
    """Mean, standard deviation over seeds and number of seeds of the arm `name` (`role`: arm or against)."""
    unit = unit_of(entry.metric)
    mean = spread = num = ""
    if name and isinstance(entry, JudgedByRuns | MeasuredEffect):
        mean = measured_text(unit, entry.means.get(name), decimals=digits.points)
        spread = measured_text(unit, entry.sds.get(name), decimals=digits.points)
        num = count(entry.n.get(name))
    return {
        f"{role}_mean": Cell(text=mean),
        f"{role}_sd": Cell(text=spread, unit=unit.value if unit.share else ""),
        f"{role}_n": Cell(text=num),
    }


def verdict_cells(claim: JudgedClaim, challenges: Sequence[Challenge] = ()) -> Cells:
    """The verdict with symbol and colour, its size flag and its reason; beside it what challenges of it gave."""
    words, shown = wording.verdict_words(claim.verdict), wording.words_for(claim)
    remarks = []
    if claim.total_flips:
        seen = sampled_by(claim.protocol)
        remarks.append(f"With the test {seen} counted as a sample too, the interval changes the verdict.")
    if claim.post_hoc and claim.verdict != POST_HOC:
        remarks.append(f"Changed after runs had been seen: {'; '.join(claim.post_hoc.changed)}.")
    remarks += claim.remarks
    remarks += filter(None, [spread_mark(claim), tuned_mark(claim)])
    remarks += map(challenge_words, challenges)
    brief = " ".join([claim.brief, *remarks]) if claim.brief else ""
    position = list(wording.VERDICTS).index(words.name)
    adjusted = claim.p_adjusted if isinstance(claim, JudgedEffect) else None
    needed = claim.seeds_needed if claim.verdict == INCONCLUSIVE and isinstance(claim, ASKING_SEEDS) else None
    return {
        "p_adjusted": Cell(text=p_value(adjusted)),
        "verdict": Cell(text=shown.name, symbol=words.symbol, tone=words.tone, sort=f"{position:02d}"),
        "size": Cell(text=wording.SIZES[claim.size]),
        "seeds_needed": Cell(text=count(needed)),
        "evidence": Cell(text=claim.evidence),
        "parts": parts_cell(claim) if isinstance(claim, JudgedParts | JudgedSigns | JudgedRanking) else Cell(),
        "reason": Cell(text=" ".join(filter(None, [claim.reason, spread_words(claim), *remarks])), brief=brief),
    }


def challenge_words(challenge: Challenge) -> str:
    """What came of a challenge, by fresh seeds alone; one that is not over is told too."""
    seeds = "1 fresh seed" if len(challenge.seeds) == 1 else f"{len(challenge.seeds)} fresh seeds"
    said = f"Challenged by “{challenge.beacon}” with {seeds}"
    if not challenge.verdict:
        return f"{said}: begun, not finished."
    if challenge.estimate is None or challenge.ci90 is None:
        return f"{said}: {challenge.verdict}."
    low, high = (fixed(end, decimals=3, signed=True) for end in challenge.ci90)
    return f"{said}: {challenge.verdict}, {fixed(challenge.estimate, decimals=3, signed=True)} [{low}, {high}]."


def no_verdict_cells(effect: MeasuredEffect, *, evidence: str) -> Cells:
    """The cells of an effect about which the paper prints nothing, with the gate that it failed."""
    failed = f"{effect.gate}: {effect.reason}" if effect.gate else effect.reason
    if effect.points is None:
        return not_run_cells(failed)
    shown = "there is no size of an effect" if effect.gate else "it is shown, not judged"
    reason = f"The paper prints no number for this measure; {shown}."
    return {
        "p_adjusted": Cell(text=p_value(effect.p_adjusted)),
        "verdict": Cell(text="no claim", tone="none", symbol="·", sort="99"),
        "size": Cell(),
        "seeds_needed": Cell(),
        "evidence": Cell(text=evidence),
        "parts": Cell(),
        "reason": Cell(text=f"{reason} {failed}".strip()),
    }


def not_run_cells(reason: str) -> Cells:
    """The cells of what was not run, or failed, and why."""
    empty = ("p_adjusted", "size", "seeds_needed", "evidence", "parts")
    return {
        **{key: Cell() for key in empty},
        "verdict": Cell(text=_no_run(reason), tone="none", symbol="…", sort="99"),
        "reason": Cell(text=reason),
    }


def _no_run(reason: str) -> str:
    return "failed" if reason.startswith("failed") else NOT_RUN


def run_links(runs: Sequence[str], *, hrefs: Mapping[str, str]) -> tuple[Link, ...]:
    """A link for each run of a claim that has a page."""
    return tuple(Link(text="/".join(run.split("/")[2:]), href=hrefs[run]) for run in runs if run in hrefs)
