"""Say which jobs, with which seeds and resources, make the runs of a scale."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

from repro.artifacts.files import sha256_bytes
from repro.artifacts.provenance import spec_digest
from repro.planning.plan import Config, out_of_reach, planned_runs, planned_seeds, planned_variants, stage_of
from repro.spec.experiment import AnyDataset, ModelSizing, Paper, make_run, needed_runs
from repro.spec.geometry.clips import ClipGeometry, geometry_of
from repro.spec.geometry.image import Geometry
from repro.spec.run import Ensemble, Experiment, Fitted, Run, Timing
from repro.spec.scales.series import ImagePart, VideoPart
from repro.spec.video_datasets import VideoDataset
from repro.system.processors import num_usable

#: Memory of a process that has imported everything and holds a small net, in MiB, and what each number of a batch needs.
BASE_MIB = 1500
FIT_MIB = 3000
COPIES_OF_PARAMETERS, COPIES_OF_NEURONS, BYTES_OF_FLOAT = 6, 4, 4
#: What a step of training costs whatever the batch, in operations of a forward pass that take as long: about half of a step of
#: the small nets. Of data that are not generated, so many examples are assumed.
STEP_OPERATIONS, EXAMPLES = 10**8, 10_000
#: The priority of a fitted model, above that of any network that is small enough to be trained beside it.
FIT_PRIORITY = 10**8
#: What a job gains by each job of the chain that waits for it: more than any job is long at the scales that run on one machine.
RANK_PRIORITY = 10**12
#: What preparing data gains by taking several threads: more than any chain of jobs is long.
WIDE_PRIORITY = 10**14


@dataclass(frozen=True, kw_only=True)
class TrainJob:
    """One job of the train stage: some variants of a paper, all made by one stage, with some seeds, in turn in one process.

    rank: how many jobs, one after the other, wait for this one at most.
    """

    paper: Paper
    scale: str
    label: str
    variants: tuple[str, ...]
    seeds: tuple[int, ...]
    rank: int = 0

    @property
    def seeds_option(self) -> str:
        """The seeds as the command line takes them; they are consecutive."""
        return str(self.seeds[0]) if len(self.seeds) == 1 else f"{self.seeds[0]}-{self.seeds[-1]}"

    @property
    def variants_option(self) -> str:
        """The variants as the command line takes them."""
        return ",".join(self.variants)

    @property
    def name(self) -> str:
        return f"train_{self.paper.name}_{self.label}_seeds_{self.seeds_option.replace('-', '_to_')}"

    @cached_property
    def runs(self) -> list[Run]:
        """The runs, in the order in which they are done."""
        return [make_run(self.paper, scale=self.scale, variant=name, seed=seed) for name in self.variants for seed in self.seeds]

    @property
    def stage(self) -> str:
        """The stage that makes the runs."""
        return stage_of(self._examples[0])

    @cached_property
    def datasets(self) -> tuple[str, ...]:
        """The names of the data that the runs read."""
        return tuple(dict.fromkeys(run.dataset.name for run in self.runs))

    @cached_property
    def needed(self) -> tuple[str, ...]:
        """The ids of the runs that must be finished before."""
        own = {run.id for run in self.runs}
        found = dict.fromkeys(needed.id for run in self.runs for needed in needed_runs(run, self.paper))
        return tuple(run_id for run_id in found if run_id not in own)

    @cached_property
    def spec(self) -> str:
        """The digest of the runs' specs, of which the seed is no part."""
        return spec_digest([[run.variant, run.experiment, run.dataset] for run in self._examples])

    @property
    def mem_mb(self) -> int:
        """An estimate of the memory that the job needs, in MiB."""
        return max(_mem_mb(run) for run in self._examples)

    @property
    def threads(self) -> int:
        """How many threads the job takes, of as many as there are; a timing takes all, so that nothing disturbs it."""
        if isinstance(self._examples[0].experiment, Timing):
            return num_usable()
        sizing = self.paper.scale(self.scale).sizing(self.paper.family(self.variants[0]))
        return sizing.num_threads if isinstance(sizing, ModelSizing) else 1

    @cached_property
    def priority(self) -> int:
        """How long the job takes, in billions of operations of forward passes: the longest starts first.

        Before it comes what others wait for, so that no chain of jobs is left at the end. Fitted models are long; averages and
        timings come last.
        """
        return self.rank * RANK_PRIORITY + len(self.seeds) * sum(_priority(run) for run in self._examples)

    @cached_property
    def _examples(self) -> list[Run]:
        return [make_run(self.paper, scale=self.scale, variant=name, seed=self.seeds[0]) for name in self.variants]


def _shapes(run: Run) -> Geometry | ClipGeometry:
    return geometry_of(run.trained.network)


def _priority(run: Run) -> int:
    if not isinstance(run.experiment, Experiment):
        return FIT_PRIORITY if isinstance(run.experiment, Fitted) else 0
    recipe, num_examples = run.experiment.recipe, _num_examples(run.dataset)
    num_steps = math.ceil(num_examples / recipe.batch_size)
    operations = num_examples * _shapes(run).num_flops + num_steps * STEP_OPERATIONS
    return recipe.schedule.num_epochs * operations // 10**9


def _num_examples(dataset: AnyDataset) -> int:
    """How many examples a generated set has to train on; of others, which a scale does not mix with these, EXAMPLES."""
    share = dataset.share if isinstance(dataset, ImagePart | VideoPart) else 1
    if dataset.procedural is None:
        return round(share * EXAMPLES)
    return round(share * dataset.procedural.num_train) * (dataset.clips.num_train if isinstance(dataset, VideoDataset) else 1)


def _mem_mb(run: Run) -> int:
    if not isinstance(run.experiment, Experiment):
        return FIT_MIB if isinstance(run.experiment, Fitted) else BASE_MIB
    numbers = COPIES_OF_PARAMETERS * _shapes(run).num_parameters
    numbers += COPIES_OF_NEURONS * _shapes(run).num_neurons * run.experiment.recipe.batch_size
    return BASE_MIB + numbers * BYTES_OF_FLOAT // 2**20


def train_jobs(paper: Paper, config: Config) -> list[TrainJob]:
    """The jobs that make every planned run of `paper`.

    A job has the planned seeds, or those that averages add, which a page without averages does not need. Where variants share
    jobs, one with few variants has more of the latter.
    """
    seeds_of: dict[str, list[int]] = {}
    without = out_of_reach(paper, config)
    for run in planned_runs(paper, scale=config.scale, num_seeds=config.seeds, without=without):
        seeds_of.setdefault(run.variant, []).append(run.seed)
    num = len(planned_seeds(paper, scale=config.scale, num_seeds=config.seeds))
    per_job = paper.scale(config.scale).variants_per_job
    ranks = variant_ranks(paper, scale=config.scale, names=tuple(seeds_of))
    jobs = []
    for label, variants in variant_groups(paper, scale=config.scale, without=without).items():
        planned = tuple(seeds_of[variants[0]][:num])
        assert all(tuple(seeds_of[name][:num]) == planned for name in variants), f"variants of job {label} have different seeds"
        parts = [(label, variants, chunk) for chunk in _split(planned, config.seeds_per_job or num)]
        added = {name: tuple(seeds_of[name][num:]) for name in variants}
        # Averages add to each variant seeds of its own.
        alike = {label: variants} if len(set(added.values())) == 1 else {name: (name,) for name in variants}
        for own, some in alike.items():
            size = config.seeds_per_job or num * max(1, per_job // len(some))
            parts += [(own, some, chunk) for chunk in _split(added[some[0]], size)]
        rank = max(ranks[name] for name in variants)
        jobs += [
            TrainJob(paper=paper, scale=config.scale, label=own, variants=some, seeds=chunk, rank=rank)
            for own, some, chunk in parts
        ]
    return jobs


def _split(seeds: tuple[int, ...], size: int) -> list[tuple[int, ...]]:
    return [tuple(seeds[start : start + size]) for start in range(0, len(seeds), size)]


def prepare_priority(dataset: AnyDataset, jobs: Collection[TrainJob]) -> int:
    """The priority of preparing a data set: that of the first of `jobs` that reads it; 0 if none does.

    What takes several threads comes before all else: later it would have to wait until so many are free at once, which with
    jobs of one thread each is at the end.
    """
    wide = WIDE_PRIORITY if prepare_threads(dataset) > 1 else 0
    return wide + max((job.priority for job in jobs if dataset.name in job.datasets), default=0)


def prepare_threads(dataset: AnyDataset) -> int:
    """How many threads preparing a data set takes, of as many as there are.

    Images are drawn in Python, which two threads do not do faster than one (7 s instead of 5 for 1,800 images).
    """
    return 1 if dataset.kind == "procedural" else 4


def variant_ranks(paper: Paper, *, scale: str, names: Sequence[str]) -> dict[str, int]:
    """Of each variant how many others, one after the other, wait for it at most."""
    needed = {name: {run.variant for run in needed_runs(_run(paper, scale, name), paper)} for name in names}
    ranks = dict.fromkeys(names, 0)
    for _ in names:
        for name, sources in needed.items():
            for source in sources & set(ranks):
                ranks[source] = max(ranks[source], ranks[name] + 1)
    return ranks


def _run(paper: Paper, scale: str, name: str) -> Run:
    return make_run(paper, scale=scale, variant=name, seed=0)


def variant_groups(paper: Paper, *, scale: str, without: Collection[str] = ()) -> dict[str, tuple[str, ...]]:
    """Which variants are trained in one job, by a label.

    Starting a process costs seconds: where a run costs little more, as many as the scale's `variants_per_job` share one. They
    are of the same pages, so that a page's target trains its own variants alone, and start from the same other runs, if from
    any. Variants that others start from or average share jobs among themselves, so that who waits for one waits for few. One
    that is no network has its own job, but averages of a page cost nothing: one job makes them all.
    Which of the jobs a variant is in depends on its name, so that a new variant moves no other.
    """
    per_job = paper.scale(scale).variants_per_job
    names = planned_variants(paper, scale=scale, without=without)
    runs = {name: _run(paper, scale, name) for name in names}
    sources = {name: tuple(dict.fromkeys(needed.variant for needed in needed_runs(run, paper))) for name, run in runs.items()}
    first = {source for variants in sources.values() for source in variants}
    nets = [name for name, run in runs.items() if isinstance(run.experiment, Experiment)]
    pages = {
        name: [table.name.removeprefix(f"{paper.name}_") for table in paper.tables if name in table.variants] for name in names
    }
    after = {name: [f"after_{source}" for source in sources[name]] + ["first"] * (name in first) for name in names}
    kind = {name: "_".join(("_and_".join(pages[name]), *after[name])) for name in names}
    groups: dict[str, tuple[str, ...]] = {}
    for name in names:
        label = name
        alike = [other for other in nets if kind[other] == kind[name]]
        if per_job > 1 and name in alike and len(alike) > 1:
            num_jobs = math.ceil(len(alike) / per_job)
            label = f"{kind[name]}_{int(sha256_bytes(name.encode()), 16) % num_jobs + 1}"
        if isinstance(runs[name].experiment, Ensemble) and len(pages[name]) == 1:
            label = f"{pages[name][0]}_averages"
        groups[label] = (*groups.get(label, ()), name)
    return groups
