"""One table, three files."""

import csv
import io

import pytest

from repro.report.text.tables import Cell, Column, Row, TableView, interval, to_csv
from repro.report.text.typeset import MOST_ROWS_OF_A_PAGE, latex, to_latex, to_markdown

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
    assert r"\begin{tabular}{@{}lrr@{}}" in text
    assert r"\caption{A \& B}" in text


def test_a_row_with_other_columns_is_a_defect() -> None:
    with pytest.raises(AssertionError, match="a row has the keys"):
        table({"name": Cell()})


def test_columns_of_a_group_share_one_html_column() -> None:
    groups = table(ROW).groups
    assert [[column.key for column in group.columns] for group in groups] == [["name"], ["effect", "ci"]]
    assert [group.numeric for group in groups] == [False, True]
    assert groups[1].sort_key(table(ROW).rows[0]) == "1234.50"


def test_a_table_is_never_scaled_and_its_words_wrap_in_their_share_of_the_line() -> None:
    columns = (Column(key="name", title="Name", group="Name", share=0.3), *COLUMNS[1:])
    text = to_latex(TableView(name="t", caption="c", columns=columns, rows=(Row(cells=ROW),)))
    assert "resizebox" not in text
    assert r">{\raggedright\arraybackslash}p{0.3\linewidth}rr" in text


def test_a_table_longer_than_a_page_goes_over_several() -> None:
    rows = [ROW] * (MOST_ROWS_OF_A_PAGE + 1)
    assert r"\begin{longtable}" in to_latex(table(*rows))
    assert r"\begin{table}" in to_latex(table(*rows[1:]))


def test_columns_of_a_printed_column_stand_below_it_with_a_rule() -> None:
    columns = (
        COLUMNS[0],
        Column(key="a", title="Top-1, paper", group="Top-1", over="Top-1", kind="number"),
        Column(key="b", title="Top-1, here", group="Top-1", over="Top-1", kind="number"),
    )
    row = Row(cells={"name": Cell(text="x"), "a": Cell(text="1"), "b": Cell(text="2")})
    lines = to_latex(TableView(name="t", caption="c", columns=columns, rows=(row,))).splitlines()
    assert r" & \multicolumn{2}{c}{Top-1} \\" in lines
    assert r"\cmidrule(lr){2-3}" in lines
    assert r"Name & paper & here \\" in lines


def test_a_column_for_programs_is_in_the_csv_alone() -> None:
    columns = (*COLUMNS, Column(key="p", title="p", group="Effect", only_csv=True))
    view = TableView(name="t", caption="c", columns=columns, rows=(Row(cells={**ROW, "p": Cell(text="0.5")}),))
    assert to_csv(view).splitlines()[1].endswith(",0.5")
    assert [column.key for group in view.groups for column in group.columns] == ["name", "effect", "ci"]
