"""What remains different between a paper, or the code released with it, and what is built here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One part that is done otherwise here than the source says: `there` what it says, `here` what is done, and `why`."""

    part: str
    there: str
    here: str
    why: str
