"""Sizes of a scale in the site: no data sets of their own, so that they count in no answer, and their lines on the questions."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from repro.analyse.sizes.series import series_among, siblings
from repro.report.site.dossier import dossier
from repro.report.site.folders import read_sources, without_sizes
from repro.report.site.standing import asked_of
from tests.analyse.sizes.made import PAPERS_KNOWN, SCALES, make_series
from tests.once import made_once


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_once(tmp_path_factory, "sizes", make_series) / "small"


def test_sizes_stand_beside_no_data_set_and_in_no_answer(whole: Path, tmp_path: Path) -> None:
    folders = siblings(whole, PAPERS_KNOWN)
    sources = read_sources(folders, PAPERS_KNOWN, unjudged={}, out=tmp_path)
    assert {source.scale for source in sources} == set(SCALES)
    kept = without_sizes(sources)
    assert [source.scale for source in kept] == ["small"]
    assert without_sizes([source for source in sources if source.scale != "small"]) == tuple(
        source for source in sources if source.scale != "small"
    ), "without the whole they are all that there is"
    asked = next(item for item in asked_of(PAPERS_KNOWN, kept) if item.question.name == "response_normalisation")
    assert set(asked.lead.entries) == {"small"}
    series, refused = series_among(folders, PAPERS_KNOWN)
    assert refused == []
    sizes = [("small", item) for item in series[whole]]
    page = dossier(asked, kept, prices={}, before=None, after=None, made="", series=sizes)
    assert [view.claim for item in page.sizes for view in item.effects] == ["A.S3.3.lrn.top1"]
    relu = next(item for item in asked_of(PAPERS_KNOWN, kept) if item.question.name == "relu")
    assert dossier(relu, kept, prices={}, before=None, after=None, made="", series=sizes).sizes == ()


def test_too_few_sizes_are_a_line_for_the_terminal_and_stop_no_site(whole: Path, tmp_path: Path) -> None:
    for scale in SCALES[2:]:
        shutil.copytree(whole.parent / scale, tmp_path / scale)
    series, refused = series_among([tmp_path / scale for scale in SCALES[2:]], PAPERS_KNOWN)
    assert series == {}
    (line,) = refused
    assert line.startswith(
        f"no line over sizes of {tmp_path / 'small'}: small_images_1of2 and small: 2 sizes; allowed: 3 and more"
    )
