"""What the entry of every claim has: statement, verdict, runs, and the estimate where one is measured."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from repro.artifacts.judged.tuned import Tuned

Interval = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Estimated:
    """An estimate with its intervals over seeds; None where there is no spread between seeds."""

    estimate: float
    ci90: Interval | None
    ci95: Interval | None


@dataclass(frozen=True, kw_only=True)
class Reproduction:
    """Somebody else's measurement with the part (`control`) and without it (`ablated`), as the paper's catalogue has it."""

    who: str
    control: float | None
    ablated: float | None
    protocol: str
    confidence: str
    note: str
    same_quantity: bool

    @property
    def effect(self) -> float | None:
        """What the part lowers the error by; None where there is one arm only."""
        return None if self.control is None or self.ablated is None else self.ablated - self.control

    @property
    def log_ratio(self) -> float | None:
        """The logarithm of how many times as large the error is without the part; None where there is one arm only."""
        return None if self.control is None or self.ablated is None else math.log(self.ablated / self.control)


@dataclass(frozen=True, kw_only=True)
class Look:
    """At how many seeds a verdict was reached, of those at which the claim was declared to be looked at.

    number: of the look, from 1. planned: the seeds of each look; empty where none were declared: then there is one,
    at the runs that are there. level: of the interval that decides, so that those of all looks hold in 90 %.
    """

    number: int = 1
    planned: tuple[int, ...] = ()
    level: float = 0.90

    @property
    def is_last(self) -> bool:
        """Whether no further look is declared."""
        return self.number >= len(self.planned)


@dataclass(frozen=True, kw_only=True)
class PostHoc:
    """What was changed after runs had been seen. declared, found: the verdicts by what was declared and by what is there.

    `declared` is "" where what was declared is not known any more, as the rule of a claim that was changed.
    """

    changed: tuple[str, ...]
    declared: str
    found: str


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What the entry of every claim has: what the paper states, the verdict and the runs that it rests on.

    arms: the variants that the claim is about, the one WITH the part that is claimed to help first; a claim
        that no run can speak to has none. chosen: what stands for each of them: of a grid of learning rates
        the fastest, else itself.
    row, column: where the number stands in a table of the paper. confidence: how it was read.
    decided_on: points, log_ratio or value. size: of an effect of the paper's direction: weaker, stronger or
    open.
    brief: what is left of the reason beside the numbers. total_flips: whether the verdict would be another if
        the test examples were counted as a sample too. look: at which the verdict was reached. post_hoc: what was
        changed after runs had been seen, so that the verdict is POST-HOC.
    remarks: sentences about the runs that a reader should know, such as that they are from several machines.
    tuned: what is judged with a learning rate of its own for each arm; None where nobody asked.
    """

    id: str
    paper: str
    where: str
    statement: str
    kind: str
    metric: str
    protocol: str
    dataset: str
    row: str
    column: str
    confidence: str
    note: str
    reproductions: tuple[Reproduction, ...]
    arms: tuple[str, ...]
    chosen: tuple[str, ...]
    decided_on: str
    evidence: str
    verdict: str = ""
    size: str = ""
    reason: str = ""
    brief: str = ""
    total_flips: bool = False
    look: Look = Look()
    post_hoc: PostHoc | None = None
    remarks: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()
    tuned: Tuned | None = None

    @property
    def tuning_sensitive(self) -> bool:
        """Whether rates of the arms' own change the side of the verdict."""
        return self.tuned is not None and self.tuned.tuning_sensitive

    @property
    def arm(self) -> str:
        """The first variant that the claim is about, "" if it is about none."""
        return self.arms[0] if self.arms else ""

    @property
    def against(self) -> str:
        """The variant that the first is compared with, "" if it is compared with none."""
        return self.arms[1] if len(self.arms) > 1 else ""


@dataclass(frozen=True, kw_only=True)
class JudgedByRuns(Judged):
    """A claim that is measured: estimate and intervals on the deciding scale.

    look_ci: the interval that decides at one of several looks, at the level of the look; null where `ci90` does.
    n, means, sds: seeds, mean and standard deviation of each arm in the metric's own unit.
    smallest_effect: what counts as none, on the deciding scale. sd_pooled, df, test, p_raw: behind the
    interval.
    pool: the variants whose spreads between seeds are pooled. alone: the arms that stand by their own.
    """

    estimate: float | None = None
    ci90: Interval | None = None
    ci95: Interval | None = None
    look_ci: Interval | None = None
    total_ci90: Interval | None = None
    smallest_effect: float | None = None
    sd_pooled: float | None = None
    df: float | None = None
    test: str = ""
    p_raw: float | None = None
    pool: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()
    n: dict[str, int] = field(default_factory=dict)
    means: dict[str, float] = field(default_factory=dict)
    sds: dict[str, float | None] = field(default_factory=dict)

    @property
    def deciding(self) -> Estimated | None:
        """The estimate with its intervals on the deciding scale; None where nothing was measured."""
        return None if self.estimate is None else Estimated(estimate=self.estimate, ci90=self.ci90, ci95=self.ci95)
