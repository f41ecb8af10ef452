"""Names that say a rate: `no_lrn_rate_x2` is `no_lrn` at twice its rate, `cifar10_search_5000` the scale of the search."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

#: A variant at another rate, and a scale at which rates are compared: what their names end with.
AT_RATE = re.compile(r"(?P<base>[a-z][a-z0-9_]*)_rate_x(?P<top>[1-9]\d*)(of(?P<bottom>[1-9]\d*))?")
OF_SEARCH = re.compile(r"(?P<base>[a-z][a-z0-9_]*)_search_(?P<num>0|[1-9]\d*)")
#: Fractions with larger numbers are no factors.
MOST = 1000


@dataclass(frozen=True, kw_only=True)
class AtRate:
    """A variant at `factor` times its rate."""

    base: str
    factor: float

    @property
    def name(self) -> str:
        """The variant's name; at the printed rate its own."""
        if self.factor == 1:
            return self.base
        return f"{self.base}_rate_x{factor_text(self.factor).replace('/', 'of')}"


@dataclass(frozen=True, kw_only=True)
class OfSearch:
    """The scale at which rates are compared: `base` less `num` training examples, where its data hold out none."""

    base: str
    num: int

    @property
    def name(self) -> str:
        """The scale's name."""
        return f"{self.base}_search_{self.num}"


def factor_text(factor: float) -> str:
    """A factor as it is written: 2, 1/2, 3/4."""
    return str(Fraction(factor).limit_denominator(MOST))


def named_factor(text: str) -> float:
    """The factor that `text` writes."""
    return float(Fraction(text))


def at_rate(name: str) -> AtRate | None:
    """What the name of a variant says of its rate; None where it says nothing, or is not as such names are written."""
    found = AT_RATE.fullmatch(name)
    if found is None:
        return None
    said = AtRate(base=found["base"], factor=float(Fraction(int(found["top"]), int(found["bottom"] or 1))))
    return said if said.name == name else None


def of_search(name: str) -> OfSearch | None:
    """What the name of a scale says of a search; None where it is another scale."""
    found = OF_SEARCH.fullmatch(name)
    return OfSearch(base=found["base"], num=int(found["num"])) if found else None
