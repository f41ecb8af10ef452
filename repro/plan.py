"""Plan a workflow: check its configuration and say which jobs, with which seeds and resources, make up a scale."""

from __future__ import annotations

import difflib
import math
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from repro.files import sha256_bytes
from repro.papers import PAPERS
from repro.provenance import PACKAGE, spec_digest
from repro.spec.clip_geometry import ClipGeometry, geometry_of
from repro.spec.datasets import Dataset
from repro.spec.experiment import Paper, UnknownName, make_run
from repro.spec.geometry import Geometry
from repro.spec.run import Run
from repro.spec.video import VideoDataset

#: Which configuration key names the source of a kind of data, and whether the data are the same wherever they come from.
SOURCE_KEYS = {
    "cifar10": ("data", True),
    "folders": ("images", False),
    "ilsvrc2012": ("images", False),
    "video_folders": ("videos", False),
    "ucf101": ("videos", False),
    "sports1m": ("videos", False),
}

#: By step, the stages of repro.provenance for images and for videos.
STAGES = {"prepare": ("prepare", "prepare_videos"), "train": ("train_images", "train_clips")}

#: The file by which NVIDIA's driver is reached: asking it costs nothing, where importing torch takes seconds.
DRIVER_NODE = Path("/dev/nvidiactl")

#: Memory of a process that has imported everything and holds a small net, in MiB, and what each number of a batch needs.
BASE_MIB = 1500
COPIES_OF_PARAMETERS, COPIES_OF_NEURONS, BYTES_OF_FLOAT = 6, 4, 4


class ConfigError(ValueError):
    """The workflow's configuration holds an unknown key or a value that is not allowed."""


@dataclass(frozen=True, kw_only=True)
class Config:
    """The workflow's configuration, checked; workflow/config.yaml explains each key."""

    scale: str
    papers: tuple[str, ...]
    data: str | None
    images: str | None
    videos: str | None
    results: str
    reports: str
    device: str
    seeds: int | None
    seeds_per_job: int | None
    gpus_per_job: int | None
    python: str | None


def read_config(values: Mapping[str, Any], *, schema: Path) -> Config:
    """Check `values` against the JSON schema at `schema` and against the catalogue.

    Raises:
        ConfigError: an unknown key, or a value of the wrong type or range.
        UnknownName: no such scale or paper.
    """
    rules = yaml.safe_load(schema.read_text())
    for error in jsonschema.Draft202012Validator(rules).iter_errors(dict(values)):
        raise ConfigError(_explained(error, rules["properties"]))
    papers = (values["papers"],) if isinstance(values["papers"], str) else tuple(values["papers"])
    for name in papers:
        chosen_paper(name)
    papers_at(values["scale"], papers)
    per_job = values["seeds_per_job"]
    config = Config(**{**values, "papers": papers, "seeds_per_job": None if per_job == "all" else per_job})
    lacking = lacking_sources(config)
    return replace(config, papers=tuple(name for name in papers if name not in lacking))


def lacking_sources(config: Config) -> dict[str, str]:
    """Return which papers are left out at the scale since a folder of theirs is not given, and the key that names it.

    Only where a paper is left: with no folder at all none is left out, and planning says which one it needs.
    """
    found: dict[str, str] = {}
    papers = papers_at(config.scale, config.papers)
    for paper in papers:
        for dataset in paper.scale(config.scale).datasets:
            key, fixed = SOURCE_KEYS.get(dataset.kind, ("", True))
            if not fixed and getattr(config, key) is None:
                found.setdefault(paper.name, key)
    return found if len(found) < len(papers) else {}


def left_out(values: Mapping[str, Any], config: Config) -> list[str]:
    """Return a line for each paper of the configuration `values` that `config` leaves out: why, and how to get it."""
    papers = (values["papers"],) if isinstance(values["papers"], str) else tuple(values["papers"])
    lacking = lacking_sources(replace(config, papers=papers))
    return [f"Not run: {name}, whose {key} are not given; for them too: --config {key}=DIR" for name, key in lacking.items()]


def _explained(error: jsonschema.ValidationError, properties: Mapping[str, Any]) -> str:
    where = "edit workflow/config.yaml or the --config options"
    if error.validator == "additionalProperties":
        unknown = sorted(set(error.instance) - set(properties))[0]
        close = difflib.get_close_matches(unknown, list(properties), n=1)
        guess = f"; did you mean {close[0]!r}?" if close else ";"
        return f"unknown key {unknown!r} in the configuration{guess} allowed: {', '.join(properties)}; {where}"
    if not error.absolute_path:
        return f"the configuration is incomplete: {error.message}; take the missing key from workflow/config.yaml"
    key = str(error.absolute_path[0])
    names = [name for name in properties[key].get("enum", []) if isinstance(name, str)]
    close = difflib.get_close_matches(str(error.instance), names, n=1)
    guess = f"; did you mean {close[0]!r}?" if close else ";"
    return f"configuration {key}={error.instance!r} is not allowed{guess} allowed: {properties[key]['description']}; {where}"


def chosen_paper(name: str) -> Paper:
    """Return the paper called `name`; raise UnknownName if there is none."""
    if name not in PAPERS:
        raise UnknownName("paper", name, PAPERS, hint="python -m repro list")
    return PAPERS[name]


def papers_at(scale: str, names: Sequence[str] | None = None) -> list[Paper]:
    """Return those papers (of `names`; default: all) that have `scale`; raise UnknownName if none has."""
    papers = [chosen_paper(name) for name in (PAPERS if names is None else names)]
    found = [paper for paper in papers if scale in {item.name for item in paper.scales}]
    if not found:
        allowed = dict.fromkeys(item.name for paper in papers for item in paper.scales)
        raise UnknownName("scale", scale, allowed, where=f" of {', '.join(p.name for p in papers)}", hint="python -m repro list")
    return found


def planned_seeds(paper: Paper, *, scale: str, num_seeds: int | None = None) -> tuple[int, ...]:
    """Return the seeds of each variant: 0 up to `num_seeds`, by default as many as the scale plans."""
    return tuple(range(paper.scale(scale).num_seeds if num_seeds is None else num_seeds))


def planned_variants(paper: Paper, *, scale: str, table: str | None = None) -> tuple[str, ...]:
    """Return the variants of `table` (default: of all tables) that `scale` runs, each once, in the order of the tables."""
    tables = paper.tables if table is None else (paper.table(table),)
    names = dict.fromkeys(variant for item in tables for variant in item.variants)
    return tuple(name for name in names if paper.scale(scale).has(paper.family(name)))


def planned_runs(paper: Paper, *, scale: str, table: str | None = None, num_seeds: int | None = None) -> list[Run]:
    """Return all runs that `table` (default: any table) of `paper` needs at `scale`."""
    names = planned_variants(paper, scale=scale, table=table)
    seeds = planned_seeds(paper, scale=scale, num_seeds=num_seeds)
    return [make_run(paper, scale=scale, variant=name, seed=seed) for name in names for seed in seeds]


def source_option(dataset: Dataset | VideoDataset, config: Config) -> str:
    """Return the `--source` option of the prepare stage for `dataset`: empty if it needs no folder.

    Raises:
        ConfigError: the data need a folder and none is given, or it does not exist.
    """
    if dataset.kind not in SOURCE_KEYS:
        return ""
    key, fixed = SOURCE_KEYS[dataset.kind]
    folder: str | None = getattr(config, key)
    if folder is None and fixed:
        return ""
    if folder is None:
        raise ConfigError(f"scale {config.scale!r} needs a folder of {key} and got none; say where it is: --config {key}=DIR")
    path = Path(folder).expanduser()
    if not path.is_dir():
        raise ConfigError(
            f"{key}={folder!r} is not a folder (looked from {Path.cwd()}); give an existing one: --config {key}=DIR"
        )
    return f"--source {shlex.quote(str(path))}"


def stage_of(step: str, dataset: Dataset | VideoDataset) -> str:
    """Return the stage whose code does `step` (prepare, train) on such data."""
    return STAGES[step][isinstance(dataset, VideoDataset)]


def source_identity(dataset: Dataset | VideoDataset, config: Config) -> str:
    """Return what tells a user's images from other images: their folder, or nothing where the data are always the same."""
    _, fixed = SOURCE_KEYS.get(dataset.kind, ("", True))
    return "" if fixed else source_option(dataset, config)


@dataclass(frozen=True, kw_only=True)
class TrainJob:
    """One job of the train stage: some variants of a paper with some seeds, in turn in one process."""

    paper: Paper
    scale: str
    label: str
    variants: tuple[str, ...]
    seeds: tuple[int, ...]

    @property
    def seeds_option(self) -> str:
        """Return the seeds as the command line takes them; they are consecutive."""
        return str(self.seeds[0]) if len(self.seeds) == 1 else f"{self.seeds[0]}-{self.seeds[-1]}"

    @property
    def variants_option(self) -> str:
        """Return the variants as the command line takes them."""
        return ",".join(self.variants)

    @property
    def name(self) -> str:
        return f"train_{self.paper.name}_{self.label}_seeds_{self.seeds_option.replace('-', '_to_')}"

    @property
    def spec(self) -> str:
        """Return the digest of the runs' specs, of which the seed is no part."""
        return spec_digest([[run.variant, run.experiment, run.dataset] for run in self._runs])

    @property
    def mem_mb(self) -> int:
        """Return an estimate of the memory that the job needs, in MiB."""
        return max(_mem_mb(run) for run in self._runs)

    @property
    def priority(self) -> int:
        """Return how long the job takes, in thousands of operations for each training image: the longest starts first."""
        return sum(run.trained.recipe.schedule.num_epochs * _shapes(run).num_flops // 1000 for run in self._runs)

    @property
    def _runs(self) -> list[Run]:
        return [make_run(self.paper, scale=self.scale, variant=name, seed=self.seeds[0]) for name in self.variants]


def _shapes(run: Run) -> Geometry | ClipGeometry:
    return geometry_of(run.trained.network)


def _mem_mb(run: Run) -> int:
    numbers = COPIES_OF_PARAMETERS * _shapes(run).num_parameters
    numbers += COPIES_OF_NEURONS * _shapes(run).num_neurons * run.trained.recipe.batch_size
    return BASE_MIB + numbers * BYTES_OF_FLOAT // 2**20


def train_jobs(paper: Paper, config: Config) -> list[TrainJob]:
    """Return the jobs that train every variant of `paper` with all seeds."""
    seeds = planned_seeds(paper, scale=config.scale, num_seeds=config.seeds)
    size = config.seeds_per_job or len(seeds)
    chunks = [seeds[start : start + size] for start in range(0, len(seeds), size)]
    return [
        TrainJob(paper=paper, scale=config.scale, label=label, variants=variants, seeds=chunk)
        for label, variants in variant_groups(paper, scale=config.scale).items()
        for chunk in chunks
    ]


def variant_groups(paper: Paper, *, scale: str) -> dict[str, tuple[str, ...]]:
    """Return which variants are trained in one job, by a label.

    Starting a process costs seconds: where a run costs little more, as many as the scale's `variants_per_job` share one. They
    are of the same page, so that a page's target trains its own variants alone; a variant of several pages has its own job.
    Which of its page's jobs a variant is in depends on its name, so that a new variant moves no other.
    """
    per_job = paper.scale(scale).variants_per_job
    pages = {
        name: [table.name for table in paper.tables if name in table.variants] for name in planned_variants(paper, scale=scale)
    }
    groups: dict[str, tuple[str, ...]] = {}
    for name, found in pages.items():
        label = name
        if per_job > 1 and len(found) == 1:
            num_jobs = math.ceil(len([others for others in pages.values() if others == found]) / per_job)
            label = f"{found[0].removeprefix(f'{paper.name}_')}_{int(sha256_bytes(name.encode()), 16) % num_jobs + 1}"
        groups[label] = (*groups.get(label, ()), name)
    return groups


def gpus_per_job(config: Config, *, driver_node: Path = DRIVER_NODE) -> int:
    """Return how many GPUs a training job takes; with device auto, one where `driver_node` shows that there is a driver."""
    if config.gpus_per_job is not None:
        return config.gpus_per_job
    return int(config.device == "cuda" or (config.device == "auto" and driver_node.exists()))


def claims_digest(papers: Sequence[Paper]) -> str:
    """Return the digest of all that the papers claim and how their tables are laid out."""
    return spec_digest([[paper.claims, paper.tables, paper.variants, paper.scales] for paper in papers])


def measured_digest(papers: Sequence[Paper]) -> str:
    """Return the digest of what claims have measured in their runs, which their words and rules are no part of."""
    return spec_digest(
        [[c.metric, c.arm, c.against, c.arm_grid, c.against_grid, c.thresholds] for paper in papers for c in paper.claims]
    )


def templates_digest() -> str:
    """Return the digest of the page templates, which are no code and still shape the report."""
    files = sorted((PACKAGE / "report" / "templates").rglob("*"))
    return sha256_bytes(b"".join(file.name.encode() + file.read_bytes() for file in files if file.is_file()))
