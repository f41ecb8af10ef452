"""`published.json`: what a folder of published results holds of its runs, and what was left out of it."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar, TypeVar, cast

from repro.artifacts.documents import read_document, write_document
from repro.artifacts.stored_files import StoredFile

Document = TypeVar("Document")

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
    return read_if_there(Path(folder) / FILE, Published)


def read_if_there(path: Path, kind: type[Document]) -> Document | None:
    """The document at `path`, read once for each state of its file; None if there is no file.

    Raises:
        FileFormatError: the file is damaged (repro.artifacts.documents.read_document).
    """
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    found: Document = _read(path, cast(Hashable, kind), status.st_size, status.st_mtime_ns)
    return found


@lru_cache(maxsize=8)
def _read(path: Path, kind: Any, size: int, modified_ns: int) -> Any:
    return read_document(path, kind)


def write_published(folder: Path, published: Published) -> None:
    """Write what a scale's folder of published results holds."""
    write_document(Path(folder) / FILE, published)
