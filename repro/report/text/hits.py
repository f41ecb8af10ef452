"""Print what claims and runs hold as errors the way a paper prints it: as hits, 1 - error.

Source: Karpathy et al. 2014, section 4.1: Hit@k is the share of examples one of whose labels is among the k best classes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from repro.spec.experiment import Table
from repro.spec.terms.metrics import metric_named
from repro.spec.terms.protocols import example_of

NOTE = (
    "Hits in percent, as the paper prints them: 100 less the error. What one net hits more than another is what the other errs "
    "more; ratios are of errors."
)


def shows_hits(table: Table, metric: str) -> bool:
    """Say whether the numbers of `metric` are printed as hits on the page of `table`."""
    return table.shows == "hits" and metric_named(metric).is_test_error


def as_shown(entry: Mapping[str, Any], table: Table) -> Mapping[str, Any]:
    """Return a claim or effect with the values that its page prints: hits in the place of errors, differences as they are."""
    if not shows_hits(table, entry["metric"]):
        return entry
    shown = {**entry, "means": {arm: complement(mean) for arm, mean in entry["means"].items()}}
    if entry.get("kind") == "level":
        shown |= {"paper_value": complement(entry["paper_value"]), "estimate": complement(entry["estimate"])}
        shown |= {key: flipped(entry[key]) for key in ("ci90", "ci95", "total_ci90")}
    return shown


def complement(share: float | None) -> float | None:
    """Return what is left of 1."""
    return None if share is None else 1 - share


def flipped(ends: list[float] | None) -> list[float] | None:
    """Return the interval of the complement."""
    return None if ends is None else [1 - ends[1], 1 - ends[0]]


def measure_title(metric: str, protocol: str) -> str:
    """Return how a metric is called as a hit: `video Hit@1`."""
    return f"{example_of(protocol)} Hit@{metric_named(metric).k}"
