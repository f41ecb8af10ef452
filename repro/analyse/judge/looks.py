"""Judge the claims of a paper look by look, as declared, and say which of them are not as declared any more.

A look is a number of seeds, not a moment: the verdict at a look follows from the runs of its seeds alone, whoever looks
when, and how often. A claim has the verdict of its first look that decides it, else that of the last one whose runs are
there. So runs that other claims still needed change nothing of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from statistics import fmean

from repro.analyse.evidence import reasons, verdict
from repro.analyse.evidence.looks.declared import RULE, Declared, added_in_part, undeclared_seeds
from repro.analyse.evidence.looks.levels import look_level
from repro.analyse.evidence.population import Population
from repro.analyse.judge.case import ONE_LOOK, case_of
from repro.analyse.judge.claims import judged, of_claims
from repro.analyse.judge.entries import stated
from repro.artifacts.judged import JudgedByRuns, JudgedClaim, JudgedEffect, Look, PostHoc
from repro.spec.claims import Claim, Exact, OfClaims

#: What of a claim goes on to the next look.
OPEN = (verdict.INCONCLUSIVE,)

#: What a claim is as it was declared and by all runs that are there: nothing was won by the change.
STAYS = (verdict.INVALID, verdict.INCOMPLETE, *verdict.NO_QUESTION)

Entries = dict[str, JudgedClaim]


def judged_claims(population: Population, declared: Declared) -> list[JudgedClaim]:
    """Judge all claims of a paper, in their order."""
    claims = population.paper.claims
    changes = changes_of(population, declared)
    judged = at_looks(population, declared)
    if not changes:
        return [judged[claim.id] for claim in claims]
    planned, found = judged, at_looks(population, Declared())
    if not declared.seeds:
        names = [item.name for item in population.paper.variants]
        planned = at_looks(population, Declared(seeds={name: frozenset(population.planned_seeds(name)) for name in names}))
    return [
        post_hoc(found[claim.id], planned[claim.id], changes[claim.id]) if claim.id in changes else judged[claim.id]
        for claim in claims
    ]


def at_looks(population: Population, declared: Declared) -> Entries:
    """Each claim at the look that decides it, or at its last whose runs are there; without declared looks by all runs."""
    found: Entries = {}
    claims = sorted(population.paper.claims, key=lambda claim: isinstance(claim, OfClaims))
    views: dict[int, Population] = {}
    for number in range(1, max([1, *(len(looks) for looks in declared.looks.values())]) + 1):
        for claim in claims:
            looks = declared.looks_at(claim.id)
            if number > max(len(looks), 1) or not _goes_on(claim, found, number=number):
                continue
            num_seeds = looks[number - 1] if looks else 0
            if num_seeds not in views:
                views[num_seeds] = declared.view(population, num_seeds=num_seeds)
            look = Look(number=number, planned=looks, level=look_level(looks)) if looks else ONE_LOOK
            if number == 1 or _reached(claim, views[num_seeds], found, look):
                found[claim.id] = _at(claim, views[num_seeds], found, look)
    return found


def _goes_on(claim: Claim, found: Entries, *, number: int) -> bool:
    """Whether a claim is still open after the look before."""
    before = found.get(claim.id)
    return before is None or (before.verdict in OPEN and before.look.number == number - 1)


def _reached(claim: Claim, view: Population, found: Entries, look: Look) -> bool:
    """Whether all runs of a look are there; of a claim about others, whether these have got as far or are decided."""
    if isinstance(claim, OfClaims):
        parts = [found[name] for name in claim.parts if name in found]
        return all(part.verdict not in OPEN or part.look.number >= look.number for part in parts)
    seeds = set(range(look.planned[look.number - 1]))
    return all(seeds <= {run.seed for run in view.runs(name)} for name in claim.variants)


def _at(claim: Claim, view: Population, found: Mapping[str, JudgedClaim], look: Look) -> JudgedClaim:
    case = case_of(claim, view, look=look)
    begun = stated(case)
    entry = of_claims(claim, begun, found, view) if isinstance(claim, OfClaims) else judged(case, begun)
    said = " ".join(filter(None, (reasons.look_words(entry), _price(entry, view))))
    return replace(entry, reason=f"{entry.reason} {said}".strip()) if said else entry


def _price(entry: JudgedClaim, view: Population) -> str:
    """What the seeds take that would probably decide a claim which is open; "" where that is not known."""
    needed = getattr(entry, "seeds_needed", None)
    if entry.verdict not in OPEN or not needed or not isinstance(entry, JudgedByRuns):
        return ""
    runs = {arm: [run.costs.cpu_s for run in view.runs(arm)] for arm in entry.n}
    seed_s = {arm: fmean(spent) for arm, spent in runs.items() if spent}
    return reasons.price_words(lacking={arm: max(needed - num, 0) for arm, num in entry.n.items()}, seed_s=seed_s)


def changes_of(population: Population, declared: Declared) -> dict[str, tuple[str, ...]]:
    """By claim what is not as it was declared, of a claim about others also what is so of these."""
    found: dict[str, tuple[str, ...]] = {}
    for claim in population.paper.claims:
        if isinstance(claim, Exact):
            continue
        if declared.seeds:
            changes = (*declared.changed.get(claim.id, ()), *undeclared_seeds(declared, claim, population))
        elif claim.variants and not isinstance(claim, OfClaims):
            case = case_of(claim, population)
            changes = added_in_part(population, case.considered, case.pool)
        else:
            changes = ()
        if changes:
            found[claim.id] = changes
    for claim in population.paper.claims:
        if isinstance(claim, OfClaims):
            of_parts = [change for name in claim.parts for change in found.get(name, ())]
            changes = tuple(dict.fromkeys([*found.get(claim.id, ()), *of_parts]))
            if changes:
                found[claim.id] = changes
    return found


def post_hoc(found: JudgedClaim, planned: JudgedClaim, changes: tuple[str, ...]) -> JudgedClaim:
    """The entry by all runs that are there, POST-HOC, with the verdicts that it would have and that was declared.

    What blocks a claim stays what it says: an undeclared seed that diverged is no way out.
    """
    known = "" if RULE in changes else planned.verdict
    seen = PostHoc(changed=changes, declared=known, found=found.verdict)
    if found.verdict in STAYS and found.verdict == known:
        return found
    if found.verdict in (verdict.INVALID, verdict.INCOMPLETE):
        return replace(found, post_hoc=seen)
    said = reasons.post_hoc_words(seen)
    if isinstance(found, JudgedEffect):
        found = replace(found, welch_verdict="")  # of a verdict that is not given nothing depends on spreads
    return replace(
        found, verdict=verdict.POST_HOC, size="", post_hoc=seen, total_flips=False, brief=said, reason=f"{said} {found.reason}"
    )
