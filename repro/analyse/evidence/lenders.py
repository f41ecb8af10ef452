"""Say which variants of a page may lend their spread between seeds to others."""

from __future__ import annotations

from collections.abc import Sequence

from repro.analyse.evidence.gates import not_learned
from repro.analyse.evidence.population import Population
from repro.artifacts.run_json import RunJson


def lenders_for(population: Population, pool: Sequence[str], wanted: Sequence[str], *, protocol: str) -> list[str]:
    """The networks of `pool` and of `wanted` that have learned: they lend each other their spread.

    A variant with runs that diverged, of other code, other data of that name or another number format lends none either.
    A network that stays at chance gives every seed the same error: its spread says nothing about that of the others. A
    classical model, or an average of networks, varies in its own way: it stands by its own spread and lends none.
    """
    asked = [run for name in wanted for run in population.runs(name)]
    others = [name for name in pool if name not in wanted and all(_lends(run, asked) for run in population.runs(name))]
    names = dict.fromkeys(name for name in (*pool, *wanted) if name in others or name in wanted)
    networks = [name for name in names if population.runs(name) and all(run.network is not None for run in population.runs(name))]
    return [name for name in networks if not not_learned(population, name, role="network", protocol=protocol)]


def _lends(run: RunJson, asked: Sequence[RunJson]) -> bool:
    """Whether the spread of `run` may stand for those that are asked about: by the gates that these pass themselves."""
    networks = [one for one in asked if one.network is not None]
    codes, precisions = {one.code_digest for one in networks}, {one.precision for one in networks}
    digests = {one.dataset.digest for one in networks if (one.dataset.name, one.seed) == (run.dataset.name, run.seed)}
    return (
        not run.diverged
        and (not networks or (run.code_digest in codes and run.precision in precisions))
        and (not digests or run.dataset.digest in digests)
    )
