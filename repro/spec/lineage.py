"""Where the weights that a network begins with come from, training after training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from repro.spec.run import Experiment

if TYPE_CHECKING:  # they make runs, which know what this module tells
    from repro.spec.experiment import Paper, Scale


def earlier_data(paper: Paper, scale: Scale, *, variant: str, seed: int) -> tuple[str, ...]:
    """The names of the data on which the weights that `variant` begins with were trained, the first training first.

    Raises:
        ValueError: the weights come from the variant itself.
    """
    found: list[str] = []
    line = [variant]
    while giver := _giver(paper, line[-1]):
        if giver in line:
            raise ValueError(
                f"variant {variant} of {paper.name} begins with weights that come from {giver} again "
                f"({' from '.join([*line, giver])}); allowed: a line of initial weights that begins with a net from chance"
            )
        line.append(giver)
        family = paper.family(giver)
        if not scale.has(family):
            break
        found.append(scale.dataset_of(family, seed=seed).name)
    return tuple(reversed(found))


def _giver(paper: Paper, variant: str) -> str | None:
    """The variant that gives `variant` its weights; None where they are drawn."""
    method = paper.experiment(variant)
    if not isinstance(method, Experiment) or method.initial_weights is None:
        return None
    return method.initial_weights.variant
