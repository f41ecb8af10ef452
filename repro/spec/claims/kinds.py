"""What a paper states, and the rule by which it is judged, fixed before any run. One type for each kind.

An effect is `metric(against) - metric(arm)`, so that positive is as the paper says: the arm is the variant
WITH the part that is claimed to help. Where more is better (average precision), it is the one that has less.
Errors are fractions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from repro.spec.claims.several import Count, Every, Ranking, Signs, Spread
from repro.spec.claims.sizes import Sized
from repro.spec.claims.slopes import Slope
from repro.spec.claims.stated import OfTwoArms, Stated
from repro.spec.terms.metrics import ALWAYS, EPOCHS, LAYERS, LEAVING
from repro.spec.terms.protocols import TRAINING

#: How an exact claim compares: the number equals the printed one, or is at most that.
BOUNDS = ("equal", "at_most")


@dataclass(frozen=True, kw_only=True)
class Effect(OfTwoArms, Sized):
    """A difference of two arms with a printed size."""

    kind: ClassVar[str] = "effect"
    paper_delta: float


@dataclass(frozen=True, kw_only=True)
class Direction(OfTwoArms):
    """A difference of two arms of which the paper prints the sign alone.

    smallest_effect: the effect below which we call it absent.
    """

    kind: ClassVar[str] = "direction"
    smallest_effect: float | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_positive("smallest_effect")
        if self.measured.ratio == ALWAYS:
            self.refuse(f"is of {self.metric}", "a metric with differences; of times and epochs a ratio, with a smallest_ratio")
        if self.smallest_effect is None and not self.untestable:
            self.refuse("has no smallest_effect", "the least difference that counts as one, in the metric's unit")


@dataclass(frozen=True, kw_only=True)
class NoWorse(OfTwoArms):
    """The arm loses nothing against the other. margin: the largest loss that still counts as none."""

    kind: ClassVar[str] = "no_worse"
    margin: float

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_positive("margin")


@dataclass(frozen=True, kw_only=True)
class Level(Stated):
    """The value of one arm. threshold: of epochs to a training error, that error."""

    kind: ClassVar[str] = "level"
    paper_value: float
    threshold: float | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_share("paper_value")
        if (self.threshold is not None) != (self.measured.name == EPOCHS):
            self.refuse(f"of {self.metric} has threshold {self.threshold}", f"a training error for {EPOCHS}, else none")


@dataclass(frozen=True, kw_only=True)
class Ratio(OfTwoArms, Sized):
    """How many times as many epochs `against` needs as the arm: to a training error, or to leave chance.

    paper_ratio: None where the paper prints no size. thresholds: the training errors at which it is measured;
        the first decides; none for epochs until chance is left.
    arm_grid, against_grid: variants that differ from the arm by their learning rate alone, itself included:
        of each grid the one that gets there in the fewest epochs stands for the arm.
    """

    kind: ClassVar[str] = "ratio"
    metric: str = EPOCHS
    protocol: str = TRAINING
    thresholds: tuple[float, ...] = ()
    arm_grid: tuple[str, ...] = ()
    against_grid: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.metric not in (EPOCHS, LEAVING) or self.protocol != TRAINING:
            self.refuse(f"is of {self.metric} by {self.protocol}", f"{EPOCHS} or {LEAVING} by {TRAINING}")
        if self.paper_delta is not None or self.smallest_effect is not None:
            self.refuse("has a difference", "a paper_ratio and a smallest_ratio, or none")
        if len(set(self.thresholds)) != len(self.thresholds) or bool(self.thresholds) != (self.metric == EPOCHS):
            got = f"of {self.metric} has the thresholds {self.thresholds}"
            self.refuse(got, f"for {EPOCHS} training errors, each once, the first of which decides; else none")
        for arm, grid in ((self.arm, self.arm_grid), (self.against, self.against_grid)):
            if grid and arm not in grid:
                self.refuse(f"has the grid {grid} of {arm}", "a grid that holds the arm itself")

    @property
    def variants(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*(self.arm_grid or (self.arm,)), *(self.against_grid or (self.against,)))))


@dataclass(frozen=True, kw_only=True)
class Within(Sized):
    """An effect inside each run of one arm: its metric by `against_protocol` minus that by `protocol`.

    Without an `against_protocol` the effect of a run is its metric. A size is printed as a difference, as for
    an Effect, or as `paper_ratio` where the metric is a time; or it is not printed, and `smallest_effect`, of
    times `smallest_ratio`, says what counts.
    """

    kind: ClassVar[str] = "within"
    against_protocol: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        counts = self.smallest_ratio if self.measured.ratio == ALWAYS else self.smallest_effect
        if self.printed_size is None and counts is None and not self.untestable:
            self.refuse("has no size", "paper_delta, paper_ratio, or a smallest_effect that says what counts")


@dataclass(frozen=True, kw_only=True)
class Exact(Stated):
    """A number that follows from the printed architecture. bound: one of BOUNDS.

    tolerance: the rounding that the paper's words allow, relative to the printed value.
    """

    kind: ClassVar[str] = "exact"
    paper_value: float
    tolerance: float = 0.0
    bound: str = "equal"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.measured.of != LAYERS:
            self.refuse(f"is of {self.metric}", "a metric that is counted in the printed layers")
        if self.bound not in BOUNDS:
            self.refuse(f"has bound {self.bound!r}", " or ".join(BOUNDS))
        if self.protocol or self.dataset:
            self.refuse("names a protocol or data", "neither: it is counted, not measured")


Claim = Effect | Direction | NoWorse | Level | Ratio | Within | Ranking | Spread | Slope | Count | Signs | Every | Exact
#: How files call the kinds.
CLAIM_KINDS = tuple(
    kind.kind for kind in (Effect, Direction, NoWorse, Level, Ratio, Within, Ranking, Spread, Slope, Count, Signs, Every, Exact)
)


def train_errors_of(claim: Claim) -> tuple[float, ...]:
    """Give the training errors to which epochs are counted; none for claims about something else."""
    match claim:
        case Ratio():
            return claim.thresholds
        case Level() if claim.threshold is not None:
            return (claim.threshold,)
        case _:
            return ()
