"""What claims of every kind have: the statement, its place, and what is measured of which variants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NoReturn

from repro.spec.datasets import Printed
from repro.spec.names import UnknownName
from repro.spec.terms.metrics import Metric, metric_named


@dataclass(frozen=True, kw_only=True)
class Reproduction:
    """Somebody else's measurement that speaks to a claim: errors in [0, 1].

    confidence: as in the facts (V, C, S, D, M).
    same_quantity: whether it is of the claim's metric; else it is listed beside the claim, but not drawn on
        its axis.
    url: where it is found.
    """

    who: str
    control: float | None
    ablated: float | None = None
    protocol: str
    confidence: str
    note: str = ""
    same_quantity: bool = True
    url: str = ""


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
