"""The entries of `claims.json`, one a claim: what the paper states, what was measured, and the verdict.

Effects are `metric(against) - metric(arm)`, positive as the paper says; a ratio is that of the same two. Errors are
fractions. Intervals: `ci90` and `ci95` over seeds, `total_ci90` over seeds and test examples. What is null or empty was not
measured.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

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
class Judged:
    """What the entry of every claim has: what the paper states, the verdict and the runs that it rests on.

    arms: the variants that the claim is about, the one WITH the part that is claimed to help first; a claim that no run can
        speak to has none. chosen: what stands for each of them: of a grid of learning rates the fastest, else itself.
    row, column: where the number stands in a table of the paper. confidence: how it was read.
    decided_on: points, log_ratio or value. size: of an effect of the paper's direction: weaker, stronger or open.
    brief: what is left of the reason beside the numbers. total_flips: whether the verdict would be another if the test
        examples were counted as a sample too. post_hoc: whether seeds were added after a look.
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
    post_hoc: bool = False
    runs: tuple[str, ...] = ()

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

    n, means, sds: seeds, mean and standard deviation of each arm in the metric's own unit.
    smallest_effect: what counts as none, on the deciding scale. sd_pooled, df, test, p_raw: behind the interval.
    pool: the variants whose spreads between seeds are pooled. alone: the arms that stand by their own.
    """

    estimate: float | None = None
    ci90: Interval | None = None
    ci95: Interval | None = None
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


@dataclass(frozen=True, kw_only=True)
class JudgedLevel(JudgedByRuns):
    """A claim about the value of one arm."""

    kind: Literal["level"] = "level"
    paper_value: float


@dataclass(frozen=True, kw_only=True)
class JudgedDifference(JudgedByRuns):
    """A claim about a difference: in points and, where a ratio means something, as its logarithm.

    paper_delta: the printed effect. paper_arm, paper_against: the two printed values behind it. paper_ratio: a printed ratio.
    paper_log_ratio: the logarithm of the ratio of the two values, or of the printed ratio. d0: the paper's effect on the
    deciding scale. seeds_needed: of each arm, for 80 % power.
    """

    paper_delta: float | None
    paper_arm: float | None
    paper_against: float | None
    paper_ratio: float | None
    paper_log_ratio: float | None
    d0: float | None = None
    points: Estimated | None = None
    log_ratio: Estimated | None = None
    p_equivalence: float | None = None
    seeds_needed: int | None = None


@dataclass(frozen=True, kw_only=True)
class JudgedEffect(JudgedDifference):
    """A difference of two arms: its size, its direction alone, or that nothing is lost.

    p_adjusted: Dunnett's, of its page. welch, welch_verdict: the effect on the deciding scale by the two arms' own spreads,
    unpaired, and the verdict that this would give. correlation: of the arms over the `num_common` seeds that both have;
    `test` says whether they are paired.
    """

    kind: Literal["effect", "direction", "no_worse"]
    p_adjusted: float | None = None
    welch: Estimated | None = None
    welch_verdict: str = ""
    correlation: float | None = None
    num_common: int = 0

    @property
    def depends_on_spread(self) -> bool:
        """Say whether the two arms' own spreads alone would give another verdict."""
        return self.welch_verdict not in ("", self.verdict)


@dataclass(frozen=True, kw_only=True)
class JudgedWithin(JudgedDifference):
    """A difference inside each run of one arm: by `against_protocol` less by `protocol`; without the former the metric itself."""

    kind: Literal["within"] = "within"
    against_protocol: str


@dataclass(frozen=True, kw_only=True)
class Epochs:
    """Epochs of each seed to a training error; of a seed that never got there (null), after how many it ended."""

    variant: str
    epochs: tuple[float | None, ...]
    censored_at: tuple[float | None, ...]


@dataclass(frozen=True, kw_only=True)
class RatioAt:
    """How many times as many epochs `against` needs to the training error `threshold` as `arm`; or at least how many."""

    threshold: float
    arm: Epochs
    against: Epochs
    ratio: float | None
    ci90: Interval | None
    at_least: float | None
    p_logrank: float | None


@dataclass(frozen=True, kw_only=True)
class JudgedRatio(JudgedByRuns):
    """A claim about how many times as many epochs one arm needs as another; the first of the training errors decides."""

    kind: Literal["ratio"] = "ratio"
    paper_ratio: float | None
    paper_log_ratio: float | None
    d0: float | None = None
    log_ratio: Estimated | None = None
    p_equivalence: float | None = None
    seeds_needed: int | None = None
    thresholds: tuple[RatioAt, ...] = ()


@dataclass(frozen=True, kw_only=True)
class JudgedExact(Judged):
    """A number that follows from the printed architecture. bound: `equal`, or `at_most`: it may be smaller."""

    kind: Literal["exact"] = "exact"
    paper_value: float
    bound: str
    estimate: float | None = None

    @property
    def deciding(self) -> Estimated | None:
        """The number, which has no spread; None before it was counted."""
        return None if self.estimate is None else Estimated(estimate=self.estimate, ci90=None, ci95=None)


@dataclass(frozen=True, kw_only=True)
class Part:
    """One of the claims that must all hold."""

    id: str
    verdict: str


@dataclass(frozen=True, kw_only=True)
class JudgedParts(Judged):
    """A claim that holds if all its parts, claims of their own, hold."""

    kind: Literal["every"] = "every"
    paper_delta: float | None
    parts: tuple[Part, ...] = ()


JudgedClaim = JudgedLevel | JudgedEffect | JudgedWithin | JudgedRatio | JudgedExact | JudgedParts
