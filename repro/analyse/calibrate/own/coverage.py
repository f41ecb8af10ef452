"""Coverage at a page's own means, spreads and seeds: invented tables that look like its own, by the functions that judge it.

Shape suffixes: S seeds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import fmean, stdev

import numpy as np

from repro.analyse.calibrate.draws import images_setting
from repro.analyse.calibrate.own.measures import Measure, share
from repro.analyse.calibrate.settings import rng_for
from repro.analyse.evidence.pairing import PAIRED_SEEDS, common_values, paired_difference
from repro.analyse.evidence.statistics import difference, mean_of
from repro.artifacts.calibration_json import Covered
from repro.artifacts.judged import Interval, JudgedEffect
from repro.spec.terms.metrics import TOP_K

POINTS, LOG_RATIO, LEVEL, IMAGES = "difference in points", "log ratio", "mean of an arm", "seeds and images"
#: The share of tables that the dearer kind of seeds and images takes.
IMAGES_SHARE = 0.25
#: An error may not leave these ends in an invented table.
LEAST, MOST = 1e-4, 1 - 1e-4

Rng = np.random.Generator
#: Draws a table: an interval, less the truth that it should hold; None where no interval is made.
Draw = Callable[[Rng], Interval | None]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of interval of a page, with how a table of it is drawn."""

    name: str
    draw: Draw
    share: float = 1.0


def coverage(measures: Sequence[Measure], *, seed: int, most_tables: int) -> list[Covered]:
    """Every kind of interval of every page; together no more than about `most_tables` tables are invented."""
    once: dict[tuple[str, ...], tuple[Measure, Kind]] = {}  # levels and images do not depend on the deciding scale
    for measure in measures:
        for kind in kinds(measure):
            where = (measure.population.paper.name, measure.table.name, measure.metric, measure.protocol, kind.name)
            once.setdefault(where, (measure, kind))
    found = list(once.values())
    total = sum(kind.share for _, kind in found)
    return [_covered(measure, kind, seed=seed, tables=max(1, round(most_tables * kind.share / total))) for measure, kind in found]


def _covered(measure: Measure, kind: Kind, *, seed: int, tables: int) -> Covered:
    rng = rng_for(seed, "coverage", kind.name, measure.table.name, measure.metric, measure.protocol, measure.decided_on)
    made = [interval for interval in (kind.draw(rng) for _ in range(tables)) if interval is not None]
    return Covered(
        kind=kind.name,
        paper=measure.population.paper.name,
        table=measure.table.name,
        metric=measure.metric,
        protocol=measure.protocol,
        tables=tables,
        without=tables - len(made),
        covered=share(sum(low <= 0 <= high for low, high in made), len(made)),
    )


def kinds(measure: Measure) -> Iterator[Kind]:
    """The kinds of interval that a page has; none where no arm has a spread."""
    page = Invented.of(measure)
    if not page.claims:
        return
    yield Kind(name=LOG_RATIO if measure.log else POINTS, draw=partial(page.effect, log=measure.log))
    yield Kind(name=LEVEL, draw=page.level)
    if measure.metric in TOP_K:
        num = measure.population.num_examples(list(page.mean), metric=measure.metric, protocol=measure.protocol)
        name = page.claims[0].chosen[0]
        rate = min(max(page.mean[name], 0.05), 0.95)
        yield Kind(name=IMAGES, draw=_images(num, len(page.seeds[name]), page.sd[name] / (rate * (1 - rate))), share=IMAGES_SHARE)


def _images(num: int, num_seeds: int, seed_sd: float) -> Draw:
    setting = images_setting(num, num_seeds, seed_sd)
    return lambda rng: _less(setting.draw(rng), setting.truth)


@dataclass(frozen=True, kw_only=True)
class Invented:
    """What is known of a page's arms, and tables drawn from it; seeds are normal. claims: those on two arms with a spread."""

    mean: dict[str, float]
    sd: dict[str, float]
    seeds: dict[str, tuple[int, ...]]
    claims: tuple[JudgedEffect, ...]
    lenders: dict[str, tuple[str, ...]]
    floor: float
    errors: bool

    @classmethod
    def of(cls, measure: Measure) -> Invented:
        """The page as its runs have it."""
        several = {name: values for name, values in measure.by_seed.items() if len(values) > 1}
        claims = tuple(claim for claim in measure.claims if set(claim.chosen[:2]) <= set(several) and claim.ci90)
        return cls(
            mean={name: fmean(values.values()) for name, values in several.items()},
            sd={name: stdev(values.values()) for name, values in several.items()},
            seeds={name: tuple(values) for name, values in several.items()},
            claims=claims,
            lenders={claim.id: tuple(name for name in measure.lenders(*claim.chosen[:2]) if name in several) for claim in claims},
            floor=measure.floor,
            errors=all(0 <= value <= 1 for values in several.values() for value in values.values()),
        )

    def table(self, rng: Rng, names: Sequence[str], *, pair: tuple[str, str], r: float) -> dict[str, list[float]]:
        """Seeds of arms; those of the pair correlate by `r` where they are the same."""
        found, common = {}, dict(zip(self.seeds[pair[0]], rng.standard_normal(len(self.seeds[pair[0]])), strict=True))
        for name in names:
            noise_S = rng.standard_normal(len(self.seeds[name]))
            if name in pair and r > 0:
                shared_S = np.array([common.get(seed, 0.0) for seed in self.seeds[name]])
                has_S = np.array([seed in common for seed in self.seeds[name]])
                noise_S = np.where(has_S, math.sqrt(r) * shared_S + math.sqrt(1 - r) * noise_S, noise_S)
            value_S = self.mean[name] + self.sd[name] * noise_S
            found[name] = (np.clip(value_S, LEAST, MOST) if self.errors else value_S).tolist()
        return found

    def effect(self, rng: Rng, *, log: bool) -> Interval | None:
        """The interval of a claim's effect, drawn among those of the page, by the rule that pairs arms or does not."""
        claim = self.claims[int(rng.integers(len(self.claims)))]
        arm, against = claim.chosen[:2]
        r = max(claim.correlation or 0.0, 0.0) if claim.num_common >= PAIRED_SEEDS else 0.0
        names = list(dict.fromkeys((*self.lenders[claim.id], arm, against)))
        values = self.table(rng, names, pair=(arm, against), r=r)
        truth = self.difference(arm, against, log=log)
        by_seed = {name: dict(zip(self.seeds[name], values[name], strict=True)) for name in (arm, against)}
        common = common_values(by_seed[arm], by_seed[against])
        if common.paired:
            return _less(paired_difference(common, log=log, floor=self.floor).ci90, truth)
        lenders = self.lenders[claim.id]
        found = difference(values, arm=arm, against=against, log=log, lenders=lenders, seeds=self.seeds, floor=self.floor)
        return _less(found.ci90, truth)

    def difference(self, arm: str, against: str, *, log: bool) -> float:
        """What an interval should hold; in a logarithm a mean counts as at least the floor, as where it is judged."""
        if not log:
            return self.mean[against] - self.mean[arm]
        return math.log(max(self.mean[against], self.floor) / max(self.mean[arm], self.floor))

    def level(self, rng: Rng) -> Interval | None:
        """The interval of the mean of an arm of a claim."""
        claim = self.claims[int(rng.integers(len(self.claims)))]
        arm = claim.chosen[0]
        names = list(dict.fromkeys((*self.lenders[claim.id], arm)))
        values = self.table(rng, names, pair=(arm, arm), r=0.0)
        return _less(mean_of(values, arm=arm, lenders=self.lenders[claim.id], seeds=self.seeds).ci90, self.mean[arm])


def _less(interval: Interval | None, truth: float) -> Interval | None:
    return None if interval is None else (interval[0] - truth, interval[1] - truth)
