"""The page of planted effects gives no verdict on the paper, and shows what calibration finds of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from repro.analyse.calibrate.own import calibration as calibrating
from repro.analyse.calibrate.own.calibration import calibrate_results
from repro.papers.alexnet import ALEXNET
from repro.papers.alexnet.planted import PLANTED_PAGE
from tests.fabricate import Truth
from tests.report.conftest import judged, rerendered
from tests.report.reading import Page

VARIANTS = PLANTED_PAGE.variants


def test_planted_effects_are_judged_by_calibration_and_never_invalid(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(calibrating, "MOST_TABLES", 10)
    chosen = tuple(variant for variant in ALEXNET.variants if variant.name in VARIANTS or variant.name == "full")
    paper = replace(ALEXNET, variants=chosen, claims=(), tables=(PLANTED_PAGE,), questions=())
    made = judged([paper], tmp_path, truth=Truth(errors={"planted_labels_10": 0.5}, num_examples=200))
    rerendered(made)
    path = made.folder / "alexnet" / "alexnet_planted.html"
    assert "Nothing has been calibrated yet" in Page(path.read_text()).text
    calibrate_results([paper], scale="smoke", results=made.results)
    rerendered(made)
    page = path.read_text()
    assert "INVALID" not in page and "Independent reproductions" not in page
    assert 'href="../calibration.html#planted"' in page and "no verdict on the paper" in page
    table = path.with_suffix(".csv").read_text()
    assert "10 % wrong training labels" in table and "found" in table and "INVALID" not in table
