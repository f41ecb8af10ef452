"""Say in plain words what a verdict, a confidence and a size mean."""

from __future__ import annotations

from dataclasses import dataclass, replace

from repro.analyse.evidence import verdict
from repro.artifacts.judged import JudgedClaim
from repro.report.text.marks import with_mark


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
            meaning="The effect has the paper's sign, and the 90 % interval lies between half and twice the paper's effect: of "
            "points, of the log ratio of errors on other data, of the ratio itself of times and epochs (6 times: 3 to "
            "12); or within the interval, or above the bound, that the paper prints. A claim about several things holds "
            "if all its parts do.",
        ),
        VerdictWords(
            name=verdict.DIRECTION,
            symbol="↗",
            tone="partial",
            meaning="The 90 % interval lies on the paper's side of zero; the size is weaker, stronger or still open. A bound "
            "alone, as from runs that never got there, decides no more than this. Of an order: on the whole it is the "
            "paper's, not every pair is told apart; of a spread: at most twice the paper's; of a count: more than by "
            "chance.",
        ),
        VerdictWords(
            name=verdict.NOT_REPRODUCED,
            symbol="✗",
            tone="bad",
            meaning="An effect as large as the paper's is excluded; whether there is a smaller one is undecided. Of a spread: it "
            "is larger than the paper's; of a level: it lies outside the band around the printed value.",
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
            meaning="The 90 % interval lies wholly on the other side of zero: the effect has the opposite sign. A claim of "
            "several parts is reversed only if a part is with the level shared among all of them (Holm).",
        ),
        VerdictWords(
            name=verdict.DID_NOT_TRAIN,
            symbol="∅",
            tone="partial",
            meaning="One of the arms never left chance here, while the control learned. That is a result of its own; the error of"
            " a guess is no size of an effect.",
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
            meaning="A number that follows from the architecture equals the printed one within its rounding, or keeps the printed"
            " bound.",
        ),
        VerdictWords(
            name=verdict.EXACT_FAIL,
            symbol="≠",
            tone="bad",
            meaning="A number that follows from the architecture differs from the printed one by more than its rounding, or "
            "breaks the printed bound.",
        ),
        VerdictWords(
            name=verdict.POST_HOC,
            symbol="↺",
            tone="blocked",
            meaning="Seeds were added, or the claim or its page changed, after runs had been seen, so that the overall level of "
            "its verdict is not kept. What was changed stands beside it, with the verdict as declared and the one that it would "
            "have now. It is counted as not decided.",
        ),
        VerdictWords(
            name=verdict.INVALID,
            symbol="!",
            tone="blocked",
            meaning="The runs cannot be compared: one diverged or is a copy of another, the control did not learn, or more than "
            "one thing differs.",
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
            meaning="The claim is about something that this scale, or any run here, does not have. It is not counted among the "
            "judgeable claims.",
        ),
        VerdictWords(
            name=verdict.NOT_COMPARABLE,
            symbol="∥",
            tone="blocked",
            meaning="A level, such as an error, that was printed for the paper's own data: on other data there is nothing to "
            "decide. The number here stands beside the printed one. It is not counted among the judgeable claims.",
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


def words_for(claim: JudgedClaim) -> VerdictWords:
    """How the verdict of `claim` is shown: one that is tuning-sensitive says so."""
    words = verdict_words(claim.verdict)
    return replace(words, name=with_mark(words.name, claim)) if claim.tuning_sensitive else words


def verdict_words(name: str) -> VerdictWords:
    """How the verdict called `name` is shown.

    Raises:
        ValueError: there is no such verdict.
    """
    if name not in VERDICTS:
        raise ValueError(f"unknown verdict {name!r} in claims.json; allowed: {', '.join(VERDICTS)}; run the stage judge again")
    return VERDICTS[name]
