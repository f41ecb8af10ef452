"""Count verdicts for a page: what is decided of the judgeable claims, and apart what is no question here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from repro.analyse.evidence.verdict import (
    ANSWERS,
    DID_NOT_TRAIN,
    EXACT_FAIL,
    EXACT_PASS,
    HOLDING,
    INCOMPLETE,
    INCONCLUSIVE,
    INVALID,
    NO_QUESTION,
    NOT_COMPARABLE,
    POST_HOC,
    REFUTING,
    UNTESTABLE,
)
from repro.artifacts.judged import JudgedClaim
from repro.report.inputs.results import Results
from repro.report.pages.setting import setting, table_page_path
from repro.report.text import wording
from repro.report.text.formatting import count, counted
from repro.report.text.tables import Cell, Column, Row, TableView
from repro.report.text.wording import VerdictWords
from repro.spec.experiment import Paper, Table


@dataclass(frozen=True, kw_only=True)
class VerdictCount:
    """How many claims have a verdict."""

    words: VerdictWords
    number: str


@dataclass(frozen=True, kw_only=True)
class Tally:
    """The verdicts of some claims. apart: those of claims that are not judgeable here."""

    headline: str
    counts: tuple[VerdictCount, ...]
    apart: tuple[VerdictCount, ...]


def tally(claims: Sequence[JudgedClaim]) -> Tally:
    """Count `claims` by verdict."""
    verdicts = [claim.verdict for claim in claims]
    number = {name: verdicts.count(name) for name in wording.VERDICTS}
    found = {name: VerdictCount(words=wording.VERDICTS[name], number=count(num)) for name, num in number.items() if num}
    decided, judgeable = sum(number[name] for name in ANSWERS), len(claims) - sum(number[name] for name in NO_QUESTION)
    return Tally(
        headline=headline(decided, judgeable) if claims else "No claim has been judged yet",
        counts=tuple(item for name, item in found.items() if name not in NO_QUESTION),
        apart=tuple(item for name, item in found.items() if name in NO_QUESTION),
    )


#: Verdicts of claims of which nothing was decided because nothing was run, or nothing can be asked here.
APART = (*NO_QUESTION, INCOMPLETE)
#: What is said of printed levels.
LEVELS = "which only the paper's own data can tell"


def apart_words(verdicts: Sequence[str]) -> str:
    """What the claims are that are told apart from the others; "" if there is none."""
    said = {
        NOT_COMPARABLE: (f"printed level, {LEVELS}", f"printed levels, {LEVELS}"),
        INCOMPLETE: ("claim whose runs are not there", "claims whose runs are not there"),
        UNTESTABLE: ("claim that cannot be tested here", "claims that cannot be tested here"),
        "not run": ("net that was not run", "nets that were not run"),
    }
    found = {name: verdicts.count(name) for name in said}
    return "; ".join(counted(num, *said[name]) for name, num in found.items() if num)


def standing(claims: Sequence[JudgedClaim], *, data: str) -> str:
    """What the claims of one scale come to, in a sentence: of those tried, how many go which way."""
    verdicts = [claim.verdict for claim in claims if claim.verdict not in (EXACT_PASS, EXACT_FAIL)]
    tried = [name for name in verdicts if name in (*HOLDING, *REFUTING, INCONCLUSIVE, DID_NOT_TRAIN, POST_HOC, INVALID)]
    agree, against = (sum(name in group for name in tried) for group in (HOLDING, REFUTING))
    open_ = len(tried) - agree - against
    if not tried:
        return f"No claim that nets must be trained for was tried on {data}."
    said = f"{count(len(tried))} claims were tried on {data}: {count(agree)} go the paper's way, {count(against)} do not"
    sensitive = sum(claim.tuning_sensitive for claim in claims)
    hang = f" {count(sensitive)} of these verdicts {'is' if sensitive == 1 else 'are'} tuning-sensitive." if sensitive else ""
    return (f"{said}, {count(open_)} cannot be told yet." if open_ else f"{said}.") + hang


def headline(decided: int, judgeable: int) -> str:
    """How many of the judgeable claims are decided."""
    if not judgeable:
        return "No claim is judgeable here"
    return f"{count(decided)} of {count(judgeable)} judgeable claim{'s' * (judgeable != 1)} decided"


def overview(paper: Paper, groups: Sequence[tuple[Table | None, Sequence[JudgedClaim]]], *, results: Results) -> TableView:
    """One line a page: how many claims, and how many of them have each verdict that occurs."""
    verdicts = [name for name in wording.VERDICTS if any(claim.verdict == name for _, claims in groups for claim in claims)]
    columns = (
        Column(key="page", title="Page", group="Page"),
        Column(key="where", title="In the paper", group="Page"),
        Column(key="claims", title="Claims", group="Claims", kind="number"),
        Column(key="decided", title="Decided", group="Decided of judgeable", kind="number"),
        Column(key="judgeable", title="Judgeable", group="Decided of judgeable", kind="number", label="of", inline=True),
        *[
            Column(key=name, title=name, group=f"{wording.VERDICTS[name].symbol} {name.lower()}", kind="number")
            for name in verdicts
        ],
        *[Column(key="still", title="Still to run", group="Still to run")] * bool(results.left),
    )
    rows = []
    for table, claims in groups:
        number = {name: sum(claim.verdict == name for claim in claims) for name in verdicts}
        found = [claim.verdict for claim in claims]
        judgeable = sum(name not in NO_QUESTION for name in found)
        href = table_page_path(paper.name, table.name) if table else ""
        cells = {
            "page": Cell(text=table.title if table else "On no page", href=href),
            "where": Cell(text=table.where if table else ""),
            "claims": Cell(text=count(len(claims)), href=f"#{group_anchor(paper, table)}" if claims else ""),
            "decided": Cell(text=count(sum(name in ANSWERS for name in found)) if judgeable else ""),
            "judgeable": Cell(text=count(judgeable) if judgeable else ""),
            **{name: Cell(text=count(num) if num else "") for name, num in number.items()},
        }
        if results.left:
            cells["still"] = Cell(text=results.still_to_run(paper.name, table.variants) if table else "")
        rows.append(Row(cells=cells))
    here = setting(results, paper=paper.name).sentence
    caption = f"Pages of {paper.authors} ({paper.year}) and the verdicts on their claims; {here}."
    return TableView(name=f"{paper.name}_overview", caption=caption, columns=columns, rows=tuple(rows))


def group_anchor(paper: Paper, table: Table | None) -> str:
    """What the claims of a page are called on the index."""
    return f"claims-{table.name if table else paper.name}"
