"""Copy to the pages what they refer to, so that their folder can be sent or hosted: records, curves, pictures, tables, logs."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from repro.artifacts import calibration_json, claims_json, files, run_json
from repro.artifacts.judged.sizes_json import files_in
from repro.report.inputs.results import Results, RunRecord

#: Files of a scale that are given along.
TABLES = ("runs.csv", claims_json.FILE, calibration_json.FILE, "ledger.jsonl", "published.json")


@dataclass(frozen=True, kw_only=True)
class Copies:
    """What was copied of a scale: the names of its tables and of its logs, below `folder`."""

    folder: Path
    tables: tuple[str, ...]
    logs: tuple[str, ...]


def copied(results: Results, *, folder: Path) -> tuple[Results, Copies]:
    """`results` with their files in `folder`, and what they are. Weights and scores, which are large, stay where they are.

    What lies in `folder` from before and is not of these results any more is deleted.

    Raises:
        FileFormatError: the results lie there themselves, so that their weights and scores would be deleted.
    """
    if results.folder.resolve().is_relative_to(folder.resolve()):
        raise files.FileFormatError(
            f"the results {results.folder} lie where their pages keep copies; give another folder for the pages: --reports DIR"
        )
    sizes = (path.name for path in files_in(results.folder))
    tables = tuple(name for name in (*TABLES, *sizes) if (results.folder / name).is_file())
    logs = tuple(sorted(_logs(results.folder)))
    runs = {name: replace(run, folder=folder / _place(run)) for name, run in results.runs.items()}
    kept = {folder / name for name in (*tables, *logs)}
    for name in (*tables, *logs):
        _copy(results.folder / name, folder / name)
    for run in results.runs.values():
        for name in _kept(run):
            if (run.folder / name).is_file():
                kept.add(folder / _place(run) / name)
                _copy(run.folder / name, folder / _place(run) / name)
    _delete_others(folder, kept)
    return replace(results, folder=folder, runs=runs), Copies(folder=folder, tables=tables, logs=logs)


def _place(run: RunRecord) -> Path:
    return Path("runs", run.record.paper, run.record.variant, str(run.record.seed))


def _logs(folder: Path) -> Iterator[str]:
    for path in (folder / "logs").rglob("*"):
        if path.is_file() and path.suffix in (".log", ".txt"):
            yield path.relative_to(folder).as_posix()


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


def _copy(path: Path, place: Path) -> None:
    """Copy a file unless the same bytes are there; whole or not at all, as two processes may make the same pages."""
    content = path.read_bytes()
    if not place.is_file() or place.read_bytes() != content:
        place.parent.mkdir(parents=True, exist_ok=True)
        files.write_bytes(place, content)


def _delete_others(folder: Path, kept: Collection[Path]) -> None:
    for path in folder.rglob("*"):
        if path.is_file() and path not in kept and path.suffix != files.PART:
            path.unlink(missing_ok=True)
