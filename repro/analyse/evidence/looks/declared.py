"""What was declared of claims and runs before the first run, as the ledger shows it, and what is otherwise now."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from repro.analyse.evidence.population import Population
from repro.artifacts.ledger.chain import Ledger
from repro.artifacts.ledger.events import Plan, Start
from repro.spec.claims import Claim
from repro.spec.declared import claim_digest, table_digest
from repro.spec.experiment import Paper

#: What of a plan names things.
Named = Callable[[Plan], Mapping[str, object]]
Plans = Sequence[tuple[int, Plan]]
Seeds = Mapping[str, frozenset[int]]
#: What is said of a claim that is not as it was declared.
UNPLANNED = "it is in no plan from before the first run of its arms"
RULE = "its rule or its arms were changed after the first run of its arms"


@dataclass(frozen=True, kw_only=True)
class Declared:
    """What the plans of a ledger declare of one paper.

    seeds: by variant; of one that was started before it was planned, or of no ledger, nothing. num_seeds: as many as every
    variant has by plan. further: by variant the seeds that averages take of it besides. looks: by claim the numbers of seeds
    at which it is looked at; of one that is not named, once. changed: by claim what is otherwise than declared.
    """

    seeds: Seeds = field(default_factory=dict)
    num_seeds: int = 0
    further: Seeds = field(default_factory=dict)
    looks: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    changed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def looks_at(self, claim: str) -> tuple[int, ...]:
        """The numbers of seeds at which a claim is looked at; () where none are declared."""
        return self.looks.get(claim, ())

    def wanted(self, variants: Collection[str], *, num_seeds: int) -> dict[str, frozenset[int]]:
        """By variant, of those whose seeds are declared, the seeds of a look at `num_seeds` (0: of what was planned)."""
        return {name: self.seeds[name] | frozenset(range(num_seeds)) for name in variants if name in self.seeds}


def declared(ledger: Ledger, population: Population) -> Declared:
    """What the plans of `ledger` declare of the paper of `population`, each as far as it was filed before the first run.

    A plan may be filed again, with other seeds and looks, as long as no run has begun that it is about.
    """
    paper, scale = population.paper, population.scale.name
    lines = ledger.since_begin
    plans = [(line.number, line.event) for line in lines.of(Plan)]
    if not plans:
        return Declared()
    begun, further = _first_starts(lines, paper=paper.name, scale=scale), _further(population)
    return Declared(
        seeds=_seeds(plans, begun, population, further),
        further=further,
        num_seeds=min((len(seeds) for _, plan in plans[:1] for seeds in _of_paper(plan, paper.name)), default=0),
        looks={
            claim.id: looks
            for claim in paper.claims
            if (plan := _plan_of(plans, claim, begun, paper)) and (looks := plan.looks.get(f"{paper.name}/{claim.id}", ()))
        },
        changed={
            claim.id: changes
            for claim in paper.claims
            if (changes := _changes(claim, paper, _plan_of(plans, claim, begun, paper), begun))
        },
    )


def _of_paper(plan: Plan, paper: str) -> list[tuple[int, ...]]:
    return [seeds for name, seeds in plan.seeds.items() if name.split("/")[0] == paper]


def _first_starts(ledger: Ledger, *, paper: str, scale: str) -> dict[str, int]:
    """By variant the number of the line at which its first run began."""
    found: dict[str, int] = {}
    for line in ledger.of(Start):
        of_scale, of_paper, variant, _ = line.event.run.split("/")
        if (of_scale, of_paper) == (scale, paper):
            found.setdefault(variant, line.number)
    return found


def _seeds(plans: Plans, begun: Mapping[str, int], population: Population, further: Seeds) -> dict[str, frozenset[int]]:
    """By variant the seeds of the last plan before its first run.

    Those that averages take besides count as soon as all are there: not one after the other, as each would be a look.
    """
    paper, found = population.paper, {}
    for variant in (item.name for item in paper.variants):
        plan = _last(plans, f"{paper.name}/{variant}", begun.get(variant), lambda plan: plan.seeds)
        if plan is None:
            continue
        planned, besides = frozenset(plan.seeds[f"{paper.name}/{variant}"]), further.get(variant, frozenset())
        complete = besides <= {run.seed for run in population.runs(variant)}
        found[variant] = planned if complete else planned - besides
    return found


def _further(population: Population) -> dict[str, frozenset[int]]:
    """By variant the seeds that averages of the scale take of it, beside those of every variant."""
    num, names = population.scale.num_seeds, [item.name for item in population.paper.variants]
    return {name: frozenset(seed for seed in population.planned_seeds(name) if seed >= num) for name in names}


def _plan_of(plans: Plans, claim: Claim, begun: Mapping[str, int], paper: Paper) -> Plan | None:
    """The plan that declares `claim`: the last from before the first run of its arms."""
    first = min((begun[name] for name in claim.variants if name in begun), default=None)
    return _last(plans, f"{paper.name}/{claim.id}", first, lambda plan: plan.claims)


def _last(plans: Plans, name: str, before: int | None, of: Named) -> Plan | None:
    named = [plan for number, plan in plans if name in of(plan) and (before is None or number < before)]
    return named[-1] if named else None


def _changes(claim: Claim, paper: Paper, plan: Plan | None, begun: Mapping[str, int]) -> tuple[str, ...]:
    """What of a claim, or of the page that it is on, is otherwise than declared; nothing before its arms have begun."""
    if not any(name in begun for name in claim.variants):
        return ()
    if plan is None:
        return (UNPLANNED,)
    found = [] if plan.claims[f"{paper.name}/{claim.id}"] == claim_digest(claim) else [RULE]
    page = next((table for table in paper.tables if claim.id in table.claims), None)
    if page is not None and plan.tables.get(f"{paper.name}/{page.name}") != table_digest(page):
        found.append(f"the variants of its page {page.name} were changed after the first run of its arms")
    return tuple(found)


def undeclared_seeds(declared: Declared, claim: Claim, population: Population) -> tuple[str, ...]:
    """Name the variants of a claim with runs of seeds that are in no look of it, and these seeds."""
    last = max(declared.looks_at(claim.id), default=0)
    wanted = declared.wanted(claim.variants, num_seeds=last)
    found = []
    for name, seeds in wanted.items():
        beyond = sorted({run.seed for run in population.runs(name)} - seeds - declared.further.get(name, frozenset()))
        if beyond:
            few = f"seed{'s' * (len(beyond) > 1)} {', '.join(map(str, beyond[:5]))}{' and more' * (len(beyond) > 5)}"
            found.append(f"{few} of {name} {'were' if len(beyond) > 1 else 'was'} added to what was declared")
    return tuple(found)


def added_in_part(population: Population, arms: Sequence[str], pool: Sequence[str]) -> tuple[str, ...]:
    """Without a plan: name seeds beyond those of the scale that arms have and other variants of the page have not."""
    seeds = {name: {run.seed for run in population.runs(name)} for name in {*arms, *pool}}
    found = []
    for arm in arms:
        added = seeds[arm] - population.planned_seeds(arm)
        lacking = sorted(name for name in pool if not added <= seeds[name])
        if added and lacking:
            named = f"seed{'s' * (len(added) > 1)} {', '.join(map(str, sorted(added)[:5]))}"
            found.append(f"{named} of {arm} {'were' if len(added) > 1 else 'was'} added, and not to all variants of its page")
    return tuple(found)
