"""The page of calibration shows what its file says, and is named where verdicts are read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from repro.analyse.calibrate.own.calibration import calibrate_results
from repro.artifacts.files import FileFormatError
from repro.papers import PAPERS
from repro.report.render import render
from tests.analyse.judging import judged, truth
from tests.fabricate import fabricate

ALEXNET = PAPERS["alexnet"]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seeds enough of `full` to compare it with itself, one ablation, and what is made of them."""
    results = tmp_path_factory.mktemp("results")
    shown = truth(errors={"no_lrn": 0.36}, num_examples=60, seed_noise=0.02)
    fabricate([ALEXNET], scale="small", results=results, truth=shown, variants=["full", "no_lrn"], seeds=range(3))
    fabricate([ALEXNET], scale="small", results=results, truth=shown, variants=["full"], seeds=range(7))
    judged(results)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("repro.analyse.calibrate.own.calibration.MOST_TABLES", 200)
        calibrate_results([ALEXNET], scale="small", results=results)
    return results


def rendered(results: Path, reports: Path) -> Path:
    render([ALEXNET], scale="small", results=results, reports=reports)
    return reports / "small"


def test_the_page_shows_the_file_and_is_linked_from_index_and_tables(results: Path, tmp_path: Path) -> None:
    folder = rendered(results, tmp_path)
    page, found = (folder / "calibration.html").read_text(), json.loads((folder / "calibration.json").read_text())
    assert (folder / "calibration.json").read_bytes() == (results / "small" / "calibration.json").read_bytes()
    assert found["alone"]
    for one in found["alone"]:
        assert f"{one['table']}, full" in page
    for one in found["chances"]:
        assert one["claim"] in page
    assert 'href="calibration.html"' in (folder / "index.html").read_text()
    assert 'href="../calibration.html"' in (folder / "alexnet" / "alexnet_ablations.html").read_text()
    assert page.count("<svg") >= 3
    assert page == (rendered(results, tmp_path / "again") / "calibration.html").read_text()


def test_without_a_calibration_there_is_no_page_and_no_link(results: Path, tmp_path: Path) -> None:
    path = results / "small" / "calibration.json"
    kept = path.read_bytes()
    path.unlink()
    try:
        folder = rendered(results, tmp_path)
    finally:
        path.write_bytes(kept)
    assert not (folder / "calibration.html").exists()
    assert "calibration.html" not in (folder / "index.html").read_text()


def test_a_calibration_of_other_runs_is_refused(results: Path, tmp_path: Path) -> None:
    path = results / "small" / "calibration.json"
    kept = path.read_text()
    found = json.loads(kept)
    path.write_text(kept.replace(found["runs_sha256"], "0" * 64))
    try:
        with pytest.raises(FileFormatError, match=r"calibration\.json"):
            rendered(results, tmp_path)
    finally:
        path.write_text(kept)
