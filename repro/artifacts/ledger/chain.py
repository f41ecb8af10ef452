"""Read a ledger and check its chain: every line names the SHA-256 of the line before."""

from __future__ import annotations

import os
import shlex
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from repro.artifacts.files import FileFormatError, canonical_json, sha256_bytes
from repro.artifacts.ledger.events import ADDED_LATER, CLASS_OF, KIND_OF, Begin, Event, Torn
from repro.artifacts.provenance import plain
from repro.system.filesystem import open_regular, read_regular

FILE, TIP_FILE = "ledger.jsonl", "ledger.tip"
#: What the first line names as the one before.
NOTHING = "0" * 64
#: Longer than it takes to write the tip, of which a reader may see the beginning of one and the end of another. Seconds.
WRITING_S = 0.05

E = TypeVar("E", bound=Event, covariant=True)


class LedgerError(FileFormatError):
    """A ledger was changed: a line is lost, edited or moved."""

    def __init__(self, path: Path, problem: str) -> None:
        where = f"--scale {shlex.quote(path.parent.name)} --results {shlex.quote(str(path.parent.parent))}"
        anew = f"begin anew, which the pages will say: python -m repro ledger {where} --begin-anew WHY"
        self.problem = problem.strip(" ,:")
        super().__init__(f"{path}{problem}; put the file back from a copy, or {anew}")


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of a ledger. number: from 1. sha256: of its bytes, by which other lines and files name it. at: UTC."""

    number: int
    previous: str
    at: str
    event: Event
    sha256: str


@dataclass(frozen=True, kw_only=True)
class OfKind(Generic[E]):
    """A line whose event is of one kind."""

    number: int
    at: str
    sha256: str
    event: E


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """The lines of a ledger, in order. unfinished: bytes of a line that is being written, or whose writer died."""

    lines: tuple[Line, ...] = ()
    unfinished: int = 0

    @property
    def tip(self) -> str:
        """SHA-256 of the last line, which stands for all before it; empty without lines."""
        return self.lines[-1].sha256 if self.lines else ""

    def of(self, kind: type[E]) -> Iterator[OfKind[E]]:
        """Give the lines whose events are of `kind`."""
        for line in self.lines:
            if isinstance(line.event, kind):
                yield OfKind(number=line.number, at=line.at, sha256=line.sha256, event=line.event)

    def events(self, kind: type[E]) -> list[E]:
        """The events of `kind`."""
        return [line.event for line in self.lines if isinstance(line.event, kind)]

    @cached_property
    def since_begin(self) -> Ledger:
        """The lines from the last `Begin` on: what the population of a verdict is taken from."""
        begins = [place for place, line in enumerate(self.lines) if isinstance(line.event, Begin)]
        return replace(self, lines=self.lines[begins[-1] :]) if begins else self

    @cached_property
    def _by_sha256(self) -> dict[str, Line]:
        return {line.sha256: line for line in self.lines}

    def line(self, sha256: str) -> Line | None:
        """The line of this SHA-256; None if there is none."""
        return self._by_sha256.get(sha256)


def line_text(event: Event, *, number: int, previous: str, at: str) -> bytes:
    """The bytes of a line, without its end."""
    stated = plain(event)
    for name in ADDED_LATER.get(type(event), ()):
        if not stated[name]:
            del stated[name]
    fields = {"number": number, "previous": previous, "at": at, "kind": KIND_OF[type(event)], "event": stated}
    return canonical_json(fields).encode()


def read_ledger(folder: Path) -> Ledger:
    """The ledger of a scale's folder of results; an empty one where there is none. Others may be writing it meanwhile.

    Raises:
        LedgerError: a line is lost, edited, moved or no event; names file and line.
    """
    path = Path(folder) / FILE
    try:
        return _read_once(path)
    except LedgerError:  # if a writer is at it, the next reading finds what it has written
        time.sleep(WRITING_S)
        return _read_once(path)


def _read_once(path: Path) -> Ledger:
    """The tip is read first: what is written after that makes the ledger longer than the tip says, never shorter."""
    tip = read_tip(path.parent)
    try:
        with open_regular(path) as stream:  # to open it, and not to ask for its size, brings what another machine wrote
            status = os.fstat(stream.fileno())
        ledger = _read(path, status.st_ino, status.st_size, status.st_mtime_ns)
    except FileNotFoundError:
        ledger = Ledger()
    check_tip(tip, ledger, path=path)
    return ledger


@lru_cache(maxsize=4)
def _read(path: Path, inode: int, size: int, modified_ns: int) -> Ledger:
    """What is in the file, read once for each of its states."""
    return parse_ledger(read_regular(path), path=path)


def parse_ledger(content: bytes, *, path: Path) -> Ledger:
    """The ledger whose file holds `content`. Raises as `read_ledger` does.

    What no line closes, at the end, is being written, or its writer died: it is left out.
    """
    *texts, rest = content.split(b"\n")
    lines: list[Line] = []
    torn: list[bytes] = []
    previous, broken = NOTHING, ""
    for number, text in enumerate(texts, start=1):
        try:
            line = parse_line(text)
        except ValueError as error:
            broken = broken or f", line {number} is no event ({error}): it was edited"
            torn.append(text)
            continue
        if torn and not _closes(line, torn, before=previous):
            raise LedgerError(path, broken)
        _check_place(line, number=number, previous=sha256_bytes(torn[-1]) if torn else previous, path=path)
        lines.append(line)
        torn, previous, broken = [], line.sha256, ""
    return Ledger(lines=tuple(lines), unfinished=len(rest) + sum(len(text) + 1 for text in torn))


def _closes(line: Line, torn: Sequence[bytes], *, before: str) -> bool:
    """Whether `line` says that a writer died and left the lines `torn` after the line `before`."""
    said = Torn(num_lines=len(torn), sha256=sha256_bytes(b"\n".join(torn)), before=before)
    return line.event == said


def _check_place(line: Line, *, number: int, previous: str, path: Path) -> None:
    if line.number > number:
        lost = line.number - number
        problem = f"was written as line {line.number}: {lost} line{'s' * (lost != 1)} before it lost, or it was moved"
    elif line.number < number:
        problem = f"was written as line {line.number}: lines were put in before it, or it was moved"
    elif line.previous != previous:
        problem = f"names another line before it: line {number - 1} was edited, or put in the place of another"
    else:
        return
    raise LedgerError(path, f", line {number} {problem}")


@dataclass(frozen=True)
class _Stored:
    """A line as JSON has it."""

    number: int
    previous: str
    at: str
    kind: str
    event: dict[str, Any]


def parse_line(text: bytes) -> Line:
    """A line by its bytes.

    Raises:
        ValueError: it is none, or not as it would be written.
    """
    try:
        stored = msgspec.json.decode(text, type=_Stored)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise ValueError(str(error)) from None
    kind = CLASS_OF.get(stored.kind)
    if kind is None:
        raise ValueError(f"its kind is {stored.kind!r}, this version knows {', '.join(CLASS_OF)}")
    event: Event = msgspec.convert(stored.event, kind)
    if line_text(event, number=stored.number, previous=stored.previous, at=stored.at) != text:
        raise ValueError("it is not as it would be written")
    return Line(number=stored.number, previous=stored.previous, at=stored.at, event=event, sha256=sha256_bytes(text))


@dataclass(frozen=True, kw_only=True)
class Tip:
    """What ledger.tip says of the last line: its number and its SHA-256."""

    number: int
    sha256: str


def read_tip(folder: Path) -> Tip | None:
    """What ledger.tip says; None if there is none, or its writer died in the middle of it."""
    try:
        number, sha256 = read_regular(Path(folder) / TIP_FILE).decode().split()
        return Tip(number=int(number), sha256=sha256)
    except (OSError, ValueError):
        return None


def check_tip(tip: Tip | None, ledger: Ledger, *, path: Path) -> None:
    """Refuse a ledger whose last lines are lost or edited, as `tip` shows, which was read before it.

    A writer that died, or is at it, may have left the tip of an earlier line; it has never left that of a later one.
    """
    if tip is None:
        return
    last = ledger.lines[-1].number if ledger.lines else 0
    if tip.number > last:
        lost = f"line {tip.number} is" if tip.number == last + 1 else f"lines {last + 1} to {tip.number} are"
        raise LedgerError(path, f": {lost} lost")
    found = next((line for line in ledger.lines if line.number == tip.number), None)
    if found is None or found.sha256 != tip.sha256:
        raise LedgerError(path, f", line {tip.number} was edited: {TIP_FILE} beside it names another")
