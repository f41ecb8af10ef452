"""Variants and scales that stand in no catalogue and follow from their names: an arm at another rate, the scale of a search."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from repro.spec.run import Experiment, Method
from repro.spec.scales.names import at_rate, factor_text, of_search
from repro.spec.scales.sizings import AnyDataset
from repro.spec.video import ClipEvaluation

if TYPE_CHECKING:  # they ask here for what they do not list
    from repro.spec.experiment import Paper, Scale, Variant

#: What such a variant changes in its base.
KEY = "recipe.optimizer.rate_factor"


def variant_at_rate(paper: Paper, name: str) -> Variant | None:
    """The variant called `name`, as `no_lrn_rate_x2`; None where the name says no rate, or not that of a network of `paper`."""
    said = at_rate(name)
    if said is None or said.base not in {item.name for item in paper.variants}:
        return None
    base, method = paper.variant(said.base), paper.experiment(said.base)
    if not isinstance(method, Experiment):
        return None
    return replace(
        base,
        name=name,
        title=f"{base.title}, {factor_text(said.factor)} times the rate",
        why="a rate of its own, chosen by held-out training examples",
        experiment=None,
        base=base.name,
        key=KEY,
        value=method.recipe.optimizer.rate_factor * said.factor,
        family="",
        alias="",
    )


def scale_of_search(paper: Paper, name: str) -> Scale | None:
    """The scale called `name`, as `cifar10_search_5000`: data that hold out no training examples hold out so many."""
    said = of_search(name)
    if said is None or of_search(said.base) is not None or not paper.has_scale(said.base):
        return None
    base = paper.scale(said.base)

    def held_out(dataset: AnyDataset) -> AnyDataset:
        return dataset if dataset.num_validation else replace(dataset, num_validation=said.num)

    sizings = tuple(replace(sizing, folds=tuple(map(held_out, sizing.folds))) for sizing in base.sizings)
    title = f"{base.title}: rates are compared by held-out training examples"
    return replace(base, name=name, title=title, dataset=held_out(base.dataset), sizings=sizings)


def unscored(method: Method, *, scale: str) -> Method:
    """`method` as the scale called `scale` scores it: where rates are compared, nothing is scored but held-out examples."""
    if of_search(scale) is None or not isinstance(method, Experiment):
        return method
    evaluation = method.evaluation
    if isinstance(evaluation, ClipEvaluation):
        return replace(method, evaluation=replace(evaluation, protocols=(), num_gallery=0))
    return replace(method, evaluation=replace(evaluation, protocols=(), num_gallery=0, num_probe=0))
