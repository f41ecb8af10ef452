"""The page of what a paper leaves open lists what remains different here, in one table, and no other page does."""

from __future__ import annotations

import pytest

from repro.papers.alexnet import ALEXNET
from repro.papers.karpathy import KARPATHY
from repro.report.text.differences import differences_view
from repro.spec.experiment import Paper
from tests.report.conftest import Rendered
from tests.report.reading import read


@pytest.mark.parametrize(("paper", "page"), [(ALEXNET, "alexnet_released"), (KARPATHY, "karpathy_table1")])
def test_one_page_of_each_paper_lists_them_with_nothing_left_out(paper: Paper, page: str) -> None:
    assert [table.name for table in paper.tables if table.differences] == [page]
    differences = paper.table(page).differences
    assert len({item.part for item in differences}) == len(differences)
    for item in differences:
        assert all((item.part, item.there, item.here, item.why)), item.part
    view = differences_view(paper, paper.table(page))
    assert view is not None
    assert [row.cells["here"].text for row in view.rows] == [item.here for item in differences]


def test_variants_that_a_difference_names_are_there() -> None:
    words = {word.strip(".,;:") for item in ALEXNET.table("alexnet_released").differences for word in item.why.split()}
    named = {word for word in words if "_" in word}
    assert named == {"edge_dropped", "pca_eigenvalue", "pca_unit_eigenvalue", "released_order_once"}
    assert named <= {variant.name for variant in ALEXNET.variants}


def test_the_page_shows_them_and_another_page_has_no_such_part(full_report: Rendered) -> None:
    shown, other = (read(full_report.folder / "alexnet" / f"alexnet_{name}.html") for name in ("released", "ablations"))
    assert "differences" in shown.ids and "differences" not in other.ids
    rows = [row["here"] for row in shown.tables["table-differences"] if "here" in row]
    assert rows == [item.here for item in ALEXNET.table("alexnet_released").differences]
