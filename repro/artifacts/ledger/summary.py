"""A ledger in a few numbers: what was started and what it came to, and the line that stands for all before it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from repro.artifacts.ledger.chain import Ledger, Line
from repro.artifacts.ledger.events import Begin, Challenge, Look, Note, Receipt, Restate
from repro.artifacts.ledger.standing import Histories


@dataclass(frozen=True, kw_only=True)
class LedgerSummary:
    """What a ledger says since it was last begun, run by run: each that was started has come to one of five things.

    line, tip: number and SHA-256 of the last line that a verdict may rest on. Looks at the same runs.csv, and receipts,
        challenges, notes and records stated again behind it, are later lines.
    found: runs that were there when it was begun. started = ended + diverged + failed + stopped + open, where open runs have a
        start and no end. made_again: runs that ended more than once.
    begins: how often it was begun; begun_at, why: the last time. started_before, diverged_before: runs of before that.
    """

    line: int
    tip: str
    begins: int
    begun_at: str
    why: str
    found: int
    started: int
    ended: int
    diverged: int
    failed: int
    stopped: int
    open: int
    made_again: int
    started_before: int
    diverged_before: int


def summary_of(ledger: Ledger, *, runs_sha256: str = "") -> LedgerSummary | None:
    """The summary of a ledger; None of one without lines. runs_sha256: of the runs.csv whose looks are left out of the tip."""
    if not ledger.lines:
        return None
    begins = list(ledger.of(Begin))
    histories = [history for history in Histories(ledger) if history.starts]
    came_to = Counter(history.came_to for history in histories)
    first = begins[-1].number if begins else 0
    earlier = Histories(Ledger(lines=tuple(line for line in ledger.lines if line.number < first)), all=True)
    last = deciding_line(ledger, runs_sha256=runs_sha256)
    return LedgerSummary(
        line=last.number,
        tip=last.sha256,
        begins=len(begins),
        begun_at=begins[-1].at if begins else "",
        why=begins[-1].event.why if begins else "",
        found=len(begins[-1].event.runs) if begins else 0,
        started=len(histories),
        ended=came_to["ok"],
        diverged=came_to["diverged"],
        failed=came_to["failed"],
        stopped=came_to["stopped"],
        open=came_to["open"],
        made_again=sum(history.is_made_again for history in histories),
        started_before=len(earlier.started),
        diverged_before=sum(history.came_to == "diverged" for history in earlier),
    )


def deciding_line(ledger: Ledger, *, runs_sha256: str) -> Line:
    """The last line on which a verdict may rest; the first of all if there is none."""
    for line in reversed(ledger.lines):
        event = line.event
        is_this_look = isinstance(event, Look) and event.runs_sha256 == runs_sha256
        if not is_this_look and not isinstance(event, Receipt | Challenge | Restate | Note):
            return line
    return ledger.lines[0]
