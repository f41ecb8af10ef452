"""Find a claim by its id, and say which are meant by one that does not exist."""

from __future__ import annotations

from collections.abc import Sequence

from repro.spec.claims import Claim
from repro.spec.experiment import Paper
from repro.spec.names import nearest
from repro.system.some import some

#: As many ids are shown as may be meant.
MOST_MEANT = 5


class UnknownClaimError(ValueError):
    """An id that no claim has."""


def find_claim(papers: Sequence[Paper], name: str) -> tuple[Paper, Claim]:
    """The claim called `name`, and its paper.

    Raises:
        UnknownClaimError: there is none; names those that may be meant.
    """
    for paper in papers:
        for claim in paper.claims:
            if claim.id == name:
                return paper, claim
    ids = [claim.id for paper in papers for claim in paper.claims]
    close = meant(name, ids)
    what = "one of " if len(close) > 1 else ""
    guess = f"did you mean {what}{some(close, most=MOST_MEANT)}?" if close else f"allowed: an id such as {ids[0]}"
    raise UnknownClaimError(f"unknown claim {name!r}; {guess} (python -m repro list --claims)")


def meant(name: str, ids: Sequence[str]) -> list[str]:
    """Which of `ids` may be meant: those below it, those that hold its parts, or those that look most alike.

    An id consists of parts between points: the paper, the section or table, what is compared, the metric.
    """
    typed = name.strip().strip(".").casefold()
    plain = {known: f".{known.casefold()}." for known in ids}
    below = [known for known in ids if typed and plain[known].startswith(f".{typed}.")]
    within = below or [known for known in ids if typed and f".{typed}." in plain[known]]
    if within:
        return within
    beside = [known for known in ids if plain[known].startswith(f".{typed.rpartition('.')[0]}.")]
    close = nearest(typed, beside) or nearest(typed, ids)
    return [close] if close else []
