"""What receipts of runs made again say: how many were equal, and which code gives the numbers of which other code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from repro.artifacts.files import FileFormatError
from repro.artifacts.ledger.chain import Ledger, OfKind, read_ledger
from repro.artifacts.ledger.events import Receipt
from repro.system.some import some

#: Lines of the ledger that are named.
MOST_LINES = 6


def made_again_words(ledger: Ledger) -> str:
    """How many runs were made again, and how many of them were equal to the bit; "" if none was. The last receipt counts."""
    last = {receipt.run: receipt for receipt in ledger.events(Receipt)}
    if not last:
        return ""
    equal = sum(receipt.equal for receipt in last.values())
    return f"{len(last)} made again: {equal} equal to the bit"


@dataclass(frozen=True, kw_only=True)
class Bridge:
    """Receipts that one code gives what another gave, for the runs of one stage. lines: of the ledger, which hold them."""

    before: str
    after: str
    runs: tuple[str, ...]
    lines: tuple[int, ...]


@dataclass(frozen=True)
class Bridges:
    """Which codes of a stage give the same numbers, as far as runs were made again.

    refuted: pairs of codes of which a run, made again, came out different.
    """

    equal: tuple[Bridge, ...] = ()
    refuted: frozenset[frozenset[str]] = frozenset()

    def way(self, before: str, after: str) -> tuple[Bridge, ...]:
        """The receipts by which numbers of the code `before` are those of `after`; none if they are not, or nothing shows it.

        Receipts are symmetric, and lead on from code to code. None leads past a run that came out different: if any two of the
        codes that are joined were refuted, none of them stands for another.
        """
        return () if before == after else self._ways(before).get(after, ())

    def newest(self, code: str) -> str:
        """The code whose numbers those of `code` are, as the last receipt says that leads on from it; itself if none does."""
        ways = self._ways(code).values()
        last = max((bridge for way in ways for bridge in way), key=lambda bridge: max(bridge.lines), default=None)
        return last.after if last else code

    def _ways(self, code: str) -> dict[str, tuple[Bridge, ...]]:
        """The receipts that lead from `code` to each of the codes that are joined with it; none if any two were refuted."""
        came: dict[str, tuple[Bridge, ...]] = {code: ()}
        waiting = [code]
        while waiting:
            here = waiting.pop(0)
            for bridge in self.equal:
                if here in (bridge.before, bridge.after):
                    other = bridge.after if here == bridge.before else bridge.before
                    if other not in came:
                        came[other] = (*came[here], bridge)
                        waiting.append(other)
        joined = frozenset(came)
        return {} if any(pair <= joined for pair in self.refuted) else came

    def joins(self, before: str, after: str) -> bool:
        """Whether numbers of one code are valid as those of another."""
        return before == after or bool(self.way(before, after))

    def groups(self, codes: Iterable[str]) -> list[frozenset[str]]:
        """`codes` in groups of which each gives one set of numbers."""
        found: list[set[str]] = []
        for code in sorted(codes):
            known = next((group for group in found if self.joins(min(group), code)), None)
            if known is None:
                found.append({code})
            else:
                known.add(code)
        return [frozenset(group) for group in found]


def way_words(way: Sequence[Bridge]) -> str:
    """Receipts in words: how many runs were made again, and where the ledger says so; "" for none."""
    if not way:
        return ""
    lines = [number for bridge in way for number in bridge.lines]
    runs = [run for bridge in way for run in bridge.runs]
    shown = some([str(line) for line in lines], most=MOST_LINES)
    made = "1 run" if len(runs) == 1 else f"{len(runs)} runs"
    return f"{made} made again by the other code, equal to the bit (line{'s' if len(lines) > 1 else ''} {shown} of the ledger)"


def bridges_of(receipts: Iterable[OfKind[Receipt]]) -> Bridges:
    """What receipts say of pairs of codes. A receipt of one code alone says nothing of another."""
    found: dict[tuple[str, str], list[OfKind[Receipt]]] = {}
    refuted: set[frozenset[str]] = set()
    for line in receipts:
        receipt = line.event
        if receipt.code_before == receipt.code_after:
            continue
        if receipt.equal:
            found.setdefault((receipt.code_before, receipt.code_after), []).append(line)
        elif receipt.same_machine:
            refuted.add(frozenset((receipt.code_before, receipt.code_after)))
    equal = tuple(
        Bridge(
            before=before,
            after=after,
            runs=tuple(line.event.run for line in lines),
            lines=tuple(line.number for line in lines),
        )
        for (before, after), lines in found.items()
    )
    return Bridges(equal=equal, refuted=frozenset(refuted))


def bridges_in(folder: Path) -> Bridges:
    """What the ledger of a scale's folder says of pairs of codes; nothing where it is broken, which others say."""
    try:
        return bridges_of(read_ledger(folder).of(Receipt))
    except FileFormatError:
        return Bridges()
