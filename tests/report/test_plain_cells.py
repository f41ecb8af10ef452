"""Cells that are written a row at a time are, to the byte, those that the template writes one by one."""

from __future__ import annotations

import pytest
from markupsafe import Markup

from repro.report.plain_cells import plain_cells
from repro.report.render import page_environment
from repro.report.text.tables import Cell, Column, Link, Row, TableView

COLUMNS = (
    Column(key="a.b", title="What <it> is", group="What <it> is"),
    Column(key="n", title="Number", group="Number", kind="number"),
    Column(key="low", title="Over, low", group="Over, low", kind="number", over="Over"),
    Column(key="claim", title="Claim", group="Claim"),
    Column(key="verdict", title="Verdict", group="Claim", kind="verdict", label="· "),
    Column(key="arm", title="Arm", group="Arms"),
    Column(key="against", title="Against", group="Arms", label="against", inline=True),
)
ROWS = {
    "plain": {"a.b": Cell(text="words"), "n": Cell(text="+1,234"), "claim": Cell(text="A.1"), "arm": Cell(text="full")},
    "escaped": {"a.b": Cell(text="<b>&\"'</b>"), "n": Cell(text="\N{MINUS SIGN}1.5"), "claim": Cell(text="a\x07b\n\u202ec")},
    "empty": {},
    "sorted by something else": {"a.b": Cell(text="x", sort='"9'), "n": Cell(text="", sort="1e99"), "low": Cell(text="never")},
    "with a link": {"a.b": Cell(text="x", href="u?a&b"), "n": Cell(text="1", unit="%"), "low": Cell(text="2", strong=True)},
    "with a verdict": {"claim": Cell(text="A.1"), "verdict": Cell(text="REVERSED", tone="bad", symbol="✗")},
    "two on a line": {"arm": Cell(text="full"), "against": Cell(text="no_lrn")},
    "one of two on a line": {"against": Cell(text="no_lrn")},
    "with links": {"a.b": Cell(links=(Link(text="one", href="1"), Link(text="two", href="2")))},
    "unfolding": {"a.b": Cell(text="a long reason", brief="a reason"), "n": Cell(text="7")},
}


def table_of(*names: str) -> TableView:
    cells = [{column.key: ROWS[name].get(column.key, Cell()) for column in COLUMNS} for name in names]
    rows = tuple(Row(cells=one, anchor=f"row-{i}" if i % 2 else "", again=i == 2) for i, one in enumerate(cells))
    return TableView(name="t", caption="A table", columns=COLUMNS, rows=rows)


def one_by_one(table: TableView, *, cards: bool) -> object:
    """Leave every cell to the template."""
    del cards
    return lambda row: [(Markup(""), group, place == 0) for place, group in enumerate(table.groups)]


@pytest.mark.parametrize("cards", [True, False])
@pytest.mark.parametrize("names", [*[(name,) for name in ROWS], tuple(ROWS), ()], ids=lambda names: "+".join(names)[:40])
def test_it_writes_what_the_template_writes(names: tuple[str, ...], cards: bool) -> None:
    written = []
    for make in (plain_cells, one_by_one):
        environment = page_environment()
        environment.globals["plain_cells"] = make
        written.append(environment.get_template("macros.html.j2").module.data_table(table_of(*names), cards=cards))
    assert written[0] == written[1]


def test_a_row_of_plain_cells_is_one_piece() -> None:
    table = table_of("plain", "escaped", "empty")
    assert [len(plain_cells(table, cards=True)(row)) for row in table.rows] == [1, 1, 1]
    assert len(plain_cells(table_of("with a verdict"), cards=True)(table_of("with a verdict").rows[0])) == 3
