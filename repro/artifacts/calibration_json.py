"""`calibration.json`: how often the verdicts of this folder of results are right, by its own runs and spreads.

`python -m repro calibrate --scale SCALE --results DIR` writes it, a report shows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from repro.artifacts.documents import MissingFileError, read_document
from repro.artifacts.files import FileFormatError
from repro.artifacts.judged import Estimated, Interval

FILE = "calibration.json"


@dataclass(frozen=True, kw_only=True)
class Share:
    """So many of so many, with the exact binomial interval of 95 %."""

    num: int
    of: int
    ci95: Interval

    @property
    def value(self) -> float:
        """The share itself, 0 of nothing."""
        return self.num / self.of if self.of else 0.0


@dataclass(frozen=True, kw_only=True)
class AloneTwice:
    """One variant against itself: of the ways to take two sets of its seeds, how many gave DIRECTION, REVERSED or REPRODUCED.

    num_seeds: of each set, out of `of_seeds`. every: whether all ways were taken, or some that were drawn. lenders: the other
    variants of the page that may lend their spread.
    """

    paper: str
    table: str
    variant: str
    metric: str
    protocol: str
    decided_on: str
    num_seeds: int
    of_seeds: int
    every: bool
    lenders: tuple[str, ...]
    false: Share


@dataclass(frozen=True, kw_only=True)
class Planted:
    """An effect that is known, since it was put there. expected: `worse`, `either` (too small to be certain) or `same`.

    effect: of `variant` over `against`, in points. equal: of the `common` seeds that both have, how many have the same
    weights to the bit, and the same error.
    found: `worse`, `better`, `open`, `same`; `not run`. agrees: None where nothing certain was expected, and of
    arms that were not run or have not learned.
    """

    paper: str
    table: str
    variant: str
    against: str
    what: str
    expected: str
    metric: str
    protocol: str
    n: dict[str, int]
    means: dict[str, float]
    effect: Estimated | None
    equal: int
    common: int
    found: str
    agrees: bool | None


@dataclass(frozen=True, kw_only=True)
class Covered:
    """How many 90 % intervals of a kind held the truth, in tables with the means, spreads and seeds that a page has.

    tables: how many were invented. without: those that gave no interval.
    """

    kind: str
    paper: str
    table: str
    metric: str
    protocol: str
    tables: int
    without: int
    covered: Share


@dataclass(frozen=True, kw_only=True)
class Chances:
    """How often each verdict would come if the paper were exactly right, at the spread and the seeds that are here.

    effect: the paper's, on the deciding scale. se, df: of the estimate here.
    """

    claim: str
    paper: str
    effect: float
    se: float
    df: float
    found: str
    shares: dict[str, float]


@dataclass(frozen=True, kw_only=True)
class Outlier:
    """A seed far from the others of its arm. p: the chance of one so far among all seeds of the page."""

    seed: int
    value: float
    p: float


@dataclass(frozen=True, kw_only=True)
class ArmSpread:
    """The seeds of one arm. lends: whether its spread may stand for others'. p: the chance of so large a spread under theirs."""

    variant: str
    values: dict[str, float]
    mean: float
    sd: float
    lends: bool
    p: float | None
    outliers: tuple[Outlier, ...]


@dataclass(frozen=True, kw_only=True)
class PageSpreads:
    """The spreads of a page's arms. bartlett, brown_forsythe: p-values that all that lend are one; None with too few seeds."""

    paper: str
    table: str
    metric: str
    protocol: str
    sd_pooled: float
    df: float
    bartlett: float | None
    brown_forsythe: float | None
    arms: tuple[ArmSpread, ...]


@dataclass(frozen=True, kw_only=True)
class CalibrationJson:
    """The whole file. runs_sha256, claims_sha256: of the runs.csv and the claims that it speaks of. code: digest of what made it.

    seed: of all that was drawn. most_tables: invented for coverage, over all pages. draws: of each claim's chances.
    """

    SCHEMA: ClassVar[str] = "calibration/1"
    STAGE: ClassVar[str] = "calibrate"

    scale: str
    papers: tuple[str, ...]
    runs_sha256: str
    claims_sha256: str
    code: str
    seed: int
    most_tables: int
    draws: int
    alone: tuple[AloneTwice, ...]
    planted: tuple[Planted, ...]
    covered: tuple[Covered, ...]
    chances: tuple[Chances, ...]
    spreads: tuple[PageSpreads, ...]


def read_calibration(path: Path, *, runs_sha256: str, claims_sha256: str) -> CalibrationJson | None:
    """What was calibrated from these runs and claims; None if nothing was.

    Raises:
        FileFormatError: the file is damaged, or speaks of other runs or claims.
    """
    try:
        found = read_document(path, CalibrationJson)
    except MissingFileError:
        return None
    if (found.runs_sha256, found.claims_sha256) != (runs_sha256, claims_sha256):
        again = f"python -m repro calibrate --scale {found.scale} --results DIR"
        raise FileFormatError(f"{path} speaks of other runs or claims than those beside it; make it again: {again}")
    return found
