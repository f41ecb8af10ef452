"""`population.json`: what the ledger says that a verdict depends on; another content means that claims are to be judged again.

The workflow compares times of files. `ledger.jsonl` is newer after every look and receipt, so it cannot say when judging is due;
this file is written anew only when something changes that counts. `collect` and `judge` write it, and the workflow does as it
is planned.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from repro.artifacts.documents import read_document, write_document
from repro.artifacts.files import FileFormatError, sha256_file
from repro.artifacts.ledger.chain import Ledger, read_ledger
from repro.artifacts.ledger.events import Receipt
from repro.artifacts.ledger.receipts import bridges_of
from repro.artifacts.ledger.summary import deciding_line

FILE = "population.json"
#: Digests of two codes.
Pair = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class PopulationJson:
    """line, sha256: of the ledger's last line on which a verdict may rest; 0 and "" without a ledger.

    equal, refuted: pairs of codes of which runs made again gave the same numbers, or others.
    """

    SCHEMA: ClassVar[str] = "population/1"
    STAGE: ClassVar[str] = "collect"

    line: int
    tip: str
    equal: tuple[Pair, ...]
    refuted: tuple[Pair, ...]


def population_of(ledger: Ledger, *, runs_sha256: str) -> PopulationJson:
    """What a ledger says now. runs_sha256: of the runs.csv that is judged, whose looks are no news."""
    last = deciding_line(ledger, runs_sha256=runs_sha256) if ledger.lines else None
    bridges = bridges_of(ledger.of(Receipt))
    return PopulationJson(
        line=last.number if last else 0,
        tip=last.sha256 if last else "",
        equal=tuple(sorted({_pair(bridge.before, bridge.after) for bridge in bridges.equal})),
        refuted=tuple(sorted(_pair(*codes) for codes in bridges.refuted)),
    )


def keep_population(folder: Path) -> None:
    """Write the population.json of a scale's folder in which runs are collected, unless it says the same already.

    Raises:
        LedgerError: the ledger was changed.
    """
    table = folder / "runs.csv"
    if not table.is_file():
        return
    now = population_of(read_ledger(folder), runs_sha256=sha256_file(table))
    try:
        before = read_document(folder / FILE, PopulationJson)
    except FileFormatError:
        before = None
    if now != before:
        write_document(folder / FILE, now)


def _pair(one: str, other: str) -> Pair:
    return (one, other) if one < other else (other, one)
