"""Figure 1 and the rates that stand for its units: how fast each learns, from logs that are chosen here."""

from __future__ import annotations

import pytest

from repro.artifacts.judged import JudgedRatio
from repro.papers.alexnet import ALEXNET
from repro.report.figures.training_error import Arrivals, arrivals, chosen_variants
from repro.report.text.tables import to_csv
from tests.artifacts.made import entry, ratio_at
from tests.report.made import FIGURE1, Made, figure1


def test_the_pace_is_the_first_epoch_at_or_below_the_training_error(made: Made) -> None:
    runs = [made.run("figure1_relu", seed=seed, errors=errors) for seed, errors in enumerate([(0.8, 0.25, 0.3), (0.9, 0.5, 0.2)])]
    assert arrivals(runs, 0.25) == Arrivals(epochs=(2, 3), lasted=(3, 3))
    assert arrivals(runs, 0.25).text == "2.5"
    assert arrivals(runs, 0.1) == Arrivals(epochs=(None, None), lasted=(3, 3))
    assert arrivals(runs, 0.1).text == "> 3"
    assert arrivals([], 0.1).text == ""


def test_of_each_unit_the_rate_that_gets_there_first_stands_for_it(made: Made) -> None:
    chosen = chosen_variants(ALEXNET, FIGURE1, results=figure1(made).results)
    assert chosen == ("figure1_relu", "figure1_tanh_fast", "figure1_sigmoid_fast")


def test_the_rate_that_the_judge_chose_stands_for_its_unit(made: Made) -> None:
    chosen = ("figure1_relu_slow", "figure1_tanh")
    figure1(made).claims.append(entry(JudgedRatio, id="A.F1.relu_tanh.speedup", chosen=chosen))
    chosen = chosen_variants(ALEXNET, FIGURE1, results=made.results)
    assert chosen == ("figure1_relu_slow", "figure1_tanh", "figure1_sigmoid_fast")


def test_figure_1_gives_epochs_by_unit_and_the_judged_ratio(made: Made) -> None:
    exact = ratio_at(0.25, ratio=1.6, ci90=(1.2, 2.1))
    bound = ratio_at(0.15, at_least=1.33)
    # The judge has not chosen any rate here.
    figure1(made).claims.append(entry(JudgedRatio, id="A.F1.relu_tanh.speedup", thresholds=(exact, bound), chosen=()))
    summary = made.figure("training_error", FIGURE1).summary
    assert summary is not None
    rows = {row.cells["threshold"].text: {key: cell.text for key, cell in row.cells.items()} for row in summary.rows}
    assert rows["25"] == {
        "threshold": "25",
        "ReLU": "2.5",
        "tanh": "4",
        "sigmoid": "> 4",
        "ratio": "1.60",
        "ci90": "[1.20, 2.10]",
    }
    assert (rows["15"]["ratio"], rows["15"]["ci90"], rows["15"]["tanh"]) == ("at least 1.33", "", "> 4")
    assert (rows["50"]["ReLU"], rows["50"]["ratio"]) == ("1.5", "")


def test_figure_1_marks_the_papers_epochs_as_read_off_and_draws_other_rates_thin(made: Made) -> None:
    item = figure1(made).figure("training_error", FIGURE1)
    assert item.svg is not None
    assert "paper, ReLU: 6" in item.svg and "paper, tanh: 36" in item.svg
    assert "read off its figure" in item.caption
    assert item.svg.count('stroke-width:2"') == 3
    assert item.svg.count("stroke-width:0.8;opacity:0.55") == 3
    assert "n = 2 seeds" in item.caption and "CPU: 2 cores" in item.caption and "Scale smoke" in item.caption


def test_a_unit_with_more_seeds_at_one_rate_is_not_slower_for_it(made: Made) -> None:
    """No sigmoid ever gets there: of its rates the one that ends lowest stands for it, with however many seeds."""
    made.run("figure1_sigmoid", errors=(0.9, 0.89))
    for seed in range(3):
        made.run("figure1_sigmoid_fast", seed=seed, errors=(0.9, 0.74))
    assert "figure1_sigmoid_fast" in chosen_variants(ALEXNET, FIGURE1, results=made.results)


@pytest.mark.parametrize(("fastest", "noted"), [("fast", True), ("", False)])
def test_figure_1_says_when_every_unit_learns_fastest_at_the_edge_of_its_rates(made: Made, fastest: str, noted: bool) -> None:
    for unit in ("relu", "tanh", "sigmoid"):
        for rate in ("", "slow", "fast"):
            name = f"figure1_{unit}_{rate}".rstrip("_")
            made.run(name, errors=(0.8, 0.2) if rate == fastest else (0.8, 0.5))
    found = made.figure("training_error", FIGURE1)
    assert ("largest of the rates tried" in found.caption) == noted


def test_figure_1_of_one_seed_has_no_range_and_names_diverged_runs(made: Made) -> None:
    made.run("figure1_relu")
    made.run("figure1_tanh", errors=(None,), diverged=True)
    item = made.figure("training_error", FIGURE1)
    assert item.table is not None
    assert to_csv(item.table).splitlines()[1] == "1,80.00,,"
    assert "figure1_tanh: 1 of 1 run diverged and left out." in item.missing
    assert item.svg is not None and "tanh</text>" not in item.svg


def test_saturation_of_figure_1_shows_the_rates_that_stand_for_the_units(made: Made) -> None:
    item = figure1(made).figure("saturation", FIGURE1)
    assert "figure1_tanh_fast (tanh)" in item.caption and "figure1_tanh (tanh)" not in item.caption
