"""Declare in the ledger what is to be run and judged, before the first step of training.

The workflow declares all that it is configured for when it starts; the command `train` what it was asked for, if that was
not declared before. A plan only grows: more seeds, more papers, or claims that have changed, are a line more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from repro.artifacts.ledger.append import extend
from repro.artifacts.ledger.chain import Ledger, read_ledger
from repro.artifacts.ledger.events import Plan
from repro.spec.claims.declared import claim_digests, table_digests
from repro.spec.experiment import Paper, Sizing
from repro.spec.run import Run

V = TypeVar("V")


def plan_of(papers: Sequence[Paper], runs: Iterable[Run], *, looks: tuple[int, ...] = ()) -> Plan:
    """What `papers` claim, and the seeds of `runs`. looks: the numbers of seeds at which each claim is looked at."""
    seeds: dict[str, set[int]] = {}
    rates: dict[str, str] = {}
    known = {paper.name: paper for paper in papers}
    for run in runs:
        seeds.setdefault(f"{run.paper}/{run.variant}", set()).add(run.seed)
        family = known[run.paper].family(run.variant)
        sizing = known[run.paper].scale(run.scale).sizing(family)
        if isinstance(sizing, Sizing):
            rates[f"{run.paper}/{family}"] = sizing.rates.words
    return Plan(
        claims=_merged(claim_digests(paper) for paper in papers),
        tables=_merged(table_digests(paper) for paper in papers),
        seeds={name: tuple(sorted(found)) for name, found in seeds.items()},
        looks={f"{paper.name}/{claim.id}": looks for paper in papers for claim in paper.claims} if looks else {},
        rates=rates,
    )


def declare(plan: Plan, *, folder: Path) -> None:
    """Add what of `plan` is not declared yet to the ledger of a scale's folder.

    Raises:
        LedgerError: the ledger there was changed.
    """
    if growth(read_ledger(folder), plan):
        extend(folder, lambda ledger: growth(ledger, plan))


def growth(ledger: Ledger, plan: Plan) -> list[Plan]:
    """What `plan` has beyond, or other than, the last that was declared; nothing if there is none."""
    before = ledger.since_begin.events(Plan)
    seeds = _new_seeds(before, plan)
    claims = _new(_merged(known.claims for known in before), plan.claims)
    tables = _new(_merged(known.tables for known in before), plan.tables)
    looks = _new(_merged(known.looks for known in before), plan.looks)
    rates = _new(_merged(known.rates for known in before), plan.rates)
    grown = Plan(claims=claims, tables=tables, seeds=seeds, looks=looks, rates=rates)
    return [grown] if any(vars(grown).values()) else []


def _new_seeds(before: Sequence[Plan], plan: Plan) -> dict[str, tuple[int, ...]]:
    known: dict[str, set[int]] = {}
    for earlier in before:
        for name, declared in earlier.seeds.items():
            known.setdefault(name, set()).update(declared)
    new = {name: tuple(seed for seed in seeds if seed not in known.get(name, ())) for name, seeds in plan.seeds.items()}
    return {name: seeds for name, seeds in new.items() if seeds}


def _new(before: Mapping[str, V], now: Mapping[str, V]) -> dict[str, V]:
    return {name: value for name, value in now.items() if before.get(name) != value}


def _merged(parts: Iterable[Mapping[str, V]]) -> dict[str, V]:
    """All entries; of several by one name the last."""
    found: dict[str, V] = {}
    for part in parts:
        found |= part
    return found
