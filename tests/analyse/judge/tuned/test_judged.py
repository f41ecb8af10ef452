"""Which changes of a verdict make it tuning-sensitive, and which do not; and a claim's page with other arms."""

from __future__ import annotations

from typing import Any

import pytest

from repro.analyse.judge.tuned.asked import arms_of, asked_at_rates
from repro.analyse.judge.tuned.judged import outcome_of, side_of
from repro.artifacts.judged import JudgedEffect, JudgedParts, Tuned
from repro.artifacts.judged.tuned import SENSITIVE
from repro.papers import PAPERS
from repro.spec.claims import OfClaims
from tests.artifacts.made import entry

ALEXNET = PAPERS["alexnet"]


def tuned(verdict: str, ci90: tuple[float, float] | None = (-0.02, 0.01)) -> Tuned:
    return Tuned(
        verdict=verdict,
        outcome="unjudged",
        tuning_sensitive=False,
        size="",
        reason="",
        why="",
        search="smoke_search_0",
        search_seeds=(1000,),
        arms=(),
        estimate=0.0,
        ci90=ci90,
    )


@pytest.mark.parametrize(
    ("printed", "now", "outcome"),
    [
        ("REVERSED", "DIRECTION", "turned"),
        ("ABSENT", "REPRODUCED", "turned"),
        ("NOT-REPRODUCED", "DIRECTION", "turned"),
        ("DIRECTION", "REVERSED", "turned"),
        ("REVERSED", "REVERSED", "stays"),
        ("REVERSED", "ABSENT", "stays"),
        ("ABSENT", "NOT-REPRODUCED", "stays"),
        ("INCONCLUSIVE", "DIRECTION", "decided"),
        ("INCONCLUSIVE", "INCONCLUSIVE", "open"),
        ("REVERSED", "INCOMPLETE", "unjudged"),
        ("REVERSED", "INVALID", "unjudged"),
        ("REVERSED", "DID-NOT-TRAIN", "unjudged"),
        ("POST-HOC", "DIRECTION", "unjudged"),
    ],
)
def test_the_outcome_follows_from_the_two_verdicts(printed: str, now: str, outcome: str) -> None:
    claim = entry(JudgedEffect, verdict=printed, estimate=-0.05)
    assert outcome_of(claim, tuned(now)) == outcome


@pytest.mark.parametrize(
    ("ci90", "outcome"),
    [((-0.02, 0.01), "lifted"), ((-0.06, 0.01), "open"), ((-0.05, 0.0), "open"), (None, "open")],
)
def test_a_verdict_that_is_open_now_counts_only_if_the_effect_as_printed_is_ruled_out(
    ci90: tuple[float, float] | None, outcome: str
) -> None:
    claim = entry(JudgedEffect, verdict="REVERSED", estimate=-0.05)
    assert outcome_of(claim, tuned("INCONCLUSIVE", ci90)) == outcome
    assert (outcome in SENSITIVE) == (outcome == "lifted")


def test_a_claim_of_parts_has_no_estimate_and_is_never_lifted() -> None:
    assert outcome_of(entry(JudgedParts, verdict="REVERSED"), tuned("INCONCLUSIVE")) == "open"


def test_every_verdict_has_a_side_or_none() -> None:
    sides = {"REPRODUCED": "for", "DIRECTION": "for", "ABSENT": "against", "REVERSED": "against", "NOT-REPRODUCED": "against"}
    assert {name: side_of(name) for name in sides} == sides
    assert side_of("INCONCLUSIVE") == "open" and side_of("INVALID") is None


def test_a_page_with_other_arms_lends_the_spreads_that_it_lends() -> None:
    (claim,) = [item for item in ALEXNET.claims if item.id == "A.S3.3.lrn.top1"]
    before = next(table for table in ALEXNET.tables if claim.id in table.claims)
    asked = asked_at_rates(claim, ALEXNET, {"full": "full_rate_x2", "no_lrn": "no_lrn"})
    (page,) = [table for table in asked.tables if claim.id in table.claims]
    assert page.variants == tuple("full_rate_x2" if name == "full" else name for name in before.variants)
    assert page.control == "full_rate_x2" and page.control_of("no_lrn") == "full_rate_x2"
    (other,) = asked.claims
    assert other.variants == ("full_rate_x2", "no_lrn") and asked.variant("full_rate_x2").base == "full"


def test_a_claim_about_others_is_asked_with_their_arms() -> None:
    several: list[Any] = [claim for claim in ALEXNET.claims if isinstance(claim, OfClaims)]
    assert several
    for claim in several:
        arms = arms_of(claim, ALEXNET)
        asked = asked_at_rates(claim, ALEXNET, {name: name for name in arms})
        assert {item.id for item in asked.claims} == {claim.id, *claim.parts}
