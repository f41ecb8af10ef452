"""Which runs were carried over a change of code, from which code to which, and by which receipts, in words."""

from __future__ import annotations

from collections.abc import Sequence

from repro.artifacts.ledger.receipts import Bridges, way_words
from repro.artifacts.run_json import RunJson
from repro.artifacts.runs_csv import short_code
from repro.report.text.formatting import counted
from repro.system.some import some

#: What pages call it.
CARRIED = "Carried over a change of code"


def carried_words(records: Sequence[RunJson], bridges: Bridges) -> str:
    """Of all runs that were carried, which and by which receipts; "" if none was."""
    groups: dict[tuple[str, str], list[RunJson]] = {}
    for record in records:
        newest = bridges.newest(record.code_digest)
        if newest != record.code_digest:
            groups.setdefault((record.code_digest, newest), []).append(record)
    return " ".join(
        f"{counted(len(group), 'run')} ({some(list(dict.fromkeys(one.variant for one in group)))}) of code {short_code(before)} "
        f"{'counts' if len(group) == 1 else 'count'} as of code {short_code(after)}: {way_words(bridges.way(before, after))}."
        for (before, after), group in groups.items()
    )


def run_carried_words(record: RunJson, bridges: Bridges) -> str:
    """Of one run, from which code to which it was carried, and which runs were made again to show it; "" if it was not."""
    before, after = record.code_digest, bridges.newest(record.code_digest)
    if before == after:
        return ""
    way = bridges.way(before, after)
    shown = some(list(dict.fromkeys(run for bridge in way for run in bridge.runs)))
    return f"made by code {short_code(before)}, counts as of code {short_code(after)}: {way_words(way)}, namely {shown}"
