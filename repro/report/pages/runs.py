"""Make what the page of all runs of a scale shows: every run, and what was not run or not decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from repro.artifacts.run_json import STARTED_BY
from repro.report.inputs.results import Results, RunRecord
from repro.report.pages.not_run import NotRunGroup, not_run_groups
from repro.report.pages.setting import Fact, Measure, Setting, runs_view, setting
from repro.report.text.formatting import counted
from repro.report.text.tables import TableView
from repro.spec.experiment import Paper
from repro.spec.terms.metrics import GAP, TOP1, TOP5, TRAIN_TOP1

#: Where the page lies below `reports/<scale>/`.
PAGE = "runs.html"
#: What it shows of each run.
METRICS = (TOP1, TOP5, TRAIN_TOP1, GAP)
PROTOCOLS = ("center", "ten_crop", "clip", "video")


@dataclass(frozen=True, kw_only=True)
class RunsPage:
    """Every run of a scale. papers: with the runs of each, one a line. not_run: what has no result, and why."""

    setting: Setting
    papers: tuple[tuple[Paper, TableView], ...]
    not_run: tuple[NotRunGroup, ...]


def runs_page(papers: Sequence[Paper], *, absent: Sequence[Paper], results: Results) -> RunsPage:
    """The runs of `papers`. absent: papers that have no such scale, or that were not judged."""
    return RunsPage(
        setting=setting(results),
        papers=tuple((paper, _runs_of(paper, results=results)) for paper in papers),
        not_run=not_run_groups(papers, absent=absent, results=results),
    )


def _runs_of(paper: Paper, *, results: Results) -> TableView:
    measures: list[Measure] = [(metric, protocol) for metric in METRICS for protocol in PROTOCOLS]
    variants = [item.name for item in paper.variants]
    variants += dict.fromkeys(
        run.record.variant
        for run in results.runs.values()
        if run.record.paper == paper.name and run.record.variant not in variants
    )
    return runs_view(paper, variants, measures=measures, results=results, href=lambda path: path)


def environment_facts(runs: Sequence[RunRecord]) -> tuple[Fact, ...]:
    """The versions that made the runs, each once; where the runs differ, how many have which."""
    keys = dict.fromkeys(key for run in runs for key in run.record.environment if key != STARTED_BY)
    found = {key: [run.record.environment.get(key, "unknown") for run in runs] for key in keys}
    return tuple(Fact(term=ENVIRONMENT.get(key, key), text=_versions(versions)) for key, versions in found.items())


#: What a reader calls an entry of the environment.
ENVIRONMENT = {"python": "Python", "system": "System", "processor": "Processor", "commit": "Code (commit)"}


def _versions(found: Sequence[str]) -> str:
    number = {name: found.count(name) for name in sorted(set(found))}
    told = {name: CHANGED_WORDS.join(name.rsplit(CHANGED, 1)) if name.endswith(CHANGED) else name for name in number}
    if len(number) == 1:
        return told[found[0]]
    return "; ".join(f"{told[name]}: {counted(num, 'run')}" for name, num in sorted(number.items(), key=lambda item: -item[1]))


#: How a commit is marked that was not the whole code of a run, and how that is told.
CHANGED, CHANGED_WORDS = "+changes", " with changes that were not committed"
