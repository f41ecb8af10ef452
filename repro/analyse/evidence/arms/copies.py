"""Find runs that cannot be two runs: of different seeds, and yet with the same scores to the last bit.

Two runs of one seed may be equal: what differs between their variants then does nothing here, which is a result. Two
seeds share nothing that is drawn, so that equal scores mean that one folder is a copy of the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from repro.analyse.evidence.population import Population
from repro.artifacts.run_json import RunJson
from repro.spec.terms.protocols import plain_protocol, score_protocol


def copied(population: Population, arms: Sequence[str], *, protocol: str) -> str:
    """Name two runs of `arms`, of different seeds, whose scores are equal to the last bit; "" if there are none."""
    for one, other in equal_runs(population, arms, protocol=protocol):
        if one.seed != other.seed:
            return (
                f"The runs {one.id} and {other.id} have the same scores to the last bit, though their seeds share nothing: "
                "one is a copy of the other; delete the copy and train it again."
            )
    return ""


def equal_in_part(population: Population, arms: Sequence[str], *, protocol: str) -> str:
    """A remark where arms have the same scores at some of their common seeds and not at others."""
    equal = [(one, other) for one, other in equal_runs(population, arms, protocol=protocol) if one.seed == other.seed]
    for pair in dict.fromkeys((one.variant, other.variant) for one, other in equal):
        common = set.intersection(*({run.seed for run in population.finished(name)} for name in pair))
        seeds = sorted(one.seed for one, other in equal if (one.variant, other.variant) == pair)
        if len(seeds) < len(common):
            named = ", ".join(map(str, seeds))
            return (
                f"{pair[0]} and {pair[1]} have the same scores to the last bit at seed {named} and not at the others: "
                "what differs between them did nothing there, or one run is a copy of the other."
            )
    return ""


def equal_runs(population: Population, arms: Sequence[str], *, protocol: str) -> list[tuple[RunJson, RunJson]]:
    """All pairs of finished runs of `arms` whose scores of test examples are equal to the last bit."""
    return population.kept(("equal runs", protocol, *arms), lambda: _equal_runs(population, arms, protocol=protocol))


def _equal_runs(population: Population, arms: Sequence[str], *, protocol: str) -> list[tuple[RunJson, RunJson]]:
    by_digest: dict[str, list[RunJson]] = {}
    for arm in arms:
        own = population.paper.experiment(arm).evaluation.protocols
        asked = population.scored_by(arm, score_protocol(protocol, scored=own))
        scored = asked if asked in own else plain_protocol(own)
        for run in population.finished(arm) if scored else ():
            digest = population.scores_digest(run, protocol=scored) if run.scores else ""
            if digest:
                by_digest.setdefault(digest, []).append(run)
    return [pair for runs in by_digest.values() for pair in combinations(runs, 2)]
