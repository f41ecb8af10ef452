"""Copy into the site what its pages refer to, so that no link leads out of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from repro.report.inputs import copies
from repro.report.site.folders import Source


@dataclass(frozen=True, kw_only=True)
class FilesOf:
    """What was copied of a source: (text, path from the site's root)."""

    tables: tuple[tuple[str, str], ...]
    logs: tuple[tuple[str, str], ...]


def copied(source: Source, *, out: Path) -> tuple[Source, FilesOf]:
    """`source` with its files inside the site, and what they are."""
    results, kept = copies.copied(source.results, folder=out / "scales" / source.key / "results" / source.scale)
    tables = tuple((name, (kept.folder / name).relative_to(out).as_posix()) for name in kept.tables)
    logs = tuple((name.removeprefix("logs/"), (kept.folder / name).relative_to(out).as_posix()) for name in kept.logs)
    return replace(source, results=results), FilesOf(tables=tables, logs=logs)


def all_copied(sources: Sequence[Source], *, out: Path) -> tuple[tuple[Source, ...], dict[str, FilesOf]]:
    """All sources with their files inside the site."""
    pairs = [copied(source, out=out) for source in sources]
    return tuple(source for source, _ in pairs), {source.key: kept for source, kept in pairs}
