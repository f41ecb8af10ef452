"""A paper's size of an effect on the scale that decides, positive as the paper says."""

from __future__ import annotations

import math
from dataclasses import dataclass

#: Share of the paper's effect below which an effect is called absent, unless the claim says otherwise.
SMALLEST_SHARE = 1 / 4
#: The ratio of times or epochs below which an effect is called absent, unless the claim says otherwise or
#: prints a smaller one.
SMALLEST_RATIO = 1.1
#: The band around the paper's effect, as shares of it, in which sign and size are called reproduced. Of times
#: and epochs the shares are of the ratio itself: 3 to 12 for "6 times".
REPRODUCED_BAND = (1 / 2, 2.0)


@dataclass(frozen=True, kw_only=True)
class Size:
    """A size by which an interval is judged.

    least, most: the printed size, both the same where it is one number; `most` is infinity for a lower bound;
        None where none is printed.
    band: in which an interval must lie that reproduces it. smallest: above 0, the effect below which there
        is none.

    Raises:
        ValueError: a size is not positive.
    """

    least: float | None = None
    most: float | None = None
    band: tuple[float, float] | None = None
    smallest: float

    def __post_init__(self) -> None:
        if self.smallest <= 0 or (self.least is not None and self.least <= 0):
            raise ValueError(
                f"effect of the paper is {self.least}, smallest effect {self.smallest}; allowed: above 0 (see the claim)"
            )


def unsized(smallest: float) -> Size:
    """The size of a direction: none is printed."""
    return Size(smallest=smallest)


def about(d0: float, *, smallest: float | None = None) -> Size:
    """A printed difference, or the log ratio of two errors: reproduced between half of it and twice."""
    band = (REPRODUCED_BAND[0] * d0, REPRODUCED_BAND[1] * d0)
    return Size(least=d0, most=d0, band=band, smallest=SMALLEST_SHARE * d0 if smallest is None else smallest)


def about_ratio(ratio: float, *, smallest: float | None = None) -> Size:
    """A printed ratio of times or epochs, above 1, as its logarithm: reproduced from half of it to twice.

    Half of "twice as many" is no effect at all: below the smallest ratio that counts nothing is reproduced.
    """
    least_log = smallest_log(ratio) if smallest is None else math.log(smallest)
    low, high = (math.log(share * ratio) for share in REPRODUCED_BAND)
    return Size(least=math.log(ratio), most=math.log(ratio), band=(max(low, least_log), high), smallest=least_log)


def between(least: float, most: float, *, smallest: float) -> Size:
    """A printed interval, reproduced inside it; `most` is infinity for a printed lower bound."""
    return Size(least=least, most=most, band=(least, most), smallest=smallest)


def smallest_log(ratio: float) -> float:
    """The logarithm of the smallest effect of a printed ratio; of a small one a quarter of its own."""
    return min(math.log(SMALLEST_RATIO), SMALLEST_SHARE * math.log(ratio))
