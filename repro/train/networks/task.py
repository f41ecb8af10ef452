"""What the training of a network must know of a run's data and network, whatever kind of data these are.

`repro.train.networks.run` trains any `Task`; each kind of data has a module that opens its prepared data and makes tasks of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

import torch
from torch import nn

from repro.artifacts.dataset_json import DatasetJson
from repro.artifacts.log_jsonl import Saturation
from repro.artifacts.run_json import Pictures
from repro.data.load.plan import Planned
from repro.spec.run import Run
from repro.train.runs.context import RunContext, ScoredFiles

#: From a plan of batches, the part of one of the processes that train together.
Share = Callable[[Iterable[Planned]], Iterable[Planned]]


def whole(plan: Iterable[Planned]) -> Iterable[Planned]:
    """All of `plan`: the share of a process that trains alone."""
    return plan


class Step(Protocol):
    """Where a batch stands in a plan, both counted from 0."""

    @property
    def epoch(self) -> int: ...
    @property
    def step(self) -> int: ...


class Batch(Protocol):
    """Inputs on the device as the network takes them, with their labels and the seconds that training waited for them."""

    @property
    def input_B(self) -> torch.Tensor: ...
    @property
    def label_B(self) -> torch.Tensor: ...
    @property
    def planned(self) -> Step: ...
    @property
    def wait_s(self) -> float: ...


class Task(Protocol):
    """One run: its network, what it is trained on and how it is scored."""

    @property
    def num_examples(self) -> int:
        """Number of training examples, all of which every epoch visits."""

    @property
    def num_classes(self) -> int: ...

    def build(self) -> nn.Module:
        """The network with its initial weights, on the run's device."""

    def batches(self, epoch: int, step: int, *, share: Share = whole) -> Iterable[Batch]:
        """The training batches from `step` of `epoch` on, to the end of the last epoch.

        share: takes from a plan of batches the rows that this process trains on.
        """

    def validate(self, net: nn.Module) -> float | None:
        """The error on validation data, None without any."""

    def probe(self, net: nn.Module) -> Saturation | None:
        """How saturated every layer is, None where the run does not ask."""

    def write_results(self, net: nn.Module) -> ScoredFiles:
        """Score the trained network and write scores, and whatever else belongs to the run, into its folder."""

    def write_kernels(self, net: nn.Module) -> Pictures:
        """Write the first layer's kernels, trained or diverged."""


class PreparedData(Protocol):
    """A prepared data set whose files were whole when it was opened.

    stage: by which repro.artifacts.provenance knows the code that trains on such data.
    """

    @property
    def stage(self) -> str: ...
    @property
    def dataset(self) -> DatasetJson: ...

    def task(self, run: Run, context: RunContext) -> Task:
        """`run` as a task on these data."""


#: Opens a folder of prepared data (repro.train.networks.images.open_images, ...).
Open = Callable[[Path], PreparedData]
