"""Turn claims and effects of claims.json into table entries and into lines of the effect plot."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from repro.report import wording
from repro.report.figures import REPRODUCTION_MARKERS, Bar, EffectPanel, EffectRow
from repro.report.formatting import as_printed, count, fixed, p_value, percent, point_decimals
from repro.report.tables import Cell, Link, interval

#: What the number of a claim is, by its kind.
UNITS = {"effect": "points", "direction": "points", "level": "%", "exact": "count"}
SCALE_TITLES = {"points": "points of error", "log_ratio": "log error ratio", "value": "value"}


@dataclass(frozen=True, kw_only=True)
class Digits:
    """How many decimals the test examples behind a row can carry, in points and in log ratios."""

    points: int
    log_ratio: int


def digits(num_examples: int | None) -> Digits:
    """Return the decimals for numbers that rest on `num_examples` test examples."""
    decimals = point_decimals(num_examples)
    return Digits(points=decimals, log_ratio=decimals + 1)


def paper_cells(claim: Mapping[str, Any]) -> dict[str, Cell]:
    """Return what the paper printed: the value or effect, and its log ratio."""
    if claim["kind"] == "exact":
        printed = Cell(text=count(claim["paper_value"]))
    elif claim["kind"] == "level":
        printed = Cell(text=as_printed(claim["paper_value"]), unit="%")
    else:
        printed = Cell(text=as_printed(claim["paper_delta"], signed=True), unit="points")
    return {
        "paper": printed,
        "paper_log_ratio": Cell(text=fixed(claim["paper_log_ratio"], decimals=3, signed=True), unit="log ratio"),
    }


def our_cells(claim: Mapping[str, Any], *, digits: Digits) -> dict[str, Cell]:
    """Return our estimate with its intervals: in points (or as a value) and as log ratio."""
    on_points = claim["decided_on"] != "log_ratio"
    if claim["kind"] in ("level", "exact"):
        return {
            **_estimate_cells("estimate", claim, unit=UNITS[claim["kind"]], decimals=digits.points, strong=True),
            **_estimate_cells("log_ratio", None, unit="log ratio", decimals=digits.log_ratio, strong=False),
        }
    return {
        **_estimate_cells("estimate", claim["points"], unit="points", decimals=digits.points, strong=on_points),
        **_estimate_cells("log_ratio", claim["log_ratio"], unit="log ratio", decimals=digits.log_ratio, strong=not on_points),
    }


def effect_cells(effect: Mapping[str, Any], *, digits: Digits) -> dict[str, Cell]:
    """Return the estimate and intervals of an effect about which there is no claim: nothing is decided."""
    return {
        **_estimate_cells("estimate", effect["points"], unit="points", decimals=digits.points, strong=False),
        **_estimate_cells("log_ratio", effect["log_ratio"], unit="log ratio", decimals=digits.log_ratio, strong=False),
    }


def _estimate_cells(key: str, part: Mapping[str, Any] | None, *, unit: str, decimals: int, strong: bool) -> dict[str, Cell]:
    """Return the cells `key`, `key_ci90` and `key_ci95` of one estimate; empty cells where there is none."""

    def text(value: float | None) -> str:
        if unit == "count":
            return count(value)
        if unit == "log ratio":
            return fixed(value, decimals=decimals, signed=True)
        return percent(value, decimals=decimals, signed=unit == "points")

    def ends(pair: list[float | None] | None) -> Cell:
        return interval(text(pair[0]), text(pair[1])) if pair else Cell()

    part = part or {}
    return {
        key: Cell(text=text(part.get("estimate")), unit=unit if unit != "count" else "", strong=strong),
        f"{key}_ci90": ends(part.get("ci90")),
        f"{key}_ci95": ends(part.get("ci95")),
    }


def arm_cells(entry: Mapping[str, Any], role: str, *, name: str, href: str, digits: Digits) -> dict[str, Cell]:
    """Return name, mean, standard deviation over seeds and number of seeds of the arm `name` (`role`: arm or against)."""
    trained = name and entry.get("kind") != "exact"
    mean = percent(entry["means"].get(name), decimals=digits.points) if trained else ""
    return {
        role: Cell(text=name, href=href),
        f"{role}_mean": Cell(text=mean),
        f"{role}_sd": Cell(text=percent(entry["sds"].get(name), decimals=digits.points) if trained else "", unit="%,"),
        f"{role}_n": Cell(text=count(entry["n"].get(name, 0)) if trained else ""),
    }


def verdict_cells(claim: Mapping[str, Any]) -> dict[str, Cell]:
    """Return the verdict with symbol and colour, its size flag and its reason."""
    words = wording.verdict_words(claim["verdict"])
    remarks = [claim["reason"]]
    if claim["total_flips"]:
        remarks.append("With the test images counted as a sample too, the interval changes the verdict.")
    if claim["post_hoc"]:
        remarks.append("Post hoc: the rule or the number of seeds was chosen after runs had been seen.")
    position = list(wording.VERDICTS).index(words.name)
    return {
        "p_adjusted": Cell(text=p_value(claim["p_adjusted"])),
        "verdict": Cell(text=words.name, symbol=words.symbol, tone=words.tone, sort=f"{position:02d}"),
        "size": Cell(text=wording.SIZES[claim["size"]]),
        "seeds_needed": Cell(text=count(claim["seeds_needed"])),
        "evidence": Cell(text=claim["evidence"]),
        "reason": Cell(text=" ".join(remark for remark in remarks if remark)),
    }


def no_verdict_cells(effect: Mapping[str, Any], *, evidence: str) -> dict[str, Cell]:
    """Return the cells of a measured effect about which the paper prints nothing; a gate that it failed is named."""
    reason = "The paper prints no number for this measure; it is shown, not judged."
    return {
        "p_adjusted": Cell(text=p_value(effect["p_adjusted"])),
        "verdict": Cell(text="no claim", tone="none", symbol="·", sort="99"),
        "size": Cell(),
        "seeds_needed": Cell(),
        "evidence": Cell(text=evidence),
        "reason": Cell(text=f"{reason} {effect['gate']}: {effect['reason']}" if effect["gate"] else reason),
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
    """Return the line of the effect plot for a claim or an effect; None if it has no estimate in points.

    seeds: effects of single runs in fractions. markers: the sign of each author of a reproduction.
    """
    points = entry["points"]
    if not points or points["estimate"] is None:
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
    """Return a marker for each author of a reproduction with an effect, in the order of the claims."""
    authors = dict.fromkeys(
        item["who"] for claim in claims for item, delta, _ in reproduction_effects(claim) if delta is not None
    )
    return {who: REPRODUCTION_MARKERS[i % len(REPRODUCTION_MARKERS)] for i, who in enumerate(authors)}
