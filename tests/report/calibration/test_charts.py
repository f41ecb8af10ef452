"""Marks stand where their numbers are."""

from __future__ import annotations

import re

from repro.report.calibration.charts import (
    LEFT_PX,
    RIGHT_PX,
    WIDTH,
    BarRow,
    SeedRow,
    ShareRow,
    seed_chart,
    share_chart,
    verdict_chart,
)

SPAN_PX = WIDTH - RIGHT_PX - LEFT_PX


def test_a_share_stands_at_its_place_and_one_beyond_the_axis_at_its_end() -> None:
    rows = [
        ShareRow(label="inside", value=0.9, low=0.85, high=0.95),
        ShareRow(label="below", value=0.5, low=0.4, high=0.6),
    ]
    text = share_chart(rows, nominal=0.9, title="shares", figure_id="shares", span=(0.8, 1.0))
    dots = [float(x) for x in re.findall(r'<circle cx="([\d.]+)"', text)]
    assert dots == [LEFT_PX + SPAN_PX / 2, LEFT_PX]


def test_the_bars_of_a_claim_fill_the_axis_and_the_verdict_that_came_is_framed() -> None:
    row = BarRow(label="A.claim", shares={"REPRODUCED": 0.25, "INCONCLUSIVE": 0.75}, found="INCONCLUSIVE")
    text = verdict_chart([row], title="chances", figure_id="chances")
    ends = [
        float(x)
        for path in re.findall(r'<path d="M([^"]*)Z" style="fill:var', text)
        for x in re.findall(r"([\d.]+) [\d.]+", path)
    ]
    assert (min(ends), max(ends)) == (LEFT_PX, LEFT_PX + SPAN_PX)
    assert text.count("stroke:var(--ink)") == 1


def test_a_seed_far_off_is_a_square_and_an_arm_that_lends_nothing_is_grey() -> None:
    rows = [
        SeedRow(label="net", near=(-1.0, 1.0), far=(4.0,), sd=1.0, lends=True),
        SeedRow(label="average", near=(0.5,), far=(), sd=0.5, lends=False),
    ]
    text = seed_chart(rows, sd=1.0, title="seeds", figure_id="seeds")
    assert text.count("<circle") == 3
    assert text.count("fill:var(--bad)") == 1
    assert len(re.findall(r"<circle[^>]*fill:var\(--muted\)", text)) == 1
