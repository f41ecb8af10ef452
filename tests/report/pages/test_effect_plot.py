"""On every axis of a page right and left mean one thing, and words say what."""

import math
from dataclasses import replace
from typing import Any

import pytest

from repro.artifacts.judged import Estimated, JudgedEffect
from repro.report.pages.effect_plot import BETTER, LEFT, RIGHT, WORSE, EffectRow, effect_blocks, effect_row, legend_of
from repro.report.text.wording import verdict_words
from tests.artifacts.made import entry

PART = Estimated(estimate=0.014, ci90=(0.01, 0.018), ci95=(0.009, 0.019))
LOGS = Estimated(estimate=math.log(1.05), ci90=(math.log(1.03), math.log(1.07)), ci95=None)


def claim(**fields: Any) -> JudgedEffect:
    given = {
        "verdict": "DIRECTION",
        "metric": "top1_error",
        "points": PART,
        "log_ratio": LOGS,
        "paper_delta": 0.014,
        "paper_log_ratio": math.log(1.034),
        "smallest_effect": 0.0035,
        "decided_on": "points",
    }
    return entry(JudgedEffect, **{**given, **fields})


def row(found: JudgedEffect, *, seeds: tuple[tuple[float, float], ...] = ((0.41, 0.40),), claimed: bool = True) -> EffectRow:
    made = effect_row(
        found,
        label="without normalisation",
        href="#x",
        detail="top-1 error",
        value="+1.4",
        verdict=verdict_words(found.verdict) if claimed else None,
        signs={},
        seeds=seeds,
        relative=False,
    )
    assert made is not None
    return made


def test_a_claim_is_drawn_on_the_scale_that_decides_it() -> None:
    points, logs = row(claim()), row(claim(decided_on="log_ratio"))
    assert (points.ours.estimate, points.paper, points.smallest) == pytest.approx((1.4, 1.4, 0.35))
    assert (logs.ours.estimate, logs.paper) == (math.log(1.05), math.log(1.034))
    assert points.seeds == pytest.approx((1.0,))
    assert logs.seeds == pytest.approx((math.log(0.41 / 0.40),))


def test_the_papers_effect_is_one_on_the_second_track() -> None:
    found = row(claim(points=Estimated(estimate=0.028, ci90=(0.014, 0.042), ci95=None))).multiple
    assert found is not None
    assert found.estimate == pytest.approx(2.0)
    assert found.ci90 == pytest.approx((1.0, 3.0))


def test_a_claim_without_a_printed_size_has_no_second_track() -> None:
    (block,) = effect_blocks([row(claim(paper_delta=None))])
    assert block.multiple_ticks == () and block.rows[0].multiples == ()


def test_what_no_data_here_can_answer_is_not_drawn() -> None:
    untestable = claim(verdict="UNTESTABLE-HERE")
    assert (
        effect_row(untestable, label="", href="", detail="", value="", verdict=None, signs={}, seeds=(), relative=False) is None
    )


def test_a_difference_of_seconds_is_not_drawn_as_errors() -> None:
    seconds = claim(metric="train_s")
    assert effect_row(seconds, label="", href="", detail="", value="", verdict=None, signs={}, seeds=(), relative=False) is None


def test_words_at_both_ends_say_what_they_mean_and_effects_without_a_claim_stand_apart() -> None:
    one = row(claim())
    blocks = effect_blocks([one, replace(one, verdict=None), replace(one, relative=True)])
    assert [(block.claims, block.ends) for block in blocks] == [
        (True, (LEFT, RIGHT)),
        (True, (LEFT, RIGHT)),
        (False, (BETTER, WORSE)),
    ]
    assert len({block.title for block in blocks}) == 3


def test_the_legend_names_what_is_drawn_and_nothing_else() -> None:
    bare = row(claim(paper_delta=None, smallest_effect=None), seeds=())
    bare = replace(bare, smallest=None)
    assert {kind for kind, _, _ in legend_of(effect_blocks([bare]))} == {"mean", "ci90", "ci95"}
    assert {"paper", "band", "seed", "as-printed"} < {kind for kind, _, _ in legend_of(effect_blocks([row(claim())]))}
    assert legend_of([]) == []
