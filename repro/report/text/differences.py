"""Show what remains different between the paper, or the code released with it, and what is built here."""

from __future__ import annotations

from repro.report.text.tables import Cell, Column, Row, TableView
from repro.spec.experiment import Paper, Table

COLUMNS = (
    Column(key="part", title="Part", group="Part"),
    Column(key="there", title="Paper or release", group="Paper or release"),
    Column(key="here", title="Here", group="Here"),
    Column(key="why", title="Why", group="Why"),
)


def differences_view(paper: Paper, table: Table) -> TableView | None:
    """The differences that the page lists, one a line; None where it lists none."""
    if not table.differences:
        return None
    rows = [
        Row(cells={column.key: Cell(text=getattr(difference, column.key)) for column in COLUMNS})
        for difference in table.differences
    ]
    caption = f"What remains different from {paper.authors} ({paper.year}) or from code that its authors released."
    return TableView(name="differences", caption=caption, columns=COLUMNS, rows=tuple(rows))
