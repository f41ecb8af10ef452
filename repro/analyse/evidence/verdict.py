"""Decide what an interval says about a claim: pure functions, first match wins."""

from __future__ import annotations

from collections.abc import Sequence

ABSENT = "ABSENT"
REVERSED = "REVERSED"
REPRODUCED = "REPRODUCED"
DIRECTION = "DIRECTION"
NOT_REPRODUCED = "NOT-REPRODUCED"
INCONCLUSIVE = "INCONCLUSIVE"
INVALID = "INVALID"
INCOMPLETE = "INCOMPLETE"
UNTESTABLE = "UNTESTABLE-HERE"
EXACT_PASS = "EXACT-PASS"
EXACT_FAIL = "EXACT-FAIL"

#: Verdicts that an interval decides, and those that a gate or plain arithmetic decides.
DECIDED = (ABSENT, REVERSED, REPRODUCED, DIRECTION, NOT_REPRODUCED, INCONCLUSIVE)
VERDICTS = (*DECIDED, INVALID, INCOMPLETE, UNTESTABLE, EXACT_PASS, EXACT_FAIL)

#: A claim of several parts has the first of these that a part has: what blocks, then what refutes, then what is open.
EVERY_ORDER = (
    INVALID,
    INCOMPLETE,
    UNTESTABLE,
    EXACT_FAIL,
    REVERSED,
    ABSENT,
    NOT_REPRODUCED,
    INCONCLUSIVE,
    DIRECTION,
    REPRODUCED,
    EXACT_PASS,
)

#: Share of the paper's effect below which an effect is called absent, unless the claim says otherwise.
SMALLEST_SHARE = 1 / 4
#: The band around the paper's effect, as shares of it, in which sign and size are called reproduced.
REPRODUCED_BAND = (1 / 2, 2.0)
#: A level is reproduced if its interval lies within half a point of the printed value.
LEVEL_BAND = 0.005
#: A control whose top-1 error is above this share of chance has not learned: nothing can be concluded from it.
SANITY_FLOOR = 0.9


def decide_effect(interval: tuple[float, float], *, d0: float | None, smallest_effect: float) -> str:
    """The verdict on an effect from its 90 % interval; positive is the paper's direction.

    d0: the paper's effect, above 0; None if it printed none (then its size can neither be reproduced nor excluded).
    smallest_effect: above 0, the effect below which we call it absent.

    Raises:
        ValueError: the interval is upside down, or a size is not positive.
    """
    low, high = _checked(interval)
    if smallest_effect <= 0 or (d0 is not None and d0 <= 0):
        raise ValueError(f"effect of the paper is {d0}, smallest effect {smallest_effect}; allowed: above 0 (see the claim)")
    if -smallest_effect < low and high < smallest_effect:
        return ABSENT
    if high < 0:
        return REVERSED
    if d0 is not None and low > REPRODUCED_BAND[0] * d0 and high < REPRODUCED_BAND[1] * d0:
        return REPRODUCED
    if low > 0:
        return DIRECTION
    if d0 is not None and high < d0:
        return NOT_REPRODUCED
    return INCONCLUSIVE


def decide_no_worse(interval: tuple[float, float], *, margin: float) -> str:
    """The verdict on a claim that an arm loses nothing, from the 90 % interval of its effect; a loss is negative.

    margin: above 0, the largest loss that still counts as none.

    Raises:
        ValueError: the interval is upside down, or the margin is not positive.
    """
    low, high = _checked(interval)
    if margin <= 0:
        raise ValueError(f"margin is {margin}; allowed: above 0 (see the claim's smallest_effect)")
    if low > -margin:
        return REPRODUCED
    return REVERSED if high < -margin else INCONCLUSIVE


def size_flag(interval: tuple[float, float], *, d0: float | None) -> str:
    """Say how the size of an effect of the paper's direction compares: weaker, stronger, open, or nothing to compare with."""
    low, high = _checked(interval)
    if d0 is None:
        return ""
    if high < d0:
        return "weaker"
    return "stronger" if low > d0 else "open"


def decide_level(interval: tuple[float, float], *, printed: float) -> str:
    """The verdict on a level: does its 90 % interval lie inside, or wholly outside, the band around the printed value?"""
    low, high = _checked(interval)
    if printed - LEVEL_BAND < low and high < printed + LEVEL_BAND:
        return REPRODUCED
    if high < printed - LEVEL_BAND or low > printed + LEVEL_BAND:
        return NOT_REPRODUCED
    return INCONCLUSIVE


def decide_bound(low: float, *, d0: float | None) -> tuple[str, str]:
    """Verdict and size of an effect of which only a lower bound is known: the lower end of its 90 % interval.

    A bound can show the direction; that a size is the paper's, or is not, it can never show.
    """
    if low <= 0:
        return INCONCLUSIVE, ""
    return DIRECTION, "stronger" if d0 is not None and low > d0 else "open" if d0 is not None else ""


def decide_every(verdicts: Sequence[str]) -> str:
    """The verdict on a claim all of whose parts must hold: the first of EVERY_ORDER that a part has."""
    return next(name for name in EVERY_ORDER if name in verdicts)


def decide_exact(value: float, *, printed: float, tolerance: float, bound: str) -> str:
    """The verdict on a number that follows from the architecture; `tolerance` is relative to the printed value.

    bound: `equal`, or `at_most`: the number may be smaller.
    """
    if bound == "at_most":
        return EXACT_PASS if value <= printed + tolerance * abs(printed) else EXACT_FAIL
    return EXACT_PASS if abs(value - printed) <= tolerance * abs(printed) else EXACT_FAIL


def control_failed(error: float, *, num_classes: int) -> bool:
    """Say whether a control's mean top-1 error is so close to chance that it has not learned."""
    return error > SANITY_FLOOR * (1 - 1 / num_classes)


def _checked(interval: tuple[float, float]) -> tuple[float, float]:
    low, high = interval
    if not low <= high:
        raise ValueError(f"interval is {low} to {high}; allowed: two numbers in rising order")
    return low, high
