"""The tables of the page of calibration: plain objects, every number already text."""

from __future__ import annotations

from collections.abc import Sequence

from repro.artifacts.calibration_json import AloneTwice, Chances, Covered, PageSpreads, Planted, Share
from repro.report.calibration.charts import BARS
from repro.report.pages.setting import measure, table_page_path
from repro.report.text.formatting import count, fixed, p_value, percent
from repro.report.text.tables import Cell, Column, Row, TableView, interval
from repro.report.text.units import measured_text
from repro.report.text.wording import verdict_words
from repro.spec.terms.metrics import TOP1, unit_of

#: A share of wrong verdicts, and of intervals that hold the truth, as it should be.
FALSE, HELD = 0.10, 0.90
MET, OFF, UNSURE = ("as it should be", "✓", "good"), ("off", "✗", "bad"), ("not told apart", "~", "open")


def percents(share: Share) -> dict[str, Cell]:
    """A share and its interval."""
    low, high = (percent(end, decimals=1) for end in share.ci95)
    return {
        "rate": Cell(text=percent(share.value, decimals=1), strong=True),
        "ci95": interval(low, high),
        "num": Cell(text=count(share.num)),
        "of": Cell(text=count(share.of)),
    }


def mark(share: Share, *, low: float = 0.0, high: float = 1.0) -> tuple[str, str, str]:
    """Whether a share is within its bounds: word, sign and tone. Outside only where its interval is."""
    if share.ci95[1] < low or share.ci95[0] > high:
        return OFF
    return MET


SHARE_COLUMNS = (
    Column(key="rate", title="Share, %", group="Share, %", kind="number"),
    Column(key="ci95", title="95 % interval", group="Share, %", kind="interval"),
    Column(key="num", title="Number", group="Number", kind="number"),
    Column(key="of", title="Of", group="Number", kind="number", label="of", inline=True),
)
WHERE_COLUMNS = (
    Column(key="page", title="Page", group="Page"),
    Column(key="measure", title="Measure", group="Page", label="·", inline=True),
)


def where_cells(paper: str, table: str, metric: str, protocol: str) -> dict[str, Cell]:
    """A page and what is measured on it."""
    return {
        "page": Cell(text=table, href=table_page_path(paper, table)),
        "measure": Cell(text=measure(metric, protocol)),
    }


def alone_table(found: Sequence[AloneTwice]) -> TableView:
    """A variant against itself."""
    columns = (
        *WHERE_COLUMNS,
        Column(key="variant", title="Variant", group="Variant against itself"),
        Column(key="seeds", title="Seeds", group="Variant against itself", label="·", inline=True),
        Column(key="scale", title="Decided on", group="Variant against itself", label="·", inline=True),
        *SHARE_COLUMNS,
        Column(key="verdict", title="Found", group="Found", kind="verdict"),
    )
    rows = []
    for one in found:
        word, symbol, tone = mark(one.false, high=FALSE)
        cells = {
            **where_cells(one.paper, one.table, one.metric, one.protocol),
            "variant": Cell(text=one.variant),
            "seeds": Cell(text=f"{one.num_seeds} against {one.num_seeds} of {one.of_seeds}{'' if one.every else ', drawn'}"),
            "scale": Cell(text=one.decided_on.replace("_", " ")),
            **percents(one.false),
            "verdict": Cell(text=word, symbol=symbol, tone=tone),
        }
        rows.append(Row(cells=cells))
    caption = "False verdicts of a variant against itself: DIRECTION, REVERSED or REPRODUCED where nothing differs."
    return TableView(name="alone", caption=caption, columns=columns, rows=tuple(rows))


SAID = {
    "worse": "more errors",
    "better": "fewer errors",
    "open": "not told apart",
    "same": "the same to the bit",
    "not run": "not run",
    "either": "more errors, or too few seeds to tell",
}


def planted_table(found: Sequence[Planted]) -> TableView:
    """Effects that were put there."""
    columns = (
        Column(key="what", title="Planted", group="Planted"),
        Column(key="variant", title="Variant", group="Variant"),
        Column(key="against", title="Against", group="Variant", label="against", inline=True),
        Column(key="expected", title="Should be found", group="Should be found"),
        Column(key="said", title="Found", group="Found"),
        Column(key="effect", title="Effect, points", group="Effect, points", kind="number"),
        Column(key="effect_ci90", title="90 % interval", group="Effect, points", kind="interval"),
        Column(key="n", title="Seeds", group="Effect, points", label="n ="),
        Column(key="verdict", title="Verdict", group="Verdict", kind="verdict"),
    )
    rows = []
    for one in found:
        word, symbol, tone = {True: ("found", "✓", "good"), False: ("missed", "✗", "bad"), None: UNSURE}[one.agrees]
        ci90 = one.effect.ci90 if one.effect else None
        ends = [percent(end, decimals=1, signed=True) for end in ci90] if ci90 else None
        cells = {
            "what": Cell(text=one.what),
            "variant": Cell(text=one.variant, href=f"{table_page_path(one.paper, one.table)}"),
            "against": Cell(text=one.against),
            "expected": Cell(text=SAID[one.expected]),
            "said": Cell(text=SAID[one.found] + (f", {one.equal} of {one.common} runs" if one.found == "same" else "")),
            "effect": Cell(text=percent(one.effect.estimate, decimals=1, signed=True) if one.effect else "", strong=True),
            "effect_ci90": interval(*ends) if ends else Cell(),
            "n": Cell(text=" and ".join(count(one.n.get(arm, 0)) for arm in (one.variant, one.against))),
            "verdict": Cell(text=word, symbol=symbol, tone=tone),
        }
        rows.append(Row(cells=cells))
    caption = "Effects that were put into the data or the catalogue, and what is found of them."
    return TableView(name="planted", caption=caption, columns=columns, rows=tuple(rows))


def coverage_table(found: Sequence[Covered]) -> TableView:
    """Intervals of each kind, of each page."""
    columns = (
        Column(key="kind", title="Interval", group="Interval"),
        *WHERE_COLUMNS,
        *SHARE_COLUMNS,
        Column(key="without", title="Without an interval", group="Without an interval", kind="number"),
        Column(key="verdict", title="Found", group="Found", kind="verdict"),
    )
    rows = []
    for one in found:
        word, symbol, tone = mark(one.covered, low=HELD)
        word = "wider than need be" if one.covered.ci95[0] > HELD + 0.02 else word
        cells = {
            "kind": Cell(text=one.kind),
            **where_cells(one.paper, one.table, one.metric, one.protocol),
            **percents(one.covered),
            "without": Cell(text=count(one.without)),
            "verdict": Cell(text=word, symbol=symbol, tone=tone),
        }
        rows.append(Row(cells=cells))
    caption = "Share of 90 % intervals that hold the truth, in invented tables with the means, spreads and seeds of each page."
    return TableView(name="coverage", caption=caption, columns=columns, rows=tuple(rows))


def chances_table(found: Sequence[Chances]) -> TableView:
    """What would be said of each claim if the paper were right."""
    columns = (
        Column(key="claim", title="Claim", group="Claim"),
        Column(key="effect", title="The paper's effect", group="The paper's effect", kind="number"),
        Column(key="se", title="Standard error here", group="Standard error here", kind="number"),
        *[Column(key=name, title=f"{name}, %", group=f"{name}, %", kind="number") for name, _, _ in BARS],
        Column(key="verdict", title="Verdict here", group="Verdict here", kind="verdict"),
    )
    rows = []
    for one in found:
        words = verdict_words(one.found)
        cells = {
            "claim": Cell(text=one.claim, href=f"index.html#{one.claim}"),
            "effect": Cell(text=fixed(one.effect, decimals=3, signed=True)),
            "se": Cell(text=fixed(one.se, decimals=3)),
            **{name: Cell(text=percent(one.shares.get(name, 0.0), decimals=0)) for name, _, _ in BARS},
            "verdict": Cell(text=words.name, symbol=words.symbol, tone=words.tone),
        }
        rows.append(Row(cells=cells))
    caption = "If the paper is exactly right: how often this page would say what, at the spread and the seeds that it has."
    return TableView(name="chances", caption=caption, columns=columns, rows=tuple(rows))


def spreads_table(found: PageSpreads) -> TableView:
    """The arms of a page with their spreads."""
    columns = (
        Column(key="variant", title="Variant", group="Variant"),
        Column(key="n", title="Seeds", group="Seeds", kind="number"),
        Column(key="mean", title="Mean", group="Mean, sd", kind="number"),
        Column(key="sd", title="Standard deviation", group="Mean, sd", kind="number", label="sd"),
        Column(key="p", title="p of so large a spread", group="p of so large a spread", kind="number"),
        Column(key="lends", title="Lends its spread", group="Lends its spread"),
        Column(key="far", title="Seeds far off", group="Seeds far off"),
    )
    rows = []
    for arm in found.arms:
        far = ", ".join(
            f"seed {one.seed}: {in_unit(found.metric, one.value, decimals=1)} (p {p_value(one.p)})" for one in arm.outliers
        )
        cells = {
            "variant": Cell(text=arm.variant),
            "n": Cell(text=count(len(arm.values))),
            "mean": Cell(text=in_unit(found.metric, arm.mean, decimals=1)),
            "sd": Cell(text=in_unit(found.metric, arm.sd)),
            "p": Cell(text=p_value(arm.p)),
            "lends": Cell(text="yes" if arm.lends else "no: an average, a classical model, or at chance"),
            "far": Cell(text=far),
        }
        rows.append(Row(cells=cells))
    caption = (
        f"{found.table}, {measure(found.metric, found.protocol)}: pooled sd {in_unit(found.metric, found.sd_pooled)} "
        f"({fixed(found.df, decimals=0)} degrees of freedom); that all spreads are one has p {p_value(found.bartlett) or 'none'} "
        f"(Bartlett), {p_value(found.brown_forsythe) or 'none'} (Brown and Forsythe)."
    )
    name = f"spreads-{found.table}-{found.metric}-{found.protocol}"
    return TableView(name=name.replace(".", "-"), caption=caption, columns=columns, rows=tuple(rows))


def in_unit(metric: str, value: float, *, decimals: int = 2) -> str:
    """A number in the unit of its metric: errors in percent."""
    return measured_text(unit_of(metric), value, decimals=decimals)


def headline_metric(spreads: Sequence[PageSpreads]) -> list[PageSpreads]:
    """One measure of each page: the top-1 error by its first protocol, else what stands first."""
    found: dict[tuple[str, str], PageSpreads] = {}
    for one in sorted(spreads, key=lambda one: one.metric != TOP1):
        found.setdefault((one.paper, one.table), one)
    order = list(dict.fromkeys((one.paper, one.table) for one in spreads))
    return [found[key] for key in order]
