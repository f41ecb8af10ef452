"""A variant against itself (A/A): sets of its seeds are compared as two arms of its page are, and nothing differs."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from repro.analyse.calibrate.own.measures import Measure, share
from repro.analyse.calibrate.settings import rng_for
from repro.analyse.evidence import verdict
from repro.analyse.evidence.sizes import unsized
from repro.analyse.evidence.spreads import Values
from repro.analyse.evidence.statistics import difference
from repro.artifacts.calibration_json import AloneTwice
from repro.spec.terms.metrics import ELSEWHERE, metric_named

#: At most so many ways to take two sets; with fewer than so many there is nothing to count.
MOST_WAYS, FEWEST_WAYS = 200, 10
#: What says that there is an effect.
FALSE = (verdict.DIRECTION, verdict.REVERSED, verdict.REPRODUCED)
#: The two sets.
ONE, OTHER = "one set of seeds", "the other"

Set = tuple[int, ...]


def alone_twice(measure: Measure, *, seed: int) -> list[AloneTwice]:
    """Each variant of a page that has seeds enough, against itself."""
    found = []
    for variant, by_seed in measure.by_seed.items():
        num = min(measure.population.scale.num_seeds, len(by_seed) // 2)
        if variant not in measure.table.variants or num < 2 or num_ways(len(by_seed), num) < FEWEST_WAYS:
            continue
        lenders = [name for name in measure.lenders(variant) if name in measure.by_seed]
        if variant not in lenders:  # at chance, or no network
            continue
        others = {name: measure.by_seed[name] for name in lenders if name != variant}
        rng = rng_for(seed, "alone", measure.table.name, variant, measure.metric, measure.protocol, measure.decided_on)
        pairs = list(ways(sorted(by_seed), num, rng=rng))
        verdicts = [judged(measure, _values(by_seed, one), _values(by_seed, other), others=others) for one, other in pairs]
        found.append(
            AloneTwice(
                paper=measure.population.paper.name,
                table=measure.table.name,
                variant=variant,
                metric=measure.metric,
                protocol=measure.protocol,
                decided_on=measure.decided_on,
                num_seeds=num,
                of_seeds=len(by_seed),
                every=len(pairs) == num_ways(len(by_seed), num),
                lenders=tuple(others),
                false=share(sum(name in FALSE for name in verdicts), len(verdicts)),
            )
        )
    return found


def judged(
    measure: Measure, one: Mapping[int, float], other: Mapping[int, float], *, others: Mapping[str, Mapping[int, float]]
) -> str:
    """The verdict on two sets of seeds, by the page's rule; "" without an interval."""
    by_seed = {ONE: one, OTHER: other, **others}
    arms: dict[str, Values] = {name: list(values.values()) for name, values in by_seed.items()}
    seeds: dict[str, Sequence[int]] = {name: list(values) for name, values in by_seed.items()}
    lenders = list(by_seed)
    points = difference(arms, arm=ONE, against=OTHER, lenders=lenders, seeds=seeds)
    deciding = points
    if measure.log:
        deciding = difference(arms, arm=ONE, against=OTHER, lenders=lenders, seeds=seeds, log=True, floor=measure.floor)
    sides = points.ci90 if metric_named(measure.metric).ratio == ELSEWHERE else None
    return verdict.decide(deciding.ci90, unsized(measure.smallest), sides=sides) if deciding.ci90 else ""


def num_ways(of: int, num: int) -> int:
    """How many ways there are to take two sets of `num` out of `of` seeds."""
    return math.comb(of, num) * math.comb(of - num, num) // 2


def ways(seeds: Sequence[int], num: int, *, rng: np.random.Generator) -> Iterator[tuple[Set, Set]]:
    """All ways to take two sets of `num` seeds, or MOST_WAYS of them, each once."""
    if num_ways(len(seeds), num) <= MOST_WAYS:
        for one in itertools.combinations(seeds, num):
            left = [item for item in seeds if item not in one]
            yield from ((one, other) for other in itertools.combinations(left, num) if one < other)
        return
    taken: set[tuple[Set, Set]] = set()
    while len(taken) < MOST_WAYS:
        drawn = [int(item) for item in rng.permutation(np.asarray(seeds))[: 2 * num]]
        one, other = sorted((tuple(sorted(drawn[:num])), tuple(sorted(drawn[num:]))))
        if (one, other) not in taken:
            taken.add((one, other))
            yield one, other


def _values(by_seed: Mapping[int, float], seeds: Set) -> dict[int, float]:
    return {seed: by_seed[seed] for seed in seeds}
