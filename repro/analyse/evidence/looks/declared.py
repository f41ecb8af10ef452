"""What was declared of claims and runs before the first run, as the ledger shows it, and what is otherwise now."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from repro.analyse.evidence.population import Population, planned_seeds
from repro.artifacts.ledger.chain import Ledger
from repro.artifacts.ledger.events import Look, Plan, Start
from repro.spec.claims import Claim
from repro.spec.claims.declared import claim_digests, table_digests
from repro.spec.experiment import Paper
from repro.system.some import some

#: Plans with the numbers of their lines, in order; by variant some of its seeds.
Plans = Sequence[tuple[int, Plan]]
Seeds = Mapping[str, frozenset[int]]
#: What is said of a claim that is not as it was declared.
UNPLANNED = "it is in no plan from before the first run of its arms"
RULE = "its rule, its arms or its page were changed after the first run of its arms"


@dataclass(frozen=True, kw_only=True)
class Declared:
    """What the plans of a ledger declare of one paper.

    seeds: by variant; of one that was started before it was planned, or of no ledger, nothing. further: by variant the seeds
    that averages take of it besides. looks: by claim the numbers of seeds at which it is looked at; of one that is not named,
    once. changed: by claim what is otherwise than declared.
    """

    seeds: Seeds = field(default_factory=dict)
    further: Seeds = field(default_factory=dict)
    looks: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    changed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def looks_at(self, claim: str) -> tuple[int, ...]:
        """The numbers of seeds at which a claim is looked at; () where none are declared."""
        return self.looks.get(claim, ())

    def wanted(self, variants: Collection[str], *, num_seeds: int) -> dict[str, frozenset[int]]:
        """By variant, of those whose seeds are declared, the seeds of a look at `num_seeds` (0: of what was planned)."""
        return {name: self.seeds[name] | frozenset(range(num_seeds)) for name in variants if name in self.seeds}

    def view(self, population: Population, *, num_seeds: int) -> Population:
        """The runs of a look; what is lacking of it counts as missing.

        The seeds that averages take besides count as soon as all are there: not one after the other, as each would be a look.
        """
        wanted = self.wanted([item.name for item in population.paper.variants], num_seeds=num_seeds)
        lacking = {name: seeds - self.further.get(name, frozenset()) for name, seeds in wanted.items()}
        for name, further in self.further.items():
            there = {run.seed for run in population.runs(name)}
            if name in wanted and not wanted[name] & further <= there:
                wanted[name] -= further - frozenset(range(num_seeds))
        last = max((looks[-1] for looks in self.looks.values()), default=0)
        known = {name: {*seeds, *range(last), *self.further.get(name, ())} for name, seeds in self.seeds.items()}
        return population.of_seeds(wanted, required=lacking, known=known)


def declared(ledger: Ledger, population: Population) -> Declared:
    """What the plans of `ledger` declare of the paper of `population`, each as far as it was filed before the first run.

    A plan may be filed again, with other claims and looks, as long as no run has begun that it is about. The seeds of the
    scale itself may be planned one after the other, as by one command for each, as long as nobody has judged.
    """
    paper, lines = population.paper, ledger.since_begin
    plans = [(line.number, line.event) for line in lines.of(Plan)]
    if not plans:
        return Declared()
    begun = _first_starts(lines, paper=paper.name, scale=population.scale.name)
    judged = next((line.number for line in lines.of(Look)), None)
    seeds = _seeds(plans, begun, population, judged=judged)
    num = _num_seeds(plans, population)
    looks = {claim.id: at for claim in paper.claims if (at := _looks(plans, claim, begun, paper))}
    # What averages take at the last look belongs to their looks.
    last = max((at[-1] for at in looks.values()), default=0)
    later = planned_seeds(paper, population.scale, num_seeds=last)
    besides = {name: {seed for seed in later.get(name, ()) if seed >= last} for name in seeds}
    every = {name: {*found, *population.planned_seeds(name), *besides[name]} for name, found in seeds.items()}
    return Declared(
        seeds=seeds,
        further={name: frozenset(seed for seed in of_variant if seed >= num) for name, of_variant in every.items()},
        looks=looks,
        changed=_changed(plans, begun, paper),
    )


def _first_starts(ledger: Ledger, *, paper: str, scale: str) -> dict[str, int]:
    """By variant the number of the line at which its first run began."""
    found: dict[str, int] = {}
    for line in ledger.of(Start):
        of_scale, of_paper, variant, _ = line.event.run.split("/")
        if (of_scale, of_paper) == (scale, paper):
            found.setdefault(variant, line.number)
    return found


def _before(plans: Plans, first: int | None) -> Iterator[Plan]:
    """The plans from before a line, the last one first; of no line all."""
    return (plan for number, plan in reversed(plans) if first is None or number < first)


def _seeds(plans: Plans, begun: Mapping[str, int], population: Population, *, judged: int | None) -> dict[str, frozenset[int]]:
    """By variant the seeds that were planned before its first run, and those of the scale that were so before any look."""
    found: dict[str, frozenset[int]] = {}
    for variant in (item.name for item in population.paper.variants):
        name = f"{population.paper.name}/{variant}"
        before = {seed for plan in _before(plans, begun.get(variant)) for seed in plan.seeds.get(name, ())}
        unseen = {seed for plan in _before(plans, judged) for seed in plan.seeds.get(name, ())}
        if before:
            found[variant] = frozenset(before | unseen & population.planned_seeds(variant))
    return found


def _num_seeds(plans: Plans, population: Population) -> int:
    """As many seeds as every variant has by the first plan of them all; by a plan of some alone, as many as the scale has."""
    names = [f"{population.paper.name}/{item.name}" for item in population.paper.variants if population.has(item.name)]
    for _, plan in plans:
        of_paper = [seeds for name in names if (seeds := plan.seeds.get(name))]
        if 2 * len(of_paper) > len(names):
            return min(len(seeds) for seeds in of_paper)
    return population.scale.num_seeds


def _first(claim: Claim, begun: Mapping[str, int]) -> int | None:
    """The number of the line at which the first run of the arms of `claim` began."""
    return min((begun[name] for name in claim.variants if name in begun), default=None)


def _looks(plans: Plans, claim: Claim, begun: Mapping[str, int], paper: Paper) -> tuple[int, ...]:
    name = f"{paper.name}/{claim.id}"
    return next((plan.looks[name] for plan in _before(plans, _first(claim, begun)) if name in plan.looks), ())


def _changed(plans: Plans, begun: Mapping[str, int], paper: Paper) -> dict[str, tuple[str, ...]]:
    """By claim what of it, or of the page that it is on, is otherwise than declared; nothing before its arms have begun."""
    claims, tables, found = claim_digests(paper), table_digests(paper), {}
    for claim in paper.claims:
        first, changes = _first(claim, begun), []
        if first is None:
            continue
        name = f"{paper.name}/{claim.id}"
        digest = next((plan.claims[name] for plan in _before(plans, first) if name in plan.claims), "")
        if digest != claims[name]:
            changes.append(RULE if digest else UNPLANNED)
        page = next((f"{paper.name}/{table.name}" for table in paper.tables if claim.id in table.claims), "")
        known = next((plan.tables[page] for plan in _before(plans, first) if page in plan.tables), "")
        if digest and page and known != tables[page]:
            changes.append(f"the variants of its page {page.split('/')[1]} were changed after the first run of its arms")
        if changes:
            found[claim.id] = tuple(changes)
    return found


def undeclared_seeds(declared: Declared, claim: Claim, population: Population) -> tuple[str, ...]:
    """Name the variants of a claim with runs of seeds that are in no look of it, and these seeds."""
    last = max(declared.looks_at(claim.id), default=0)
    found = []
    for name, seeds in declared.wanted(claim.variants, num_seeds=last).items():
        there = {run.seed for run in population.runs(name)}
        beyond = sorted(there - seeds - declared.further.get(name, frozenset()))
        if beyond:
            few = f"seed{'s' * (len(beyond) > 1)} {some([str(seed) for seed in beyond])}"
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
            named = f"seed{'s' * (len(added) > 1)} {some([str(seed) for seed in sorted(added)])}"
            found.append(f"{named} of {arm} {'were' if len(added) > 1 else 'was'} added, and not to all variants of its page")
    return tuple(found)
