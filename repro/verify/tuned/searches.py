"""Check searches for learning rates: whole runs, errors as the ledger has them, and the rate that follows from them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from repro.analyse.collect.run_files import find_run
from repro.artifacts.files import FileFormatError
from repro.artifacts.ledger.chain import Ledger, OfKind, read_ledger
from repro.artifacts.ledger.events import RateChoice, Start, Tuning
from repro.catalogue.known import Catalogue
from repro.planning.tuning.asked import grid_of
from repro.planning.tuning.search import FOLDER, held_out_error
from repro.report.text.formatting import counted
from repro.spec.experiment import Paper
from repro.spec.scales.names import AtRate, named_factor
from repro.verify.chain import chain_checked
from repro.verify.check import Check
from repro.verify.files import files_checked, records_checked
from repro.verify.stored import Stored, read_stored

#: What to do about a search that proves nothing as it is.
ANEW = "begin the ledger anew, which the pages will say, and tune again"


def rates_checked(stored: Stored) -> Check:
    """Check every rate that the ledger says was chosen, and the runs of the search behind it."""
    try:
        ledger = read_ledger(stored.folder)
    except FileFormatError:
        return Check(name="rates", unchecked=("the ledger, which has them, is broken",))
    choices = list(ledger.since_begin.of(RateChoice))
    if not choices:
        return Check(name="rates", found="none was chosen")
    papers = {paper.name: paper for paper in stored.known}
    problems, unchecked = [], []
    for line in choices:
        paper = papers.get(line.event.variant.partition("/")[0])
        if paper is None:
            unchecked.append(f"the rate of {line.event.variant}: no paper that is known has it")
            continue
        problems += [f"the rate of {line.event.variant}: {text}" for text in _of_choice(line, paper, stored)]
    searches = dict.fromkeys(line.event.search for line in choices)
    for name in searches:
        found, left = _of_search(name, stored, ledger)
        problems += found
        unchecked += left
    said = f"{counted(len(choices), 'rate')} follow from {counted(len(searches), 'search', 'searches')}"
    return Check(name="rates", found="" if problems else said, problems=tuple(problems), unchecked=tuple(unchecked))


def _of_choice(line: OfKind[RateChoice], paper: Paper, stored: Stored) -> Iterator[str]:
    """Say what of a choice does not follow from the errors that it states, or from the runs that are there."""
    event, variant = line.event, line.event.variant.partition("/")[2]
    grid = grid_of(paper, variant, scale=stored.scale)
    if grid is None:
        yield f"{variant} has none"
        return
    tried = {named_factor(text): errors for text, errors in event.tried.items()}
    best = grid.best(tried)
    if named_factor(event.factor) != best:
        yield f"line {line.number} of the ledger chose {event.factor}, its errors give {best:g}; {ANEW}"
    root = stored.folder / FOLDER
    if not (root / event.search).is_dir():
        return
    seeds = _seeds(stored, event.search)
    for factor, errors in tried.items():
        name = AtRate(base=variant, factor=factor).name
        for seed, error in zip(seeds, errors, strict=False):
            run = f"{event.search}/{paper.name}/{name}/{seed}"
            try:
                made = find_run(root, run)
                if made is None:
                    yield f"run {run} of the search is gone; put it back from a copy, or {ANEW}"
                elif held_out_error(root, run) != error:
                    yield f"line {line.number} says {error} of run {run}, its log another error; {ANEW}"
            except (FileFormatError, ValueError) as problem:
                yield str(problem)


def _seeds(stored: Stored, search: str) -> tuple[int, ...]:
    events = read_ledger(stored.folder).since_begin.events(Tuning)
    return next((event.search_seeds for event in events if event.search == search), ())


def _of_search(name: str, stored: Stored, ledger: Ledger) -> tuple[Sequence[str], Sequence[str]]:
    """What is wrong with the runs of a search, and what could not be compared."""
    folder = stored.folder / FOLDER / name
    if not folder.is_dir():
        why = "its runs were not published" if stored.published else ""
        gone = [] if why else [f"{folder}: the runs of the search are gone; put them back from a copy, or {ANEW}"]
        return gone, [f"search {name}: {why}"] if why else []
    try:
        inner = read_stored(folder, Catalogue(papers=stored.known))
        checks = [check(inner) for check in (chain_checked, records_checked, files_checked)]
        problems = [f"search {name}: {text}" for check in checks for text in check.problems]
        own = read_ledger(folder)
    except FileFormatError as error:
        return [f"search {name}: {error}"], []
    declared = next((line.at for line in ledger.since_begin.of(Tuning) if line.event.search == name), "")
    problems += [
        f"search {name}: run {start.event.run} was started at {start.at}, before line of the claim at {declared}; {ANEW}"
        for start in own.of(Start)
        if declared and start.at < declared
    ]
    tips = {line.event.tip for line in ledger.since_begin.of(RateChoice) if line.event.search == name}
    problems += [
        f"search {name}: its ledger has no line {tip[:12]}, which a choice names; {ANEW}" for tip in tips if own.line(tip) is None
    ]
    return problems, []
