"""Write docs/answers.md: what published results answer to each question, and a remark where they go against the paper.

`python docs/write_answers.py` writes the file, and the numbers with which the README begins. The answers are those of the site;
a remark (`remark=` of a question) has the digest of the verdicts that it was written for, and a test fails when they are others.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from repro.papers import PAPERS
from repro.report.site.answers import Answer, answer, measured
from repro.report.site.folders import Source, find, read_sources
from repro.report.site.front import front_page
from repro.report.site.standing import AGAINST, AGREE, OPEN, Asked, Statement, asked_of, deciding_entry
from repro.report.site.standing import GROUPS as GROUPS_OF

ROOT = Path(__file__).resolve().parent.parent
FILE, PUBLISHED = ROOT / "docs" / "answers.md", ROOT / "results" / "published"
README = ROOT / "README.md"
#: The paragraph of the README that says how the statements stand.
COUNTED = re.compile(r"^[\d,]+ statements of \d+ papers, .*?(?=\n\n)", re.DOTALL | re.MULTILINE)
WIDTH = 110

#: Groups of questions, in the order of the page, with what stands above each.
GROUPS = (
    (AGAINST, "Not as the paper says", "What stands slanted is how we read it, and no measurement."),
    ("mixed", "It depends on the data", ""),
    (OPEN, "Tried, and not decided", ""),
    (AGREE, "As the paper says", ""),
)


Found = list[tuple[Asked, Answer]]


def answers(out: Path) -> tuple[str, Found, tuple[Source, ...]]:
    """Return what the front page says first, the answer to each question about effects, and the results behind them."""
    papers = list(PAPERS.values())
    sources = read_sources(find([PUBLISHED]).scales, papers, unjudged={}, out=out)
    asked = asked_of(papers, sources)
    found = [(item, answer(item, sources)) for item in asked if item.kind == "effects"]
    return front_page(asked, sources).lead, found, sources


def stale_remarks(found: Found) -> list[str]:
    """Return the remarks that were written for other verdicts, with the digest that there is now, and questions without one."""
    lines = []
    for item, said in found:
        remark = item.question.remark
        if (remark is not None or against(item)) and (remark is None or remark.digest != said.digest):
            lines.append(f"{item.paper.name}/{item.question.name}: {said.digest}")
    return lines


def against(item: Asked) -> list[Statement]:
    """Return the statements of a question that do not hold on some real data."""
    return [statement for statement in item.statements if statement.state in (AGAINST, "mixed")]


def page(lead: str, found: Found, sources: Sequence[Source]) -> str:
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
            blocks += [f"### {item.question.title}", _filled(f"{item.paper.authors} {item.paper.year}. {said.text}")]
            blocks += ["\n".join(also)] if (also := _also_against(item, sources, said=said.text)) else []
            blocks += [_filled(f"*{said.remark}*")] * bool(said.remark)
            blocks += [_filled(runs)] if (runs := _runs(item, sources)) else []
    rest = [item.question.title for item, _ in found if item.state not in [state for state, _, _ in GROUPS]]
    blocks += ["## Not tried on real data yet", "\n".join(_filled(f"- {title}", indent="  ") for title in rest)]
    return "\n\n".join(blocks) + "\n"


def _also_against(item: Asked, sources: Sequence[Source], *, said: str) -> list[str]:
    """Return a line for each further statement of the question that does not hold, with what was measured.

    `said`, the answer, names the part by which a statement of several parts is decided.
    """
    rest = [found for found in against(item) if found is not item.lead and f"“{found.claim.statement.rstrip('.')}”" not in said]
    lines = [
        f"- “{found.claim.statement.rstrip('.')}” ({found.claim.where.partition(';')[0]}) does not hold: "
        f"{measured(found, sources, (AGAINST,))}."
        for found in rest
    ]
    return [_filled(line, indent="  ") for line in lines]


def _runs(item: Asked, sources: Sequence[Source]) -> str:
    """Return links to the record and the learning curve of a run of each net that the leading statement compares."""
    links = []
    for source in sources:
        entry = item.lead.entries.get(source.key)
        if entry is None or GROUPS_OF[entry.verdict] not in (AGREE, AGAINST, OPEN) or not source.real:
            continue
        entry = deciding_entry(entry, source.entries)
        for name in dict.fromkeys(entry.chosen or entry.arms):
            runs = source.results.of_variant(item.paper.name, name)
            links += [f"[{name}](../{runs[0].folder.relative_to(ROOT).as_posix()})"] * bool(runs)
    return f"Runs, each with its record and, of a net, its curve (`log.jsonl`): {', '.join(links)}." if links else ""


def with_lead(readme: str, lead: str) -> str:
    """Return the text of the README with `lead` where it says how the statements stand; ValueError if it does so nowhere."""
    if not COUNTED.search(readme):
        raise ValueError(f"{README} has no paragraph such as '241 statements of 2 papers, ...'; put it below the picture")
    return COUNTED.sub(lambda found: _filled(lead), readme, count=1)


def _filled(text: str, *, indent: str = "") -> str:
    return textwrap.fill(text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def main() -> None:
    """Write the page and the paragraph of the README, and name remarks that must be read again."""
    with TemporaryDirectory() as folder:
        lead, found, sources = answers(Path(folder))
    FILE.write_text(page(lead, found, sources), encoding="utf-8")
    README.write_text(with_lead(README.read_text(encoding="utf-8"), lead), encoding="utf-8")
    for line in stale_remarks(found):
        print(f"read the remark again, then put in its digest: {line}")


if __name__ == "__main__":
    main()
