"""Copy into the site what its pages refer to, so that no link leads out of it: records, curves, pictures, tables, logs."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from repro.artifacts import calibration_json, claims_json, files, run_json
from repro.report.inputs.results import Results, RunRecord
from repro.report.site.folders import Source

#: Files of a scale that are given along.
TABLES = ("runs.csv", claims_json.FILE, calibration_json.FILE, "ledger.jsonl", "published.json")


@dataclass(frozen=True, kw_only=True)
class FilesOf:
    """What was copied of a source: (text, path from the site's root)."""

    tables: tuple[tuple[str, str], ...]
    logs: tuple[tuple[str, str], ...]


def copied(source: Source, *, out: Path) -> tuple[Source, FilesOf]:
    """`source` with its files inside the site, and what they are. Weights and scores, which are large, stay where they are."""
    results = source.results
    folder = out / "scales" / source.key / "results" / source.scale
    tables = [
        (name, _copy(results.folder / name, folder / name, out=out)) for name in TABLES if (results.folder / name).is_file()
    ]
    logs = sorted(path for path in (results.folder / "logs").rglob("*") if path.is_file() and path.suffix in (".log", ".txt"))
    copies = [
        (path.relative_to(results.folder / "logs").as_posix(), _copy(path, folder / path.relative_to(results.folder), out=out))
        for path in logs
    ]
    runs = {
        name: _run(run, folder / "runs" / run.record.paper / run.record.variant / str(run.record.seed), out=out)
        for name, run in results.runs.items()
    }
    moved: Results = replace(results, folder=folder, runs=runs)
    return replace(source, results=moved), FilesOf(tables=tuple(tables), logs=tuple(copies))


def _run(run: RunRecord, folder: Path, *, out: Path) -> RunRecord:
    for name in _kept(run):
        if (run.folder / name).is_file():
            _copy(run.folder / name, folder / name, out=out)
    return replace(run, folder=folder)


def _kept(run: RunRecord) -> Iterator[str]:
    """The files of a run that pages show or draw from."""
    yield run_json.FILE
    record = run.record
    if record.network is not None:
        yield record.network.log.file
        shown = record.network.pictures
        yield from (item.file for item in (shown.kernels, shown.stream_kernels, shown.gallery, shown.clip_gallery) if item)
    if record.timing is not None:
        yield record.timing.timings.file


def _copy(path: Path, place: Path, *, out: Path) -> str:
    """Copy a file unless the same bytes are there, and say where it lies from the site's root."""
    if not place.is_file() or place.stat().st_size != path.stat().st_size or place.read_bytes() != path.read_bytes():
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place.with_name(f".{place.name}{files.PART}"))
        place.with_name(f".{place.name}{files.PART}").replace(place)
    return place.relative_to(out).as_posix()


def all_copied(sources: Sequence[Source], *, out: Path) -> tuple[tuple[Source, ...], dict[str, FilesOf]]:
    """All sources with their files inside the site."""
    pairs = [copied(source, out=out) for source in sources]
    return tuple(source for source, _ in pairs), {source.key: kept for source, kept in pairs}
