"""Make of a page's table the few columns that a paper prints of it: what, the paper's number, ours, seeds, verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from repro.report.text.formatting import counted, listed
from repro.report.text.tables import Cell, Column, Row, TableView

COLUMNS = (
    Column(key="what", title="Variant or statement", group="Variant or statement", share=0.25),
    Column(key="measure", title="Measure", group="Measure", share=0.15),
    Column(key="paper", title="Paper", group="Paper", kind="number", share=0.12),
    Column(key="here", title="Here [90 %]", group="Here [90 %]", kind="number", share=0.18),
    Column(key="n", title="n", group="n", kind="number"),
    Column(key="verdict", title="Verdict", group="Verdict", share=0.12),
)
#: Units as a narrow column has room for them.
SHORT = {"points": "pt", "% more errors": "%", "% errors": "%", "points at most": "pt at most", "points or more": "pt or more"}
#: What one and the same verdict of all numbers is said of them.
ALL_ALIKE = "Verdict of every number: "


def brief_view(view: TableView, *, sentences: Sequence[bool], errors: Sequence[str]) -> TableView:
    """The lines of `view` that have a number of ours, in six columns; of the others, how many there are of each verdict.

    sentences: of each line, whether its statement says what it is about, not its variant. errors: of each line, `relative` if
    its change of error decides.
    """
    rows: list[Row] = []
    left: list[str] = []
    for row, by_sentence, decided_on in zip(view.rows, sentences, errors, strict=True):
        cells = row.cells
        if not cells["estimate"].text:
            left.append(cells["verdict"].text)
            continue
        relative = decided_on == "relative" and bool(cells["relative"].text)
        ours, paper = ("relative", "paper_relative") if relative else ("estimate", "paper")
        what = cells["statement"] if by_sentence or not cells["variant"].text else cells["variant"]
        entries = {
            "what": Cell(text=what.text),
            "measure": Cell(text=cells["measure"].text),
            "paper": Cell(text=with_unit(cells[paper])),
            "here": Cell(text=" ".join(filter(None, [with_unit(cells[ours]), cells[f"{ours}_ci90"].text]))),
            "n": Cell(text=_seeds(cells)),
            "verdict": Cell(text=verdict_text(cells["verdict"].text)),
        }
        rows.append(Row(cells=entries))
    notes = [*view.notes, *_left_words(left)]
    return TableView(name=view.name, caption=view.caption, columns=COLUMNS, rows=tuple(rows), notes=tuple(notes))


#: Of effects that were planted: what a paper would print, with its share of the line.
PLANTED = {"what": 0.21, "expected": 0.15, "said": 0.13, "effect": 0.09, "effect_ci90": 0.13, "n": 0.07, "verdict": 0.08}


def brief_of_planted(view: TableView) -> TableView:
    """The table of planted effects without the names of variants, as wide as a line."""
    columns = tuple(replace(column, share=PLANTED[column.key]) for column in view.columns if column.key in PLANTED)
    if len(columns) != len(PLANTED):
        return view
    rows = tuple(replace(row, cells={key: row.cells[key] for key in PLANTED}) for row in view.rows)
    return replace(view, columns=columns, rows=rows)


def with_unit(cell: Cell) -> str:
    """A number with its unit, as short as it can be."""
    return f"{cell.text} {SHORT.get(cell.unit, cell.unit)}".strip() if cell.text else ""


def verdict_text(name: str) -> str:
    """A verdict as running text has it."""
    name, mark, rest = name.partition(", ")
    return f"{name.replace('-', ' ').capitalize() if name.isupper() else name}{mark}{rest}"


def _seeds(cells: Mapping[str, Cell]) -> str:
    found = dict.fromkeys(cells[key].text for key in ("arm_n", "against_n") if cells[key].text)
    return ", ".join(found)


def _left_words(verdicts: Sequence[str]) -> list[str]:
    """How many lines have no number here, by verdict."""
    if not verdicts:
        return []
    kinds = [f"{verdicts.count(name)} {name.lower().replace('-', ' ')}" for name in dict.fromkeys(verdicts)]
    return [f"Without a number here: {counted(len(verdicts), 'line')} ({listed(kinds)}); each with its reason in the CSV file."]


def brief_printed(view: TableView, *, titles: Mapping[str, str], heading: str) -> TableView:
    """A printed table as the paper sets it, ours beside each number; `titles` by the key of a printed column.

    Seeds and verdict have a column only where they are not the same for all numbers; else a note says them.
    """
    seeds = [_joined(row, titles, "n") for row in view.rows]
    verdicts = [_joined(row, titles, "verdict") for row in view.rows]
    narrow = len(titles) > 2
    columns = [Column(key="model", title=heading, group=heading, share=0.17 if narrow else 0.26)]
    measured = any(row.cells[f"{key}.here"].text for row in view.rows for key in titles)
    for key, title in titles.items():
        for part, share in (("paper", 0.075), ("here", 0.085))[: 1 + measured]:
            name = f"{title}, {part}"
            shared = share if narrow else 0.0
            columns.append(Column(key=f"{key}.{part}", title=name, group=title, kind="number", over=title, share=shared))
    known_seeds, known_verdicts = {text for text in seeds if text}, {text for text in verdicts if text}
    if len(known_seeds) > 1:
        columns.append(Column(key="n", title="n", group="n", kind="number"))
    if len(known_verdicts) > 1:
        columns.append(Column(key="verdict", title="Verdict", group="Verdict", share=0.11 if narrow else 0.16))
    rows = []
    for row, n, verdict in zip(view.rows, seeds, verdicts, strict=True):
        cells = {"model": Cell(text=row.cells["model"].text), "n": Cell(text=n), "verdict": Cell(text=verdict)}
        for key in titles:
            cells[f"{key}.paper"] = Cell(text=row.cells[f"{key}.paper"].text)
            cells[f"{key}.here"] = Cell(text=_with_spread(row, key))
        rows.append(Row(cells={column.key: cells[column.key] for column in columns}))
    notes = list(view.notes)
    if len(known_seeds) == 1:
        notes.append(f"Seeds of each number here: {known_seeds.pop()}.")
    if len(known_verdicts) == 1:
        notes.append(f"{ALL_ALIKE}{known_verdicts.pop().lower()}.")
    return replace(view, columns=tuple(columns), rows=tuple(rows), notes=tuple(notes))


def _with_spread(row: Row, key: str) -> str:
    here, sd = row.cells[f"{key}.here"].text, row.cells[f"{key}.sd"].text
    return f"{here} ± {sd}" if here and sd else here


def _joined(row: Row, titles: Mapping[str, str], part: str) -> str:
    """What a row's numbers have in common, or each with its column."""
    found: dict[str, list[str]] = {}
    for key, title in titles.items():
        text = row.cells[f"{key}.{part}"].text
        if text:
            found.setdefault(verdict_text(text), []).append(title)
    if len(found) < 2:
        return "".join(found)
    return "; ".join(f"{listed(columns)}: {text}" for text, columns in found.items())
