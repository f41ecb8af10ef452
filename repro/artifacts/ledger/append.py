"""Add events to a ledger: under a lock, on disk before it comes back, and whole whoever dies in between."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from repro.artifacts.files import sha256_bytes
from repro.artifacts.ledger.chain import (
    FILE,
    NOTHING,
    TIP_FILE,
    Ledger,
    LedgerError,
    Line,
    Tip,
    line_text,
    parse_ledger,
    parse_line,
    read_ledger,
    read_tip,
)
from repro.artifacts.ledger.events import Begin, Event, Torn
from repro.artifacts.run_json import FILE as RUN_FILE
from repro.artifacts.run_json import FINISHED, STARTED_BY
from repro.system.filesystem import naming, open_own, sync, sync_folder
from repro.system.locks import lock

#: Bytes that are read at a time on the way to the beginning of the last line.
CHUNK = 1 << 16


def append(folder: Path, *events: Event) -> list[Line]:
    """Add `events` to the ledger of a scale's folder of results, in their order; the lines that they became.

    Raises:
        LedgerError: its last line is no line of a ledger, or lines are lost.
    """
    with _opened(folder) as writer:
        return writer.write(events)


def extend(folder: Path, decide: Callable[[Ledger], Sequence[Event]]) -> list[Line]:
    """Add what `decide` makes of the ledger; no other process adds anything in between.

    Raises:
        LedgerError: the chain is broken.
    """
    with _opened(folder) as writer:
        return writer.write(decide(read_ledger(folder)))


def begin_anew(folder: Path, *, why: str) -> None:
    """Begin the ledger of `folder` anew: the runs that are there are taken in, what was started before is history.

    A ledger that was changed is put aside under another name, and the new one says so.
    """
    runs = recorded_runs(folder)
    try:
        read_ledger(folder)
    except LedgerError as error:
        aside = _put_aside(Path(folder))
        why = f"{why} (put aside as {aside}: {error.problem})"
    append(folder, Begin(why=why, runs=runs))


def _put_aside(folder: Path) -> str:
    """Give the files of a ledger names that no ledger has; the name of its lines."""
    number = next(number for number in itertools.count(1) if not list(folder.glob(f"ledger.{number}.*")))
    for name in (TIP_FILE, FILE):  # for who reads meanwhile: a ledger without a tip is one, a tip without a ledger is a loss
        if (folder / name).exists():
            (folder / name).rename(folder / name.replace("ledger.", f"ledger.{number}.", 1))
    return FILE.replace("ledger.", f"ledger.{number}.", 1)


class _Writer:
    """A ledger that this process alone may add to as long as it holds the lock."""

    def __init__(self, folder: Path, descriptor: int, tip_descriptor: int) -> None:
        self._folder, self._file, self._tip_file = folder, descriptor, tip_descriptor
        self._tip = self._last()

    def write(self, events: Sequence[Event]) -> list[Line]:
        """Add `events` with one write and one fsync."""
        if events and not self._tip.number and not isinstance(events[0], Begin):
            events = [Begin(why="the first of this folder", runs=recorded_runs(self._folder, unnamed=True)), *events]
        lines, content = [], b""
        for event in events:
            text = line_text(event, number=self._tip.number + 1, previous=self._tip.sha256, at=_now())
            line = parse_line(text)  # a line that could not be read again is never written
            lines.append(line)
            content += text + b"\n"
            self._tip = Tip(number=line.number, sha256=line.sha256)
        if content:
            self._put(content)
        return lines

    def _put(self, content: bytes) -> None:
        os.lseek(self._file, 0, os.SEEK_END)
        while content:
            content = content[os.write(self._file, content) :]
        sync(self._file)
        text = f"{self._tip.number} {self._tip.sha256}\n".encode()
        os.pwrite(self._tip_file, text, 0)
        os.ftruncate(self._tip_file, len(text))

    def _last(self) -> Tip:
        """Number and SHA-256 of the last line, after closing one that a writer has left unfinished."""
        text = _last_text(self._file)
        try:
            tip = Tip(number=parse_line(text).number, sha256=sha256_bytes(text))
        except ValueError:
            return self._mended()
        self._check(tip)
        return tip

    def _mended(self) -> Tip:
        """Complete or close what a writer that died has left behind the last line; number and SHA-256 of the last line now."""
        path = self._folder / FILE
        content = path.read_bytes()
        ledger = parse_ledger(content, path=path)
        before = Tip(number=ledger.lines[-1].number, sha256=ledger.tip) if ledger.lines else Tip(number=0, sha256=NOTHING)
        self._check(before)
        left = content[len(content) - ledger.unfinished :]
        if not left:
            return before
        end = b"" if left.endswith(b"\n") else b"\n"
        complete = _complete(left, after=before)
        if complete is not None:
            self._tip = complete
            self._put(end)
            return complete
        torn = left.removesuffix(b"\n")
        event = Torn(num_lines=torn.count(b"\n") + 1, sha256=sha256_bytes(torn), before=before.sha256)
        number = before.number + event.num_lines + 1
        text = line_text(event, number=number, previous=sha256_bytes(torn.rpartition(b"\n")[2]), at=_now())
        self._tip = Tip(number=number, sha256=sha256_bytes(text))
        self._put(end + text + b"\n")
        return self._tip

    def _check(self, last: Tip) -> None:
        """Refuse to go on where the last lines are lost or edited."""
        tip = read_tip(self._folder)
        if tip is None or tip.number < last.number or tip == last:
            return
        read_ledger(self._folder)  # says which
        raise LedgerError(self._folder / FILE, f" ends with line {last.number}, {TIP_FILE} names line {tip.number}")


def _complete(text: bytes, *, after: Tip) -> Tip | None:
    """What a line without its end is, if nothing else of it is missing."""
    try:
        line = parse_line(text)
    except ValueError:
        return None
    follows = (line.number, line.previous) == (after.number + 1, after.sha256)
    return Tip(number=line.number, sha256=line.sha256) if follows else None


@contextmanager
def _opened(folder: Path) -> Iterator[_Writer]:
    """The ledger of `folder`, locked until the context ends."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    tip_file = open_own(folder / TIP_FILE, os.O_RDWR | os.O_CREAT)
    try:
        lock(tip_file, wait=True)
        is_new = not (folder / FILE).exists()
        ledger = open_own(folder / FILE, os.O_RDWR | os.O_CREAT)
        try:
            if is_new:
                sync_folder(folder)
            with naming(folder / FILE):
                yield _Writer(folder, ledger, tip_file)
        finally:
            os.close(ledger)
    finally:
        os.close(tip_file)


def _last_text(descriptor: int) -> bytes:
    """The last line, without its end; empty of an empty file, or if its writer has not ended it."""
    end = os.lseek(descriptor, 0, os.SEEK_END)
    if not end or os.pread(descriptor, 1, end - 1) != b"\n":
        return b""
    text, start = b"", end - 1
    while start and b"\n" not in text:
        size = min(CHUNK, start)
        start -= size
        text = os.pread(descriptor, size, start) + text
    return text.rpartition(b"\n")[2]


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def recorded_runs(folder: Path, *, unnamed: bool = False) -> dict[str, str]:
    """The finished runs below a scale's folder, each with the SHA-256 of its record; unnamed: that name no line of a ledger."""
    found: dict[str, str] = {}
    for run in sorted((Path(folder) / "runs").glob("*/*/*")):
        path = next((run / name for name in (RUN_FILE, FINISHED) if (run / name).is_file()), None)
        content = path.read_bytes() if path else b""
        if path and not (unnamed and _names_a_line(content)):
            found["/".join((Path(folder).name, *run.parts[-3:]))] = sha256_bytes(content)
    return found


def _names_a_line(content: bytes) -> bool:
    """Whether a record says which line of a ledger started its run; a damaged one says nothing."""
    try:
        return STARTED_BY in json.loads(content)["environment"]
    except (ValueError, TypeError, KeyError):
        return False
