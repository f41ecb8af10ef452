"""Say in plain sentences, with numbers, why a verdict is what it is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from repro.analyse.evidence import verdict
from repro.spec.terms.metrics import TIMINGS, metric_named, metric_title, unit_of
from repro.spec.terms.protocols import protocol_named


def effect_measured(
    *,
    metric: str,
    protocol: str = "",
    arm: str,
    against: str,
    decided_on: str,
    estimate: float,
    interval: tuple[float, float] | None,
    n: Mapping[str, int],
    d0: float | None,
) -> str:
    """The sentence that states an effect: ours with its interval and seeds, then the paper's."""
    what = metric_title(metric, protocol=protocol)
    seeds = f"{n[against]} and {n[arm]} seeds"
    if decided_on == "log_ratio":
        spread = f"90 % interval {math.exp(interval[0]):.3f} to {math.exp(interval[1]):.3f}, " if interval else ""
        paper = f"; in the paper {math.exp(d0):.3f} times" if d0 is not None else ""
        return f"The {what} of {against} is {math.exp(estimate):.3f} times that of {arm} ({spread}{seeds}){paper}."
    return f"The {what} of {against} minus that of {arm} is {_points(metric, estimate, interval, seeds=seeds, d0=d0)}."


def within_measured(
    *,
    metric: str,
    arm: str,
    protocol: str,
    against_protocol: str,
    decided_on: str,
    estimate: float,
    interval: tuple[float, float] | None,
    n: int,
    d0: float | None,
) -> str:
    """The sentence that states an effect inside runs: ours with its interval and runs, then the paper's."""
    what, runs = metric_title(metric), f"{n} run{'s' * (n != 1)}, each compared with itself"
    if not against_protocol:
        runs = f"{n} run{'s' * (n != 1)}"
        return f"The {what} of {arm} is {_points(metric, estimate, interval, seeds=runs, d0=d0)}."
    # What a time is measured by is the network that was timed.
    timed = metric_named(metric).of == TIMINGS
    title, against_title = (name if timed else protocol_named(name).title for name in (protocol, against_protocol))
    if timed:
        spread = f"90 % interval {math.exp(interval[0]):.2f} to {math.exp(interval[1]):.2f}, " if interval else ""
        paper = f"; in the paper {math.exp(d0):.3g} times" if d0 is not None else ""
        return f"The {what} is with {against_title} {math.exp(estimate):.2f} times that with {title} ({spread}{runs}){paper}."
    if decided_on == "log_ratio":
        spread = f"90 % interval {math.exp(interval[0]):.3f} to {math.exp(interval[1]):.3f}, " if interval else ""
        paper = f"; in the paper {math.exp(d0):.3f} times" if d0 is not None else ""
        return (
            f"The {what} of {arm} by {against_title} is {math.exp(estimate):.3f} times that by {title} ({spread}{runs}){paper}."
        )
    points = _points(metric, estimate, interval, seeds=runs, d0=d0)
    return f"The {what} of {arm} by {against_title} minus that by {title} is {points}."


def _points(metric: str, estimate: float, interval: tuple[float, float] | None, *, seeds: str, d0: float | None) -> str:
    """A difference with its interval: points of error, or in the metric's own unit."""
    unit = unit_of(metric)
    factor, digits, words = unit.factor, 2 if unit.share else 3, unit.difference
    spread = f"90 % interval {factor * interval[0]:+.{digits}f} to {factor * interval[1]:+.{digits}f}, " if interval else ""
    paper = f"; in the paper {factor * d0:+.{digits}f}" if d0 is not None else ""
    return f"{factor * estimate:+.{digits}f} {words} ({spread}{seeds}){paper}"


def pace_chosen(arm: str, grid: Sequence[str], *, num_seeds: int) -> str:
    """The sentence that says which of several learning rates stands for an arm, and why."""
    if len(grid) < 2:
        return ""
    seeds = f"{num_seeds} seed{'s' * (num_seeds != 1)} each"
    return (
        f"{arm} stands for its unit: of {', '.join(grid)} it needs the fewest epochs (chosen by training error alone, {seeds})."
    )


def epochs_listed(epochs: Sequence[float], lasted: Sequence[float]) -> str:
    """The epochs of each seed; `more than 12` for one that had not got there after its 12 epochs."""
    return ", ".join(
        f"{one:g}" if math.isfinite(one) else f"more than {last:g}" for one, last in zip(epochs, lasted, strict=True)
    )


def pace_measured(
    *,
    threshold: float,
    arm: str,
    against: str,
    arm_epochs: str,
    against_epochs: str,
    ratio: float | None,
    at_least: bool,
    interval: tuple[float, float] | None,
    d0: float | None,
) -> str:
    """The sentence that states a ratio of paces (log intervals), seed by seed, then the paper's."""
    seeds = f"epochs by seed: {against_epochs} against {arm_epochs}"
    paper = f"; in the paper {math.exp(d0):g} times" if d0 is not None else ""
    if ratio is None:
        return f"To {threshold:.0%} training error {against} and {arm} cannot be compared ({seeds}){paper}."
    low = f"90 % interval from {math.exp(interval[0]):.2f}, " if interval else ""
    both = f"90 % interval {math.exp(interval[0]):.2f} to {math.exp(interval[1]):.2f}, " if interval else ""
    times = f"at least {ratio:.2f} times" if at_least else f"{ratio:.2f} times"
    return (
        f"To {threshold:.0%} training error {against} needs {times} as many epochs as {arm} "
        f"({low if at_least else both}{seeds}){paper}. Epochs are counted whole; the interval allows for that."
    )


def pace_meaning(*, bounded: bool, arm_never: int, against_never: int, num_arm: int, num_against: int) -> str:
    """What censored runs mean for a ratio of paces."""
    if arm_never == num_arm and against_never == num_against:
        return "Neither arm ever got there, so nothing can be decided; train longer."
    if arm_never:
        return f"{arm_never} of {num_arm} runs of the faster arm never got there, so the ratio has no lower bound; train longer."
    if bounded and against_never:
        return (
            f"{against_never} of {num_against} runs of the slower arm never got there and count with the epochs they lasted: "
            "the ratio is a lower bound, which can show the direction alone."
        )
    return ""


def every_part(name: str, *, verdicts: Mapping[str, str]) -> str:
    """The sentence that says how a claim follows from its parts, listed with their verdicts if they are given."""
    listed = ", ".join(f"{part} {found}" for part, found in verdicts.items())
    because = {
        verdict.REPRODUCED: "All parts are reproduced",
        verdict.DIRECTION: "All parts have the paper's direction, not all its size",
        verdict.EXACT_PASS: "All parts hold",
    }.get(name, f"All parts must hold, and one is {name}")
    return f"{because}: {listed}." if listed else f"{because}."


def not_run_yet(why: str) -> str:
    """The reason of a claim for which nothing has been run."""
    return f"Not run yet: {why}"


def level_measured(
    *, metric: str, protocol: str, arm: str, estimate: float, interval: tuple[float, float] | None, n: int, printed: float
) -> str:
    """The sentence that states a level: ours with its interval and seeds, then the printed one."""
    unit = unit_of(metric)

    def text(value: float) -> str:
        return f"{value:.1%}" if unit.share else f"{value:.3g} {unit.value}"

    spread = f"90 % interval {text(interval[0])} to {text(interval[1])}, " if interval else ""
    seeds = f"{n} seed{'s' * (n != 1)}"
    what = metric_title(metric, protocol=protocol)
    return f"The {what} of {arm} is {text(estimate)} here ({spread}{seeds}); printed: {text(printed)}."


def epochs_measured(*, arm: str, threshold: float, epochs: str, printed: float) -> str:
    """The sentence that states in which epoch each seed got to a training error, then the printed one."""
    return f"{arm} gets to {threshold:.0%} training error after {epochs} epochs here (by seed); printed: {printed:g}."


def exact_compared(*, metric: str, arm: str, value: float, printed: float, tolerance: float, bound: str, detail: str = "") -> str:
    """State a count beside the printed one; `detail` says what the count is made of."""
    ours, theirs = (f"{number:.2%}" if unit_of(metric).share else f"{number:,.0f}" for number in (value, printed))
    counted = f"The {metric_title(metric)} of {arm} as printed is {ours}{f' ({detail})' if detail else ''}"
    if bound == "at_most":
        side = "within that" if value <= printed * (1 + tolerance) else "more than that"
        return f"{counted}; the paper says at most {theirs}: {side}."
    ratio = abs(value / printed - 1)
    side = "within" if ratio <= tolerance else "outside"
    allowed = f"{ratio:.1%} off, {side} the {100 * tolerance:.2g}% that its rounding allows" if tolerance else f"{ratio:.1%} off"
    return f"{counted}; the paper says {theirs}: {'the same' if value == printed else allowed}."


def meaning(
    name: str, *, metric: str, size: str, decided_on: str, smallest_effect: float, d0: float | None, seeds_needed: int | None
) -> str:
    """The sentence that says what the verdict on an effect means."""
    sizes = {
        "weaker": "the effect is weaker than the paper's",
        "stronger": "the effect is stronger than the paper's",
        "open": "whether it is as large as the paper's is open",
        "": "the paper prints no size to compare with",
    }
    if name == verdict.ABSENT:
        amount = _amount(smallest_effect, decided_on, metric=metric)
        return f"The interval lies within {amount} of no effect: there is none that matters here."
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


def no_worse_meaning(name: str, *, metric: str, arm: str, decided_on: str, margin: float, seeds_needed: int | None) -> str:
    """The sentence that says what the verdict on a claim of no loss means."""
    amount = f"{_amount(margin, decided_on, metric=metric)}, the largest loss that the claim allows"
    if name == verdict.INCONCLUSIVE:
        needed = f"; about {seeds_needed} seeds per arm would decide (80 % power)" if seeds_needed else ""
        return f"The runs do not decide whether {arm} loses more than {amount}{needed}."
    return {
        verdict.REPRODUCED: f"{arm} loses less than {amount}, if it loses at all.",
        verdict.REVERSED: f"{arm} loses more than {amount}.",
    }[name]


def level_meaning(name: str, *, metric: str) -> str:
    """The sentence that says what the verdict on a level means."""
    unit = unit_of(metric)
    band = f"the band of {unit.factor * verdict.LEVEL_BAND:g} {unit.difference} around the printed value"
    return {
        verdict.REPRODUCED: f"The interval lies within {band}.",
        verdict.NOT_REPRODUCED: f"The interval lies wholly outside {band}.",
        verdict.INCONCLUSIVE: f"The interval crosses an edge of {band}.",
    }[name]


def no_spread(n: Mapping[str, int]) -> str:
    """The sentence that says why there is no interval."""
    if min(n.values(), default=0) < 2:
        return "One seed of an arm shows no spread between seeds, so nothing can be decided; train at least two seeds per arm."
    return "All seeds gave the same value, so no spread between seeds can be estimated and nothing can be decided."


def _amount(effect: float, decided_on: str, *, metric: str) -> str:
    if decided_on == "log_ratio":
        return f"{math.expm1(effect):.1%}"
    unit = unit_of(metric)
    return f"{100 * effect:.2f} {unit.difference}" if unit.share else f"{effect:.3g} {unit.difference}"
