"""Print what claims and runs hold as errors the way a paper prints it: as hits, 1 - error.

Source: Karpathy et al. 2014, section 4.1: Hit@k is the share of examples one of whose labels is among the k best classes.
"""

from __future__ import annotations

from dataclasses import replace

from repro.artifacts.claims_json import MeasuredEffect
from repro.artifacts.judged import Interval, JudgedByRuns, JudgedClaim, JudgedLevel
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


def claim_as_shown(claim: JudgedClaim, table: Table) -> JudgedClaim:
    """A claim with the values that its page prints: hits in the place of errors, differences as they are."""
    if not shows_hits(table, claim.metric) or not isinstance(claim, JudgedByRuns):
        return claim
    claim = replace(claim, means={arm: 1 - mean for arm, mean in claim.means.items()})
    if not isinstance(claim, JudgedLevel):
        return claim
    return replace(
        claim,
        paper_value=1 - claim.paper_value,
        estimate=complement(claim.estimate),
        ci90=flipped(claim.ci90),
        ci95=flipped(claim.ci95),
        total_ci90=flipped(claim.total_ci90),
    )


def effect_as_shown(effect: MeasuredEffect, table: Table) -> MeasuredEffect:
    """An effect whose means are those that its page prints."""
    if not shows_hits(table, effect.metric):
        return effect
    return replace(effect, means={arm: 1 - mean for arm, mean in effect.means.items()})


def complement(share: float | None) -> float | None:
    """What is left of 1."""
    return None if share is None else 1 - share


def flipped(ends: Interval | None) -> Interval | None:
    """The interval of the complement."""
    return None if ends is None else (1 - ends[1], 1 - ends[0])


def measure_title(metric: str, protocol: str) -> str:
    """How a metric is called as a hit: `video Hit@1`."""
    return f"{example_of(protocol)} Hit@{metric_named(metric).k}"
