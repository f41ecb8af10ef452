"""Say in plain words what a verdict, a confidence and a size mean."""

from __future__ import annotations

from dataclasses import dataclass

from repro.analyse.evidence import verdict


@dataclass(frozen=True, kw_only=True)
class VerdictWords:
    """How a verdict is shown. `tone` names its colour, `symbol` tells it apart without colour."""

    name: str
    symbol: str
    tone: str
    meaning: str


#: In the order in which a reader wants to see them counted.
VERDICTS = {
    words.name: words
    for words in (
        VerdictWords(
            name=verdict.REPRODUCED,
            symbol="✓",
            tone="good",
            meaning="The effect has the paper's sign, and the 90 % interval lies between half and twice the paper's effect "
            "(for a ratio: of its logarithm). A claim about several things holds if all its parts do.",
        ),
        VerdictWords(
            name=verdict.DIRECTION,
            symbol="↗",
            tone="partial",
            meaning="The 90 % interval lies on the paper's side of zero; the size is weaker, stronger or still open. "
            "A bound alone, as from runs that never got there, decides no more than this.",
        ),
        VerdictWords(
            name=verdict.NOT_REPRODUCED,
            symbol="✗",
            tone="bad",
            meaning="An effect as large as the paper's is excluded; whether there is a smaller one is undecided.",
        ),
        VerdictWords(
            name=verdict.ABSENT,
            symbol="○",
            tone="bad",
            meaning="The 90 % interval lies within the smallest effect of interest around zero: no difference that matters here.",
        ),
        VerdictWords(
            name=verdict.REVERSED,
            symbol="⇄",
            tone="bad",
            meaning="The 90 % interval lies wholly on the other side of zero: the effect has the opposite sign.",
        ),
        VerdictWords(
            name=verdict.INCONCLUSIVE,
            symbol="?",
            tone="open",
            meaning="Neither zero nor the paper's effect is excluded: these runs cannot tell, which is no failure of the claim.",
        ),
        VerdictWords(
            name=verdict.EXACT_PASS,
            symbol="=",
            tone="good",
            meaning="A number that follows from the architecture equals the printed one within its rounding, "
            "or keeps the printed bound.",
        ),
        VerdictWords(
            name=verdict.EXACT_FAIL,
            symbol="≠",
            tone="bad",
            meaning="A number that follows from the architecture differs from the printed one by more than its rounding, "
            "or breaks the printed bound.",
        ),
        VerdictWords(
            name=verdict.INVALID,
            symbol="!",
            tone="blocked",
            meaning="The runs cannot be compared: one diverged, the control did not learn, or more than one thing differs.",
        ),
        VerdictWords(
            name=verdict.INCOMPLETE,
            symbol="…",
            tone="blocked",
            meaning="Runs that the claim needs are missing, or nothing has been run for it yet, so that nothing is decided.",
        ),
        VerdictWords(
            name=verdict.UNTESTABLE,
            symbol="\N{EN DASH}",
            tone="blocked",
            meaning="The claim is about something that this scale, or any run here, does not have, such as the paper's own data "
            "set. What was measured stands beside the printed number all the same.",
        ),
    )
}

CONFIDENCE = {
    "V": "read verbatim in a public source",
    "C": "read in the original code or its notes",
    "S": "read in a text that quotes the source",
    "D": "derived by arithmetic",
    "M": "from memory, not verified",
}

SIZES = {
    "weaker": "weaker than the paper's",
    "stronger": "stronger than the paper's",
    "open": "size open",
    "": "",
}


def verdict_words(name: str) -> VerdictWords:
    """How the verdict called `name` is shown.

    Raises:
        ValueError: there is no such verdict.
    """
    if name not in VERDICTS:
        raise ValueError(f"unknown verdict {name!r} in claims.json; allowed: {', '.join(VERDICTS)}; run the stage judge again")
    return VERDICTS[name]
