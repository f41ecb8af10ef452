"""Printed tables, written as they are printed: rows, columns and numbers, of which each cell is a claim."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import KW_ONLY, dataclass, fields
from fractions import Fraction
from typing import Any

from repro.spec.claims.kinds import Claim, Effect, Exact, Level
from repro.spec.claims.stated import Reproduction
from repro.spec.datasets import Printed
from repro.spec.names import UnknownName
from repro.spec.terms.metrics import class_slug

#: What the numbers of a table are: errors or hits in percent (a claim has the error, as a fraction), or plain
#: numbers.
ERRORS, HITS, NUMBERS = "errors", "hits", "numbers"
SHOWS = (ERRORS, HITS, NUMBERS)


@dataclass(frozen=True)
class Said:
    """What a table, a column, a row or a cell says of its claims, as their own fields do.

    What the inner part says counts: a cell before its row, the row before its column, the column before the
    table. None: it says nothing. In `statement` and `metric`, `{row}`, `{column}`, `{row_id}`, `{column_id}`
    and `{value}` stand for the place and the printed number, `{words}` for how a sentence calls the row and
    `{measure}` for what it calls the column.
    """

    _: KW_ONLY
    where: str | None = None
    statement: str | None = None
    metric: str | None = None
    protocol: str | None = None
    arm: str | None = None
    against: str | None = None
    dataset: Printed | None = None
    confidence: str | None = None
    untestable: str | None = None
    note: str | None = None
    reproductions: tuple[Reproduction, ...] | None = None


@dataclass(frozen=True)
class Pair:
    """The two printed values behind an effect, and the effect itself where it is printed too."""

    arm: float
    against: float
    delta: float | None = None


@dataclass(frozen=True)
class Cell(Said):
    """A printed number of which something is said."""

    value: float | Pair


Value = float | Pair | Cell | None


@dataclass(frozen=True)
class Column(Said):
    """A column. name: its head as printed, "" if the page shows no such layout; id: its part of a claim's id.

    measure: how a sentence calls it; default: its head with a small first letter.
    """

    name: str
    id: str = ""
    measure: str = ""

    @property
    def words(self) -> str:
        return self.measure or self.name[:1].lower() + self.name[1:]


@dataclass(frozen=True)
class Row(Said):
    """A row. values: one for each column.

    name: its first cell as printed, "" if the page shows no such layout.
    id: its part of a claim's id; default: the name in small letters. words: how a sentence calls it; default:
        its name.
    """

    name: str
    values: Value | tuple[Value, ...]
    id: str = ""
    words: str = ""

    @property
    def slug(self) -> str:
        return self.id or class_slug(self.name)


@dataclass(frozen=True, kw_only=True)
class PrintedTable(Said):
    """A table of numbers.

    of: the kind of claim that each is: a level, an effect or an exact number. id: of the claims, `{row}` and
        `{column}` in it being the ids of the place. shows: what the numbers are, of SHOWS.
    """

    id: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    of: type[Level] | type[Effect] | type[Exact] = Level
    shows: str = NUMBERS

    def __post_init__(self) -> None:
        if self.shows not in SHOWS:
            raise ValueError(f"table {self.id} shows {self.shows!r}; allowed: {', '.join(SHOWS)}")
        for row in self.rows:
            num = len(_values(row))
            if num != len(self.columns):
                raise ValueError(
                    f"row {row.name or row.id!r} of table {self.id} has {num} values; allowed: {len(self.columns)}, one for each "
                    "column, and None where nothing is printed"
                )

    @property
    def claims(self) -> tuple[Claim, ...]:
        """The claims, row by row."""
        return tuple(self._claim(row, column, cell) for row, column, cell in self.cells())

    def cells(self) -> Iterator[tuple[Row, Column, Cell]]:
        """Give each printed number with its place."""
        for row in self.rows:
            for column, value in zip(self.columns, _values(row), strict=True):
                if value is not None:
                    yield row, column, value if isinstance(value, Cell) else Cell(value)

    def _claim(self, row: Row, column: Column, cell: Cell) -> Claim:
        value, said = cell.value, said_by(cell, row, column, self)
        place = {"row": row.name, "column": column.name, "row_id": row.slug, "column_id": column.id}
        place |= {"words": row.words or row.name, "measure": column.words}
        shown = delta_of(value) if isinstance(value, Pair) else value
        said |= {name: said.get(name, "").format(**place, value=shown) for name in ("statement", "metric")}
        said |= {"id": self.id.format(row=row.slug, column=column.id), "row": row.name, "column": column.name}
        if issubclass(self.of, Effect):
            return self.of(**said, **effect_of(value, shows=self.shows))
        if isinstance(value, Pair) or "against" in said:
            raise ValueError(f"table {self.id} of the kind {self.of.kind} compares two arms; allowed: one value and no against")
        return self.of(**said, paper_value=converted(value, shows=self.shows))


@dataclass(frozen=True)
class Gain(Said):
    """What the row `arm_row` of a table gains over `against_row` in some columns; all are named by ids."""

    id: str
    arm_row: str
    against_row: str
    columns: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Gains(Said):
    """Effects that follow from a printed table: differences of two of its rows, column by column.

    In `statement`, `{arm}` and `{against}` are how a sentence calls the two rows, `{measure}` and `{value}`
    as in a table.
    """

    id: str
    table: PrintedTable
    rows: tuple[Gain, ...]

    @property
    def claims(self) -> tuple[Claim, ...]:
        """The effects, row by row."""
        return tuple(self._effect(gain, column) for gain in self.rows for column in gain.columns)

    def _effect(self, gain: Gain, column_id: str) -> Effect:
        (row, column, value), (other, _, other_value) = (self._cell(name, column_id) for name in (gain.arm_row, gain.against_row))
        pair = Pair(value, other_value)
        said = said_by(gain, self, column, self.table) | {"arm": row.arm, "against": other.arm}
        names = {"arm": row.words or row.name, "against": other.words or other.name}
        said["statement"] = said["statement"].format(**names, measure=column.words, value=delta_of(pair))
        return Effect(id=self.id.format(row=gain.id, column=column.id), **said, **effect_of(pair, shows=self.table.shows))

    def _cell(self, row_id: str, column_id: str) -> tuple[Row, Column, float]:
        cells = {(row.slug, column.id): (row, column, cell.value) for row, column, cell in self.table.cells()}
        if (row_id, column_id) not in cells:
            places = sorted({f"{row} {column}" for row, column in cells})
            raise UnknownName("place", f"{row_id} {column_id}", places, where=f" of table {self.table.id}")
        row, column, value = cells[row_id, column_id]
        if isinstance(value, Pair):
            raise ValueError(f"table {self.table.id} holds effects; allowed for gains: a table of levels")
        return row, column, value


def said_by(*parts: Said) -> dict[str, Any]:
    """Give the fields of which one of `parts`, inner ones first, says something."""
    names = [field.name for field in fields(Said)]
    found = {name: [value for part in parts if (value := getattr(part, name)) is not None] for name in names}
    return {name: values[0] for name, values in found.items() if values}


def converted(value: float, *, shows: str) -> float:
    """Give a printed number as a claim has it: an error as a fraction, any other as it is."""
    if shows == NUMBERS:
        return value
    share = Fraction(str(value)) / 100
    return float(1 - share if shows == HITS else share)


def difference(value: float, *, shows: str) -> float:
    """Give a printed difference as a claim has it: points of error or of hits as a fraction."""
    return value if shows == NUMBERS else float(Fraction(str(value)) / 100)


def delta_of(pair: Pair) -> float:
    """Give the effect that is printed, else the difference of the two values, without the rounding of floats."""
    return abs(float(Fraction(str(pair.against)) - Fraction(str(pair.arm)))) if pair.delta is None else pair.delta


def effect_of(value: float | Pair, *, shows: str) -> dict[str, Any]:
    """Give the numbers of an effect, of which the two values behind it are printed or not."""
    if not isinstance(value, Pair):
        return {"paper_delta": difference(value, shows=shows)}
    arm, against = (converted(one, shows=shows) for one in (value.arm, value.against))
    return {"paper_delta": difference(delta_of(value), shows=shows), "paper_arm": arm, "paper_against": against}


def _values(row: Row) -> Sequence[Value]:
    return row.values if isinstance(row.values, tuple) else (row.values,)
