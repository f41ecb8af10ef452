"""Write a table as Markdown and as LaTeX that stands in a paper as it is: few columns, booktabs, nothing scaled."""

from __future__ import annotations

import re

from repro.artifacts.files import readable
from repro.report.text.formatting import MINUS
from repro.report.text.tables import Cell, Column, TableView

#: More rows than this go over several pages.
MOST_ROWS_OF_A_PAGE = 40
#: What a table needs in the head of a document.
NEEDS = r"% needs \usepackage{array,booktabs,longtable}"
#: How large its type is, and how far apart its columns.
SMALL = r"\footnotesize\setlength{\tabcolsep}{4pt}"


def to_markdown(table: TableView) -> str:
    """The table as GitHub Markdown, its caption above and its notes below."""
    lines = [f"**{_markdown(table.caption)}**", ""]
    lines.append("| " + " | ".join(_markdown(column.title) for column in table.columns) + " |")
    lines.append("|" + "|".join("---:" if column.kind in ("number", "interval") else "---" for column in table.columns) + "|")
    for row in table.rows:
        lines.append("| " + " | ".join(_markdown_cell(row.cells[column.key]) for column in table.columns) + " |")
    if table.notes:
        lines += ["", *[f"- {_markdown(note)}" for note in table.notes]]
    return "\n".join(lines) + "\n"


def _markdown_cell(cell: Cell) -> str:
    """An entry; the brackets of an interval, which holds numbers alone, stay."""
    return cell.text if cell.ends else _markdown(cell.text)


def _markdown(text: str) -> str:
    escaped = readable(" ".join(text.split())).replace("\\", "\\\\")
    for character in "|*_<>`[]!&~$":
        escaped = escaped.replace(character, "\\" + character)
    return escaped


_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"$<$",
    ">": r"$>$",
    MINUS: r"$-$",
    "±": r"$\pm$",
    "\N{MULTIPLICATION SIGN}": r"$\times$",
    "→": r"$\rightarrow$",
    "Δ": r"$\Delta$",
    "≥": r"$\geq$",
    "≤": r"$\leq$",
    "\N{EN DASH}": r"--",
    "…": r"\dots{}",
    "·": r"$\cdot$",
    "“": "``",
    "”": "''",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'",
}

_JOINED = re.compile(r"(?<=[a-z])\+(?=[A-Z])")


def latex(text: str) -> str:
    """`text` with every character that LaTeX would interpret escaped; between words that a plus joins a line may end."""
    escaped = "".join(_LATEX.get(character, character) for character in readable(" ".join(text.split())))
    return _JOINED.sub(r"+\\allowbreak{}", escaped)


def to_latex(table: TableView) -> str:
    """The table in LaTeX: a float, or, where it is longer than a page, a longtable; caption and notes included.

    Columns that share a heading stand below it, with a rule between.
    """
    long = len(table.rows) > MOST_ROWS_OF_A_PAGE
    align = "@{}" + "".join(map(_alignment, table.columns)) + "@{}"
    title = rf"\caption{{{latex(table.caption)}}}\label{{tab:{table.name.replace('_', '-')}}}"
    head = [r"\toprule", *_headings(table), r"\midrule"]
    rows = [" & ".join(_latex_cell(row.cells[column.key].text) for column in table.columns) + r" \\" for row in table.rows]
    notes = [rf"\par\smallskip {latex(note)}" for note in table.notes]
    if long:
        start = [rf"\begin{{longtable}}{{{align}}}", title + r" \\", *head, r"\endfirsthead", *head, r"\endhead"]
        body = [*start, *rows, r"\bottomrule", r"\end{longtable}"]
        return "\n".join([NEEDS, rf"\begingroup{SMALL}", *body, *notes, r"\par\endgroup"]) + "\n"
    body = [rf"\begin{{tabular}}{{{align}}}", *head, *rows, r"\bottomrule", r"\end{tabular}"]
    return "\n".join([NEEDS, r"\begin{table}", SMALL, title, *body, *notes, r"\end{table}"]) + "\n"


def _alignment(column: Column) -> str:
    number = column.kind in ("number", "interval")
    if column.share:
        return wrapped(column.share, to=r"\raggedleft" if number else r"\raggedright")
    return "r" if number else "l"


def wrapped(share: float, *, to: str = r"\raggedright") -> str:
    """How a column is declared whose words wrap in its share of the line."""
    return rf">{{{to}\arraybackslash}}p{{{share:g}\linewidth}}"


def _headings(table: TableView) -> list[str]:
    """The heads of the columns; above them those that several share, each with a rule as wide as its columns."""
    heads = [latex(column.title.removeprefix(f"{column.over}, ") if column.over else column.title) for column in table.columns]
    shared: list[tuple[str, int]] = []
    for column in table.columns:
        if column.over and shared and shared[-1][0] == column.over:
            shared[-1] = (column.over, shared[-1][1] + 1)
        else:
            shared.append((column.over, 1))
    if not any(over for over, _ in shared):
        return [" & ".join(heads) + r" \\"]
    cells, rules, start = [], [], 1
    for over, width in shared:
        cells.append(rf"\multicolumn{{{width}}}{{c}}{{{latex(over)}}}" if over else "")
        rules += [rf"\cmidrule(lr){{{start}-{start + width - 1}}}"] if over else []
        start += width
    return [" & ".join(cells) + r" \\", "".join(rules), " & ".join(heads) + r" \\"]


def _latex_cell(text: str) -> str:
    """Protect a leading bracket, which a row's end before it would take for its argument."""
    return "{}" + latex(text) if text.startswith("[") else latex(text)
