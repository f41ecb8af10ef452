"""Choose which runs to add: those that decide the most claims for a second of processor time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from repro.analyse.evidence import verdict
from repro.artifacts.judged import JudgedClaim
from repro.planning.deciding.chance import chance_of
from repro.spec.claims import OfClaims
from repro.spec.experiment import Paper, make_run, with_needed
from repro.spec.run import Run


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A claim that is not decided, with the chance that its next look decides it and the runs which that look lacks."""

    paper: Paper
    claim: str
    chance: float
    num_seeds: int
    runs: tuple[Run, ...]

    @property
    def names(self) -> frozenset[str]:
        """The ids of the runs."""
        return frozenset(run.id for run in self.runs)


def candidates_of(
    paper: Paper, entries: Mapping[str, JudgedClaim], *, scale: str, is_there: Callable[[str], bool]
) -> list[Candidate]:
    """The claims of `paper` that are open and have a look left; claims about other claims follow these."""
    found = []
    for claim in paper.claims:
        entry = entries.get(claim.id)
        if entry is None or isinstance(claim, OfClaims) or entry.verdict != verdict.INCONCLUSIVE or entry.look.is_last:
            continue
        num_seeds = entry.look.planned[entry.look.number]
        own = [make_run(paper, scale=scale, variant=name, seed=seed) for name in claim.variants for seed in range(num_seeds)]
        lacking = tuple(run for run in with_needed(own, paper) if not is_there(run.id))
        if lacking:
            chance = chance_of(claim, entry, num_seeds=num_seeds)
            found.append(Candidate(paper=paper, claim=claim.id, chance=chance, num_seeds=num_seeds, runs=lacking))
    return found


def chosen(candidates: Sequence[Candidate], *, cost: Callable[[Run], float], budget_s: float, round_s: float) -> list[Candidate]:
    """Claims whose runs come next, the best chance for a second first, until they take `round_s`.

    Runs that a claim shares with one chosen before are paid for once. What the budget cannot pay is passed over.
    """
    taken: list[Candidate] = []
    paid: set[str] = set()
    spent, waiting = 0.0, [item for item in candidates if item.chance > 0]
    while waiting and spent < round_s:
        price = {item.claim: sum(cost(run) for run in item.runs if run.id not in paid) for item in waiting}
        able = [item for item in waiting if spent + price[item.claim] <= budget_s]
        if not able:
            break
        best = max(able, key=lambda item: _gain(item, waiting, paid) / max(price[item.claim], 1e-9))
        spent += price[best.claim]
        paid |= best.names
        taken.append(best)
        waiting = [item for item in waiting if item is not best]
    return taken


def _gain(item: Candidate, waiting: Sequence[Candidate], paid: set[str]) -> float:
    """The claims that are decided, on the average, by the runs of `item`: its own, and all that need no further run."""
    there = paid | item.names
    return sum(other.chance for other in waiting if other.names <= there)
