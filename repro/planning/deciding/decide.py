"""Decide claims: judge, choose the runs that are most worth their time, make them, and judge again.

Nothing is kept but what is on disk: killed and typed again it goes on where it was, and with everything decided, or the
budget spent, there is nothing to do.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from repro.analyse.collect.collect import collect
from repro.analyse.collect.run_files import find_run
from repro.analyse.judge.judge import judge
from repro.artifacts.claims_json import FILE as CLAIMS_FILE
from repro.artifacts.claims_json import Judgement, read_claims_json
from repro.artifacts.published.brought_json import published_run
from repro.artifacts.runs_csv import read_runs_csv
from repro.planning.collected import collected_runs
from repro.planning.deciding.choice import Candidate, candidates_of, chosen
from repro.planning.deciding.train import Place, is_there, train
from repro.planning.noted import note_look
from repro.planning.plan import planned_runs
from repro.spec.experiment import Paper, needed_runs
from repro.spec.run import Run
from repro.system.durations import duration
from repro.system.progress import Say
from repro.system.some import some

#: Seconds that a round of runs takes of each thread at least: judging takes some too.
ROUND_S = 60.0


@dataclass(frozen=True, kw_only=True)
class Task:
    """What is to be decided. looks: the numbers of seeds at which claims are looked at.

    budget_s: of processor time beyond the first look; None: as much as it takes.
    """

    papers: tuple[Paper, ...]
    scale: str
    looks: tuple[int, ...]
    budget_s: float | None
    place: Place

    @property
    def results(self) -> Path:
        return self.place.results


def decide(task: Task, *, say: Say) -> Judgement:
    """Add seeds until all claims are decided or at their last look, or the budget is spent; what was judged last."""
    while True:
        judgement = judged(task)
        costs = Costs.of(task)
        left = None if task.budget_s is None else task.budget_s - costs.spent_s
        open_items = _open(task, judgement)
        items = _next(task, [item for item in open_items if not _without_weights(item, task)], costs, left=left)
        say(progress(judgement, costs, left=left))
        if not items:
            _say_stuck([item for item in open_items if _without_weights(item, task)], task, say=say)
            if not any(entry.look.planned for entry in judgement.claims):
                say("no claim here has several looks, as the folder was planned with one: give another folder of results")
            return judgement
        say(f"next: {', '.join(f'{item.claim} to {item.num_seeds} seeds (chance {item.chance:.0%})' for item in items)}")
        for paper in task.papers:
            runs = {run.id: run for item in items if item.paper is paper for run in item.runs}
            train(paper, list(runs.values()), task.place, say=say)


def judged(task: Task) -> Judgement:
    """Collect and judge what is there, which the ledger notes as a look."""
    runs = [
        run
        for paper in task.papers
        for run in collected_runs(paper, scale=task.scale, results=task.results, num_seeds=min(task.looks))
    ]
    collect(runs, papers=task.papers, results=task.results)
    judge(task.papers, scale=task.scale, results=task.results)
    folder = task.results / task.scale
    note_look(folder)
    return read_claims_json(folder / CLAIMS_FILE, table=read_runs_csv(folder / "runs.csv"))


def _reachable(paper: Paper, task: Task) -> list[Run]:
    """All runs that a look may need."""
    return planned_runs(paper, scale=task.scale, num_seeds=max(task.looks))


@dataclass(frozen=True, kw_only=True)
class Costs:
    """Processor time of runs, in seconds: of a seed by `paper/variant`, and of all seeds beyond the first look."""

    seed_s: Mapping[str, float]
    spent_s: float

    @classmethod
    def of(cls, task: Task) -> Costs:
        """What the runs that are there took."""
        by_variant: dict[str, list[float]] = {}
        spent = 0.0
        for paper in task.papers:
            first = {run.id for run in planned_runs(paper, scale=task.scale, num_seeds=min(task.looks))}
            for run in _reachable(paper, task):
                record = find_run(task.results, run.id)
                if record is None:
                    continue
                by_variant.setdefault(f"{run.paper}/{run.variant}", []).append(record.costs.cpu_s)
                spent += record.costs.cpu_s if run.id not in first else 0.0
        return cls(seed_s={name: fmean(values) for name, values in by_variant.items()}, spent_s=spent)

    def of_run(self, run: Run) -> float:
        """What a further seed of a variant takes; of one that was never run, the mean of the paper's others."""
        name = f"{run.paper}/{run.variant}"
        others = [value for other, value in self.seed_s.items() if other.startswith(f"{run.paper}/")]
        return self.seed_s.get(name, fmean(others) if others else 0.0)


def _open(task: Task, judgement: Judgement) -> list[Candidate]:
    """The claims that are not decided and have a look left."""
    candidates = []
    for paper in task.papers:
        entries = {entry.id: entry for entry in judgement.claims if entry.paper == paper.name}
        candidates += candidates_of(paper, entries, scale=task.scale, is_there=lambda run_id: is_there(task.results, run_id))
    return candidates


def _without_weights(item: Candidate, task: Task) -> list[str]:
    """The runs from which those of `item` would start, and which were taken over from published results, without weights."""
    needed = {one.id for run in item.runs for one in needed_runs(run, item.paper)} - item.names
    return sorted(run_id for run_id in needed if published_run(task.results, run_id) is not None)


def _say_stuck(items: Sequence[Candidate], task: Task, *, say: Say) -> None:
    """Say which claims get no further seeds because runs were published without what others start from."""
    for item in items:
        say(
            f"{item.claim} gets no further seeds here: they start from {some(_without_weights(item, task))}, which came without "
            "weights or scores from published results; results in a folder of their own have them"
        )


def _next(task: Task, candidates: Sequence[Candidate], costs: Costs, *, left: float | None) -> list[Candidate]:
    """The claims that are worth their time most; none when all is done."""
    budget_s = math.inf if left is None else left
    return chosen(candidates, cost=costs.of_run, budget_s=budget_s, round_s=ROUND_S * task.place.threads)


def progress(judgement: Judgement, costs: Costs, *, left: float | None) -> str:
    """A line that says how far it is."""
    budget = f", {duration(max(left, 0.0))} of the budget left" if left is not None else ""
    return f"{judgement.counts.words}; {duration(costs.spent_s) or '0 s'} spent beyond the first look{budget}"
