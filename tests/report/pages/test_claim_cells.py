"""Every kind of claim becomes entries of a table; the numbers are checked by hand here."""

import math
from typing import Any

import pytest

from repro.report.pages import claim_cells as claim_rows
from repro.report.pages.claim_cells import TIMES
from repro.report.pages.reproductions import thresholds_view
from repro.report.text.formatting import Digits

DIGITS = Digits(points=1, log_ratio=2)


def claim(**fields: Any) -> dict[str, Any]:
    """Return a claim of claims.json without any number, but for `fields`."""
    names = ("estimate", "ci90", "ci95", "points", "log_ratio", "paper_value", "paper_delta", "paper_ratio", "paper_log_ratio")
    blank = {"id": "X.1", "kind": "effect", "metric": "top1_error", "decided_on": "points", "bound": "equal", "thresholds": []}
    return {**dict.fromkeys(names), **blank, **fields}


def texts(cells: dict[str, Any]) -> dict[str, str]:
    return {key: f"{cell.text} {cell.unit}".strip() if cell.text else "" for key, cell in cells.items()}


def threshold(at: float, **fields: Any) -> dict[str, Any]:
    arm = {"variant": "relu", "epochs": [3, 4], "censored_at": [None, None]}
    against = {"variant": "tanh", "epochs": [None, 14], "censored_at": [20, None]}
    blank = {"threshold": at, "arm": arm, "against": against, "ratio": None, "ci90": None, "at_least": None, "p_logrank": None}
    return {**blank, **fields}


def test_a_ratio_is_shown_with_its_interval_and_the_papers_beside() -> None:
    logs = {"estimate": math.log(4.2), "ci90": [math.log(3.1), math.log(5.6)], "ci95": None, "decided_on": "log_ratio"}
    entry = claim(kind="ratio", metric="epochs_to_train_error", paper_ratio=6.0, **logs)
    entry["thresholds"] = [threshold(0.25, ratio=4.2, ci90=[3.1, 5.6])]
    ours = texts(claim_rows.our_cells(entry, digits=DIGITS))
    assert [ours["estimate"], ours["estimate_ci90"], ours["log_ratio"]] == [f"4.2 {TIMES}", "[3.1, 5.6]", "+1.435 log ratio"]
    assert texts(claim_rows.paper_cells(entry)) == {"paper": f"6 {TIMES}", "paper_log_ratio": "+1.792 log ratio"}


def test_runs_that_never_got_there_give_a_lower_bound() -> None:
    entry = claim(kind="ratio", metric="epochs_to_train_error", thresholds=[threshold(0.25, at_least=3.04)])
    assert texts(claim_rows.our_cells(entry, digits=DIGITS))["estimate"] == f"≥ 3.0 {TIMES}"


def test_every_training_error_of_a_ratio_has_a_line_with_each_seed() -> None:
    entry = claim(kind="ratio", paper_ratio=6.0, thresholds=[threshold(0.25, at_least=3.04), threshold(0.1, p_logrank=0.02)])
    view = thresholds_view([claim(), entry])
    assert view is not None
    shown = [texts(dict(row.cells)) for row in view.rows]
    assert [(row["threshold"], row["role"], row["arm_epochs"], row["against_epochs"]) for row in shown] == [
        ("25", "decides", "3 and 4", "> 20 and 14"),
        ("10", "", "3 and 4", "> 20 and 14"),
    ]
    assert [row["p_logrank"] for row in shown] == ["", "0.020"]
    assert thresholds_view([claim()]) is None


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
    entry = claim(kind="exact", **fields)
    assert texts(claim_rows.paper_cells(entry))["paper"] == paper
    assert texts(claim_rows.our_cells(entry, digits=DIGITS))["estimate"] == ours


def test_a_level_that_cannot_be_judged_still_shows_our_value() -> None:
    entry = claim(kind="level", paper_value=0.375, estimate=0.412, ci90=[0.401, 0.423])
    ours = texts(claim_rows.our_cells(entry, digits=DIGITS))
    assert [texts(claim_rows.paper_cells(entry))["paper"], ours["estimate"], ours["estimate_ci90"]] == [
        "37.5 %",
        "41.2 %",
        "[40.1, 42.3]",
    ]


def test_an_effect_inside_runs_is_in_points_or_in_the_metrics_own_unit() -> None:
    points = {"estimate": 0.015, "ci90": [0.01, 0.02], "ci95": None}
    within = texts(claim_rows.our_cells(claim(kind="within", points=points), digits=DIGITS))
    assert [within["estimate"], within["estimate_ci90"]] == ["+1.5 points", "[+1.0, +2.0]"]
    split = texts(claim_rows.our_cells(claim(kind="within", metric="tower_color_split", points=points), digits=DIGITS))
    assert split["estimate"] == "+0.015 of 1"


def test_a_claim_of_several_parts_links_each_with_its_verdict() -> None:
    parts = [{"id": "X.1.conv3", "verdict": "ABSENT"}, {"id": "X.1.conv4", "verdict": "DIRECTION"}]
    links = claim_rows.part_links(claim(kind="every", parts=parts))
    assert [(link.text, link.href) for link in links] == [("conv3: ABSENT", "#X.1.conv3"), ("conv4: DIRECTION", "#X.1.conv4")]
