"""Whether the questions of a paper lead somewhere, and which claims none of them asks about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from repro.spec.claims.questions import Question
from repro.spec.experiment import Paper
from repro.spec.names import UnknownName


def question_faults(paper: Paper) -> Iterator[str]:
    """Give what is wrong with the names of the questions and the claims that they name."""
    ids = [claim.id for claim in paper.claims]
    for name, times in Counter(question.name for question in paper.questions).items():
        if times > 1:
            yield f"question {name!r} of {paper.name} is there twice; allowed: each name once"
    for question in paper.questions:
        for claim in question.claims:
            if claim not in ids:
                yield f"question {question.name} of {paper.name}: {UnknownName('claim', claim, ids)}"


def questions_of(paper: Paper) -> tuple[Question, ...]:
    """The questions of a paper; claims that none of them asks about are asked page by page."""
    asked = {claim for question in paper.questions for claim in question.claims}
    rest = []
    for table in paper.tables:
        claims = tuple(name for name in table.claims if name not in asked)
        if claims:
            asked |= set(claims)
            title = f"Does what {table.title} says hold?"
            rest.append(Question(name=f"page_{table.name}", title=title, headline=claims[0], claims=claims))
    return (*paper.questions, *rest)
