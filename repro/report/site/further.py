"""What stands beside the questions: the printed tables across data sets, the data, what the papers do not say, how to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from repro.artifacts.judged import JudgedClaim
from repro.report.calibration.page import PAGE as CALIBRATION
from repro.report.pages.printed_table import columns_of, printed_claims, printed_number
from repro.report.pages.setting import Fact, citation, num_examples, setting, table_page_path
from repro.report.site.folders import Source
from repro.report.site.standing import Mark, mark_for, mark_of
from repro.report.text import formatting, wording
from repro.report.text.differences import differences_view
from repro.report.text.formatting import counted
from repro.report.text.tables import TableView
from repro.report.text.units import measured_text, printed_text
from repro.report.text.wording import VerdictWords
from repro.spec.experiment import Paper, Table
from repro.spec.terms.evidence import LEVELS, EvidenceLevel
from repro.spec.terms.metrics import unit_of


@dataclass(frozen=True, kw_only=True)
class OursThere:
    """What one data set has of a printed number."""

    source: Source
    text: str
    sd: str
    n: str
    mark: Mark | None


@dataclass(frozen=True, kw_only=True)
class PrintedCell:
    """A printed number, and ours on each data set."""

    title: str
    claim: str
    paper: str
    ours: tuple[OursThere, ...]


@dataclass(frozen=True, kw_only=True)
class PrintedRow:
    """A row of a printed table."""

    model: str
    cells: tuple[PrintedCell, ...]


@dataclass(frozen=True, kw_only=True)
class PrintedAcross:
    """A table as the paper prints it, with ours beside it from every data set. pages: its page in each report."""

    table: Table
    titles: tuple[str, ...]
    rows: tuple[PrintedRow, ...]
    sources: tuple[Source, ...]
    pages: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class PaperTables:
    """The tables of one paper. others: its pages that print no table, with their page in each report."""

    paper: Paper
    citation: str
    printed: tuple[PrintedAcross, ...]
    others: tuple[tuple[Table, tuple[tuple[str, str], ...]], ...]


def paper_tables(paper: Paper, sources: Sequence[Source]) -> PaperTables:
    """All tables and pages of a paper across data sets."""
    used = [source for source in sources if source.judges(paper.name)]
    printed, others = [], []
    for table in paper.tables:
        pages = tuple((source.title, f"{source.home}/{table_page_path(paper.name, table.name)}") for source in used)
        across = _across(paper, table, used, pages)
        if across is not None:
            printed.append(across)
        else:
            others.append((table, pages))
    return PaperTables(paper=paper, citation=citation(paper), printed=tuple(printed), others=tuple(others))


def _across(paper: Paper, table: Table, sources: Sequence[Source], pages: tuple[tuple[str, str], ...]) -> PrintedAcross | None:
    by_source = {source.key: printed_claims(table, _of_table(table, source)) for source in sources}
    first = next((claims for claims in by_source.values() if claims), [])
    if not first:
        return None
    titles = columns_of(first)
    shown = [source for source in sources if any(_ours(claim, paper, table, source).text for claim in by_source[source.key])]
    rows = []
    for model in dict.fromkeys(claim.row for claim in first):
        cells = []
        for title in titles:
            claim = next((item for item in first if item.row == model and item.column == title), None)
            if claim is not None:
                there = {source.key: source.entries[claim.id] for source in shown if claim.id in source.entries}
                number = printed_number(claim, table)
                cells.append(
                    PrintedCell(
                        title=title,
                        claim=claim.id,
                        paper=printed_text(unit_of(claim.metric), number.paper, signed=number.signed),
                        ours=tuple(_ours(there[source.key], paper, table, source) for source in shown if source.key in there),
                    )
                )
        rows.append(PrintedRow(model=model, cells=tuple(cells)))
    return PrintedAcross(table=table, titles=tuple(titles), rows=tuple(rows), sources=tuple(shown), pages=pages)


def _of_table(table: Table, source: Source) -> list[JudgedClaim]:
    return [source.entries[name] for name in table.claims if name in source.entries]


def _ours(claim: JudgedClaim, paper: Paper, table: Table, source: Source) -> OursThere:
    number, unit, mark = printed_number(claim, table), unit_of(claim.metric), mark_for(claim)
    found = formatting.digits(num_examples(claim.metric, claim.protocol, claim.arm, paper=paper.name, results=source.results))
    text = ""
    if number.ours is not None:
        text = measured_text(unit, number.ours.estimate, decimals=found.points, signed=number.signed)
    n = getattr(claim, "n", {})
    return OursThere(
        source=source,
        text=text,
        sd=measured_text(unit, number.sd, decimals=found.points) if text else "",
        n=str(n.get(claim.arm, "")) if text else "",
        mark=mark if text and mark.group in ("agree", "against", "open") else None,
    )


@dataclass(frozen=True, kw_only=True)
class DataView:
    """A data set as the site shows it: what it is worth, its facts, and where its report lies."""

    source: Source
    facts: tuple[Fact, ...]
    levels: tuple[EvidenceLevel, ...]
    calibration: str
    tally: str


def data_views(sources: Sequence[Source]) -> tuple[DataView, ...]:
    """All data sets, real ones first."""
    views = []
    for source in sources:
        here = setting(source.results)
        marks = [mark_for(entry).group for entry in source.entries.values() if entry.kind != "exact"]
        decided = marks.count("agree") + marks.count("against")
        facts = [fact for fact in here.facts if fact.term not in ("Evidence",)]
        commits = sorted({run.record.environment.get("commit", "unknown") for run in source.results.runs.values()})
        facts = [Fact(term="Run", text=source.date or "no date is recorded"), *facts]
        facts += [Fact(term="Made from", text=record.source) for record in source.results.datasets.values() if record.source]
        facts += [Fact(term="Code of the runs", text=", ".join(commits) or "not recorded")]
        facts += [
            Fact(term="Classes", text=", ".join(record.classes[:12]) + (" …" if len(record.classes) > 12 else ""))
            for record in source.results.datasets.values()
        ]
        views.append(
            DataView(
                source=source,
                facts=tuple(facts),
                levels=here.evidence,
                calibration=f"{source.home}/{CALIBRATION}" if source.results.calibration is not None else "",
                tally=f"{counted(decided, 'statement')} decided, {marks.count('open')} tried and undecided",
            )
        )
    return tuple(views)


@dataclass(frozen=True, kw_only=True)
class Unsaid:
    """What a paper does not say, or does otherwise than is done here. views: by page."""

    paper: Paper
    views: tuple[tuple[Table, TableView], ...]
    gaps: tuple[Table, ...]


def unsaid(papers: Sequence[Paper]) -> tuple[Unsaid, ...]:
    """For each paper the tables of differences that its pages have."""
    return tuple(
        Unsaid(
            paper=paper,
            views=tuple(
                (table, replace(view, name=f"differences_{table.name}"))
                for table in paper.tables
                if (view := differences_view(paper, table)) is not None
            ),
            gaps=tuple(table for table in paper.tables if table.name.endswith("_released")),
        )
        for paper in papers
    )


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How to read the site: each verdict with its meaning, and what data are worth."""

    verdicts: tuple[tuple[Mark, VerdictWords], ...]
    levels: tuple[EvidenceLevel, ...]
    calibrated: tuple[tuple[str, str], ...]


def reading(sources: Sequence[Source]) -> Reading:
    """The legend."""
    return Reading(
        verdicts=tuple((mark_of(name), words) for name, words in wording.VERDICTS.items()),
        levels=tuple(LEVELS.values()),
        calibrated=tuple(
            (source.title, f"{source.home}/{CALIBRATION}") for source in sources if source.results.calibration is not None
        ),
    )
