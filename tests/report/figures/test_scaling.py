"""Error against images and width: points, fitted lines and their falls, from results that are made here."""

from __future__ import annotations

from pathlib import Path

import pytest

from repro.papers.alexnet.scaling import SCALING_PAGE
from repro.report.figures.scaling import scaling
from repro.report.figures.view import FigureView
from repro.report.inputs.results import read_results
from repro.report.text.tables import to_csv
from tests.analyse.judge.test_slopes import ONE_PAGE
from tests.analyse.judging import judged, truth
from tests.fabricate import fabricate

ERRORS = {
    "images_quarter": 0.56,
    "images_half": 0.42,
    "full": 0.28,
    "width_half": 0.5,
    "width_double": 0.2,
    "no_augment": 0.4,
    "images_half_no_augment": 0.48,
    "images_quarter_no_augment": 0.6,
    "width_half_no_augment": 0.4,
    "width_double_no_augment": 0.4,
}


def figure(results: Path, errors: dict[str, float]) -> FigureView:
    """Fabricate runs, judge them and draw."""
    made = truth(errors=errors, num_examples=1000, seed_noise=0.004)
    fabricate([ONE_PAGE], scale="small", results=results, truth=made, variants=list(errors))
    judged(results, paper=ONE_PAGE, num_seeds=3)
    return scaling(ONE_PAGE, SCALING_PAGE, results=read_results([ONE_PAGE], scale="small", results=results))


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> FigureView:
    return figure(tmp_path_factory.mktemp("scaling"), ERRORS)


def test_each_thing_that_grows_has_a_panel_with_two_lines(drawn: FigureView) -> None:
    assert drawn.svg is not None
    for words in ("training images (of the", "width (of the"):
        assert drawn.svg.count(words) == 1
    assert drawn.svg.count(">full</text>") == drawn.svg.count(">no_augment</text>") == 2
    assert drawn.svg.count(">fall ") == 4


def test_the_numbers_are_those_of_the_runs_and_the_claims(drawn: FigureView) -> None:
    assert drawn.table is not None
    lines = to_csv(drawn.table).splitlines()
    assert len(lines) == 1 + 4 * 3
    first = lines[1].split(",")
    assert first[:3] == ["training images", "images_quarter", "0.25"]
    assert float(first[3]) == pytest.approx(56, abs=1)
    assert float(first[5]) == pytest.approx(0.5, abs=0.03)
    assert not drawn.missing


def test_errors_of_other_data_are_not_set_beside_the_papers(drawn: FigureView) -> None:
    assert "Diamond" not in drawn.caption


def test_what_is_not_run_is_named(tmp_path: Path) -> None:
    found = figure(tmp_path, {name: ERRORS[name] for name in ("images_quarter", "images_half", "full")})
    assert found.svg is not None and ">no_augment</text>" not in found.svg
    assert any("width_double" in line for line in found.missing)


def test_nothing_at_all_is_said_in_words(tmp_path: Path) -> None:
    found = figure(tmp_path, {"full": 0.3})
    assert found.svg is None and found.table is None and found.missing
