"""A claim as printed and with rates of its arms' own: what each arm was tried at, and what came of it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from repro.artifacts.judged import JudgedClaim, JudgedDifference, Tuned, TunedArm
from repro.report.pages.claim_cells import shown_as_times
from repro.report.site.folders import Source
from repro.report.site.standing import Mark, Statement, in_words, mark_for, mark_of
from repro.report.text.formatting import compact, fixed, percent, relative_change, times
from repro.report.text.marks import OUTCOMES, tuned_mark
from repro.report.text.units import measured_text
from repro.spec.scales.names import factor_text
from repro.spec.terms.metrics import metric_named, unit_of


@dataclass(frozen=True, kw_only=True)
class RateView:
    """A rate of the search: its factor, the mean held-out error with a bar of so much of the worst, and whether it is chosen."""

    factor: str
    rate: str
    error: str
    width: str
    note: str
    chosen: bool


@dataclass(frozen=True, kw_only=True)
class ArmView:
    """An arm: at its printed rate and at its own, each with the claim's measure; and the rates that were tried."""

    title: str
    name: str
    printed_rate: str
    printed: str
    rate: str
    tuned: str
    n: str
    rates: tuple[RateView, ...]


@dataclass(frozen=True, kw_only=True)
class TunedView:
    """A claim on one data set, as printed and tuned. words: what came of it. effect: with its interval."""

    source: Source
    statement: Statement
    printed: Mark
    tuned: Mark
    effect: str
    measure: str
    words: str
    search: str
    arms: tuple[ArmView, ...]


def tuned_views(statement: Statement, sources: tuple[Source, ...]) -> tuple[TunedView, ...]:
    """The data sets on which a claim was tried with rates of its arms' own."""
    found = []
    for source in sources:
        entry = statement.entries.get(source.key)
        if entry is not None and entry.tuned is not None:
            found.append(_view(entry, entry.tuned, statement, source))
    return tuple(found)


def _view(entry: JudgedClaim, tuned: Tuned, statement: Statement, source: Source) -> TunedView:
    num = len(tuned.search_seeds)
    turns = f" The claim {OUTCOMES[tuned.outcome]}." if entry.tuning_sensitive else ""
    worst = max((tried.error for arm in tuned.arms for tried in arm.tried), default=1.0) or 1.0
    return TunedView(
        source=source,
        statement=statement,
        printed=mark_for(entry),
        tuned=mark_of(tuned.verdict, kind=entry.kind),
        effect=effect_text(entry, tuned),
        measure=f"{metric_named(entry.metric).title}, {unit_of(entry.metric).value}".rstrip(", "),
        words=in_words(f"{tuned_mark(entry)}{turns}"),
        search=f"Held-out training examples, never test data; {num} seeds of their own a rate (scale {tuned.search}).",
        arms=tuple(_arm(arm, entry, statement, worst=worst) for arm in tuned.arms),
    )


def effect_text(entry: JudgedClaim, tuned: Tuned) -> str:
    """The effect with rates of the arms' own and its interval, on the scale that decides."""
    if tuned.estimate is None:
        return ""
    ends = tuned.ci90
    if shown_as_times(entry):
        shown = [times(math.exp(value)) for value in (tuned.estimate, *(ends or ()))]
        unit = " times"
    elif isinstance(entry, JudgedDifference) and entry.decided_on == "log_ratio":
        shown = [f"{relative_change(value)} %" for value in (tuned.estimate, *(ends or ()))]
        unit = " more errors" if tuned.estimate > 0 else " errors"
    elif unit_of(entry.metric).share:
        shown = [percent(value, decimals=1, signed=True) for value in (tuned.estimate, *(ends or ()))]
        unit = " pt"
    else:
        shown = [fixed(value, decimals=3, signed=True) for value in (tuned.estimate, *(ends or ()))]
        unit = ""
    return f"{shown[0]}{unit}" + (f" [{shown[1]}, {shown[2]}]" if ends else "")


def _arm(arm: TunedArm, entry: JudgedClaim, statement: Statement, *, worst: float) -> ArmView:
    unit = unit_of(entry.metric)
    rates = tuple(
        RateView(
            factor=f"{factor_text(tried.factor)} \N{MULTIPLICATION SIGN}",
            rate=compact(tried.rate),
            error=f"{percent(tried.error, decimals=1)} %",
            width=f"{100 * tried.error / worst:.0f}%",
            note=_diverged(tried.errors),
            chosen=tried.rate == arm.rate,
        )
        for tried in arm.tried
    )
    has_rate = arm.printed_rate is not None
    return ArmView(
        title=statement.paper.variant(arm.variant).title,
        name=arm.variant,
        printed_rate=compact(arm.printed_rate) if has_rate else "no rate",
        printed=measured_text(unit, arm.printed_mean, decimals=1),
        rate=(compact(arm.rate) if arm.rate is not None else "not chosen yet") if has_rate else "no rate",
        tuned=measured_text(unit, arm.mean, decimals=1),
        n=str(arm.n) if arm.n else "",
        rates=rates,
    )


def _diverged(errors: tuple[float | None, ...]) -> str:
    num = sum(error is None for error in errors)
    return f"{num} of {len(errors)} diverged, counted as the worst" if num else ""
