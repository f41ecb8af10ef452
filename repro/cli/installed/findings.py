"""What is found about one part of a machine, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: `ok`: nothing to do; `note`: it works, and something is worth knowing; `mend`: something will fail.
State = Literal["ok", "note", "mend"]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One part: its state, what was found, and unless it is `ok` what to do."""

    part: str
    state: State
    found: str
    do: str = ""

    @property
    def line(self) -> str:
        """As it is printed."""
        return f"{self.state:<5} {self.part:<9} {self.found}" + f"; {self.do}" * bool(self.do)


def ok(part: str, found: str) -> Finding:
    """A part that is as it should be."""
    return Finding(part=part, state="ok", found=found)


def note(part: str, found: str, do: str) -> Finding:
    """A part that works, of which something is worth knowing."""
    return Finding(part=part, state="note", found=found, do=do)


def mend(part: str, found: str, do: str) -> Finding:
    """A part that will fail."""
    return Finding(part=part, state="mend", found=found, do=do)
