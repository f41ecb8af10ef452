"""Say, before a job is planned, in which state the user's files are: from names, sizes and times, in a moment."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from repro.data.files.inventory import Inventory, compared, read_inventory, remember_seen, seen_before
from repro.data.files.places import places_of, user_files
from repro.data.files.reading import SourceError


@dataclass(frozen=True, kw_only=True)
class SourceState:
    """state: changes when the bytes of a source's files do, or which there are. changes: in words, since it was prepared."""

    state: str
    changes: str = ""


def source_state(kind: str, root: Path, *, prepared: Path, fold: int = 1, fixed: bool = False) -> SourceState:
    """The state of a source of this kind at `root`, of which `prepared` may hold what was made of it.

    fixed: its bytes are published, and other files are refused; it has no state as long as they are those that were first
        read, so that it makes no difference whether they came from a folder or were downloaded.
    """
    places = places_of(kind, fold=fold)
    if places is None:
        return SourceState(state="")
    try:
        files = user_files(root, places)
    except SourceError as error:  # said by the job, which reads it
        return SourceState(state=f"unreadable: {error}")
    known = read_inventory(prepared)
    if known is not None and seen_before(prepared, files, state=known.state):
        return SourceState(state=_stated(known, fixed=fixed))
    now = compared(files, known, most_bytes=places.formats.most_bytes)
    if known is not None and not now.changes.text and now.changes.touched:
        remember_seen(prepared, files, state=known.state)
    return SourceState(state=_stated(now, fixed=fixed), changes=now.changes.text if known is not None else "")


def _stated(inventory: Inventory, *, fixed: bool) -> str:
    return "" if fixed and inventory.first in ("", inventory.state) else inventory.state
