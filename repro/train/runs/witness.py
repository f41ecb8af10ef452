"""Write down in the ledger that a run starts and how it ends: every worker does so itself, whatever it makes.

Where several processes train a run together, the one that writes its folder is the witness.
"""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from repro.artifacts.documents import digest_of
from repro.artifacts.ledger.append import append
from repro.artifacts.ledger.chain import Ledger, read_ledger
from repro.artifacts.ledger.events import Begin, End, Start, Status
from repro.artifacts.ledger.standing import sha256_of
from repro.artifacts.provenance import processor
from repro.artifacts.run_json import STARTED_BY, RunJson

#: How much of an error's text the ledger keeps.
REASON_LENGTH = 300


@dataclass
class Witness:
    """The witness of one run. folder: the scale's, which holds the ledger; None writes nothing down.

    started: SHA-256 of the line of its start, once it has started. identity: digest of what it was started as.
    """

    folder: Path | None
    run: str
    started: str = ""
    identity: str = ""
    is_over: bool = False

    @property
    def environment(self) -> dict[str, str]:
        """What the record says of the ledger, so that a ledger that is gone is missed."""
        return {STARTED_BY: self.started} if self.started else {}

    def start(self, identity: Mapping[str, str], *, threads: int, device: str) -> None:
        """The run starts, or goes on."""
        if self.folder is None:
            return
        start = Start(
            run=self.run,
            identity=dict(identity),
            host=platform.node(),
            processor=processor(),
            threads=threads,
            device=device,
            python=platform.python_version(),
        )
        self.started, self.identity = append(self.folder, start)[-1].sha256, start.digest

    def recorded(self, record: RunJson) -> None:
        """The run has ended, and `record` is on disk."""
        self._end(record.status, reason=record.reason, record=record)

    def kept(self, record: RunJson, *, threads: int, device: str) -> None:
        """The run had ended before, and `record` stands.

        If its worker died before it could say so, that is written down now; and if the run was started as another since, and
        is asked for as what it was again, a start and the same end.
        """
        if self.folder is None or STARTED_BY not in record.environment:
            return
        ledger = read_ledger(self.folder)
        starts = [start for start in ledger.since_begin.events(Start) if start.run == record.id]
        if starts and starts[-1].digest != digest_of(record.identity):
            self.start(record.identity, threads=threads, device=device)
            append(self.folder, replace(_end_of(record), start=self.started))
        elif not _is_known(ledger, record):
            append(self.folder, _end_of(record))

    @contextmanager
    def watching(self, *stops: type[BaseException]) -> Iterator[None]:
        """If the run fails in this context, write that down; it is stopped by `stops` and by what is no `Exception`."""
        try:
            yield
        except Exception as error:
            stopped = isinstance(error, stops)
            self._end("stopped" if stopped else "failed", reason="" if stopped else f"{type(error).__name__}: {error}")
            raise
        except BaseException:
            self._end("stopped")
            raise

    def _end(self, status: Status, *, reason: str = "", record: RunJson | None = None) -> None:
        if self.folder is None or not self.started or self.is_over:
            return
        end = End(run=self.run, start=self.started, identity=self.identity, status=status, reason=reason[:REASON_LENGTH])
        append(self.folder, _end_of(record) if record else end)
        self.is_over = True


def _end_of(record: RunJson) -> End:
    """The end of a run that has a record."""
    return End(
        run=record.id,
        start=record.environment[STARTED_BY],
        identity=digest_of(record.identity),
        status=record.status,
        reason=record.reason,
        sha256=sha256_of(record),
        results=record.results_digest,
    )


def _is_known(ledger: Ledger, record: RunJson) -> bool:
    """Whether nothing is to be added about a finished run: its end is there, or the ledger has never seen it start."""
    sha256 = sha256_of(record)
    ended = any(end.sha256 == sha256 for end in ledger.events(End))
    found = any(begin.runs.get(record.id) == sha256 for begin in ledger.events(Begin))
    start = ledger.line(record.environment[STARTED_BY])
    return ended or found or start is None or not isinstance(start.event, Start) or start.event.run != record.id
