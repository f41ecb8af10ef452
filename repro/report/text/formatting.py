"""Turn numbers into the text that is printed: the one place where the report rounds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

MINUS = "\N{MINUS SIGN}"
TIMES = "\N{MULTIPLICATION SIGN}"
#: Test examples from which a hundredth of a point of error means something.
EXAMPLES_FOR_TWO_DECIMALS = 2000
#: Of the fractions as which a number without a short decimal is shown.
LARGEST_DENOMINATOR = 100
#: A relative change of ten per cent or more, once rounded, has no decimal.
LEAST_WITHOUT_DECIMAL = 0.0995
#: Longer decimals than this count as not short.
LONGEST_DECIMAL = len("0.000123")


def point_decimals(num_examples: int | None) -> int:
    """How many decimals of a percentage `num_examples` test examples can carry."""
    return 2 if num_examples is not None and num_examples >= EXAMPLES_FOR_TWO_DECIMALS else 1


def fixed(value: float | None, *, decimals: int, signed: bool = False) -> str:
    """`value` with `decimals` digits after the point, a true minus sign and, if `signed`, a plus sign.

    Nothing (None or not finite) gives "". Zero has no sign.
    """
    if value is None or not math.isfinite(value):
        return ""
    text = f"{abs(value):.{decimals}f}"
    if float(text) == 0:
        return text
    return (MINUS if value < 0 else "+" if signed else "") + text


def percent(fraction: float | None, *, decimals: int, signed: bool = False) -> str:
    """A fraction as a percentage (or a difference of fractions as points), without the unit."""
    return fixed(None if fraction is None else 100 * fraction, decimals=decimals, signed=signed)


def as_printed(fraction: float | None, *, signed: bool = False) -> str:
    """A paper's fraction in percent with the digits that the paper printed, one at least."""
    if fraction is None:
        return ""
    digits = f"{round(100 * abs(fraction), 6):f}".rstrip("0")
    return percent(fraction, decimals=max(1, len(digits.partition(".")[2])), signed=signed)


def relative_change(log_ratio: float | None) -> str:
    """By how many percent a ratio is above 1, from its logarithm: a decimal below ten per cent, none above."""
    if log_ratio is None:
        return ""
    change = math.expm1(log_ratio)
    return percent(change, decimals=1 if abs(change) < LEAST_WITHOUT_DECIMAL else 0, signed=True)


def count(value: float | None) -> str:
    """A whole number with its thousands separated."""
    return "" if value is None else f"{round(value):,}".replace("-", MINUS)


def p_value(value: float | None) -> str:
    """A probability with three digits after the point, or `< 0.001`."""
    if value is None:
        return ""
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def size(num_bytes: float | None) -> str:
    """A number of bytes in the largest binary unit that leaves one digit before the point."""
    if num_bytes is None:
        return ""
    amount, units = float(num_bytes), ["B", "KiB", "MiB", "GiB", "TiB"]
    while amount >= 1024 and len(units) > 1:
        amount, units = amount / 1024, units[1:]
    return f"{amount:.0f} B" if units[0] == "B" else f"{amount:.1f} {units[0]}"


def compact(value: object) -> str:
    """A leaf of a spec as text: `none`, `yes`, `no`, numbers as short as they are exact, a third as `1/3`."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and math.isfinite(value):
        fraction = Fraction(value).limit_denominator(LARGEST_DENOMINATOR)
        return str(fraction) if len(f"{value:.10g}") > LONGEST_DECIMAL and float(fraction) == value else f"{value:.10g}"
    if isinstance(value, list | tuple):
        return "(" + ", ".join(compact(item) for item in value) + ")"
    return str(value)


def listed(items: Sequence[str], *, word: str = "and") -> str:
    """`a, b and c`."""
    return f" {word} ".join([", ".join(items[:-1]), items[-1]]) if len(items) > 1 else "".join(items)


def counted(number: int, noun: str, plural: str = "") -> str:
    """`1 run`, `3 runs`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def by(*sizes: int) -> str:
    """Sizes along each direction: `27 \N{MULTIPLICATION SIGN} 27`."""
    return f" {TIMES} ".join(map(str, sizes))


def device_words(device: str) -> str:
    """A device as a reader writes it: `CPU: AMD EPYC`."""
    kind, colon, name = device.partition(":")
    return f"{kind.upper() if kind in ('cpu', 'gpu') else kind}{colon}{name}"


def times(value: float | None) -> str:
    """A ratio with two digits at least, one of them after the point where it is below 100: `4.2`, `0.98`, `130`."""
    if value is None or not math.isfinite(value):
        return ""
    return fixed(value, decimals=2 if value < 1 else 1 if value < 100 else 0)


@dataclass(frozen=True, kw_only=True)
class Digits:
    """How many decimals the test examples behind a row can carry, in points and in log ratios."""

    points: int
    log_ratio: int


def digits(num_examples: int | None) -> Digits:
    """The decimals for numbers that rest on `num_examples` test examples."""
    decimals = point_decimals(num_examples)
    return Digits(points=decimals, log_ratio=decimals + 1)


def cut(pair: tuple[float, float] | None) -> tuple[float, float] | None:
    """The part of a share's interval that lies between 0 and 1: a t interval over seeds knows no bounds."""
    return None if pair is None else (min(max(pair[0], 0.0), 1.0), min(max(pair[1], 0.0), 1.0))
