"""`prepared_from.json`: where the files lie from which data were prepared, for whoever has to make a part of them again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from repro.artifacts.documents import read_document, write_document
from repro.artifacts.files import FileFormatError
from repro.spec.datasets import MAX_LEFT_OUT

FILE = "prepared_from.json"
#: The folder of what each finished shard left (repro.data.prepare.journal): data that have it have been prepared.
JOURNAL = "journal"


@dataclass(frozen=True, kw_only=True)
class PreparedFrom:
    """source: the user's folder, "" without one. max_left_out: the share of its files that may be left out, in [0, 1]."""

    SCHEMA: ClassVar[str] = "prepared-from/1"
    STAGE: ClassVar[str] = "prepare"

    source: str = ""
    max_left_out: float = MAX_LEFT_OUT


def remember_source(folder: Path, source: Path | None, *, max_left_out: float) -> None:
    """Note beside prepared data from what they are prepared."""
    now = PreparedFrom(source=str(source.resolve()) if source else "", max_left_out=max_left_out)
    if now != prepared_from(folder):
        write_document(folder / FILE, now)


def prepared_from(folder: Path) -> PreparedFrom | None:
    """What is noted beside prepared data; None if nothing is, or it is damaged."""
    try:
        return read_document(folder / FILE, PreparedFrom)
    except FileFormatError:
        return None
