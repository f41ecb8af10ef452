"""Every kind of claim becomes entries of a table; the numbers are checked by hand here."""

import math
from typing import Any

import pytest

from repro.artifacts.judged import (
    Estimated,
    JudgedEffect,
    JudgedExact,
    JudgedLevel,
    JudgedParts,
    JudgedRatio,
    JudgedWithin,
    Part,
)
from repro.report.pages import claim_cells as claim_rows
from repro.report.pages.claim_cells import TIMES
from repro.report.pages.reproductions import thresholds_view
from repro.report.pages.several_cells import parts_cell
from repro.report.text.formatting import Digits
from tests.artifacts.made import entry, ratio_at

DIGITS = Digits(points=1, log_ratio=2)


def texts(cells: dict[str, Any]) -> dict[str, str]:
    return {key: f"{cell.text} {cell.unit}".strip() if cell.text else "" for key, cell in cells.items()}


PACE = {"metric": "epochs_to_train_error", "arms": ("relu", "tanh")}


def test_a_ratio_is_shown_with_its_interval_and_the_papers_beside() -> None:
    logs = {"estimate": math.log(4.2), "ci90": (math.log(3.1), math.log(5.6)), "decided_on": "log_ratio"}
    printed = {"paper_ratio": 6.0, "paper_log_ratio": math.log(6.0)}
    claim = entry(JudgedRatio, thresholds=(ratio_at(0.25, ratio=4.2, ci90=(3.1, 5.6)),), **PACE, **printed, **logs)
    ours = texts(claim_rows.our_cells(claim, digits=DIGITS))
    assert [ours["estimate"], ours["estimate_ci90"], ours["log_ratio"]] == [f"4.2 {TIMES}", "[3.1, 5.6]", "+1.435"]
    assert texts(claim_rows.paper_cells(claim)) == {"paper": f"6 {TIMES}", "paper_relative": "", "paper_log_ratio": "+1.792"}


def test_runs_that_never_got_there_give_a_lower_bound() -> None:
    claim = entry(JudgedRatio, thresholds=(ratio_at(0.25, at_least=3.04),), **PACE)
    assert texts(claim_rows.our_cells(claim, digits=DIGITS))["estimate"] == f"≥ 3.0 {TIMES}"


def test_every_training_error_of_a_ratio_has_a_line_with_each_seed() -> None:
    thresholds = (ratio_at(0.25, at_least=3.04), ratio_at(0.1, p_logrank=0.02))
    view = thresholds_view([entry(JudgedEffect), entry(JudgedRatio, paper_ratio=6.0, thresholds=thresholds, **PACE)])
    assert view is not None
    shown = [texts(dict(row.cells)) for row in view.rows]
    assert [(row["threshold"], row["role"], row["arm_epochs"], row["against_epochs"]) for row in shown] == [
        ("25", "decides", "3 and 4", "> 20 and 14"),
        ("10", "", "3 and 4", "> 20 and 14"),
    ]
    assert [row["p_logrank"] for row in shown] == ["", "0.020"]
    assert thresholds_view([entry(JudgedEffect)]) is None


@pytest.mark.parametrize(
    ("fields", "paper", "ours"),
    [
        ({"metric": "num_parameters", "paper_value": 60e6, "estimate": 60_965_224}, "60,000,000", "60,965,224"),
        ({"metric": "num_neurons.conv1", "paper_value": 253440, "estimate": 290400}, "253,440", "290,400"),
        ({"metric": "num_crops", "paper_value": 2048, "estimate": 2178}, "2,048", "2,178"),
        (
            {"metric": "largest_conv_share", "paper_value": 0.01, "estimate": 0.01453, "bound": "at_most"},
            "≤ 1.0 %",
            "1.45 %",
        ),
    ],
)
def test_a_counted_number_is_shown_in_its_own_unit(fields: dict[str, Any], paper: str, ours: str) -> None:
    claim = entry(JudgedExact, **fields)
    assert texts(claim_rows.paper_cells(claim))["paper"] == paper
    assert texts(claim_rows.our_cells(claim, digits=DIGITS))["estimate"] == ours


def test_a_level_that_cannot_be_judged_still_shows_our_value() -> None:
    claim = entry(JudgedLevel, paper_value=0.375, estimate=0.412, ci90=(0.401, 0.423))
    ours = texts(claim_rows.our_cells(claim, digits=DIGITS))
    assert [texts(claim_rows.paper_cells(claim))["paper"], ours["estimate"], ours["estimate_ci90"]] == [
        "37.5 %",
        "41.2 %",
        "[40.1, 42.3]",
    ]


def test_an_effect_inside_runs_is_in_points_or_in_the_metrics_own_unit() -> None:
    points = Estimated(estimate=0.015, ci90=(0.01, 0.02), ci95=None)
    within = texts(claim_rows.our_cells(entry(JudgedWithin, points=points), digits=DIGITS))
    assert [within["estimate"], within["estimate_ci90"]] == ["+1.5 points", "[+1.0, +2.0]"]
    split = texts(claim_rows.our_cells(entry(JudgedWithin, metric="tower_color_split", points=points), digits=DIGITS))
    assert split["estimate"] == "+0.015 of 1"


def test_a_claim_of_several_parts_links_each_with_its_verdict() -> None:
    parts = (Part(id="X.1.conv3", verdict="ABSENT"), Part(id="X.1.conv4", verdict="DIRECTION"))
    links = parts_cell(entry(JudgedParts, parts=parts)).links
    assert [(link.text, link.href) for link in links] == [("conv3: ABSENT", "#X.1.conv3"), ("conv4: DIRECTION", "#X.1.conv4")]


def test_effects_are_sorted_by_what_decides_in_whatever_unit_they_are_told() -> None:
    """By the logarithm where there is one; those without one follow, each unit by itself."""

    def sort(**fields: Any) -> str:
        return claim_rows.our_cells(entry(JudgedEffect, verdict="DIRECTION", metric="top1_error", **fields), digits=DIGITS)[
            "estimate"
        ].sort

    half = Estimated(estimate=0.005, ci90=None, ci95=None)
    logs = Estimated(estimate=0.2, ci90=None, ci95=None)
    assert sort(points=half, log_ratio=logs, decided_on="log_ratio") == "0.200000"
    less, more = (sort(points=Estimated(estimate=value, ci90=None, ci95=None), log_ratio=None) for value in (-0.02, 0.01))
    assert less < more and less.startswith("z points")
    assert sort(points=None, log_ratio=None) == ""


def test_what_cannot_be_tested_here_prints_no_size() -> None:
    points = Estimated(estimate=2137.7, ci90=(-191.0, 4466.0), ci95=None)
    cells = claim_rows.our_cells(entry(JudgedEffect, verdict="UNTESTABLE-HERE", metric="train_s", points=points), digits=DIGITS)
    assert (cells["estimate"].text, cells["estimate_ci90"].text) == ("", "")


def test_a_change_of_error_says_more_where_there_are_more() -> None:
    def relative(log_ratio: float, metric: str = "top1_error") -> str:
        part = Estimated(estimate=log_ratio, ci90=(log_ratio - 0.01, log_ratio + 0.01), ci95=None)
        claim = entry(JudgedEffect, verdict="DIRECTION", metric=metric, points=part, log_ratio=part, decided_on="log_ratio")
        cell = claim_rows.our_cells(claim, digits=DIGITS)["relative"]
        return f"{cell.text} {cell.unit}"

    assert relative(math.log(1.034)) == "+3.4 % more errors"
    assert relative(math.log(2.0)) == "+100 % more errors"
    assert relative(math.log(0.951)) == "−4.9 % errors"  # noqa: RUF001
    assert relative(math.log(0.5)) == "−50 % errors"  # noqa: RUF001
    assert relative(math.log(1.5), metric="train_s") == "+50 %"
