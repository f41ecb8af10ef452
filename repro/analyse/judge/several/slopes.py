"""Judge a claim that an error falls as something grows: by the slope of a line on logarithmic axes, seed by seed."""

from __future__ import annotations

import math
from dataclasses import replace

from repro.analyse.evidence import reasons, verdict
from repro.analyse.evidence.comparison import counts, deviations, estimated, means
from repro.analyse.evidence.sizes import unsized
from repro.analyse.evidence.statistics import equivalence_p, paired, seeds_needed
from repro.analyse.judge.case import Case, unmeasured
from repro.analyse.judge.entries import with_estimate
from repro.artifacts.judged import JudgedSlope, Line
from repro.spec.claims import Slope
from repro.spec.claims.slopes import Place, weights

NO_RATIO = "A run makes no error at all on the test data, so that no line can be drawn on logarithmic axes."


def judged_slope(case: Case, claim: Slope, entry: JudgedSlope) -> JudgedSlope:
    """Measure and judge a slope: each seed has a line of its own, and these are what varies.

    Runs of one seed share draws, so that their errors go up and down together: differences inside a seed are free of that.
    """
    entry = replace(entry, smallest_effect=claim.smallest_effect)
    cannot = claim.untestable or unmeasured(case, claim.metric)
    if cannot:
        return replace(entry, verdict=verdict.UNTESTABLE, reason=cannot)
    arms = case.population.arms(claim.arms, metric=claim.metric, protocol=claim.protocol)
    entry = replace(entry, n=counts(arms), means=means(arms), sds=deviations(arms))
    if any(value <= 0 for values in arms.values() for value in values):
        return replace(entry, verdict=verdict.UNTESTABLE, reason=NO_RATIO)
    falls = [falls_by_seed(case, claim, line) for line in (claim.points, *([claim.less] if claim.less else []))]
    seeds = sorted(set.intersection(*(set(of_line) for of_line in falls)))
    if not seeds:
        return entry
    lines = tuple(
        Line(points=line, fall=estimated(paired([of_line[seed] for seed in seeds])))
        for line, of_line in zip((claim.points, claim.less), falls, strict=False)
    )
    values = [falls[0][seed] - (falls[1][seed] if claim.less else 0.0) for seed in seeds]
    return _decided(claim, replace(entry, lines=lines, num_seeds=len(seeds)), values)


def falls_by_seed(case: Case, claim: Slope, line: tuple[Place, ...]) -> dict[int, float]:
    """By seed the fall of the line through its runs, of the seeds that all variants of the line have."""
    by_variant = {name: case.population.by_seed(name, metric=claim.metric, protocol=claim.protocol) for name, _ in line}
    seeds = set.intersection(*(set(values) for values in by_variant.values()))
    weight = weights(line)
    return {seed: math.fsum(weight[name] * math.log(by_variant[name][seed]) for name in by_variant) for seed in sorted(seeds)}


def _decided(claim: Slope, entry: JudgedSlope, values: list[float]) -> JudgedSlope:
    estimate = paired(values)
    needed = None
    if estimate.sd:
        needed = seeds_needed(claim.smallest_effect, sd=estimate.sd / math.sqrt(2), num_arms=1)
    entry = replace(with_estimate(entry, estimate), seeds_needed=needed)
    said = _measured(entry)
    interval = estimate.interval(entry.look.level)
    if interval is None:
        brief = reasons.no_spread({claim.arm: len(values)})
        return replace(entry, verdict=verdict.INCONCLUSIVE, brief=brief, reason=f"{said} {brief}")
    name = verdict.decide(interval, unsized(claim.smallest_effect))
    brief = _meaning(name, entry)
    p = equivalence_p(estimate, smallest_effect=claim.smallest_effect)
    return replace(entry, verdict=name, brief=brief, reason=f"{said} {brief}", p_equivalence=p)


def _measured(entry: JudgedSlope) -> str:
    """The sentence that states the power, or the difference of two, with its interval and seeds."""
    assert entry.estimate is not None
    ends = f"90 % interval {entry.ci90[0]:+.2f} to {entry.ci90[1]:+.2f}, " if entry.ci90 else ""
    seeds = f"{entry.num_seeds} seed{'s' * (entry.num_seeds != 1)}"
    places = ", ".join(f"{place:g}" for _, place in entry.lines[0].points)
    if len(entry.lines) == 1:
        power = f"{entry.estimate:+.2f} ({ends}{seeds})"
        return f"Along {entry.along} ({places} of the paper's) the error falls with the power {power}."
    one, other = (line.fall.estimate for line in entry.lines)
    more = f"{entry.estimate:+.2f} ({ends}{seeds})"
    return f"Along {entry.along} ({places} of the paper's) the error falls with the powers {one:+.2f} and {other:+.2f}: {more}."


def _meaning(name: str, entry: JudgedSlope) -> str:
    needed = f"; about {entry.seeds_needed} seeds would tell (80 % power)" if entry.seeds_needed else ""
    one, two = len(entry.lines) == 1, f"a power of {entry.smallest_effect:g}"
    return {
        verdict.DIRECTION: "The error falls, as the paper says." if one else "The first falls more, as the paper says.",
        verdict.REVERSED: "The error rises." if one else "The first falls less.",
        verdict.ABSENT: f"The error stays level within {two}." if one else f"Both fall alike within {two}.",
        verdict.INCONCLUSIVE: f"The runs do not decide: the sign is open{needed}.",
    }[name]
