"""Hold a table once, as printed text, for the page, for CSV, and for Markdown and LaTeX (`typeset.py`)."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from repro.artifacts.files import no_formula, readable
from repro.report.text.formatting import MINUS


@dataclass(frozen=True, kw_only=True)
class Link:
    """A reference to a page or file, relative to the page that shows it."""

    text: str
    href: str


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One entry of a table as it is printed. `ends` are the two numbers of an interval; the rest is for HTML alone.

    tone, symbol: colour and sign of a verdict. strong: the number that decides. sort: what JavaScript sorts by, if not the text.
    anchor: the entry's id in the page. brief: in HTML this stands open, and the text unfolds below it.
    """

    text: str = ""
    ends: tuple[str, str] | None = None
    href: str = ""
    tone: str = ""
    symbol: str = ""
    strong: bool = False
    unit: str = ""
    sort: str = ""
    links: tuple[Link, ...] = ()
    anchor: str = ""
    brief: str = ""

    @property
    def filled(self) -> bool:
        return bool(self.text or self.links)

    @property
    def plain(self) -> bool:
        """Whether HTML shows its text alone, as most cells of long tables do."""
        return not (self.links or self.tone or self.brief or self.href or self.strong or self.unit)


@dataclass(frozen=True, kw_only=True)
class Column:
    """What a column holds. Columns that share a `group` stand under one another in one HTML column.

    `label` stands before the entry in HTML; an `inline` column continues the line of the one before it. Groups that share `over`
    stand side by side under that heading. `kind` is `text` (words), `number` (one), `interval` (two numbers) or `verdict` (a
    word with symbol and colour). `only_csv`: for programs, the page does not show it. `share`: of the width of a LaTeX line,
    in which the words wrap; 0: as wide as its widest entry.
    """

    key: str
    title: str
    group: str
    kind: str = "text"
    label: str = ""
    inline: bool = False
    over: str = ""
    only_csv: bool = False
    share: float = 0.0

    @property
    def bare(self) -> bool:
        """Whether HTML shows a cell's text alone, without a label or a colour."""
        return not self.label and self.kind != "verdict"


@dataclass(frozen=True, kw_only=True)
class ColumnGroup:
    """An HTML column: its title and the table's columns in it."""

    title: str
    columns: tuple[Column, ...]

    @property
    def over(self) -> str:
        return self.columns[0].over

    @property
    def head(self) -> str:
        """The title below the heading that the group shares with others."""
        return self.title.removeprefix(f"{self.over}, ").capitalize() if self.over else self.title

    @cached_property
    def numeric(self) -> bool:
        return self.columns[0].kind in ("number", "interval")

    @cached_property
    def slug(self) -> str:
        """What a style sheet calls this column."""
        return slug(self.columns[0].key)

    @cached_property
    def lines(self) -> tuple[tuple[Column, ...], ...]:
        """The columns line by line."""
        lines: list[tuple[Column, ...]] = []
        for column in self.columns:
            if column.inline and lines:
                lines[-1] += (column,)
            else:
                lines.append((column,))
        return tuple(lines)

    def shown(self, row: Row) -> tuple[EntryLine, ...]:
        """What the row has to show, line by line."""
        lines = (tuple((column, row.cells[column.key]) for column in line if row.cells[column.key].filled) for line in self.lines)
        return tuple(EntryLine(name=slug(line[0][0].key), kind=line[0][0].kind, entries=line) for line in lines if line)

    def sort_key(self, row: Row) -> str:
        """What the row is sorted by in this HTML column where that is not the entry's text: a number as a program reads it."""
        cell = row.cells[self.columns[0].key]
        return cell.sort or (ascii_number(cell.text) if self.numeric else "")


@dataclass(frozen=True, kw_only=True)
class EntryLine:
    """A line of an HTML entry: its first column's kind and name, and each column with its cell."""

    name: str
    kind: str
    entries: tuple[tuple[Column, Cell], ...]

    @property
    def plain(self) -> bool:
        """Whether it is one entry that HTML shows as its text alone."""
        return len(self.entries) == 1 and self.entries[0][1].plain and self.entries[0][0].bare


def slug(key: str) -> str:
    """A column's key as a style sheet can name it."""
    return key.replace(".", "-")


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line of a table. `anchor` is its id in the page; `again`: the first entry is the same as in the line above."""

    cells: Mapping[str, Cell]
    anchor: str = ""
    again: bool = False


@dataclass(frozen=True, kw_only=True)
class TableView:
    """A table: `caption` says what it shows, with scale, data, n and device."""

    name: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        keys = [column.key for column in self.columns]
        for row in self.rows:
            assert list(row.cells) == keys, f"table {self.name}: a row has the keys {list(row.cells)}, the columns are {keys}"

    @cached_property
    def groups(self) -> tuple[ColumnGroup, ...]:
        """The HTML columns; one in which no row has anything is left out."""
        shown = [column for column in self.columns if not column.only_csv]
        titles = dict.fromkeys(column.group for column in shown)
        groups = [
            ColumnGroup(title=title, columns=tuple(column for column in shown if column.group == title)) for title in titles
        ]
        filled = {key for row in self.rows for key, cell in row.cells.items() if cell.filled}
        return tuple(group for group in groups if not self.rows or any(column.key in filled for column in group.columns))

    @cached_property
    def headings(self) -> tuple[tuple[str, tuple[ColumnGroup, ...]], ...]:
        """The shared headings with the groups below each, "" with a group that stands alone; () if none is shared."""
        found: list[tuple[str, tuple[ColumnGroup, ...]]] = []
        for group in self.groups:
            if group.over and found and found[-1][0] == group.over:
                found[-1] = (group.over, (*found[-1][1], group))
            else:
                found.append((group.over, (group,)))
        return tuple(found) if any(over for over, _ in found) else ()


def interval(low: str, high: str) -> Cell:
    """The cell of an interval whose ends are printed as `low` and `high`; an empty cell if either is missing."""
    return Cell(text=f"[{low}, {high}]", ends=(low, high)) if low and high else Cell()


def to_csv(table: TableView) -> str:
    """The table as CSV: ASCII numbers without plus sign or separators, an interval as two columns."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    header: list[str] = []
    for column in table.columns:
        header += [f"{column.key}_low", f"{column.key}_high"] if column.kind == "interval" else [column.key]
    writer.writerow(header)
    for row in table.rows:
        line: list[str] = []
        for column in table.columns:
            line += _csv_fields(column, row.cells[column.key])
        writer.writerow(line)
    return stream.getvalue()


def _csv_fields(column: Column, cell: Cell) -> list[str]:
    if column.kind == "interval":
        return [ascii_number(end) for end in cell.ends or ("", "")]
    return [ascii_number(cell.text) if column.kind == "number" else no_formula(readable(cell.text))]


def ascii_number(text: str) -> str:
    """A printed number as a program reads it: ASCII minus, no plus sign, no thousands separators."""
    return text.replace(MINUS, "-").replace(",", "").removeprefix("+")
