"""Note that somebody has judged, and that what counts has changed since."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from repro.artifacts import claims_json
from repro.artifacts.files import FileFormatError, sha256_file
from repro.artifacts.ledger.append import extend
from repro.artifacts.ledger.chain import read_ledger
from repro.artifacts.ledger.events import Look
from repro.artifacts.ledger.population_json import FILE, keep_population
from repro.artifacts.runs_csv import read_runs_csv


def note_look(folder: Path) -> None:
    """Add a look at the runs.csv and the claims.json of a scale's folder to its ledger, unless the same is there.

    Looks at results are part of what a verdict is worth. Where there is no ledger, nothing was started to look at.
    """
    if not read_ledger(folder).lines:
        return
    table = read_runs_csv(folder / "runs.csv")
    seeds: dict[str, set[int]] = {}
    for row in table.rows:
        seeds.setdefault(f"{row.paper}/{row.variant}", set()).add(row.seed)
    look = Look(
        runs_sha256=table.sha256,
        claims_sha256=sha256_file(folder / claims_json.FILE),
        n={name: len(found) for name, found in seeds.items()},
    )
    extend(folder, lambda ledger: [] if look in ledger.since_begin.events(Look) else [look])


def note_population(folder: Path) -> None:
    """Bring the population.json of a scale's folder up to date, so that the workflow judges again where that is due.

    Nothing is done where nothing was collected yet. What cannot be read or written, the jobs say.
    """
    if (folder / FILE).is_file():
        with suppress(OSError, FileFormatError):
            keep_population(folder)
