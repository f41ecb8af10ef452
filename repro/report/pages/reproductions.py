"""List beside the claims of a page what others measured, and each training error at which paces are compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from repro.artifacts.judged import (
    Epochs,
    JudgedClaim,
    JudgedEffect,
    JudgedLevel,
    JudgedParts,
    JudgedRatio,
    JudgedSlope,
    JudgedSpread,
    JudgedWithin,
    RatioAt,
    Reproduction,
)
from repro.report.pages import claim_cells as claim_rows
from repro.report.pages.printed_table import addresses, confidence_notes
from repro.report.text.formatting import listed, p_value, relative_change, times
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
    "log_ratio": "Change of error, %",
    "quantity": "Quantity",
    "confidence": "Source",
    "note": "Note",
}
REPRODUCTION_NUMBERS = ("control", "ablated", "effect", "log_ratio")


def reproductions_view(paper: Paper, claims: Sequence[JudgedClaim]) -> TableView:
    """What others measured, below the paper's own two values, claim by claim."""
    columns = tuple(
        Column(key=key, title=title, group=title, kind="number" if key in REPRODUCTION_NUMBERS else "text")
        for key, title in REPRODUCTION_TITLES.items()
    )
    rows: list[Row] = []
    found = addresses(paper)
    for claim in claims:
        if claim.reproductions:
            lines = (_printed(claim), *((item, item.effect, item.log_ratio) for item in claim.reproductions))
            rows += [Row(cells=_cells(claim, *line, found=found), again=position > 0) for position, line in enumerate(lines)]
    caption = (
        f"Independent measurements of what {paper.authors} ({paper.year}) state, each with its own protocol and data; "
        "errors in percent, effects in points. Those of another quantity are listed, but not drawn."
    )
    notes = confidence_notes(row.cells["confidence"].text for row in rows)
    return TableView(name="reproductions", caption=caption, columns=columns, rows=tuple(rows), notes=notes)


def _printed(claim: JudgedClaim) -> tuple[Reproduction, float | None, float | None]:
    """What the paper itself prints as if it were a reproduction, with its effect and log ratio."""
    control = ablated = effect = log_ratio = None
    match claim:
        case JudgedLevel() | JudgedSlope():
            control = claim.paper_value
        case JudgedSpread():
            effect = claim.paper_delta
        case JudgedEffect() | JudgedWithin():
            control, ablated = claim.paper_arm, claim.paper_against
            effect, log_ratio = claim.paper_delta, claim.paper_log_ratio
        case JudgedRatio():
            log_ratio = claim.paper_log_ratio
        case JudgedParts():
            effect = claim.paper_delta
    protocol = PROTOCOLS[claim.protocol].title if claim.protocol else ""
    printed = Reproduction(
        who="the paper",
        control=control,
        ablated=ablated,
        protocol=", ".join(filter(None, (protocol, claim.dataset))),
        confidence=claim.confidence,
        note=f"{claim.statement} {claim.note}".strip(),
        same_quantity=True,
    )
    return printed, effect, log_ratio


def _cells(
    claim: JudgedClaim, item: Reproduction, effect: float | None, log_ratio: float | None, *, found: Mapping[str, str]
) -> claim_rows.Cells:
    unit = unit_of(TOP1)
    return {
        "claim": Cell(text=claim.id, href=f"#{claim.id}"),
        "who": Cell(text=item.who, href=found.get(item.who, "")),
        "protocol": Cell(text=item.protocol),
        "control": Cell(text=printed_text(unit, item.control)),
        "ablated": Cell(text=printed_text(unit, item.ablated)),
        "effect": Cell(text=printed_text(unit, effect, signed=True)),
        "log_ratio": Cell(text=relative_change(log_ratio)),
        "quantity": Cell(text="the claim's" if item.same_quantity else "another"),
        "confidence": Cell(text=item.confidence),
        "note": Cell(text=item.note),
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


def thresholds_view(claims: Sequence[JudgedClaim]) -> TableView | None:
    """The epochs to every training error of the claims about paces; None if the page has no such claim."""
    rows: list[Row] = []
    for claim in claims:
        if isinstance(claim, JudgedRatio):
            for position, at in enumerate(claim.thresholds):
                rows.append(Row(cells=_threshold_cells(claim, at, first=position == 0), again=position > 0))
    if not rows:
        return None
    caption = (
        "Epochs until the running training error is first at or below a value, seed by seed, and their ratio. A run that never "
        "got there is shown as longer than it lasted."
    )
    return TableView(name="thresholds", caption=caption, columns=THRESHOLD_COLUMNS, rows=tuple(rows))


def _threshold_cells(claim: JudgedRatio, at: RatioAt, *, first: bool) -> claim_rows.Cells:
    low, high = at.ci90 or (None, None)
    return {
        "claim": Cell(text=claim.id, href=f"#{claim.id}"),
        "threshold": Cell(text=f"{100 * at.threshold:g}"),
        "role": Cell(text="decides" if first else ""),
        "arm": Cell(text=at.arm.variant),
        "arm_epochs": Cell(text=_epochs(at.arm)),
        "against": Cell(text=at.against.variant),
        "against_epochs": Cell(text=_epochs(at.against)),
        "ratio": claim_rows.ratio_cell(at, strong=first),
        "ratio_ci90": interval(times(low), times(high)),
        "paper": claim_rows.paper_ratio_cell(claim.paper_ratio if first else None),
        "p_logrank": Cell(text=p_value(at.p_logrank)),
    }


def _epochs(arm: Epochs) -> str:
    """The epochs of each seed; `> 12` for one that had not got there after its 12 epochs."""
    pairs = zip(arm.epochs, arm.censored_at, strict=True)
    return listed([f"{epochs:g}" if epochs is not None else f"> {last:g}" for epochs, last in pairs])
