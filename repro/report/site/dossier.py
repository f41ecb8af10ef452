"""Make what the page of a question shows, from the answer in words down to single runs, commands and how to cite it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from repro.analyse.evidence.verdict import UNTESTABLE
from repro.artifacts.judged import JudgedClaim
from repro.artifacts.judged.sizes_json import SizesJson
from repro.report.pages.claim_cells import challenge_words
from repro.report.pages.setting import Fact, citation, table_page_path
from repro.report.site.answers import Answer, answer
from repro.report.site.deciding import PowerView, Price, Step, powers, steps
from repro.report.site.folders import Source
from repro.report.site.plots.forest import Plot, plots_of
from repro.report.site.plots.growth import growth
from repro.report.site.plots.runs import CurvesOf, SeedTable, curves_of, seed_tables
from repro.report.site.plots.sizes import as_printed, axis_of, interval_text, size_of, size_text
from repro.report.site.rules import rule_digest, rule_words
from repro.report.site.standing import Asked, Mark, Statement, deciding_entry, in_words, mark_for
from repro.report.site.tuned import TunedView, tuned_views
from repro.report.sizes.page import SeriesView, series_view
from repro.report.text.started import started_facts

#: The order of a question's statements: what is decided on real data first.
BY_STATE = ("agree", "mixed", "against", "open", "right", "slip", "generated", "idle", "level")
#: What the benchmark suite measures too, beside any results.
CLIP_TIME = "train_s_per_clip"
#: The way from a page of a question to the site's root.
UP = "../../"


@dataclass(frozen=True, kw_only=True)
class Card:
    """A data set at the head of the page."""

    source: Source
    title: str
    about: str
    mark: Mark | None
    effect: str
    change: str
    text: str
    href: str


@dataclass(frozen=True, kw_only=True)
class ClaimField:
    """What a data set says of a claim. href: its line in the report of that scale."""

    source: Source
    mark: Mark | None
    ours: str
    change: str
    ci90: str
    seeds: str
    reason: str
    href: str


@dataclass(frozen=True, kw_only=True)
class ClaimLine:
    """A claim with the rule fixed beforehand, and what each data set says."""

    statement: Statement
    where: str
    printed: str
    rule: str
    digest: str
    note: str
    fields: tuple[ClaimField, ...]


@dataclass(frozen=True, kw_only=True)
class Trust:
    """What shows that the numbers of a data set are what they say."""

    source: Source
    facts: tuple[Fact, ...]
    commits: str


@dataclass(frozen=True, kw_only=True)
class Dossier:
    """The page of a question."""

    asked: Asked
    answer: Answer
    citation: str
    cards: tuple[Card, ...]
    plots: tuple[Plot, ...]
    lines: tuple[ClaimLine, ...]
    levels: tuple[ClaimLine, ...]
    seeds: tuple[SeedTable, ...]
    tuned: tuple[TunedView, ...]
    powers: tuple[PowerView, ...]
    steps: tuple[Step, ...]
    sizes: tuple[SeriesView, ...]
    growth: Markup
    curves: tuple[CurvesOf, ...]
    trust: tuple[Trust, ...]
    sentence: str
    bibtex: str
    sources: tuple[Source, ...]
    before: Asked | None
    after: Asked | None
    timed: bool


def dossier(
    asked: Asked,
    sources: Sequence[Source],
    *,
    prices: Mapping[str, Sequence[Price]],
    before: Asked | None,
    after: Asked | None,
    made: str,
    timed: bool = False,
    series: Sequence[tuple[str, SizesJson]] = (),
) -> Dossier:
    """The page of `asked`.

    made: the date and code, as a citation names them. timed: whether the site has times of the benchmark suite.
    series: effects over sizes, with the key of their source.
    """
    used = [source for source in sources if source.judges(asked.paper.name)]
    first, *others = [asked.lead, *(item for item in asked.statements if item is not asked.lead)]
    lines = tuple(_line(item, used) for item in (first, *sorted(others, key=lambda item: BY_STATE.index(item.state))))
    is_level = [line.statement.claim.kind == "level" and asked.kind == "effects" for line in lines]
    said = answer(asked, sources)
    return Dossier(
        asked=asked,
        answer=said,
        citation=citation(asked.paper),
        cards=tuple(_card(asked.lead, source) for source in used),
        plots=plots_of(asked, sources) if asked.kind == "effects" else (),
        lines=tuple(line for line, level in zip(lines, is_level, strict=True) if not level),
        levels=tuple(line for line, level in zip(lines, is_level, strict=True) if level),
        seeds=seed_tables(asked.lead, sources, up=UP) if asked.kind == "effects" else (),
        tuned=tuple(view for item in asked.statements for view in tuned_views(item, tuple(used))),
        powers=powers(asked.lead, sources),
        steps=steps(asked, sources, prices) if asked.kind == "effects" else (),
        sizes=tuple(
            view
            for key, item in series
            if (view := series_view(item, key=key, hrefs={}, only=[statement.id for statement in asked.statements])).effects
        ),
        growth=growth(asked.lead, sources) if asked.kind == "effects" else Markup(""),
        curves=curves_of(asked, sources, up=UP) if asked.kind == "effects" else (),
        trust=tuple(_trust(source, asked) for source in used),
        sentence=_sentence(asked, said, made=made),
        bibtex=_bibtex(asked),
        sources=tuple(used),
        before=before,
        after=after,
        timed=timed and any(statement.claim.metric == CLIP_TIME for statement in asked.statements),
    )


def _card(lead: Statement, source: Source) -> Card:
    entry = lead.entries.get(source.key)
    if entry is None:
        text = "It does not judge this statement."
        return Card(source=source, title=source.title, about=source.about, mark=None, effect="", change="", text=text, href="")
    part, mark = deciding_entry(entry, source.entries), mark_for(entry)
    size = size_of(part)
    printed = as_printed(part, lead.paper, results=source.results)
    shown = mark.group in ("agree", "against", "open")
    change = ""
    if size is not None and axis_of(part) == "relative":
        ends = interval_text(size, axis="relative", claim=part)
        change = f"{size_text(size.value, axis='relative', claim=part)} errors {ends}".strip()
    return Card(
        source=source,
        title=source.data_of(entry),
        about=source.about_of(entry),
        mark=mark,
        effect=" ".join(filter(None, [printed.ours, printed.ci90])) if shown else "",
        change=change if shown else "",
        text=in_words(entry.brief or entry.reason) if part is entry else _part_words(mark, part),
        href=f"{UP}{_place(entry, lead, source)}",
    )


def _part_words(mark: Mark, part: JudgedClaim) -> str:
    return f"{mark.short.capitalize()}: “{part.statement.rstrip('.')}”."


def _place(entry: JudgedClaim, statement: Statement, source: Source) -> str:
    """The line of a claim in the report of a scale."""
    table = next((table for table in statement.paper.tables if entry.id in table.claims), None)
    page = table_page_path(statement.paper.name, table.name) if table is not None else "index.html"
    return f"{source.home}/{page}#{entry.id}"


def _line(statement: Statement, sources: Sequence[Source]) -> ClaimLine:
    entry = next(iter(statement.entries.values()), None)
    results = next((source.results for source in sources if source.key in statement.entries), None)
    printed = as_printed(entry, statement.paper, results=results).paper if entry is not None and results is not None else ""
    return ClaimLine(
        statement=statement,
        where=statement.claim.where,
        printed=printed,
        rule=rule_words(entry) if entry is not None else "",
        digest=rule_digest(statement.claim, statement.paper),
        note=statement.claim.note,
        fields=tuple(_field(statement, source) for source in sources),
    )


def _field(statement: Statement, source: Source) -> ClaimField:
    entry = statement.entries.get(source.key)
    if entry is None:
        return ClaimField(source=source, mark=None, ours="", change="", ci90="", seeds="", reason="", href="")
    mark = mark_for(entry)
    size, axis = size_of(entry) if mark.group in ("agree", "against", "open") else None, axis_of(entry)
    printed = as_printed(entry, statement.paper, results=source.results)
    n = getattr(entry, "n", {})
    return ClaimField(
        source=source,
        mark=mark,
        ours="" if mark.name == UNTESTABLE else printed.ours,
        change=f"{size_text(size.value, axis=axis, claim=entry)} errors" if size is not None and axis == "relative" else "",
        ci90=printed.ci90,
        seeds=" and ".join(str(n[name]) for name in entry.chosen if name in n),
        reason=in_words(entry.reason),
        href=f"{UP}{_place(entry, statement, source)}",
    )


def _trust(source: Source, asked: Asked) -> Trust:
    results = source.results
    facts = [Fact(term=term, text=text) for term, text in started_facts(results.judgement.ledger)]
    facts += [Fact(term="Runs", text=f"{results.judgement.runs}, of which {len(results.judgement.diverged)} ever diverged")]
    facts += [
        Fact(term="Made again", text=results.made_again or "none: python -m repro verify RESULTS --rerun K makes K runs again")
    ]
    facts += [Fact(term="runs.csv", text=f"SHA-256 {results.judgement.runs_sha256}; claims.json was judged from it")]
    if results.unjudged:
        facts.append(Fact(term="Not judged again", text=f"{results.unjudged}."))
    for statement in asked.statements:
        entry = statement.entries.get(source.key)
        if entry is not None and entry.post_hoc is not None:
            facts.append(Fact(term=f"Changed after runs: {entry.id}", text="; ".join(entry.post_hoc.changed)))
        for challenge in results.challenges_of(entry) if entry is not None else ():
            facts.append(Fact(term=f"Challenge of {statement.id}", text=challenge_words(challenge)))
    commits = sorted({run.record.environment.get("commit", "unknown") for run in results.runs.values()})
    return Trust(source=source, facts=tuple(facts), commits=", ".join(commits))


def _sentence(asked: Asked, said: Answer, *, made: str) -> str:
    title = asked.question.title
    return f"{title} {said.text} ({asked.lead.id} of {asked.paper.authors} {asked.paper.year}; {made})"


def _bibtex(asked: Asked) -> str:
    paper = asked.paper
    names = " and ".join(paper.authors.split(", "))
    doi = f",\n  doi = {{{paper.doi}}}" if paper.doi else ""
    fields = f"  title = {{{paper.title}}},\n  author = {{{names}}},\n  year = {{{paper.year}}}{doi}"
    return f"@misc{{{paper.name}{paper.year},\n{fields}\n}}"
