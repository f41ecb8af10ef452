"""Judge a claim about how many times as many epochs one arm needs to a training error as another."""

from __future__ import annotations

import math
from dataclasses import replace

from repro.analyse.evidence import reasons, verdict
from repro.analyse.evidence.comparison import counts, deviations, estimated, means
from repro.analyse.evidence.paces import Pace, PaceRatio, common_seeds, compare_paces, pace
from repro.analyse.evidence.statistics import Estimate, equivalence_p, seeds_needed
from repro.analyse.judge.case import Case, sizes, unmeasured
from repro.analyse.judge.entries import with_estimate
from repro.artifacts.judged import JudgedRatio
from repro.spec.claims import Ratio
from repro.spec.terms.metrics import epochs_metric


def judged_ratio(case: Case, claim: Ratio, entry: JudgedRatio) -> JudgedRatio:
    """Measure and judge a ratio of paces: the first of its training errors decides."""
    d0, smallest = sizes(claim, decided_on="log_ratio")
    entry = replace(entry, d0=d0, smallest_effect=smallest)
    cannot = claim.untestable or unmeasured(case, epochs_metric(claim.thresholds[0]))
    if cannot:
        return replace(entry, verdict=verdict.UNTESTABLE, reason=cannot)
    ratios = [_measured(case, threshold) for threshold in claim.thresholds]
    first = ratios[0]
    entry = replace(
        entry,
        thresholds=tuple(ratio.judged for ratio in ratios),
        n=counts({one.variant: one.epochs for one in (first.arm, first.against)}),
    )
    if not first.arm.epochs or not first.against.epochs or smallest is None:
        return entry
    return _decided(case, claim, _with_ratio(entry, first, smallest=smallest), first, smallest=smallest)


def _measured(case: Case, threshold: float) -> PaceRatio:
    assert case.against is not None, f"claim {case.claim.id} of kind ratio compares with nothing"
    arm, against = (pace(case.ledger, name, threshold=threshold) for name in (case.arm, case.against))
    return compare_paces(arm, against, threshold=threshold)


def _with_ratio(entry: JudgedRatio, first: PaceRatio, *, smallest: float) -> JudgedRatio:
    """The entry with estimate and intervals on the log scale; of a bound the estimate alone, as its upper end means nothing.

    Mean and standard deviation are of the epochs of each arm whose runs all got there.
    """
    arrived = {one.variant: one.epochs for one in (first.arm, first.against) if one.arrived}
    entry = replace(entry, means=means(arrived), sds=deviations(arrived))
    exact = first.exact
    if exact is None:
        return replace(entry, estimate=first.bound.value if first.bound else None)
    needed = None
    if exact.sd:
        needed = seeds_needed(entry.d0 if entry.d0 is not None else smallest, sd=exact.sd, num_arms=2)
    entry = with_estimate(entry, exact)
    return replace(entry, log_ratio=estimated(exact), sd_pooled=exact.sd, seeds_needed=needed)


def _decided(case: Case, claim: Ratio, entry: JudgedRatio, first: PaceRatio, *, smallest: float) -> JudgedRatio:
    estimate, d0 = first.exact or first.bound, entry.d0
    said = f"{_choices(case, claim)} {_sentence(first, estimate, d0=d0)}".strip()
    censored = _censored(first)
    if estimate is None:
        return replace(entry, verdict=verdict.INCONCLUSIVE, reason=f"{said} {censored}")
    interval = estimate.ci90
    if interval is None:
        return replace(entry, verdict=verdict.INCONCLUSIVE, reason=f"{said} {reasons.no_spread(entry.n)} {censored}".strip())
    if first.exact is None:
        name, size = verdict.decide_bound(interval[0], d0=d0)
    else:
        name = verdict.decide_effect(interval, d0=d0, smallest_effect=smallest)
        size = verdict.size_flag(interval, d0=d0) if name == verdict.DIRECTION else ""
    meaning = reasons.meaning(
        name,
        metric=entry.metric,
        size=size,
        decided_on="log_ratio",
        smallest_effect=smallest,
        d0=d0,
        seeds_needed=entry.seeds_needed,
    )
    return replace(
        entry,
        verdict=name,
        size=size,
        p_equivalence=equivalence_p(first.exact, smallest_effect=smallest) if first.exact else None,
        brief=meaning,
        reason=f"{said} {censored} {meaning}".replace("  ", " "),
    )


def _choices(case: Case, claim: Ratio) -> str:
    grids = ((case.arm, claim.arm_grid), (case.against or "", claim.against_grid))
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
