"""Say in plain sentences, with numbers, why a verdict is what it is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from repro.analyse.evidence import verdict
from repro.analyse.evidence.sizes import Size
from repro.spec.terms.metrics import ALWAYS, TIMINGS, metric_named, metric_title, unit_of
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
    paper: str,
) -> str:
    """The sentence that states an effect: ours with its interval and seeds, then the paper's (`in_paper`)."""
    what = metric_title(metric, protocol=protocol)
    seeds = f"{n[against]} and {n[arm]} seeds"
    if decided_on == "log_ratio":
        spread = f"90 % interval {math.exp(interval[0]):.3f} to {math.exp(interval[1]):.3f}, " if interval else ""
        return f"The {what} of {against} is {math.exp(estimate):.3f} times that of {arm} ({spread}{seeds}){paper}."
    return f"The {what} of {against} minus that of {arm} is {_points(metric, estimate, interval, seeds=seeds, paper=paper)}."


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
    paper: str,
) -> str:
    """The sentence that states an effect inside runs: ours with its interval and runs, then the paper's."""
    what, runs = metric_title(metric), f"{n} run{'s' * (n != 1)}, each compared with itself"
    if not against_protocol:
        runs = f"{n} run{'s' * (n != 1)}"
        return f"The {what} of {arm} is {_points(metric, estimate, interval, seeds=runs, paper=paper)}."
    # What a time is measured by is the network that was timed.
    timed = metric_named(metric).of == TIMINGS
    title, against_title = (name if timed else protocol_named(name).title for name in (protocol, against_protocol))
    if timed:
        spread = f"90 % interval {math.exp(interval[0]):.2f} to {math.exp(interval[1]):.2f}, " if interval else ""
        return f"The {what} is with {against_title} {math.exp(estimate):.2f} times that with {title} ({spread}{runs}){paper}."
    if decided_on == "log_ratio":
        spread = f"90 % interval {math.exp(interval[0]):.3f} to {math.exp(interval[1]):.3f}, " if interval else ""
        return (
            f"The {what} of {arm} by {against_title} is {math.exp(estimate):.3f} times that by {title} ({spread}{runs}){paper}."
        )
    points = _points(metric, estimate, interval, seeds=runs, paper=paper)
    return f"The {what} of {arm} by {against_title} minus that by {title} is {points}."


def _points(metric: str, estimate: float, interval: tuple[float, float] | None, *, seeds: str, paper: str) -> str:
    """A difference with its interval: points of error, or in the metric's own unit."""
    unit = unit_of(metric)
    factor, digits, words = unit.factor, 2 if unit.share else 3, unit.difference
    spread = f"90 % interval {factor * interval[0]:+.{digits}f} to {factor * interval[1]:+.{digits}f}, " if interval else ""
    return f"{factor * estimate:+.{digits}f} {words} ({spread}{seeds}){paper}"


def in_paper(size: Size | None, decided_on: str, *, metric: str) -> str:
    """What stands behind our effect about the paper's: one number, a bound, an interval, or nothing."""
    if size is None or size.least is None or size.most is None:
        return ""
    least = _printed(size.least, decided_on, metric=metric)
    times = " times" if decided_on == "log_ratio" else ""
    if size.most == math.inf:
        return f"; in the paper more than {least}{times}"
    until = f" to {_printed(size.most, decided_on, metric=metric)}" if size.most != size.least else ""
    return f"; in the paper {least}{until}{times}"


def _printed(effect: float, decided_on: str, *, metric: str) -> str:
    if decided_on == "log_ratio":
        return f"{math.exp(effect):{'.3g' if metric_named(metric).ratio == ALWAYS else '.3f'}}"
    unit = unit_of(metric)
    return f"{unit.factor * effect:+.{2 if unit.share else 3}f}"


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


def meaning(name: str, size: Size, *, metric: str, flag: str, decided_on: str, seeds_needed: int | None) -> str:
    """What the verdict on an effect means. flag: how its size compares with the paper's."""
    if name == verdict.ABSENT:
        amount = amount_of(size.smallest, decided_on, metric=metric)
        return f"The interval lies within {amount} of no effect: there is none that matters here."
    if name == verdict.DIRECTION:
        return f"The direction is the paper's; {_compared(size, flag)}."
    if name == verdict.INCONCLUSIVE:
        both = "neither no effect nor the paper's is excluded" if size.least is not None else "the sign is open"
        needed = f"; about {seeds_needed} seeds per arm would decide (80 % power)" if seeds_needed else ""
        return f"The runs do not decide: {both}{needed}."
    if name == verdict.REPRODUCED:
        return f"Direction and size are the paper's: the interval lies {_band(size, decided_on, metric=metric)}."
    return {
        verdict.REVERSED: "The direction is the opposite of the paper's.",
        verdict.NOT_REPRODUCED: "An effect as large as the paper's is excluded; the sign is open.",
    }[name]


def _compared(size: Size, flag: str) -> str:
    what = "the effect is"
    if size.most == math.inf:
        return {"weaker": f"{what} smaller than the printed bound", "open": "whether it is above the printed bound is open"}[flag]
    if size.least != size.most:
        return {
            "weaker": f"{what} weaker than the printed interval",
            "stronger": f"{what} stronger than the printed interval",
            "open": "whether its size is within the printed interval is open",
        }[flag]
    return {
        "weaker": f"{what} weaker than the paper's",
        "stronger": f"{what} stronger than the paper's",
        "open": "whether it is as large as the paper's is open",
        "": "the paper prints no size to compare with",
    }[flag]


def _band(size: Size, decided_on: str, *, metric: str) -> str:
    """Where the interval of a reproduced size lies, in the paper's own unit."""
    assert size.band is not None, "a size that is reproduced has a band"
    if size.most == math.inf:
        return f"above the printed bound, {amount_of(size.band[0], decided_on, metric=metric)}"
    ends = _ends(size.band, decided_on, metric=metric)
    if size.least != size.most:
        return f"within the printed {ends}"
    if metric_named(metric).ratio == ALWAYS:
        return f"between half and twice the paper's ratio, {ends}"
    scale = "half and twice its effect on the log scale" if decided_on == "log_ratio" else "half and twice its effect"
    return f"between {scale}, {ends}"


def _ends(band: tuple[float, float], decided_on: str, *, metric: str) -> str:
    low, high = (_printed(end, decided_on, metric=metric) for end in band)
    return f"{low} to {high} {'times' if decided_on == 'log_ratio' else unit_of(metric).difference}"


def no_worse_meaning(name: str, *, metric: str, arm: str, decided_on: str, margin: float, seeds_needed: int | None) -> str:
    """The sentence that says what the verdict on a claim of no loss means."""
    amount = f"{amount_of(margin, decided_on, metric=metric)}, the largest loss that the claim allows"
    if name == verdict.INCONCLUSIVE:
        needed = f"; about {seeds_needed} seeds per arm would decide (80 % power)" if seeds_needed else ""
        return f"The runs do not decide whether {arm} loses more than {amount}{needed}."
    return {
        verdict.REPRODUCED: f"{arm} loses less than {amount}, if it loses at all.",
        verdict.REVERSED: f"{arm} loses more than {amount}.",
    }[name]


def level_meaning(name: str, *, metric: str, band: float) -> str:
    """The sentence that says what the verdict on a level means."""
    unit = unit_of(metric)
    around = f"the band of {unit.factor * band:g} {unit.difference} around the printed value"
    return {
        verdict.REPRODUCED: f"The interval lies within {around}.",
        verdict.NOT_REPRODUCED: f"The interval lies wholly outside {around}.",
        verdict.INCONCLUSIVE: f"The interval crosses an edge of {around}.",
    }[name]


def no_spread(n: Mapping[str, int], values: Mapping[str, Sequence[float]] | None = None) -> str:
    """The sentence that says why there is no interval; values: of each arm by seed, where they are known."""
    arms = dict(values or {})
    broken = [name for name, of in arms.items() if not all(math.isfinite(value) for value in of)]
    if broken:
        return f"A run of {' and '.join(broken)} gave no finite value, so nothing can be decided; see its log, train it again."
    if min(n.values(), default=0) < 2:
        few = " and ".join(name for name, num in n.items() if num < 2) or "an arm"
        return f"One seed of {few} shows no spread between seeds, so nothing can be decided; train at least two seeds per arm."
    if len(arms) == 2 and len({tuple(of) for of in arms.values()}) == 1:
        return "Both arms gave the same value at every seed, to the last digit: what differs between them changes nothing here."
    return "All seeds gave the same value, so no spread between seeds can be estimated and nothing can be decided."


def amount_of(effect: float, decided_on: str, *, metric: str) -> str:
    """An effect on the deciding scale, in words."""
    if metric_named(metric).ratio == ALWAYS:
        return f"{math.exp(effect):.3g} times"
    if decided_on == "log_ratio":
        return f"{math.expm1(effect):.1%}"
    unit = unit_of(metric)
    return f"{100 * effect:.2f} {unit.difference}" if unit.share else f"{effect:.3g} {unit.difference}"
