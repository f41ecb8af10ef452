"""What a paper states: claims by kind, and the printed tables that hold many of them."""

from repro.spec.claims.kinds import (
    BOUNDS,
    CLAIM_KINDS,
    Claim,
    Direction,
    Effect,
    Exact,
    Level,
    NoWorse,
    Ratio,
    Within,
    train_errors_of,
)
from repro.spec.claims.several import Count, Every, OfClaims, Ranking, Signs, Spread
from repro.spec.claims.sizes import ABOUT, AT_LEAST, SIZE_BOUNDS, Sized
from repro.spec.claims.slopes import Slope
from repro.spec.claims.stated import OfTwoArms, Reproduction, Stated
from repro.spec.claims.tables import Cell, Column, Gain, Gains, Pair, PrintedTable, Row

__all__ = [
    "ABOUT",
    "AT_LEAST",
    "BOUNDS",
    "CLAIM_KINDS",
    "SIZE_BOUNDS",
    "Cell",
    "Claim",
    "Column",
    "Count",
    "Direction",
    "Effect",
    "Every",
    "Exact",
    "Gain",
    "Gains",
    "Level",
    "NoWorse",
    "OfClaims",
    "OfTwoArms",
    "Pair",
    "PrintedTable",
    "Ranking",
    "Ratio",
    "Reproduction",
    "Row",
    "Signs",
    "Sized",
    "Slope",
    "Spread",
    "Stated",
    "Within",
    "train_errors_of",
]
