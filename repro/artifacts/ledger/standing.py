"""What a ledger says of each run: whether it is whole, whether it ever diverged, and which of its ends counts.

The population of a verdict is what was started. Of several ends of one run, as made by the same code from the same data, the
first counts; a run that is made again by other code is another one, and the last that was started counts. A run that diverged
stays diverged, whatever was run later under its name. All this since the ledger was last begun.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from repro.artifacts.documents import digest_of, text_of
from repro.artifacts.files import sha256_bytes
from repro.artifacts.ledger.chain import Ledger, OfKind
from repro.artifacts.ledger.events import Begin, End, Restate, Start
from repro.artifacts.run_json import STARTED_BY, RunJson

ANEW = "python -m repro ledger --begin-anew WHY"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Of one run. diverged: why, if it ever did. incomplete: why it is not whole; both empty: its record counts."""

    diverged: str = ""
    incomplete: str = ""


WHOLE = Standing()


@dataclass
class History:
    """What was said of one run.

    found: SHA-256 of its record when the ledger was begun, if it was there then. restated: by the SHA-256 of a record that of
    the one which stands for it now.
    """

    starts: list[OfKind[Start]] = field(default_factory=list)
    ends: list[OfKind[End]] = field(default_factory=list)
    found: str = ""
    restated: dict[str, str] = field(default_factory=dict)

    def stands_for(self, sha256: str, record: RunJson) -> bool:
        """Whether `record` is the one of that SHA-256, or was stated again for it."""
        return sha256_of(record) in (sha256, self.restated.get(sha256))

    @property
    def whole_ends(self) -> list[OfKind[End]]:
        """The ends with a result."""
        return [line for line in self.ends if line.event.whole]

    @property
    def is_made_again(self) -> bool:
        """Whether it has ended more than once, or once after it was found."""
        records = {line.event.sha256 for line in self.whole_ends} | ({self.found} if self.found else set())
        return len(records) > 1

    @property
    def came_to(self) -> str:
        """What it has come to: the status of an end, or `open` where the last start has none."""
        statuses = [line.event.status for line in self.ends]
        for status in ("diverged", "ok"):
            if status in statuses:
                return status
        ended = {line.event.start for line in self.ends}
        return statuses[-1] if self.starts and self.starts[-1].sha256 in ended else "open"


class Histories:
    """The histories of all runs of a ledger: since it was last begun, or of `all` time."""

    def __init__(self, ledger: Ledger, *, all: bool = False) -> None:
        self._begun = bool(ledger.lines)
        self._of: dict[str, History] = {}
        since = ledger if all else ledger.since_begin
        for begin in since.events(Begin):
            for run, sha256 in begin.runs.items():
                self._history(run).found = sha256
        for start in since.of(Start):
            self._history(start.event.run).starts.append(start)
        for end in since.of(End):
            self._history(end.event.run).ends.append(end)
        for restate in since.events(Restate):
            for run, (before, now) in restate.records.items():
                self._history(run).restated[before] = now

    def _history(self, run: str) -> History:
        return self._of.setdefault(run, History())

    def __iter__(self) -> Iterator[History]:
        return iter(self._of.values())

    @property
    def started(self) -> list[str]:
        """The runs that were started."""
        return [run for run, history in self._of.items() if history.starts]

    def standing(self, run: str, record: RunJson | None) -> Standing:
        """The standing of a run whose folder has `record`, which is None where there is none.

        A run of which no ledger says anything, made before there was one, stands by its record.
        """
        history = self._of.get(run, History())
        diverged = next((line for line in history.ends if line.event.status == "diverged"), None)
        if diverged is not None:
            return Standing(diverged=_diverged(diverged, record))
        if record is None:
            return Standing(incomplete=_without_record(history))
        if not history.starts:
            return Standing(incomplete=self._unseen(history, record))
        return Standing(incomplete=_other_end(history, record))

    def _unseen(self, history: History, record: RunJson) -> str:
        """Why a run that was never started here does not count."""
        if history.found:
            is_same = history.stands_for(history.found, record)
            return "" if is_same else "its record is not the one that was there when the ledger was begun"
        if not self._begun and STARTED_BY not in record.environment:
            return ""
        where = "the ledger is gone" if not self._begun else "no line of the ledger starts it"
        return f"{where}, so that nothing shows how often it was run; {ANEW} takes it in, and says so"


def sha256_of(record: RunJson) -> str:
    """The SHA-256 of the file that holds `record`."""
    return sha256_bytes(text_of(record).encode())


def _diverged(line: OfKind[End], record: RunJson | None) -> str:
    reason = line.event.reason
    if record is not None and record.diverged:
        return reason
    later = "its files are gone" if record is None else "what was run later under its name does not count"
    return f"{reason}; line {line.number} of the ledger says so, and {later}"


def _without_record(history: History) -> str:
    """Why a run without a record is not whole; empty if it was never there."""
    if history.whole_ends:
        return f"it ended by line {history.whole_ends[0].number} of the ledger, and its files are gone"
    if history.starts:
        last = history.starts[-1]
        end = next((line for line in history.ends if line.event.start == last.sha256), None)
        if end is None:
            return f"it was started by line {last.number} of the ledger and has no end: it was killed, or still runs"
        said = f" ({end.event.reason})" if end.event.reason else ""
        return f"it {'failed' if end.event.status == 'failed' else 'was stopped'} by line {end.number} of the ledger{said}"
    return "it was there when the ledger was begun, and its files are gone" if history.found else ""


def _other_end(history: History, record: RunJson) -> str:
    """Why the record in a run's folder is not that of the end that counts; empty if it is."""
    last, identity = history.starts[-1], digest_of(record.identity)
    if last.event.digest != identity:
        other = f"line {last.number} of the ledger starts it as another run ({_change(last.event, record)})"
        return f"{other}, which is not what its folder has"
    ends = [line for line in history.whole_ends if line.event.identity == identity]
    if not ends:
        return f"it was started by line {last.number} of the ledger, and no line says that it ended"
    if not any(history.stands_for(line.event.sha256, record) for line in ends):
        return "its record is none of those with which it ended"
    if ends[0].event.results != record.results_digest:
        line = ends[0].number
        if len(ends) == 1:
            return f"its record has other results than line {line} of the ledger, by which it ended"
        return (
            f"it ended {len(ends)} times with different results; the first counts, by line {line} of the ledger, and its files "
            "are gone"
        )
    return ""


def _change(start: Start, record: RunJson) -> str:
    """In what the identity of a start differs from that of a record."""
    names = sorted({*start.identity, *record.identity})
    return "other " + ", ".join(name for name in names if start.identity.get(name) != record.identity.get(name))
