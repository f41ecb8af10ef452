"""What one check of a folder has found, as a line of the terminal and as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from repro.system.some import and_more

OK, PARTLY, UNCHECKED, FAILED = "ok", "partly", "not checked", "FAILED"
#: Problems of one check that the terminal shows; `--json` has all.
MOST_SHOWN = 12


@dataclass(frozen=True, kw_only=True)
class Check:
    """A check. found: what was compared, and equal; empty if nothing was. problems: what is wrong, each with its place.

    unchecked: what could not be compared, and why.
    """

    name: str
    found: str = ""
    problems: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()

    @property
    def state(self) -> str:
        """One of the four states: nothing that was not compared is ever `ok`."""
        if self.problems:
            return FAILED
        if not self.found:
            return UNCHECKED
        return PARTLY if self.unchecked else OK

    def lines(self) -> list[str]:
        """What the terminal shows: one line if all is well, one more for each problem."""
        said = "; ".join(filter(None, (self.found, *(f"not checked: {text}" for text in self.unchecked))))
        shown = [f"{'':13}{problem}" for problem in self.problems[:MOST_SHOWN]]
        more = and_more(self.problems, most=MOST_SHOWN)
        more_lines = [f"{'':13}{more} (--json lists all)"] * bool(more)
        return [f"{self.state:<12} {self.name}: {said or 'see below'}", *shown, *more_lines]

    def plain(self) -> dict[str, Any]:
        """The check as JSON has it."""
        return {
            "check": self.name,
            "state": self.state,
            "found": self.found,
            "problems": list(self.problems),
            "not_checked": list(self.unchecked),
        }


@dataclass(frozen=True, kw_only=True)
class Verified:
    """All checks of a scale's folder. head: one line about it. tip: of its ledger, "" without one."""

    folder: str
    head: str
    tip: str
    checks: tuple[Check, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing that was compared differs."""
        return not any(check.problems for check in self.checks)

    def lines(self) -> list[str]:
        """What the terminal shows of the folder."""
        return [f"{self.folder}: {self.head}", *(f"  {line}" for check in self.checks for line in check.lines())]

    def plain(self) -> dict[str, Any]:
        """The folder as JSON has it."""
        checks = [check.plain() for check in self.checks]
        return {"folder": self.folder, "holds": self.holds, "head": self.head, "ledger_tip": self.tip, "checks": checks}
