"""Lay out a table as the paper printed it, ours beside each of its numbers, and below it what others measured of its rows."""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from repro.analyse.evidence.verdict import INCOMPLETE, INVALID, NOT_COMPARABLE, UNTESTABLE
from repro.artifacts.judged import Estimated, Interval, JudgedByRuns, JudgedClaim, JudgedEffect, JudgedExact, JudgedLevel
from repro.artifacts.run_json import RunJson
from repro.report.inputs.results import Results
from repro.report.pages import claim_cells as claim_rows
from repro.report.pages.setting import num_examples, relative, run_page_path, setting, table_page_path
from repro.report.pages.variants import variant_anchor
from repro.report.text import formatting, wording
from repro.report.text.brief import brief_printed
from repro.report.text.formatting import count, fixed
from repro.report.text.hits import claim_as_shown, complement, shows_hits
from repro.report.text.tables import Cell, Column, Row, TableView
from repro.report.text.units import measured_text, printed_text
from repro.spec.experiment import Paper, Table
from repro.spec.terms.metrics import metric_named, unit_of
from repro.spec.terms.units import PRECISION
from repro.system.durations import duration

#: What the rows of a printed table are, by what stands after the point of its metric.
HEADINGS = {"class": "Class", "group": "Group of classes"}
#: What stands open of a reason that is that of the row above.
AS_ABOVE = "as above"
#: What stands in place of our number where there is none, by verdict.
NOTHING = {UNTESTABLE: "cannot be tested", NOT_COMPARABLE: "nothing measured", INCOMPLETE: "not run yet", INVALID: "no valid run"}

Claims = Sequence[JudgedClaim]


@dataclass(frozen=True, kw_only=True)
class Number:
    """A number of the printed table: the paper's and ours, as the page prints them. signed: it is a difference."""

    claim: JudgedClaim
    paper: float | None
    ours: Estimated | None
    sd: float | None
    signed: bool = False


def printed_claims(table: Table, claims: Claims) -> list[JudgedClaim]:
    """Those claims that are numbers of a printed table, in the page's order."""
    return sorted((claim for claim in claims if claim.row), key=lambda claim: table.claims.index(claim.id))


def printed_view(paper: Paper, table: Table, claims: Claims, *, results: Results) -> TableView | None:
    """The paper's table with the rows and columns that it printed, ours beside; None if no claim says where it stands."""
    printed = printed_claims(table, claims)
    if not printed:
        return None
    titles = columns_of(printed)
    heading = HEADINGS.get(metric_named(printed[0].metric).parameter, "Model")
    columns = (
        Column(key="model", title=heading, group=heading),
        Column(key="variant", title="Variant", group=heading),
        *[column for title in titles for column in _number_columns(title)],
        Column(key="evidence", title="Evidence", group="Runs"),
        Column(key="cost", title="Time and memory", group="Runs"),
        Column(key="runs", title="Runs", group="Runs"),
        Column(key="reason", title="Why", group="Why"),
    )
    unasked = all(claim.verdict == UNTESTABLE for claim in printed)
    if unasked:  # the paper's numbers stand alone, and one sentence says why
        columns = tuple(replace(column, only_csv=not _is_the_papers(column)) for column in columns)
    rows: list[Row] = []
    last = ""
    for model in dict.fromkeys(claim.row for claim in printed):
        by_title = {claim.column: claim for claim in printed if claim.row == model}
        cells = _row_cells(model, by_title, titles=titles, paper=paper, table=table, results=results)
        brief = cells["reason"].brief
        cells["reason"] = replace(cells["reason"], brief=AS_ABOVE if brief == last else brief)
        last = brief
        rows.append(Row(cells={column.key: cells[column.key] for column in columns}))
    where = printed[0].where.partition(";")[0]
    here = setting(results, paper=paper.name, table=table).sentence
    caption = f"{where}, as {paper.authors} ({paper.year}) printed it, and here: {here}.{_unasked_words(printed)}"
    measured = "mean over the n seeds ± their standard deviation, and the 90 % interval of the mean"
    cut = ", cut off at 0 and 100 % where it goes beyond" if metric_named(printed[0].metric).is_test_error else ""
    notes = (
        f"{_unit_words(printed, table)} Here: {measured}{cut}.",
        "The time is that of training or fitting, of an average that of its members; memory is the most that a process had.",
        "A number here is compared with the printed one only where it was measured on the paper's own data.",
    )
    return TableView(name=table.name, caption=caption, columns=columns, rows=tuple(rows), notes=notes)


def _is_the_papers(column: Column) -> bool:
    return column.key in ("model", "variant") or column.key.endswith(".paper")


def _unasked_words(claims: Claims) -> str:
    """Why none of the printed numbers can be asked for here; "" where one can."""
    if any(claim.verdict != UNTESTABLE for claim in claims):
        return ""
    reasons = list(dict.fromkeys(claim.reason for claim in claims))
    alike = "" if len(reasons) == 1 else " So, or alike, of the others: each reason stands in the CSV file."
    return f" None of these numbers can be tested on these data. {reasons[0]}{alike}"


def printed_as_set(view: TableView, claims: Claims) -> TableView:
    """A printed table of `claims` as a paper sets it: its own columns, ours beside each."""
    titles = columns_of([claim for claim in claims if claim.row])
    units = next(note for note in view.notes if " Here: " in note).partition(" Here: ")[0]
    set_so = replace(view, notes=(f"{units} Here: mean over seeds ± their standard deviation.",))
    return brief_printed(set_so, titles={_slug(title): title for title in titles}, heading=view.columns[0].title)


def printed_number(claim: JudgedClaim, table: Table) -> Number:
    """The number that a claim is about: a value, or what the page's other variant gains over its control.

    Where more is better a claim's arm is the net that has less, so that its effect is always positive; a gain is below 0 where
    the other is said to lose.
    """
    claim = claim_as_shown(claim, table)
    match claim:
        case JudgedLevel():
            sd = claim.sds.get(claim.arm)
            return Number(claim=claim, paper=claim.paper_value, ours=claim.deciding, sd=sd)
        case JudgedExact():
            return Number(claim=claim, paper=claim.paper_value, ours=claim.deciding, sd=None)
        case JudgedEffect() if claim.paper_delta is not None:
            sign = 1 if claim.arm == table.control else -1
            return Number(claim=claim, paper=sign * claim.paper_delta, ours=_turned(claim.points, sign), sd=None, signed=True)
        case _:
            raise ValueError(f"claim {claim.id} of kind {claim.kind} prints no number for row {claim.row!r}; give it no row")


def _turned(part: Estimated | None, sign: int) -> Estimated | None:
    if part is None or sign == 1:
        return part

    def ends(pair: Interval | None) -> Interval | None:
        return None if pair is None else (-pair[1], -pair[0])

    return Estimated(estimate=-part.estimate, ci90=ends(part.ci90), ci95=ends(part.ci95))


def _unit_words(claims: Claims, table: Table) -> str:
    """What the numbers of the printed table are."""
    if table.shows == "hits":
        return "Hits in percent: 100 less the error that claims and runs hold."
    units = {unit_of(claim.metric) for claim in claims}
    if isinstance(claims[0], JudgedEffect):
        return f"What {_other(table)} gains over {table.control} in average precision, from 0 to 1; below 0 it loses."
    return "Average precisions, 0 to 1." if units == {PRECISION} else "Errors in percent."


def _other(table: Table) -> str:
    return next((name for name in table.variants if name != table.control), table.control)


def columns_of(claims: Claims) -> list[str]:
    """The printed columns in the order of the row that has most of them."""
    rows: dict[str, list[str]] = {}
    for claim in claims:
        rows.setdefault(claim.row, []).append(claim.column)
    return list(dict.fromkeys([*max(rows.values(), key=len), *(title for row in rows.values() for title in row)]))


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")


def _number_columns(title: str) -> tuple[Column, ...]:
    """The columns of one printed column: the paper's number, ours with its spread, and the verdict."""
    slug, here = _slug(title), f"{title}, here"
    return (
        Column(key=f"{slug}.paper", title=f"{title}, paper", group=f"{title}, paper", kind="number", over=title),
        Column(key=f"{slug}.here", title=f"{title}, here", group=here, kind="number", over=title),
        Column(key=f"{slug}.sd", title=f"{title}, sd", group=here, kind="number", label="±", over=title),
        Column(key=f"{slug}.n", title=f"{title}, n", group=here, kind="number", label="· n =", inline=True, over=title),
        Column(key=f"{slug}.ci90", title=f"{title}, 90 % interval", group=here, kind="interval", over=title),
        Column(key=f"{slug}.none", title=f"{title}, no number", group=here, over=title),
        Column(key=f"{slug}.verdict", title=f"{title}, verdict", group=here, kind="verdict", over=title),
    )


def _row_cells(
    model: str, by_title: Mapping[str, JudgedClaim], *, titles: Sequence[str], paper: Paper, table: Table, results: Results
) -> dict[str, Cell]:
    claims = list(by_title.values())
    arms = {claim.arm for claim in claims if claim.arm and not claim.against}
    arm = arms.pop() if len(arms) == 1 else ""
    page = table_page_path(paper.name, table.name)
    runs = dict.fromkeys(run for claim in claims for run in claim.runs if run in results.runs)
    cells = {
        "model": Cell(text=model),
        "variant": Cell(text=arm, href=f"#{variant_anchor(arm)}" if arm in table.variants else ""),
        "evidence": Cell(text=claims[0].evidence if runs else ""),
        "cost": Cell(text=_cost([results.runs[run].record for run in runs])),
        "runs": Cell(
            links=claim_rows.run_links(list(runs), hrefs={run: relative(run_page_path(run), page=page) for run in runs})
        ),
        "reason": Cell(
            text=_reasons({title: claim.reason for title, claim in by_title.items()}),
            brief=_reasons({title: claim.brief or claim.reason for title, claim in by_title.items()}),
        ),
    }
    for title in titles:
        number = printed_number(by_title[title], table) if title in by_title else None
        cells |= _number_cells(_slug(title), number, paper=paper, results=results)
    return cells


def _cost(records: Sequence[RunJson]) -> str:
    """What a run took: its mean time of training or fitting, of all members of an average, and most memory."""
    times = [record.costs.train_s for record in records if record.costs.train_s]
    peaks = [record.costs.peak_mib for record in records if record.costs.peak_mib]
    if not times:
        return ""
    memory = f", {fixed(max(peaks) / 1024, decimals=1)} GiB" if peaks else ""
    return f"{duration(statistics.fmean(times))} a run{memory}"


def _number_cells(slug: str, number: Number | None, *, paper: Paper, results: Results) -> dict[str, Cell]:
    parts = ("paper", "here", "sd", "n", "ci90", "none", "verdict")
    cells = {f"{slug}.{part}": Cell() for part in parts}
    if number is None:
        return cells
    claim, unit = number.claim, unit_of(number.claim.metric)
    digits = formatting.digits(num_examples(claim.metric, claim.protocol, claim.arm, paper=paper.name, results=results))
    ours = claim_rows.value_cells(number.ours, metric=claim.metric, digits=digits, signed=number.signed)
    verdict = claim_rows.verdict_cells(claim)["verdict"]
    seeds = claim.n.get(claim.arm) if number.ours and isinstance(claim, JudgedByRuns) else None
    return cells | {
        f"{slug}.paper": Cell(text=printed_text(unit, number.paper, signed=number.signed), strong=True, anchor=claim.id),
        f"{slug}.here": Cell(text=ours["estimate"].text, strong=True),
        f"{slug}.sd": Cell(text=measured_text(unit, number.sd, decimals=digits.points)),
        f"{slug}.n": Cell(text=count(seeds)),
        f"{slug}.ci90": ours["estimate_ci90"],
        f"{slug}.none": Cell(text="" if number.ours else _nothing(claim, paper=paper, results=results)),
        f"{slug}.verdict": Cell(text=verdict.text, symbol=verdict.symbol, tone=verdict.tone, sort=verdict.sort),
    }


def _nothing(claim: JudgedClaim, *, paper: Paper, results: Results) -> str:
    """Why there is no number of ours: there are no runs, or what the verdict says."""
    arm = claim.arm
    if arm and not results.of_variant(paper.name, arm) and paper.scale(results.scale).has(paper.family(arm)):
        return NOTHING[INCOMPLETE]
    return NOTHING.get(claim.verdict, "no number")


def _reasons(reasons: Mapping[str, str]) -> str:
    """The reasons of a row's verdicts, by column: once where they are the same, else with the columns that have it."""
    about: dict[str, list[str]] = {}
    for title, reason in reasons.items():
        about.setdefault(reason, []).append(title)
    if len(about) == 1:
        return next(iter(about))
    return " ".join(f"{' and '.join(titles)}: {reason}" for reason, titles in about.items() if reason)


def printed_others_view(paper: Paper, table: Table, claims: Claims) -> TableView | None:
    """What others measured of the printed rows, in the same columns, with protocol; None if nobody did."""
    printed = printed_claims(table, claims)
    measured = {claim.column for claim in printed if claim.reproductions}
    if not measured:
        return None
    titles = [title for title in columns_of(printed) if title in measured]
    columns = (
        Column(key="model", title="Model", group="Model"),
        Column(key="who", title="Who", group="Who"),
        Column(key="protocol", title="Protocol", group="Protocol"),
        *[Column(key=_slug(title), title=f"{title}, %", group=f"{title}, %", kind="number") for title in titles],
        Column(key="confidence", title="Source", group="Source"),
        Column(key="note", title="Note", group="Note"),
    )
    lines: dict[tuple[str, ...], dict[str, Cell]] = {}
    for claim in printed:
        for item in claim.reproductions:
            note = item.note if item.same_quantity else f"not the same quantity: {item.note}"
            line = (claim.row, item.who, item.protocol, item.confidence, note)
            shown = complement(item.control) if shows_hits(table, claim.metric) else item.control
            value = Cell(text=printed_text(unit_of(claim.metric), shown))
            lines.setdefault(line, {})[_slug(claim.column)] = value
    rows: list[Row] = []
    models = [claim.row for claim in printed]
    found = addresses(paper)
    for key in sorted(lines, key=lambda key: models.index(key[0])):
        names = dict(zip(("model", "who", "protocol", "confidence", "note"), (Cell(text=text) for text in key), strict=True))
        names["who"] = Cell(text=key[1], href=found.get(key[1], ""))
        cells = {column.key: (names | lines[key]).get(column.key, Cell()) for column in columns}
        rows.append(Row(cells=cells, again=bool(rows) and rows[-1].cells["model"].text == key[0]))
    where = printed[0].where.partition(";")[0]
    caption = f"Independent measurements of the rows of {where}, each with its own protocol."
    notes = confidence_notes(row.cells["confidence"].text for row in rows)
    return TableView(name=f"{table.name}_others", caption=caption, columns=columns, rows=tuple(rows), notes=notes)


def addresses(paper: Paper) -> dict[str, str]:
    """Where what others measured is found, by who did."""
    return {item.who: item.url for claim in paper.claims for item in claim.reproductions if item.url}


def confidence_notes(letters: Iterable[str]) -> tuple[str, ...]:
    """What the letters of a table stand for."""
    known = [letter for letter in wording.CONFIDENCE if letter in set(letters)]
    said = "; ".join(f"{letter}: {wording.CONFIDENCE[letter]}" for letter in known)
    return (f"Source, how a number was read. {said}.",) if said else ()
