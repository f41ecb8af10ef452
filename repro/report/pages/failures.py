"""Say which runs failed and why, with a reference to the log of the job."""

from __future__ import annotations

import os
from pathlib import Path

from repro.artifacts.failed_json import FailedRun
from repro.report.inputs.results import Results
from repro.report.text.tables import Link


def failed_of(paper: str, variant: str, *, results: Results) -> list[FailedRun]:
    """The runs of a variant that failed, seeds in order."""
    prefix = f"{results.scale}/{paper}/{variant}/"
    return [failure for run_id, failure in results.failed.items() if run_id.startswith(prefix)]


def failure_words(paper: str, variant: str, *, results: Results) -> str:
    """Which seeds of a variant failed and why, those that failed alike together; empty if none did."""
    seeds: dict[str, list[str]] = {}
    for failure in failed_of(paper, variant, results=results):
        seeds.setdefault(failure.words, []).append(failure.id.rpartition("/")[2])
    return "; ".join(f"failed with seed {', '.join(found)}: {words}" for words, found in seeds.items())


def log_links(paper: str, variant: str, *, results: Results, page: str) -> tuple[Link, ...]:
    """References from a page to the logs of the jobs in which runs of a variant failed."""
    found = [log_link(failure, results=results, page=page) for failure in failed_of(paper, variant, results=results)]
    return tuple(dict.fromkeys(link for link in found if link.href))


def log_link(failure: FailedRun, *, results: Results, page: str) -> Link:
    """A reference from `page`, a path below the report's folder, to the log of a failed run; without one where it is gone."""
    log = results.folder.parent / failure.log
    if not failure.log or results.reports is None or not log.is_file():
        return Link(text=f"run {failure.id}", href="")
    start = (results.reports / page).resolve().parent
    return Link(text=f"log of run {failure.id}", href=Path(os.path.relpath(log.resolve(), start)).as_posix())
