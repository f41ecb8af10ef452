"""Which claims are judged with rates of their arms' own: those that came out against the paper, or that are named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from repro.analyse.evidence.verdict import ABSENT, NOT_REPRODUCED, REVERSED
from repro.analyse.judge.tuned.asked import arms_of, claims_of
from repro.artifacts.judged import JudgedClaim
from repro.artifacts.ledger.events import Tuning
from repro.catalogue.claim_ids import find_claim
from repro.spec.claims import Claim, Exact, Ratio
from repro.spec.experiment import Paper, Sizing
from repro.spec.run import Ensemble, Experiment, Timing
from repro.spec.scales.grid import RateGrid

#: Verdicts on account of which a claim is tried again without being named.
AGAINST = (REVERSED, ABSENT, NOT_REPRODUCED)
#: The first seed of a search: evidence has those from 0 on, and a search is another scale, so that it draws nothing of theirs.
FIRST_SEED = 1000


class CannotTune(ValueError):
    """Claims that cannot be judged with rates of their arms' own, as it is asked."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A claim of a paper with its entry. seeds: of each arm, on which its verdict rests."""

    paper: Paper
    claim: Claim
    entry: JudgedClaim
    seeds: Mapping[str, tuple[int, ...]]
    scale: str

    @property
    def name(self) -> str:
        """The claim as the ledger names it."""
        return f"{self.paper.name}/{self.claim.id}"

    @property
    def grids(self) -> dict[str, RateGrid]:
        """By arm that has a rate its grid."""
        return {name: grid for name in self.seeds if (grid := grid_of(self.paper, name, scale=self.scale)) is not None}

    def event(self, search: str) -> Tuning:
        """What the ledger says of it before its first run. search: the scale at which rates are compared."""
        num_seeds = max(grid.num_seeds for grid in self.grids.values())
        return Tuning(
            claim=self.name,
            verdict=self.entry.verdict,
            seeds=dict(self.seeds),
            grids={name: grid.words for name, grid in self.grids.items()},
            search=search,
            search_seeds=tuple(range(FIRST_SEED, FIRST_SEED + num_seeds)),
        )


def grid_of(paper: Paper, variant: str, *, scale: str) -> RateGrid | None:
    """The grid of a variant at a scale; None of one that is no network, or not run there."""
    family = paper.family(variant)
    sizing = paper.scale(scale).sizing(family) if paper.scale(scale).has(family) else None
    return sizing.rates if isinstance(sizing, Sizing) and isinstance(paper.experiment(variant), Experiment) else None


def asked_claims(
    papers: Sequence[Paper], entries: Mapping[str, JudgedClaim], *, scale: str, names: Sequence[str] | None
) -> tuple[list[Asked], dict[str, str]]:
    """The claims to be tried, and why others that came out against their paper are not.

    names: their ids; None: all that came out against their paper.

    Raises:
        UnknownClaimError: there is no claim of that name.
        CannotTune: a claim that is named cannot be tried.
    """
    found: list[Asked] = []
    left: dict[str, str] = {}
    for paper in papers:
        for claim in paper.claims:
            entry = entries.get(claim.id)
            if names is not None or entry is None or entry.verdict not in AGAINST:
                continue
            why = refusal(claim, paper, entries, scale=scale)
            if why:
                left[claim.id] = why
            else:
                found.append(_asked(claim, paper, entries, scale=scale))
    for name in dict.fromkeys(names or ()):
        paper, claim = find_claim(papers, name)
        why = refusal(claim, paper, entries, scale=scale)
        if why:
            raise CannotTune(f"claim {claim.id} cannot be tried with rates of its arms' own: {why}")
        found.append(_asked(claim, paper, entries, scale=scale))
    return found, left


def _asked(claim: Claim, paper: Paper, entries: Mapping[str, JudgedClaim], *, scale: str) -> Asked:
    return Asked(paper=paper, claim=claim, entry=entries[claim.id], seeds=seeds_of(claim, paper, entries), scale=scale)


def seeds_of(claim: Claim, paper: Paper, entries: Mapping[str, JudgedClaim]) -> dict[str, tuple[int, ...]]:
    """By arm the seeds of the runs on which a verdict rests; of a claim about others, theirs."""
    runs = [run.split("/") for item in claims_of(claim, paper) if item.id in entries for run in entries[item.id].runs]
    found = {name: sorted({int(seed) for _, _, variant, seed in runs if variant == name}) for name in arms_of(claim, paper)}
    return {name: tuple(seeds) for name, seeds in found.items()}


def refusal(claim: Claim, paper: Paper, entries: Mapping[str, JudgedClaim], *, scale: str) -> str:
    """Why a claim cannot be tried, with what to do; "" if it can."""
    arms = arms_of(claim, paper)
    if isinstance(claim, Exact) or not arms:
        return "it rests on no run; take another (python -m repro list --claims)"
    lacking = [name for name in arms if not paper.scale(scale).has(paper.family(name))]
    if lacking:
        return f"scale {scale} does not run {' and '.join(lacking)}; take another claim or scale"
    if any(isinstance(item, Ratio) and (item.arm_grid or item.against_grid) for item in claims_of(claim, paper)):
        return "it chooses among rates itself, which stand in the catalogue"
    others = [name for name in arms if isinstance(paper.experiment(name), Ensemble | Timing)]
    if others:
        return f"{' and '.join(others)} of it are made of other nets; allowed: claims about single nets"
    if all(grid_of(paper, name, scale=scale) is None for name in arms):
        return f"none of its arms ({', '.join(arms)}) is a network, so that none has a rate; allowed: claims about networks"
    if claim.id not in entries:
        return f"it was not judged at scale {scale}; type python -m repro judge first"
    unrun = [name for name, seeds in seeds_of(claim, paper, entries).items() if not seeds]
    return f"{' and '.join(unrun)} has no runs here; run them first (python -m repro train)" if unrun else ""
