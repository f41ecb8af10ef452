"""Turn claims about several things at once into table entries."""

from __future__ import annotations

from repro.artifacts.judged import (
    Interval,
    JudgedCount,
    JudgedParts,
    JudgedRanking,
    JudgedSigns,
    JudgedSlope,
    JudgedSpread,
    RankedPair,
)
from repro.report.text.formatting import count, fixed
from repro.report.text.tables import Cell, Link, interval
from repro.report.text.units import measured_text, printed_text
from repro.spec.terms.metrics import unit_of

Several = JudgedRanking | JudgedSpread | JudgedSlope | JudgedCount | JudgedSigns


def printed_cell(claim: Several) -> Cell:
    """What the paper states: a bound on a spread, all runs, all signs; of an order and of a line there is no number."""
    match claim:
        case JudgedSpread():
            unit = unit_of(claim.metric)
            return Cell(text=printed_text(unit, claim.paper_delta), unit=f"{unit.difference} at most")
        case JudgedCount():
            return Cell(text="100", unit="% of runs")
        case JudgedSigns():
            return Cell(text=count(len(claim.parts)), unit="signs")
        case JudgedRanking() | JudgedSlope():
            return Cell()


def estimate_cells(claim: Several, *, decimals: int) -> dict[str, Cell]:
    """What is found here, with its intervals where it is one number."""
    match claim:
        case JudgedSpread():
            return _spread(claim, decimals=decimals)
        case JudgedSlope():
            return _power(claim)
        case JudgedCount():
            return _share(len(claim.shown), "runs", claim.num_runs, claim.ci90, claim.ci95)
        case JudgedSigns():
            return _share(claim.num_printed, "signs", claim.num_measured, claim.ci90, claim.ci95)
        case JudgedRanking():
            held = sum(pair.estimate.ci90 is not None and pair.estimate.ci90[0] > 0 for pair in claim.pairs)
            text, unit = (count(held), f"of {len(claim.pairs)} pairs") if claim.pairs else ("", "")
            return {"estimate": Cell(text=text, unit=unit, strong=True), "estimate_ci90": Cell(), "estimate_ci95": Cell()}


def _spread(claim: JudgedSpread, *, decimals: int) -> dict[str, Cell]:
    unit, points = unit_of(claim.metric), claim.points

    def ends(pair: Interval | None) -> Cell:
        return interval(*(measured_text(unit, end, decimals=decimals) for end in pair or (None, None)))

    text = measured_text(unit, points.estimate if points else None, decimals=decimals)
    return {
        "estimate": Cell(text=text, unit=unit.difference, strong=claim.decided_on != "log_ratio"),
        "estimate_ci90": ends(points.ci90 if points else None),
        "estimate_ci95": ends(points.ci95 if points else None),
    }


def _power(claim: JudgedSlope) -> dict[str, Cell]:
    """The power by which an error falls, with its intervals."""

    def ends(pair: Interval | None) -> Cell:
        return interval(*(fixed(end, decimals=2, signed=True) for end in pair)) if pair else Cell()

    unit = "power" if len(claim.lines) < 2 else "power, difference"
    text = fixed(claim.estimate, decimals=2, signed=True)
    return {
        "estimate": Cell(text=text, unit=unit, strong=True),
        "estimate_ci90": ends(claim.ci90),
        "estimate_ci95": ends(claim.ci95),
    }


def _share(found: int, what: str, num: int, ci90: Interval | None, ci95: Interval | None) -> dict[str, Cell]:
    """A count, with the intervals of its share in percent."""

    def ends(pair: Interval | None) -> Cell:
        return interval(*(fixed(100 * end, decimals=0) for end in pair)) if pair else Cell()

    shown = Cell(text=count(found), unit=f"of {num} {what}; interval in %", strong=True) if num else Cell()
    return {"estimate": shown, "estimate_ci90": ends(ci90), "estimate_ci95": ends(ci95)}


def parts_cell(claim: JudgedParts | JudgedSigns | JudgedRanking, *, page: str = "") -> Cell:
    """What a claim is made of: its parts with their verdicts or signs; the pairs of an order."""
    match claim:
        case JudgedParts():
            return Cell(links=tuple(_link(claim.id, part.id, part.verdict, page=page) for part in claim.parts))
        case JudgedSigns():
            return Cell(links=tuple(_link(claim.id, part.id, _sign(part.estimate), page=page) for part in claim.parts))
        case JudgedRanking():
            pairs = "; ".join(_pair(pair) for pair in claim.pairs)
            return Cell(text=pairs, brief=f"{len(claim.pairs)} pairs, one by one" if pairs else "")


def _link(claim: str, part: str, found: str, *, page: str) -> Link:
    return Link(text=f"{part.removeprefix(claim + '.')}: {found}", href=f"{page}#{part}")


def _sign(estimate: float | None) -> str:
    return "not measured" if estimate is None else "as printed" if estimate > 0 else "not as printed"


def _pair(pair: RankedPair) -> str:
    return f"{pair.arm} before {pair.against}: {pair.verdict}"
