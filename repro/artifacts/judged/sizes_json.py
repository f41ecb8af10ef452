"""`sizes_images.json` and its like: how effects change with the size of what was trained on, over several sizes of one scale.

`python -m repro sizes FOLDER` writes one for each axis into the folder of the largest size. Effects are logarithms of
ratios of errors, positive as the paper says. A line that is drawn on beyond its sizes is an extrapolation, and no
verdict rests on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from repro.artifacts.documents import read_document, write_document
from repro.artifacts.judged import Estimated, Interval

#: By what name the form of these files is known.
EXAMPLE = "sizes.json"


@dataclass(frozen=True, kw_only=True)
class SizeFolder:
    """Results at one size: the scale's name, its share of the whole as `1/4`, and the SHA-256 of the claims.json taken."""

    scale: str
    share: str
    claims_sha256: str


@dataclass(frozen=True, kw_only=True)
class PointAtSize:
    """An effect at one size. size: training examples, width or epochs. df: of `se`.

    why: the point is no part of the line, and this is the reason; "" for a point that is.
    n: seeds of each arm. remark: what a reader should know of a point that is used.
    """

    scale: str
    share: str
    size: float
    verdict: str
    effect: Estimated | None
    se: float | None
    df: float | None
    n: dict[str, int]
    runs: tuple[str, ...]
    why: str = ""
    remark: str = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line over log2 of sizes. level: its value at `middle`, the weighted mean of log2 of the sizes.

    se_level, se_slope: standard errors of both, which are uncorrelated there. tau: standard deviation of sizes about the line.
    scatter: how far sizes lie off the line, as a multiple of what their standard errors and tau let expect. df: of the
    scatter. df_seeds: of the standard errors.
    """

    middle: float
    level: float
    slope: float
    se_level: float
    se_slope: float
    tau: float
    scatter: float
    df: int
    df_seeds: float


@dataclass(frozen=True, kw_only=True)
class LineOverSizes(Line):
    """A weighted line over log2 of the size.

    level: its value at `middle` (log2 of a size). per_doubling: its slope. tau: standard deviation of sizes about the line,
    beyond their standard errors. scatter: how far sizes lie off the line, as a multiple of what is expected. df: of the
    scatter; df_seeds: of the standard errors.
    """

    per_doubling: Estimated


@dataclass(frozen=True, kw_only=True)
class DrawnOn:
    """The line at the paper's own size. times: as large as the largest size here. says: one of OUTCOMES, and no verdict.

    ci90 of `effect`: of the line; predicted90: of an effect at that size. paper: the printed effect; None where none is.
    """

    size: float
    times: float
    effect: Estimated
    predicted90: Interval
    paper: float | None
    says: str


@dataclass(frozen=True, kw_only=True)
class OthersEffect:
    """What somebody else measured. same_quantity: of the same parts of the net."""

    who: str
    effect: float
    same_quantity: bool
    note: str


@dataclass(frozen=True, kw_only=True)
class EffectOverSizes:
    """An effect at every size. title: a short one, where the paper's catalogue gives it; claim: that states it.

    line: None where too few sizes are left; `reason` then says so. drawn_on: None where the paper's size is not known.
    """

    paper: str
    claim: str
    title: str
    statement: str
    arm: str
    against: str
    metric: str
    protocol: str
    points: tuple[PointAtSize, ...]
    line: LineOverSizes | None
    drawn_on: DrawnOn | None
    others: tuple[OthersEffect, ...]
    reason: str = ""

    @property
    def used(self) -> tuple[PointAtSize, ...]:
        """The points on which the line rests."""
        return tuple(point for point in self.points if not point.why)


@dataclass(frozen=True, kw_only=True)
class SizesJson:
    """All effects of one scale along one axis. along: `images`, `width` or `epochs`. folders: from the smallest size."""

    SCHEMA: ClassVar[str] = "sizes/1"
    STAGE: ClassVar[str] = "sizes"

    scale: str
    along: str
    data: str
    folders: tuple[SizeFolder, ...]
    effects: tuple[EffectOverSizes, ...]


def write_sizes(folder: Path, sizes: SizesJson) -> Path:
    """Write `sizes` into the folder of its largest size, and say where."""
    path = Path(folder) / f"sizes_{sizes.along}.json"
    write_document(path, sizes)
    return path


def files_in(folder: Path) -> list[Path]:
    """The files of this form in the folder of a scale."""
    return sorted(Path(folder).glob("sizes_*.json"))


def read_sizes(path: Path) -> SizesJson:
    """What was written to `path`. Raises FileFormatError for a damaged file."""
    return read_document(path, SizesJson)
