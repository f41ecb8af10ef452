"""`claims.json`: what was judged of the papers' claims at one scale, and what was measured beside them.

One writer, one reader. The entries of the claims are in `repro.artifacts.judged`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from repro.artifacts.documents import read_document, write_document
from repro.artifacts.files import FileFormatError
from repro.artifacts.judged import Estimated, Interval, JudgedClaim
from repro.artifacts.ledger.summary import LedgerSummary
from repro.artifacts.provenance import Change
from repro.artifacts.runs_csv import RunsTable

FILE = "claims.json"


@dataclass(frozen=True, kw_only=True)
class MeasuredEffect:
    """What a variant of a page does to a metric of its control, whether or not the paper claims anything about it.

    key, base_value, value, difference: what the variant changes in its base. gate: the verdict by which the effect may not
    be judged, "" if none.
    """

    paper: str
    table: str
    variant: str
    control: str
    title: str
    key: str
    base_value: Any
    value: Any
    difference: tuple[Change, ...]
    metric: str
    protocol: str
    points: Estimated | None
    log_ratio: Estimated | None
    total_ci90: Interval | None
    sd_pooled: float | None
    df: float | None
    test: str
    p_raw: float | None
    p_adjusted: float | None
    n: dict[str, int]
    means: dict[str, float]
    sds: dict[str, float | None]
    gate: str
    reason: str
    runs: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ClassGain:
    """What a variant gains over its control in average precision of one class."""

    paper: str
    table: str
    control: str
    variant: str
    class_name: str
    metric: str
    protocol: str
    n: dict[str, int]
    means: dict[str, float]
    sds: dict[str, float | None]
    gain: Estimated
    total_ci90: Interval | None


@dataclass(frozen=True, kw_only=True)
class CameraGroup:
    """Test videos in which the camera moves about alike: by how much (shares of the frame's side), and the gain there."""

    num_videos: int
    least: float
    median: float
    most: float
    means: dict[str, float]
    gain: Estimated
    total_ci90: Interval | None


@dataclass(frozen=True, kw_only=True)
class CameraTrend:
    """How much larger the gain is at the video of most motion than at that of least, along a line over the videos' ranks."""

    estimate: float
    ci90: Interval | None
    ci95: Interval | None
    total_ci90: Interval | None
    p: float | None


@dataclass(frozen=True, kw_only=True)
class CameraGap:
    """What a variant gains over its control by how the camera moves; `reason` says why nothing was measured.

    source: whether motions were drawn by a generator or estimated. num_unseen: test videos without a known motion.
    """

    paper: str
    table: str
    control: str
    variant: str
    reason: str
    source: str
    num_videos: int
    num_unseen: int
    groups: tuple[CameraGroup, ...]
    trend: CameraTrend | None


@dataclass(frozen=True, kw_only=True)
class Diverged:
    """A run whose loss became infinite or no number, and when."""

    run: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many claims there are of which sort: `decided` of the `judgeable`; the others are counted apart.

    not_comparable: levels on other data than the printed ones. untestable: what no run here can speak to. post_hoc: of the
    judgeable, those that were changed after runs had been seen. tuning_sensitive: of the decided, those of another side with
    rates of the arms' own.
    """

    decided: int
    judgeable: int
    not_comparable: int
    untestable: int
    post_hoc: int
    tuning_sensitive: int = 0

    @property
    def words(self) -> str:
        """What is decided, and apart from it what is no question here."""
        apart = f"{self.not_comparable} levels of other data, {self.untestable} that nothing here can test"
        if self.post_hoc:
            apart = f"{self.post_hoc} post hoc, {apart}"
        sensitive = f", {self.tuning_sensitive} of them tuning-sensitive" if self.tuning_sensitive else ""
        return f"{self.decided} of {self.judgeable} judgeable claims decided{sensitive}; counted apart: {apart}"


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """The whole file. evidence: of each paper, what its data at this scale are worth. runs_sha256: of the `runs.csv` judged.

    counts: of all claims. ledger: what it says of all runs; None where there is none. runs: how many there are.
    missing: runs that are planned or were started, and are not whole. why_missing: of those that were started.
    diverged: runs that ever diverged, whatever was run later under their names.
    """

    SCHEMA: ClassVar[str] = "claims/7"
    STAGE: ClassVar[str] = "judge"

    scale: str
    evidence: dict[str, str]
    mode: str
    runs_sha256: str
    ledger: LedgerSummary | None
    runs: int
    missing: tuple[str, ...]
    why_missing: dict[str, str]
    diverged: tuple[Diverged, ...]
    counts: Counts
    claims: tuple[JudgedClaim, ...]
    effects: tuple[MeasuredEffect, ...]
    gains: tuple[ClassGain, ...]
    camera: tuple[CameraGap, ...]


def write_claims_json(path: Path, judgement: Judgement) -> None:
    """Write `judgement` to `path` atomically; the same judgement gives the same bytes."""
    write_document(path, judgement)


def read_claims_json(path: Path, *, table: RunsTable) -> Judgement:
    """What was judged from `table`, the runs.csv beside `path`.

    Raises:
        FileFormatError: the file is missing, damaged, or was judged from another runs.csv.
    """
    judgement = read_document(path, Judgement)
    if judgement.runs_sha256 != table.sha256:
        raise FileFormatError(f"{path} was judged from another runs.csv than the one beside it; run the stage judge again")
    return judgement
