"""Tables of a user's files: what became of those that are not among the data, and each that was refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from repro.artifacts.dataset_json import DatasetJson
from repro.report.text.formatting import count
from repro.report.text.tables import Cell, Column, Row, TableView

#: So many refused files are shown; all are in refused.csv.
MOST_SHOWN = 50


def left_out_view(name: str, record: DatasetJson) -> TableView | None:
    """How many files of the user were left out, refused or kept though they are there twice; None if there are none."""
    if not record.left_out:
        return None
    titles = {"where": "Where", "files": "Files", "reason": "What became of them", "example": "Such as"}
    columns = tuple(
        Column(key=key, title=title, group=title, kind="number" if key == "files" else "text") for key, title in titles.items()
    )
    texts = ((row.place, count(row.num), row.reason, row.example) for row in record.left_out)
    rows = tuple(Row(cells=dict(zip(titles, (Cell(text=text) for text in line), strict=True))) for line in texts)
    caption = f"Files of {record.title} that are not among the data, or are there twice."
    return TableView(name=f"{name}_left_out", caption=caption, columns=columns, rows=rows)


def refused_view(name: str, record: DatasetJson, rows: Sequence[Mapping[str, str]]) -> TableView | None:
    """The first files that preparation refused, each with its reason; None if there are none."""
    if not rows:
        return None
    columns = tuple(Column(key=key, title=key.capitalize(), group=key.capitalize()) for key in ("split", "file", "reason"))
    shown = rows[:MOST_SHOWN]
    caption = f"Files of {record.title} that preparation refused ({count(len(shown))} of {count(len(rows))} shown)."
    return TableView(
        name=f"{name}_refused",
        caption=caption,
        columns=columns,
        rows=tuple(Row(cells={column.key: Cell(text=row[column.key]) for column in columns}) for row in shown),
    )
