"""The size that a claim prints, on the scale that decides it."""

from __future__ import annotations

import math

from repro.analyse.evidence.sizes import (
    SMALLEST_RATIO,
    SMALLEST_SHARE,
    Size,
    about,
    about_ratio,
    between,
    smallest_log,
    unsized,
)
from repro.spec.claims import (
    ABOUT,
    AT_LEAST,
    Claim,
    Count,
    Direction,
    Every,
    Exact,
    Level,
    NoWorse,
    Ranking,
    Signs,
    Sized,
    Slope,
    Stated,
)
from repro.spec.datasets import SAME_DATA
from repro.spec.terms.metrics import ALWAYS, NEVER


def paper_log_ratio(claim: Stated) -> float | None:
    """The logarithm of the paper's ratio, or of that of its two errors; None without either."""
    if not isinstance(claim, Sized):
        return None
    if claim.paper_ratio is not None:
        return math.log(claim.paper_ratio)
    return math.log(claim.paper_against / claim.paper_arm) if claim.paper_arm and claim.paper_against else None


def paper_delta(claim: Claim) -> float | None:
    """The printed difference; None where there is none."""
    return claim.paper_delta if isinstance(claim, Sized | Every) else None


def decided_on(claim: Claim, *, evidence: str) -> str:
    """The deciding scale: the log ratio for paces, speeds and, off the paper's data, errors with a size.

    Points decide on the paper's own data, for bare directions and orders, and for what is no error (a gap, a
    selectivity).
    """
    if isinstance(claim, Level | Exact | Count | Signs | Slope):
        return "value"
    if claim.measured.ratio == ALWAYS:
        return "log_ratio"
    if evidence == SAME_DATA or paper_delta(claim) is None or claim.measured.ratio == NEVER:
        return "points"
    return "log_ratio"


def size_of(claim: Claim, *, decided_on: str) -> Size | None:
    """By which size `claim` is judged on the deciding scale.

    None where none is known there, as that of a difference of errors of which the two are not printed.
    """
    match claim:
        case Direction() | Ranking():
            return None if claim.smallest_effect is None else unsized(claim.smallest_effect)
        case NoWorse():
            return unsized(claim.margin)
        case Sized() if claim.measured.ratio == ALWAYS:
            return _ratio_size(claim)
        case Sized() if claim.paper_delta is not None:
            return _difference_size(claim, claim.paper_delta, decided_on=decided_on)
        case Sized():
            return None if claim.smallest_effect is None else unsized(claim.smallest_effect)
        case _:
            return None


def _ratio_size(claim: Sized) -> Size:
    """The size of a ratio of times or epochs."""
    ratio, smallest = claim.paper_ratio, claim.smallest_ratio
    if ratio is None:
        return unsized(math.log(smallest or SMALLEST_RATIO))
    if claim.bound == ABOUT and claim.paper_most is None:
        return about_ratio(ratio, smallest=smallest)
    least = math.log(smallest) if smallest else smallest_log(ratio)
    return between(math.log(ratio), _log_most(claim), smallest=least)


def _log_most(claim: Sized) -> float:
    return math.log(claim.paper_most) if claim.paper_most is not None else math.inf


def _difference_size(claim: Sized, delta: float, *, decided_on: str) -> Size | None:
    """The size of a difference, which the two printed errors carry over to other data.

    The arm's printed error stays as it is; the other end of a printed interval is what the error without the
    part would be.
    """
    d0 = delta if decided_on == "points" else paper_log_ratio(claim)
    if d0 is None:
        return None
    smallest = (SMALLEST_SHARE if claim.smallest_effect is None else claim.smallest_effect / delta) * d0
    if claim.bound == AT_LEAST:
        return between(d0, math.inf, smallest=smallest)
    if claim.paper_most is None:
        return about(d0, smallest=smallest)
    most = claim.paper_most
    if decided_on != "points":
        assert claim.paper_arm is not None, f"claim {claim.id} has a log ratio and no values"
        most = math.log1p(most / claim.paper_arm)
    return between(d0, most, smallest=smallest)
