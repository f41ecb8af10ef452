"""Read the two folders that are compared: runs, numbers and verdicts of each, scale by scale."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from repro.artifacts import claims_json, run_json
from repro.artifacts.claims_json import Judgement
from repro.artifacts.documents import read_document
from repro.artifacts.files import FileFormatError
from repro.artifacts.run_json import RunJson, read_run
from repro.artifacts.runs_csv import Measurement, read_runs_csv


class NothingToCompare(ValueError):
    """A folder that holds no results, or two that have no scale in common."""


@dataclass(frozen=True, kw_only=True)
class Side:
    """One folder of a scale: records by run, rows of runs.csv by run, metric and protocol, and verdicts by claim."""

    folder: Path
    records: dict[str, RunJson]
    rows: dict[tuple[str, str, str], Measurement]
    verdicts: dict[str, str]

    @property
    def results(self) -> Path:
        return self.folder.parent


def sides(one: Path, other: Path) -> Iterator[tuple[Side, Side]]:
    """Give the two sides of each scale that both folders have.

    Raises:
        NothingToCompare: there is none.
        FileFormatError: a file of either side is damaged.
    """
    left, right = (_scales(Path(folder)) for folder in (one, other))
    common = [name for name in left if name in right]
    if not common:
        said = " and ".join(f"{folder} has {', '.join(found) or 'none'}" for folder, found in ((one, left), (other, right)))
        raise NothingToCompare(f"no scale is in both folders: {said}; allowed: folders of results that have a scale in common")
    for name in common:
        yield read_side(left[name]), read_side(right[name])


def _scales(folder: Path) -> dict[str, Path]:
    """The folders of scales that `folder` is or holds, by name."""
    folder = folder.resolve()
    if (folder / "runs").is_dir():
        return {folder.name: folder}
    return {path.name: path for path in sorted(folder.iterdir()) if (path / "runs").is_dir()}


def read_side(folder: Path) -> Side:
    """What one folder of a scale holds.

    Raises:
        FileFormatError: a record, or runs.csv, is damaged.
    """
    ids = ["/".join((folder.name, *path.parts[-4:-1])) for path in sorted((folder / "runs").glob(f"*/*/*/{run_json.FILE}"))]
    table = folder / "runs.csv"
    rows = read_runs_csv(table).rows if table.is_file() else ()
    return Side(
        folder=folder,
        records={run: read_run(folder.parent, run) for run in ids},
        rows={(row.run, row.metric, row.protocol): row for row in rows},
        verdicts=_verdicts(folder / claims_json.FILE),
    )


def _verdicts(path: Path) -> dict[str, str]:
    try:
        return {f"{claim.paper}/{claim.id}": claim.verdict for claim in read_document(path, Judgement).claims}
    except FileFormatError:
        return {}  # not judged, or by another version: numbers are compared all the same
