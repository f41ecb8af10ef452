"""Turn claims and effects of claims.json into table entries and into lines of the effect plot."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from repro.report.drawing.plots import REPRODUCTION_MARKERS, Bar, EffectPanel, EffectRow
from repro.report.text import wording
from repro.report.text.formatting import Digits, count, cut, fixed, p_value, times
from repro.report.text.tables import Cell, Link, interval
from repro.report.text.units import measured_text, printed_text
from repro.spec.terms.metrics import PERCENT, unit_of
from repro.spec.terms.protocols import sampled_by

#: A number that is a bound, not a value.
AT_LEAST, AT_MOST = "≥ ", "≤ "
TIMES = "\N{MULTIPLICATION SIGN}"
#: Kinds of claims whose number is a value, not a difference.
VALUES = ("level", "exact")
SCALE_TITLES = {"points": "points of error", "log_ratio": "log error ratio", "value": "value"}


def paper_cells(claim: Mapping[str, Any]) -> dict[str, Cell]:
    """Return what the paper printed: the value, effect or ratio, and its log ratio."""
    unit = unit_of(claim["metric"])
    if claim["kind"] in VALUES:
        bound = AT_MOST if claim["bound"] == "at_most" else ""
        printed = Cell(text=bound + printed_text(unit, claim["paper_value"]), unit=unit.value)
    elif claim["kind"] == "ratio" or claim["paper_ratio"]:
        printed = Cell(text=f"{claim['paper_ratio']:g}" if claim["paper_ratio"] else "", unit=TIMES)
    else:
        printed = Cell(text=printed_text(unit, claim["paper_delta"], signed=True), unit=unit.difference)
    log_ratio = claim["paper_log_ratio"]
    if claim["kind"] == "ratio" and log_ratio is None and claim["paper_ratio"]:
        log_ratio = math.log(claim["paper_ratio"])
    return {"paper": printed, "paper_log_ratio": Cell(text=fixed(log_ratio, decimals=3, signed=True), unit="log ratio")}


def our_cells(claim: Mapping[str, Any], *, digits: Digits) -> dict[str, Cell]:
    """Return our estimate with its intervals: as a value, a ratio or a difference, and as log ratio."""
    on_points = claim["decided_on"] != "log_ratio"
    if claim["kind"] in VALUES:
        return {
            **_estimate_cells("estimate", claim, metric=claim["metric"], decimals=digits.points, strong=True, signed=False),
            **_log_ratio_cells(None, decimals=digits.log_ratio, strong=False),
        }
    if claim["kind"] == "ratio":
        return {**_ratio_cells(claim), **_log_ratio_cells(claim, decimals=3, strong=False)}
    if claim["paper_ratio"] and claim["log_ratio"]:
        part = claim["log_ratio"]
        both = {key: _times(part[key]) for key in ("ci90", "ci95")}
        estimate = {"estimate": Cell(text=times(math.exp(part["estimate"])), unit=TIMES, strong=True)}
        estimate |= {"estimate_ci90": both["ci90"], "estimate_ci95": both["ci95"]}
        return {**estimate, **_log_ratio_cells(part, decimals=3, strong=False)}
    return {
        **_estimate_cells("estimate", claim["points"], metric=claim["metric"], decimals=digits.points, strong=on_points),
        **_log_ratio_cells(claim["log_ratio"], decimals=digits.log_ratio, strong=not on_points),
    }


def value_cells(claim: Mapping[str, Any], *, digits: Digits, signed: bool) -> dict[str, Cell]:
    """Return estimate and intervals of a printed table's number: a level, or (signed) a difference."""
    return _estimate_cells("estimate", claim, metric=claim["metric"], decimals=digits.points, strong=True, signed=signed)


def effect_cells(effect: Mapping[str, Any], *, digits: Digits) -> dict[str, Cell]:
    """Return the estimate and intervals of an effect about which there is no claim: nothing is decided."""
    return {
        **_estimate_cells("estimate", effect["points"], metric=effect["metric"], decimals=digits.points, strong=False),
        **_log_ratio_cells(effect["log_ratio"], decimals=digits.log_ratio, strong=False),
    }


def _estimate_cells(
    key: str, part: Mapping[str, Any] | None, *, metric: str, decimals: int, strong: bool, signed: bool = True
) -> dict[str, Cell]:
    """Return the cells `key`, `key_ci90` and `key_ci95` of a value or (signed) a difference; empty cells where there is none."""
    unit, part = unit_of(metric), part or {}

    def ends(pair: list[float | None] | None) -> Cell:
        kept = cut(pair) if unit.share and not signed else pair
        low, high = (measured_text(unit, end, decimals=decimals, signed=signed) for end in kept or (None, None))
        return interval(low, high)

    text = measured_text(unit, part.get("estimate"), decimals=decimals, signed=signed)
    return {
        key: Cell(text=text, unit=unit.difference if signed else unit.value, strong=strong),
        f"{key}_ci90": ends(part.get("ci90")),
        f"{key}_ci95": ends(part.get("ci95")),
    }


def _log_ratio_cells(part: Mapping[str, Any] | None, *, decimals: int, strong: bool) -> dict[str, Cell]:
    part = part or {}

    def ends(pair: list[float | None] | None) -> Cell:
        low, high = (fixed(end, decimals=decimals, signed=True) for end in pair or (None, None))
        return interval(low, high)

    return {
        "log_ratio": Cell(text=fixed(part.get("estimate"), decimals=decimals, signed=True), unit="log ratio", strong=strong),
        "log_ratio_ci90": ends(part.get("ci90")),
        "log_ratio_ci95": ends(part.get("ci95")),
    }


def _ratio_cells(claim: Mapping[str, Any]) -> dict[str, Cell]:
    """Return how many times as many epochs one arm needs, at the training error that decides."""
    first = claim["thresholds"][0] if claim["thresholds"] else None
    return {
        "estimate": ratio_cell(first, strong=True) if first else Cell(),
        "estimate_ci90": _times(claim["ci90"]),
        "estimate_ci95": _times(claim["ci95"]),
    }


def _times(ends: Sequence[float | None] | None) -> Cell:
    """Return the interval of a ratio from that of its logarithm."""
    low, high = (None if end is None else times(math.exp(end)) for end in ends or (None, None))
    return interval(low or "", high or "")


def ratio_cell(threshold: Mapping[str, Any], *, strong: bool) -> Cell:
    """Return the ratio at one training error; a lower bound where runs never got there."""
    if threshold["at_least"] is not None:
        return Cell(text=AT_LEAST + times(threshold["at_least"]), unit=TIMES, strong=strong)
    return Cell(text=times(threshold["ratio"]), unit=TIMES, strong=strong)


def arm_cells(entry: Mapping[str, Any], role: str, *, name: str, href: str, digits: Digits) -> dict[str, Cell]:
    """Return name, mean, standard deviation over seeds and number of seeds of the arm `name` (`role`: arm or against)."""
    trained = name and entry.get("kind") != "exact"
    unit = unit_of(entry["metric"])
    mean = measured_text(unit, entry["means"].get(name), decimals=digits.points) if trained else ""
    spread = measured_text(unit, entry["sds"].get(name), decimals=digits.points) if trained else ""
    return {
        role: Cell(text=name, href=href),
        f"{role}_mean": Cell(text=mean),
        f"{role}_sd": Cell(text=spread, unit=unit.value if unit.share else ""),
        f"{role}_n": Cell(text=count(entry["n"].get(name)) if trained else ""),
    }


def part_links(claim: Mapping[str, Any], *, page: str = "") -> tuple[Link, ...]:
    """Return the parts of a claim, each with its verdict; `page`: where their lines are, "" for the same page."""
    return tuple(
        Link(text=f"{part['id'].removeprefix(claim['id'] + '.')}: {part['verdict']}", href=f"{page}#{part['id']}")
        for part in claim["parts"]
    )


def verdict_cells(claim: Mapping[str, Any]) -> dict[str, Cell]:
    """Return the verdict with symbol and colour, its size flag and its reason."""
    words = wording.verdict_words(claim["verdict"])
    remarks = []
    if claim["total_flips"]:
        seen = sampled_by(claim["protocol"])
        remarks.append(f"With the test {seen} counted as a sample too, the interval changes the verdict.")
    if claim["post_hoc"]:
        remarks.append("Post hoc: the rule or the number of seeds was chosen after runs had been seen.")
    brief = " ".join(filter(None, [claim.get("brief", ""), *remarks])) if claim.get("brief") else ""
    position = list(wording.VERDICTS).index(words.name)
    return {
        "p_adjusted": Cell(text=p_value(claim["p_adjusted"])),
        "verdict": Cell(text=words.name, symbol=words.symbol, tone=words.tone, sort=f"{position:02d}"),
        "size": Cell(text=wording.SIZES[claim["size"]]),
        "seeds_needed": Cell(text=count(claim["seeds_needed"])),
        "evidence": Cell(text=claim["evidence"]),
        "parts": Cell(links=part_links(claim)),
        "reason": Cell(text=" ".join(filter(None, [claim["reason"], *remarks])), brief=brief),
    }


def no_verdict_cells(effect: Mapping[str, Any], *, evidence: str) -> dict[str, Cell]:
    """Return the cells of an effect about which the paper prints nothing; a gate that it failed, or why it was not run."""
    reason = "The paper prints no number for this measure; it is shown, not judged."
    failed = f"{effect['gate']}: {effect['reason']}" if effect["gate"] else effect["reason"]
    measured = effect["points"] is not None
    return {
        "p_adjusted": Cell(text=p_value(effect["p_adjusted"])),
        "verdict": Cell(text="no claim" if measured else "not run", tone="none", symbol="·" if measured else "…", sort="99"),
        "size": Cell(),
        "seeds_needed": Cell(),
        "evidence": Cell(text=evidence if measured else ""),
        "parts": Cell(),
        "reason": Cell(text=f"{reason} {failed}".strip() if measured else failed),
    }


def run_links(runs: list[str], *, hrefs: Mapping[str, str]) -> tuple[Link, ...]:
    """Return a link for each run of a claim that has a page."""
    return tuple(Link(text="/".join(run.split("/")[2:]), href=hrefs[run]) for run in runs if run in hrefs)


def reproduction_effects(claim: Mapping[str, Any]) -> list[tuple[Mapping[str, Any], float | None, float | None]]:
    """Return each independent reproduction with its effect in fractions and as log ratio (None: it has one arm only)."""
    found = []
    for item in claim["reproductions"]:
        both = item["control"] is not None and item["ablated"] is not None
        found.append(
            (
                item,
                item["ablated"] - item["control"] if both else None,
                math.log(item["ablated"] / item["control"]) if both else None,
            )
        )
    return found


def effect_row(
    entry: Mapping[str, Any], *, label: str, markers: Mapping[str, str], seeds: tuple[float, ...], detail: str
) -> EffectRow | None:
    """Return the line of the effect plot for a claim or an effect; None if it has no estimate in points of error.

    seeds: effects of single runs in fractions. markers: the sign of each author of a reproduction.
    """
    points = entry["points"]
    if not points or points["estimate"] is None or unit_of(entry["metric"]) != PERCENT:
        return None
    log_ratio = entry["log_ratio"] or {}
    claimed = "paper_delta" in entry
    decided_on = entry["decided_on"] if claimed else ""
    others = [found for found in reproduction_effects(entry) if found[0]["same_quantity"]] if claimed else []
    on_ratio = _bar(log_ratio, factor=1, seeds=()) if log_ratio.get("estimate") is not None else None
    ratios = tuple((markers[item["who"]], ratio) for item, _, ratio in others if ratio is not None)
    return EffectRow(
        label=label,
        detail=detail,
        panels={
            "points": EffectPanel(
                ours=_bar(points, factor=100, seeds=seeds),
                paper=100 * entry["paper_delta"] if claimed and entry["paper_delta"] is not None else None,
                smallest=100 * entry["smallest_effect"] if decided_on == "points" and entry["smallest_effect"] else None,
                reproductions=tuple((markers[item["who"]], 100 * delta) for item, delta, _ in others if delta is not None),
            ),
            "log_ratio": EffectPanel(
                ours=on_ratio,
                paper=entry["paper_log_ratio"] if claimed else None,
                smallest=entry["smallest_effect"] if decided_on == "log_ratio" else None,
                reproductions=ratios if on_ratio else (),
            ),
        },
    )


def plotted_interval(pair: tuple[float, float] | None, *, decimals: int) -> Cell:
    """Return an interval of the effect plot as it is printed in the plot's table."""
    if pair is None:
        return Cell()
    low, high = (fixed(end, decimals=decimals, signed=True) for end in pair)
    return interval(low, high)


def _bar(part: Mapping[str, Any], *, factor: float, seeds: tuple[float, ...]) -> Bar:
    def ends(pair: list[float | None] | None) -> tuple[float, float] | None:
        if not pair or pair[0] is None or pair[1] is None:
            return None
        return (factor * pair[0], factor * pair[1])

    return Bar(
        estimate=factor * part["estimate"],
        ci90=ends(part["ci90"]),
        ci95=ends(part["ci95"]),
        seeds=tuple(factor * seed for seed in seeds),
    )


def reproduction_markers(claims: list[Mapping[str, Any]]) -> dict[str, str]:
    """Return a marker for each author of a reproduction that is drawn, in the order of the claims."""
    authors = dict.fromkeys(
        item["who"]
        for claim in claims
        for item, delta, _ in reproduction_effects(claim)
        if delta is not None and item["same_quantity"]
    )
    return {who: REPRODUCTION_MARKERS[i % len(REPRODUCTION_MARKERS)] for i, who in enumerate(authors)}
