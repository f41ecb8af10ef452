"""Judge claims with a learning rate of its own for each arm, and say whether that changes the side of the verdict."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from scipy import special

from repro.analyse.evidence import verdict
from repro.analyse.evidence.looks.declared import Declared
from repro.analyse.evidence.population import Population
from repro.analyse.judge.differences import decided, sides_of
from repro.analyse.judge.looks import at_looks
from repro.analyse.judge.sizes import size_of
from repro.analyse.judge.tuned.asked import asked_at_rates
from repro.analyse.judge.tuned.choosing import choice_variance, search_spread
from repro.analyse.judge.tuned.declared import DeclaredTuning
from repro.artifacts.judged import (
    Interval,
    JudgedByRuns,
    JudgedClaim,
    JudgedDifference,
    TriedRate,
    Tuned,
    TunedArm,
)
from repro.artifacts.judged.tuned import SENSITIVE, Outcome
from repro.spec.claims import Claim
from repro.spec.experiment import Paper, Sizing
from repro.spec.run import Experiment
from repro.spec.scales.grid import mean_error
from repro.spec.scales.names import named_factor
from repro.spec.terms.metrics import TOP1

#: On which side of the paper a verdict stands; the others are open or no verdict.
FOR, AGAINST = verdict.HOLDING, verdict.REFUTING


def judged_tuned(
    claims: Sequence[JudgedClaim], tunings: dict[str, DeclaredTuning], population: Population, declared: Declared
) -> list[JudgedClaim]:
    """The entries of a paper, those of which it was declared with what rates of the arms' own give."""
    of_paper = {claim.id: claim for claim in population.paper.claims}
    return [
        replace(entry, tuned=_tuned(of_paper[entry.id], entry, tunings[entry.id], population, declared))
        if entry.id in tunings
        else entry
        for entry in claims
    ]


def _tuned(claim: Claim, entry: JudgedClaim, tuning: DeclaredTuning, population: Population, declared: Declared) -> Tuned:
    paper, event, runs_as = population.paper, tuning.event, tuning.runs_as
    begun = Tuned(
        verdict=verdict.INCOMPLETE,
        outcome="unjudged",
        tuning_sensitive=False,
        size="",
        reason="",
        why="",
        search=event.search,
        search_seeds=event.search_seeds,
        arms=tuple(_arm(name, tuning, paper, scale=population.scale.name, entry=entry) for name in event.seeds),
        post_hoc=tuning.post_hoc,
    )
    if tuning.waiting:
        return replace(begun, why=f"The search for the rate of {' and '.join(tuning.waiting)} is not over.")
    asked = asked_at_rates(claim, paper, runs_as)
    seeds = {**declared.seeds, **{runs_as[name]: frozenset(own) for name, own in event.seeds.items()}}
    found = at_looks(population.about(asked), Declared(seeds=seeds))[claim.id]
    return _compared(claim, entry, found, begun)


def _arm(name: str, tuning: DeclaredTuning, paper: Paper, *, scale: str, entry: JudgedClaim) -> TunedArm:
    """An arm with its printed rate and what the search has tried."""
    method, sizing = paper.experiment(name), paper.scale(scale).sizing(paper.family(name))
    mean = entry.means.get(name) if isinstance(entry, JudgedByRuns) else None
    arm = TunedArm(variant=name, runs_as=tuning.runs_as[name], printed_mean=mean)
    if not isinstance(method, Experiment) or not isinstance(sizing, Sizing):
        return arm
    rate = sizing.learning_rate * method.recipe.optimizer.rate_factor
    choice = tuning.choices.get(name)
    if choice is None:
        return replace(arm, printed_rate=rate)
    tried = [
        TriedRate(factor=named_factor(text), rate=rate * named_factor(text), errors=tuple(errors), error=mean_error(errors))
        for text, errors in choice.tried.items()
    ]
    return replace(
        arm,
        printed_rate=rate,
        rate=rate * named_factor(choice.factor),
        at_edge=choice.at_edge,
        tried=tuple(sorted(tried, key=lambda item: item.factor)),
    )


def _compared(claim: Claim, entry: JudgedClaim, found: JudgedClaim, begun: Tuned) -> Tuned:
    """What the runs at the chosen rates give, beside the entry as printed."""
    by_runs = found if isinstance(found, JudgedByRuns) else None
    arms = [
        replace(arm, mean=by_runs.means.get(arm.runs_as), n=by_runs.n.get(arm.runs_as, 0)) if by_runs else arm
        for arm in begun.arms
    ]
    tuned = replace(begun, arms=tuple(arms), verdict=found.verdict, size=found.size, reason=found.reason, runs=found.runs)
    if by_runs is not None:
        tuned = replace(tuned, estimate=by_runs.estimate, ci90=by_runs.ci90, seeds_ci90=by_runs.ci90)
    if found.verdict in verdict.DECIDED and isinstance(found, JudgedDifference):
        tuned = _with_choice(claim, found, tuned)
    outcome = outcome_of(entry, tuned)
    sensitive = outcome in SENSITIVE and not tuned.post_hoc
    return replace(tuned, outcome=outcome, tuning_sensitive=sensitive)


def _with_choice(claim: Claim, found: JudgedDifference, tuned: Tuned) -> Tuned:
    """The interval made so wide that it counts the choice of the rates too, where that is known, and what it decides."""
    sd, size = search_spread(tuned.arms), size_of(claim, decided_on=found.decided_on)
    if sd is None or size is None or found.ci90 is None or found.estimate is None or not found.df or found.metric != TOP1:
        return tuned
    variances = [choice_variance(arm, sd=sd) for arm in tuned.arms]
    shares = [arm.mean or 1.0 for arm in tuned.arms] if found.decided_on == "log_ratio" else [1.0 for _ in tuned.arms]
    added = math.sqrt(math.fsum(variance / share**2 for variance, share in zip(variances, shares, strict=True)))
    wide = widened_by(found.ci90, df=found.df, sd=added)
    in_points = math.sqrt(math.fsum(variances))
    sides = sides_of(found)
    sides = widened_by(sides, df=found.df, sd=in_points) if sides else None
    name = decided(found, wide, size, sides=sides)
    flag = verdict.size_flag(wide, size) if name == verdict.DIRECTION else ""
    return replace(tuned, ci90=wide, choice_sd=added, verdict=name, size=flag)


def widened_by(interval: Interval, *, df: float, sd: float) -> Interval:
    """A 90 % t interval to whose standard error an independent part of the deviation `sd` is added."""
    middle, t = (interval[0] + interval[1]) / 2, float(special.stdtrit(df, 0.95))
    half = math.hypot((interval[1] - middle) / t, sd) * t
    return middle - half, middle + half


def outcome_of(entry: JudgedClaim, tuned: Tuned) -> Outcome:
    """What rates of the arms' own change.

    The side has changed if the claim was decided one way and is now decided the other (`turned`), or is not decided any more
    and the effect as printed lies outside the interval (`lifted`). If it lies inside, less may be known and nothing else has
    changed (`open`).
    """
    before, now = side_of(entry.verdict), side_of(tuned.verdict)
    if now is None or before is None:
        return "unjudged"
    if before == now:
        return "open" if now == "open" else "stays"
    if before == "open":
        return "decided"
    if now != "open":
        return "turned"
    printed = entry.estimate if isinstance(entry, JudgedByRuns) else None
    inside = printed is None or tuned.ci90 is None or tuned.ci90[0] <= printed <= tuned.ci90[1]
    return "open" if inside else "lifted"


def side_of(name: str) -> str | None:
    """Which side of the paper a verdict is on: for, against or open; None of one that is no answer to the claim."""
    if name in FOR:
        return "for"
    if name in AGAINST:
        return "against"
    return "open" if name == verdict.INCONCLUSIVE else None
