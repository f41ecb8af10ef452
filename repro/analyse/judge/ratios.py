"""Judge a claim about how many times as many epochs one arm needs as another: to a training error, or to leave chance."""

from __future__ import annotations

import math
from dataclasses import replace

from repro.analyse.evidence import reasons, verdict
from repro.analyse.evidence.comparison import counts, deviations, estimated, means
from repro.analyse.evidence.paces import Pace, PaceRatio, chance_pace, common_seeds, compare_paces, pace
from repro.analyse.evidence.sizes import Size
from repro.analyse.evidence.statistics import Estimate, equivalence_p, seeds_needed
from repro.analyse.judge.case import Case, unmeasured
from repro.analyse.judge.entries import with_estimate, with_size
from repro.analyse.judge.sizes import size_of
from repro.artifacts.judged import JudgedRatio
from repro.spec.claims import Ratio
from repro.spec.terms.metrics import LEAVING, chance_floor, epochs_metric


def judged_ratio(case: Case, claim: Ratio, entry: JudgedRatio) -> JudgedRatio:
    """Measure and judge a ratio of paces: the first of its training errors decides."""
    size = size_of(claim, decided_on="log_ratio")
    assert size is not None, f"claim {claim.id} of kind ratio has no size"
    entry = with_size(entry, size)
    cannot = claim.untestable or unmeasured(case, epochs_metric(claim.thresholds[0]) if claim.thresholds else LEAVING)
    if cannot:
        return replace(entry, verdict=verdict.UNTESTABLE, reason=cannot)
    ratios = [_measured(case, threshold) for threshold in claim.thresholds] or [_leaving(case)]
    first = ratios[0]
    entry = replace(
        entry,
        thresholds=tuple(ratio.judged for ratio in ratios),
        n=counts({one.variant: one.epochs for one in (first.arm, first.against)}),
    )
    if not first.arm.epochs or not first.against.epochs:
        return entry
    return _decided(case, claim, _with_ratio(entry, first, size), first, size)


def _measured(case: Case, threshold: float) -> PaceRatio:
    assert case.against is not None, f"claim {case.claim.id} of kind ratio compares with nothing"
    arm, against = (pace(case.population, name, threshold=threshold) for name in (case.arm, case.against))
    return compare_paces(arm, against, threshold=threshold)


def _leaving(case: Case) -> PaceRatio:
    """How many times as many epochs the one arm needs until it leaves chance."""
    assert case.against is not None, f"claim {case.claim.id} of kind ratio compares with nothing"
    arm, against = (chance_pace(case.population, name) for name in (case.arm, case.against))
    return compare_paces(arm, against, threshold=chance_floor(case.num_classes or 2))


def _with_ratio(entry: JudgedRatio, first: PaceRatio, size: Size) -> JudgedRatio:
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
        needed = seeds_needed(size.smallest if size.least is None else size.least, sd=exact.sd, num_arms=2)
    entry = with_estimate(entry, exact)
    return replace(entry, log_ratio=estimated(exact), sd_pooled=exact.sd, seeds_needed=needed)


def _decided(case: Case, claim: Ratio, entry: JudgedRatio, first: PaceRatio, size: Size) -> JudgedRatio:
    estimate = first.exact or first.bound
    paper = reasons.in_paper(size, "log_ratio", metric=entry.metric)
    said = f"{_choices(case, claim)} {_sentence(first, estimate, entry, paper=paper)}".strip()
    censored = _censored(first)
    if estimate is None:
        return replace(entry, verdict=verdict.INCONCLUSIVE, reason=f"{said} {censored}")
    interval = estimate.interval(entry.look.level)
    if interval is None:
        return replace(entry, verdict=verdict.INCONCLUSIVE, reason=f"{said} {reasons.no_spread(entry.n)} {censored}".strip())
    if first.exact is None:
        name, flag = verdict.decide_bound(interval[0], size)
    else:
        name = verdict.decide(interval, size)
        flag = verdict.size_flag(interval, size) if name == verdict.DIRECTION else ""
    needed = entry.seeds_needed
    meaning = reasons.meaning(name, size, metric=entry.metric, flag=flag, decided_on="log_ratio", seeds_needed=needed)
    return replace(
        entry,
        verdict=name,
        size=flag,
        p_equivalence=equivalence_p(first.exact, smallest_effect=size.smallest) if first.exact else None,
        brief=meaning,
        reason=f"{said} {censored} {meaning}".replace("  ", " "),
    )


def _choices(case: Case, claim: Ratio) -> str:
    grids = ((case.arm, claim.arm_grid), (case.against or "", claim.against_grid))
    numbers = [len(common_seeds(case.population, grid)) for _, grid in grids]
    chosen = (reasons.pace_chosen(name, grid, num_seeds=num) for (name, grid), num in zip(grids, numbers, strict=True))
    return " ".join(filter(None, chosen))


def _sentence(first: PaceRatio, estimate: Estimate | None, entry: JudgedRatio, *, paper: str) -> str:
    def listed(one: Pace) -> str:
        return reasons.epochs_listed(one.epochs, one.lasted)

    return reasons.pace_measured(
        goal=reasons.LEAVES_CHANCE if entry.metric == LEAVING else f"To {first.threshold:.0%} training error",
        arm=first.arm.variant,
        against=first.against.variant,
        arm_epochs=listed(first.arm),
        against_epochs=listed(first.against),
        ratio=math.exp(estimate.value) if estimate else None,
        at_least=first.exact is None,
        interval=estimate.ci90 if estimate else None,
        paper=paper,
    )


def _censored(first: PaceRatio) -> str:
    return reasons.pace_meaning(
        bounded=first.bound is not None,
        arm_never=first.arm.num_never,
        against_never=first.against.num_never,
        num_arm=len(first.arm.epochs),
        num_against=len(first.against.epochs),
    )
