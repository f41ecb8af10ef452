"""Claims about a line: an error falls as something grows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from repro.spec.claims.stated import Stated
from repro.spec.terms.metrics import ELSEWHERE

#: A variant with its place on the axis: what it has as a share of what the paper's net has.
Place = tuple[str, float]


@dataclass(frozen=True, kw_only=True)
class Slope(Stated):
    """An error falls as something grows: by which power, along a straight line on logarithmic axes.

    Where the error is as the power -b of what grows, its fall is b. It is measured seed by seed.

    along: what grows, in words, such as "training images".
    points: the variants on the line, three and more, the arm among them at 1, with the share that each has of it.
    less: those of a second line; the claim is then that the first falls more.
    smallest_effect: the power below which the error counts as level. paper_value: the printed error of the arm.
    """

    kind: ClassVar[str] = "slope"
    along: str
    points: tuple[Place, ...]
    less: tuple[Place, ...] = ()
    smallest_effect: float
    paper_value: float | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_positive("smallest_effect")
        if self.measured.ratio != ELSEWHERE:
            self.refuse(f"is of {self.metric}", "an error, whose ratio means something")
        for line in (self.points, *([self.less] if self.less else [])):
            names, places = [name for name, _ in line], [place for _, place in line]
            if len(line) < 3 or len(set(names)) < len(names) or len(set(places)) < len(places) or min(places) <= 0:
                self.refuse(f"has the points {line}", "three and more variants, each once, at different places above 0")
        if dict(self.points).get(self.arm) != 1:
            self.refuse(f"is of {self.arm!r} with the points {self.points}", "an arm among the points, at 1")

    @property
    def arms(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for name, _ in (*self.points, *self.less)))


def weights(line: tuple[Place, ...]) -> dict[str, float]:
    """By variant what the logarithm of its error is multiplied with: the sum is the fall of the least-squares line."""
    logs = [math.log(place) for _, place in line]
    middle = math.fsum(logs) / len(logs)
    square = math.fsum((log - middle) ** 2 for log in logs)
    return {name: -(log - middle) / square for (name, _), log in zip(line, logs, strict=True)}
