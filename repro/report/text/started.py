"""What the ledger says of all runs, in the words of a page's head: what was started, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator

from repro.artifacts.ledger.summary import LedgerSummary
from repro.report.text.formatting import count, listed

NO_LEDGER = "no ledger: nothing shows what was started"


def started_facts(found: LedgerSummary | None) -> Iterator[tuple[str, str]]:
    """Give terms and what is said of each: of the runs, of a beginning anew if there was one, and of the ledger's last line."""
    if found is None:
        yield "Started", NO_LEDGER
        return
    yield "Started", _started(found)
    if found.begins > 1:
        before = f"before that {_runs(found.started_before)} started, of which {count(found.diverged_before)} diverged"
        yield "Begun anew", f"on {found.begun_at[:10]}, for this reason: {found.why}; {before}"
    yield "Ledger", f"{count(found.line)} lines; SHA-256 of the last: {found.tip}"


def _started(found: LedgerSummary) -> str:
    parts = [
        f"{count(found.ended)} ended",
        f"{count(found.diverged)} diverged",
        f"{count(found.failed)} failed",
        f"{count(found.stopped)} stopped",
    ]
    parts += [f"{count(found.open)} without an end"] if found.open else []
    said = f"{count(found.started)}: {listed(parts)}; {count(found.made_again)} made again"
    said += ", of which the first result counts" if found.made_again else ""
    there = f"; {_runs(found.found)} there before the ledger, and nothing shows what was started to get them"
    return said + (there if found.found else "")


def _runs(num: int) -> str:
    return "1 run was" if num == 1 else f"{count(num)} runs were"
