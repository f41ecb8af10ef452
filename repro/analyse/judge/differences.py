"""Judge a claim about a difference: of two arms, or of two protocols inside the runs of one."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from repro.analyse.evidence import reasons, verdict
from repro.analyse.evidence.comparison import Comparison, Within, compare, compare_within, estimated
from repro.analyse.evidence.gates import chance_note, untestable_metric, untrained_words
from repro.analyse.evidence.looks.levels import one_sided
from repro.analyse.evidence.several import widened
from repro.analyse.evidence.sizes import Size
from repro.analyse.evidence.statistics import Estimate, equivalence_p
from repro.analyse.judge.case import Case, unmeasured
from repro.analyse.judge.entries import with_difference, with_size
from repro.analyse.judge.sizes import size_of
from repro.artifacts.judged import Interval, JudgedDifference, JudgedEffect, JudgedWithin
from repro.spec import claims
from repro.spec.claims import Effect, NoWorse
from repro.spec.terms.metrics import ELSEWHERE, metric_named

#: Why an effect of which the two printed errors are not known is not judged on other data than the paper's.
UNPAIRED = "On other data errors are compared by their ratio, and the two errors behind the printed difference are not known."

Difference = TypeVar("Difference", bound=JudgedDifference)


def judged_effect(case: Case, entry: JudgedEffect) -> JudgedEffect:
    """Measure and judge an effect, a direction or a bounded loss of two arms."""
    compared = compare(case.population, case.pair, decided_on=entry.decided_on)
    entry = _judged(case, entry, compared)
    if compared is None:
        return entry
    return replace(
        entry,
        p_adjusted=compared.p_adjusted,
        welch=estimated(compared.welch) if compared.welch else None,
        welch_verdict=_unpooled(case, entry, compared),
        correlation=compared.common.correlation,
        num_common=len(compared.common.arm),
    )


def _unpooled(case: Case, entry: JudgedEffect, compared: Comparison) -> str:
    """The verdict that the two arms' own spreads would give; "" where none is decided by an interval."""
    size = size_of(case.claim, decided_on=entry.decided_on)
    if entry.verdict not in verdict.DECIDED or compared.welch is None or size is None:
        return ""
    return verdict_by_own_spreads(entry, size, welch=compared.welch, welch_points=compared.welch_points)


def verdict_by_own_spreads(entry: JudgedEffect, size: Size, *, welch: Estimate, welch_points: Estimate) -> str:
    """The verdict from Welch's interval; the sign is read where the verdict itself reads it (`sides_of`)."""
    interval, level = welch.interval(entry.look.level), entry.look.level
    sides = welch_points.interval(level) if sides_of(entry) else None
    return decided(entry, interval, size, sides=sides) if interval else verdict.INCONCLUSIVE


def judged_within(case: Case, entry: JudgedWithin) -> JudgedWithin:
    """Measure and judge an effect inside the runs of one arm."""
    compared = compare_within(
        case.population,
        arm=case.arm,
        metric=entry.metric,
        protocol=entry.protocol,
        against_protocol=entry.against_protocol,
        decided_on=entry.decided_on,
    )
    return _judged(case, entry, compared)


def _judged(case: Case, entry: Difference, compared: Comparison | Within | None) -> Difference:
    claim = case.claim
    size = size_of(claim, decided_on=entry.decided_on)
    entry = with_size(with_difference(entry, compared) if compared else entry, size)
    cannot = claim.untestable or _untestable(case, compared, size=size)
    if cannot:
        return replace(entry, verdict=verdict.UNTESTABLE, reason=cannot)
    if compared is None or size is None:
        return entry
    entry = replace(entry, seeds_needed=compared.seeds_needed(size.smallest if size.least is None else size.least))
    entry = _decided(case, entry, compared, size=size)
    lost = untrained_words(case.population, case.arms, metric=claim.metric, protocol=claim.protocol)
    note = chance_note(claim.metric, num_classes=case.num_classes)
    return replace(entry, reason=" ".join(filter(None, [entry.reason, lost, note])))


def _untestable(case: Case, compared: Comparison | Within | None, *, size: Size | None) -> str:
    claim = case.claim
    if size is None and isinstance(claim, Effect | claims.Within):
        return f"{claim.unpaired} {UNPAIRED}"
    if compared is not None and compared.deciding is None:
        return "A run makes no error at all on the test data, so a ratio of errors cannot be formed."
    return untestable_metric(claim.metric, num_classes=case.num_classes) or unmeasured(case, claim.metric)


def _decided(case: Case, entry: Difference, compared: Comparison | Within, *, size: Size) -> Difference:
    estimate = compared.deciding
    assert estimate is not None
    level = entry.look.level
    interval = estimate.interval(level)
    measured = _sentence(case, entry, compared, size)
    if interval is None:
        brief = reasons.no_spread(entry.n, compared.compared)
        return replace(entry, verdict=verdict.INCONCLUSIVE, brief=brief, reason=f"{measured} {brief}")
    sides = compared.points.interval(level) if sides_of(entry) else None
    name = decided(entry, interval, size, sides=sides)
    flag = verdict.size_flag(interval, size) if name == verdict.DIRECTION else ""
    meaning = _meaning(case, entry, name, size, flag=flag)
    total = compared.total_ci90 and widened(compared.total_ci90, df=estimate.df, one_sided=one_sided(level))
    return replace(
        entry,
        verdict=name,
        size=flag,
        p_equivalence=None if entry.kind == NoWorse.kind else equivalence_p(estimate, smallest_effect=size.smallest),
        total_flips=total is not None and decided(entry, interval, size) != decided(entry, total, size),
        brief=meaning,
        reason=f"{measured} {meaning}",
    )


def decided(entry: JudgedDifference, interval: Interval, size: Size, *, sides: Interval | None = None) -> str:
    """The verdict on a difference from an interval; `sides` tells the sign."""
    if entry.kind == NoWorse.kind:
        return verdict.decide_no_worse(interval, margin=size.smallest)
    return verdict.decide(interval, size, sides=sides)


def sides_of(entry: JudgedDifference) -> Interval | None:
    """The interval that tells the sign of a difference: of errors that in points, so that all claims on a pair agree on it."""
    by_points = metric_named(entry.metric).ratio == ELSEWHERE and entry.points is not None
    return entry.points.ci90 if by_points and entry.points else None


def _meaning(case: Case, entry: JudgedDifference, name: str, size: Size, *, flag: str) -> str:
    metric, scale, needed = entry.metric, entry.decided_on, entry.seeds_needed
    if isinstance(case.claim, NoWorse):
        margin = size.smallest
        return reasons.no_worse_meaning(name, metric=metric, arm=case.arm, decided_on=scale, margin=margin, seeds_needed=needed)
    return reasons.meaning(name, size, metric=metric, flag=flag, decided_on=scale, seeds_needed=needed)


def _sentence(case: Case, entry: JudgedDifference, compared: Comparison | Within, size: Size) -> str:
    estimate = compared.deciding
    paper = reasons.in_paper(size, entry.decided_on, metric=entry.metric)
    assert estimate is not None
    if isinstance(compared, Within):
        return reasons.within_measured(
            metric=case.claim.metric,
            arm=case.arm,
            protocol=case.claim.protocol,
            against_protocol=entry.against_protocol if isinstance(entry, JudgedWithin) else "",
            decided_on=compared.decided_on,
            estimate=estimate.value,
            interval=estimate.ci90,
            n=len(compared.values),
            paper=paper,
        )
    return reasons.effect_measured(
        metric=case.claim.metric,
        protocol=case.claim.protocol,
        arm=compared.arm,
        against=compared.against,
        decided_on=compared.decided_on,
        estimate=estimate.value,
        interval=estimate.ci90,
        n=compared.n,
        paper=paper,
    )
