"""How large the methods of a family are at a scale and how long they are trained, and what that makes of an experiment."""

from __future__ import annotations

from dataclasses import dataclass, replace

from repro.spec.datasets import Dataset
from repro.spec.model import Model
from repro.spec.network import Network, Size
from repro.spec.recipe import Schedule
from repro.spec.run import Ensemble, Experiment, Fitted, Method, Timing
from repro.spec.scales.grid import DEFAULT_GRID, RateGrid
from repro.spec.video import ClipNetwork
from repro.spec.video_datasets import VideoDataset

AnyDataset = Dataset | VideoDataset


@dataclass(frozen=True, kw_only=True)
class Sizing:
    """How large the networks of one `family` are at a scale, and how long they are trained.

    folds: the data of the family where they are not those of the scale; with several, run s is of the fold s modulo their
        number, as three seeds are the three folds of UCF-101.
    rates: among which an arm's own rate is chosen where a claim comes out against the paper.
    """

    family: str
    size: Size
    batch_size: int
    schedule: Schedule
    learning_rate: float
    num_train_examples: int
    folds: tuple[AnyDataset, ...] = ()
    rates: RateGrid = DEFAULT_GRID


@dataclass(frozen=True, kw_only=True)
class ModelSizing:
    """How large the classical models of one `family` are at a scale. folds: as of networks.

    num_threads: processes by which a model is fitted, of as many as there are cores.
    """

    family: str
    model: Model
    folds: tuple[AnyDataset, ...] = ()
    num_threads: int = 1


@dataclass(frozen=True, kw_only=True)
class MethodSizing:
    """A family of methods that have no size of their own, ensembles and timings: a scale has them or not."""

    family: str
    folds: tuple[AnyDataset, ...] = ()


AnySizing = Sizing | ModelSizing | MethodSizing


def scaled(experiment: Method, sizing: AnySizing) -> Method:
    """`experiment` at the size of `sizing`.

    Raises:
        TypeError: the sizing is of another kind of method.
    """
    if isinstance(experiment, Ensemble | Timing) and isinstance(sizing, MethodSizing):
        return experiment
    if isinstance(experiment, Fitted) and isinstance(sizing, ModelSizing):
        return replace(experiment, model=sizing.model)
    if not (isinstance(experiment, Experiment) and isinstance(sizing, Sizing)):
        raise TypeError(f"a {type(experiment).__name__} of family {sizing.family} with a {type(sizing).__name__}")
    recipe = replace(
        experiment.recipe,
        batch_size=sizing.batch_size,
        schedule=sizing.schedule,
        optimizer=replace(experiment.recipe.optimizer, learning_rate=sizing.learning_rate),
    )
    return replace(
        experiment,
        network=_sized(experiment.network, sizing.size),
        recipe=recipe,
        evaluation=replace(experiment.evaluation, num_train_examples=sizing.num_train_examples),
    )


def _sized(network: Network | ClipNetwork, size: Size) -> Network | ClipNetwork:
    """`network` at `size`, which of a network of clips is that of its frames."""
    if isinstance(network, ClipNetwork):
        return replace(network, frame=replace(network.frame, size=size))
    return replace(network, size=size)
