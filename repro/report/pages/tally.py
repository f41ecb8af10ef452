"""Count verdicts for a page: what is decided of the judgeable claims, and apart what is no question here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from repro.analyse.evidence.verdict import ANSWERS, NO_QUESTION
from repro.artifacts.judged import JudgedClaim
from repro.report.text import wording
from repro.report.text.formatting import count
from repro.report.text.wording import VerdictWords


@dataclass(frozen=True, kw_only=True)
class VerdictCount:
    """How many claims have a verdict."""

    words: VerdictWords
    number: str


@dataclass(frozen=True, kw_only=True)
class Tally:
    """The verdicts of some claims. apart: those of claims that are not judgeable here."""

    headline: str
    counts: tuple[VerdictCount, ...]
    apart: tuple[VerdictCount, ...]


def tally(claims: Sequence[JudgedClaim]) -> Tally:
    """Count `claims` by verdict."""
    verdicts = [claim.verdict for claim in claims]
    number = {name: verdicts.count(name) for name in wording.VERDICTS}
    found = {name: VerdictCount(words=wording.VERDICTS[name], number=count(num)) for name, num in number.items() if num}
    decided, judgeable = sum(number[name] for name in ANSWERS), len(claims) - sum(number[name] for name in NO_QUESTION)
    return Tally(
        headline=headline(decided, judgeable) if claims else "No claim has been judged yet",
        counts=tuple(item for name, item in found.items() if name not in NO_QUESTION),
        apart=tuple(item for name, item in found.items() if name in NO_QUESTION),
    )


def headline(decided: int, judgeable: int) -> str:
    """How many of the judgeable claims are decided."""
    if not judgeable:
        return "No claim is judgeable here"
    return f"{count(decided)} of {count(judgeable)} judgeable claim{'s' * (judgeable != 1)} decided"
