"""Say by whose spread between seeds a difference of two arms was judged, and what hangs on it."""

from __future__ import annotations

from repro.artifacts.judged import JudgedByRuns, JudgedClaim, JudgedEffect


def spread_mark(claim: JudgedClaim) -> str:
    """The mark of a verdict that hangs on the spread that is used; "" where none does."""
    if not isinstance(claim, JudgedEffect) or not claim.depends_on_spread:
        return ""
    used = "seed by seed" if claim.test.startswith("paired") else "with the spread of the page's networks"
    return f"Depends on how seeds are compared: {used} {claim.verdict}, by the two arms' own spreads alone {claim.welch_verdict}."


def spread_words(claim: JudgedClaim) -> str:
    """Which seeds the interval rests on, and how the two arms go together over the seeds that both have."""
    if not isinstance(claim, JudgedByRuns) or claim.ci90 is None:
        return ""
    return " ".join(filter(None, (_own(claim), _together(claim) if isinstance(claim, JudgedEffect) else "")))


def _own(claim: JudgedByRuns) -> str:
    if not claim.alone:
        return ""
    stands = "stands" if len(claim.alone) == 1 else "stand"
    return f"{' and '.join(claim.alone)} {stands} by the spread of {'its' if len(claim.alone) == 1 else 'their'} own seeds."


def _together(claim: JudgedEffect) -> str:
    if claim.correlation is None:
        return ""
    seen = f"Over the {claim.num_common} seeds that both arms have, their correlation is {claim.correlation:+.2f}"
    if claim.test.startswith("paired"):
        return f"{seen}: they are compared seed by seed."
    return f"{seen}: too little, or over too few seeds, to compare them seed by seed."
