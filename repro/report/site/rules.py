"""The rule by which a statement is judged, in words: fixed in the catalogue before any run."""

from __future__ import annotations

import math

from repro.artifacts.judged import (
    JudgedClaim,
    JudgedCount,
    JudgedEffect,
    JudgedExact,
    JudgedLevel,
    JudgedParts,
    JudgedRanking,
    JudgedRatio,
    JudgedSigns,
    JudgedSlope,
    JudgedSpread,
    JudgedWithin,
)
from repro.report.site.plots.sizes import POINTS, RELATIVE, TIMES, size_text
from repro.spec.claims import Claim
from repro.spec.claims.declared import claim_digest
from repro.spec.experiment import Paper


def rule_words(entry: JudgedClaim) -> str:
    """When the statement holds, when it does not, and when there is no effect, as it was fixed."""
    match entry:
        case JudgedLevel():
            return (
                "A level: reproduced if the 90 % interval lies within half a point of the printed value, on the paper's own data "
                "alone."
            )
        case JudgedExact():
            return "An exact count of the printed layers: equal to the printed number within its rounding, or within its bound."
        case JudgedParts():
            return "Holds if all its parts hold; refuted only by a part that refutes at a level shared by all (Holm)."
        case JudgedRanking():
            return "The order as a whole by Page's trend test over the seeds, and pair by pair."
        case JudgedSpread():
            return "The largest mean less the smallest, by the studentized range: at most the printed spread."
        case JudgedCount():
            return "Counted over all runs, with the exact binomial interval of the share that shows it."
        case JudgedSigns():
            return "The signs are counted, with the exact binomial interval of the share that is as printed."
        case JudgedSlope():
            return f"The power by which the error falls along {entry.along}: above 0 by its 90 % interval."
        case JudgedEffect() if entry.kind == "no_worse":
            return f"Holds if the 90 % interval shows no loss of more than {_on(entry, entry.smallest_effect)}."
        case JudgedEffect() | JudgedWithin() | JudgedRatio():
            return _effect_words(entry)


def _effect_words(entry: JudgedEffect | JudgedWithin | JudgedRatio) -> str:
    parts = ["By the 90 % interval: same direction if it lies above no effect, opposite if below"]
    if entry.band is not None:
        low, high = entry.band
        band = f"above {_on(entry, low)}" if high is None else f"between {_on(entry, low)} and {_on(entry, high)}"
        parts.append(f"holds if {band}")
    if getattr(entry, "smallest_effect", None):
        parts.append(f"no effect if within {_on(entry, entry.smallest_effect)} of none")
    return "; ".join(parts) + "."


def _on(entry: JudgedEffect | JudgedWithin | JudgedRatio, value: float | None) -> str:
    """A number of the deciding scale in words."""
    if value is None:
        return "what counts"
    if isinstance(entry, JudgedRatio) or (entry.decided_on == "log_ratio" and entry.paper_ratio):
        return size_text(math.exp(value), axis=TIMES, claim=entry)
    if entry.decided_on == "log_ratio":
        return f"{size_text(math.expm1(value), axis=RELATIVE, claim=entry)} errors"
    return size_text(value, axis=POINTS, claim=entry)


def rule_digest(claim: Claim, paper: Paper) -> str:
    """The first digits of the digest by which the rule was declared; a rule that is changed has another."""
    page = next((table.name for table in paper.tables if claim.id in table.claims), "")
    return claim_digest(claim, page=page)[:12]
