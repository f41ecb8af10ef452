"""Judge a claim about a difference: of two arms, or of two protocols inside the runs of one."""

from __future__ import annotations

from typing import Any

from repro.analyse.evidence import reasons, verdict
from repro.analyse.evidence.comparison import Comparison, Within, compare, compare_within
from repro.analyse.evidence.gates import chance_note, untestable_metric
from repro.analyse.evidence.statistics import equivalence_p
from repro.analyse.judge.case import Case, decided_on, sizes, unmeasured


def judged_difference(case: Case) -> dict[str, Any]:
    """Return the measured fields and the verdict of an effect, a direction, a bounded loss or an effect inside runs."""
    claim = case.claim
    scale = decided_on(claim, evidence=case.evidence)
    d0, smallest = sizes(claim, decided_on=scale)
    compared = _measured(case, scale)
    entry: dict[str, Any] = {"decided_on": scale, "d0": d0, "smallest_effect": smallest}
    entry |= compared.entry() if compared else {}
    cannot = claim.untestable or _untestable(case, compared, smallest=smallest)
    if cannot:
        return entry | {"verdict": verdict.UNTESTABLE, "reason": cannot}
    if compared is None or smallest is None:
        return entry
    entry["seeds_needed"] = compared.seeds_needed(d0 if d0 is not None else smallest)
    entry |= _decided(case, compared, d0=d0, smallest=smallest, seeds_needed=entry["seeds_needed"])
    note = chance_note(claim.metric, num_classes=case.num_classes)
    return entry | {"reason": f"{entry['reason']} {note}".strip()}


def _measured(case: Case, scale: str) -> Comparison | Within | None:
    if case.claim.kind != "within":
        return compare(case.ledger, case.pair, decided_on=scale)
    return compare_within(
        case.ledger,
        arm=case.arm,
        metric=case.claim.metric,
        protocol=case.claim.protocol,
        against_protocol=case.claim.against_protocol,
        decided_on=scale,
    )


def _untestable(case: Case, compared: Comparison | Within | None, *, smallest: float | None) -> str:
    if smallest is None:
        return "The paper prints no size of the effect that holds on other data, so there is nothing to compare ours with here."
    if compared is not None and compared.deciding is None:
        return "A run makes no error at all on the test data, so a ratio of errors cannot be formed."
    return untestable_metric(case.claim.metric, num_classes=case.num_classes) or unmeasured(case, case.claim.metric)


def _decided(
    case: Case, compared: Comparison | Within, *, d0: float | None, smallest: float, seeds_needed: int | None
) -> dict[str, Any]:
    estimate = compared.deciding
    assert estimate is not None
    interval = estimate.ci90
    measured = _sentence(case, compared, d0=d0)
    if interval is None:
        brief = reasons.no_spread(compared.n)
        return {"verdict": verdict.INCONCLUSIVE, "brief": brief, "reason": f"{measured} {brief}"}
    name = _verdict(case, interval, d0=d0, smallest=smallest)
    size = verdict.size_flag(interval, d0=d0) if name == verdict.DIRECTION else ""
    meaning = _meaning(case, compared, name, size=size, d0=d0, smallest=smallest, seeds_needed=seeds_needed)
    total = compared.total_ci90
    return {
        "verdict": name,
        "size": size,
        "p_equivalence": None if case.claim.kind == "no_worse" else equivalence_p(estimate, smallest_effect=smallest),
        "total_flips": total is not None and name != _verdict(case, total, d0=d0, smallest=smallest),
        "brief": meaning,
        "reason": f"{measured} {meaning}",
    }


def _verdict(case: Case, interval: tuple[float, float], *, d0: float | None, smallest: float) -> str:
    if case.claim.kind == "no_worse":
        return verdict.decide_no_worse(interval, margin=smallest)
    return verdict.decide_effect(interval, d0=d0, smallest_effect=smallest)


def _meaning(
    case: Case,
    compared: Comparison | Within,
    name: str,
    *,
    size: str,
    d0: float | None,
    smallest: float,
    seeds_needed: int | None,
) -> str:
    metric, scale = case.claim.metric, compared.decided_on
    if case.claim.kind == "no_worse":
        return reasons.no_worse_meaning(
            name, metric=metric, arm=case.arm, decided_on=scale, margin=smallest, seeds_needed=seeds_needed
        )
    return reasons.meaning(
        name, metric=metric, size=size, decided_on=scale, smallest_effect=smallest, d0=d0, seeds_needed=seeds_needed
    )


def _sentence(case: Case, compared: Comparison | Within, *, d0: float | None) -> str:
    estimate = compared.deciding
    assert estimate is not None
    if isinstance(compared, Within):
        return reasons.within_measured(
            metric=case.claim.metric,
            arm=case.arm,
            protocol=case.claim.protocol,
            against_protocol=case.claim.against_protocol,
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
