"""One table, three files."""

import csv
import io

import pytest

from repro.report.text.tables import Cell, Column, Row, TableView, interval, latex, to_csv, to_latex, to_markdown

COLUMNS = (
    Column(key="name", title="Name", group="Name"),
    Column(key="effect", title="Effect", group="Effect", kind="number"),
    Column(key="ci", title="90 % interval", group="Effect", kind="interval"),
)


def table(*rows: dict[str, Cell]) -> TableView:
    return TableView(name="t", caption="A & B", columns=COLUMNS, rows=tuple(Row(cells=row) for row in rows), notes=("50 %",))


ROW = {"name": Cell(text="a|b_c"), "effect": Cell(text="+1,234.50"), "ci": interval("−0.50", "+2.00")}  # noqa: RUF001


def test_csv_holds_plain_numbers_and_an_interval_as_two_columns() -> None:
    assert to_csv(table(ROW)) == "name,effect,ci_low,ci_high\na|b_c,1234.50,-0.50,2.00\n"


def test_csv_leaves_missing_numbers_empty() -> None:
    rows = list(csv.reader(io.StringIO(to_csv(table({"name": Cell(text="x"), "effect": Cell(), "ci": interval("", "+2.00")})))))
    assert rows[1] == ["x", "", "", ""]


def test_markdown_escapes_what_would_break_the_table() -> None:
    lines = to_markdown(table(ROW)).splitlines()
    assert lines[2:5] == [
        "| Name | Effect | 90 % interval |",
        "|---|---:|---:|",
        r"| a\|b\_c | +1,234.50 | [−0.50, +2.00] |",  # noqa: RUF001
    ]


def test_latex_escapes_every_special_character() -> None:
    assert latex("50% of a_b & {c} $1 #2 ~ ^ \\ < >") == (
        r"50\% of a\_b \& \{c\} \$1 \#2 \textasciitilde{} \textasciicircum{} \textbackslash{} $<$ $>$"
    )


def test_latex_has_one_cell_for_each_column() -> None:
    text = to_latex(table(ROW))
    row = next(line for line in text.splitlines() if line.startswith("a|b"))
    assert row == r"a|b\_c & +1,234.50 & {}[$-$0.50, +2.00] \\"
    assert r"\begin{tabular}{lrr}" in text
    assert r"\caption{A \& B}" in text


def test_a_row_with_other_columns_is_a_defect() -> None:
    with pytest.raises(AssertionError, match="a row has the keys"):
        table({"name": Cell()})


def test_columns_of_a_group_share_one_html_column() -> None:
    groups = table(ROW).groups
    assert [[column.key for column in group.columns] for group in groups] == [["name"], ["effect", "ci"]]
    assert [group.numeric for group in groups] == [False, True]
    assert groups[1].sort_key(table(ROW).rows[0]) == "1234.50"
