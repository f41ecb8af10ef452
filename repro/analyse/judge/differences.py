"""Judge a claim about a difference: of two arms, or of two protocols inside the runs of one."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from repro.analyse.evidence import reasons, verdict
from repro.analyse.evidence.comparison import Comparison, Within, compare, compare_within, estimated
from repro.analyse.evidence.gates import chance_note, untestable_metric
from repro.analyse.evidence.statistics import equivalence_p
from repro.analyse.judge.case import Case, sizes, unmeasured
from repro.analyse.judge.entries import with_difference
from repro.artifacts.judged import JudgedDifference, JudgedEffect, JudgedWithin
from repro.spec import claims
from repro.spec.claims import Effect, NoWorse

#: Why an effect of which the two printed errors are not known is not judged on other data than the paper's.
UNPAIRED = "On other data errors are compared by their ratio, and the two errors behind the printed difference are not known."

Difference = TypeVar("Difference", bound=JudgedDifference)


def judged_effect(case: Case, entry: JudgedEffect) -> JudgedEffect:
    """Measure and judge an effect, a direction or a bounded loss of two arms."""
    compared = compare(case.ledger, case.pair, decided_on=entry.decided_on)
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
    if entry.verdict not in verdict.DECIDED or compared.welch is None or entry.smallest_effect is None:
        return ""
    interval = compared.welch.ci90
    if interval is None:
        return verdict.INCONCLUSIVE
    return _verdict(case, interval, d0=entry.d0, smallest=entry.smallest_effect)


def judged_within(case: Case, entry: JudgedWithin) -> JudgedWithin:
    """Measure and judge an effect inside the runs of one arm."""
    compared = compare_within(
        case.ledger,
        arm=case.arm,
        metric=entry.metric,
        protocol=entry.protocol,
        against_protocol=entry.against_protocol,
        decided_on=entry.decided_on,
    )
    return _judged(case, entry, compared)


def _judged(case: Case, entry: Difference, compared: Comparison | Within | None) -> Difference:
    claim = case.claim
    d0, smallest = sizes(claim, decided_on=entry.decided_on)
    entry = replace(with_difference(entry, compared) if compared else entry, d0=d0, smallest_effect=smallest)
    cannot = claim.untestable or _untestable(case, compared, smallest=smallest)
    if cannot:
        return replace(entry, verdict=verdict.UNTESTABLE, reason=cannot)
    if compared is None or smallest is None:
        return entry
    entry = replace(entry, seeds_needed=compared.seeds_needed(d0 if d0 is not None else smallest))
    entry = _decided(case, entry, compared, smallest=smallest)
    note = chance_note(claim.metric, num_classes=case.num_classes)
    return replace(entry, reason=f"{entry.reason} {note}".strip())


def _untestable(case: Case, compared: Comparison | Within | None, *, smallest: float | None) -> str:
    claim = case.claim
    if smallest is None and isinstance(claim, Effect | claims.Within):
        return f"{claim.unpaired} {UNPAIRED}"
    if compared is not None and compared.deciding is None:
        return "A run makes no error at all on the test data, so a ratio of errors cannot be formed."
    return untestable_metric(claim.metric, num_classes=case.num_classes) or unmeasured(case, claim.metric)


def _decided(case: Case, entry: Difference, compared: Comparison | Within, *, smallest: float) -> Difference:
    estimate, d0 = compared.deciding, entry.d0
    assert estimate is not None
    interval = estimate.ci90
    measured = _sentence(case, entry, compared, d0=d0)
    if interval is None:
        brief = reasons.no_spread(entry.n)
        return replace(entry, verdict=verdict.INCONCLUSIVE, brief=brief, reason=f"{measured} {brief}")
    name = _verdict(case, interval, d0=d0, smallest=smallest)
    size = verdict.size_flag(interval, d0=d0) if name == verdict.DIRECTION else ""
    meaning = _meaning(case, entry, name, size=size, smallest=smallest)
    total = compared.total_ci90
    return replace(
        entry,
        verdict=name,
        size=size,
        p_equivalence=None if isinstance(case.claim, NoWorse) else equivalence_p(estimate, smallest_effect=smallest),
        total_flips=total is not None and name != _verdict(case, total, d0=d0, smallest=smallest),
        brief=meaning,
        reason=f"{measured} {meaning}",
    )


def _verdict(case: Case, interval: tuple[float, float], *, d0: float | None, smallest: float) -> str:
    if isinstance(case.claim, NoWorse):
        return verdict.decide_no_worse(interval, margin=smallest)
    return verdict.decide_effect(interval, d0=d0, smallest_effect=smallest)


def _meaning(case: Case, entry: JudgedDifference, name: str, *, size: str, smallest: float) -> str:
    metric, scale, seeds_needed = entry.metric, entry.decided_on, entry.seeds_needed
    if isinstance(case.claim, NoWorse):
        return reasons.no_worse_meaning(
            name, metric=metric, arm=case.arm, decided_on=scale, margin=smallest, seeds_needed=seeds_needed
        )
    return reasons.meaning(
        name, metric=metric, size=size, decided_on=scale, smallest_effect=smallest, d0=entry.d0, seeds_needed=seeds_needed
    )


def _sentence(case: Case, entry: JudgedDifference, compared: Comparison | Within, *, d0: float | None) -> str:
    estimate = compared.deciding
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
            d0=d0,
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
        d0=d0,
    )
