"""Take published results over into a folder in which they can be gone on with: further seeds, other claims, rates of their own.

Everything that was published comes along, the ledger first of all, so that what was declared and started before still counts.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from repro.artifacts import claims_json, run_json
from repro.artifacts.files import FileFormatError, sha256_file
from repro.artifacts.ledger.append import append
from repro.artifacts.ledger.chain import FILE as LEDGER_FILE
from repro.artifacts.ledger.chain import read_ledger
from repro.artifacts.ledger.events import Note
from repro.artifacts.published import published_json
from repro.artifacts.published.brought_json import Brought, write_brought
from repro.artifacts.published.published_json import Published, PublishedRun, read_published
from repro.artifacts.run_json import read_run
from repro.system.some import some

AGAIN = "take another copy of what was published"


class CannotTakeOver(ValueError):
    """Published results that give too little to go on from, or a folder that holds results already."""


def take_over(folder: Path, *, to: Path) -> Brought:
    """Copy published results to `to`, a scale's folder of results, whole or not at all.

    All files get one time, so that the workflow finds none of them older than what it was made from.

    Raises:
        CannotTakeOver: nothing was published there, runs came without right answers, or `to` holds something.
        FileFormatError: a file is not the one that was published.
    """
    published = read_published(folder)
    if published is None:
        raise CannotTakeOver(f"{folder} holds no published results; allowed: a folder that publish has written")
    lacking = [run_id for run_id, known in published.runs.items() if known.lacks_scores]
    if lacking:
        raise CannotTakeOver(
            f"{folder} was published without the right answers of {some(lacking)}, so that nothing can be judged again with "
            "further runs; make the runs again, or show what is there: python -m repro site"
        )
    there = [path.name for path in to.iterdir() if path.name != "logs" and not path.name.startswith(".")] if to.is_dir() else []
    if there:
        raise CannotTakeOver(
            f"{to} holds {some(sorted(there))} already; published results come with their ledger and are taken over into a "
            "folder that has nothing yet: name another by --results"
        )
    for problem in _changed(folder, published):
        raise FileFormatError(f"{problem}; {AGAIN}")
    return _copy(folder, published, to=to)


def _changed(folder: Path, published: Published) -> Iterator[str]:
    """What is not as it was published, a sentence each."""
    for run_id, known in published.runs.items():
        yield from _changed_run(folder, run_id, known)
    for name, sha256 in (("runs.csv", published.runs_csv), (claims_json.FILE, published.claims_json)):
        if not (folder / name).is_file() or sha256_file(folder / name) != sha256:
            yield f"{folder / name} is not the one that was published"
    tip = read_ledger(folder).tip
    if tip != published.tip:
        yield f"{folder / LEDGER_FILE} ends with {tip[:12] or 'nothing'}, {published.tip[:12] or 'nothing'} was published"


def _changed_run(folder: Path, run_id: str, known: PublishedRun) -> Iterator[str]:
    place = folder / "runs" / Path(*run_id.split("/")[1:])
    path = place / run_json.FILE
    if not path.is_file() or sha256_file(path) != known.record:
        yield f"{path} is not the one that was published"
        return
    files = [item for item in read_run(folder.parent, run_id).files if item.file not in known.left_out]
    for item in (*files, *([known.answers] if known.answers else [])):
        item.verify(place, again=AGAIN)


def _copy(folder: Path, published: Published, *, to: Path) -> Brought:
    half = to.with_name(f".{to.name}.bring.part")
    shutil.rmtree(half, ignore_errors=True)
    half.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(folder, half, ignore=shutil.ignore_patterns(published_json.FILE, ".*"))
    for path in half.glob(f"runs/*/*/*/{run_json.FILE}"):
        shutil.copyfile(path, path.with_name(run_json.FINISHED))
    brought = Brought(scale=published.scale, runs=published.runs, tip=published.tip, data_left_out=published.data_left_out)
    write_brought(half, brought)
    number = len(read_ledger(half).lines)
    append(half, Note(text=f"{len(published.runs)} published runs were taken over; their ledger ends with line {number}"))
    for path in [path for path in half.rglob("*") if path.is_file()]:
        with suppress(OSError):  # a file system without times of its own: then the workflow makes its averages again
            shutil.copystat(half / LEDGER_FILE, path)
    shutil.rmtree(to, ignore_errors=True)
    half.rename(to)
    return brought
