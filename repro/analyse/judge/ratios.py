"""Judge a claim about how many times as many epochs one arm needs to a training error as another."""

from __future__ import annotations

import math
from statistics import stdev
from typing import Any

from repro.analyse.evidence import reasons, verdict
from repro.analyse.evidence.comparison import intervals
from repro.analyse.evidence.paces import Pace, PaceRatio, common_seeds, compare_paces, pace
from repro.analyse.evidence.statistics import Estimate, equivalence_p, seeds_needed
from repro.analyse.judge.case import Case, decided_on, sizes, unmeasured
from repro.spec.terms.metrics import epochs_metric


def judged_ratio(case: Case) -> dict[str, Any]:
    """Return the measured fields and the verdict of a ratio of paces: the first of its training errors decides."""
    claim = case.claim
    d0, smallest = sizes(claim, decided_on="log_ratio")
    entry: dict[str, Any] = {"decided_on": decided_on(claim, evidence=case.evidence), "d0": d0, "smallest_effect": smallest}
    cannot = claim.untestable or unmeasured(case, epochs_metric(claim.thresholds[0]))
    if cannot:
        return entry | {"verdict": verdict.UNTESTABLE, "reason": cannot}
    ratios = [_measured(case, threshold) for threshold in claim.thresholds]
    first = ratios[0]
    entry["thresholds"] = [ratio.entry() for ratio in ratios]
    entry["n"] = {one.variant: len(one.epochs) for one in (first.arm, first.against)}
    if not first.arm.epochs or not first.against.epochs or smallest is None:
        return entry
    entry |= _values(first) | _deciding(first)
    if first.exact and first.exact.sd:
        entry["seeds_needed"] = seeds_needed(d0 if d0 is not None else smallest, sd=first.exact.sd, num_arms=2)
    return entry | _decided(case, first, d0=d0, smallest=smallest, needed=entry.get("seeds_needed"))


def _measured(case: Case, threshold: float) -> PaceRatio:
    assert case.against is not None, f"claim {case.claim.id} of kind ratio compares with nothing"
    arm, against = (pace(case.ledger, name, threshold=threshold) for name in (case.arm, case.against))
    return compare_paces(arm, against, threshold=threshold)


def _values(first: PaceRatio) -> dict[str, Any]:
    """Return mean and standard deviation of the epochs of each arm whose runs all got there."""
    paces = [one for one in (first.arm, first.against) if one.arrived]
    return {
        "means": {one.variant: math.fsum(one.epochs) / len(one.epochs) for one in paces},
        "sds": {one.variant: stdev(one.epochs) if len(one.epochs) > 1 else None for one in paces},
    }


def _deciding(first: PaceRatio) -> dict[str, Any]:
    """Return estimate and intervals on the log scale; of a bound the estimate alone, as its upper end means nothing."""
    if first.exact is None:
        return {"estimate": first.bound.value if first.bound else None}
    exact = first.exact
    spread = {"sd_pooled": exact.sd, "df": exact.df, "test": exact.test, "p_raw": exact.p}
    return {**intervals(exact), "log_ratio": intervals(exact), **spread}


def _decided(case: Case, first: PaceRatio, *, d0: float | None, smallest: float, needed: int | None) -> dict[str, Any]:
    estimate = first.exact or first.bound
    said = f"{_choices(case)} {_sentence(first, estimate, d0=d0)}".strip()
    censored = _censored(first)
    if estimate is None:
        return {"verdict": verdict.INCONCLUSIVE, "reason": f"{said} {censored}"}
    interval = estimate.ci90
    if interval is None:
        spread = reasons.no_spread({one.variant: len(one.epochs) for one in (first.arm, first.against)})
        return {"verdict": verdict.INCONCLUSIVE, "reason": f"{said} {spread} {censored}".strip()}
    if first.exact is None:
        name, size = verdict.decide_bound(interval[0], d0=d0)
    else:
        name = verdict.decide_effect(interval, d0=d0, smallest_effect=smallest)
        size = verdict.size_flag(interval, d0=d0) if name == verdict.DIRECTION else ""
    meaning = reasons.meaning(
        name,
        metric=case.claim.metric,
        size=size,
        decided_on="log_ratio",
        smallest_effect=smallest,
        d0=d0,
        seeds_needed=needed,
    )
    equivalence = equivalence_p(first.exact, smallest_effect=smallest) if first.exact else None
    return {
        "verdict": name,
        "size": size,
        "p_equivalence": equivalence,
        "brief": meaning,
        "reason": f"{said} {censored} {meaning}".replace("  ", " "),
    }


def _choices(case: Case) -> str:
    grids = ((case.arm, case.claim.arm_grid), (case.against or "", case.claim.against_grid))
    numbers = [len(common_seeds(case.ledger, grid)) for _, grid in grids]
    chosen = (reasons.pace_chosen(name, grid, num_seeds=num) for (name, grid), num in zip(grids, numbers, strict=True))
    return " ".join(filter(None, chosen))


def _sentence(first: PaceRatio, estimate: Estimate | None, *, d0: float | None) -> str:
    def listed(one: Pace) -> str:
        return reasons.epochs_listed(one.epochs, one.lasted)

    return reasons.pace_measured(
        threshold=first.threshold,
        arm=first.arm.variant,
        against=first.against.variant,
        arm_epochs=listed(first.arm),
        against_epochs=listed(first.against),
        ratio=math.exp(estimate.value) if estimate else None,
        at_least=first.exact is None,
        interval=estimate.ci90 if estimate else None,
        d0=d0,
    )


def _censored(first: PaceRatio) -> str:
    return reasons.pace_meaning(
        bounded=first.bound is not None,
        arm_never=first.arm.num_never,
        against_never=first.against.num_never,
        num_arm=len(first.arm.epochs),
        num_against=len(first.against.epochs),
    )
