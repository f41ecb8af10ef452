"""Nets stand on the pages where a reader of the paper looks for them: as printed, and as they are built at the scale."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from repro.papers.alexnet import ALEXNET
from repro.papers.karpathy import KARPATHY
from repro.report.figures.catalogue import MAKERS, with_words
from repro.report.figures.view import FigureView
from repro.spec.experiment import Paper
from repro.spec.terms.figures import Figure
from tests.report.made import page_of
from tests.report.nets.drawn import known_papers, results_at

NETS = ("architecture", "streams", "fusion_over_time", "kernels_over_time")
SHOWN = [
    (ALEXNET, "alexnet_figures", "architecture"),
    (KARPATHY, "karpathy_table1", "fusion_over_time"),
    (KARPATHY, "karpathy_table1", "kernels_over_time"),
    (KARPATHY, "karpathy_table1", "streams"),
    (KARPATHY, "karpathy_speed", "streams"),
]


def figure(paper: Paper, table: str, name: str, *, scale: str = "smoke") -> FigureView:
    page = paper.table(table)
    wanted = next((item for item in page.figures if item.name == name), Figure(name=name))
    return with_words(MAKERS[name](paper, page, results=results_at(scale)), wanted)


@pytest.mark.parametrize(("paper", "table", "name"), SHOWN)
def test_a_page_shows_a_net_as_printed_and_at_its_scale(paper: Paper, table: str, name: str) -> None:
    assert name in [item.name for item in paper.table(table).figures]
    for scale, sizes in (("smoke", ["as printed", "at scale smoke"]), ("paper", ["as printed"])):
        found = figure(paper, table, name, scale=scale)
        assert [group.title.lower().rpartition(", ")[2] for group in found.plates] == sizes
        assert found.table is not None
        assert list(dict.fromkeys(row.cells["size"].text for row in found.table.rows)) == sizes
        assert not found.missing


def test_the_four_fusions_are_those_of_the_papers_figure_1_and_one_more() -> None:
    first, *_ = figure(KARPATHY, "karpathy_table1", "fusion_over_time").plates
    titles = [plate.title for plate in first.plates]
    assert titles[:4] == ["Single-Frame", "Early Fusion", "Late Fusion", "Slow Fusion"] and len(titles) == 5


def test_kernels_see_one_frame_all_of_them_or_some_at_a_time() -> None:
    first, *_ = figure(KARPATHY, "karpathy_table1", "kernels_over_time").plates
    assert [plate.title.split(": ")[0] for plate in first.plates] == ["One frame", "All frames at once", "Some frames at a time"]
    svg = "".join(plate.svg for plate in first.plates)
    assert "1 map a kernel" in svg and "5 maps a kernel" in svg


@pytest.mark.parametrize("name", NETS)
def test_every_page_of_every_paper_can_ask_for_each_of_them(name: str) -> None:
    """What has no such net says so; nothing fails."""
    drawn = 0
    for paper in known_papers():
        for table in paper.tables:
            for scale in paper.scales:
                found = figure(paper, table.name, name, scale=scale.name)
                assert found.drawn != bool(found.missing)
                drawn += found.drawn
    assert drawn >= 2


def test_a_control_that_is_no_network_has_no_drawing() -> None:
    table = replace(ALEXNET.table("alexnet_table1"), control="sift_fisher")
    found = MAKERS["architecture"](ALEXNET, table, results=results_at("smoke"))
    assert not found.drawn and found.missing == ("No net of this page can be drawn so.",)


def test_all_drawings_of_a_page_have_ids_and_colours_of_their_own_page_and_are_told_in_words() -> None:
    table = KARPATHY.table("karpathy_table1")
    found = [figure(KARPATHY, table.name, name) for name in ("fusion_over_time", "kernels_over_time", "streams")]
    page = page_of(*found)
    assert len(page.ids) == len(set(page.ids))
    svgs = [plate.svg for view in found for group in view.plates for plate in group.plates]
    assert len(svgs) == 2 * (5 + 3 + 1)
    for svg in svgs:
        assert re.findall(r"#[0-9a-fA-F]{3,6}\b|rgb\(", svg) == []
        assert "<title " in svg and "<desc " in svg
