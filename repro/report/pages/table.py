"""Make what the page of one table of a paper shows: the paper's effects and ours, line by line."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from repro.report.drawing.plots import EffectRow
from repro.report.inputs.results import Results
from repro.report.pages import claim_cells as claim_rows
from repro.report.pages.printed_table import printed_others_view, printed_view
from repro.report.pages.reproductions import reproductions_view, thresholds_view
from repro.report.pages.setting import (
    Setting,
    citation,
    measure,
    measures_of,
    num_examples,
    relative,
    run_page_path,
    runs_view,
    setting,
    table_page_path,
)
from repro.report.pages.variants import change_of, not_run_reason, variant_anchor, variants_view
from repro.report.text import formatting
from repro.report.text.formatting import fixed
from repro.report.text.hits import NOTE, as_shown
from repro.report.text.tables import Cell, Column, Link, Row, TableView
from repro.spec.experiment import Paper, Table

OURS = "Here"
RATIO = "Here, log ratio"
SEEDS_LABEL = "· seeds for 80 % power:"
MEANS = "Mean ± sd over seeds"
COLUMNS = (
    Column(key="variant", title="Variant", group="Variant"),
    Column(key="name", title="Name", group="Variant"),
    Column(key="change", title="Changed", group="Variant"),
    Column(key="why", title="Why it is here", group="Variant"),
    Column(key="statement", title="Claim", group="Claim"),
    Column(key="measure", title="Measure", group="Claim"),
    Column(key="claim", title="Claim's name", group="Claim"),
    Column(key="where", title="Where", group="Claim", label="·", inline=True),
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
    Column(key="arm_n", title="Arm, n", group=MEANS, kind="number", label="· n =", inline=True),
    Column(key="against", title="Against", group=MEANS),
    Column(key="against_mean", title="Against, mean", group=MEANS, kind="number"),
    Column(key="against_sd", title="Against, sd", group=MEANS, kind="number", label="±", inline=True),
    Column(key="against_n", title="Against, n", group=MEANS, kind="number", label="· n =", inline=True),
    Column(key="verdict", title="Verdict", group="Verdict", kind="verdict"),
    Column(key="size", title="Size", group="Verdict", inline=True),
    Column(key="evidence", title="Evidence", group="Verdict"),
    Column(key="p_adjusted", title="p, adjusted", group="Verdict", kind="number", label="· p", inline=True),
    Column(key="seeds_needed", title="Seeds for 80 % power", group="Verdict", kind="number", label=SEEDS_LABEL, inline=True),
    Column(key="parts", title="Parts", group="Verdict"),
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
    """The page of one table of a paper. `printed`: in the paper's own layout; `view`: the other claims, and effects."""

    setting: Setting
    paper: Paper
    table: Table
    citation: str
    home: str
    printed: TableView | None
    printed_others: TableView | None
    view: TableView
    files: tuple[TableView, ...]
    downloads: tuple[tuple[Link, ...], ...]
    thresholds: TableView | None
    variants: TableView
    plot: tuple[EffectRow, ...]
    figure_id: str
    plotted: TableView
    markers: tuple[MarkerView, ...]
    reproductions: TableView
    runs: TableView
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class TableLine:
    """A line of the table before it is text: a claim or an effect, and the variant under which it stands."""

    paper: str
    variant: str
    entry: Mapping[str, Any]

    @property
    def claimed(self) -> bool:
        return "verdict" in self.entry

    @property
    def within(self) -> bool:
        return self.claimed and self.entry["kind"] == "within"

    @property
    def printed(self) -> bool:
        return self.claimed and bool(self.entry["row"])

    @property
    def arms(self) -> tuple[str, str]:
        """Return the arm and what it is set against ("" for a claim about one arm or about none); of grids, those chosen."""
        if self.claimed:
            arm, against = self.entry["arms"]
            chosen = self.entry["chosen"]
            return chosen["arm"] or arm or "", chosen["against"] or against or ""
        return self.entry["control"], self.entry["variant"]


def table_page(paper: Paper, table: Table, *, results: Results) -> TablePage:
    """Return the page of `table`."""
    here = table_page_path(paper.name, table.name)
    every = table_lines(paper, table, results=results)
    claims = [line.entry for line in every if line.claimed]
    printed = printed_view(paper, table, claims, results=results)
    lines = [line for line in every if not (printed and line.printed)]
    markers = claim_rows.reproduction_markers(claims)
    plotted = [(line, _plot_row(line, table, markers=markers, results=results)) for line in _each_pair_once(lines)]
    plot = [(row, _line_digits(line, results=results)) for line, row in plotted if row]
    view = _main_view(paper, table, lines, further=printed is not None, results=results)
    files = (printed, view) if printed else (view,)
    return TablePage(
        setting=setting(results, paper=paper.name),
        paper=paper,
        table=table,
        citation=citation(paper),
        home=relative("index.html", page=here),
        printed=printed,
        printed_others=printed_others_view(paper, table, claims),
        view=view,
        files=files,
        downloads=tuple(tuple(Link(text=name, href=f"{file.name}.{end}") for end, name in FORMATS.items()) for file in files),
        thresholds=thresholds_view(claims),
        variants=variants_view(paper, table, results=results),
        plot=tuple(row for row, _ in plot),
        figure_id=f"effects-{table.name.replace('_', '-')}",
        plotted=_plotted_view(plot, caption=f"What the plot shows; {setting(results, paper=paper.name).sentence}."),
        markers=tuple(MarkerView(symbol=MARKER_SIGNS[marker], who=who) for who, marker in markers.items()),
        reproductions=reproductions_view(paper, [line.entry for line in lines if line.claimed]),
        runs=runs_view(
            paper,
            table.variants,
            measures=measures_of([line.entry for line in every]),
            results=results,
            href=lambda path: relative(path, page=here),
        ),
        notes=tuple(dict.fromkeys(f"{claim['id']}: {claim['note']}" for claim in claims if claim["note"])),
    )


#: What stands in the legend for each marker of the plot.
MARKER_SIGNS = {"^": "△", "s": "□", "v": "▽", "p": "⬠", "h": "⬡", "8": "⯃", "d": "⬨", "P": "✚"}


def table_lines(paper: Paper, table: Table, *, results: Results) -> list[TableLine]:
    """Return the table's claims and the effects that no claim covers, in the order of its variants.

    A claim stands under the variant that it sets against the control, a claim about the control alone under the control.
    Variants without any line have one that says why.
    """
    claims = [c for c in results.claims["claims"] if c["paper"] == paper.name and c["id"] in table.claims]
    lines = [TableLine(paper=paper.name, variant=_row_variant(claim, table), entry=claim) for claim in claims]
    covered = {(line.variant, line.entry["metric"], line.entry["protocol"]) for line in lines if line.arms[1]}
    for effect in results.claims["effects"]:
        if (effect["paper"], effect["table"]) != (paper.name, table.name):
            continue
        if (effect["variant"], effect["metric"], effect["protocol"]) not in covered:
            lines.append(TableLine(paper=paper.name, variant=effect["variant"], entry=effect))
    lines += _lines_not_run(paper, table, shown={line.variant for line in lines}, results=results)
    order = {name: position for position, name in enumerate(table.variants)}
    return sorted(lines, key=lambda line: (order.get(line.variant, len(order)), not line.claimed))


def _row_variant(claim: Mapping[str, Any], table: Table) -> str:
    arm, against = claim["arms"]
    return str((arm if against in (None, table.control) else against) or "")


def _lines_not_run(paper: Paper, table: Table, *, shown: Collection[str], results: Results) -> list[TableLine]:
    """Return an effect without a number for each variant that has no run and no line."""
    empty: dict[str, Any] = {"points": None, "log_ratio": None, "p_adjusted": None, "n": {}, "means": {}, "sds": {}, "runs": []}
    return [
        TableLine(
            paper=paper.name,
            variant=name,
            entry={
                **empty,
                "variant": name,
                "control": table.control_of(name),
                "metric": "",
                "protocol": "",
                "gate": "",
                "reason": reason,
            },
        )
        for name in table.variants
        if name not in shown
        for reason in (not_run_reason(name, paper, results=results),)
        if reason
    ]


def _main_view(paper: Paper, table: Table, lines: Sequence[TableLine], *, further: bool, results: Results) -> TableView:
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
    title = f"{table.title}{', further claims' if further else ''}"
    caption = f"{title} ({paper.authors} {paper.year}, {table.where}) and here: {setting(results, paper=paper.name).sentence}."
    notes = (
        *([NOTE] if table.shows == "hits" else []),
        "Effects are the error of the second arm minus that of the first: positive means as the paper says. "
        "Points are percentage points; a level is in percent.",
        f"Evidence: {results.claims['evidence'][paper.name]}. n counts seeds; sd is the standard deviation over seeds; "
        "p is adjusted for the comparisons of this table (Dunnett).",
    )
    name = f"{table.name}_claims" if further else table.name
    return TableView(name=name, caption=caption, columns=COLUMNS, rows=tuple(rows), notes=notes)


def _line_cells(line: TableLine, paper: Paper, table: Table, *, results: Results) -> dict[str, Cell]:
    entry, claimed = as_shown(line.entry, table), line.claimed
    arm, against = line.arms
    digits = _line_digits(line, results=results)
    evidence = results.claims["evidence"][paper.name]
    verdict = claim_rows.verdict_cells(entry) if claimed else claim_rows.no_verdict_cells(entry, evidence=evidence)
    here = table_page_path(paper.name, table.name)
    return {
        **_variant_cells(line.variant, paper, table),
        "statement": Cell(text=entry["statement"] if claimed else ""),
        "measure": Cell(text=measure(entry, table=table)),
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


def _line_digits(line: TableLine, *, results: Results) -> formatting.Digits:
    return formatting.digits(num_examples(line.entry, line.arms[0], paper=line.paper, results=results))


def _first_run(paper: Paper, variant: str, *, results: Results, page: str) -> str:
    """Return the reference to the first run of a variant, "" if it has none."""
    for run in results.runs.values():
        if run.record["paper"] == paper.name and run.record["variant"] == variant:
            return relative(run_page_path(run.id), page=page)
    return ""


def _variant_cells(name: str, paper: Paper, table: Table) -> dict[str, Cell]:
    """Return title, name and difference of the variant that a line is about; nothing for a claim about none."""
    if not name:
        return {key: Cell() for key in ("variant", "name", "change", "why")}
    variant = paper.variant(name)
    return {
        "variant": Cell(text=variant.title, href=f"#{variant_anchor(name)}" if name in table.variants else ""),
        "name": Cell(text=name),
        "change": Cell(text=change_of(name, paper, control=table.control_of(name))),
        "why": Cell(text=variant.why),
    }


def _each_pair_once(lines: Sequence[TableLine]) -> list[TableLine]:
    """Return the lines without those that compare what another one compares too: one with the paper's size is kept."""
    kept: dict[tuple[Any, ...], TableLine] = {}
    for position, line in enumerate(lines):
        entry = line.entry
        measured = (frozenset(line.arms), entry["metric"], entry["protocol"], entry.get("against_protocol", ""))
        key = measured if line.arms[1] else (position,)
        sized = entry.get("paper_delta") is not None
        if key not in kept or (sized and kept[key].entry.get("paper_delta") is None):
            kept[key] = line
    return [line for line in lines if any(line is other for other in kept.values())]


def _plot_row(line: TableLine, table: Table, *, markers: Mapping[str, str], results: Results) -> EffectRow | None:
    entry = line.entry
    if line.claimed and entry["kind"] not in ("effect", "direction", "no_worse", "within"):
        return None
    seeds = _seeds_within(line, results=results) if line.within else _seeds_against(line, results=results)
    first, second = line.arms
    other = first if line.variant == second else second
    detail = measure(entry, table=table)
    if line.claimed and second and other != table.control_of(line.variant):
        detail = f"{detail}, and {other}"
    return claim_rows.effect_row(entry, label=line.variant, detail=detail, markers=markers, seeds=seeds)


def _seeds_against(line: TableLine, *, results: Results) -> tuple[float, ...]:
    """Return the error of each seed of the second arm less the mean of the first."""
    metric, protocol = line.entry["metric"], line.entry["protocol"]
    one, two = (results.values(paper=line.paper, variant=name, metric=metric, protocol=protocol) for name in line.arms)
    mean = sum(row.value for row in one.values()) / len(one) if one else 0.0
    return tuple(row.value - mean for row in two.values()) if one else ()


def _seeds_within(line: TableLine, *, results: Results) -> tuple[float, ...]:
    """Return the effect inside each run of the one arm: its error by the other protocol less that by the claim's."""
    arm, entry = line.arms[0], line.entry
    one, two = (
        results.values(paper=line.paper, variant=arm, metric=entry["metric"], protocol=entry[key])
        for key in ("protocol", "against_protocol")
    )
    return tuple(two[seed].value - row.value for seed, row in one.items() if seed in two)


def _plotted_view(plot: Sequence[tuple[EffectRow, formatting.Digits]], *, caption: str) -> TableView:
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
