"""Judge a claim that something shows in every run of a variant: in how many runs it does."""

from __future__ import annotations

from dataclasses import replace

from repro.analyse.evidence import reasons, verdict
from repro.analyse.evidence.comparison import counts, deviations, means
from repro.analyse.evidence.gates import untestable_metric
from repro.analyse.evidence.several import runs_for_every, share_interval, share_p
from repro.analyse.judge.case import Case, unmeasured
from repro.analyse.judge.entries import split
from repro.artifacts.judged import JudgedCount
from repro.spec.claims import Count


def judged_count(case: Case, claim: Count, entry: JudgedCount) -> JudgedCount:
    """Count the runs that show it, and judge their share by its exact interval."""
    cannot = claim.untestable or untestable_metric(claim.metric, num_classes=case.num_classes) or unmeasured(case, claim.metric)
    if cannot:
        return replace(entry, verdict=verdict.UNTESTABLE, reason=cannot)
    by_seed = case.population.by_seed(claim.arm, metric=claim.metric, protocol=claim.protocol)
    if not by_seed:
        return entry
    names = {run.seed: run.id for run in case.population.finished(claim.arm)}
    shown = tuple(names[seed] for seed, value in by_seed.items() if claim.shows(value))
    num, arms = len(by_seed), {claim.arm: list(by_seed.values())}
    entry = replace(
        entry,
        shown=shown,
        num_runs=num,
        estimate=len(shown) / num,
        ci90=share_interval(len(shown), num),
        ci95=share_interval(len(shown), num, level=0.95),
        test="exact binomial",
        p_raw=share_p(len(shown), num, chance=claim.chance),
        seeds_needed=runs_for_every(verdict.MOST_RUNS),
        n=counts(arms),
        means=means(arms),
        sds=deviations(arms),
    )
    ends = share_interval(len(shown), num, level=entry.look.level)
    entry = replace(entry, look_ci=split(ends, entry))
    name = verdict.decide_share(ends, every=len(shown) == num, chance=claim.chance)
    brief = reasons.count_meaning(name, entry)
    return replace(entry, verdict=name, brief=brief, reason=f"{reasons.count_measured(entry)} {brief}")
