"""What the ledger says of all runs, in the words of a page's head: what was started, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator

from repro.artifacts.ledger.summary import LedgerSummary
from repro.report.text.formatting import count, listed

NO_LEDGER = "No ledger: nothing shows what was started."


def started_facts(found: LedgerSummary | None) -> Iterator[tuple[str, str]]:
    """Give terms and what is said of each: of the runs, of a beginning anew if there was one, and of the ledger's last line."""
    if found is None:
        yield "Started", NO_LEDGER
        return
    yield "Started", _started(found)
    if found.begins > 1:
        before = f"before that {_runs(found.started_before)} started, of which {count(found.diverged_before)} diverged"
        yield "Begun anew", f"On {found.begun_at[:10]}: {found.why}; {before}."
    yield "Ledger", f"{count(found.line)} lines, of which the last has the SHA-256 {found.tip}."


def _started(found: LedgerSummary) -> str:
    parts = [
        f"{count(found.ended)} ended",
        f"{count(found.diverged)} diverged",
        f"{count(found.failed)} failed",
        f"{count(found.stopped)} stopped",
        f"{count(found.open)} without an end",
    ]
    said = (
        f"{count(found.started)} {'run' if found.started == 1 else 'runs'}: {listed(parts)}; {count(found.made_again)} made again"
    )
    if found.made_again:
        said += ", of which the first result counts"
    if found.found:
        said += f". Before, {_runs(found.found)} there already, and nothing shows what was started to get them"
    return f"{said}."


def _runs(num: int) -> str:
    return "1 run was" if num == 1 else f"{count(num)} runs were"
