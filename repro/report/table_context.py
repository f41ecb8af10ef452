"""Make what the page of one table of a paper shows: the paper's effects and ours, line by line."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from repro.report import claim_rows, wording
from repro.report.context import Setting, citation, measure, num_examples, run_page_path, runs_view, setting, table_page_path
from repro.report.figures import EffectRow
from repro.report.formatting import as_printed, compact, fixed
from repro.report.inputs import Results
from repro.report.tables import Cell, Column, Link, Row, TableView
from repro.spec.experiment import Paper, Table

OURS = "Here"
RATIO = "Here, log ratio"
SEEDS_LABEL = "· seeds for 80 % power:"
MEANS = "Mean ± sd over seeds"
COLUMNS = (
    Column(key="variant", title="Variant", group="Variant"),
    Column(key="name", title="Name", group="Variant"),
    Column(key="change", title="Changed", group="Variant"),
    Column(key="measure", title="Measure", group="Measure"),
    Column(key="claim", title="Claim", group="Measure"),
    Column(key="where", title="Where", group="Measure"),
    Column(key="paper", title="Paper", group="Paper", kind="number"),
    Column(key="paper_log_ratio", title="Paper, log ratio", group="Paper", kind="number"),
    Column(key="estimate", title="Here", group=OURS, kind="number"),
    Column(key="estimate_ci90", title="90 % interval", group=OURS, kind="interval", label="90 %"),
    Column(key="estimate_ci95", title="95 % interval", group=OURS, kind="interval", label="95 %"),
    Column(key="log_ratio", title="Here, log ratio", group=RATIO, kind="number"),
    Column(key="log_ratio_ci90", title="90 % interval, log ratio", group=RATIO, kind="interval", label="90 %"),
    Column(key="log_ratio_ci95", title="95 % interval, log ratio", group=RATIO, kind="interval", label="95 %"),
    Column(key="arm", title="Arm", group=MEANS),
    Column(key="arm_mean", title="Arm, mean", group=MEANS, kind="number"),
    Column(key="arm_sd", title="Arm, sd", group=MEANS, kind="number", label="±", inline=True),
    Column(key="arm_n", title="Arm, n", group=MEANS, kind="number", label="n =", inline=True),
    Column(key="against", title="Against", group=MEANS),
    Column(key="against_mean", title="Against, mean", group=MEANS, kind="number"),
    Column(key="against_sd", title="Against, sd", group=MEANS, kind="number", label="±", inline=True),
    Column(key="against_n", title="Against, n", group=MEANS, kind="number", label="n =", inline=True),
    Column(key="verdict", title="Verdict", group="Verdict", kind="verdict"),
    Column(key="size", title="Size", group="Verdict", inline=True),
    Column(key="evidence", title="Evidence", group="Verdict"),
    Column(key="p_adjusted", title="p, adjusted", group="Verdict", kind="number", label="· p", inline=True),
    Column(key="seeds_needed", title="Seeds for 80 % power", group="Verdict", kind="number", label=SEEDS_LABEL, inline=True),
    Column(key="reason", title="Why", group="Verdict"),
)
FORMATS = {"csv": "CSV", "md": "Markdown", "tex": "LaTeX"}
SCALES = (("points", "effect, points of error"), ("log_ratio", "effect, log error ratio"))


@dataclass(frozen=True, kw_only=True)
class MarkerView:
    """An independent reproduction in the legend of the effect plot."""

    symbol: str
    who: str


@dataclass(frozen=True, kw_only=True)
class TablePage:
    """The page of one table of a paper."""

    setting: Setting
    paper: Paper
    table: Table
    citation: str
    home: str
    downloads: tuple[Link, ...]
    view: TableView
    plot: tuple[EffectRow, ...]
    figure_id: str
    plotted: TableView
    markers: tuple[MarkerView, ...]
    reproductions: TableView
    runs: TableView
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of the table before it is text: a claim or an effect, and the variant under which it stands."""

    paper: str
    variant: str
    entry: Mapping[str, Any]

    @property
    def claimed(self) -> bool:
        return "verdict" in self.entry

    @property
    def arms(self) -> tuple[str, str]:
        """Return the arm and what it is set against ("" for a claim about one arm)."""
        if self.claimed:
            arm, against = self.entry["arms"]
            return arm, against or ""
        return self.entry["control"], self.entry["variant"]


def table_page(paper: Paper, table: Table, *, results: Results) -> TablePage:
    """Return the page of `table`."""
    here = table_page_path(paper.name, table.name)
    lines = table_lines(paper, table, results=results)
    claims = [line.entry for line in lines if line.claimed]
    markers = claim_rows.reproduction_markers(claims)
    plotted = [(line, _plot_row(line, markers=markers, results=results)) for line in lines]
    plot = [(row, _line_digits(line, results=results)) for line, row in plotted if row]
    stem = posixpath.basename(here).removesuffix(".html")
    return TablePage(
        setting=setting(results),
        paper=paper,
        table=table,
        citation=citation(paper),
        home=relative("index.html", page=here),
        downloads=tuple(Link(text=name, href=f"{stem}.{end}") for end, name in FORMATS.items()),
        view=_main_view(paper, table, lines, results=results),
        plot=tuple(row for row, _ in plot),
        figure_id=f"effects-{table.name.replace('_', '-')}",
        plotted=_plotted_view(plot, caption=f"What the plot shows; {setting(results).sentence}."),
        markers=tuple(MarkerView(symbol=MARKER_SIGNS[marker], who=who) for who, marker in markers.items()),
        reproductions=_reproductions_view(paper, claims),
        runs=runs_view(paper, table.variants, results=results, href=lambda path: relative(path, page=here)),
        notes=tuple(dict.fromkeys(f"{claim['id']}: {claim['note']}" for claim in claims if claim["note"])),
    )


#: What stands in the legend for each marker of the plot.
MARKER_SIGNS = {"^": "△", "s": "□", "v": "▽", "p": "⬠", "h": "⬡", "8": "⯃", "d": "⬨", "P": "✚"}


def relative(path: str, *, page: str) -> str:
    """Return the reference from `page` to `path`, both below `reports/<scale>/`."""
    return posixpath.relpath(path, posixpath.dirname(page) or ".")


def table_lines(paper: Paper, table: Table, *, results: Results) -> list[Line]:
    """Return the table's claims and the effects that no claim covers, in the order of its variants.

    A claim stands under the variant that it sets against the control, a claim about the control alone under the control.
    """
    claims = [c for c in results.claims["claims"] if c["paper"] == paper.name and c["id"] in table.claims]
    lines = [Line(paper=paper.name, variant=_row_variant(claim, table), entry=claim) for claim in claims]
    covered = {(line.variant, line.entry["metric"], line.entry["protocol"]) for line in lines}
    for effect in results.claims["effects"]:
        if (effect["paper"], effect["table"]) != (paper.name, table.name):
            continue
        if (effect["variant"], effect["metric"], effect["protocol"]) not in covered:
            lines.append(Line(paper=paper.name, variant=effect["variant"], entry=effect))
    order = {name: position for position, name in enumerate(table.variants)}
    return sorted(lines, key=lambda line: (order.get(line.variant, len(order)), not line.claimed))


def _row_variant(claim: Mapping[str, Any], table: Table) -> str:
    arm, against = claim["arms"]
    return str(arm if against in (None, table.control) else against)


def _main_view(paper: Paper, table: Table, lines: Sequence[Line], *, results: Results) -> TableView:
    rows: list[Row] = []
    for position, line in enumerate(lines):
        cells = _line_cells(line, paper, table, results=results)
        rows.append(
            Row(
                cells={column.key: cells[column.key] for column in COLUMNS},
                anchor=line.entry["id"] if line.claimed else f"{line.variant}-{line.entry['metric']}",
                again=position > 0 and lines[position - 1].variant == line.variant,
            )
        )
    caption = f"{table.title} ({paper.authors} {paper.year}, {table.where}) and here: {setting(results).sentence}."
    notes = (
        "Effects are the error of the second arm minus that of the first: positive means as the paper says. "
        "Points are percentage points; a level is in percent.",
        f"Evidence: {results.claims['evidence']}. n counts seeds; sd is the standard deviation over seeds; "
        "p is adjusted for the comparisons of this table (Dunnett).",
    )
    return TableView(name=table.name, caption=caption, columns=COLUMNS, rows=tuple(rows), notes=notes)


def _line_cells(line: Line, paper: Paper, table: Table, *, results: Results) -> dict[str, Cell]:
    entry, claimed = line.entry, line.claimed
    arm, against = line.arms
    digits = _line_digits(line, results=results)
    verdict = (
        claim_rows.verdict_cells(entry) if claimed else claim_rows.no_verdict_cells(entry, evidence=results.claims["evidence"])
    )
    here = table_page_path(paper.name, table.name)
    return {
        "variant": Cell(text=paper.variant(line.variant).title),
        "name": Cell(text=line.variant),
        "change": Cell(text=_change(line.variant, paper, results=results)),
        "measure": Cell(text=measure(entry)),
        "claim": Cell(text=entry["id"] if claimed else ""),
        "where": Cell(text=entry["where"] if claimed else ""),
        **(claim_rows.paper_cells(entry) if claimed else {"paper": Cell(), "paper_log_ratio": Cell()}),
        **(claim_rows.our_cells(entry, digits=digits) if claimed else claim_rows.effect_cells(entry, digits=digits)),
        **claim_rows.arm_cells(entry, "arm", name=arm, href=_first_run(paper, arm, results=results, page=here), digits=digits),
        **claim_rows.arm_cells(
            entry, "against", name=against, href=_first_run(paper, against, results=results, page=here), digits=digits
        ),
        **verdict,
    }


def _line_digits(line: Line, *, results: Results) -> claim_rows.Digits:
    return claim_rows.digits(num_examples(line.entry, line.arms[0], paper=line.paper, results=results))


def _first_run(paper: Paper, variant: str, *, results: Results, page: str) -> str:
    """Return the reference to the first run of a variant, "" if it has none."""
    for run in results.runs.values():
        if run.record["paper"] == paper.name and run.record["variant"] == variant:
            return relative(run_page_path(run.id), page=page)
    return ""


def _change(variant: str, paper: Paper, *, results: Results) -> str:
    """Return the difference to the base in words, computed from the specs."""
    if paper.variant(variant).base is None:
        return "the base of the others"
    for effect in results.claims["effects"]:
        if (effect["paper"], effect["variant"]) == (paper.name, variant):
            return change_text(effect["difference"], key=effect["key"], value=effect["value"])
    return ""


def change_text(difference: Sequence[Mapping[str, Any]], *, key: str, value: Any) -> str:
    """Return a difference of two specs in one line; a part that is gone or new is named once, with what it held.

    difference: `{key, base, other}` as provenance.spec_difference gives it. key, value: what the variant puts where.
    """
    inside = [item for item in difference if item["key"].startswith(key + ".")]
    gone = bool(inside) and value is None
    new = bool(inside) and not gone and all(item["base"] is None for item in inside)
    words: list[str] = []
    if gone or new:
        side = "base" if gone else "other"
        held = ", ".join(f"{item['key'].removeprefix(key + '.')} {compact(item[side])}" for item in inside)
        words.append(f"{key} {'removed' if gone else 'added'} ({held})")
    for item in difference:
        if not (gone or new) or item not in inside:
            words.append(f"{item['key']}: {compact(item['base'])} → {compact(item['other'])}")
    return "; ".join(words)


def _plot_row(line: Line, *, markers: Mapping[str, str], results: Results) -> EffectRow | None:
    entry = line.entry
    if line.claimed and entry["kind"] not in ("effect", "direction"):
        return None
    one, two = (
        results.values(paper=line.paper, variant=name, metric=entry["metric"], protocol=entry["protocol"]) for name in line.arms
    )
    mean = sum(row.value for row in one.values()) / len(one) if one else 0.0
    seeds = tuple(row.value - mean for row in two.values()) if one else ()
    return claim_rows.effect_row(entry, label=line.variant, detail=measure(entry), markers=markers, seeds=seeds)


def _plotted_view(plot: Sequence[tuple[EffectRow, claim_rows.Digits]], *, caption: str) -> TableView:
    """Return the numbers behind the effect plot, one line a row and scale."""
    columns = (
        Column(key="row", title="Row", group="Row"),
        Column(key="scale", title="Scale", group="Scale"),
        Column(key="here", title="Here", group="Here", kind="number"),
        Column(key="ci90", title="90 % interval", group="90 % interval", kind="interval"),
        Column(key="ci95", title="95 % interval", group="95 % interval", kind="interval"),
        Column(key="paper", title="Paper", group="Paper", kind="number"),
        Column(key="smallest", title="Smallest effect of interest", group="Smallest effect of interest", kind="number"),
    )
    rows = []
    for row, digits in plot:
        for scale, _ in SCALES:
            panel, decimals = row.panels[scale], digits.points if scale == "points" else digits.log_ratio
            ours = panel.ours
            cells = {
                "row": Cell(text=f"{row.label}: {row.detail}"),
                "scale": Cell(text=claim_rows.SCALE_TITLES[scale]),
                "here": Cell(text=fixed(ours.estimate if ours else None, decimals=decimals, signed=True)),
                "ci90": claim_rows.plotted_interval(ours.ci90 if ours else None, decimals=decimals),
                "ci95": claim_rows.plotted_interval(ours.ci95 if ours else None, decimals=decimals),
                "paper": Cell(text=fixed(panel.paper, decimals=decimals, signed=True)),
                "smallest": Cell(text=fixed(panel.smallest, decimals=decimals)),
            }
            rows.append(Row(cells=cells))
    return TableView(name="plotted", caption=caption, columns=columns, rows=tuple(rows))


def _reproductions_view(paper: Paper, claims: Sequence[Mapping[str, Any]]) -> TableView:
    """Return what others measured, below the paper's own two values, claim by claim."""
    keys = ("claim", "who", "protocol", "control", "ablated", "effect", "log_ratio", "confidence", "note")
    titles = ("Claim", "Who", "Protocol", "With, %", "Without, %", "Effect, points", "Log ratio", "Source", "Note")
    numbers = ("control", "ablated", "effect", "log_ratio")
    columns = tuple(
        Column(key=key, title=title, group=title, kind="number" if key in numbers else "text")
        for key, title in zip(keys, titles, strict=True)
    )
    rows: list[Row] = []
    stated = {claim.id: claim for claim in paper.claims}
    for claim in claims:
        others = claim_rows.reproduction_effects(claim)
        if not others:
            continue
        own = stated[claim["id"]]
        protocol = f"{wording.protocol_title(claim['protocol'])}, {claim['dataset']}"
        first = {"who": "the paper", "control": own.paper_arm, "ablated": own.paper_against, "protocol": protocol}
        first |= {"confidence": claim["confidence"], "note": f"{claim['statement']} {claim['note']}".strip()}
        if claim["kind"] == "level":
            first |= {"control": claim["paper_value"]}
        lines = [(first, claim["paper_delta"], claim["paper_log_ratio"]), *others]
        rows += [
            Row(cells=_reproduction_cells(claim, item, delta, ratio), again=i > 0) for i, (item, delta, ratio) in enumerate(lines)
        ]
    caption = f"Independent measurements of what {paper.authors} ({paper.year}) state, each with its own protocol and data."
    return TableView(name="reproductions", caption=caption, columns=columns, rows=tuple(rows))


def _reproduction_cells(
    claim: Mapping[str, Any], item: Mapping[str, Any], delta: float | None, ratio: float | None
) -> dict[str, Cell]:
    return {
        "claim": Cell(text=claim["id"], href=f"#{claim['id']}"),
        "who": Cell(text=item["who"]),
        "protocol": Cell(text=item["protocol"]),
        "control": Cell(text=as_printed(item["control"])),
        "ablated": Cell(text=as_printed(item["ablated"])),
        "effect": Cell(text=as_printed(delta, signed=True)),
        "log_ratio": Cell(text=fixed(ratio, decimals=3, signed=True)),
        "confidence": Cell(text=f"{item['confidence']}: {wording.CONFIDENCE.get(item['confidence'], 'unknown')}"),
        "note": Cell(text=item["note"]),
    }
