"""A verdict that hangs on rates says so wherever it stands, and the dossier shows what was tried."""

from __future__ import annotations

import re
from typing import Any

import pytest

from repro.artifacts.judged import JudgedEffect, TriedRate, Tuned, TunedArm
from repro.report.pages.claim_cells import verdict_cells
from repro.report.pages.index import verdict_marks
from repro.report.site.standing import mark_for
from repro.report.site.tuned import effect_text
from repro.report.text.brief import verdict_text
from repro.report.text.marks import tuned_mark
from repro.report.text.wording import words_for
from tests.artifacts.made import entry

ARMS = (
    TunedArm(
        variant="full",
        runs_as="full_rate_x2",
        printed_rate=0.01,
        rate=0.02,
        at_edge=True,
        tried=(TriedRate(factor=1.0, rate=0.01, errors=(0.4, None), error=0.7),),
        printed_mean=0.4,
        mean=0.22,
        n=3,
    ),
    TunedArm(variant="no_lrn", runs_as="no_lrn", printed_rate=0.01, rate=0.01, printed_mean=0.3, mean=0.3, n=3),
)


def tried(**changes: Any) -> JudgedEffect:
    known: dict[str, Any] = {
        "verdict": "DIRECTION",
        "outcome": "turned",
        "tuning_sensitive": True,
        "size": "",
        "reason": "",
        "why": "",
        "search": "smoke_search_0",
        "search_seeds": (1000, 1001),
        "arms": ARMS,
        "estimate": 0.08,
        "ci90": (0.05, 0.11),
    }
    return entry(JudgedEffect, verdict="REVERSED", brief="b", arms=("full", "no_lrn"), tuned=Tuned(**{**known, **changes}))


def test_a_tuning_sensitive_verdict_says_so_wherever_it_is_shown() -> None:
    claim = tried()
    assert words_for(claim).name == "REVERSED, tuning-sensitive"
    assert verdict_cells(claim)["verdict"].text == "REVERSED, tuning-sensitive"
    assert verdict_text("NOT-REPRODUCED, tuning-sensitive") == "Not reproduced, tuning-sensitive"
    assert mark_for(claim).short == "opposite, tuning-sensitive" and mark_for(claim).sensitive
    rates = "full .02 for .01, an end of what was tried and no_lrn as printed"
    said = f"Tuning-sensitive: with a rate of its own for each arm ({rates}) "
    assert tuned_mark(claim).replace("0.0", ".0") == f"{said}it is DIRECTION."
    assert verdict_marks(claim) == [tuned_mark(claim)] and tuned_mark(claim) in verdict_cells(claim)["reason"].text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"outcome": "stays", "verdict": "REVERSED", "tuning_sensitive": False}, "Not tuning-sensitive: .* stays on its side"),
        ({"outcome": "open", "verdict": "INCONCLUSIVE", "tuning_sensitive": False}, "the effect may be the same"),
        ({"outcome": "turned", "tuning_sensitive": False, "post_hoc": "x was begun"}, "Not declared beforehand, .*x was begun"),
        ({"outcome": "unjudged", "tuning_sensitive": False, "why": "The search is not over."}, "own: The search is not over"),
    ],
)
def test_what_changes_nothing_is_told_and_marks_nothing(changes: dict[str, Any], said: str) -> None:
    claim = tried(**changes)

    assert re.search(said, tuned_mark(claim))
    assert words_for(claim).name == "REVERSED" and mark_for(claim).short == "opposite" and not mark_for(claim).sensitive


def test_a_claim_that_nobody_tuned_says_nothing() -> None:
    claim = entry(JudgedEffect, verdict="REVERSED")
    assert tuned_mark(claim) == "" and words_for(claim).name == "REVERSED"


def test_an_effect_is_told_on_the_scale_that_decides() -> None:
    claim = tried()
    assert claim.tuned is not None and effect_text(claim, claim.tuned) == "+8.0 pt [+5.0, +11.0]"
    no_interval = tried(ci90=None)
    assert no_interval.tuned is not None and effect_text(no_interval, no_interval.tuned) == "+8.0 pt"
