"""Write the cells of long tables, nearly all of which show their text alone, a row at a time, as macros.html.j2 would."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup, escape

from repro.artifacts.files import readable
from repro.report.text.tables import Column, ColumnGroup, Row, TableView, slug

#: Finished cells; or "" with the group whose cell the template writes, and whether it is the row's first.
Part = tuple[Markup, ColumnGroup | None, bool]


def shown(value: object) -> object:
    """A text with what would act on the page written out, its ends of lines aside; anything else as it is."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return value if value.isascii() and value.isprintable() else "\n".join(map(readable, value.split("\n")))


@lru_cache(maxsize=50_000)
def _html(text: str) -> str:
    """A text as a page shows it: escaped, as the environment of the templates does. Numbers stand on many pages."""
    return str(escape(shown(text)))


@dataclass(frozen=True, kw_only=True)
class _Group:
    """How the cells of a group begin and end. lines: of each column its beginning."""

    group: ColumnGroup
    first: bool
    tag: str
    start: str
    label: str
    lines: tuple[tuple[tuple[Column, str], ...], ...]

    def html(self, row: Row) -> str | None:
        """The cell of a row in which every line is a text alone; None of any other."""
        entries = []
        for line in self.lines:
            filled = [(column, start, cell) for column, start in line if (cell := row.cells[column.key]).filled]
            if not filled:
                continue
            column, start, cell = filled[0]
            if len(filled) > 1 or not cell.plain or not column.bare:
                return None
            entries.append(f"{start}{_html(cell.text)}</div>")
        sort = self.group.sort_key(row)
        sorted_by = f' data-sort="{_html(sort)}"' if sort else ""
        state = f'"{self.label}' if entries else ' empty"'
        return f"{self.start}{state}{sorted_by}>{''.join(entries)}</{self.tag}>\n"


def plain_cells(table: TableView, *, cards: bool) -> Callable[[Row], list[Part]]:
    """What writes the cells of a row. cards: on a phone each row is a card, and each entry has its column's title."""
    groups = [_group(group, first=place == 0, cards=cards) for place, group in enumerate(table.groups)]

    def parts(row: Row) -> list[Part]:
        found: list[Part] = []
        ready: list[str] = []
        for group in groups:
            html = group.html(row)
            if html is not None:
                ready.append(html)
                continue
            found += [(Markup("".join(ready)), None, False), (Markup(""), group.group, group.first)]
            ready = []
        return [*found, (Markup("".join(ready)), None, False)]

    return parts


def _group(group: ColumnGroup, *, first: bool, cards: bool) -> _Group:
    kind, under = "num" if group.numeric else "txt", " under" if group.over else ""
    tag, scope = ("th", ' scope="row"') if first else ("td", "")
    return _Group(
        group=group,
        first=first,
        tag=tag,
        start=f'<{tag}{scope} class="{kind}{under} c-{_html(group.slug)}',
        label=f' data-label="{_html(group.title)}"' if cards and not first else "",
        lines=tuple(tuple((column, _start(column)) for column in line) for line in group.lines),
    )


def _start(column: Column) -> str:
    return f'<div class="line {_html(column.kind)} l-{_html(slug(column.key))}" data-column="{_html(column.key)}">'
