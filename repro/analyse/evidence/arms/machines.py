"""Say where the runs of a claim were made on different machines, and where that cannot be told from what is compared.

Rounding differs between processors, thread counts, devices and versions of torch. Within an arm that adds to the spread
between seeds, which the interval counts; a remark says so. Where one arm was made on one kind of machine and the other
arm on another, nothing in the runs tells the machine from the arm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

from repro.analyse.evidence.population import Population
from repro.artifacts.run_json import RunJson
from repro.spec.terms.metrics import CLOCK, metric_named

#: What may differ between machines; of these, what computes otherwise, not just rounds otherwise.
TRAITS = ("device", "torch", "processor", "threads")
COMPUTES = ("device", "torch")

#: By trait the values of each arm.
Traits = Mapping[str, Sequence[set[str]]]


def confounded(population: Population, arms: Sequence[str], *, metric: str) -> str:
    """Say so if no run tells the machine from the arm: two arms have no device in common, or no version of torch.

    Times are another thing on each processor, with each number of threads: of them these count too.
    """
    traits = TRAITS if metric_named(metric).of == CLOCK else COMPUTES
    for one, other, name, values in _apart(population, arms):
        if name in traits:
            return (
                f"{one} was run with {name} {_listed(values[0])} and {other} with {_listed(values[1])} alone, so that the "
                "machine cannot be told from what is compared; train the same seeds of both on one machine."
            )
    return ""


def mixed(population: Population, arms: Sequence[str]) -> str:
    """A remark where the runs of arms were made on different machines."""
    apart = {name: f"{one} and {other} have none in common" for one, other, name, _ in _apart(population, arms)}
    found = []
    for name, values in _traits(population, arms).items():
        every = set().union(*values)
        if len(every) > 1:
            found.append(f"{name} {_listed(every)}" + (f" ({apart[name]})" if name in apart else ""))
    return f"Machines mixed: the runs of {' and '.join(arms)} were made with {'; '.join(found)}." if found else ""


def _apart(population: Population, arms: Sequence[str]) -> list[tuple[str, str, str, tuple[set[str], set[str]]]]:
    """Two arms, and the trait of their machines of which they have no value in common."""
    return [
        (one, other, name, (values[0], values[1]))
        for one, other in combinations(arms, 2)
        for name, values in _traits(population, (one, other)).items()
        if all(values) and values[0].isdisjoint(values[1])
    ]


def _traits(population: Population, arms: Sequence[str]) -> Traits:
    """By trait its values in each arm, where all runs were made by one method: each computes with libraries of its own."""
    runs = {arm: population.finished(arm) for arm in arms}
    if len({run.method for of_arm in runs.values() for run in of_arm}) > 1:
        return {}
    return {name: [{_trait(run, name) for run in of_arm} for of_arm in runs.values()] for name in TRAITS}


def _trait(run: RunJson, name: str) -> str:
    """What is recorded of a run's machine; of a GPU its model is the device, else the processor is told apart."""
    if name == "device":
        device = run.identity.get("device", "")
        return run.device.split(",")[0] if device == "cuda" else device
    return str(run.num_threads) if name == "threads" else run.environment.get(name, "")


def _listed(values: set[str]) -> str:
    return " and ".join(sorted(values))
