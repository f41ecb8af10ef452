"""Make the page of calibration from `calibration.json`: summaries, drawings and tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from markupsafe import Markup

from repro.artifacts.calibration_json import CalibrationJson, PageSpreads, Share
from repro.report.calibration.charts import BarRow, SeedRow, ShareRow, seed_chart, share_chart, verdict_chart
from repro.report.calibration.rows import (
    FALSE,
    HELD,
    alone_table,
    chances_table,
    coverage_table,
    headline_metric,
    planted_table,
    spreads_table,
)
from repro.report.inputs.results import Results
from repro.report.pages.setting import Fact, Setting, measure, setting
from repro.report.text.formatting import count, counted, listed, percent
from repro.report.text.tables import TableView
from repro.spec.terms.metrics import unit_of

#: Where the page stands below `reports/<scale>/`, and the file of its numbers beside it.
PAGE = "calibration.html"
#: The share of 95 % intervals that lie wholly below the truth. The longest label of a drawing.
TAIL, LABEL_LETTERS = 0.025, 62
SCALES = {"points": "points", "log_ratio": "relative change"}


@dataclass(frozen=True, kw_only=True)
class SpreadView:
    """The arms of a page, drawn and as a table. note: what is marked."""

    title: str
    note: str
    chart: Markup
    table: TableView


@dataclass(frozen=True, kw_only=True)
class CalibrationPage:
    """The page. A summary says in one sentence what its section shows; a chart is empty where there is nothing to draw."""

    setting: Setting
    facts: tuple[Fact, ...]
    alone_summary: str
    alone_chart: Markup
    alone: TableView
    planted_summary: str
    planted: TableView
    coverage_summary: str
    coverage_chart: Markup
    coverage: TableView
    chances_summary: str
    chances_charts: tuple[tuple[str, Markup], ...]
    chances: TableView
    spreads_summary: str
    spreads: tuple[SpreadView, ...]


def calibration_page(found: CalibrationJson, *, results: Results) -> CalibrationPage:
    """What the page shows."""
    facts = (
        Fact(term="Scale", text=found.scale),
        Fact(term="A variant against itself", text=_alone_short(found)),
        Fact(term="Planted effects", text=_planted_short(found)),
        Fact(term="Coverage of 90 % intervals", text=_coverage_short(found)),
        Fact(term="Drawn", text=f"{count(found.most_tables)} tables, {count(found.draws)} a claim, seed {found.seed}"),
    )
    return CalibrationPage(
        setting=setting(results),
        facts=facts,
        alone_summary=_alone_words(found),
        alone_chart=_alone_chart(found),
        alone=alone_table(found.alone),
        planted_summary=_planted_words(found),
        planted=planted_table(found.planted),
        coverage_summary=_coverage_words(found),
        coverage_chart=_coverage_chart(found),
        coverage=coverage_table(found.covered),
        chances_summary=_chances_words(found),
        chances_charts=tuple((paper, _chances_chart(found, paper)) for paper in found.papers if _chances_of(found, paper)),
        chances=chances_table(found.chances),
        spreads_summary=_spreads_words(found),
        spreads=tuple(_spread_view(one) for one in headline_metric(found.spreads)),
    )


def _cut(label: str) -> str:
    return label if len(label) <= LABEL_LETTERS else f"{label[: LABEL_LETTERS - 1].rstrip()}…"


def _alone_short(found: CalibrationJson) -> str:
    num, of = (sum(getattr(one.false, key) for one in found.alone) for key in ("num", "of"))
    return f"{percent(num / of, decimals=1)} % false, 10 % allowed" if of else "no variant has seeds enough"


def _alone_words(found: CalibrationJson) -> str:
    if not found.alone:
        return "No variant of a page has twice as many seeds as are planned, so that two sets of them could be compared."
    num, of = (sum(getattr(one.false, key) for one in found.alone) for key in ("num", "of"))
    above = sum(one.false.ci95[0] > FALSE for one in found.alone)
    return (
        f"{count(num)} of {count(of)} comparisons of a variant with itself gave a verdict that says there is an effect: "
        f"{percent(num / of, decimals=1)} %, where the two sides of 5 % allow 10 %. "
        f"{counted(above, 'line is', 'lines are')} above by more than the interval."
    )


def _shares_chart(
    shares: Iterable[tuple[str, Share]], *, nominal: float, title: str, name: str, span: tuple[float, float]
) -> Markup:
    """Shares with their intervals, a line each; nothing where there is none."""
    rows = [ShareRow(label=_cut(label), value=one.value, low=one.ci95[0], high=one.ci95[1]) for label, one in shares]
    return Markup(share_chart(rows, nominal=nominal, title=title, figure_id=name, span=span)) if rows else Markup("")


def _alone_chart(found: CalibrationJson) -> Markup:
    shares = [
        (f"{one.table}, {one.variant}, {SCALES[one.decided_on]}: {measure(one.metric, one.protocol)}", one.false)
        for one in found.alone
    ]
    title = "Share of false verdicts of a variant against itself"
    return _shares_chart(shares, nominal=FALSE, title=title, name="alone", span=(0.0, 0.4))


def _planted_short(found: CalibrationJson) -> str:
    certain = [one for one in found.planted if one.agrees is not None]
    if not certain:
        return "none are run at this scale"
    return f"{count(sum(bool(one.agrees) for one in certain))} of {count(len(certain))} found"


def _planted_words(found: CalibrationJson) -> str:
    if not found.planted:
        return "No planted effect is run at this scale."
    missed = [one.variant for one in found.planted if one.agrees is False]
    said = f"Missed: {listed(missed)}." if missed else "None is missed."
    return f"{counted(len(found.planted), 'effect')} of which the size, the sign or the absence is known. {said}"


def _coverage_short(found: CalibrationJson) -> str:
    if not found.covered:
        return "no page has an interval"
    kinds = dict.fromkeys(one.kind for one in found.covered)
    return ", ".join(f"{kind} {percent(_of_kind(found, kind), decimals=1)} %" for kind in kinds)


def _of_kind(found: CalibrationJson, kind: str) -> float:
    """The share that a kind of interval holds, over all pages."""
    shares = [one.covered for one in found.covered if one.kind == kind]
    return sum(share.num for share in shares) / max(1, sum(share.of for share in shares))


def _coverage_words(found: CalibrationJson) -> str:
    below = [one for one in found.covered if one.covered.ci95[1] < HELD]
    if not found.covered:
        return "No page has an interval."
    num = count(sum(one.tables for one in found.covered))
    return (
        f"{num} invented tables, which have the means, spreads and numbers of seeds of the pages here and normal seeds. "
        f"{count(len(below))} of {count(len(found.covered))} lines lie wholly below 90 %; of so many, chance alone puts about "
        f"{count(TAIL * len(found.covered))} there."
    )


def _coverage_chart(found: CalibrationJson) -> Markup:
    shares = [(f"{one.table}, {one.kind}: {measure(one.metric, one.protocol)}", one.covered) for one in found.covered]
    title = "Share of 90 % intervals that hold the truth"
    return _shares_chart(shares, nominal=HELD, title=title, name="coverage", span=(0.7, 1.0))


def _chances_of(found: CalibrationJson, paper: str) -> list[BarRow]:
    return [BarRow(label=one.claim, shares=one.shares, found=one.found) for one in found.chances if one.paper == paper]


def _chances_chart(found: CalibrationJson, paper: str) -> Markup:
    title = f"If {paper} is right: the verdicts on each claim"
    return Markup(verdict_chart(_chances_of(found, paper), title=title, figure_id=f"chances-{paper}"))


def _chances_words(found: CalibrationJson) -> str:
    if not found.chances:
        return "No claim with a printed size has an interval."
    mean = {
        name: fmean(one.shares.get(name, 0.0) for one in found.chances) for name in ("REPRODUCED", "DIRECTION", "INCONCLUSIVE")
    }
    parts = [f"{name} with {percent(value, decimals=0)} %" for name, value in mean.items()]
    claims = counted(len(found.chances), "claim")
    return f"If the papers were exactly right, this page would say {listed(parts)}, in the mean over {claims} that print a size."


def _spreads_words(found: CalibrationJson) -> str:
    far = [
        (one.table, arm.variant, out.seed) for one in headline_metric(found.spreads) for arm in one.arms for out in arm.outliers
    ]
    if not found.spreads:
        return "No arm has two seeds."
    marked = listed([f"{variant} seed {seed} ({table})" for table, variant, seed in far]) or "none"
    return f"Seeds that would be so far off by chance on less than one page in twenty: {marked}."


def _spread_view(one: PageSpreads) -> SpreadView:
    factor = 100 if unit_of(one.metric).share else 1
    rows = []
    for arm in one.arms:
        far = {str(out.seed) for out in arm.outliers}
        left = {seed: factor * (value - arm.mean) for seed, value in arm.values.items()}
        rows.append(
            SeedRow(
                label=arm.variant,
                near=tuple(value for seed, value in left.items() if seed not in far),
                far=tuple(value for seed, value in left.items() if seed in far),
                sd=factor * arm.sd,
                lends=arm.lends,
            )
        )
    table = spreads_table(one)
    title = f"{one.table}: {measure(one.metric, one.protocol)}"
    chart = seed_chart(rows, sd=factor * one.sd_pooled, title=f"Seeds by arm, {title}", figure_id=table.name)
    num = sum(len(arm.outliers) for arm in one.arms)
    return SpreadView(title=title, note=_marked(rows, num), chart=Markup(chart), table=table)


def _marked(rows: Sequence[SeedRow], num: int) -> str:
    return f"{counted(len(rows), 'arm')}, {counted(num, 'seed')} marked"
