"""Say in words how an effect changes with size, and where its line leads: an extrapolation, in no word of a verdict."""

from __future__ import annotations

from repro.artifacts.judged import Interval
from repro.artifacts.judged.sizes_json import DrawnOn, EffectOverSizes
from repro.report.text.formatting import compact, count, counted, relative_change, times

#: What doubles, and how a size is told.
NOUNS = {"images": "training images", "width": "width", "epochs": "epochs"}
#: A multiple from which on it has no decimals.
LARGE = 10
#: What is said of a line that is drawn on, by repro.analyse.sizes.effects.OUTCOMES.
SAID = {
    "too_wide": "too wide to tell, zero and the paper's effect both lie within that range",
    "printed": "the paper's effect lies within that range, zero does not",
    "none": "zero lies within that range{besides}",
    "neither": "zero and the paper's effect both lie outside that range",
    "some": "zero lies outside that range; the paper prints no size",
}


def change_words(log_ratio: float, interval: Interval | None = None) -> str:
    """A change of errors with its 90 % interval: `+3.4 % [+1.2, +5.6]`."""
    ends = "" if interval is None else f" [{', '.join(relative_change(end) for end in interval)}]"
    return f"{relative_change(log_ratio)} %{ends}"


def size_words(size: float, along: str) -> str:
    """A size: `12,500` training images, a width of `3/16`, `30` epochs."""
    return count(size) if along != "width" else compact(size)


def slope_words(effect: EffectOverSizes, *, along: str) -> str:
    """By how much the effect changes with each doubling; "" without a line."""
    if effect.line is None:
        return ""
    slope = effect.line.per_doubling
    low, high = slope.ci90 or (0.0, 0.0)
    told = "grows" if low > 0 else "shrinks" if high < 0 else "does not change as far as can be told"
    return f"with each doubling of the {NOUNS[along]} it {told}: {change_words(slope.estimate, slope.ci90)} of errors"


def drawn_on_words(drawn: DrawnOn, *, along: str) -> str:
    """Where the line leads at the paper's size, and what lies within what is expected there."""
    besides = "; the paper prints no size" if drawn.paper is None else ", the paper's effect does not"
    far = (
        f"{count(drawn.times) if drawn.times >= LARGE else times(drawn.times)} times the largest here"
        if drawn.times > 1
        else "within the sizes here"
    )
    at = f"an extrapolation, no verdict: at the paper's {size_words(drawn.size, along)} {NOUNS[along]} ({far})"
    expected = f"{change_words(drawn.effect.estimate, drawn.predicted90)} of errors"
    printed = "" if drawn.paper is None else f"; the paper's is {change_words(drawn.paper)}"
    said = SAID[drawn.says].format(besides=besides)
    return f"{at} the line comes to {expected}{printed}; {said}"


def left_out_words(effect: EffectOverSizes) -> tuple[str, ...]:
    """A sentence for each size that is no part of the line, and for each that is one with a remark."""
    out = [f"{point.scale} is left out: {point.why.rstrip('.')}." for point in effect.points if point.why]
    return (*out, *(f"{point.scale}: {point.remark}." for point in effect.used if point.remark))


def effect_words(effect: EffectOverSizes, *, along: str) -> str:
    """All of it in a line of the terminal."""
    if effect.line is None:
        return f"no line: {effect.reason}"
    drawn = "" if effect.drawn_on is None else f"; {drawn_on_words(effect.drawn_on, along=along)}"
    return f"{counted(len(effect.used), 'size')}; {slope_words(effect, along=along)}{drawn}"
