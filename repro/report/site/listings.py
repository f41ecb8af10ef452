"""The answers as files: every statement on every data set as CSV and JSON, and tables that a paper can take as LaTeX."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from repro.artifacts.judged import JudgedClaim
from repro.artifacts.provenance import plain
from repro.report.site.folders import Source
from repro.report.site.plots.sizes import as_printed, axis_of, printed_size, size_of
from repro.report.site.standing import Asked, Statement, mark_for
from repro.report.text.tables import Cell, Column, Row, TableView, to_csv
from repro.report.text.typeset import NEEDS, SMALL, latex, wrapped

COLUMNS = tuple(
    Column(key=key, title=title, group=title, kind=kind)
    for key, title, kind in (
        ("question", "Question", "text"),
        ("paper", "Paper", "text"),
        ("claim", "Claim", "text"),
        ("statement", "Statement", "text"),
        ("data", "Data", "text"),
        ("results", "Results", "text"),
        ("scale", "Scale", "text"),
        ("evidence", "Evidence", "text"),
        ("verdict", "Verdict", "text"),
        ("printed", "Printed", "text"),
        ("here", "Here", "text"),
        ("ci90", "90 % interval", "text"),
        ("decided_on", "Decided on", "text"),
        ("estimate", "Estimate", "number"),
        ("low", "Lower end, 90 %", "number"),
        ("high", "Upper end, 90 %", "number"),
        ("relative_change", "Relative change of error", "number"),
        ("printed_relative_change", "Printed relative change of error", "number"),
        ("seeds", "Seeds", "text"),
        ("reason", "Reason", "text"),
    )
)


def answers_csv(asked: Sequence[Asked], sources: Sequence[Source]) -> str:
    """Every statement on every data set, one a line."""
    rows = []
    seen: set[tuple[str, str]] = set()
    for item in asked:
        for statement in item.statements:
            for source in sources:
                entry = statement.entries.get(source.key)
                if entry is not None and (statement.id, source.key) not in seen:
                    seen.add((statement.id, source.key))
                    rows.append(Row(cells=_cells(item, statement, source, entry)))
    return to_csv(TableView(name="answers", caption="Every statement on every data set", columns=COLUMNS, rows=tuple(rows)))


def _cells(item: Asked, statement: Statement, source: Source, entry: JudgedClaim) -> dict[str, Cell]:
    printed = as_printed(entry, statement.paper, results=source.results)
    deciding = None if hasattr(entry, "parts") and entry.kind == "every" else getattr(entry, "deciding", None)
    ends = (deciding.ci90 if deciding is not None else None) or (None, None)
    relative = axis_of(entry) == "relative"
    size = size_of(entry) if relative else None
    texts = {
        "question": item.question.name,
        "paper": statement.paper.name,
        "claim": entry.id,
        "statement": entry.statement,
        "data": source.data_of(entry),
        "results": source.key,
        "scale": source.scale,
        "evidence": entry.evidence,
        "verdict": entry.verdict,
        "printed": printed.paper,
        "here": printed.ours,
        "ci90": printed.ci90,
        "decided_on": entry.decided_on,
        "estimate": _number(deciding.estimate if deciding is not None else None),
        "low": _number(ends[0]),
        "high": _number(ends[1]),
        "relative_change": _number(size.value if size is not None else None),
        "printed_relative_change": _number(printed_size(entry) if relative else None),
        "seeds": " and ".join(str(num) for num in getattr(entry, "n", {}).values()),
        "reason": entry.reason,
    }
    return {column.key: Cell(text=texts[column.key]) for column in COLUMNS}


def _number(value: float | None) -> str:
    return "" if value is None else repr(value)


def answers_json(asked: Sequence[Asked], sources: Sequence[Source], *, made: str) -> str:
    """The same as JSON: questions, and below each what claims.json of each data set has of its claims."""
    content: dict[str, Any] = {
        "made": made,
        "sources": {
            source.key: {
                "title": source.title,
                "scale": source.scale,
                "evidence": source.results.judgement.evidence,
                "real": source.real,
            }
            for source in sources
        },
        "questions": [
            {
                "paper": item.paper.name,
                "name": item.question.name,
                "title": item.question.title,
                "state": item.state,
                "claims": {
                    statement.id: {key: plain(entry) for key, entry in statement.entries.items()} for statement in item.statements
                },
            }
            for item in asked
        ],
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def matrix_latex(asked: Sequence[Asked], sources: Sequence[Source], *, label: str, caption: str) -> str:
    """The lead statement of each question on each data set as a table of booktabs, as wide as the text."""
    real = [source for source in sources if any(source.key in item.lead.entries for item in asked)][:4]
    head = ["Question", "Paper", *(source.title for source in real)]
    lines = [
        NEEDS,
        r"\begin{table}",
        SMALL,
        rf"\caption{{{latex(caption)}}}",
        rf"\label{{tab:{label}}}",
        rf"\begin{{tabular}}{{@{{}}{wrapped(0.26)}{wrapped(0.12)}{wrapped(0.48 / max(len(real), 1)) * len(real)}@{{}}}}",
        r"\toprule",
        " & ".join(latex(text) for text in head) + r" \\",
        r"\midrule",
        *[_latex_line(item, real) + r" \\" for item in asked],
        r"\bottomrule",
        r"\end{tabular}",
        r"\end{table}",
    ]
    return "\n".join(lines) + "\n"


def _latex_line(item: Asked, sources: Sequence[Source]) -> str:
    entry = next(iter(item.lead.entries.values()), None)
    results = next((source.results for source in sources if source.key in item.lead.entries), None)
    printed = as_printed(entry, item.paper, results=results).paper if entry is not None and results is not None else ""
    cells = [latex(item.question.title), latex(printed) or "--"]
    for source in sources:
        found = item.lead.entries.get(source.key)
        mark = mark_for(found) if found is not None else None
        ours = as_printed(found, item.paper, results=source.results).ours if found is not None else ""
        said = mark.short if mark is not None else ""
        shown = f"{ours}, {said}" if ours and mark is not None and mark.group in ("agree", "against", "open") else said
        cells.append(latex(shown) or "--")
    return " & ".join(cells)


def claims_latex(item: Asked, sources: Sequence[Source]) -> str:
    """The claims of a question in six columns: claim, paper, data, here, seeds, verdict."""
    lines = [
        NEEDS,
        r"\begin{table}",
        SMALL,
        rf"\caption{{{latex(item.question.title)} {latex(item.paper.authors)} {item.paper.year}.}}",
        rf"\label{{tab:{item.paper.name}-{item.question.name.replace('_', '-')}}}",
        rf"\begin{{tabular}}{{@{{}}{wrapped(0.26)}{''.join(map(wrapped, (0.12, 0.14, 0.18, 0.04, 0.12)))}@{{}}}}",
        r"\toprule",
        r"Statement & Paper & Data & Here [90\,\%] & $n$ & Verdict \\",
        r"\midrule",
    ]
    for statement in item.statements:
        for source in sources:
            entry = statement.entries.get(source.key)
            if entry is None or mark_for(entry).group in ("idle", "apart"):
                continue
            printed = as_printed(entry, statement.paper, results=source.results)
            n = ", ".join(dict.fromkeys(str(num) for num in getattr(entry, "n", {}).values()))
            texts = (
                entry.statement,
                printed.paper,
                source.data_of(entry),
                f"{printed.ours} {printed.ci90}".strip(),
                n,
                mark_for(entry).short,
            )
            lines.append(" & ".join(latex(text) for text in texts) + r" \\")
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}", r"\end{table}"]) + "\n"
