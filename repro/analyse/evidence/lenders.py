"""Say which variants of a page may lend their spread between seeds to others."""

from __future__ import annotations

from collections.abc import Sequence

from repro.analyse.evidence.arms.copies import copied
from repro.analyse.evidence.gates import not_learned, other_specs
from repro.analyse.evidence.population import Population
from repro.artifacts.run_json import RunJson
from repro.spec.terms.metrics import TOP1


def lenders_for(population: Population, pool: Sequence[str], wanted: Sequence[str], *, protocol: str) -> list[str]:
    """The networks of `pool` and of `wanted` that have learned: they lend each other their spread.

    A variant of the pool passes the gates of the arms, or lends none (`refused`). A network that stays at chance gives
    every seed the same error: its spread says nothing about that of the others. A classical model, or an average of
    networks, varies in its own way: it stands by its own spread and lends none.
    """
    not_lending = refused(population, pool, wanted, protocol=protocol)
    names = dict.fromkeys(name for name in (*pool, *wanted) if name not in not_lending)
    networks = [name for name in names if _is_network(population, name)]
    return [name for name in networks if not not_learned(population, name, role="network", protocol=protocol)]


def refused(population: Population, pool: Sequence[str], wanted: Sequence[str], *, protocol: str) -> dict[str, str]:
    """The networks of `pool` that lend no spread to `wanted` since they fail a gate that arms must pass, and which one.

    Copies are looked for once a page: what an arm is compared with changes nothing of it.
    """
    asked = [run for name in wanted for run in population.runs(name)]
    found = {name: _failed(population, name, asked, protocol=protocol) for name in pool if name not in wanted}
    return {name: why for name, why in found.items() if why}


def _failed(population: Population, name: str, asked: Sequence[RunJson], *, protocol: str) -> str:
    if not _is_network(population, name):
        return ""
    runs = population.runs(name)
    networks = [one for one in asked if one.network is not None]
    codes, precisions = {one.code_digest for one in networks}, {one.precision for one in networks}
    if any(run.diverged for run in runs):
        return "a run diverged"
    if networks and any(run.code_digest not in codes for run in runs):
        return "trained by other code"
    if networks and any(run.precision not in precisions for run in runs):
        return "trained in another number format"
    if any(_other_data(run, networks) for run in runs):
        return "trained on other data"
    if other_specs(population, (name,)):
        return "trained by another specification"
    if population.kept(("copied", name, protocol), lambda: copied(population, (name,), protocol=protocol)):
        return "two of its runs are copies"
    return ""


def _other_data(run: RunJson, asked: Sequence[RunJson]) -> bool:
    digests = {one.dataset.digest for one in asked if (one.dataset.name, one.seed) == (run.dataset.name, run.seed)}
    return bool(digests) and run.dataset.digest not in digests


def _is_network(population: Population, name: str) -> bool:
    runs = population.runs(name)
    return bool(runs) and all(run.network is not None for run in runs)


def refusal_words(population: Population, pool: Sequence[str], wanted: Sequence[str], *, protocol: str) -> str:
    """A remark that names the variants of a page which lend the arms no spread, and why; "" if none is refused."""
    found = refused(population, pool, wanted, protocol=protocol)
    named = "; ".join(f"{name} ({why})" for name, why in found.items() if population.arms([name], metric=TOP1, protocol=protocol))
    return f"Spread is not taken from {named}." if named else ""
