"""`log.jsonl`: how a network learned, one JSON object a line and epoch. run.json holds the hash of the file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from repro.artifacts.documents import no_constants
from repro.artifacts.files import FileFormatError
from repro.artifacts.provenance import plain
from repro.artifacts.stored_files import StoredFile

FILE = "log.jsonl"


@dataclass(frozen=True, kw_only=True)
class LayerSaturation:
    """Shares of a layer's units, in [0, 1]: with outputs in the flat part of their activation, and with none on any image."""

    saturated: float
    dead: float

    def share(self, kind: str) -> float:
        """One of the two, by its name."""
        return {"saturated": self.saturated, "dead": self.dead}[kind]


#: By layer.
Saturation = dict[str, LayerSaturation]


@dataclass(frozen=True, kw_only=True)
class LogEntry:
    """One epoch, counted from 1.

    train_loss: None where it was not finite. train_top1_error: running mean over the epoch. validation_top1_error: None
    where nothing is held out. saturation: None where it is not asked for. wall_s, data_wait_s: of the epoch.
    """

    epoch: int
    num_steps: int
    learning_rate: float
    train_loss: float | None
    train_top1_error: float
    validation_top1_error: float | None
    images_per_s: float
    wall_s: float
    data_wait_s: float
    saturation: Saturation | None = None


def log_text(entries: Sequence[LogEntry]) -> str:
    """Lines of the file that holds `entries`."""
    return "".join(json.dumps(plain(entry), allow_nan=False) + "\n" for entry in entries)


def read_log(folder: Path, log: StoredFile, *, again: str) -> tuple[LogEntry, ...]:
    """Epochs in the log of the run whose folder is given; `again` says how to make it again.

    Raises:
        FileFormatError: the file is not the one that the run recorded, or a line of it is no epoch.
    """
    return parse_log(log.read(folder, again=again), path=Path(folder) / log.file, again=again)


def parse_log(content: bytes, *, path: Path, again: str) -> tuple[LogEntry, ...]:
    """Epochs in `content`, the bytes of the file at `path`, which errors name.

    Raises:
        FileFormatError: a line is no epoch, or is not the one that follows, or there is none; names file and line.
    """
    entries: list[LogEntry] = []
    for number, line in enumerate(content.splitlines(), start=1):
        entry = _entry(line, where=f"{path}, line {number}", again=again)
        if entry.epoch != number:
            raise FileFormatError(f"{path}, line {number} is of epoch {entry.epoch}; allowed: {number}; {again}")
        entries.append(entry)
    if not entries:
        raise FileFormatError(f"{path} has no epoch; allowed: one line an epoch; {again}")
    return tuple(entries)


def _entry(line: bytes, *, where: str, again: str) -> LogEntry:
    try:
        stored = json.loads(line.decode(), parse_constant=no_constants)
        entry = msgspec.convert(stored, LogEntry)
    except (ValueError, RecursionError) as error:
        raise FileFormatError(f"{where} is no epoch ({error}); {again}") from None
    unknown = sorted(set(stored) - set(LogEntry.__dataclass_fields__))
    if unknown:
        raise FileFormatError(f"{where} has fields that are not known: {', '.join(unknown)}; {again}")
    return entry
