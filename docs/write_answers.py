"""Write docs/answers.md: what published results answer to each question, and a remark where they go against the paper.

`python docs/write_answers.py` writes the file. The answers are those of the site; a remark has the digest of the verdicts
that it was written for, and a test fails when they are others.
"""

from __future__ import annotations

import textwrap
from pathlib import Path
from tempfile import TemporaryDirectory

from repro.papers import PAPERS
from repro.report.site.answers import Answer, answer
from repro.report.site.folders import find, read_sources
from repro.report.site.front import front_page
from repro.report.site.standing import AGAINST, AGREE, OPEN, Asked, asked_of

ROOT = Path(__file__).resolve().parent.parent
FILE, PUBLISHED = ROOT / "docs" / "answers.md", ROOT / "results" / "published"
WIDTH = 110

#: Groups of questions, in the order of the page, with what stands above each.
GROUPS = (
    (AGAINST, "Not as the paper says", "Each has a remark of ours, which is a reading and no measurement."),
    ("mixed", "It depends on the data", ""),
    (OPEN, "Tried, and not decided", ""),
    (AGREE, "As the paper says", ""),
)

#: By paper and question: the digest of the verdicts that the remark was written for, and the remark.
REMARKS = {
    "alexnet/response_normalisation": (
        "78486bc097edcdf6",
        "The net with normalisation makes more errors here, and the four-layer net of section 3.3, on the paper's own data for "
        "it, makes fewer, by less than a tenth of what is printed. Two later reproductions on ImageNet found nothing. What is "
        "open is ImageNet itself, with the printed net.",
    ),
    "alexnet/classical": (
        "0c67d5f1a9eaa05d",
        "160 photos of each of ten classes are few for a net that learns its features from them; Fisher vectors learn a "
        "classifier alone. The paper had 1.2 million photos of 1,000 classes. At which number of photos the order turns "
        "is open.",
    ),
    "karpathy/early_fusion": (
        "fee425e267ddf718",
        "These gestures differ in how a hand moves, and single frames show little of it: 30 % of the videos are known by one "
        "frame, where the paper knows 59.3 % of its sports. So a net that sees time gains far more here. Whether early fusion "
        "loses where frames tell the class is open; sports from UCF-101 would be nearer to the paper's.",
    ),
    "karpathy/late_fusion": (
        "7159cfa231f08d38",
        "As for early fusion: two frames half a second apart already tell something of a movement that one frame does not.",
    ),
    "karpathy/little_difference": (
        "0893b383bdfb8923",
        "The statement is about sports, where one frame tells most. On videos whose classes differ in movement alone the nets "
        "are far apart, so that it is the data, and not the nets, of which it holds.",
    ),
    "karpathy/two_streams": (
        "348462ebdbcda527",
        "The fovea stream sees the middle of the frame alone, where a pointing hand need not be, and the frames here are small: "
        "half of few pixels may be too few. Neither was tried apart.",
    ),
    "karpathy/context_fovea": (
        "bdde52a2b84ca3ca",
        "Seeds of these nets spread so much, and so few videos are tested, that only an effect as large as the paper's is "
        "ruled out.",
    ),
}


def answers(out: Path) -> tuple[str, list[tuple[Asked, Answer]]]:
    """Return what the front page says first, and the answer to each question about effects."""
    papers = list(PAPERS.values())
    sources = read_sources(find([PUBLISHED]).scales, papers, unjudged={}, out=out)
    asked = asked_of(papers, sources)
    found = [(item, answer(item, sources)) for item in asked if item.kind == "effects"]
    return front_page(asked, sources).lead, found


def stale_remarks(found: list[tuple[Asked, Answer]]) -> list[str]:
    """Return the remarks that were written for other verdicts, with the digest that there is now, and questions without one."""
    lines = []
    for item, said in found:
        name = f"{item.paper.name}/{item.question.name}"
        digest = REMARKS.get(name, ("", ""))[0]
        if (item.state == AGAINST or name in REMARKS) and digest != said.digest:
            lines.append(f"{name}: {said.digest}")
    return lines


def page(lead: str, found: list[tuple[Asked, Answer]]) -> str:
    """Return the text of the page."""
    about = (
        "What the published results of this repository answer, all on CPUs and on data that stand in for the papers' own, but "
        "where another is said. `python -m repro site results/published --out site` shows how each is known: claims and their "
        "rules, every seed, power, runs. Effects are relative changes of the error: +3 % means that the net without the part "
        "makes three more errors for each hundred; pt are percentage points."
    )
    blocks = ["# Answers", _filled(lead), _filled(about)]
    for state, title, words in GROUPS:
        chosen = [(item, said) for item, said in found if item.state == state]
        if chosen:
            blocks += [f"## {title}", *[_filled(words)] * bool(words)]
        for item, said in chosen:
            remark = REMARKS.get(f"{item.paper.name}/{item.question.name}", ("", ""))[1]
            blocks += [f"### {item.question.title}", _filled(f"{item.paper.authors} {item.paper.year}. {said.text}")]
            blocks += [_filled(f"*{remark}*")] * bool(remark)
    rest = [item.question.title for item, _ in found if item.state not in [state for state, _, _ in GROUPS]]
    blocks += ["## Not tried on real data yet", "\n".join(_filled(f"- {title}", indent="  ") for title in rest)]
    return "\n\n".join(blocks) + "\n"


def _filled(text: str, *, indent: str = "") -> str:
    return textwrap.fill(text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def main() -> None:
    """Write the page, and name remarks that must be read again."""
    with TemporaryDirectory() as folder:
        lead, found = answers(Path(folder))
    FILE.write_text(page(lead, found), encoding="utf-8")
    for line in stale_remarks(found):
        print(f"read the remark again, then put in its digest: {line}")


if __name__ == "__main__":
    main()
