"""Check challenges: seeds from text and claim, runs that are whole, and the verdict that the ledger has of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from repro.analyse.collect.collect import collected
from repro.artifacts.files import FileFormatError
from repro.artifacts.ledger.chain import Ledger, OfKind, read_ledger
from repro.artifacts.ledger.events import Challenge, Start
from repro.artifacts.runs_csv import runs_csv_text
from repro.catalogue.claim_ids import UnknownClaimError, find_claim
from repro.catalogue.known import Catalogue
from repro.report.text.formatting import counted
from repro.verify.chain import chain_checked
from repro.verify.challenge import (
    CannotChallenge,
    Challenged,
    alone,
    event_of,
    folder_name,
    judged_alone,
    runs_of,
    seeds_of,
)
from repro.verify.check import Check
from repro.verify.files import CHALLENGES, files_checked, records_checked
from repro.verify.stored import Stored, read_stored

#: What to do about a challenge that proves nothing as it is.
ANEW = "challenge the claim by another text"
#: The lines of the ledger about one challenge, in order.
Lines = Sequence[OfKind[Challenge]]


def challenges_checked(stored: Stored) -> Check:
    """Check every challenge of the ledger, and that no other lies here."""
    try:
        ledger = read_ledger(stored.folder)
    except FileFormatError:
        return Check(name="challenges", unchecked=("the ledger, which has them, is broken",))
    problems: list[str] = []
    unchecked: list[str] = []
    known: set[str] = set()
    by_text = _by_text(ledger)
    for lines in by_text:
        first = lines[0].event
        known.add(folder_name(first.claim.partition("/")[2], beacon=first.beacon))
        challenged = _challenged(stored, first)
        if challenged is None:
            unchecked.append(f"{_named(first)}: no paper that is known makes this claim")
            continue
        found, left = _of(challenged, lines, stored)
        problems += [f"{_named(first)}: {text}" for text in found]
        unchecked += [f"{_named(first)}: {text}" for text in left]
    strange = sorted(path.name for path in (stored.folder / CHALLENGES).glob("*") if path.is_dir() and path.name not in known)
    problems += [f"{stored.folder / CHALLENGES / name} is of no challenge that the ledger has; {ANEW}" for name in strange]
    good = len(by_text) - len(unchecked)
    said = f"{counted(good, 'challenge')} judged again, as the ledger says" if good else ""
    found_text = said if by_text else "none in the ledger, and none lies here"
    return Check(
        name="challenges",
        found="" if problems else found_text,
        problems=tuple(problems),
        unchecked=tuple(unchecked),
    )


def _by_text(ledger: Ledger) -> list[Lines]:
    found: dict[tuple[str, str], list[OfKind[Challenge]]] = {}
    for line in ledger.of(Challenge):
        found.setdefault((line.event.claim, line.event.beacon), []).append(line)
    return list(found.values())


def _named(event: Challenge) -> str:
    return f"challenge of {event.claim} by {event.beacon!r}"


def _challenged(stored: Stored, event: Challenge) -> Challenged | None:
    try:
        paper, claim = find_claim(stored.known, event.claim.partition("/")[2])
    except UnknownClaimError:
        return None
    return Challenged(
        paper=paper, claim=claim, scale=stored.scale, beacon=event.beacon, seeds=event.seeds, results=stored.results
    )


def _of(challenged: Challenged, lines: Lines, stored: Stored) -> tuple[list[str], list[str]]:
    """What is wrong with a challenge, and what could not be compared."""
    problems = list(_of_lines(challenged, lines))
    verdicts = [line for line in lines if line.event.verdict]
    if not (challenged.root / challenged.scale).is_dir():
        if verdicts and stored.published is None:
            problems.append(f"its runs are gone from {challenged.root}; put them back from a copy, or {ANEW}")
            return problems, []
        return problems, ["its runs were not published" if stored.published else "it has begun, and nothing was run yet"]
    try:
        inner = read_stored(challenged.root / challenged.scale, Catalogue(papers=(challenged.paper,)))
        checks = [check(inner) for check in (chain_checked, records_checked, files_checked)]
        problems += [text for check in checks for text in check.problems]
        problems += _started_before(inner, lines)
        if not verdicts:
            return problems, ["it is not finished; the command that began it goes on"]
        problems += _judged(challenged, verdicts[0])
    except (FileFormatError, CannotChallenge) as error:
        problems.append(str(error))
    return problems, []


def _of_lines(challenged: Challenged, lines: Lines) -> Iterator[str]:
    """What the lines themselves say that cannot be."""
    wanted = seeds_of(challenged.claim.id, beacon=challenged.beacon, num=len(challenged.seeds))
    for line in lines:
        if line.event.seeds != wanted:
            yield f"line {line.number} of the ledger has seeds that do not follow from the text and the claim; {ANEW}"
    if lines[0].event.verdict:
        yield f"line {lines[0].number} of the ledger has its verdict, and no line before says that it had begun; {ANEW}"
    for line in [line for line in lines if line.event.verdict][1:]:
        yield f"line {line.number} of the ledger gives it a second verdict; {ANEW}"


def _started_before(inner: Stored, lines: Lines) -> Iterator[str]:
    """Say which of its runs was started before the ledger had the challenge."""
    for start in read_ledger(inner.folder).of(Start):
        if start.at < lines[0].at:
            yield f"its run {start.event.run} was started at {start.at}, and the challenge was written at {lines[0].at}; {ANEW}"


def _judged(challenged: Challenged, line: OfKind[Challenge]) -> Iterator[str]:
    """Say so if its table or its verdict is not what its runs give."""
    again = f"put {challenged.root} back from a copy, or {ANEW}"
    path = challenged.root / challenged.scale / "runs.csv"
    rows = collected(runs_of(challenged), papers=[alone(challenged)], results=challenged.root)
    if not path.is_file() or runs_csv_text(rows) != path.read_text(encoding="utf-8"):
        yield f"{path} is not what its runs give; {again}"
        return
    made = event_of(challenged, judged_alone(challenged))
    if made != line.event:
        yield f"line {line.number} of the ledger says {line.event.verdict}, its runs give {made.verdict}: {made.reason} {again}"
