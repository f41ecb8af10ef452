"""Print numbers in the unit of their metric, as repro.spec.terms.metrics has it."""

from __future__ import annotations

import math

from repro.report.text.formatting import as_printed, count, fixed, percent
from repro.spec.terms.units import Unit

#: What is printed for a run that never got to a training error.
NEVER = "never"


def measured_text(unit: Unit, number: float | None, *, decimals: int, signed: bool = False) -> str:
    """Print a measured number, without its unit; `decimals` where the unit fixes none."""
    if number is not None and math.isinf(number):
        return NEVER
    digits = decimals if unit.decimals is None else unit.decimals
    if unit.share:
        return percent(number, decimals=digits, signed=signed)
    if unit.decimals == 0 and not signed:
        return count(number)
    return fixed(number, decimals=digits, signed=signed)


def printed_text(unit: Unit, number: float | None, *, signed: bool = False) -> str:
    """Print a paper's number with the digits that it printed, without its unit."""
    if number is None:
        return ""
    if unit.share:
        return as_printed(number, signed=signed)
    if unit.decimals == 0:
        return count(number)
    digits = len(f"{number:g}".partition(".")[2])
    return fixed(number, decimals=max(digits, unit.printed_decimals), signed=signed)
