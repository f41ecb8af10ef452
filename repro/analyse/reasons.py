"""Say in plain sentences, with numbers, why a verdict is what it is."""

from __future__ import annotations

import math
from collections.abc import Mapping

from repro.analyse import verdict

METRIC_NAMES = {
    "top1_error": "top-1 error",
    "top5_error": "top-5 error",
    "top1_gap": "gap between test and training top-1 error",
}
EXACT_NAMES = {"num_parameters": "parameters", "num_neurons": "neurons", "num_flops": "floating-point operations an image"}


def effect_measured(
    *,
    metric: str,
    arm: str,
    against: str,
    decided_on: str,
    estimate: float,
    interval: tuple[float, float] | None,
    n: Mapping[str, int],
    d0: float | None,
) -> str:
    """Return the sentence that states an effect: ours with its interval and seeds, then the paper's."""
    what = METRIC_NAMES.get(metric, metric)
    seeds = f"{n[against]} and {n[arm]} seeds"
    if decided_on == "log_ratio":
        spread = f"90 % interval {math.exp(interval[0]):.3f} to {math.exp(interval[1]):.3f}, " if interval else ""
        paper = f"; in the paper {math.exp(d0):.3f} times" if d0 is not None else ""
        return f"The {what} of {against} is {math.exp(estimate):.3f} times that of {arm} ({spread}{seeds}){paper}."
    spread = f"90 % interval {100 * interval[0]:+.2f} to {100 * interval[1]:+.2f}, " if interval else ""
    paper = f"; in the paper {100 * d0:+.2f}" if d0 is not None else ""
    return f"The {what} of {against} minus that of {arm} is {100 * estimate:+.2f} points ({spread}{seeds}){paper}."


def level_measured(
    *, metric: str, arm: str, estimate: float, interval: tuple[float, float] | None, n: int, printed: float
) -> str:
    """Return the sentence that states a level: ours with its interval and seeds, then the printed one."""
    spread = f"90 % interval {interval[0]:.1%} to {interval[1]:.1%}, " if interval else ""
    seeds = f"{n} seed{'s' * (n != 1)}"
    return f"The {METRIC_NAMES.get(metric, metric)} of {arm} is {estimate:.1%} here ({spread}{seeds}); printed: {printed:.1%}."


def exact_compared(*, metric: str, arm: str, value: float, printed: float, tolerance: float) -> str:
    """Return the sentence that compares a count with the printed one."""
    ratio = abs(value / printed - 1)
    side = "within" if ratio <= tolerance else "outside"
    what = EXACT_NAMES.get(metric, metric)
    return (
        f"The printed layers of {arm} give {value:,.0f} {what}; the paper says {printed:,.0f}: "
        f"{ratio:.1%} off, {side} the {tolerance:.0%} that its rounding allows."
    )


def meaning(name: str, *, size: str, decided_on: str, smallest_effect: float, d0: float | None, seeds_needed: int | None) -> str:
    """Return the sentence that says what the verdict on an effect means."""
    sizes = {
        "weaker": "the effect is weaker than the paper's",
        "stronger": "the effect is stronger than the paper's",
        "open": "whether it is as large as the paper's is open",
        "": "the paper prints no size to compare with",
    }
    if name == verdict.ABSENT:
        return f"The interval lies within {_amount(smallest_effect, decided_on)} of no effect: there is none that matters here."
    if name == verdict.DIRECTION:
        return f"The direction is the paper's; {sizes[size]}."
    if name == verdict.INCONCLUSIVE:
        both = "neither no effect nor the paper's is excluded" if d0 is not None else "the sign is open"
        needed = f"; about {seeds_needed} seeds per arm would decide (80 % power)" if seeds_needed else ""
        return f"The runs do not decide: {both}{needed}."
    return {
        verdict.REVERSED: "The direction is the opposite of the paper's.",
        verdict.REPRODUCED: "Direction and size are the paper's: the interval lies between half and twice its effect.",
        verdict.NOT_REPRODUCED: "An effect as large as the paper's is excluded; the sign is open.",
    }[name]


def level_meaning(name: str) -> str:
    """Return the sentence that says what the verdict on a level means."""
    band = f"the band of {100 * verdict.LEVEL_BAND:g} points around the printed value"
    return {
        verdict.REPRODUCED: f"The interval lies within {band}.",
        verdict.NOT_REPRODUCED: f"The interval lies wholly outside {band}.",
        verdict.INCONCLUSIVE: f"The interval crosses an edge of {band}.",
    }[name]


def no_spread(n: Mapping[str, int]) -> str:
    """Return the sentence that says why there is no interval."""
    if max(n.values(), default=0) < 2:
        return "One seed per arm shows no spread between seeds, so nothing can be decided; train at least two seeds per arm."
    return "All seeds gave the same value, so no spread between seeds can be estimated and nothing can be decided."


def _amount(effect: float, decided_on: str) -> str:
    return f"{100 * effect:.2f} points" if decided_on == "points" else f"{math.expm1(effect):.1%}"
