"""Figures show what the run folders hold, and say in words what they lack. Nothing is trained: every number is chosen here."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from repro.artifacts.judged import JudgedCount, JudgedWithin
from repro.artifacts.stored_files import stored_file
from repro.papers.alexnet import ALEXNET
from repro.report.figures.catalogue import MAKERS, table_figures, with_words
from repro.report.figures.view import FigureView, over_seeds
from repro.report.inputs.results import RunRecord
from repro.report.render import page_environment
from repro.spec.terms.figures import FIGURES, Figure
from tests.artifacts.made import entry
from tests.report.made import FIGURE1, LAYERS, NET, TABLE1, Made, figure1, page_of


def keep(made: Made, run: RunRecord, name: str, **arrays: NDArray[Any] | int) -> None:
    """Write a run's file of arrays and name it in its record."""
    np.savez(run.folder / f"{name}.npz", **arrays)  # type: ignore[arg-type]
    made.keep(run, name, stored_file(run.folder / f"{name}.npz"))


def some_gallery(num: int = 2, side: int = 4) -> dict[str, NDArray[Any]]:
    rng = np.random.default_rng(0)
    return {
        "image_NSSC": rng.integers(0, 255, (num, side, side, 3), np.uint8),
        "label_N": np.arange(num, dtype=np.int32) % 3,
        "example_N": np.array([f"test-{n}".encode() for n in range(num)]),
        "best_N5": np.tile(np.array([0, 1, 2], np.int32), (num, 1)),
        "score_N5": np.tile(np.array([0.7, 0.25, 0.05], np.float32), (num, 1)),
        "near_image_NMSSC": rng.integers(0, 255, (num, 6, side, side, 3), np.uint8),
        "near_label_NM": np.tile(np.array([0, 0, 1, 2, 0, 0], np.int32), (num, 1)),
        "near_example_NM": np.full((num, 6), b"train-0"),
        "near_distance_NM": np.tile(np.linspace(1, 2, 6, dtype=np.float32), (num, 1)),
    }


def grey_and_colour() -> NDArray[np.float32]:
    """Return two kernels of one place: grey of energy 3, and red against green."""
    return np.array([[[[1.0, 1.0, 1.0]]], [[[1.0, -1.0, 0.0]]]], np.float32)


def test_every_figure_that_a_table_may_name_has_a_maker() -> None:
    assert tuple(MAKERS) == tuple(FIGURES)


def test_a_page_has_its_figures_in_the_order_of_its_table(made: Made) -> None:
    assert [item.name for item in table_figures(ALEXNET, NET, results=made.results)] == [figure.name for figure in NET.figures]
    assert table_figures(ALEXNET, ALEXNET.table("alexnet_cifar"), results=made.results) == ()


def test_without_runs_every_figure_says_so_and_draws_nothing(made: Made) -> None:
    for table in (FIGURE1, TABLE1, NET):
        for item in table_figures(ALEXNET, table, results=made.results):
            if item.name == "architecture":  # a net needs no run to be drawn
                continue
            assert not item.drawn
            assert item.missing[0].startswith("No runs yet: ")
            assert f"{item.title}: No runs yet: " in page_of(item).words
            assert page_of(item).words.strip().startswith("Not drawn here")


def test_mean_and_range_over_seeds_by_hand() -> None:
    points = over_seeds([{1: 0.8, 2: 0.5, 3: 0.1}, {1: 0.6, 2: None}])
    assert [(point.x, point.low, point.high, point.num) for point in points] == [(1, 0.6, 0.8, 2)]
    assert points[0].mean == pytest.approx(0.7)
    assert over_seeds([]) == ()


def test_saturation_has_a_panel_for_each_layer_from_before_the_first_update(made: Made) -> None:
    for seed, share in enumerate((0.2, 0.4)):
        made.run("full", seed=seed, saturated={layer: [(share, 0.1), (0.5, 0.1), (0.5, 0.1), (0.6, 0.2)] for layer in LAYERS})
    item = made.figure("saturation", NET)
    assert item.svg is not None and item.table is not None
    assert "conv1: saturated units (%)" in item.svg and ">fc7</text>" in item.svg
    assert item.svg.count("stroke-dasharray:3 2.5") == len(LAYERS)
    first = item.table.rows[0].cells
    assert [first[key].text for key in ("layer", "epoch", "full", "full_range", "full_dead")] == [
        "conv1",
        "0",
        "30.0",
        "[20.0, 40.0]",
        "10.0",
    ]
    assert item.missing == ("No runs yet: tanh and sigmoid.",)


def test_runs_whose_logs_hold_no_saturation_are_named(made: Made) -> None:
    made.run("full")
    item = made.figure("saturation", NET)
    assert not item.drawn
    assert "The logs of full hold no saturation." in item.missing


def test_crops_gives_errors_and_the_change_inside_each_run(made: Made) -> None:
    for seed, (one, ten) in enumerate([(0.40, 0.38), (0.42, 0.41)]):
        made.run("full", seed=seed)
        made.value("full", seed, "center", one)
        made.value("full", seed, "ten_crop", ten)
    item = made.figure("crops", TABLE1)
    assert item.table is not None and item.svg is not None
    ten_crop = {key: cell.text for key, cell in item.table.rows[1].cells.items()}
    assert (ten_crop["crops"], ten_crop["error"], ten_crop["change"], ten_crop["n"]) == ("10", "39.50", "\N{MINUS SIGN}1.50", "2")
    # Two seeds -.02 and -.01: standard error .005, Student t of one degree of freedom at 95 % is 6.3138.
    assert ten_crop["change_ci90"] == "[\N{MINUS SIGN}4.66, +1.66]"
    assert "paper: \N{MINUS SIGN}1.5" in item.svg
    assert "39.0 % with one crop and 37.5 % with ten; these are other data" in item.caption


def test_crops_draws_the_papers_levels_on_its_own_data_alone(made: Made) -> None:
    made.run("full", title="ILSVRC-2010")
    made.value("full", 0, "center", 0.40)
    made.value("full", 0, "ten_crop", 0.38)
    for evidence, own in (("same data", True), ("stand-in", False)):
        made.claims[:] = [entry(JudgedWithin, id="A.S6.crops.top1", evidence=evidence)]
        item = made.figure("crops", TABLE1)
        assert item.svg is not None
        assert ("other data" not in item.caption) == ("paper: 37.5" in item.svg) == own
        assert "by ten crops on ILSVRC-2010 test" in item.caption


def test_crops_of_a_single_seed_have_no_interval(made: Made) -> None:
    made.run("full")
    made.value("full", 0, "center", 0.4)
    item = made.figure("crops", TABLE1)
    assert item.table is not None and item.svg is not None
    assert (item.table.rows[0].cells["error_ci90"].text, item.table.rows[0].cells["change"].text) == ("", "")


def test_kernels_of_0_are_left_out_of_their_towers_selectivity(made: Made) -> None:
    grey, colour = grey_and_colour()
    nothing = np.zeros_like(grey)
    for seed, kernel_KHWC in enumerate(([nothing, colour, grey, grey], [nothing, nothing, grey, colour])):
        keep(made, made.run("full", seed=seed), "kernels", kernel_KHWC=np.array(kernel_KHWC), num_towers=2)
    texts = [[sheet.text for sheet in run.sheets] for run in made.figure("tower_kernels", NET).kernels]
    assert texts == [
        ["colour selectivity 1.00", "colour selectivity 0.00"],
        ["colour selectivity none", "colour selectivity 0.50"],
    ]


def test_kernels_are_shown_by_tower_with_their_selectivity(made: Made) -> None:
    for seed in (0, 1):
        keep(made, made.run("full", seed=seed), "kernels", kernel_KHWC=grey_and_colour(), num_towers=2)
        made.value("full", seed, "weights", 0.5 + seed / 10, metric="tower_color_split")
        made.value("full", seed, "weights", 0.01 + seed / 10, metric="tower_color_split_p")
    made.claims.append(entry(JudgedCount, id="A.F3.color.split", shown=("smoke/alexnet/full/0",), num_runs=2, estimate=0.5))
    item = made.figure("tower_kernels", NET)
    assert [run.large for run in item.kernels] == [True, False]
    assert [sheet.text for sheet in item.kernels[0].sheets] == ["colour selectivity 0.00", "colour selectivity 1.00"]
    assert item.kernels[1].text == "split +0.60"
    assert "In 1 of 2 runs the towers differ by more than 95 % of such halves do." in item.caption
    assert item.table is not None
    assert [cell.text for cell in item.table.rows[-1].cells.values()] == ["1", "0.000", "1.000", "2", "+0.600", "0.110"]


def test_missing_and_damaged_files_are_named_and_the_rest_is_shown(made: Made) -> None:
    keep(made, made.run("full", seed=0), "kernels", kernel_KHWC=grey_and_colour(), num_towers=2)
    gone, torn, _ = (made.run("full", seed=seed) for seed in (1, 2, 3))
    for run in (gone, torn):
        keep(made, run, "kernels", kernel_KHWC=grey_and_colour(), num_towers=2)
    (gone.folder / "kernels.npz").unlink()
    (torn.folder / "kernels.npz").write_bytes(b"PK torn")
    item = made.figure("tower_kernels", NET)
    assert len(item.kernels) == 1
    assert "kernels.npz of run smoke/alexnet/full/1 is not in this results folder." in item.missing
    assert any("full/2 cannot be read" in words for words in item.missing)
    assert "Run smoke/alexnet/full/3 has kept no kernels." in item.missing


def test_kernels_that_are_no_numbers_are_not_drawn(made: Made) -> None:
    keep(made, made.run("full"), "kernels", kernel_KHWC=np.full((2, 1, 1, 3), np.nan, np.float32), num_towers=2)
    item = made.figure("tower_kernels", NET)
    assert not item.drawn
    assert "A kernel of run smoke/alexnet/full/0 holds a number that is not finite." in item.missing


def test_the_gallery_marks_the_right_class_and_neighbours_of_the_same_label(made: Made) -> None:
    keep(made, made.run("full"), "gallery", **some_gallery())
    item = made.figure("gallery", NET)
    first, second = item.gallery
    assert [(guess.name, guess.percent, guess.right) for guess in first.guesses] == [
        ("cat", "70", True),
        ("dog", "25", False),
        ("<ship>", "5.0", False),
    ]
    assert [guess.right for guess in second.guesses] == [False, True, False]
    assert [near.same for near in first.neighbours] == [True, True, False, False, True, True]
    assert "5 of 12 have the test image's label" in item.caption


def test_a_gallery_without_an_array_is_named_not_drawn(made: Made) -> None:
    arrays = some_gallery()
    del arrays["near_label_NM"]
    keep(made, made.run("full"), "gallery", **arrays)
    item = made.figure("gallery", NET)
    assert not item.drawn
    assert any("lacks near_label_NM" in words for words in item.missing)


def test_figures_stand_on_a_page_with_names_escaped_and_every_image_described(made: Made) -> None:
    run = made.run("full", saturated={layer: [(0.5, 0.1)] * 4 for layer in LAYERS})
    keep(made, run, "gallery", **some_gallery())
    keep(made, run, "kernels", kernel_KHWC=grey_and_colour(), num_towers=2)
    page = page_of(*table_figures(ALEXNET, NET, results=made.results))
    assert "<ship>" in page.words
    images = [values for tag, values in page.tags if tag == "img"]
    assert len(images) == 2 + 2 * 7
    assert all(values["alt"] for values in images)
    assert all(values["src"].startswith("data:image/png;base64,") for values in images)
    assert len(page.ids) == len(set(page.ids))
    assert {"table-saturation_numbers", "table-tower_kernels_numbers", "table-gallery_numbers"} <= set(page.ids)


def test_the_same_results_give_the_same_figures(made: Made) -> None:
    figure1(made)
    assert made.figure("training_error", FIGURE1) == made.figure("training_error", FIGURE1)
    assert made.figure("saturation", FIGURE1) == made.figure("saturation", FIGURE1)


def test_a_gallery_of_large_images_keeps_the_page_small(made: Made) -> None:
    keep(made, made.run("full"), "gallery", **some_gallery(num=8, side=256))
    text = page_environment().get_template("figures.html.j2").render(drawings=[made.figure("gallery", NET)])
    assert len(text) < 1_500_000


def test_no_colour_is_fixed_in_a_drawing(made: Made) -> None:
    figure1(made)
    for name in ("training_error", "saturation"):
        svg = made.figure(name, FIGURE1).svg
        assert svg is not None
        assert re.findall(r"#[0-9a-fA-F]{3,6}\b|rgb\(", svg) == []


# What a paper says about a figure.

VIEW = FigureView(name="crops", title="General", lead="What is drawn.", caption="Scale smoke.")


def test_what_a_paper_says_follows_what_is_said_wherever_it_is_drawn():
    figure = Figure(name="crops", title="Its own", lead="The paper says so.", reading="Below 0 is that.")
    found = with_words(replace(VIEW, gallery=("drawn",)), figure)
    assert (found.title, found.lead) == ("Its own", "What is drawn. The paper says so.")
    assert found.caption == "Scale smoke. Below 0 is that."


def test_without_words_of_a_paper_a_figure_is_what_it_is():
    assert with_words(VIEW, Figure(name="crops")) == VIEW


def test_how_to_read_what_is_not_drawn_is_not_said():
    assert with_words(VIEW, Figure(name="crops", reading="Below 0 is that.")).caption == "Scale smoke."
