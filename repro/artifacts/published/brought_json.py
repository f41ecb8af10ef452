"""`brought.json`: which runs of a folder were taken over from published results, and what they came without."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from repro.artifacts import run_json
from repro.artifacts.documents import write_document
from repro.artifacts.files import sha256_file
from repro.artifacts.published.published_json import PublishedRun, read_if_there, read_published

FILE = "brought.json"


@dataclass(frozen=True, kw_only=True)
class Brought:
    """What was taken over. runs: by id. tip: of the ledger that was published, whose lines the ledger here begins with.

    data_left_out: by data set the names of its files that were not published; data that are prepared here have them.
    """

    SCHEMA: ClassVar[str] = "brought/1"
    STAGE: ClassVar[str] = "bring"

    scale: str
    runs: dict[str, PublishedRun]
    tip: str
    data_left_out: dict[str, tuple[str, ...]]

    def known(self, folder: Path, run_id: str) -> PublishedRun | None:
        """What a run in a scale's folder came with; None if it was made here, where it may have been made again."""
        known, path = self.runs.get(run_id), Path(folder) / "runs" / Path(*run_id.split("/")[1:]) / run_json.FILE
        return known if known and path.is_file() and sha256_file(path) == known.record else None


def read_brought(folder: Path) -> Brought | None:
    """What was taken over into a scale's folder; None where nothing was.

    Raises:
        FileFormatError: the file is damaged (repro.artifacts.documents.read_document).
    """
    return read_if_there(Path(folder) / FILE, Brought)


def write_brought(folder: Path, brought: Brought) -> None:
    """Write what was taken over into a scale's folder."""
    write_document(Path(folder) / FILE, brought)


def published_run(results: Path, run_id: str) -> PublishedRun | None:
    """What a run has in place of files that were left out when it was published; None of a run that was made here.

    Raises:
        FileFormatError: `published.json` or `brought.json` is damaged.
    """
    folder = Path(results) / run_id.split("/")[0]
    published, brought = read_published(folder), read_brought(folder)
    if published is not None:
        return published.runs.get(run_id)
    return brought.known(folder, run_id) if brought else None
