"""The questions that a reader asks of a paper: each gathers the claims that answer it, whatever table they stand in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Written:
    """An answer, or a remark on one, that somebody wrote by hand for the verdicts that were there.

    digest: of these verdicts (`repro.report.site.answers.digest_of_answers`). With others the text is shown as out of date.
    """

    text: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question about a paper, with the claims that answer it.

    name: of its page. title: the question, with its question mark. headline: the claim that stands for it in an overview.
    written: an answer by hand; without one it is made from the verdicts. remark: how we read what was seen, below the answer.

    Raises:
        ValueError: no claims, one of them twice, a headline that is not among them, or a title that asks nothing.
    """

    name: str
    title: str
    headline: str
    claims: tuple[str, ...]
    written: Written | None = None
    remark: Written | None = None

    def __post_init__(self) -> None:
        if not self.claims or len(set(self.claims)) != len(self.claims):
            raise ValueError(f"question {self.name} has the claims {self.claims}; allowed: one and more ids, each once")
        if self.headline not in self.claims:
            raise ValueError(
                f"question {self.name} has the headline {self.headline!r}; allowed: one of its claims ({', '.join(self.claims)})"
            )
        if not self.title.endswith("?"):
            raise ValueError(f"question {self.name} has the title {self.title!r}; allowed: a sentence that ends with ?")
