"""Compare two folders of results, run by run and arm by arm.

An arm is equivalent if two one-sided tests say so: the 90 % interval of the mean difference over the seeds that both have lies
within a margin that is stated. Shapes: N examples.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, stdev

import numpy as np
from scipy.stats import t as student

from repro.analyse.collect.run_files import read_run_answers, read_run_scores
from repro.analyse.compare.provenance import provenance_difference
from repro.analyse.compare.sides import Side, sides
from repro.artifacts.files import FileFormatError
from repro.artifacts.provenance import Change
from repro.artifacts.run_json import RunJson, ScoresFile
from repro.spec.terms.metrics import ALWAYS, CLOCK, SCORES, TIMINGS, metric_named
from repro.spec.terms.units import PERCENT, PRECISION

SAME, PREDICTIONS, EQUIVALENT, UNDECIDED, DIFFERENT, TIME = (
    "same to the bit",
    "same predictions",
    "equivalent",
    "not decided",
    "different",
    "a time",
)
#: From the most alike to the least.
STATES = (SAME, PREDICTIONS, EQUIVALENT, UNDECIDED, DIFFERENT, TIME)
#: Within what an arm is equivalent: a share or a precision by so much, a number of epochs by this factor.
MARGIN, FACTOR = 0.01, 1.1
#: The level of the interval by which equivalence and difference are decided.
LEVEL = 0.90


Interval = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class RunCell:
    """One split and protocol of a run that both folders have. num_other: examples that are answered otherwise, if known."""

    run: str
    split: str
    protocol: str
    state: str
    num: int
    num_other: int | None
    provenance: tuple[Change, ...]


@dataclass(frozen=True, kw_only=True)
class ArmCell:
    """One metric of a variant over the seeds that both folders have. difference: of the other folder's mean from this one's.

    margin: within what it counts as equivalent, None where there is none; on_logs: both are of the logarithm.
    """

    paper: str
    variant: str
    metric: str
    protocol: str
    state: str
    n: int
    mean: float
    other_mean: float
    difference: float | None
    ci90: Interval | None
    margin: float | None
    on_logs: bool
    provenance: tuple[Change, ...]


@dataclass(frozen=True, kw_only=True)
class VerdictCell:
    """A claim that both folders have judged, with the verdict of each."""

    claim: str
    verdict: str
    other: str


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Two folders of one scale. only, other_only: runs that one side alone has."""

    scale: str
    folder: str
    other_folder: str
    runs: tuple[RunCell, ...]
    arms: tuple[ArmCell, ...]
    verdicts: tuple[VerdictCell, ...]
    only: tuple[str, ...]
    other_only: tuple[str, ...]

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """How many cells are in which state."""
        return {
            "scores": _counted([cell.state for cell in self.runs]),
            "arms": _counted([cell.state for cell in self.arms]),
        }


def _counted(states: Sequence[str]) -> dict[str, int]:
    found = Counter(states)
    return {state: found[state] for state in STATES if found[state]}


def compare(one: Path, other: Path, *, margin: float = MARGIN) -> list[Comparison]:
    """Compare two folders of results, scale by scale.

    Raises:
        NothingToCompare: they have no scale in common.
        FileFormatError: a file of either side is damaged.
    """
    return [_comparison(left, right, margin=margin) for left, right in sides(one, other)]


def _comparison(one: Side, other: Side, *, margin: float) -> Comparison:
    common = [run for run in one.records if run in other.records]
    cells = {run: _run_cells(one, other, run) for run in common}
    claims = [name for name in one.verdicts if name in other.verdicts]
    return Comparison(
        scale=one.folder.name,
        folder=str(one.folder),
        other_folder=str(other.folder),
        runs=tuple(cell for found in cells.values() for cell in found),
        arms=tuple(_arm_cells(one, other, cells, margin=margin)),
        verdicts=tuple(VerdictCell(claim=name, verdict=one.verdicts[name], other=other.verdicts[name]) for name in claims),
        only=tuple(run for run in one.records if run not in other.records),
        other_only=tuple(run for run in other.records if run not in one.records),
    )


def _run_cells(one: Side, other: Side, run: str) -> list[RunCell]:
    mine, theirs = one.records[run], other.records[run]
    changes = provenance_difference(mine, theirs)
    entries = {(entry.split, entry.protocol): entry for entry in theirs.scores}
    cells = []
    for entry in mine.scores:
        match = entries.get((entry.split, entry.protocol))
        if match is None:
            continue
        state, num_other = _state(one, other, (mine, entry), (theirs, match))
        cells.append(
            RunCell(
                run=run,
                split=entry.split,
                protocol=entry.protocol,
                state=state,
                num=entry.num_examples,
                num_other=num_other,
                provenance=changes,
            )
        )
    return cells


def _state(
    one: Side, other: Side, mine: tuple[RunJson, ScoresFile], theirs: tuple[RunJson, ScoresFile]
) -> tuple[str, int | None]:
    """Whether a run's scores are the same, or lead to the same predictions, and how many examples differ."""
    if mine[1].sha256 == theirs[1].sha256:
        return SAME, 0
    pairs = ((one, *mine), (other, *theirs))
    try:
        left, right = (
            read_run_scores(record, split=entry.split, protocol=entry.protocol, results=side.results)
            for side, record, entry in pairs
        )
        if not np.array_equal(left.example_N, right.example_N):
            return DIFFERENT, None
        num = int(np.count_nonzero(left.scores_NK.argmax(axis=1) != right.scores_NK.argmax(axis=1)))
        return (DIFFERENT if num else PREDICTIONS), num
    except FileFormatError:
        return _by_answers(pairs)  # left out of published results: right answers tell as much as they can


def _by_answers(pairs: Sequence[tuple[Side, RunJson, ScoresFile]]) -> tuple[str, int | None]:
    """What right answers alone tell: that runs differ, if they do; never that their predictions are the same."""
    try:
        left, right = (
            read_run_answers(record, split=entry.split, protocol=entry.protocol, results=side.results)
            for side, record, entry in pairs
        )
    except FileFormatError:
        return UNDECIDED, None
    if left.examples.digest != right.examples.digest:
        return DIFFERENT, None
    num = int(np.count_nonzero(left.correct_N[1] != right.correct_N[1]))
    return (DIFFERENT if num else UNDECIDED), num


def _arm_cells(one: Side, other: Side, cells: dict[str, list[RunCell]], *, margin: float) -> list[ArmCell]:
    found: dict[tuple[str, str, str, str], list[str]] = {}
    for run, metric, protocol in one.rows:
        if (run, metric, protocol) in other.rows:
            row = one.rows[run, metric, protocol]
            found.setdefault((row.paper, row.variant, metric, protocol), []).append(run)
    return [_arm_cell(one, other, key, runs, cells, margin=margin) for key, runs in found.items()]


def _arm_cell(
    one: Side,
    other: Side,
    key: tuple[str, str, str, str],
    runs: Sequence[str],
    cells: dict[str, list[RunCell]],
    *,
    margin: float,
) -> ArmCell:
    paper, variant, metric, protocol = key
    mine, theirs = ([side.rows[run, metric, protocol].value for run in runs] for side in (one, other))
    allowed, on_logs = margin_of(metric, margin=margin)
    interval = _interval(mine, theirs, on_logs=on_logs)
    state = _exactly(metric, protocol, runs, cells, equal=mine == theirs)
    if not state:
        state = _by_interval(interval[1], allowed)
    changes = dict.fromkeys(change for run in runs for cell in cells.get(run, [])[:1] for change in cell.provenance)
    return ArmCell(
        paper=paper,
        variant=variant,
        metric=metric,
        protocol=protocol,
        state=state,
        n=len(runs),
        mean=fmean(mine),
        other_mean=fmean(theirs),
        difference=interval[0],
        ci90=interval[1],
        margin=allowed,
        on_logs=on_logs,
        provenance=tuple(changes),
    )


def margin_of(metric: str, *, margin: float) -> tuple[float | None, bool]:
    """Within what two arms count as equivalent by a metric, and whether that is of the logarithm; None: there is no margin."""
    known = metric_named(metric)
    if known.of in (CLOCK, TIMINGS):
        return None, False
    if known.ratio == ALWAYS:
        return math.log(FACTOR), True
    return (margin, False) if known.unit in (PERCENT, PRECISION) else (None, False)


def _exactly(metric: str, protocol: str, runs: Sequence[str], cells: dict[str, list[RunCell]], *, equal: bool) -> str:
    """The state of an arm where no test is needed; "" where one is."""
    known = metric_named(metric)
    if known.of in (CLOCK, TIMINGS):
        return TIME
    if known.of != SCORES:
        return SAME if equal else ""
    splits = known.splits or ("test",)
    seen = [cell.state for run in runs for cell in cells.get(run, []) if cell.split in splits and cell.protocol == protocol]
    if seen and set(seen) <= {SAME}:
        return SAME
    return PREDICTIONS if seen and set(seen) <= {SAME, PREDICTIONS} and equal else ""


def _interval(mine: Sequence[float], theirs: Sequence[float], *, on_logs: bool) -> tuple[float | None, Interval | None]:
    """The mean difference over common seeds, and its 90 % interval by Student's t; None where there is none."""
    if on_logs and min(*mine, *theirs) <= 0:
        return None, None
    values = zip(*((list(map(math.log, side)) if on_logs else side) for side in (mine, theirs)), strict=True)
    gaps = [b - a for a, b in values]
    if not all(map(math.isfinite, gaps)):
        return None, None
    mean = fmean(gaps)
    if len(gaps) < 2:
        return mean, None
    half = float(student.ppf((1 + LEVEL) / 2, len(gaps) - 1)) * stdev(gaps) / math.sqrt(len(gaps))
    return mean, (mean - half, mean + half)


def _by_interval(ci90: Interval | None, margin: float | None) -> str:
    if ci90 is None or margin is None:
        return UNDECIDED
    if -margin <= ci90[0] and ci90[1] <= margin:
        return EQUIVALENT
    return DIFFERENT if ci90[0] > 0 or ci90[1] < 0 else UNDECIDED
