"""How a statement stands: on each data set, and over all real ones together. Generated data count nowhere."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from repro.analyse.evidence import verdict
from repro.artifacts.judged import JudgedClaim, JudgedParts
from repro.catalogue.questions import questions_of
from repro.report.site.folders import Source
from repro.report.text import wording
from repro.report.text.marks import with_mark
from repro.spec.claims import Claim
from repro.spec.claims.questions import Question
from repro.spec.experiment import Paper

#: What a verdict says of the statement.
AGREE, AGAINST, OPEN, IDLE, APART = "agree", "against", "open", "idle", "apart"
GROUPS = {
    **dict.fromkeys(verdict.HOLDING, AGREE),
    **dict.fromkeys(verdict.REFUTING, AGAINST),
    verdict.INCONCLUSIVE: OPEN,
    verdict.DID_NOT_TRAIN: OPEN,
    verdict.POST_HOC: OPEN,
    verdict.INVALID: OPEN,
    verdict.INCOMPLETE: IDLE,
    verdict.UNTESTABLE: APART,
    verdict.NOT_COMPARABLE: APART,
}
#: The order in which marks stand: what is decided first.
ORDER = (AGREE, AGAINST, OPEN, IDLE, APART)

#: A verdict in a reader's words.
SHORT = {
    verdict.REPRODUCED: "holds",
    verdict.DIRECTION: "same direction",
    verdict.NOT_REPRODUCED: "not that large",
    verdict.ABSENT: "no effect",
    verdict.REVERSED: "opposite",
    verdict.DID_NOT_TRAIN: "did not train",
    verdict.INCONCLUSIVE: "cannot tell",
    verdict.EXACT_PASS: "as printed",
    verdict.EXACT_FAIL: "not as printed",
    verdict.POST_HOC: "changed after runs",
    verdict.INVALID: "not comparable runs",
    verdict.INCOMPLETE: "not run",
    verdict.UNTESTABLE: "cannot be asked here",
    verdict.NOT_COMPARABLE: "needs the paper's data",
}

#: The same of a kind of claim whose answer is of another sort.
SHORT_OF_KIND = {
    ("spread", verdict.NOT_REPRODUCED): "more than that",
    ("level", verdict.NOT_REPRODUCED): "another level",
    ("count", verdict.NOT_REPRODUCED): "in fewer runs",
    ("every", verdict.REVERSED): "a part is opposite",
    ("every", verdict.NOT_REPRODUCED): "a part is not that large",
    ("every", verdict.ABSENT): "a part has no effect",
    ("every", verdict.INCONCLUSIVE): "a part is open",
    ("every", verdict.INCOMPLETE): "a part was not run",
}
NAMED = re.compile("|".join(sorted(map(re.escape, SHORT), key=len, reverse=True)))

#: How a statement stands over all real data, in the order of the bar.
STATES = {
    "agree": "the same direction on real data",
    "mixed": "one direction on one real data set, another on the next",
    "against": "opposite, absent or smaller on real data",
    "open": "tried on real data, cannot tell yet",
    "generated": "tried on generated data only",
    "idle": "not run, or cannot be asked of these data",
    "right": "counts that follow from the printed layers, as printed",
    "slip": "such counts that do not",
    "level": "printed levels, such as error rates: only the paper's own data can tell",
}


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A verdict as it is shown: `name` in the files' words, `short` in the reader's. sensitive: to rates of the arms' own."""

    name: str
    short: str
    symbol: str
    tone: str
    group: str
    sensitive: bool = False


def mark_of(name: str, *, kind: str = "") -> Mark:
    """The mark of a verdict on a `kind` of claim; raise ValueError if there is none called `name`."""
    words = wording.verdict_words(name)
    short = SHORT_OF_KIND.get((kind, name), SHORT[name])
    return Mark(name=name, short=short, symbol=words.symbol, tone=words.tone, group=GROUPS[name])


def mark_for(entry: JudgedClaim) -> Mark:
    """The mark of what was judged."""
    mark = mark_of(entry.verdict, kind=entry.kind)
    return replace(mark, short=with_mark(mark.short, entry), sensitive=True) if entry.tuning_sensitive else mark


def deciding_entry(entry: JudgedClaim, entries: Mapping[str, JudgedClaim]) -> JudgedClaim:
    """Of a claim of several parts the part that decides against it or leaves it open, which has a size; else the claim itself."""
    if not isinstance(entry, JudgedParts) or entry.verdict in verdict.HOLDING:
        return entry
    return next((entries[part.id] for part in entry.parts if part.verdict == entry.verdict and part.id in entries), entry)


def in_words(text: str) -> str:
    """A reason with the names of verdicts in a reader's words."""
    return NAMED.sub(lambda match: f"“{SHORT[match[0]]}”", text)


@dataclass(frozen=True, kw_only=True, eq=False)
class Statement:
    """A claim of a paper with what was judged of it, by the key of the source."""

    paper: Paper
    claim: Claim
    entries: Mapping[str, JudgedClaim]
    real: frozenset[str]

    @property
    def id(self) -> str:
        return self.claim.id

    def mark(self, key: str) -> Mark | None:
        """Its verdict on a source; None where the source does not judge the paper."""
        return mark_for(self.entries[key]) if key in self.entries else None

    def groups(self, *, real: bool) -> set[str]:
        """What the verdicts on real data, or on generated ones, say."""
        return {GROUPS[entry.verdict] for key, entry in self.entries.items() if (key in self.real) == real}

    @property
    def state(self) -> str:
        """Of STATES: how it stands over all real data."""
        on_real, on_generated = self.groups(real=True), self.groups(real=False)
        if self.claim.kind == "exact":
            found = on_real | on_generated
            return "right" if AGREE in found else "slip" if AGAINST in found else "idle"
        if AGREE in on_real or AGAINST in on_real:
            return "mixed" if {AGREE, AGAINST} <= on_real else "agree" if AGREE in on_real else "against"
        if OPEN in on_real:
            return "open"
        if self.claim.kind == "level":
            return "level"
        return "generated" if on_generated & {AGREE, AGAINST, OPEN} else "idle"


@dataclass(frozen=True, kw_only=True, eq=False)
class Asked:
    """A question with its statements, the headline first."""

    paper: Paper
    question: Question
    statements: tuple[Statement, ...]

    @property
    def headline(self) -> Statement:
        return self.statements[0]

    @property
    def kind(self) -> str:
        """Whether it is about `levels` or `counts` alone, which are counted apart, or about `effects`."""
        kinds = {statement.claim.kind for statement in self.statements}
        return "levels" if kinds == {"level"} else "counts" if kinds == {"exact"} else "effects"

    @property
    def lead(self) -> Statement:
        """The statement that stands for it: its headline, or the first that real data have something to say about."""
        for wanted in ({"agree", "against", "mixed"}, {"open"}):
            if self.headline.state in wanted:
                return self.headline
            for statement in self.statements[1:]:
                if statement.state in wanted and self.headline.state not in STATES_WITH_DATA:
                    return statement
        return self.headline

    @property
    def state(self) -> str:
        return self.lead.state

    @property
    def href(self) -> str:
        """Its page, from the site's root."""
        return f"question/{self.paper.name}/{self.question.name}.html"


#: States in which real data have something to say.
STATES_WITH_DATA = ("agree", "mixed", "against", "open")


def asked_of(papers: Sequence[Paper], sources: Sequence[Source]) -> tuple[Asked, ...]:
    """All questions of the papers that some source judges, in the order of the papers."""
    real = frozenset(source.key for source in sources if source.real)
    found = []
    for paper in papers:
        if not any(source.judges(paper.name) for source in sources):
            continue
        claims = {claim.id: claim for claim in paper.claims}
        for question in questions_of(paper):
            names = dict.fromkeys((question.headline, *question.claims))
            found.append(
                Asked(
                    paper=paper,
                    question=question,
                    statements=tuple(
                        Statement(
                            paper=paper,
                            claim=claims[name],
                            entries={source.key: source.entries[name] for source in sources if name in source.entries},
                            real=real,
                        )
                        for name in names
                    ),
                )
            )
    return tuple(found)


def counted(asked: Sequence[Asked]) -> dict[str, int]:
    """How many statements there are in each state, each statement once."""
    states = {statement.id: statement.state for item in asked for statement in item.statements}
    return {state: sum(found == state for found in states.values()) for state in STATES}
