"""Make what the index of a scale shows: every claim by the page that it stands on, data and software."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from repro.analyse.evidence.verdict import ANSWERS, NOT_COMPARABLE
from repro.artifacts.dataset_json import SplitFiles
from repro.artifacts.judged import JudgedByRuns, JudgedClaim
from repro.report.inputs.copies import TABLES
from repro.report.inputs.results import Results
from repro.report.pages import claim_cells as claim_rows
from repro.report.pages.not_run import INDEX, NotRunGroup, runs_not_run
from repro.report.pages.runs import environment_facts
from repro.report.pages.setting import (
    Fact,
    Setting,
    citation,
    file_link,
    measure,
    num_examples,
    setting,
    table_page_path,
)
from repro.report.pages.tally import APART, Tally, apart_words, group_anchor, overview, standing, tally
from repro.report.text import formatting, wording
from repro.report.text.file_tables import left_out_view, refused_view
from repro.report.text.formatting import compact, count, listed, percent, size
from repro.report.text.hits import claim_as_shown
from repro.report.text.marks import spread_mark, tuned_mark
from repro.report.text.started import started_facts
from repro.report.text.tables import Cell, Column, Link, Row, TableView
from repro.report.text.wording import VerdictWords
from repro.spec.experiment import Paper, Table
from repro.spec.terms.evidence import LEVELS, EvidenceLevel
from repro.system.durations import duration


@dataclass(frozen=True, kw_only=True)
class DatasetView:
    """A prepared data set: facts, warnings, what became of files that are not used, and refused ones (the first of them)."""

    title: str
    facts: tuple[Fact, ...]
    warnings: tuple[str, ...]
    left_out: TableView | None
    refused: TableView | None


@dataclass(frozen=True, kw_only=True)
class ClaimGroup:
    """The claims of one page of a paper. apart: those that were not run or cannot be asked, and in words what they are."""

    anchor: str
    title: str
    where: str
    href: str
    tally: Tally
    claims: TableView | None
    apart: TableView | None
    apart_words: str


@dataclass(frozen=True, kw_only=True)
class PaperView:
    """A paper on the index page. `overview`: how many claims of each page have which verdict."""

    name: str
    title: str
    citation: str
    doi: str
    scale_title: str
    overview: TableView
    groups: tuple[ClaimGroup, ...]


@dataclass(frozen=True, kw_only=True)
class IndexPage:
    """The page of all verdicts of a scale. started: what the ledger says of all runs. gaps: runs that have no result.

    files, logs: what the pages are made from, and what the jobs said.
    """

    setting: Setting
    started: tuple[Fact, ...]
    standing: str
    tally: Tally
    mode: str
    papers: tuple[PaperView, ...]
    gaps: tuple[NotRunGroup, ...]
    datasets: tuple[DatasetView, ...]
    verdicts: tuple[VerdictWords, ...]
    levels: tuple[EvidenceLevel, ...]
    environment: tuple[Fact, ...]
    calibrated: bool
    files: tuple[Link, ...]
    logs: tuple[Link, ...]


def index_page(papers: Sequence[Paper], *, absent: Sequence[Paper], results: Results) -> IndexPage:
    """The index of a scale. absent: papers that have no such scale, or that were not judged."""
    claims, logs = results.judgement.claims, (results.folder / "logs").rglob("*.log")
    return IndexPage(
        setting=setting(results),
        started=tuple(Fact(term=term, text=text) for term, text in started_facts(results.judgement.ledger)),
        standing=standing(claims, data=setting(results).data),
        tally=tally(claims),
        mode=results.judgement.mode,
        papers=tuple(_paper_view(paper, results=results) for paper in papers),
        gaps=runs_not_run(papers, absent=absent, results=results),
        datasets=tuple(_dataset_view(name, results=results) for name in sorted(results.datasets)),
        verdicts=tuple(wording.VERDICTS.values()),
        levels=tuple(LEVELS.values()),
        environment=environment_facts(list(results.runs.values())),
        calibrated=results.calibration is not None,
        files=_files([name for name in TABLES if (results.folder / name).is_file()], results=results),
        logs=_files(sorted(path.relative_to(results.folder).as_posix() for path in logs), results=results),
    )


def _files(names: Sequence[str], *, results: Results) -> tuple[Link, ...]:
    """References to files of the results that lie beside the pages."""
    return tuple(file_link(name, results.folder / name, results=results, page=INDEX) for name in names)


def _paper_view(paper: Paper, *, results: Results) -> PaperView:
    groups = claims_by_page(paper, results=results)
    return PaperView(
        name=paper.name,
        title=paper.title,
        citation=citation(paper),
        doi=paper.doi,
        scale_title=paper.scale(results.scale).title,
        overview=overview(paper, groups, results=results),
        groups=tuple(_claim_group(paper, table, claims, results=results) for table, claims in groups if claims),
    )


def claims_by_page(paper: Paper, *, results: Results) -> list[tuple[Table | None, list[JudgedClaim]]]:
    """The claims of each page in its order, each under the first page that lists it; None: those that no page lists."""
    left = {claim.id: claim for claim in results.judgement.claims if claim.paper == paper.name}
    groups: list[tuple[Table | None, list[JudgedClaim]]] = []
    for table in paper.tables:
        groups.append((table, [left.pop(name) for name in table.claims if name in left]))
    return [*groups, (None, list(left.values()))] if left else groups


def _claim_group(paper: Paper, table: Table | None, claims: Sequence[JudgedClaim], *, results: Results) -> ClaimGroup:
    return ClaimGroup(
        anchor=group_anchor(paper, table),
        title=table.title if table else "On no page",
        where=table.where if table else "",
        href=table_page_path(paper.name, table.name) if table else "",
        tally=tally(claims),
        claims=_claims_view(paper, table, claims, apart=False, results=results),
        apart=_claims_view(paper, table, claims, apart=True, results=results),
        apart_words=apart_words([claim.verdict for claim in claims]),
    )


CLAIM_COLUMNS = (
    Column(key="statement", title="Claim", group="Claim"),
    Column(key="where", title="Where", group="Claim"),
    Column(key="measure", title="Measure", group="Claim", label="·", inline=True),
    Column(key="claim", title="Claim's name", group="Claim", label="·", inline=True),
    Column(key="paper", title="Paper", group="Paper", kind="number"),
    Column(key="paper_relative", title="Paper, change of error, %", group="Paper", kind="number"),
    Column(key="estimate", title="Here", group="Here, with 90 % interval", kind="number"),
    Column(key="estimate_ci90", title="90 % interval", group="Here, with 90 % interval", kind="interval"),
    Column(key="relative", title="Here, change of error, %", group="Here, with 90 % interval", kind="number"),
    Column(key="relative_ci90", title="90 % interval, change of error", group="Here, with 90 % interval", kind="interval"),
    Column(key="n", title="Seeds", group="Seeds"),
    Column(key="verdict", title="Verdict", group="Verdict", kind="verdict"),
    Column(key="size", title="Size", group="Verdict"),
    Column(key="brief", title="Why", group="Verdict"),
)


def _claims_view(
    paper: Paper, table: Table | None, claims: Sequence[JudgedClaim], *, apart: bool, results: Results
) -> TableView | None:
    """One line a claim: those with an answer first, then what is left open; `apart`: those of which nothing was asked."""
    chosen = [claim for claim in claims if (claim.verdict in APART) == apart]
    if not chosen:
        return None
    page = table_page_path(paper.name, table.name) if table else ""
    rows = [
        Row(cells=_claim_cells(claim, paper, table, page=page, results=results), anchor=claim.id)
        for claim in (claim_as_shown(claim, table) if table else claim for claim in sorted(chosen, key=_answered_first))
    ]
    title = table.title if table else "Claims that no page lists"
    named = f"{title}: claims of {paper.authors} ({paper.year}){' that were not decided here' if apart else ''}"
    caption = f"{named}; {setting(results, paper=paper.name).sentence}."
    name = f"{table.name if table else paper.name}_{'apart' if apart else 'claims'}"
    return TableView(name=name, caption=caption, columns=CLAIM_COLUMNS, rows=tuple(rows))


def _answered_first(claim: JudgedClaim) -> bool:
    return claim.verdict not in ANSWERS


def _claim_cells(claim: JudgedClaim, paper: Paper, table: Table | None, *, page: str, results: Results) -> dict[str, Cell]:
    found = formatting.digits(num_examples(claim.metric, claim.protocol, claim.arm, paper=paper.name, results=results))
    ours = claim_rows.our_cells(claim, digits=found)
    verdict = claim_rows.verdict_cells(claim, results.challenges_of(claim))
    brief = "" if claim.verdict == NOT_COMPARABLE else claim.brief or claim.reason  # of levels the fold says it
    cells = {
        "statement": Cell(text=claim.statement, href=f"{page}#{claim.id}" if page else ""),
        "where": Cell(text=claim.where),
        "measure": Cell(text=measure(claim.metric, claim.protocol, table=table)),
        "claim": Cell(text=claim.id, href=f"#{claim.id}"),
        **claim_rows.paper_cells(claim),
        **ours,
        **_seeds(claim),
        **{key: verdict[key] for key in ("verdict", "size")},
        "brief": Cell(text=" ".join(filter(None, [brief, *verdict_marks(claim)]))),
    }
    return {column.key: cells[column.key] for column in CLAIM_COLUMNS}


def verdict_marks(claim: JudgedClaim) -> list[str]:
    """What must stand beside a verdict wherever it stands: that it was changed, or hangs on a choice."""
    return [*claim.remarks, *filter(None, [spread_mark(claim), tuned_mark(claim)])]


def _seeds(claim: JudgedClaim) -> dict[str, Cell]:
    """How many seeds each arm has; sorted by the fewer."""
    if not isinstance(claim, JudgedByRuns):
        return {"n": Cell()}
    found = [claim.n.get(arm, 0) for arm in claim.chosen]
    return {"n": Cell(text=" and ".join(map(count, dict.fromkeys(found))), sort=str(min(found, default=0)))}


def _dataset_view(name: str, *, results: Results) -> DatasetView:
    record = results.datasets[name]
    refused = count(record.refused.num)
    facts = [
        Fact(term="Kind", text=record.kind),
        Fact(term="Source", text=record.source),
        Fact(term="Stored as", text=f"squares of {record.stored_px} px, {record.encoding}"),
        Fact(term="Classes", text=f"{len(record.classes)}: {_first(record.classes)}"),
        *[_sizes(name, split) for name, split in record.splits.items()],
        Fact(term="Refused files", text=f"{refused} ({percent(record.refused.share, decimals=2)} %)"),
        Fact(term="Size on disk", text=size(record.num_bytes)),
        Fact(term="Prepared in", text=f"{duration(record.wall_s)}, decoder: {record.decoder}"),
        *([Fact(term="Mirrored in training", text=compact(record.videos.mirror))] if record.videos else []),
        *[Fact(term=f"Knob {key}", text=compact(value)) for key, value in record.knobs.items()],
    ]
    return DatasetView(
        title=record.title,
        facts=tuple(facts),
        warnings=record.warnings,
        left_out=left_out_view(name, record),
        refused=refused_view(name, record, results.refused[name]),
    )


def _sizes(name: str, split: SplitFiles) -> Fact:
    """Say how many images a split has, or videos and clips of them."""
    if split.videos is None:
        return Fact(term=f"{name.capitalize()} images", text=count(split.num_examples))
    text = f"{count(split.videos.num_videos)} in {count(split.num_examples)} clips"
    return Fact(term=f"{name.capitalize()} videos", text=text)


def _first(names: Sequence[str], *, most: int = 12) -> str:
    return listed(names) if len(names) <= most else ", ".join(names[:most]) + " …"
