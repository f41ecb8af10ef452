"""Say in which unit a metric's numbers are printed."""

from __future__ import annotations

import math
from dataclasses import dataclass

from repro.report.text.formatting import as_printed, count, fixed, percent

#: What is printed for a run that never got to a training error.
NEVER = "never"


@dataclass(frozen=True, kw_only=True)
class Unit:
    """How the numbers of a metric are printed: `value` and `difference` name the unit of one and of a difference of two.

    share: whether the numbers are fractions, printed in percent. decimals: digits after the point, None: as many as the test
    examples carry. printed_decimals: the fewest that a paper's own number has.
    """

    value: str
    difference: str
    share: bool = False
    decimals: int | None = None
    printed_decimals: int = 0

    def text(self, number: float | None, *, decimals: int, signed: bool = False) -> str:
        """Return a measured number, without its unit; `decimals` where the unit fixes none."""
        if number is not None and math.isinf(number):
            return NEVER
        digits = decimals if self.decimals is None else self.decimals
        if self.share:
            return percent(number, decimals=digits, signed=signed)
        if self.decimals == 0 and not signed:
            return count(number)
        return fixed(number, decimals=digits, signed=signed)

    def printed(self, number: float | None, *, signed: bool = False) -> str:
        """Return a paper's number with the digits that it printed, without its unit."""
        if number is None:
            return ""
        if self.share:
            return as_printed(number, signed=signed)
        if self.decimals == 0:
            return count(number)
        digits = len(f"{number:g}".partition(".")[2])
        return fixed(number, decimals=max(digits, self.printed_decimals), signed=signed)

    def factor(self) -> int:
        """Return by how much a number of the files is multiplied to be printed."""
        return 100 if self.share else 1


ERROR = Unit(value="%", difference="points", share=True)
COUNT = Unit(value="", difference="", decimals=0)
PRECISION = Unit(value="AP", difference="AP", decimals=3, printed_decimals=2)
#: By the metric's name up to the first point.
UNITS = {
    "num_parameters": COUNT,
    "num_neurons": COUNT,
    "num_crops": COUNT,
    "num_flops": COUNT,
    "largest_conv_share": Unit(value="%", difference="points", share=True, decimals=2),
    "epochs_to_train_error": Unit(value="epochs", difference="epochs", decimals=1),
    "tower_color_split": Unit(value="of 1", difference="of 1", decimals=3),
    "train_s": Unit(value="s", difference="s", decimals=1),
    "train_days": Unit(value="days", difference="days", decimals=1),
    "average_precision": PRECISION,
    "mean_average_precision": PRECISION,
    "mean_average_precision_gap": PRECISION,
    "train_s_per_clip": Unit(value="s", difference="s", decimals=5),
    "test_s_per_clip": Unit(value="s", difference="s", decimals=5),
    "clips_per_s": Unit(value="clips a second", difference="clips a second", decimals=1),
    "num_near_duplicates": COUNT,
}


def unit_of(metric: str) -> Unit:
    """Return the unit of `metric`: an error's, unless it has one of its own."""
    return UNITS.get(metric.partition(".")[0], ERROR)
