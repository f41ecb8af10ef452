"""Compare how many epochs two arms need to a training error, runs that never get there included.

A run that ends before it gets there is censored: its pace is slower than its length, which bounds the ratio from below if the
run is of the slower arm.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from repro.analyse.evidence.epochs import log_ratio_of_epochs, logrank_p
from repro.analyse.evidence.population import Population
from repro.analyse.evidence.statistics import Estimate
from repro.artifacts.judged import Epochs, RatioAt
from repro.spec.terms.metrics import LEAVING, epochs_metric
from repro.spec.terms.protocols import TRAINING


@dataclass(frozen=True, kw_only=True)
class Pace:
    """When each run of a variant, by seed, got to a training error (infinity: never), and for how many epochs it was trained."""

    variant: str
    epochs: tuple[float, ...]
    lasted: tuple[float, ...]

    @property
    def num_never(self) -> int:
        return sum(not math.isfinite(epochs) for epochs in self.epochs)

    @property
    def arrived(self) -> bool:
        """Say whether there are runs and all of them got there."""
        return bool(self.epochs) and self.num_never == 0

    @property
    def at_least(self) -> tuple[float, ...]:
        """The epochs of each run, those that it was trained for if it never got there."""
        return tuple(min(pair) for pair in zip(self.epochs, self.lasted, strict=True))

    @property
    def times(self) -> tuple[float, ...]:
        """When each run got there: on average half an epoch before the end of the one in which it was seen.

        A run that never got there counts with the epochs that it was trained for.
        """
        return tuple(min(epochs - 0.5, last) for epochs, last in zip(self.epochs, self.lasted, strict=True))

    @property
    def slowness(self) -> tuple[float, float]:
        """What orders variants by pace: the share of runs that never got there, then the mean epochs of all."""
        num = len(self.epochs)
        return (self.num_never / num, math.fsum(self.at_least) / num) if num else (math.inf, math.inf)

    @property
    def judged(self) -> Epochs:
        """The pace, as claims.json has it."""
        never = [not math.isfinite(epochs) for epochs in self.epochs]
        return Epochs(
            variant=self.variant,
            epochs=tuple(None if lost else epochs for epochs, lost in zip(self.epochs, never, strict=True)),
            censored_at=tuple(last if lost else None for last, lost in zip(self.lasted, never, strict=True)),
        )


@dataclass(frozen=True, kw_only=True)
class PaceRatio:
    """How many times as many epochs `against` needs to a training error as `arm`, on the log scale.

    exact: where every run of both arms got there. bound: where a run of `against` did not, its length in its place, which
    makes the ratio too small. Neither: a run of `arm` did not.
    """

    threshold: float
    arm: Pace
    against: Pace
    exact: Estimate | None
    bound: Estimate | None
    p_logrank: float | None

    @property
    def judged(self) -> RatioAt:
        """The ratio, as claims.json has it."""
        interval = self.exact.ci90 if self.exact else None
        return RatioAt(
            threshold=self.threshold,
            arm=self.arm.judged,
            against=self.against.judged,
            ratio=math.exp(self.exact.value) if self.exact else None,
            ci90=(math.exp(interval[0]), math.exp(interval[1])) if interval else None,
            at_least=math.exp(self.bound.value) if self.bound else None,
            p_logrank=self.p_logrank,
        )


def pace(population: Population, variant: str, *, threshold: float, seeds: Collection[int] | None = None) -> Pace:
    """The pace of `variant` to `threshold`, of runs with `seeds` (default: all); one that diverged never got there."""
    return _pace_by(population, variant, metric=epochs_metric(threshold), seeds=seeds)


def chance_pace(population: Population, variant: str) -> Pace:
    """The pace of `variant` until it leaves chance; a run that never does, or diverged, never got there."""
    return _pace_by(population, variant, metric=LEAVING, seeds=None)


def _pace_by(population: Population, variant: str, *, metric: str, seeds: Collection[int] | None) -> Pace:
    values = population.by_seed(variant, metric=metric, protocol=TRAINING)
    runs = [record for record in population.runs(variant) if seeds is None or record.seed in seeds]
    runs = [record for record in runs if record.seed in values or record.diverged]
    return Pace(
        variant=variant,
        epochs=tuple(values.get(record.seed, math.inf) for record in runs),
        lasted=tuple(float(record.network.num_epochs) for record in runs if record.network),
    )


def common_seeds(population: Population, grid: Sequence[str]) -> tuple[int, ...]:
    """The seeds with which every variant of `grid` was run."""
    seeds = [{record.seed for record in population.runs(name)} for name in grid]
    return tuple(sorted(set.intersection(*seeds))) if seeds else ()


def fastest(population: Population, grid: Sequence[str], *, thresholds: Sequence[float]) -> str:
    """The variant of `grid` with the fewest mean epochs to the first of `thresholds`, then to the others.

    Compared are the runs with the seeds that all variants have. A variant with runs that never get there comes after those
    without; of equals the first in the grid is taken.
    """
    seeds = common_seeds(population, grid)
    return min(grid, key=lambda name: [pace(population, name, threshold=value, seeds=seeds).slowness for value in thresholds])


def compare_paces(arm: Pace, against: Pace, *, threshold: float) -> PaceRatio:
    """Compare two paces to one training error."""
    measurable = arm.arrived and bool(against.epochs)
    estimate = log_ratio_of_epochs(arm.times, against.times) if measurable else None
    return PaceRatio(
        threshold=threshold,
        arm=arm,
        against=against,
        exact=estimate if against.arrived else None,
        bound=estimate if not against.arrived else None,
        p_logrank=logrank_p(arm.epochs, against.epochs, arm_ended=arm.lasted, against_ended=against.lasted),
    )
