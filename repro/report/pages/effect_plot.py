"""Turn claims and effects of claims.json into lines of the effect plot, and these into a table of what is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from repro.artifacts.claims_json import MeasuredEffect
from repro.artifacts.judged import Estimated, Interval, JudgedClaim, JudgedEffect, JudgedWithin
from repro.report.drawing.plots import REPRODUCTION_MARKERS, Bar, EffectPanel, EffectRow
from repro.report.text.formatting import Digits, fixed
from repro.report.text.tables import Cell, Column, Row, TableView, interval
from repro.spec.terms.metrics import unit_of
from repro.spec.terms.units import PERCENT

#: The two scales of the plot: over its panels, and in its table.
SCALES = (("points", "effect, points of error"), ("log_ratio", "effect, log error ratio"))
SCALE_TITLES = {"points": "points of error", "log_ratio": "log error ratio"}


def effect_row(
    entry: JudgedEffect | JudgedWithin | MeasuredEffect,
    *,
    label: str,
    markers: Mapping[str, str],
    seeds: tuple[float, ...],
    detail: str,
) -> EffectRow | None:
    """The line of the effect plot for a claim or an effect; None if it has no estimate in points of error.

    seeds: effects of single runs in fractions. markers: the sign of each author of a reproduction.
    """
    if entry.points is None or unit_of(entry.metric) != PERCENT:
        return None
    points = EffectPanel(ours=_bar(entry.points, factor=100, seeds=seeds), paper=None, smallest=None, reproductions=())
    on_ratio = _bar(entry.log_ratio, factor=1, seeds=()) if entry.log_ratio else None
    log_ratio = EffectPanel(ours=on_ratio, paper=None, smallest=None, reproductions=())
    if not isinstance(entry, MeasuredEffect):
        others = [(markers[item.who], item) for item in entry.reproductions if item.same_quantity and item.effect is not None]
        smallest = {entry.decided_on: entry.smallest_effect}
        points = EffectPanel(
            ours=points.ours,
            paper=_times(100, entry.paper_delta),
            smallest=_times(100, smallest.get("points") or None),
            reproductions=tuple((marker, 100 * item.effect) for marker, item in others if item.effect is not None),
        )
        log_ratio = EffectPanel(
            ours=on_ratio,
            paper=entry.paper_log_ratio,
            smallest=smallest.get("log_ratio"),
            reproductions=tuple((marker, item.log_ratio) for marker, item in others if item.log_ratio is not None and on_ratio),
        )
    return EffectRow(label=label, detail=detail, panels={"points": points, "log_ratio": log_ratio})


def _times(factor: float, value: float | None) -> float | None:
    return None if value is None else factor * value


def _bar(part: Estimated, *, factor: float, seeds: tuple[float, ...]) -> Bar:
    def ends(pair: Interval | None) -> Interval | None:
        return None if pair is None else (factor * pair[0], factor * pair[1])

    return Bar(
        estimate=factor * part.estimate,
        ci90=ends(part.ci90),
        ci95=ends(part.ci95),
        seeds=tuple(factor * seed for seed in seeds),
    )


def reproduction_markers(claims: Iterable[JudgedClaim]) -> dict[str, str]:
    """A marker for each author of a reproduction that is drawn, in the order of the claims."""
    drawn = (item for claim in claims for item in claim.reproductions if item.same_quantity and item.effect is not None)
    authors = dict.fromkeys(item.who for item in drawn)
    return {who: REPRODUCTION_MARKERS[i % len(REPRODUCTION_MARKERS)] for i, who in enumerate(authors)}


def plotted_view(plot: Sequence[tuple[EffectRow, Digits]], *, caption: str) -> TableView:
    """The numbers behind the effect plot, one line a row and scale."""
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
        for scale, title in SCALE_TITLES.items():
            panel, decimals = row.panels[scale], digits.points if scale == "points" else digits.log_ratio
            ours = panel.ours
            cells = {
                "row": Cell(text=f"{row.label}: {row.detail}"),
                "scale": Cell(text=title),
                "here": Cell(text=fixed(ours.estimate if ours else None, decimals=decimals, signed=True)),
                "ci90": _interval(ours.ci90 if ours else None, decimals=decimals),
                "ci95": _interval(ours.ci95 if ours else None, decimals=decimals),
                "paper": Cell(text=fixed(panel.paper, decimals=decimals, signed=True)),
                "smallest": Cell(text=fixed(panel.smallest, decimals=decimals)),
            }
            rows.append(Row(cells=cells))
    return TableView(name="plotted", caption=caption, columns=columns, rows=tuple(rows))


def _interval(pair: Interval | None, *, decimals: int) -> Cell:
    return interval(*(fixed(end, decimals=decimals, signed=True) for end in pair)) if pair else Cell()
