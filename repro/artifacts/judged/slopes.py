"""The entry of a claim that an error falls along a line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from repro.artifacts.judged.stated import Estimated, JudgedByRuns


@dataclass(frozen=True, kw_only=True)
class Line:
    """Variants with their places on an axis, and the power by which their error falls along it."""

    points: tuple[tuple[str, float], ...]
    fall: Estimated


@dataclass(frozen=True, kw_only=True)
class JudgedSlope(JudgedByRuns):
    """A claim that an error falls as something grows. `estimate` is the power, or that of the first line less the second's.

    along: what grows. lines: one, or two that are compared. num_seeds: seeds that all their variants have, each a line of its
    own. paper_value: the printed error of the arm. seeds_needed: to tell the smallest effect.
    """

    kind: Literal["slope"] = "slope"
    along: str
    paper_value: float | None = None
    lines: tuple[Line, ...] = ()
    num_seeds: int = 0
    p_equivalence: float | None = None
    seeds_needed: int | None = None
