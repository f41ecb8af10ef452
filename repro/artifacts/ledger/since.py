"""What has been added to a ledger since verdicts were judged by it, in words: why they are to be judged again."""

from __future__ import annotations

from collections.abc import Iterator

from repro.artifacts.ledger.chain import Ledger
from repro.artifacts.ledger.events import Begin, End, Event, Look, Plan, RateChoice, Receipt, Start, Torn, Tuning
from repro.artifacts.ledger.summary import LedgerSummary

#: Lines that are told; the others are counted.
MOST_TOLD = 3
CAME_TO = {"ok": "has ended", "diverged": "has diverged", "failed": "has failed", "stopped": "was stopped"}


def since_judged(judged: LedgerSummary | None, ledger: Ledger, *, runs_sha256: str) -> str:
    """What the ledger says, or does not say any more, since verdicts rest on the line of `judged`; "" if nothing that counts.

    runs_sha256: of the runs.csv that was judged.
    """
    if judged is None:
        return "there was a ledger" if ledger.lines else ""
    if ledger.line(judged.tip) is None:
        what = "was deleted" if not ledger.lines else "became another one"
        return f"the ledger {what}, of which they rest on line {judged.line}"
    told = list(_told(judged, ledger, runs_sha256=runs_sha256))
    more = f" and {len(told) - MOST_TOLD} lines more" if len(told) > MOST_TOLD else ""
    return f"the ledger said more: {', '.join(told[:MOST_TOLD])}{more}" if told else ""


def _told(judged: LedgerSummary, ledger: Ledger, *, runs_sha256: str) -> Iterator[str]:
    for line in ledger.lines:
        words = _words(line.event, runs_sha256=runs_sha256) if line.number > judged.line else ""
        if words:
            yield f"line {line.number}, {words}"


def _words(event: Event, *, runs_sha256: str) -> str:
    """What an event means for verdicts; "" if nothing."""
    if isinstance(event, Begin):
        return f"it is begun anew ({event.why})"
    if isinstance(event, Plan):
        return "more is planned, or claims have changed"
    if isinstance(event, Tuning):
        return f"{event.claim} is judged with rates of its arms' own too"
    if isinstance(event, RateChoice):
        return f"the rate of {event.variant} is chosen"
    if isinstance(event, Start):
        return f"{event.run} is started"
    if isinstance(event, End):
        return f"{event.run} {CAME_TO[event.status]}"
    if isinstance(event, Look):
        return "" if event.runs_sha256 == runs_sha256 else "other runs are judged"
    if isinstance(event, Receipt) and event.code_before != event.code_after:
        return f"{event.run} is made again by other code, {'equal to the bit' if event.equal else 'with other results'}"
    return "a line is left unfinished" if isinstance(event, Torn) else ""
