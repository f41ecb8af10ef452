"""One plot of an effect over all data sets, with the paper's own and what others measured, in relative change of error."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from repro.artifacts.judged import JudgedClaim, JudgedSized, JudgedSlope, JudgedSpread, Reproduction
from repro.report.pages.claim_cells import AT_LEAST
from repro.report.pages.printed_table import addresses
from repro.report.site.folders import Source
from repro.report.site.plots.sizes import (
    POINTS,
    POWER,
    RELATIVE,
    TIMES,
    Size,
    as_printed,
    axis_of,
    change_of_errors,
    printed_size,
    size_of,
    size_text,
    size_words,
)
from repro.report.site.plots.tracks import Spot, Tick, Track, track_of
from repro.report.site.standing import Asked, Mark, Statement, mark_for
from repro.report.text.formatting import listed
from repro.report.text.wording import CONFIDENCE
from repro.spec.terms.metrics import metric_named, unit_of

#: What an axis shows.
AXES = {
    RELATIVE: "Relative change of error: +5 % means that the other net makes five more errors for each hundred.",
    TIMES: "Times as many; 1 is no difference.",
    POINTS: "Difference in the metric's own unit, as the paper prints it.",
    POWER: "The power by which the error falls: +0.1 means that of twice as much 7 % fewer errors come.",
}


@dataclass(frozen=True, kw_only=True)
class PlotRow:
    """A row: who, on what, where the mark stands, and the number in words. tone: own, paper, other or none.

    generated: whether the data are.
    """

    label: str
    detail: str
    href: str
    tone: str
    spots: tuple[Spot, ...]
    value: str
    note: str
    mark: Mark | None = None
    generated: bool = False


@dataclass(frozen=True, kw_only=True)
class Plot:
    """Rows over one axis. band: half to twice the paper's effect, or what the verdict takes for reproduced."""

    title: str
    rows: tuple[PlotRow, ...]
    ticks: tuple[Tick, ...]
    zero: str
    band: tuple[str, str] | None
    caption: str
    further: bool = False


def plots_of(asked: Asked, sources: Sequence[Source]) -> tuple[Plot, ...]:
    """The plot of the statement that stands for the question, and of its others, axis by axis."""
    lead = _lead_plot(asked.lead, sources)
    rest = [item for item in asked.statements if item is not asked.lead and item.claim.kind not in ("level", "exact")]
    found = [lead] if lead is not None else []
    for axis in (RELATIVE, TIMES, POINTS, POWER):
        shown = [item for item in rest if _axis(item) == axis and _sizes(item, sources)]
        if axis == POINTS:
            units = dict.fromkeys(unit_of(item.claim.metric) for item in shown)
            alike = [[item for item in shown if unit_of(item.claim.metric) == unit] for unit in units]
            found += [_further_plot(items, sources, axis) for items in alike]
        elif shown:
            found.append(_further_plot(shown, sources, axis))
    return tuple(found)


#: The place of a source, the source, what was judged, and its size.
Measured = tuple[int, Source, JudgedClaim, Size]


def _axis(statement: Statement) -> str:
    entry = next(iter(statement.entries.values()), None)
    return axis_of(entry) if entry is not None else ""


def _sizes(statement: Statement, sources: Sequence[Source]) -> list[Measured]:
    """What was measured of a statement: the place of the source, the source, its entry and the size. A spread has no sign."""
    found: list[Measured] = []
    for place, source in enumerate(sources):
        entry = statement.entries.get(source.key)
        if entry is not None and not isinstance(entry, JudgedSpread) and (size := _asked_size(entry)) is not None:
            found.append((place, source, entry, size))
    return found


def _asked_size(entry: JudgedClaim) -> Size | None:
    """The size where it answers the statement: none of what cannot be asked of the data."""
    return size_of(entry) if mark_for(entry).group in ("agree", "against", "open") else None


def _lead_plot(lead: Statement, sources: Sequence[Source]) -> Plot | None:
    measured = _sizes(lead, sources)
    entry = next(iter(lead.entries.values()), None)
    if entry is None or (not measured and printed_size(entry) is None) or isinstance(entry, JudgedSpread):
        return None
    axis, paper = axis_of(entry), printed_size(entry)
    others = [(item, change) for item in entry.reproductions if (change := _change(item, axis)) is not None]
    near = [Size(value=change) for _, change in others]
    track = track_of([size for *_, size in measured] + near, [] if paper is None else [paper], kind=axis)
    rows = [_paper_row(lead, entry, track, paper)]
    for place, source in enumerate(sources):
        if source.key in lead.entries:
            rows.append(_source_row(lead, source, place, track))
    others.sort(key=lambda pair: not pair[0].same_quantity)
    found = addresses(lead.paper)
    rows += [_other_row(item, change, track, entry, href=found.get(item.who, "")) for item, change in others]
    arm, against = (_title(lead, name) for name in (entry.arm, entry.against))
    compared = f" Compared: {against} with {arm}." if against else f" Of {arm}." if arm else ""
    compared = f" Along {entry.along}." if isinstance(entry, JudgedSlope) else compared
    return Plot(
        title=lead.claim.statement,
        rows=tuple(rows),
        ticks=track.ticks,
        zero=track.zero,
        band=_band(entry, track),
        caption=f"{AXES[axis]}{compared} Bars are 90 % intervals over seeds; an arrow stands for what lies beyond the axis. "
        "Hollow squares are another quantity, for orientation.",
    )


def _title(lead: Statement, name: str) -> str:
    return f"“{lead.paper.variant(name).title}”" if name else ""


def _change(item: Reproduction, axis: str) -> float | None:
    """What somebody else measured, on the axis."""
    if item.effect is None or item.log_ratio is None:
        return None
    return {RELATIVE: change_of_errors(item.log_ratio), TIMES: math.exp(item.log_ratio), POINTS: item.effect, POWER: None}[axis]


def _paper_row(lead: Statement, entry: JudgedClaim, track: Track, paper: float | None) -> PlotRow:
    data = lead.paper.data_words(lead.claim.dataset)
    printed = "" if paper is None else size_text(paper, axis=track.kind, claim=entry)
    points = getattr(entry, "paper_delta", None)
    return PlotRow(
        label="The paper",
        detail=", ".join(filter(None, [lead.claim.where.partition(";")[0], data])),
        href="",
        tone="paper",
        spots=() if paper is None else (track.spot(Size(value=paper), kind="paper"),),
        value=printed or "no size printed",
        note=size_text(points, axis=POINTS, claim=entry) if points is not None and track.kind == RELATIVE else "",
    )


def _source_row(lead: Statement, source: Source, place: int, track: Track) -> PlotRow:
    entry = lead.entries[source.key]
    size, mark = _asked_size(entry), mark_for(entry)
    n = getattr(entry, "n", {})
    seeds = " and ".join(str(n[name]) for name in entry.chosen if name in n) if size is not None else ""
    kind = "the paper's own data" if source.is_papers_own(lead.id) else "real data" if source.real else "generated, no evidence"
    printed = as_printed(entry, lead.paper, results=source.results)
    return PlotRow(
        label=source.data_of(entry),
        detail=", ".join(filter(None, [kind, f"{seeds} seeds" if seeds else ""])),
        href=f"#{entry.id}",
        tone="own" if size is not None else "none",
        spots=() if size is None else (track.spot(size, kind=f"s{place}", dashed=not source.real),),
        value=_value(entry, size, track, printed.ours) if size is not None else mark.short,
        note=printed.ours if size is not None and track.kind == RELATIVE else "",
        mark=mark if size is not None else None,
        generated=not source.real,
    )


def _value(entry: JudgedClaim, size: Size, track: Track, printed: str) -> str:
    """A size with its interval; a bound, as of runs that never got there, as it is printed."""
    return printed if printed.startswith(AT_LEAST) else size_words(size, axis=track.kind, claim=entry)


def _other_row(item: Reproduction, change: float, track: Track, entry: JudgedClaim, *, href: str) -> PlotRow:
    effect = item.effect or 0.0
    return PlotRow(
        label=item.who,
        detail="; ".join(filter(None, [item.protocol, item.note, "" if item.same_quantity else "another quantity"])),
        href=href,
        tone="other",
        spots=(track.spot(Size(value=change), kind="other" if item.same_quantity else "loose"),),
        value=size_text(change, axis=track.kind, claim=entry),
        note=CONFIDENCE.get(item.confidence, "") if track.kind != RELATIVE else size_text(effect, axis=POINTS, claim=entry),
    )


def _band(entry: JudgedClaim, track: Track) -> tuple[str, str] | None:
    """Where an interval reproduces the paper's size, on the axis; None where that is decided on another scale."""
    if not isinstance(entry, JudgedSized) or entry.band is None:
        return None
    low, high = entry.band
    change = {RELATIVE: math.expm1, TIMES: math.exp, POINTS: float, POWER: float}[track.kind]
    on_axis = entry.decided_on == "points" if track.kind == POINTS else entry.decided_on == "log_ratio"
    if not on_axis:
        return None
    return track.band(change(low), track.axis.high if high is None else change(high))


def _further_plot(statements: Sequence[Statement], sources: Sequence[Source], axis: str) -> Plot:
    """A row for each of the question's other statements that was measured."""
    sizes, papers = [], []
    for item in statements:
        sizes += [size for *_, size in _sizes(item, sources)]
        entry = next(iter(item.entries.values()))
        papers += [value for value in [printed_size(entry)] if value is not None]
    track = track_of(sizes, papers, kind=axis)
    unit = metric_named(statements[0].claim.metric).title if axis == POINTS and len(statements) == 1 else ""
    return Plot(
        title=f"The same question in other words{': ' + unit if unit else ''}",
        rows=tuple(_further_row(item, sources, track) for item in statements),
        ticks=track.ticks,
        zero=track.zero,
        band=None,
        caption=f"{AXES[axis]} Diamonds are what the paper prints.",
        further=True,
    )


def _further_row(item: Statement, sources: Sequence[Source], track: Track) -> PlotRow:
    entry = next(iter(item.entries.values()))
    paper = printed_size(entry)
    found = _sizes(item, sources)
    behind = sorted(found, key=lambda item: item[1].real)  # generated data lie behind real ones
    spots = [track.spot(size, kind=f"s{place}", dashed=not source.real) for place, source, _, size in behind]
    said = [f"{source.data_of(of)} {size_text(size.value, axis=track.kind, claim=of)}" for _, source, of, size in found]
    return PlotRow(
        label=item.claim.statement,
        detail=item.id,
        href=f"#{item.id}",
        tone="more",
        spots=(*spots, *([track.spot(Size(value=paper), kind="paper")] if paper is not None else [])),
        value=listed(said),
        note=f"paper {size_text(paper, axis=track.kind, claim=entry)}" if paper is not None else "no size printed",
    )
