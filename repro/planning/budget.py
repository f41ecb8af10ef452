"""Propose which claims to run, with how many seeds, so that as many as possible are decided in the hours that there are.

A claim is taken to be decided by as many seeds in each of its arms as find the paper's effect (where only a direction or a
margin is stated: the smallest effect that counts as one) with 80 % power. How much seeds differ is taken from runs that
are there, else assumed. Claims share runs, the controls above all: a run is paid for once.

The choice is budgeted maximum coverage; the greedy rule, tried from every first choice, follows Khuller, Moss, Naor 1999.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from repro.analyse.evidence.several import runs_for_every
from repro.analyse.evidence.spreads import pooled_spread
from repro.analyse.evidence.statistics import seeds_needed
from repro.analyse.evidence.verdict import MOST_RUNS
from repro.artifacts.runs_csv import read_runs_csv
from repro.spec.claims import (
    Claim,
    Count,
    Direction,
    Effect,
    Every,
    Exact,
    Level,
    NoWorse,
    OfClaims,
    Ranking,
    Ratio,
    Signs,
    Slope,
    Spread,
    Within,
)
from repro.spec.experiment import Paper, make_run, with_needed
from repro.spec.names import UnknownName

#: Standard deviation of an error between seeds where no runs show it, and seeds beyond which a claim is left alone.
ASSUMED_SD = 0.0025
MOST_SEEDS = 30

#: Standard deviation between seeds by paper, metric and protocol.
Spreads = Mapping[tuple[str, str, str], float]


@dataclass(frozen=True, kw_only=True)
class Need:
    """What decides a claim: `num_seeds` of each of its variants, which are these `runs` and those they start from, by id."""

    claim: str
    num_seeds: int
    variants: tuple[str, ...]
    runs: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """Claims in the order in which they are worth deciding, with the seconds of their runs that no earlier one has paid for.

    left: what there is no time for. unpriced: what has runs of unknown cost.
    """

    chosen: tuple[tuple[Need, float], ...]
    left: tuple[Need, ...]
    unpriced: tuple[Need, ...]

    @property
    def seconds(self) -> float:
        return sum(seconds for _, seconds in self.chosen)

    @property
    def num_seeds(self) -> dict[str, int]:
        """The seeds of each variant that the chosen claims need."""
        found: dict[str, int] = {}
        for need, _ in self.chosen:
            for variant in need.variants:
                found[variant] = max(found.get(variant, 0), need.num_seeds)
        return found


def spreads_in(runs_csv: Path) -> dict[tuple[str, str, str], float]:
    """How much seeds differ in the collected runs, pooled over variants; empty without such a file."""
    if not runs_csv.exists():
        return {}
    arms: dict[tuple[str, str, str], dict[str, list[float]]] = {}
    for row in read_runs_csv(runs_csv).rows:
        by_variant = arms.setdefault((row.paper, row.metric, row.protocol), {})
        by_variant.setdefault(row.variant, []).append(row.value)
    pooled = {key: pooled_spread(list(by_variant.values())) for key, by_variant in arms.items()}
    return {key: spread.sd for key, spread in pooled.items() if spread.df > 0 and spread.sd > 0}


def needs_of(paper: Paper, *, scale: str, spreads: Spreads) -> tuple[list[Need], dict[str, str]]:
    """What each claim of `paper` needs at `scale`, and by claim why the others are left alone."""
    needs: list[Need] = []
    without: dict[str, str] = {}
    for claim in paper.claims:
        if claim.not_run or claim.untestable:
            without[claim.id] = "not implemented or not testable here"
            continue
        variants = _variants(claim, paper)
        if not all(paper.scale(scale).has(paper.family(name)) for name in variants):
            without[claim.id] = "the scale does not run all of its variants"
            continue
        num_seeds = _num_seeds(claim, planned=paper.scale(scale).num_seeds, spreads=spreads, paper=paper.name)
        if num_seeds is None or num_seeds > MOST_SEEDS:
            without[claim.id] = f"more than {MOST_SEEDS} seeds would be needed"
            continue
        runs = [make_run(paper, scale=scale, variant=name, seed=seed) for name in variants for seed in range(num_seeds)]
        ids = frozenset(run.id for run in with_needed(runs, paper))
        needs.append(Need(claim=claim.id, num_seeds=num_seeds, variants=variants, runs=ids))
    return needs, without


def _variants(claim: Claim, paper: Paper) -> tuple[str, ...]:
    """The variants whose runs decide a claim, none where a number follows from the architecture."""
    match claim:
        case Exact():
            return ()
        case OfClaims():
            parts = [variant for name in claim.parts for variant in _variants(_claim(name, paper), paper)]
            return tuple(dict.fromkeys((*claim.variants, *parts)))
        case _:
            return claim.variants


def _claim(name: str, paper: Paper) -> Claim:
    for claim in paper.claims:
        if claim.id == name:
            return claim
    raise UnknownName("claim", name, [claim.id for claim in paper.claims], where=f" of {paper.name}")


def _num_seeds(claim: Claim, *, planned: int, spreads: Spreads, paper: str) -> int | None:
    """The seeds that decide a claim: as many as are planned where it states no size at all."""
    effect: float | None = None
    match claim:
        case Exact():
            return 0
        case Effect():
            effect = claim.paper_delta
        case Within():
            effect = claim.paper_delta or claim.smallest_effect
        case Direction():
            effect = claim.smallest_effect
        case NoWorse():
            effect = claim.margin
        case Ranking():
            effect = claim.smallest_effect
        case Count():
            return max(planned, runs_for_every(MOST_RUNS))
        case Level() | Ratio() | Spread() | Slope() | Every() | Signs():
            pass
    if not effect:
        return planned
    sd = spreads.get((paper, claim.metric, claim.protocol), ASSUMED_SD)
    # Differences inside runs are of one arm alone.
    inside = isinstance(claim, Within)
    return seeds_needed(effect, sd=sd / 2**0.5 if inside else sd, num_arms=1 if inside else 2)


def propose(needs: Sequence[Need], *, seconds_by_run: Mapping[str, float], budget_s: float) -> Proposal:
    """Choose claims whose runs take `budget_s` together at most: the most claims for a second first.

    The rule is tried from every first choice; the most claims win, then the
    least time.
    """
    priced = [need for need in needs if all(run in seconds_by_run for run in need.runs)]
    groups: dict[frozenset[str], list[Need]] = {}
    for need in priced:
        groups.setdefault(need.runs, []).append(need)
    plans = [_greedy(groups, first, seconds_by_run, budget_s) for first in groups]
    best = max(plans, key=lambda plan: (sum(len(groups[runs]) for runs in plan), -_seconds(plan, seconds_by_run)), default=[])
    chosen: list[tuple[Need, float]] = []
    paid: set[str] = set()
    for runs in best:
        for need in groups[runs]:
            chosen.append((need, sum(seconds_by_run[run] for run in runs - paid)))
            paid |= runs
    names = {need.claim for need, _ in chosen}
    return Proposal(
        chosen=tuple(chosen),
        left=tuple(need for need in priced if need.claim not in names),
        unpriced=tuple(need for need in needs if need not in priced),
    )


def _greedy(
    groups: Mapping[frozenset[str], list[Need]], first: frozenset[str], seconds_by_run: Mapping[str, float], budget_s: float
) -> list[frozenset[str]]:
    """The sets of runs that are chosen after `first`, none if that alone is too much."""
    chosen: list[frozenset[str]] = []
    paid: set[str] = set()
    left_s, following, waiting = budget_s, first, set(groups)
    while True:
        left_s -= sum(seconds_by_run[run] for run in following - paid)
        if left_s < 0:
            return chosen
        chosen.append(following)
        paid |= following
        waiting.remove(following)
        price = {runs: sum(seconds_by_run[run] for run in runs - paid) for runs in waiting}
        able = [runs for runs in groups if runs in price and price[runs] <= left_s]
        if not able:
            return chosen
        following = max(able, key=lambda runs: len(groups[runs]) / max(price[runs], 1e-9))


def _seconds(plan: Sequence[frozenset[str]], seconds_by_run: Mapping[str, float]) -> float:
    return sum(seconds_by_run[run] for run in frozenset().union(*plan))
