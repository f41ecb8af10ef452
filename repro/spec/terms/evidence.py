"""What a verdict is worth by the data that it rests on: one table of evidence levels and what a page says of each."""

from __future__ import annotations

from dataclasses import dataclass

from repro.spec.datasets import DEMONSTRATION, SAME_DATA, STAND_IN
from repro.spec.names import UnknownName

#: What a count of the printed layers rests on: no data at all.
ARCHITECTURE = "architecture"


@dataclass(frozen=True, kw_only=True)
class EvidenceLevel:
    """What verdicts on one kind of data are worth. tone: the colour class of a page."""

    name: str
    tone: str
    banner: str
    meaning: str


#: In the order in which a reader wants to read of them.
LEVELS = {
    item.name: item
    for item in (
        EvidenceLevel(
            name=DEMONSTRATION,
            tone="demo",
            banner="Generated data: shows that the machinery works, no evidence about the paper.",
            meaning="A program makes the data. A verdict here exercises every step and says nothing about natural ones.",
        ),
        EvidenceLevel(
            name=STAND_IN,
            tone="standin",
            banner="Real data, but not the paper's: a verdict says whether the effect carries over to them.",
            meaning="The data are real, but another set than the paper's. Effects are compared as relative changes of the error.",
        ),
        EvidenceLevel(
            name=SAME_DATA,
            tone="same",
            banner="The paper's own data set: a verdict speaks about the paper's statement itself.",
            meaning="The data are the paper's own. Effects are compared in points of error.",
        ),
        EvidenceLevel(
            name=ARCHITECTURE,
            tone="blocked",
            banner="No data: these numbers follow from the printed layers alone.",
            meaning="The claim is about the network as printed, such as its number of parameters; no run is needed.",
        ),
    )
}


def evidence_level(name: str) -> EvidenceLevel:
    """Look up an evidence level.

    Raises:
        UnknownName: there is none called `name`.
    """
    if name not in LEVELS:
        raise UnknownName("evidence level", name, LEVELS, hint="run the stage judge again")
    return LEVELS[name]
