"""A claim that an error falls along a line is judged by the lines of its seeds."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from repro.papers.alexnet.claims.scaling import SCALING_CLAIMS
from repro.papers.alexnet.scaling import SCALING_PAGE
from tests.analyse.judging import ALEXNET, claim, judged, truth
from tests.fabricate import fabricate

#: The paper with one page, whose variants alone are run.
NAMES = {*SCALING_PAGE.variants}
ONE_PAGE = replace(
    ALEXNET,
    claims=SCALING_CLAIMS,
    tables=(SCALING_PAGE,),
    variants=tuple(item for item in ALEXNET.variants if item.name in NAMES),
)
LINE = ("images_quarter", "images_half", "full")
PLAIN = ("images_quarter_no_augment", "images_half_no_augment", "no_augment")
WIDTHS = ("width_half", "full", "width_double")
WIDTHS_PLAIN = ("width_half_no_augment", "no_augment", "width_double_no_augment")


def slope(results: Path, errors: dict[str, float], name: str = "A.S7.images", **changes: Any) -> Any:
    """Fabricate runs with these errors, judge, and return a claim."""
    fabricate([ONE_PAGE], scale="small", results=results, truth=truth(errors=errors, **changes), variants=list(errors))
    return claim(judged(results, paper=ONE_PAGE, num_seeds=3), name)


def test_the_power_is_that_of_the_errors(tmp_path: Path) -> None:
    found = slope(tmp_path, dict(zip(LINE, (0.56, 0.42, 0.28), strict=True)), num_examples=1000, seed_noise=0.002)
    assert found.verdict == "DIRECTION"
    assert found.estimate == pytest.approx(math.log(0.56 / 0.28) / math.log(4), abs=0.02)
    (line,) = found.lines
    assert line.points == (("images_quarter", 0.25), ("images_half", 0.5), ("full", 1.0))
    assert line.fall.estimate == found.estimate
    assert (found.num_seeds, found.decided_on, found.n) == (3, "value", dict.fromkeys(LINE, 3))
    assert found.ci90[0] < found.estimate < found.ci90[1]
    assert found.runs == tuple(f"small/alexnet/{name}/{seed}" for name in LINE for seed in range(3))


def test_an_error_that_rises_is_the_opposite(tmp_path: Path) -> None:
    assert slope(tmp_path, dict(zip(LINE, (0.28, 0.42, 0.56), strict=True)), seed_noise=0.004).verdict == "REVERSED"


def test_a_level_error_is_no_slope(tmp_path: Path) -> None:
    found = slope(tmp_path, dict.fromkeys(LINE, 0.4), num_examples=2000, seed_noise=0.002)
    assert found.verdict == "ABSENT"
    assert found.p_equivalence < 0.05


def test_noise_decides_nothing_and_says_how_many_seeds_would(tmp_path: Path) -> None:
    found = slope(tmp_path, dict.fromkeys(LINE, 0.4), seed_noise=0.06)
    assert found.verdict == "INCONCLUSIVE"
    assert f"about {found.seeds_needed} seeds would tell" in found.reason


def test_one_line_is_set_against_another_seed_by_seed(tmp_path: Path) -> None:
    errors = dict(zip(WIDTHS, (0.56, 0.42, 0.28), strict=True)) | dict(zip(WIDTHS_PLAIN, (0.42, 0.42, 0.42), strict=True))
    found = slope(tmp_path, errors, "A.S4.1.width", num_examples=1000, seed_noise=0.003)
    assert found.verdict == "DIRECTION"
    assert [line.fall.estimate for line in found.lines] == [pytest.approx(0.5, abs=0.03), pytest.approx(0.0, abs=0.03)]
    assert found.estimate == pytest.approx(found.lines[0].fall.estimate - found.lines[1].fall.estimate)


def test_a_missing_variant_leaves_the_line_incomplete(tmp_path: Path) -> None:
    found = slope(tmp_path, {"images_quarter": 0.5, "full": 0.4})
    assert found.verdict == "INCOMPLETE"
    assert "small/alexnet/images_half/0" in found.reason


def test_a_run_without_any_error_has_no_logarithm(tmp_path: Path) -> None:
    found = slope(tmp_path, {"images_quarter": 0.3, "images_half": 0.2, "full": 0.0}, seed_noise=0.0)
    assert found.verdict == "UNTESTABLE-HERE"
    assert "no line can be drawn on logarithmic axes" in found.reason


def test_a_net_that_has_not_learned_at_the_papers_place_stops_the_claim(tmp_path: Path) -> None:
    found = slope(tmp_path, dict.fromkeys(LINE, 0.9))
    assert found.verdict == "INVALID"
