"""Say on what a verdict hangs: by whose spread between seeds it was judged, and what rates of the arms' own change of it."""

from __future__ import annotations

from repro.artifacts.judged import JudgedByRuns, JudgedClaim, JudgedEffect, Tuned
from repro.report.text.formatting import compact, listed

#: What stands beside a verdict that is of another side with rates of the arms' own.
SENSITIVE = "tuning-sensitive"
#: What came of it, by its name in the files.
OUTCOMES = {
    "stays": "stays on its side",
    "turned": "turns round",
    "lifted": "is no longer decided, and the effect is another one",
    "open": "is not decided; the effect may be the same",
    "decided": "is decided, which it was not as printed",
    "unjudged": "was not judged",
}


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


def with_mark(name: str, claim: JudgedClaim) -> str:
    """A verdict's name, with the mark where it is tuning-sensitive."""
    return f"{name}, {SENSITIVE}" if claim.tuning_sensitive else name


def tuned_mark(claim: JudgedClaim) -> str:
    """What rates of the arms' own give, in a sentence beside the verdict as printed; "" where nobody asked."""
    tuned = claim.tuned
    if tuned is None:
        return ""
    if tuned.outcome == "unjudged":
        return f"Rates of the arms' own: {tuned.why or tuned.reason or tuned.verdict}"
    said = f"with a rate of its own for each arm ({rates_words(tuned)}) it is {tuned.verdict}"
    if tuned.post_hoc:
        return f"Not declared beforehand, and so not counted: {said}; {tuned.post_hoc}."
    return (
        f"Tuning-sensitive: {said}."
        if claim.tuning_sensitive
        else f"Not tuning-sensitive: {said}, and {OUTCOMES[tuned.outcome]}."
    )


def rates_words(tuned: Tuned) -> str:
    """The rates that were chosen, arm by arm."""
    parts = []
    for arm in tuned.arms:
        if arm.rate is None or arm.printed_rate is None:
            parts.append(f"{arm.variant} has none")
        elif arm.runs_as == arm.variant:
            parts.append(f"{arm.variant} as printed")
        else:
            edge = ", an end of what was tried" if arm.at_edge else ""
            parts.append(f"{arm.variant} {compact(arm.rate)} for {compact(arm.printed_rate)}{edge}")
    return listed(parts)
