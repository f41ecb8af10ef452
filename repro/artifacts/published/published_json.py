"""`published.json`: what a folder of published results holds of its runs, and what was left out of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import ClassVar

from repro.artifacts.documents import read_document, write_document
from repro.artifacts.stored_files import StoredFile

FILE = "published.json"
#: How the names of files of scores begin (repro.artifacts.scores.scores_file).
SCORES = "scores."


@dataclass(frozen=True, kw_only=True)
class PublishedRun:
    """A run. record: SHA-256 of its run.json. answers: bits of right answers, None without scores. left_out: file names."""

    record: str
    answers: StoredFile | None
    left_out: tuple[str, ...]

    @property
    def lacks_scores(self) -> bool:
        """Whether scores were left out, and nothing stands in for them."""
        return self.answers is None and any(name.startswith(SCORES) for name in self.left_out)


@dataclass(frozen=True, kw_only=True)
class Published:
    """The whole folder. runs: by id. runs_csv, claims_json: SHA-256 of these files. tip: of the ledger, "" without one.

    data_left_out: by data set the names of its files that are not here. other_data: by data set why runs may record another
    digest of it than is made from `dataset.json` now.
    """

    SCHEMA: ClassVar[str] = "published/1"
    STAGE: ClassVar[str] = "publish"

    scale: str
    runs: dict[str, PublishedRun]
    runs_csv: str
    claims_json: str
    tip: str
    data_left_out: dict[str, tuple[str, ...]]
    other_data: dict[str, str] = field(default_factory=dict)


def read_published(folder: Path) -> Published | None:
    """What `published.json` says of a scale's folder; None where results are not published, but lie as they were made.

    Raises:
        FileFormatError: the file is damaged (repro.artifacts.documents.read_document).
    """
    path = Path(folder) / FILE
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return _read(path, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=4)
def _read(path: Path, size: int, modified_ns: int) -> Published:
    """What the file says, read once for each of its states."""
    return read_document(path, Published)


def write_published(folder: Path, published: Published) -> None:
    """Write what a scale's folder of published results holds."""
    write_document(Path(folder) / FILE, published)
