"""List what has no result at a scale, and why, by the sort of reason."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from repro.artifacts.failed_json import FailedRun
from repro.artifacts.judged import JudgedClaim
from repro.report.inputs.results import Results
from repro.report.pages.setting import run_page_path
from repro.report.text import wording
from repro.report.text.formatting import counted, listed
from repro.report.text.tables import Link
from repro.spec.experiment import Paper

#: The page of all claims, beside which the list lies.
INDEX = "index.html"


@dataclass(frozen=True, kw_only=True)
class NotRun:
    """Something that has no result, and why. `links`: all that have none for this reason."""

    what: str
    reason: str
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, kw_only=True)
class NotRunGroup:
    """What has no result, of one sort."""

    title: str
    number: str
    items: tuple[NotRun, ...]


def not_run_groups(papers: Sequence[Paper], *, absent: Sequence[Paper], results: Results) -> tuple[NotRunGroup, ...]:
    """What has no result: papers, networks and runs, and the claims that are not decided, by verdict."""
    groups = list(runs_not_run(papers, absent=absent, results=results))
    for name, words in wording.VERDICTS.items():
        if words.tone == "blocked":
            claims = [claim for claim in results.judgement.claims if claim.verdict == name]
            groups.append(_group(f"Claims: {name}", "claim", _claims(claims)))
    return tuple(group for group in groups if group.items)


def runs_not_run(papers: Sequence[Paper], *, absent: Sequence[Paper], results: Results) -> tuple[NotRunGroup, ...]:
    """What has no result of papers, networks and runs."""
    groups = [
        _group("Papers without results here", "paper", _absent(absent, results=results)),
        _group("Networks that this scale does not run", "variant", _no_family(papers, results=results)),
        _group("Runs that failed", "run", _failed(results)),
        _group("Runs that are missing", "run", _missing(results)),
        _group("Runs that diverged", "run", _diverged(results)),
    ]
    return tuple(group for group in groups if group.items)


def _group(title: str, noun: str, items: Iterable[NotRun]) -> NotRunGroup:
    found = tuple(items)
    return NotRunGroup(title=title, number=counted(sum(max(len(item.links), 1) for item in found), noun), items=found)


def _absent(absent: Sequence[Paper], *, results: Results) -> Iterable[NotRun]:
    for paper in absent:
        scales = [scale.name for scale in paper.scales]
        why = (
            "these results were judged without it"
            if paper.has_scale(results.scale)
            else f"it has no scale {results.scale}, but {listed(scales)}"
        )
        yield NotRun(what=f"all of {paper.name}", reason=why)


def _no_family(papers: Sequence[Paper], *, results: Results) -> Iterable[NotRun]:
    """The variants of families that the scale has no sizing for, family by family."""
    for paper in papers:
        chosen = paper.scale(results.scale)
        families = dict.fromkeys(paper.family(variant.name) for variant in paper.variants)
        for family in families:
            if not chosen.has(family):
                names = [variant.name for variant in paper.variants if paper.family(variant.name) == family]
                reason = f"The scale {results.scale} runs no networks of the family {family}."
                yield NotRun(what=f"{paper.name}, {family}", reason=reason, links=tuple(_plain(name) for name in names))


def _missing(results: Results) -> Iterable[NotRun]:
    """The planned runs that are not there, variant by variant, and those that were started and do not count, with the reason."""
    seeds: dict[str, list[str]] = {}
    why = results.judgement.why_missing
    for run_id in results.judgement.missing:
        if run_id in results.failed:
            continue
        if run_id in why:
            yield NotRun(what="", reason=f"it does not count: {why[run_id]}", links=(_run_link(run_id, results=results),))
        elif run_id not in results.runs:
            variant, _, seed = run_id.rpartition("/")
            seeds.setdefault(variant, []).append(seed)
    for variant, found in seeds.items():
        links = tuple(_plain(f"run {variant}/{seed}") for seed in found)
        yield NotRun(what=variant, reason="It has no results here: not trained, or its training failed.", links=links)


def _failed(results: Results) -> Iterable[NotRun]:
    """The runs that failed, those that failed alike together, each with the log of its job."""
    runs: dict[str, list[FailedRun]] = {}
    for failure in results.failed.values():
        runs.setdefault(failure.words, []).append(failure)
    for words, found in runs.items():
        links = tuple(log_link(failure, results=results, page=INDEX) for failure in found)
        yield NotRun(what="", reason=f"failed: {words}", links=links)


def _diverged(results: Results) -> Iterable[NotRun]:
    for found in results.judgement.diverged:
        yield NotRun(what="", reason=f"it diverged: {found.reason}", links=(_run_link(found.run, results=results),))


def _run_link(run_id: str, *, results: Results) -> Link:
    return Link(text=f"run {run_id}", href=run_page_path(run_id) if run_id in results.runs else "")


def _claims(claims: Sequence[JudgedClaim]) -> Iterable[NotRun]:
    """The claims reason by reason, each with a reference to its line on the index."""
    reasons: dict[str, list[JudgedClaim]] = {}
    for claim in claims:
        reasons.setdefault(claim.reason, []).append(claim)
    for reason, found in reasons.items():
        links = tuple(Link(text=claim.statement, href=f"{INDEX}#{claim.id}") for claim in found)
        yield NotRun(what="", reason=reason, links=links)


def _plain(text: str) -> Link:
    return Link(text=text, href="")


def failed_of(paper: str, variant: str, *, results: Results) -> list[FailedRun]:
    """The runs of a variant that failed, seeds in order."""
    prefix = f"{results.scale}/{paper}/{variant}/"
    return [failure for run_id, failure in results.failed.items() if run_id.startswith(prefix)]


def failure_words(paper: str, variant: str, *, results: Results) -> str:
    """Which seeds of a variant failed and why, those that failed alike together; empty if none did."""
    seeds: dict[str, list[str]] = {}
    for failure in failed_of(paper, variant, results=results):
        seeds.setdefault(failure.words, []).append(failure.id.rpartition("/")[2])
    return "; ".join(f"failed with seed {', '.join(found)}: {words}" for words, found in seeds.items())


def log_links(paper: str, variant: str, *, results: Results, page: str) -> tuple[Link, ...]:
    """References from a page to the logs of the jobs in which runs of a variant failed."""
    found = [log_link(failure, results=results, page=page) for failure in failed_of(paper, variant, results=results)]
    return tuple(dict.fromkeys(link for link in found if link.href))


def log_link(failure: FailedRun, *, results: Results, page: str) -> Link:
    """A reference from `page`, a path below the report's folder, to the log of a failed run; without one where it is gone."""
    log = results.folder.parent / failure.log
    if not failure.log or results.reports is None or not log.is_file():
        return Link(text=f"run {failure.id}", href="")
    start = (results.reports / page).resolve().parent
    return Link(text=f"log of run {failure.id}", href=Path(os.path.relpath(log.resolve(), start)).as_posix())
