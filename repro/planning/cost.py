"""Count what runs cost before they are run: examples, operations, disk, memory, and hours at a measured or given rate.

Operations are those of convolutions and dense layers, two for each multiply-add: a training step takes three times a forward
pass (its own, the gradients of the weights, those of the inputs) less the gradient of the first layer's input, which nothing
needs. All else (normalisation, pooling, updates, loading) is in the rate, which is measured on networks that have it.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from repro.artifacts.files import data_folder
from repro.planning.jobs import TrainJob, variant_groups
from repro.planning.plan import planned_runs
from repro.planning.sizes import Sizes, known_sizes, prepared_sizes
from repro.spec.evaluation import RELIT, Evaluation, ImageEvaluation
from repro.spec.experiment import Paper, make_run
from repro.spec.geometry.clips import ClipGeometry, geometry_of
from repro.spec.geometry.image import Geometry
from repro.spec.run import Ensemble, Experiment, Run, Timing
from repro.spec.terms.protocols import num_crops
from repro.spec.video import ClipEvaluation

#: The protocols of images with more crops contain those with fewer, but for these two, which share the centre.
NUM_CROPS_OF_FIVE_AND_MIRROR = 6
#: Processor time that a job and a run in it take beside training and scoring: imports, files, hashes. Seconds.
JOB_S, RUN_S = 5.0, 0.1
FLOAT_BYTES = 4
#: Copies of the parameters on disk: the weights; while a run is going on, two checkpoints of weights and velocities.
KEPT_COPIES, WORKING_COPIES = 1, 4


@dataclass(frozen=True, kw_only=True)
class RunCost:
    """What one run takes.

    num_examples: what training visits over all epochs. train_flops, score_flops: operations of training and of all else.
    kept_bytes: what it leaves on disk; working_bytes: what it needs beside that while it goes on. mem_mib: of its process.
    """

    num_examples: int
    train_flops: float
    score_flops: float
    kept_bytes: int
    working_bytes: int
    mem_mib: int


@dataclass(frozen=True, kw_only=True)
class Rate:
    """Operations a second in training and in scoring."""

    train_flops_per_s: float
    score_flops_per_s: float

    def seconds(self, work: RunCost) -> float:
        """How long a run takes, without the start of its process."""
        return work.train_flops / self.train_flops_per_s + work.score_flops / self.score_flops_per_s + RUN_S


def train_flops(shapes: Geometry | ClipGeometry) -> int:
    """The operations by which a network learns from one example."""
    first = (
        [stream.conv[0].num_macs for stream in shapes.streams] if isinstance(shapes, ClipGeometry) else [shapes.conv[0].num_macs]
    )
    return 3 * shapes.num_flops - 2 * sum(first)


def num_views(evaluation: Evaluation) -> int:
    """How many crops of a test example go through the net for all protocols together."""
    if isinstance(evaluation, ClipEvaluation):
        return max([1] * ("clip" in evaluation.protocols) + [evaluation.num_views] * ("video" in evaluation.protocols), default=0)
    once_more = int(RELIT in evaluation.protocols)
    if {"five_crop", "center_mirror"} <= set(evaluation.protocols) and "ten_crop" not in evaluation.protocols:
        return NUM_CROPS_OF_FIVE_AND_MIRROR + once_more
    return max((num_crops(name) for name in evaluation.protocols if name != RELIT), default=0) + once_more


def run_cost(run: Run, sizes: Sizes, paper: Paper) -> RunCost | None:
    """What `run` takes on data of `sizes`; None for a method whose operations cannot be counted beforehand."""
    method = run.experiment
    mem_mib = TrainJob(paper=paper, scale=run.scale, label="", variants=(run.variant,), seeds=(run.seed,)).mem_mb
    if isinstance(method, Experiment):
        return _trained(method, sizes, mem_mib=mem_mib)
    if isinstance(method, Ensemble):
        scores = FLOAT_BYTES * sizes.num_test * sizes.num_classes * len(method.evaluation.protocols)
        return RunCost(num_examples=0, train_flops=0, score_flops=0, kept_bytes=scores, working_bytes=0, mem_mib=mem_mib)
    if isinstance(method, Timing):
        num = method.num_rounds * method.batch_size
        shapes = [_shapes_at(paper, run, name, sizes.num_classes) for name in method.variants]
        return RunCost(
            num_examples=num * len(shapes),
            train_flops=num * sum(train_flops(shape) for shape in shapes),
            score_flops=num * sum(shape.num_flops for shape in shapes),
            kept_bytes=0,
            working_bytes=0,
            mem_mib=mem_mib,
        )
    return None


def _trained(experiment: Experiment, sizes: Sizes, *, mem_mib: int) -> RunCost:
    shapes, evaluation = geometry_of(experiment.network, num_classes=sizes.num_classes), experiment.evaluation
    num_epochs = experiment.recipe.schedule.num_epochs
    num_subset = min(evaluation.num_train_examples, sizes.num_train)
    views = sizes.num_test * num_views(evaluation) + num_subset
    num_probe = evaluation.num_probe if isinstance(evaluation, ImageEvaluation) else 0
    views += num_epochs * sizes.num_validation + (num_epochs + 1) * num_probe
    num_scores = sizes.num_classes * (sizes.num_test * len(evaluation.protocols) + num_subset)
    parameter_bytes = FLOAT_BYTES * shapes.num_parameters
    return RunCost(
        num_examples=num_epochs * sizes.num_train,
        train_flops=num_epochs * sizes.num_train * train_flops(shapes),
        score_flops=views * shapes.num_flops,
        kept_bytes=KEPT_COPIES * parameter_bytes + FLOAT_BYTES * num_scores,
        working_bytes=WORKING_COPIES * parameter_bytes,
        mem_mib=mem_mib,
    )


def _shapes_at(paper: Paper, run: Run, variant: str, num_classes: int) -> Geometry | ClipGeometry:
    other = make_run(paper, scale=run.scale, variant=variant, seed=run.seed)
    return geometry_of(other.trained.network, num_classes=num_classes)


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What some runs take, each counted once. seconds_by_run: of the runs that are counted, without starts of processes.

    not_counted: of the others, by variant, why not.
    """

    num_runs: int
    num_examples: int
    flops: float
    kept_bytes: int
    working_bytes: int
    mem_mib: int
    seconds_by_run: dict[str, float]
    num_jobs: int
    not_counted: dict[str, str]

    @property
    def seconds(self) -> float:
        """The time on one device, one job after the other."""
        return sum(self.seconds_by_run.values()) + JOB_S * self.num_jobs

    def elapsed_s(self, num_devices: int) -> float:
        """When all runs are done on so many devices: each takes the longest that is left when it is free."""
        free = [0.0] * num_devices
        for seconds in sorted(self.seconds_by_run.values(), reverse=True):
            heapq.heapreplace(free, free[0] + seconds)
        return max(free) + JOB_S * math.ceil(self.num_jobs / num_devices)


def cost_of(
    paper: Paper, *, scale: str, runs: Iterable[Run], rates: Mapping[str, Rate], sizes: Mapping[str, Sizes | None]
) -> Cost:
    """Add up what `runs` of `paper` take.

    Args:
        rates: by family of networks. sizes: by the name of the data.
    """
    counted: dict[str, tuple[RunCost, float]] = {}
    not_counted: dict[str, str] = {}
    variants: set[str] = set()
    for run in runs:
        of_data = sizes[run.dataset.name]
        if of_data is None:
            not_counted[run.variant] = f"how many examples {run.dataset.title} holds is known when it is prepared"
            continue
        work = run_cost(run, of_data, paper)
        if work is None:
            not_counted[run.variant] = "the operations of a classical model are not counted"
            continue
        variants.add(run.variant)
        counted[run.id] = work, _rate(rates, paper.family(run.variant)).seconds(work)
    works = [work for work, _ in counted.values()]
    groups = variant_groups(paper, scale=scale).values()
    return Cost(
        num_runs=len(counted),
        num_examples=sum(work.num_examples for work in works),
        flops=sum(work.train_flops + work.score_flops for work in works),
        kept_bytes=sum(work.kept_bytes for work in works),
        working_bytes=max((work.working_bytes for work in works), default=0),
        mem_mib=max((work.mem_mib for work in works), default=0),
        seconds_by_run={run_id: seconds for run_id, (_, seconds) in counted.items()},
        num_jobs=sum(1 for names in groups if variants & set(names)),
        not_counted=not_counted,
    )


def _rate(rates: Mapping[str, Rate], family: str) -> Rate:
    """The rate of a family, or for methods of none the slowest of all."""
    return rates.get(family) or min(rates.values(), key=lambda rate: rate.train_flops_per_s)


def sizes_at(paper: Paper, *, scale: str, results: Path | None) -> dict[str, Sizes | None]:
    """The sizes of a scale's data by name: as prepared under `results`, else as known; None where they are not."""
    found = {}
    for dataset in paper.scale(scale).datasets:
        prepared = prepared_sizes(data_folder(results, scale, dataset.name)) if results else None
        found[dataset.name] = prepared or known_sizes(dataset)
    return found


def representatives(paper: Paper, *, scale: str) -> dict[str, Run]:
    """For each family of networks at `scale` the run whose speed stands for all: the first that is planned."""
    found: dict[str, Run] = {}
    for run in planned_runs(paper, scale=scale, num_seeds=1):
        if isinstance(run.experiment, Experiment):
            found.setdefault(paper.family(run.variant), run)
    return found


def rate_from(run: Run, *, num_classes: int, train_s: float, score_s: float) -> Rate:
    """The rate at which an example of `run` takes `train_s` in training and `score_s` in a forward pass."""
    shapes = geometry_of(run.trained.network, num_classes=num_classes)
    return Rate(train_flops_per_s=train_flops(shapes) / train_s, score_flops_per_s=shapes.num_flops / score_s)
