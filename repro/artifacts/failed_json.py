"""`failed.json`: why a run failed, and where the log of its job is. It is there until the run is finished."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from repro.artifacts.documents import read_document, write_document
from repro.artifacts.files import FileFormatError, run_folder
from repro.artifacts.run_json import FAILED, is_finished

#: How much of an error's text is kept.
MOST_CHARACTERS = 2000


@dataclass(frozen=True, kw_only=True)
class FailedRun:
    """A run that failed. error: class of the error. log: of its job, seen from the folder of results; "" where none was kept."""

    SCHEMA: ClassVar[str] = "failed/1"
    STAGE: ClassVar[str] = "train"

    id: str
    error: str
    message: str
    log: str

    @property
    def words(self) -> str:
        """Why it failed, in one line."""
        return f"{self.error}: {self.message}" if self.message else self.error


def note_failure(results: Path, run_id: str, error: Exception, *, log: Path | None) -> None:
    """Write down that a run failed; where that cannot be written, as on a full disk, the log alone says it."""
    message = " ".join(str(error).split())[:MOST_CHARACTERS].encode(errors="backslashreplace").decode()
    where = "" if log is None else Path(os.path.relpath(log, results)).as_posix()
    failed = FailedRun(id=run_id, error=type(error).__name__, message=message, log=where)
    with suppress(OSError):
        write_document(run_folder(results, run_id) / FAILED, failed)


def clear_failure(folder: Path) -> None:
    """Forget that a run failed before: it is finished."""
    (folder / FAILED).unlink(missing_ok=True)


def find_failure(results: Path, run_id: str) -> FailedRun | None:
    """Why a run is not finished, if it failed and that was written down."""
    folder = run_folder(results, run_id)
    if is_finished(folder) or not (folder / FAILED).is_file():
        return None
    try:
        return read_document(folder / FAILED, FailedRun)
    except FileFormatError as error:
        return FailedRun(id=run_id, error="failed", message=f"why is not known: {error}", log="")
