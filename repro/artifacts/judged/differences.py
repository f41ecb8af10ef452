"""Entries of claims about one number: a level, a difference, a ratio, a count of the printed layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from repro.artifacts.judged.stated import Estimated, Interval, Judged, JudgedByRuns


@dataclass(frozen=True, kw_only=True)
class JudgedLevel(JudgedByRuns):
    """A claim about the value of one arm."""

    kind: Literal["level"] = "level"
    paper_value: float


@dataclass(frozen=True, kw_only=True)
class JudgedSized(JudgedByRuns):
    """A claim about an effect that may have a printed size.

    bound: `about`, or `at_least`: the printed size is a lower bound. paper_ratio: a printed ratio;
    paper_most: the upper end of a printed interval, whose lower end the size is. paper_log_ratio: the
    logarithm of the printed ratio, or of that of the two printed values. d0, d0_most: the paper's size on the
    deciding scale, the same twice where it is one number, `d0_most` null for a lower bound. band: where an
    interval reproduces it; its upper end is null for a lower bound. seeds_needed: of each arm, for 80 %
    power.
    """

    paper_ratio: float | None
    paper_log_ratio: float | None
    bound: str = "about"
    paper_most: float | None = None
    d0: float | None = None
    d0_most: float | None = None
    band: tuple[float, float | None] | None = None
    log_ratio: Estimated | None = None
    p_equivalence: float | None = None
    seeds_needed: int | None = None


@dataclass(frozen=True, kw_only=True)
class JudgedDifference(JudgedSized):
    """A claim about a difference: in points and, where a ratio means something, as its logarithm.

    paper_delta: the printed effect. paper_arm, paper_against: the two printed values behind it.
    """

    paper_delta: float | None
    paper_arm: float | None
    paper_against: float | None
    points: Estimated | None = None


@dataclass(frozen=True, kw_only=True)
class JudgedEffect(JudgedDifference):
    """A difference of two arms: its size, its direction alone, or that nothing is lost.

    p_adjusted: Dunnett's, of its page. welch, welch_verdict: the effect on the deciding scale by the two
    arms' own spreads, unpaired, and the verdict that this would give. correlation: of the arms over the
    `num_common` seeds that both have; `test` says whether they are paired.
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
class JudgedRatio(JudgedSized):
    """A claim about how many times as many epochs one arm needs as another; the first of the training errors decides."""

    kind: Literal["ratio"] = "ratio"
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
