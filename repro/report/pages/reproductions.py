"""List beside the claims of a page what others measured, and each training error at which paces are compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from repro.report.pages import claim_cells as claim_rows
from repro.report.pages.printed_table import confidence_words
from repro.report.text.formatting import fixed, listed, p_value, times
from repro.report.text.tables import Cell, Column, Row, TableView, interval
from repro.report.text.units import printed_text
from repro.spec.experiment import Paper
from repro.spec.terms.metrics import TOP1, unit_of
from repro.spec.terms.protocols import PROTOCOLS

REPRODUCTION_TITLES = {
    "claim": "Claim",
    "who": "Who",
    "protocol": "Protocol",
    "control": "With",
    "ablated": "Without",
    "effect": "Effect",
    "log_ratio": "Log ratio",
    "quantity": "Quantity",
    "confidence": "Source",
    "note": "Note",
}
REPRODUCTION_NUMBERS = ("control", "ablated", "effect", "log_ratio")


def reproductions_view(paper: Paper, claims: Sequence[Mapping[str, Any]]) -> TableView:
    """Return what others measured, below the paper's own two values, claim by claim."""
    columns = tuple(
        Column(key=key, title=title, group=title, kind="number" if key in REPRODUCTION_NUMBERS else "text")
        for key, title in REPRODUCTION_TITLES.items()
    )
    rows: list[Row] = []
    for claim in claims:
        others = claim_rows.reproduction_effects(claim)
        if not others:
            continue
        protocol = ", ".join(
            words for words in (PROTOCOLS[claim["protocol"]].title if claim["protocol"] else "", claim["dataset"]) if words
        )
        first = {"who": "the paper", "control": claim["paper_arm"], "ablated": claim["paper_against"], "protocol": protocol}
        first |= {"confidence": claim["confidence"], "note": f"{claim['statement']} {claim['note']}".strip()}
        first |= {"same_quantity": True}
        if claim["kind"] == "level":
            first |= {"control": claim["paper_value"]}
        lines = [(first, claim["paper_delta"], claim["paper_log_ratio"]), *others]
        rows += [Row(cells=_cells(claim, item, delta, ratio), again=i > 0) for i, (item, delta, ratio) in enumerate(lines)]
    caption = (
        f"Independent measurements of what {paper.authors} ({paper.year}) state, each with its own protocol and data; "
        "errors in percent, effects in points. Those of another quantity are listed, but not drawn."
    )
    return TableView(name="reproductions", caption=caption, columns=columns, rows=tuple(rows))


def _cells(claim: Mapping[str, Any], item: Mapping[str, Any], delta: float | None, ratio: float | None) -> dict[str, Cell]:
    unit = unit_of(TOP1)
    return {
        "claim": Cell(text=claim["id"], href=f"#{claim['id']}"),
        "who": Cell(text=item["who"]),
        "protocol": Cell(text=item["protocol"]),
        "control": Cell(text=printed_text(unit, item["control"])),
        "ablated": Cell(text=printed_text(unit, item["ablated"])),
        "effect": Cell(text=printed_text(unit, delta, signed=True)),
        "log_ratio": Cell(text=fixed(ratio, decimals=3, signed=True)),
        "quantity": Cell(text="the claim's" if item["same_quantity"] else "another"),
        "confidence": Cell(text=confidence_words(item["confidence"])),
        "note": Cell(text=item["note"]),
    }


THRESHOLD_COLUMNS = (
    Column(key="claim", title="Claim", group="Claim"),
    Column(key="threshold", title="Training error, %", group="Training error, %", kind="number"),
    Column(key="role", title="Role", group="Training error, %"),
    Column(key="arm", title="Arm", group="Epochs of the first"),
    Column(key="arm_epochs", title="Epochs of each seed", group="Epochs of the first"),
    Column(key="against", title="Against", group="Epochs of the second"),
    Column(key="against_epochs", title="Epochs of each seed, against", group="Epochs of the second"),
    Column(key="ratio", title="Ratio", group="Ratio", kind="number"),
    Column(key="ratio_ci90", title="90 % interval", group="Ratio", kind="interval", label="90 %"),
    Column(key="paper", title="Paper", group="Paper", kind="number"),
    Column(key="p_logrank", title="p, log-rank", group="p, log-rank", kind="number"),
)


def thresholds_view(claims: Sequence[Mapping[str, Any]]) -> TableView | None:
    """Return the epochs to every training error of the claims about paces; None if the page has no such claim."""
    rows: list[Row] = []
    for claim in claims:
        for position, threshold in enumerate(claim["thresholds"] if claim["kind"] == "ratio" else ()):
            rows.append(Row(cells=_threshold_cells(claim, threshold, first=position == 0), again=position > 0))
    if not rows:
        return None
    caption = (
        "Epochs until the running training error is first at or below a value, seed by seed, and their ratio. A run that never "
        "got there is shown as longer than it lasted."
    )
    return TableView(name="thresholds", caption=caption, columns=THRESHOLD_COLUMNS, rows=tuple(rows))


def _threshold_cells(claim: Mapping[str, Any], threshold: Mapping[str, Any], *, first: bool) -> dict[str, Cell]:
    low, high = threshold["ci90"] or (None, None)
    return {
        "claim": Cell(text=claim["id"], href=f"#{claim['id']}"),
        "threshold": Cell(text=f"{100 * threshold['threshold']:g}"),
        "role": Cell(text="decides" if first else ""),
        "arm": Cell(text=threshold["arm"]["variant"]),
        "arm_epochs": Cell(text=_epochs(threshold["arm"])),
        "against": Cell(text=threshold["against"]["variant"]),
        "against_epochs": Cell(text=_epochs(threshold["against"])),
        "ratio": claim_rows.ratio_cell(threshold, strong=first),
        "ratio_ci90": interval(times(low), times(high)),
        "paper": Cell(text=f"{claim['paper_ratio']:g}" if first and claim["paper_ratio"] else "", unit=claim_rows.TIMES),
        "p_logrank": Cell(text=p_value(threshold["p_logrank"])),
    }


def _epochs(arm: Mapping[str, Any]) -> str:
    """Return the epochs of each seed; `> 12` for one that had not got there after its 12 epochs."""
    pairs = zip(arm["epochs"], arm["censored_at"], strict=True)
    return listed([f"{epochs:g}" if epochs is not None else f"> {last:g}" for epochs, last in pairs])
