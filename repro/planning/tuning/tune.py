"""Tune claims: declare, search for the rate of each arm, train what is lacking with the evidence's seeds, and judge.

Nothing is kept but what is on disk: killed and typed again it goes on where it was, and with everything judged, or the budget
spent, there is nothing to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from repro.analyse.collect.collect import collect
from repro.analyse.judge.judge import judge
from repro.analyse.judge.tuned.declared import declared_tunings, first_grid
from repro.artifacts.claims_json import FILE as CLAIMS_FILE
from repro.artifacts.claims_json import Judgement, read_claims_json
from repro.artifacts.judged import JudgedClaim
from repro.artifacts.ledger.append import extend
from repro.artifacts.ledger.chain import Ledger, read_ledger
from repro.artifacts.ledger.events import RateChoice, Tuning
from repro.artifacts.runs_csv import read_runs_csv
from repro.planning.collected import collected_runs
from repro.planning.deciding.train import Place, is_there, train
from repro.planning.declare import declare, plan_of
from repro.planning.noted import note_look
from repro.planning.plan import planned_runs
from repro.planning.tuning.asked import Asked, CannotTune, asked_claims
from repro.planning.tuning.costs import Costs, cost_lines
from repro.planning.tuning.search import Search, at_search, prepare_search, search_scale
from repro.spec.experiment import Paper, make_run, with_needed
from repro.spec.run import Run
from repro.spec.scales.names import AtRate, named_factor
from repro.system.durations import duration
from repro.system.progress import Say


class BudgetSpent(Exception):
    """What comes next would take more than the hours that are left."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """What is to be tuned. names: of claims; None: all that came out against their paper. budget_s: of processor time, if any."""

    papers: tuple[Paper, ...]
    scale: str
    names: tuple[str, ...] | None
    budget_s: float | None
    place: Place

    @property
    def results(self) -> Path:
        return self.place.results

    @property
    def folder(self) -> Path:
        return self.results / self.scale


def tune(task: Task, *, say: Say) -> Judgement:
    """Try every claim with rates of its arms' own, and judge; what was judged last.

    Raises:
        CannotTune: a claim cannot be tried, its data lack something, or another grid was declared.
        TrainingFailed: a run was not made.
    """
    judgement = judged(task)
    asked, left = asked_claims(task.papers, entries_of(judgement), scale=task.scale, names=task.names)
    for name, why in left.items():
        say(f"left alone: {name}, as {why}")
    if not asked:
        say("no claim here came out against its paper and has rates to be tried")
        return judgement
    begin(task, asked, say=say)
    try:
        for item in asked:
            _try(task, item, say=say)
    except BudgetSpent as spent:
        say(f"{spent}; the same command with more hours goes on")
    return judged(task)


def dry_run(task: Task) -> list[str]:
    """What would be searched and trained, and what it takes, in lines; nothing is written.

    Raises:
        FileFormatError: nothing is judged yet.
        CannotTune: a claim that is named cannot be tried.
    """
    entries = entries_of(judgement_in(task.folder))
    asked, left = asked_claims(task.papers, entries, scale=task.scale, names=task.names)
    costs = {paper.name: Costs.of(paper, scale=task.scale, results=task.results) for paper in task.papers}
    return cost_lines(asked, left, costs)


def judged(task: Task) -> Judgement:
    """Collect and judge what is there, which the ledger notes as a look."""
    runs = [run for paper in task.papers for run in collected_runs(paper, scale=task.scale, results=task.results)]
    collect(runs, papers=task.papers, results=task.results)
    judge(task.papers, scale=task.scale, results=task.results)
    note_look(task.folder)
    return judgement_in(task.folder)


def judgement_in(folder: Path) -> Judgement:
    """What was judged in a scale's folder."""
    return read_claims_json(folder / CLAIMS_FILE, table=read_runs_csv(folder / "runs.csv"))


def entries_of(judgement: Judgement) -> dict[str, JudgedClaim]:
    """The entries of the claims by id."""
    return {entry.id: entry for entry in judgement.claims}


def begin(task: Task, asked: Sequence[Asked], *, say: Say) -> None:
    """Declare the grids, if no plan has, and then the claims that are tried, before the first run of a search.

    Raises:
        CannotTune: the folder was planned with another grid.
    """
    ledger = read_ledger(task.folder)
    for item in asked:
        for name, grid in item.grids.items():
            known = first_grid(ledger, item.paper, scale=task.scale, variant=name)
            if known and known != grid.words:
                raise CannotTune(
                    f"the rates of {name} are declared as {known}; the catalogue now says {grid.words}; give rates in the "
                    "sizing as they were declared, or begin the ledger anew (python -m repro ledger --begin-anew WHY)"
                )
    planned = [run for paper in task.papers for run in planned_runs(paper, scale=task.scale)]
    declare(plan_of(task.papers, planned), folder=task.folder)
    scales = {item.name: _search_scale(task, item, ledger) for item in asked}

    def decide(ledger: Ledger) -> Sequence[Tuning]:
        known = {line.claim for line in ledger.since_begin.events(Tuning)}
        return [item.event(scales[item.name]) for item in asked if item.name not in known]

    for line in extend(task.folder, decide):
        if isinstance(line.event, Tuning):
            say(f"declared: {line.event.claim}, {line.event.verdict} as printed")


def _search_scale(task: Task, item: Asked, ledger: Ledger) -> str:
    """The scale at which the rates of a claim are compared: that of its paper's first search, whose runs are there."""
    known = [event for event in ledger.since_begin.events(Tuning) if event.claim.partition("/")[0] == item.paper.name]
    if known:
        return known[0].search
    held_out = max(grid.held_out for grid in item.grids.values())
    return search_scale(item.paper, list(item.grids), scale=task.scale, results=task.results, held_out=held_out)


def _try(task: Task, item: Asked, *, say: Say) -> None:
    """Search for the rates of a claim's arms, choose them and train the arms; what is there is kept."""
    ledger = read_ledger(task.folder)
    event = declared_tunings(ledger, item.paper, scale=task.scale)[item.claim.id].event
    search = Search(paper=item.paper, scale=event.search, seeds=event.search_seeds, results=task.results)
    while waiting := _waiting(task, item):
        runs = {run.id: run for name in waiting for run in search.lacking(name, grid=item.grids[name])}
        if runs:
            _afford(task, item.paper, list(runs.values()), what=f"the search for the rates of {', '.join(waiting)}")
            say(f"{item.claim.id}: searches for the rates of {', '.join(waiting)}, {len(runs)} runs")
            prepare_search(search, list(runs.values()), task.place, say=say)
            train(item.paper, list(runs.values()), at_search(task.place, search), say=say)
        for name in waiting:
            if not search.lacking(name, grid=item.grids[name]):
                _choose(task, search.choice(name, grid=item.grids[name]), say=say)
    runs_lacking = lacking_runs(task, item)
    if runs_lacking:
        _afford(task, item.paper, runs_lacking, what=f"training the arms of {item.claim.id}")
        say(f"{item.claim.id}: trains {', '.join(dict.fromkeys(run.variant for run in runs_lacking))}")
        train(item.paper, runs_lacking, task.place, say=say)


def _waiting(task: Task, item: Asked) -> tuple[str, ...]:
    """The arms of a claim whose rate is not chosen."""
    return declared_tunings(read_ledger(task.folder), item.paper, scale=task.scale)[item.claim.id].waiting


def _choose(task: Task, choice: RateChoice, *, say: Say) -> None:
    """Write down which rate was chosen, before the first run with it."""
    known = [event.variant for event in read_ledger(task.folder).since_begin.events(RateChoice)]
    if choice.variant not in known:
        extend(task.folder, lambda ledger: [choice])
    edge = ", an end of what was tried" if choice.at_edge else ""
    diverged = sum(error is None for errors in choice.tried.values() for error in errors)
    lost = f"; {diverged} runs of the search diverged" if diverged else ""
    say(f"{choice.variant}: {choice.factor} times the printed rate{edge}{lost}")


def lacking_runs(task: Task, item: Asked) -> list[Run]:
    """The runs with chosen rates that are not there; none of an arm whose printed rate was chosen."""
    tuning = declared_tunings(read_ledger(task.folder), item.paper, scale=task.scale)[item.claim.id]
    asked = []
    for name, choice in tuning.choices.items():
        runs_as = AtRate(base=name, factor=named_factor(choice.factor)).name
        asked += [
            make_run(item.paper, scale=task.scale, variant=runs_as, seed=seed)
            for seed in tuning.event.seeds[name]
            if runs_as != name
        ]
    return [run for run in with_needed(asked, item.paper) if not is_there(task.results, run.id)]


def _afford(task: Task, paper: Paper, runs: Sequence[Run], *, what: str) -> None:
    """Refuse to begin what the budget cannot pay.

    Raises:
        BudgetSpent: it would take more than is left.
    """
    if task.budget_s is None:
        return
    costs = Costs.of(paper, scale=task.scale, results=task.results)
    left, price = task.budget_s - costs.spent_s, costs.of_runs(runs)
    if price > left:
        raise BudgetSpent(f"{what} would take about {duration(price)}, {duration(max(left, 0.0)) or '0 s'} of the budget is left")
