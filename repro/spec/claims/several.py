"""Claims about several things at once: an order, a spread, the runs of a variant, or other claims."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar

from repro.spec.claims.sizes import ABOUT, Sized
from repro.spec.claims.stated import Stated

#: Orders of more variants have too many permutations to be tested.
MOST_RANKED = 8


@dataclass(frozen=True, kw_only=True)
class Ranking(Stated):
    """Variants come in an order. tiers: the best first; of variants in one tier nothing is said.

    smallest_effect: the difference below which two variants count as equal.
    """

    kind: ClassVar[str] = "ranking"
    tiers: tuple[tuple[str, ...], ...]
    smallest_effect: float

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_positive("smallest_effect")
        if self.untestable or self.not_run:
            return
        if len(self.tiers) < 2 or not all(self.tiers) or len(set(self.arms)) != len(self.arms):
            self.refuse(f"has the tiers {self.tiers}", "two and more, each with variants, each variant once")
        if len(self.arms) > MOST_RANKED:
            self.refuse(f"orders {len(self.arms)} variants", f"up to {MOST_RANKED}")
        if self.arm != self.arms[0]:
            self.refuse(f"is of {self.arm!r} and has the tiers {self.tiers}", "an arm that is the first of the first tier")

    @property
    def arms(self) -> tuple[str, ...]:
        return tuple(name for tier in self.tiers for name in tier)

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Every two variants of different tiers, the better one first."""
        return tuple((one, other) for high, low in combinations(self.tiers, 2) for one in high for other in low)


@dataclass(frozen=True, kw_only=True)
class Spread(Sized):
    """Variants differ by little: the largest value less the smallest is at most what is printed.

    among: the variants, the arm first. paper_delta: the printed spread, an upper bound. paper_arm,
        paper_against: the smallest and the largest printed value.
    """

    kind: ClassVar[str] = "spread"
    among: tuple[str, ...]
    paper_delta: float

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.untestable or self.not_run:
            return
        if self.paper_ratio is not None or self.bound != ABOUT or self.paper_most is not None:
            self.refuse("has a ratio or another bound", "a paper_delta alone, which is an upper bound")
        if len(self.among) < 2 or len(set(self.among)) != len(self.among) or self.among[0] != self.arm:
            self.refuse(f"is of {self.arm!r} among {self.among}", "two and more variants, each once, the arm first")

    @property
    def arms(self) -> tuple[str, ...]:
        return self.among


@dataclass(frozen=True, kw_only=True)
class Count(Stated):
    """Something shows in every run of one variant: its metric is at most, or at least, a number.

    at_most, at_least: that number, one of the two. chance: the share of runs that would show it by chance.
    """

    kind: ClassVar[str] = "count"
    at_most: float | None = None
    at_least: float | None = None
    chance: float

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.at_most is None) == (self.at_least is None):
            self.refuse(f"has at_most {self.at_most} and at_least {self.at_least}", "one of the two")
        if not 0 < self.chance < 0.5:
            self.refuse(f"has chance {self.chance}", "above 0 and below a half, or a run says nothing")

    def shows(self, value: float) -> bool:
        """Whether a run whose metric is `value` counts."""
        return value <= self.at_most if self.at_most is not None else self.at_least is not None and value >= self.at_least


@dataclass(frozen=True, kw_only=True)
class OfClaims(Stated):
    """A claim about other claims. parts: their ids."""

    parts: tuple[str, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(set(self.parts)) < 2 or len(set(self.parts)) != len(self.parts):
            self.refuse(f"has the parts {self.parts}", "two and more ids of claims, each once")


@dataclass(frozen=True, kw_only=True)
class Signs(OfClaims):
    """Effects, claims of their own, have the signs that are printed: more of them than by chance."""

    kind: ClassVar[str] = "signs"


@dataclass(frozen=True, kw_only=True)
class Every(OfClaims):
    """A statement that holds if all its parts, claims of their own, hold.

    paper_delta: the printed size of each.
    """

    kind: ClassVar[str] = "every"
    paper_delta: float | None = None
