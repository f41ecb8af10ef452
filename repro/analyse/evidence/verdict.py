"""Decide what an interval says about a claim: pure functions, first match wins."""

from __future__ import annotations

from collections.abc import Sequence

from repro.analyse.evidence.sizes import Size, about, unsized
from repro.spec.terms.metrics import chance_floor

ABSENT = "ABSENT"
REVERSED = "REVERSED"
REPRODUCED = "REPRODUCED"
DIRECTION = "DIRECTION"
NOT_REPRODUCED = "NOT-REPRODUCED"
INCONCLUSIVE = "INCONCLUSIVE"
DID_NOT_TRAIN = "DID-NOT-TRAIN"
POST_HOC = "POST-HOC"
INVALID = "INVALID"
INCOMPLETE = "INCOMPLETE"
UNTESTABLE = "UNTESTABLE-HERE"
NOT_COMPARABLE = "NOT-COMPARABLE"
EXACT_PASS = "EXACT-PASS"
EXACT_FAIL = "EXACT-FAIL"

#: Verdicts that an interval decides, and those that a gate or plain arithmetic decides.
DECIDED = (ABSENT, REVERSED, REPRODUCED, DIRECTION, NOT_REPRODUCED, INCONCLUSIVE)
VERDICTS = (*DECIDED, DID_NOT_TRAIN, POST_HOC, INVALID, INCOMPLETE, UNTESTABLE, NOT_COMPARABLE, EXACT_PASS, EXACT_FAIL)
#: What is no question for the runs here; and verdicts that answer one.
NO_QUESTION = (UNTESTABLE, NOT_COMPARABLE)
ANSWERS = (ABSENT, REVERSED, REPRODUCED, DIRECTION, NOT_REPRODUCED, DID_NOT_TRAIN, EXACT_PASS, EXACT_FAIL)

#: A claim of several parts has the first of these that a part has: what blocks, then what refutes, then what
#: is open.
BLOCKING = (INVALID, INCOMPLETE, UNTESTABLE, NOT_COMPARABLE, DID_NOT_TRAIN)
REFUTING = (EXACT_FAIL, REVERSED, ABSENT, NOT_REPRODUCED)
HOLDING = (DIRECTION, REPRODUCED, EXACT_PASS)
EVERY_ORDER = (*BLOCKING, *REFUTING, INCONCLUSIVE, *HOLDING)

#: One-sided: an interval of 90 % leaves out so much on each side.
ONE_SIDED = 0.05
#: A level is reproduced if its interval lies within half a point of the printed value, or within one unit of
#: the last digit that is printed where that is more: a value of .41 may have been .405 to .415.
LEVEL_BAND = 0.005
#: In more than this share of all runs, for certain, a thing must show that is said to show in every run.
MOST_RUNS = 1 / 2


def decide(interval: tuple[float, float], size: Size, *, sides: tuple[float, float] | None = None) -> str:
    """The verdict on an effect from its 90 % interval; positive is the paper's direction.

    sides: the interval that tells the sign, where it is another: the sign of a difference is one question on
        whatever scale its size is compared.

    Raises:
        ValueError: an interval is upside down.
    """
    low, high = _checked(interval)
    left, right = _checked(sides or interval)
    if -size.smallest < low and high < size.smallest:
        return ABSENT
    if right < 0:
        return REVERSED
    if left > 0:
        inside = size.band is not None and size.band[0] < low and high < size.band[1]
        return REPRODUCED if inside else DIRECTION
    return NOT_REPRODUCED if size.least is not None and high < size.least else INCONCLUSIVE


def decide_effect(interval: tuple[float, float], *, d0: float | None, smallest_effect: float) -> str:
    """The verdict on an effect of about the size `d0`, above 0; None: no size is printed."""
    return decide(interval, unsized(smallest_effect) if d0 is None else about(d0, smallest=smallest_effect))


def decide_no_worse(interval: tuple[float, float], *, margin: float) -> str:
    """The verdict on a claim of no loss, from the 90 % interval of the effect; a loss is negative.

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


def size_flag(interval: tuple[float, float], size: Size) -> str:
    """How the size of an effect of the paper's direction compares: weaker, stronger, open, or ""."""
    low, high = _checked(interval)
    if size.least is None or size.most is None:
        return ""
    if high < size.least:
        return "weaker"
    return "stronger" if low > size.most else "open"


def decide_spread(interval: tuple[float, float], *, bound: float) -> str:
    """The verdict on a spread that is at most `bound`, from its 90 % interval, which begins at 0 or above.

    Where the spread is about the bound itself no number of seeds tells on which side: up to twice the bound
    it is then as small as the paper says in size (DIRECTION), as in the band of an effect.
    """
    low, high = _checked(interval)
    if bound <= 0 or low < 0:
        raise ValueError(f"spread is {interval}, its bound {bound}; allowed: a spread from 0 on and a bound above 0")
    if high <= bound:
        return REPRODUCED
    if low > bound:
        return NOT_REPRODUCED
    return DIRECTION if high <= 2 * bound else INCONCLUSIVE


def decide_share(interval: tuple[float, float], *, every: bool, chance: float) -> str:
    """The verdict on what is said to show in every run, from the 90 % interval of the share that shows it.

    every: whether all runs here show it. chance: the share that would show it by chance, below MOST_RUNS.
    """
    low, high = _checked(interval)
    if not 0 <= low <= high <= 1 or not 0 < chance <= MOST_RUNS:
        raise ValueError(f"share is {interval}, by chance {chance}; allowed: from 0 to 1, and a chance up to {MOST_RUNS}")
    if every and low > MOST_RUNS:
        return REPRODUCED
    if low > chance:
        return DIRECTION
    return NOT_REPRODUCED if high < MOST_RUNS else INCONCLUSIVE


def decide_signs(interval: tuple[float, float], *, every: bool) -> str:
    """The verdict on printed signs, from the 90 % interval of the share that has them; by chance a half."""
    low, high = _checked(interval)
    if not 0 <= low <= high <= 1:
        raise ValueError(f"share is {interval}; allowed: from 0 to 1")
    if low > 1 / 2:
        return REPRODUCED if every else DIRECTION
    return REVERSED if high < 1 / 2 else INCONCLUSIVE


def decide_ranking(pairs: Sequence[str], *, adjusted: Sequence[str], trend: bool) -> str:
    """The verdict on an order from the verdicts of its pairs, each a direction.

    adjusted: the same with intervals so wide that one of all is wrong as seldom as one alone (Holm), which
        refute. trend: whether a test of the whole order finds it.
    """
    if all(name == ABSENT for name in pairs):
        return ABSENT
    if REVERSED in adjusted:
        return REVERSED
    if all(name in HOLDING for name in pairs):
        return REPRODUCED
    if trend:
        return DIRECTION
    return NOT_REPRODUCED if ABSENT in adjusted else INCONCLUSIVE


def decide_level(interval: tuple[float, float], *, printed: float, band: float = LEVEL_BAND) -> str:
    """The verdict on a level: does its interval lie inside, or wholly outside, the band around the printed?"""
    low, high = _checked(interval)
    if printed - band < low and high < printed + band:
        return REPRODUCED
    if high < printed - band or low > printed + band:
        return NOT_REPRODUCED
    return INCONCLUSIVE


def decide_bound(low: float, size: Size) -> tuple[str, str]:
    """Verdict and size of an effect of which only a lower bound is known: the lower end of its 90 % interval.

    A bound can show the direction, and a printed lower bound; that another size is the paper's it can never
    show.
    """
    if low <= 0:
        return INCONCLUSIVE, ""
    if size.least is None or size.most is None:
        return DIRECTION, ""
    if low > size.least and size.most == float("inf"):
        return REPRODUCED, ""
    return DIRECTION, "stronger" if low > size.most else "open"


def decide_every(verdicts: Sequence[str], *, adjusted: Sequence[str] | None = None) -> str:
    """The verdict on a claim all of whose parts must hold: each holds at its own level.

    adjusted: the parts' verdicts with intervals so wide that one of all is wrong as seldom as one alone
        (Holm): those refute the whole. None: the same.
    """
    refuting = [name for name in (verdicts if adjusted is None else adjusted) if name in REFUTING]
    found = [name if name in (*BLOCKING, *HOLDING) else INCONCLUSIVE for name in verdicts] + refuting
    return next(name for name in EVERY_ORDER if name in found)


def decide_exact(value: float, *, printed: float, tolerance: float, bound: str) -> str:
    """The verdict on a counted number; `tolerance` is relative to the printed value.

    bound: `equal`, or `at_most`: the number may be smaller.
    """
    if bound == "at_most":
        return EXACT_PASS if value <= printed + tolerance * abs(printed) else EXACT_FAIL
    return EXACT_PASS if abs(value - printed) <= tolerance * abs(printed) else EXACT_FAIL


def control_failed(error: float, *, num_classes: int) -> bool:
    """Say whether a control's mean top-1 error is so close to chance that it has not learned."""
    return error > chance_floor(num_classes)


def _checked(interval: tuple[float, float]) -> tuple[float, float]:
    low, high = interval
    if not low <= high:
        raise ValueError(f"interval is {low} to {high}; allowed: two numbers in rising order")
    return low, high
