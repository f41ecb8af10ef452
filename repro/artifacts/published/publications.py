"""The ledger of a tree of published results: what was put into it, stated again or taken out, line by line.

It lies in the folder `publications` of the tree and is a chain as that of a scale's runs is (repro.artifacts.ledger.chain): so
results that came out otherwise than was hoped cannot be taken away without a trace.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from repro.artifacts.files import sha256_file
from repro.artifacts.ledger.append import append
from repro.artifacts.ledger.chain import FILE as LEDGER_FILE
from repro.artifacts.ledger.chain import read_ledger
from repro.artifacts.ledger.events import Publish
from repro.artifacts.published.published_json import FILE, read_published

#: The folder of a tree in which its ledger lies.
FOLDER = "publications"


class NotPublished(ValueError):
    """No results of this name are in the tree."""


def add(tree: Path, folder: Path, *, why: str = "") -> Publish:
    """Add a line on the published results in `folder`, which lies in `tree`, as they are now.

    Raises:
        NotPublished: nothing was published there.
        LedgerError: the chain is broken.
    """
    published = read_published(folder)
    if published is None:
        raise NotPublished(f"{folder} holds no published results; allowed: a folder that publish has written")
    place = folder.resolve().relative_to(tree.resolve()).as_posix()
    entry = Publish(place=place, published=sha256_file(folder / FILE), tip=published.tip, num_runs=len(published.runs), why=why)
    append(tree / FOLDER, entry)
    return entry


def take_out(tree: Path, place: str, *, why: str) -> Publish:
    """Take the results at `place` out of `tree`. The line comes first, so that they never go without one.

    Raises:
        NotPublished: the ledger has no results at `place`, or they were taken out before.
        LedgerError: the chain is broken.
    """
    there = standing(tree)
    if place not in there:
        held = ", ".join(there) or "none"
        raise NotPublished(f"{tree} has no results {place!r}; allowed: {held} (python -m repro verify {tree})")
    gone = Publish(place=place, published="", tip=there[place].tip, num_runs=there[place].num_runs, why=why)
    append(tree / FOLDER, gone)
    shutil.rmtree(tree / place, ignore_errors=True)
    return gone


def standing(tree: Path) -> dict[str, Publish]:
    """The results that are in `tree` by its ledger, by place, each as its last line says. Raises as `read_ledger` does."""
    there: dict[str, Publish] = {}
    for event in read_ledger(tree / FOLDER).events(Publish):
        there.pop(event.place, None)
        if event.published:
            there[event.place] = event
    return there


def tree_of(folder: Path) -> Path | None:
    """The tree of published results in which `folder` lies; None if it lies in none that has a ledger."""
    return next((parent for parent in folder.resolve().parents if (parent / FOLDER / LEDGER_FILE).is_file()), None)


def problems_of(tree: Path, folders: Sequence[Path]) -> Iterator[str]:
    """What is otherwise in the `folders` of published results of a tree than its ledger says. Raises as `read_ledger` does."""
    there = standing(tree)
    places = {folder.resolve().relative_to(tree.resolve()).as_posix(): folder for folder in folders}
    for place, event in there.items():
        if place not in places:
            yield f"{tree / place} was published and is gone: put it back, or take it out with a reason (publish --take-out)"
        elif sha256_file(places[place] / FILE) != event.published:
            yield f"{tree / place / FILE} is not the one that was published: put it back from a copy"
    for place in places:
        if place not in there:
            yield f"{tree / place} is in no line of {tree / FOLDER / LEDGER_FILE}: publish did not put it there"
