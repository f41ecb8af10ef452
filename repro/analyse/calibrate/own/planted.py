"""Effects that were put into a page on purpose, and what its verdicts make of them."""

from __future__ import annotations

from statistics import fmean

from repro.analyse.evidence.comparison import Pair, compare, estimated
from repro.analyse.evidence.lenders import lenders_for
from repro.analyse.evidence.population import Population
from repro.analyse.judge.effects import common_protocol
from repro.artifacts.calibration_json import Planted
from repro.artifacts.judged import Estimated
from repro.spec.claims.planted import EITHER, SAME, WORSE, PlantedEffect
from repro.spec.experiment import Table
from repro.spec.terms.metrics import TOP1

OPEN, BETTER, NOT_RUN = "open", "better", "not run"


def planted_effects(population: Population) -> list[Planted]:
    """Every planted effect of a paper that the scale runs."""
    return [
        found(effect, table, population)
        for table in population.paper.tables
        for effect in table.planted
        if population.has(effect.variant) and population.has(effect.against)
    ]


def found(effect: PlantedEffect, table: Table, population: Population) -> Planted:
    """One planted effect, and what is found of it."""
    protocol = common_protocol(population, effect.against, effect.variant)
    arms = (effect.against, effect.variant)
    values = {name: population.by_seed(name, metric=TOP1, protocol=protocol) for name in arms}
    pair = Pair(
        arm=effect.against,
        against=effect.variant,
        pool=table.variants,
        control=effect.against,
        family=(),
        metric=TOP1,
        protocol=protocol,
    )
    compared = compare(population, pair, decided_on="points")
    points = estimated(compared.points) if compared else None
    weights = {name: _weights(population, name) for name in arms}
    common = sorted(set(weights[effect.against]) & set(weights[effect.variant]))
    equal = sum(
        weights[effect.against][seed] == weights[effect.variant][seed]
        and values[effect.against].get(seed) == values[effect.variant].get(seed)
        for seed in common
    )
    said = _said(points, equal=equal, common=len(common))
    return Planted(
        paper=population.paper.name,
        table=table.name,
        variant=effect.variant,
        against=effect.against,
        what=effect.what,
        expected=effect.expected,
        metric=TOP1,
        protocol=protocol,
        n={name: len(of) for name, of in values.items()},
        means={name: fmean(of.values()) for name, of in values.items() if of},
        effect=points,
        equal=equal,
        common=len(common),
        found=said,
        agrees=agrees_with(
            effect.expected, said, learned=set(arms) <= set(lenders_for(population, arms, arms, protocol=protocol))
        ),
    )


def _weights(population: Population, variant: str) -> dict[int, str]:
    """The hash of the weights of each run of a variant."""
    return {run.seed: run.network.weights.sha256 for run in population.finished(variant) if run.network is not None}


def _said(points: Estimated | None, *, equal: int, common: int) -> str:
    if points is None:
        return NOT_RUN
    if common and equal == common:
        return SAME
    if points.ci90 is None or points.ci90[0] <= 0 <= points.ci90[1]:
        return OPEN
    return WORSE if points.ci90[0] > 0 else BETTER


def agrees_with(expected: str, said: str, *, learned: bool) -> bool | None:
    """Whether what is found is what was put there; of an effect too small to be certain, only its opposite is wrong.

    Nothing can be found of networks that have not learned.
    """
    if said == NOT_RUN:
        return None
    if expected == SAME:
        return said == SAME
    if expected == EITHER or not learned:
        return None if said == OPEN else said == WORSE
    return said == expected
