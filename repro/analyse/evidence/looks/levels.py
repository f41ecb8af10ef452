"""What the interval of one of several looks must cover, so that those of all looks together hold the truth in 90 %.

Whoever may look three times, and stops when an interval leaves out zero, is wrong more easily than with one look. Shared
in equal parts among k looks (Bonferroni), what all intervals together may leave out is kept whatever rule stops, and
whatever the looks have in common: spreads that are lent at one look and not at the next, arms that are paired from the
second on. Pocock's boundary, which takes credit for the seeds that looks share, is narrower and was tried: where one arm
spreads three times as much it held in .86 of simulated tables (docs/calibration.md).
"""

from __future__ import annotations

from itertools import pairwise

#: What all looks together cover, and leave out on each side.
OVERALL, LEFT_OUT = 0.90, 0.05


def look_level(looks: tuple[int, ...]) -> float:
    """The level of the interval at each of `looks`, numbers of seeds in rising order; of a single look .90 itself.

    Raises:
        ValueError: there is no look, or they do not rise.
    """
    if not looks or looks[0] < 1 or any(one >= other for one, other in pairwise(looks)):
        raise ValueError(f"looks are at {looks} seeds; allowed: numbers that rise, from 1 on")
    return OVERALL if len(looks) == 1 else 1 - (1 - OVERALL) / len(looks)


def one_sided(level: float) -> float:
    """What an interval of `level` leaves out on each side."""
    return LEFT_OUT if level == OVERALL else (1 - level) / 2
