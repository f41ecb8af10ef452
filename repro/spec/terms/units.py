"""The units of metrics: what their numbers are, and how they are told."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Unit:
    """What the numbers of a metric are: `value` and `difference` name the unit of one, and of a difference of two.

    share: whether they are fractions, told in percent and in points. decimals: digits after the point, None:
    as many as the examples carry. printed_decimals: the fewest that a paper's own number has.
    """

    value: str
    difference: str
    share: bool = False
    decimals: int | None = None
    printed_decimals: int = 0

    @property
    def factor(self) -> int:
        """By how much a number of the files is multiplied to be told."""
        return 100 if self.share else 1


PERCENT = Unit(value="%", difference="points", share=True)
COUNT = Unit(value="", difference="", decimals=0)
PRECISION = Unit(value="AP", difference="AP", decimals=3, printed_decimals=2)
SECONDS = Unit(value="s", difference="s", decimals=1)
#: Of one clip: a time of microseconds to seconds.
CLIP_SECONDS = Unit(value="s", difference="s", decimals=5)
EPOCHS_TAKEN = Unit(value="epochs", difference="epochs", decimals=1)
#: An index from 0 to 1, and a chance.
INDEX = Unit(value="of 1", difference="of 1", decimals=3)
P_VALUE = Unit(value="", difference="", decimals=3)
#: Of a pattern of pixels.
FREQUENCY = Unit(value="cycles a pixel", difference="cycles a pixel", decimals=3)
