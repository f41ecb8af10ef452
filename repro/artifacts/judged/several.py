"""Entries of claims about several things at once: an order, a spread, the runs of a variant, other claims."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from repro.artifacts.judged.stated import Estimated, Interval, Judged, JudgedByRuns


@dataclass(frozen=True, kw_only=True)
class RankedPair:
    """Two variants of an order, the better one of the paper first, and what is found of them in points.

    p: two-sided; p_holm: adjusted for all pairs of the order. refutes: the verdict with an interval adjusted
    likewise.
    """

    arm: str
    against: str
    estimate: Estimated
    p: float | None
    p_holm: float | None
    verdict: str
    refutes: str


@dataclass(frozen=True, kw_only=True)
class JudgedRanking(JudgedByRuns):
    """A claim about an order. tiers: the best variants first. p_trend: of Page's test, one-sided.

    seeds_needed: of each variant, to tell two that differ by the smallest effect.
    """

    kind: Literal["ranking"] = "ranking"
    tiers: tuple[tuple[str, ...], ...]
    pairs: tuple[RankedPair, ...] = ()
    p_trend: float | None = None
    num_blocks: int = 0
    seeds_needed: int | None = None


@dataclass(frozen=True, kw_only=True)
class JudgedSpread(JudgedByRuns):
    """A claim that the largest of several values less the smallest is at most `d0`, on the deciding scale.

    paper_delta: the printed spread. paper_arm, paper_against: the smallest and the largest printed value.
    points: the spread here. largest, smallest: the variants of the largest and the smallest value.
    seeds_needed: of each variant, to find a spread of none within the bound.
    """

    kind: Literal["spread"] = "spread"
    paper_delta: float
    paper_arm: float | None
    paper_against: float | None
    d0: float | None = None
    points: Estimated | None = None
    largest: str = ""
    smallest: str = ""
    seeds_needed: int | None = None


@dataclass(frozen=True, kw_only=True)
class JudgedCount(JudgedByRuns):
    """A claim that a metric is at most, or at least, a number in every run; `estimate` is a share of runs.

    chance: the share of runs that show it by chance. shown: the runs that show it. num_runs: those measured.
    """

    kind: Literal["count"] = "count"
    at_most: float | None
    at_least: float | None
    chance: float
    shown: tuple[str, ...] = ()
    num_runs: int = 0
    seeds_needed: int | None = None


@dataclass(frozen=True, kw_only=True)
class Part:
    """One of the claims that must all hold. refutes: its verdict with an interval adjusted for them all."""

    id: str
    verdict: str
    refutes: str = ""


@dataclass(frozen=True, kw_only=True)
class JudgedParts(Judged):
    """A claim that holds if all its parts, claims of their own, hold."""

    kind: Literal["every"] = "every"
    paper_delta: float | None
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SignedPart:
    """An effect whose sign is counted. estimate: positive as printed; None where it is not measured."""

    id: str
    estimate: float | None


@dataclass(frozen=True, kw_only=True)
class JudgedSigns(Judged):
    """A claim that effects have the printed signs. estimate: the share that has; p_raw: that it is chance."""

    kind: Literal["signs"] = "signs"
    parts: tuple[SignedPart, ...] = ()
    num_printed: int = 0
    num_measured: int = 0
    estimate: float | None = None
    ci90: Interval | None = None
    ci95: Interval | None = None
    p_raw: float | None = None

    @property
    def deciding(self) -> Estimated | None:
        """The share with its exact intervals; None where nothing was measured."""
        return None if self.estimate is None else Estimated(estimate=self.estimate, ci90=self.ci90, ci95=self.ci95)
