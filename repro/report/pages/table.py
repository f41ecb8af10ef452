"""Make what the page of one table of a paper shows: the paper's effects and ours, line by line."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from repro.artifacts.claims_json import MeasuredEffect
from repro.artifacts.judged import (
    JudgedClaim,
    JudgedEffect,
    JudgedLevel,
    JudgedRanking,
    JudgedSized,
    JudgedSlope,
    JudgedSpread,
    JudgedWithin,
)
from repro.report.inputs.results import Results
from repro.report.pages import claim_cells as claim_rows
from repro.report.pages.effect_plot import (
    EffectBlock,
    EffectRow,
    effect_blocks,
    effect_row,
    legend_of,
    reproduction_signs,
    seeds_against,
    seeds_within,
)
from repro.report.pages.not_run import failure_words
from repro.report.pages.printed_table import printed_as_set, printed_others_view, printed_view
from repro.report.pages.reproductions import reproductions_view, thresholds_view
from repro.report.pages.setting import (
    Setting,
    citation,
    measure,
    measures_of,
    neighbour,
    num_examples,
    relative,
    run_page_path,
    runs_view,
    setting,
    table_page_path,
)
from repro.report.pages.tally import APART, Tally, apart_words, tally
from repro.report.pages.variants import change_of, not_run_reason, variant_anchor, variants_view
from repro.report.text import formatting
from repro.report.text.brief import brief_of_planted, brief_view, with_unit
from repro.report.text.claim_columns import COLUMNS
from repro.report.text.differences import differences_view
from repro.report.text.hits import NOTE, claim_as_shown, effect_as_shown
from repro.report.text.tables import Cell, Link, Row, TableView
from repro.report.text.wording import words_for
from repro.spec.datasets import SAME_DATA
from repro.spec.experiment import Paper, Table

FORMATS = {"csv": "CSV", "md": "Markdown", "tex": "LaTeX"}


@dataclass(frozen=True, kw_only=True)
class MarkerView:
    """An independent reproduction in the legend of the effect plot."""

    symbol: str
    who: str


@dataclass(frozen=True, kw_only=True)
class TablePage:
    """The page of one table of a paper. `printed`: in the paper's own layout; `view`: the other claims, and effects.

    apart: claims of which nothing was asked or run here, and in words what they are. files: each table as a program reads it,
    and as a paper prints it.
    """

    setting: Setting
    paper: Paper
    table: Table
    citation: str
    tally: Tally
    home: str
    before: Link | None
    after: Link | None
    calibration: str
    printed: TableView | None
    printed_others: TableView | None
    view: TableView
    apart: TableView | None
    apart_words: str
    files: tuple[tuple[TableView, TableView], ...]
    downloads: tuple[tuple[Link, ...], ...]
    thresholds: TableView | None
    differences: TableView | None
    variants: TableView
    plot: tuple[EffectBlock, ...]
    legend: tuple[tuple[str, str, str], ...]
    markers: tuple[MarkerView, ...]
    reproductions: TableView
    runs: TableView
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class NotRun:
    """A variant that has no run and no line of its own, and why."""

    control: str
    reason: str


#: What a line is about.
Entry = JudgedClaim | MeasuredEffect | NotRun


@dataclass(frozen=True, kw_only=True)
class TableLine:
    """A line of the table before it is text: a claim or an effect, and the variant under which it stands."""

    paper: str
    variant: str
    entry: Entry

    @property
    def claim(self) -> JudgedClaim | None:
        """The claim that the line is about; None for an effect, or for nothing run."""
        return None if isinstance(self.entry, MeasuredEffect | NotRun) else self.entry

    @property
    def measured(self) -> JudgedClaim | MeasuredEffect | None:
        return None if isinstance(self.entry, NotRun) else self.entry

    @property
    def arms(self) -> tuple[str, str]:
        """The arm and what it is set against ("" for a claim about one, many or no arm); of grids, those chosen."""
        if isinstance(self.entry, MeasuredEffect | NotRun):
            return self.entry.control, self.variant
        arm, against, *_ = (*self.entry.chosen, "", "")
        return arm, "" if isinstance(self.entry, JudgedRanking | JudgedSpread | JudgedSlope) else against


def table_page(paper: Paper, table: Table, *, results: Results, instead: TableView | None = None) -> TablePage:
    """The page of `table`. instead: what stands there instead of claims and effects."""
    here = table_page_path(paper.name, table.name)
    every = table_lines(paper, table, results=results)
    claims = [line.claim for line in every if line.claim]
    printed = printed_view(paper, table, claims, results=results)
    lines = [line for line in every if not (printed and line.claim and line.claim.row)]
    signs = reproduction_signs(claims)
    drawn = [_plot_row(line, paper, table, signs=signs, results=results) for line in _each_pair_once(lines)]
    plot = effect_blocks([row for row in drawn if row])
    view = instead or _main_view(paper, table, lines, further=printed is not None, results=results)
    files = _files(printed, view, [] if instead else lines, claims=claims)
    return TablePage(
        setting=setting(results, paper=paper.name, table=table),
        paper=paper,
        table=table,
        citation=citation(paper),
        tally=tally(claims),
        home=relative("index.html", page=here),
        before=neighbour(paper, table, step=-1),
        after=neighbour(paper, table, step=1),
        calibration=relative("calibration.html", page=here) if results.calibration else "",
        printed=printed,
        printed_others=printed_others_view(paper, table, claims),
        view=replace(view, rows=tuple(row for row in view.rows if not _is_apart(row))),
        apart=_apart(view),
        apart_words=apart_words([row.cells["verdict"].text for row in view.rows if _is_apart(row)]),
        files=files,
        downloads=tuple(tuple(Link(text=name, href=f"{file.name}.{end}") for end, name in FORMATS.items()) for file, _ in files),
        thresholds=thresholds_view(claims),
        differences=differences_view(paper, table),
        variants=variants_view(paper, table, results=results),
        plot=plot,
        legend=tuple(legend_of(plot)),
        markers=tuple(MarkerView(symbol=sign, who=who) for who, sign in signs.items()),
        reproductions=reproductions_view(paper, [line.claim for line in lines if line.claim]),
        runs=runs_view(
            paper,
            table.variants,
            measures=measures_of([line.measured for line in every if line.measured]),
            results=results,
            href=lambda path: relative(path, page=here),
        ),
        notes=tuple(dict.fromkeys(f"{claim.id}: {claim.note}" for claim in claims if claim.note)),
    )


def _is_apart(row: Row) -> bool:
    """Whether nothing was asked, or nothing run, of what a line of the table of claims is about."""
    return "verdict" in row.cells and row.cells["verdict"].text in (*APART, claim_rows.NOT_RUN)


def _apart(view: TableView) -> TableView | None:
    rows = tuple(row for row in view.rows if _is_apart(row))
    return replace(view, name=f"{view.name}_apart", rows=rows) if rows else None


def _files(
    printed: TableView | None, view: TableView, lines: Sequence[TableLine], *, claims: Sequence[JudgedClaim]
) -> tuple[tuple[TableView, TableView], ...]:
    """Each table of the page, and what a paper prints of it."""
    sentences = [not isinstance(line.entry, JudgedSized | MeasuredEffect | JudgedLevel) for line in lines]
    decided = [_decides(line.measured) for line in lines]
    brief = brief_view(view, sentences=sentences, errors=decided) if lines else brief_of_planted(view)
    if printed is None:
        return ((view, brief),)
    return ((printed, printed_as_set(printed, claims)), (view, brief))


def _decides(entry: JudgedClaim | MeasuredEffect | None) -> str:
    """What a paper prints of an effect: its change of error, unless points decided."""
    on_points = isinstance(entry, JudgedClaim) and entry.decided_on != "log_ratio"
    return "points" if on_points else "relative"


def table_lines(paper: Paper, table: Table, *, results: Results) -> list[TableLine]:
    """The table's claims and the effects that no claim covers, in the order of its variants.

    A claim stands under the variant that it sets against the control, a claim about the control alone under the control.
    Variants without any line have one that says why.
    """
    claims = [item for item in results.judgement.claims if item.paper == paper.name and item.id in table.claims]
    lines = [TableLine(paper=paper.name, variant=_row_variant(claim, table), entry=claim) for claim in claims]
    covered = {(line.variant, line.claim.metric, line.claim.protocol) for line in lines if line.claim and line.arms[1]}
    for effect in results.judgement.effects:
        if (effect.paper, effect.table) != (paper.name, table.name):
            continue
        if (effect.variant, effect.metric, effect.protocol) not in covered:
            lines.append(TableLine(paper=paper.name, variant=effect.variant, entry=effect))
    lines += _lines_not_run(paper, table, shown={line.variant for line in lines}, results=results)
    order = {name: position for position, name in enumerate(table.variants)}
    return sorted(lines, key=lambda line: (order.get(line.variant, len(order)), line.claim is None))


def _row_variant(claim: JudgedClaim, table: Table) -> str:
    if isinstance(claim, JudgedRanking | JudgedSpread | JudgedSlope):
        return claim.arm
    return claim.arm if claim.against in ("", table.control) else claim.against


def _lines_not_run(paper: Paper, table: Table, *, shown: Collection[str], results: Results) -> list[TableLine]:
    """A line for each variant that has no run and no line."""
    return [
        TableLine(paper=paper.name, variant=name, entry=NotRun(control=table.control_of(name), reason=reason))
        for name in table.variants
        if name not in shown
        for reason in (not_run_reason(name, paper, results=results),)
        if reason
    ]


def _main_view(paper: Paper, table: Table, lines: Sequence[TableLine], *, further: bool, results: Results) -> TableView:
    rows: list[Row] = []
    for position, line in enumerate(lines):
        cells = _line_cells(line, paper, table, results=results)
        metric = line.measured.metric if line.measured else ""
        rows.append(
            Row(
                cells={column.key: cells.get(column.key, Cell()) for column in COLUMNS},
                anchor=line.claim.id if line.claim else f"{line.variant}-{metric}",
                again=position > 0 and lines[position - 1].variant == line.variant,
            )
        )
    title = f"{table.title}{', further claims' if further else ''}"
    here = setting(results, paper=paper.name, table=table).sentence
    caption = f"{title} ({paper.authors} {paper.year}, {table.where}) and here: {here}."
    notes = (
        *([NOTE] if table.shows == "hits" else []),
        "Effects are the error of the second arm minus that of the first: positive means as the paper says. "
        "Points are percentage points, a change of error is in percent of the first arm's; a level is in percent.",
        f"Evidence: {results.judgement.evidence[paper.name]}. n counts seeds; sd is the standard deviation over seeds.",
    )
    name = f"{table.name}_claims" if further else table.name
    return TableView(name=name, caption=caption, columns=COLUMNS, rows=tuple(rows), notes=notes)


def _line_cells(line: TableLine, paper: Paper, table: Table, *, results: Results) -> claim_rows.Cells:
    """The cells that the line has; columns without one are empty."""
    entry, digits = _as_shown(line.entry, table), _line_digits(line, results=results)
    cells = _variant_cells(line.variant, paper, table)
    match entry:
        case NotRun():
            cells |= claim_rows.not_run_cells(entry.reason)
        case MeasuredEffect():
            cells |= {
                "measure": Cell(text=measure(entry.metric, entry.protocol, table=table)),
                **claim_rows.effect_cells(entry, digits=digits),
                **claim_rows.no_verdict_cells(entry, evidence=results.judgement.evidence[paper.name]),
            }
        case _:
            cells |= {
                "statement": Cell(text=entry.statement),
                "measure": Cell(text=measure(entry.metric, entry.protocol, table=table)),
                "claim": Cell(text=entry.id, href=f"#{entry.id}"),
                "where": Cell(text=entry.where),
                **claim_rows.paper_cells(entry),
                **claim_rows.our_cells(entry, digits=digits),
                **claim_rows.verdict_cells(entry, results.challenges_of(entry)),
            }
    for role, name in zip(("arm", "against"), line.arms, strict=True):
        cells[role] = Cell(text=name, href=_first_run(paper, name, results=results, page=table_page_path(paper.name, table.name)))
        if not isinstance(entry, NotRun):
            cells |= claim_rows.arm_cells(entry, role, name=name, digits=digits)
    failed = [words for name in line.arms if name for words in (failure_words(paper.name, name, results=results),) if words]
    if failed and not isinstance(entry, NotRun):
        cells["reason"] = replace(cells["reason"], text=" ".join([f"{'; '.join(failed)}.", cells["reason"].text]), brief="")
    return cells


def _as_shown(entry: Entry, table: Table) -> Entry:
    match entry:
        case NotRun():
            return entry
        case MeasuredEffect():
            return effect_as_shown(entry, table)
        case _:
            return claim_as_shown(entry, table)


def _line_digits(line: TableLine, *, results: Results) -> formatting.Digits:
    entry = line.measured
    if entry is None:
        return formatting.digits(None)
    return formatting.digits(num_examples(entry.metric, entry.protocol, line.arms[0], paper=line.paper, results=results))


def _first_run(paper: Paper, variant: str, *, results: Results, page: str) -> str:
    """The reference to the first run of a variant, "" if it has none."""
    for run in results.runs.values():
        if run.record.paper == paper.name and run.record.variant == variant:
            return relative(run_page_path(run.id), page=page)
    return ""


def _variant_cells(name: str, paper: Paper, table: Table) -> dict[str, Cell]:
    """Title, name and difference of the variant that a line is about; nothing for a claim about none."""
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
    """The lines without those that compare what another one compares too: one with the paper's size is kept."""
    kept: dict[tuple[object, ...], TableLine] = {}
    for position, line in enumerate(lines):
        entry = line.measured
        key: tuple[object, ...] = (position,)
        if entry is not None and line.arms[1]:
            key = (frozenset(line.arms), entry.metric, entry.protocol)
        if key not in kept or (_sized(line) and not _sized(kept[key])):
            kept[key] = line
    return [line for line in lines if any(line is other for other in kept.values())]


def _sized(line: TableLine) -> bool:
    return isinstance(line.entry, JudgedEffect) and line.entry.paper_delta is not None


def _plot_row(line: TableLine, paper: Paper, table: Table, *, signs: Mapping[str, str], results: Results) -> EffectRow | None:
    match line.entry:
        case JudgedWithin() as entry:
            seeds = seeds_within(entry, line.arms[0], paper=line.paper, results=results)
        case JudgedEffect() | MeasuredEffect() as entry:
            seeds = seeds_against(entry, line.arms, paper=line.paper, results=results)
        case _:
            return None
    first, second = line.arms
    other = first if line.variant == second else second
    detail = measure(entry.metric, entry.protocol, table=table)
    if line.claim and second and other != table.control_of(line.variant):
        detail = f"{detail}, against {paper.variant(other).title}"
    relative = results.judgement.evidence[paper.name] != SAME_DATA
    cells = _line_cells(line, paper, table, results=results)
    return effect_row(
        entry,
        label=paper.variant(line.variant).title,
        href=f"#{line.claim.id}" if line.claim else "",
        detail=detail,
        value=_deciding_words(cells, relative=_decides(entry) == "relative" and relative),
        verdict=words_for(line.claim) if line.claim else None,
        signs=signs,
        seeds=seeds,
        relative=relative,
    )


def _deciding_words(cells: claim_rows.Cells, *, relative: bool) -> str:
    """The number that decides, or would, with its interval."""
    key = "relative" if relative and cells["relative"].text else "estimate"
    return " ".join(filter(None, [with_unit(cells[key]), cells[f"{key}_ci90"].text]))
