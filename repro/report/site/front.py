"""Make what the front page shows: the answer, the bar of all statements, what holds and what does not, and the matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from repro.report.drawing.svg import Axis
from repro.report.pages.setting import citation
from repro.report.site.answers import Answer, answer, effect_words
from repro.report.site.folders import Source
from repro.report.site.plots.sizes import MULTIPLES, Size, as_printed, multiple_of
from repro.report.site.plots.tracks import Spot, Tick, Track, tick_text
from repro.report.site.standing import ORDER, STATES, Asked, Mark, Statement, counted, deciding_entry, mark_for
from repro.report.text import formatting
from repro.report.text.formatting import count, listed
from repro.spec.experiment import Paper

#: Which states a filter shows, in the order of the buttons.
FILTERS = {
    "holds": ("Holds", ("agree", "mixed", "right")),
    "not": ("Does not", ("against", "mixed", "slip")),
    "open": ("Cannot tell", ("open",)),
    "untried": ("Not on real data yet", ("generated", "idle", "level")),
}
#: The axis of multiples: the paper's effect is 1.
MULTIPLE_AXIS = Track(axis=Axis(low=MULTIPLES[0], high=MULTIPLES[1], start_px=0, end_px=100), kind="multiple")
#: The order of the matrix by state.
SHOWN_FIRST = (("agree", "mixed", "against"), ("open",), ("generated",), ("idle", "right", "slip", "level"))
#: Half to twice the paper's effect counts as reproduced.
REPRODUCED = (0.5, 2.0)


@dataclass(frozen=True, kw_only=True)
class Segment:
    """A part of the bar over all statements."""

    state: str
    number: str
    share: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field of the matrix: a question on one data set. none: what stands there instead of a verdict."""

    source: Source
    mark: Mark | None
    effect: str
    own: bool
    further: tuple[tuple[Mark, str], ...]
    none: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """A row of the matrix. note: why no size stands on the axis."""

    asked: Asked
    answer: Answer
    where: str
    printed: str
    fields: tuple[Field, ...]
    spots: tuple[Spot, ...]
    note: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A line of one of the three lists: the question, and in a few words what was seen."""

    asked: Asked
    text: str


@dataclass(frozen=True, kw_only=True)
class Group:
    """A paper with its questions: those about effects, and apart those of counts and levels. places: of its sources."""

    paper: Paper
    places: tuple[int, ...]
    citation: str
    lines: tuple[Line, ...]
    apart: tuple[Line, ...]


@dataclass(frozen=True, kw_only=True)
class FrontPage:
    """The front page."""

    title: str
    lead: str
    segments: tuple[Segment, ...]
    apart: tuple[Segment, ...]
    holds: tuple[Finding, ...]
    fails: tuple[Finding, ...]
    unknown: tuple[Finding, ...]
    untried: tuple[Finding, ...]
    sources: tuple[Source, ...]
    groups: tuple[Group, ...]
    filters: tuple[tuple[str, str, str], ...]
    ticks: tuple[Tick, ...]
    zero: str
    band: tuple[str, str]
    num_questions: int


def front_page(asked: Sequence[Asked], sources: Sequence[Source]) -> FrontPage:
    """What the front page says of the questions that `sources` judge."""
    present = list(dict.fromkeys(item.paper for item in asked))
    numbers = counted(asked)
    answers = {id(item): answer(item, sources) for item in asked}
    effects = [item for item in asked if item.kind == "effects"]
    bar = ("agree", "mixed", "against", "open", "generated", "idle")
    return FrontPage(
        title=f"Do the claims of {listed([short_citation(paper) for paper in present])} hold?",
        lead=_lead(numbers, papers=len(present)),
        segments=_segments(numbers, bar),
        apart=_segments(numbers, ("right", "slip", "level")),
        holds=_findings(effects, sources, ("agree", "mixed")),
        fails=_findings(effects, sources, ("against", "mixed")),
        unknown=_findings(effects, sources, ("open",)),
        untried=tuple(Finding(asked=item, text="") for item in effects if item.state in ("generated", "idle")),
        sources=tuple(sources),
        groups=tuple(_group(paper, asked, sources, answers) for paper in present),
        filters=tuple((name, title, " ".join(states)) for name, (title, states) in FILTERS.items()),
        ticks=tuple(
            Tick(left=f"{MULTIPLE_AXIS.percent(value):g}%", text=tick_text(value, kind=""))
            for value in (-3.0, 0.0, 1.0, 2.0, 5.0)
        ),
        zero=MULTIPLE_AXIS.zero,
        band=MULTIPLE_AXIS.band(*REPRODUCED),
        num_questions=len(asked),
    )


def short_citation(paper: Paper) -> str:
    """`Karpathy et al. 2014`."""
    names = paper.authors.split(", ")
    return f"{names[0]} et al. {paper.year}" if len(names) > 2 else f"{listed(names)} {paper.year}"


def _lead(numbers: dict[str, int], *, papers: int) -> str:
    total = sum(numbers.values())
    tried = numbers["agree"] + numbers["mixed"] + numbers["against"] + numbers["open"]
    said = [
        f"{count(numbers['agree'])} go the way that the paper says",
        f"{count(numbers['against'])} do not",
        f"{count(numbers['open'])} cannot be told yet",
    ]
    if numbers["mixed"]:
        said.insert(1, f"{count(numbers['mixed'])} depend{'s' * (numbers['mixed'] == 1)} on the data")
    trained = total - numbers["right"] - numbers["slip"] - numbers["level"]
    counts = numbers["right"] + numbers["slip"]
    text = (
        f"{formatting.counted(total, 'statement')} of {formatting.counted(papers, 'paper')}, tried again with several seeds "
        "each. "
        f"Of {count(trained)} that networks must be trained for, {_tried_words(tried, said)}."
    )
    if counts:
        text += f" {count(counts)} follow from the printed layers alone: {count(numbers['right'])} are right, "
        text += f"{formatting.counted(numbers['slip'], 'slip')}."
    if numbers["level"]:
        text += f" {count(numbers['level'])} are printed levels, which only the papers' own data can tell."
    return text


def _tried_words(tried: int, said: Sequence[str]) -> str:
    return f"{count(tried)} were tried on real data: {listed(said)}" if tried else "none was tried on real data yet"


def _segments(numbers: dict[str, int], states: Sequence[str]) -> tuple[Segment, ...]:
    return tuple(
        Segment(state=state, number=count(numbers[state]), share=str(numbers[state]), words=STATES[state])
        for state in states
        if numbers[state]
    )


def _findings(asked: Sequence[Asked], sources: Sequence[Source], states: Sequence[str]) -> tuple[Finding, ...]:
    return tuple(Finding(asked=item, text=_seen(item.lead, sources)) for item in asked if item.state in states)


def _seen(statement: Statement, sources: Sequence[Source]) -> str:
    """What the real data show, data set by data set."""
    parts = []
    for source in sources:
        entry = statement.entries.get(source.key)
        if source.real and entry is not None and mark_for(entry).group in ("agree", "against", "open"):
            parts.append(f"{source.data_of(entry)}: {effect_words(entry, statement, source, brief=True)}")
    return "; ".join(parts)


def _group(paper: Paper, asked: Sequence[Asked], sources: Sequence[Source], answers: dict[int, Answer]) -> Group:
    lines = [(item, _line(item, sources, answers[id(item)])) for item in asked if item.paper is paper]
    return Group(
        paper=paper,
        places=tuple(place for place, source in enumerate(sources) if source.judges(paper.name)),
        citation=citation(paper),
        lines=tuple(sorted((line for item, line in lines if item.kind == "effects"), key=_decided_first)),
        apart=tuple(line for item, line in lines if item.kind != "effects"),
    )


def _decided_first(line: Line) -> int:
    """What real data have decided comes first, then what they leave open, then the rest; each in the paper's order."""
    return next(place for place, states in enumerate(SHOWN_FIRST) if line.asked.state in states)


def _line(asked: Asked, sources: Sequence[Source], said: Answer) -> Line:
    lead = asked.lead
    entry = next(iter(lead.entries.values()), None)
    results = next((source.results for source in sources if source.key in lead.entries), None)
    printed = as_printed(entry, asked.paper, results=results).paper if entry is not None and results is not None else ""
    spots = _spots(lead, sources)
    measured = any(spot.kind != "paper" for spot in spots)
    return Line(
        asked=asked,
        answer=said,
        where=lead.claim.where.partition(";")[0],
        printed=printed,
        fields=tuple(_field(asked, source) for source in sources if source.judges(asked.paper.name)),
        spots=spots,
        note="" if spots and measured else "not measured yet" if spots else "no size to compare with",
        words=_searched([asked.question.name.replace("_", " "), *(text for item in asked.statements for text in _names(item))]),
    )


#: How the same is written elsewhere.
ELSEWHERE = (("isation", "ization"), ("colour", "color"), ("normalise", "normalize"), ("centre", "center"))


def _names(statement: Statement) -> tuple[str, str]:
    return statement.claim.statement, statement.id


def _searched(texts: Sequence[str]) -> str:
    """What the search of the page looks through: the words, ids of claims, and American spelling beside ours."""
    text = " ".join(texts)
    other = text
    for here, there in ELSEWHERE:
        other = other.replace(here, there)
    changed = [word for word, known in zip(other.split(), text.split(), strict=True) if word != known]
    return " ".join(dict.fromkeys([text, *changed]))


def _spots(lead: Statement, sources: Sequence[Source]) -> tuple[Spot, ...]:
    """The paper's effect, which is 1, and what was measured as a multiple of it."""
    found = [
        MULTIPLE_AXIS.spot(size, kind=f"s{position}", dashed=not source.real)
        for position, source in enumerate(sources)
        if (mark := lead.mark(source.key)) is not None
        and mark.group in ("agree", "against", "open")
        and (size := multiple_of(lead.entries[source.key])) is not None
    ]
    sized = any(getattr(entry, "d0", None) and entry.kind != "spread" for entry in lead.entries.values())
    paper = [MULTIPLE_AXIS.spot(Size(value=1.0), kind="paper")] if found or sized else []
    return (*found, *paper)


def _field(asked: Asked, source: Source) -> Field:
    lead = asked.lead
    marks = [(mark, item.claim.statement) for item in asked.statements if (mark := item.mark(source.key)) is not None]
    mark = lead.mark(source.key)
    none = ""
    if mark is None:
        none = "does not apply"
    elif mark.group in ("idle", "apart"):
        none = mark.short
    rest = [
        (found, item.claim.statement)
        for item in asked.statements
        if item is not lead and (found := item.mark(source.key)) is not None and found.group in ("agree", "against", "open")
    ]
    effect = ""
    if mark is not None and not none:
        effect = as_printed(deciding_entry(lead.entries[source.key], source.entries), asked.paper, results=source.results).ours
    if asked.kind != "effects" and marks:
        rest = sorted(
            (item for item in marks if item[0].group in ("agree", "against")), key=lambda item: ORDER.index(item[0].group)
        )
    return Field(
        source=source,
        mark=None if none else mark,
        effect=effect,
        own=source.is_papers_own(lead.id),
        further=tuple(sorted(rest, key=lambda item: ORDER.index(item[0].group))),
        none=none,
    )
