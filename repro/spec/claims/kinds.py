"""What a paper states, and the rule by which it is judged, fixed before any run. One type for each kind.

An effect is `metric(against) - metric(arm)`, so that positive is as the paper says: the arm is the variant
WITH the part that is claimed to help. Where more is better (average precision), it is the one that has less.
Errors are fractions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NoReturn

from repro.spec.datasets import Printed
from repro.spec.names import UnknownName
from repro.spec.terms.metrics import ALWAYS, ELSEWHERE, EPOCHS, LAYERS, Metric, metric_named
from repro.spec.terms.protocols import TRAINING

#: How an exact claim compares: the number equals the printed one, or is at most that.
BOUNDS = ("equal", "at_most")


@dataclass(frozen=True, kw_only=True)
class Reproduction:
    """Somebody else's measurement that speaks to a claim: errors in [0, 1].

    confidence: as in the facts (V, C, S, D, M).
    same_quantity: whether it is of the claim's metric; else it is listed beside the claim, but not drawn on
        its axis.
    """

    who: str
    control: float | None
    ablated: float | None = None
    protocol: str
    confidence: str
    note: str = ""
    same_quantity: bool = True


@dataclass(frozen=True, kw_only=True)
class Stated:
    """What claims of every kind have.

    id: as in the facts; claims that the facts do not number have ids of the same form.
    metric, protocol: what is measured and how (names of repro.spec.terms); of a timing the protocol is the
        network.
    arm: the variant that the statement is about, "" where no run here can speak to it.
    dataset: the data that the statement is about; None where no data are.
    row, column: where the number stands in a table of the paper, in its own words; its page then has a table
        of that layout.
    not_run: why nothing has been run for this claim yet. untestable: why no run here can speak to it, at any
        scale.

    Raises:
        ValueError: the fields make no claim of the kind; names the claim, what it has and what is allowed.
    """

    kind: ClassVar[str]
    id: str
    where: str
    statement: str
    metric: str
    protocol: str = ""
    arm: str = ""
    dataset: Printed | None = None
    row: str = ""
    column: str = ""
    not_run: str = ""
    untestable: str = ""
    confidence: str = "V"
    note: str = ""
    reproductions: tuple[Reproduction, ...] = ()

    def __post_init__(self) -> None:
        if not self.arm and not self.not_run and not self.untestable:
            self.refuse("names no arm", "a variant, or a reason why no run speaks to it (untestable, not_run)")
        if self.not_run and self.untestable:
            self.refuse("is both untestable and not_run", "one of the two reasons")
        _ = self.measured

    @property
    def arms(self) -> tuple[str, ...]:
        """The variants that the statement is about, the arm first."""
        return (self.arm,) if self.arm else ()

    @property
    def variants(self) -> tuple[str, ...]:
        """All variants on whose runs the claim rests."""
        return self.arms

    @property
    def measured(self) -> Metric:
        """What the claim measures; raise ValueError if there is no such metric."""
        try:
            return metric_named(self.metric)
        except UnknownName as error:
            raise ValueError(f"claim {self.id} ({self.kind}): {error}") from None

    def refuse(self, got: str, allowed: str) -> NoReturn:
        """Refuse the claim."""
        raise ValueError(f"claim {self.id} ({self.kind}) {got}; allowed: {allowed}")

    def check_share(self, *names: str) -> None:
        """Refuse values of these fields that are no fractions, where the metric is one."""
        for name in names:
            value: float | None = getattr(self, name)
            if value is not None and self.measured.unit.share and not 0 < value < 1:
                self.refuse(f"has {name} {value}", "a fraction between 0 and 1, as 0.375 for 37.5 %")

    def check_positive(self, *names: str) -> None:
        """Refuse sizes, the values of these fields, that are not above 0."""
        for name in names:
            value: float | None = getattr(self, name)
            if value is not None and value <= 0:
                self.refuse(f"has {name} {value}", "above 0, which is the paper's direction; exchange the arms, or signs")


@dataclass(frozen=True, kw_only=True)
class OfTwoArms(Stated):
    """A claim that compares two variants. against: the one with which the arm is compared."""

    against: str

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.against or self.against == self.arm:
            self.refuse(f"compares {self.arm!r} with {self.against!r}", "two variants")

    @property
    def arms(self) -> tuple[str, ...]:
        return tuple(name for name in (self.arm, self.against) if name)


@dataclass(frozen=True, kw_only=True)
class Effect(OfTwoArms):
    """A difference of two arms with a printed size.

    paper_delta: the printed effect. paper_arm, paper_against: the two printed values behind it. Off the
        paper's own data errors are compared by their ratio, which these two give.
    unpaired: where the paper prints the difference of two errors and neither of them, that it does: the claim
        then cannot be tested on other data.
    smallest_effect: the effect below which we call it absent; None: a quarter of the paper's.
    """

    kind: ClassVar[str] = "effect"
    paper_delta: float
    paper_arm: float | None = None
    paper_against: float | None = None
    unpaired: str = ""
    smallest_effect: float | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        check_size(self)


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
class Ratio(OfTwoArms):
    """How many times as many epochs to a training error `against` needs as the arm.

    thresholds: the training errors at which it is measured; the first decides.
    arm_grid, against_grid: variants that differ from the arm by their learning rate alone, itself included:
        of each grid the one that gets there in the fewest epochs stands for the arm.
    """

    kind: ClassVar[str] = "ratio"
    metric: str = EPOCHS
    protocol: str = TRAINING
    paper_ratio: float
    thresholds: tuple[float, ...]
    arm_grid: tuple[str, ...] = ()
    against_grid: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.metric, self.protocol) != (EPOCHS, TRAINING):
            self.refuse(f"is of {self.metric} by {self.protocol}", f"{EPOCHS} by {TRAINING}")
        if self.paper_ratio <= 1:
            self.refuse(f"has paper_ratio {self.paper_ratio}", "above 1, which is the paper's direction; exchange the arms")
        if not self.thresholds or len(set(self.thresholds)) != len(self.thresholds):
            self.refuse(f"has the thresholds {self.thresholds}", "training errors, each once, the first of which decides")
        for arm, grid in ((self.arm, self.arm_grid), (self.against, self.against_grid)):
            if grid and arm not in grid:
                self.refuse(f"has the grid {grid} of {arm}", "a grid that holds the arm itself")

    @property
    def variants(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*(self.arm_grid or (self.arm,)), *(self.against_grid or (self.against,)))))


@dataclass(frozen=True, kw_only=True)
class Within(Stated):
    """An effect inside each run of one arm: its metric by `against_protocol` minus that by `protocol`.

    Without an `against_protocol` the effect of a run is its metric. The size is printed as a difference, as
    for an Effect, or as `paper_ratio` where the metric is a time; or it is not printed, and `smallest_effect`
    says what counts.
    """

    kind: ClassVar[str] = "within"
    against_protocol: str = ""
    paper_delta: float | None = None
    paper_arm: float | None = None
    paper_against: float | None = None
    unpaired: str = ""
    paper_ratio: float | None = None
    smallest_effect: float | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        check_size(self)
        self.check_positive("paper_ratio")
        if self.paper_delta is not None and self.paper_ratio is not None:
            self.refuse("has a paper_delta and a paper_ratio", "one of them")
        if self.paper_ratio is not None and self.measured.ratio != ALWAYS:
            self.refuse(f"has a paper_ratio of {self.metric}", "a ratio of times; an effect on errors has a paper_delta")
        unsized = self.paper_delta is None and self.paper_ratio is None and not self.untestable
        if unsized and self.smallest_effect is None:
            self.refuse("has no size", "paper_delta, paper_ratio, or a smallest_effect that says what counts")


@dataclass(frozen=True, kw_only=True)
class Every(Stated):
    """A statement that holds if all its parts, claims of their own, hold.

    paper_delta: the printed size of each.
    """

    kind: ClassVar[str] = "every"
    parts: tuple[str, ...]
    paper_delta: float | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(set(self.parts)) < 2 or len(set(self.parts)) != len(self.parts):
            self.refuse(f"has the parts {self.parts}", "two and more ids of claims, each once")


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


Claim = Effect | Direction | NoWorse | Level | Ratio | Within | Every | Exact
#: How files call the kinds.
CLAIM_KINDS = tuple(kind.kind for kind in (Effect, Direction, NoWorse, Level, Ratio, Within, Every, Exact))


def train_errors_of(claim: Claim) -> tuple[float, ...]:
    """Give the training errors to which epochs are counted; none for claims about something else."""
    match claim:
        case Ratio():
            return claim.thresholds
        case Level() if claim.threshold is not None:
            return (claim.threshold,)
        case _:
            return ()


def check_size(claim: Effect | Within) -> None:
    """Refuse an effect whose printed size cannot be compared."""
    claim.check_positive("paper_delta", "smallest_effect")
    claim.check_share("paper_delta", "paper_arm", "paper_against")
    if (claim.paper_arm is None) != (claim.paper_against is None):
        claim.refuse("has one of paper_arm and paper_against", "both or neither")
    if claim.paper_arm is not None and claim.paper_against is not None and claim.paper_against <= claim.paper_arm:
        got = f"has paper_arm {claim.paper_arm} and paper_against {claim.paper_against}"
        claim.refuse(got, "more against than the arm, which is the paper's direction; exchange the arms")
    if claim.paper_delta is None or claim.measured.ratio != ELSEWHERE:
        return
    if claim.paper_arm is None and not claim.unpaired:
        claim.refuse(
            f"has paper_delta {claim.paper_delta} of {claim.metric} alone",
            "paper_arm and paper_against, the two printed errors, whose ratio is compared on other data; or, where the paper "
            "prints neither, unpaired with the reason",
        )
    if claim.paper_arm is not None and claim.unpaired:
        claim.refuse("is unpaired and has both values", "one of the two")
