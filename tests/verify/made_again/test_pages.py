"""A page that was edited is named; pages of all papers and of those that were asked for hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from repro.catalogue.known import Catalogue, catalogue
from repro.papers.alexnet import ALEXNET
from repro.report.render import render
from repro.verify.check import FAILED, OK, UNCHECKED, Check
from repro.verify.made_again.pages import pages_made_again
from repro.verify.stored import read_stored
from tests.fabricate import Truth
from tests.report.conftest import Rendered, judged, smaller

PAPER = smaller()


@pytest.fixture
def made(tmp_path: Path) -> Rendered:
    made = judged([PAPER], tmp_path, truth=Truth(num_examples=60))
    render([PAPER], scale=made.scale, results=made.results, reports=made.reports)
    return made


def checked(made: Rendered, *, papers: tuple = (PAPER,)) -> Check:
    known = Catalogue(papers=papers)
    return pages_made_again(read_stored(made.results / made.scale, known), known, reports=made.reports)


def test_pages_as_they_were_rendered_hold_and_edited_ones_are_named(made: Rendered) -> None:
    assert checked(made).state == OK
    others = tuple(paper for paper in catalogue(()).papers if paper.name != ALEXNET.name)
    assert checked(made, papers=(PAPER, *others)).state == OK  # rendered for one paper alone
    page = made.folder / "index.html"
    page.write_text(page.read_text().replace("INCONCLUSIVE", "REPRODUCED").replace("INCOMPLETE", "REPRODUCED"))
    (made.folder / "alexnet" / "new.html").write_text("<p>REPRODUCED</p>")
    (made.folder / "alexnet" / "alexnet_ablations.csv").unlink()
    found = checked(made)
    assert found.state == FAILED
    assert "alexnet/alexnet_ablations.csv, alexnet/new.html, index.html in " in found.problems[0]
    assert not list(made.reports.parent.glob(".pages-*"))


def test_without_pages_nothing_is_called_ok(made: Rendered) -> None:
    (made.folder / "index.html").unlink()
    assert checked(made).state == UNCHECKED
