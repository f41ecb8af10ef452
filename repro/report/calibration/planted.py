"""The page of effects that were planted: no question to the paper, judged on the page of calibration."""

from __future__ import annotations

from dataclasses import replace

from repro.report.calibration.rows import planted_table
from repro.report.inputs.results import Results
from repro.report.pages.setting import setting
from repro.report.pages.variants import variant_anchor
from repro.report.text.tables import Cell, Row, TableView
from repro.spec.experiment import Paper, Table

NOTES = (
    "An effect is the error of the variant less that of what it stands against. What should be found stood in the catalogue "
    "before any run.",
    "Some of these runs have other data than their control, on purpose. No verdict on the paper is given of them; the page of "
    "calibration judges whether they are found.",
)
NOT_YET = "Nothing has been calibrated yet: type python -m repro report, or the workflow's command."


def planted_view(paper: Paper, table: Table, *, results: Results) -> TableView | None:
    """What is found of the effects that were planted into a page; None where none were."""
    if not table.planted:
        return None
    known = results.calibration.planted if results.calibration else ()
    found = planted_table([one for one in known if (one.paper, one.table) == (paper.name, table.name)])
    sentence = setting(results, paper=paper.name, table=table).sentence
    return replace(
        found,
        name=table.name,
        caption=f"{table.title}, and what is found of them here: {sentence}.",
        rows=tuple(_here(row) for row in found.rows),
        notes=NOTES if found.rows else (*NOTES, NOT_YET),
    )


def _here(row: Row) -> Row:
    """A row whose variant refers to this very page."""
    name = row.cells["variant"].text
    return replace(row, cells={**row.cells, "variant": Cell(text=name, href=f"#{variant_anchor(name)}")}, anchor=name)
