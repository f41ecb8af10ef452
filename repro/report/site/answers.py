"""The answer to a question in words: one template for each pattern of verdicts on real data.

A sentence written by hand stands in its place as long as the verdicts are those that it was written for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from repro.analyse.evidence import verdict
from repro.artifacts.documents import digest_of
from repro.artifacts.judged import JudgedClaim, JudgedSpread
from repro.report.pages.claim_cells import AT_LEAST
from repro.report.site.folders import Source
from repro.report.site.plots.sizes import as_printed, axis_of, change_of_errors, interval_text, printed_size, size_of, size_text
from repro.report.site.standing import AGAINST, AGREE, GROUPS, OPEN, SHORT, Asked, Statement, deciding_entry, mark_for
from repro.report.text.formatting import counted, listed
from repro.report.text.marks import SENSITIVE
from repro.spec.terms.metrics import metric_named


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What is said. short: its first words, such as `Yes, where it was tried`. written: whether by hand.

    stale: the sentence by hand that was written for other verdicts; "" if there is none. digest: of the verdicts now.
    remark: how we read it, "" if nobody wrote one for these verdicts.
    """

    short: str
    text: str
    written: bool
    stale: str
    digest: str
    remark: str = ""


def digest_of_answers(asked: Asked, sources: Sequence[Source]) -> str:
    """The digest of what real data say of a question: verdicts and estimates; where nothing was run nothing enters."""
    found = []
    for source in sources:
        for statement in asked.statements:
            entry = statement.entries.get(source.key)
            if source.real and entry is not None and GROUPS[entry.verdict] in (AGREE, AGAINST, OPEN):
                part = entry.deciding if not hasattr(entry, "parts") else None
                hangs = [SENSITIVE] if entry.tuning_sensitive else []
                found.append([entry.id, entry.evidence, entry.verdict, None if part is None else part.estimate, *hangs])
    return digest_of({"question": asked.question.name, "answers": sorted(found, key=str)})[:16]


def answer(asked: Asked, sources: Sequence[Source]) -> Answer:
    """The answer to a question by the real data of `sources`."""
    digest, written, noted = digest_of_answers(asked, sources), asked.question.written, asked.question.remark
    remark = noted.text if noted is not None and noted.digest == digest else ""
    short, text = PATTERNS[_pattern(asked)](asked, sources)
    if written is not None and written.digest == digest:
        return Answer(short=short, text=written.text, written=True, stale="", digest=digest, remark=remark)
    stale = written.text if written is not None else ""
    further = [] if asked.kind != "effects" else [*_further(asked), _own_data(asked, sources), _others(asked.lead)]
    return Answer(
        short=short, text=" ".join(filter(None, [text, *further])), written=False, stale=stale, digest=digest, remark=remark
    )


def _pattern(asked: Asked) -> str:
    return asked.kind if asked.kind != "effects" else asked.state


Pattern = Callable[[Asked, Sequence[Source]], tuple[str, str]]


def _agrees(asked: Asked, sources: Sequence[Source]) -> tuple[str, str]:
    return "Yes, where it was tried", f"Yes, where it was tried: {measured(asked.lead, sources, (AGREE,))}."


def _contradicts(asked: Asked, sources: Sequence[Source]) -> tuple[str, str]:
    return "Not where it was tried", f"Not where it was tried: {measured(asked.lead, sources, (AGAINST,))}."


def _differs(asked: Asked, sources: Sequence[Source]) -> tuple[str, str]:
    yes, no = (measured(asked.lead, sources, (group,)) for group in (AGREE, AGAINST))
    return "It depends on the data", f"It depends on the data. As the paper says: {yes}. Not so: {no}."


def _open(asked: Asked, sources: Sequence[Source]) -> tuple[str, str]:
    return (
        "These runs cannot tell",
        f"These runs cannot tell: {measured(asked.lead, sources, (OPEN,))}{_needed(asked.lead, sources)}.",
    )


def _generated(asked: Asked, sources: Sequence[Source]) -> tuple[str, str]:
    said = _on_generated(asked.lead, sources)
    return "Nobody knows yet", f"Nobody knows yet: it was tried on generated data alone, which are no evidence ({said})."


def _idle(asked: Asked, sources: Sequence[Source]) -> tuple[str, str]:
    return "Nobody knows yet", "Nobody knows yet: it was not tried here, or these data cannot be asked."


def _counts(asked: Asked, sources: Sequence[Source]) -> tuple[str, str]:
    right = [item for item in asked.statements if item.state == "right"]
    slips = [item for item in asked.statements if item.state == "slip"]
    short = "Yes" if not slips else "Most of them" if len(right) > len(slips) else "Few of them"
    text = f"{short}: {len(right)} of {len(asked.statements)} are as printed, with no data and no training"
    if slips:
        text += f"; {counted(len(slips), 'slip')}: {listed([_slip(item) for item in slips])}"
    return short, f"{text}."


def _slip(item: Statement) -> str:
    entry = next(iter(item.entries.values()))
    return f"“{entry.statement.rstrip('.')}”"


def _levels(asked: Asked, sources: Sequence[Source]) -> tuple[str, str]:
    tried = [item for item in asked.statements if item.state in ("agree", "against", "mixed", "open")]
    text = (
        f"Only the paper's own data can tell: {counted(len(asked.statements) - len(tried), 'printed level')}, such as an error "
        "rate, stand beside ours below and are not compared."
    )
    if tried:
        agree = sum(item.state == "agree" for item in tried)
        text += f" On the paper's own data {counted(len(tried), 'level')} of another part could be compared: {agree} is reached."
    return "Only the paper's own data can tell", text


PATTERNS: dict[str, Pattern] = {
    "agree": _agrees,
    "against": _contradicts,
    "mixed": _differs,
    "open": _open,
    "generated": _generated,
    "idle": _idle,
    "counts": _counts,
    "levels": _levels,
}


def measured(statement: Statement, sources: Sequence[Source], groups: Sequence[str]) -> str:
    """What was measured on each real data set whose verdict is of these groups."""
    parts = []
    for source in sources:
        entry = statement.entries.get(source.key)
        if source.real and entry is not None and GROUPS[entry.verdict] in groups:
            parts.append(f"on {source.data_of(entry)}, {effect_words(entry, statement, source)}")
    return "; ".join(parts)


def effect_words(entry: JudgedClaim, statement: Statement, source: Source, *, brief: bool = False) -> str:
    """An effect in a sentence, and whether its verdict is tuning-sensitive."""
    said = _measured_words(entry, statement, source, brief=brief)
    if not entry.tuning_sensitive or entry.tuned is None:
        return said
    other = "" if brief else f": “{SHORT[entry.tuned.verdict]}” with a rate of its own for each net"
    return f"{said}, {SENSITIVE}{other}"


def _measured_words(entry: JudgedClaim, statement: Statement, source: Source, *, brief: bool) -> str:
    """An effect in a sentence: the change of error and what the paper prints; unless `brief`, its interval, and points."""
    part = deciding_entry(entry, source.entries)
    if part is not entry:
        said = _measured_words(part, statement, source, brief=brief)
        return f"{mark_for(entry).short}, “{part.statement.rstrip('.')}”: {said}"
    if entry.verdict == verdict.DID_NOT_TRAIN:
        return mark_for(entry).short
    size, paper, axis = size_of(entry), printed_size(entry), axis_of(entry)
    printed = as_printed(entry, statement.paper, results=source.results)
    if size is None:
        said = printed.ours or mark_for(entry).short
        return f"{said} (paper: {printed.paper})" if printed.paper else said
    said = printed.ours if printed.ours.startswith(AT_LEAST) else size_text(size.value, axis=axis, claim=entry)
    if axis == "relative":
        said += f" {'more ' * (size.value > 0)}{noun_of(entry)}"
    if not brief:
        said = " ".join(filter(None, [said, interval_text(size, axis=axis, claim=entry)]))
        said += f", {printed.ours}" if axis == "relative" and printed.ours.endswith("pt") else ""
    if paper is None:
        return said if brief else f"{said} (the paper prints no size)"
    most = "at most " * isinstance(entry, JudgedSpread)
    return f"{said} (paper: {most}{size_text(paper, axis=axis, claim=entry)})"


def noun_of(entry: JudgedClaim) -> str:
    """What there is more of where the paper's part is missing."""
    return "errors" if axis_of(entry) == "relative" else metric_named(entry.metric).title


def _needed(statement: Statement, sources: Sequence[Source]) -> str:
    for source in sources:
        entry = statement.entries.get(source.key)
        needed = getattr(entry, "seeds_needed", None)
        if source.real and entry is not None and needed and GROUPS[entry.verdict] == OPEN:
            return f"; about {needed} seeds a net would tell"
    return ""


def _on_generated(statement: Statement, sources: Sequence[Source]) -> str:
    shorts = [
        mark_for(statement.entries[source.key]).short for source in sources if not source.real and source.key in statement.entries
    ]
    return listed(list(dict.fromkeys(shorts))) or "nothing"


def _further(asked: Asked) -> list[str]:
    """How the question's other statements stand on real data."""
    states = [item.state for item in asked.statements if item is not asked.lead and item.claim.kind != "level"]
    words = {
        "agree": ("goes the paper's way", "go the paper's way"),
        "against": ("does not hold", "do not hold"),
        "mixed": ("goes both ways", "go both ways"),
        "open": ("cannot be told", "cannot be told"),
    }
    tried = [f"{states.count(state)} {said[states.count(state) > 1]}" for state, said in words.items() if state in states]
    if not tried:
        return []
    if len(states) == 1:
        return [f"The question's other statement {words[states[0]][0]}."]
    left = sum(state not in words for state in states)
    rest = [f"{left} {'was' if left == 1 else 'were'} not tried on real data"] if left else []
    return [f"Of the question's other statements, {listed(tried + rest)}."]


def _own_data(asked: Asked, sources: Sequence[Source]) -> str:
    """Whether the paper's own data were asked."""
    lead = asked.lead
    tried = [source for source in sources if source.real and GROUPS.get(_verdict(lead, source)) in (AGREE, AGAINST, OPEN)]
    data = lead.paper.data_words(lead.claim.dataset)
    if not data or not tried:
        return ""
    own = [source for source in tried if source.is_papers_own(lead.id)]
    return "These are the paper's own data." if own else f"On the paper's own data, {data}, nobody has tried it here."


def _verdict(statement: Statement, source: Source) -> str:
    entry = statement.entries.get(source.key)
    return entry.verdict if entry is not None else ""


def _others(statement: Statement) -> str:
    """What others measured of the same quantity, in the same words."""
    entry = next(iter(statement.entries.values()), None)
    same = [item for item in entry.reproductions if item.same_quantity and item.log_ratio is not None] if entry else []
    if not same or entry is None or axis_of(entry) != "relative":
        return ""
    changes = sorted(change_of_errors(item.log_ratio) for item in same if item.log_ratio is not None)
    values = [size_text(change, axis="relative", claim=entry) for change in changes]
    said = values[0] if len(set(values)) == 1 else listed(values)
    return f"Others found {said}."


def stale_lines(answers: Sequence[tuple[Asked, Answer]]) -> list[str]:
    """A line for each sentence by hand that was written for other verdicts, with what to do."""
    return [
        f"the answer that was written to question {item.question.name} of {item.paper.name} is for other verdicts (digest "
        f"{item.question.written.digest}, now {said.digest}); the page says so: write it anew, with digest={said.digest!r}"
        for item, said in answers
        if said.stale and item.question.written is not None
    ]
