"""What a paper states: claims by kind, and the printed tables that hold many of them."""

from repro.spec.claims.kinds import (
    BOUNDS,
    CLAIM_KINDS,
    Claim,
    Direction,
    Effect,
    Every,
    Exact,
    Level,
    NoWorse,
    OfTwoArms,
    Ratio,
    Reproduction,
    Within,
    train_errors_of,
)
from repro.spec.claims.tables import Cell, Column, Gain, Gains, Pair, PrintedTable, Row

__all__ = [
    "BOUNDS",
    "CLAIM_KINDS",
    "Cell",
    "Claim",
    "Column",
    "Direction",
    "Effect",
    "Every",
    "Exact",
    "Gain",
    "Gains",
    "Level",
    "NoWorse",
    "OfTwoArms",
    "Pair",
    "PrintedTable",
    "Ratio",
    "Reproduction",
    "Row",
    "Within",
    "train_errors_of",
]
