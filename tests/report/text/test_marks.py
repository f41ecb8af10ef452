"""What a page says of the spread by which a verdict was made."""

from __future__ import annotations

from typing import Any

from repro.artifacts.judged import Estimated, JudgedEffect
from repro.report.text.marks import spread_mark, spread_words
from tests.artifacts.made import entry

WIDE = Estimated(estimate=0.1, ci90=(-0.1, 0.3), ci95=(-0.2, 0.4))


def effect(**fields: Any) -> JudgedEffect:
    known = {"verdict": "DIRECTION", "ci90": (0.1, 0.3), "test": "pooled t", "welch": WIDE, "welch_verdict": "DIRECTION"}
    return entry(JudgedEffect, kind="effect", arms=("full", "no_lrn"), **{**known, **fields})


def test_a_verdict_that_depends_on_the_pooling_is_marked() -> None:
    assert spread_mark(effect()) == ""
    marked = spread_mark(effect(welch_verdict="INCONCLUSIVE"))
    assert marked == (
        "Depends on how seeds are compared: with the spread of the page's networks DIRECTION, "
        "by the two arms' own spreads alone INCONCLUSIVE."
    )
    assert "seed by seed DIRECTION" in spread_mark(effect(welch_verdict="INCONCLUSIVE", test="paired t"))


def test_arms_that_stand_alone_and_their_correlation_are_named() -> None:
    assert spread_words(effect()) == ""
    assert spread_words(effect(alone=("no_lrn",))) == "no_lrn stands by the spread of its own seeds."
    assert "full and no_lrn stand by the spread of their own" in spread_words(effect(alone=("full", "no_lrn")))
    paired = spread_words(effect(test="paired t", correlation=0.94, num_common=6))
    assert paired == "Over the 6 seeds that both arms have, their correlation is +0.94: they are compared seed by seed."
    assert "too little, or over too few seeds" in spread_words(effect(correlation=0.94, num_common=3))


def test_without_an_interval_nothing_is_said() -> None:
    assert spread_words(effect(ci90=None, alone=("no_lrn",))) == ""
