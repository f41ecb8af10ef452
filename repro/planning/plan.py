"""Plan a workflow: check its configuration and say which jobs, with which seeds and resources, make up a scale."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from repro.artifacts.files import sha256_bytes
from repro.artifacts.provenance import PACKAGE, code_digest, prepare_stage, spec_digest
from repro.catalogue.known import Catalogue, catalogue
from repro.planning.config_values import ConfigError, checked_values, listed, packaged
from repro.spec.claims import train_errors_of
from repro.spec.datasets import Dataset
from repro.spec.experiment import Paper, make_run, with_needed
from repro.spec.run import Ensemble, Experiment, Fitted, Run, Timing
from repro.spec.scales.series import ImagePart, VideoPart
from repro.spec.video_datasets import VideoDataset

#: Which configuration key names the source of a kind of data, and whether the data are the same wherever they come from.
SOURCE_KEYS = {
    "cifar10": ("data", True),
    "folders": ("images", False),
    "unsplit_folders": ("unsplit", False),
    "ilsvrc2010": ("images", False),
    "ilsvrc2012": ("images", False),
    "video_folders": ("videos", False),
    "ucf101": ("videos", False),
    "sports1m": ("videos", False),
}

#: Folders that data of a kind have.
HOLDS = {
    "folders": ("train", "val"),
    "ilsvrc2010": ("train", "test"),
    "ilsvrc2012": ("train", "val"),
    "video_folders": ("train", "test"),
    "sports1m": ("videos",),
}

#: By method, the stages of repro.artifacts.provenance that make a run of images and one of videos.
STAGES: dict[type, tuple[str, str]] = {
    Experiment: ("train_images", "train_clips"),
    Fitted: ("fit_images", "fit_videos"),
    Ensemble: ("average", "average"),
    Timing: ("time", "time"),
}

#: The file by which NVIDIA's driver is reached: asking it costs nothing, where importing torch takes seconds.
DRIVER_NODE = Path("/dev/nvidiactl")


@dataclass(frozen=True, kw_only=True)
class Config:
    """The workflow's configuration, checked; workflow/config.yaml explains each key."""

    scale: str
    papers: tuple[str, ...]
    catalogue: Catalogue
    data: str | None
    images: str | None
    videos: str | None
    images_title: str | None
    videos_title: str | None
    pretraining: str | None
    unsplit: str | None
    transfer: str | None
    results: str
    reports: str
    device: str
    seeds: int | None
    until: str | None
    looks: tuple[int, ...]
    hours: float | None
    tuned: bool
    seeds_per_job: int | None
    gpus_per_job: int | None
    precision: str
    towers_apart: bool
    container: str | None
    fork_server: bool
    python: str | None
    max_left_out: float


def read_config(values: Mapping[str, Any], *, schema: Path | None = None) -> Config:
    """Check `values` against the JSON schema, by default that of the package, and against the catalogue.

    Raises:
        ConfigError: an unknown key, or a value of the wrong type or range.
        CatalogueError: a file of the catalogue cannot be taken as it is.
        UnknownName: no such scale or paper.
    """
    values = checked_values(values, schema=schema.read_text() if schema else packaged("config.schema.yaml"))
    known = catalogue(values["catalogue"])
    papers = _chosen(values, known)
    known.papers_at(values["scale"], papers)
    per_job = values["seeds_per_job"]
    checked = {"papers": papers, "catalogue": known, "seeds_per_job": None if per_job == "all" else per_job}
    checked |= _checked_looks(values)
    config = Config(**{**values, **checked})
    lacking = lacking_sources(config)
    return replace(config, papers=tuple(name for name in papers if name not in lacking))


def _checked_looks(values: Mapping[str, Any]) -> dict[str, Any]:
    """The looks of a configuration, and the seeds of each variant: with `until`, as many as the first look has."""
    looks = tuple(values["looks"])
    if values["until"] is None:
        if values["hours"] is not None and not values["tuned"]:
            raise ConfigError(
                f"configuration hours={values['hours']} is a budget of until=decided or tuned=true; add one, or leave it out"
            )
        return {"looks": ()}
    if values["seeds"] is not None:
        raise ConfigError(
            f"configuration seeds={values['seeds']} and until=decided exclude each other; looks=[3,5,10] says how many"
        )
    if any(one >= other for one, other in pairwise(looks)):
        raise ConfigError(f"configuration looks={list(looks)} do not rise; allowed: numbers of seeds such as looks=[3,5,10]")
    return {"looks": looks, "seeds": looks[0]}


def _chosen(values: Mapping[str, Any], known: Catalogue) -> tuple[str, ...]:
    """The names of the papers that a configuration asks for: without any, all that are known."""
    if values["papers"] in (None, "all"):
        return tuple(paper.name for paper in known.papers)
    names = listed(values["papers"])
    if not names:
        raise ConfigError(f"papers={values['papers']!r} names no paper; allowed: names of papers, or null for all")
    return names


def lacking_sources(config: Config) -> dict[str, str]:
    """Which papers are left out at the scale since a folder of theirs is not given, and the key that names it.

    Only where a paper is left: with no folder at all none is left out, and planning says which one it needs.
    """
    found: dict[str, str] = {}
    papers = config.catalogue.papers_at(config.scale, config.papers)
    for paper in papers:
        key, fixed = source_key(paper, config.scale, paper.scale(config.scale).dataset)
        if not fixed and getattr(config, key) is None:
            found[paper.name] = key
    return found if len(found) < len(papers) else {}


def source_key(paper: Paper, scale: str, dataset: Dataset | VideoDataset) -> tuple[str, bool]:
    """The key that names the source of `dataset`, and whether the data are the same wherever they come from.

    Data of the scale beside its own are those of pre-training (images) and of transfer (videos). No key: none is needed.
    """
    key, fixed = SOURCE_KEYS.get(dataset.kind, ("", True))
    if fixed or key == "unsplit" or dataset.name == paper.scale(scale).dataset.name:
        return key, fixed
    return ("transfer" if isinstance(dataset, VideoDataset) else "pretraining"), False


def out_of_reach(paper: Paper, config: Config) -> dict[str, str]:
    """The data of the scale, beside its own, whose source is not given, and the key that names it."""
    keys = {item.name: source_key(paper, config.scale, item) for item in paper.scale(config.scale).datasets[1:]}
    return {name: key for name, (key, fixed) in keys.items() if not fixed and getattr(config, key) is None}


def left_out(values: Mapping[str, Any], config: Config) -> list[str]:
    """A line for each paper of the configuration `values` that `config` leaves out: why, and how to get it."""
    lacking = lacking_sources(replace(config, papers=_chosen(values, config.catalogue)))
    lines = [f"Not run: {name}, whose {key} are not given; for them too: --config {key}=DIR" for name, key in lacking.items()]
    for paper in config.catalogue.papers_at(config.scale, config.papers):
        for name, key in out_of_reach(paper, config).items():
            lines.append(f"Not run: what needs {name} of {paper.name}; for it too: --config {key}=DIR")
    return lines


def planned_seeds(paper: Paper, *, scale: str, num_seeds: int | None = None) -> tuple[int, ...]:
    """The seeds of each variant of a table: 0 up to `num_seeds`, by default as many as the scale plans."""
    return tuple(range(paper.scale(scale).num_seeds if num_seeds is None else num_seeds))


def planned_variants(paper: Paper, *, scale: str, table: str | None = None, without: Collection[str] = ()) -> tuple[str, ...]:
    """The variants of `table` (default: of all tables) that `scale` runs, each once, in the order of the tables.

    Behind them come those from which they start, or which they average, and which stand in no table themselves.
    """
    return tuple(dict.fromkeys(run.variant for run in planned_runs(paper, scale=scale, table=table, without=without)))


def planned_runs(
    paper: Paper, *, scale: str, table: str | None = None, num_seeds: int | None = None, without: Collection[str] = ()
) -> list[Run]:
    """All runs that `table` (default: any table) of `paper` needs at `scale`, variant by variant.

    A variant whose runs others start from or average may have more seeds than planned for a table. Runs that need data
    whose names are in `without` are left out.
    """
    tables = paper.tables if table is None else (paper.table(table),)
    names = dict.fromkeys(variant for item in tables for variant in item.variants)
    chosen = [name for name in names if paper.scale(scale).has(paper.family(name))]
    seeds = planned_seeds(paper, scale=scale, num_seeds=num_seeds)
    wanted = [make_run(paper, scale=scale, variant=name, seed=seed) for name in chosen for seed in seeds]
    reached = [run for run in wanted if not {item.dataset.name for item in with_needed([run], paper)} & set(without)]
    runs = with_needed(reached, paper)
    place = {name: number for number, name in enumerate(dict.fromkeys([*chosen, *(run.variant for run in runs)]))}
    return sorted(runs, key=lambda run: (place[run.variant], run.seed))


def runs_of_sizes(paper: Paper, runs: Sequence[Run], *, num_seeds: int | None = None) -> list[Run]:
    """Those of the planned `runs` that the effects need which the paper shows at several sizes, and what these start from.

    Of each variant the seeds of a page, and none that averages add.
    """
    seeds = planned_seeds(paper, scale=runs[0].scale, num_seeds=num_seeds) if runs else ()
    claims = {claim.id: claim for claim in paper.claims}
    arms = {name for item in (paper.sizes.effects if paper.sizes else ()) for name in claims[item.claim].variants}
    needed = {run.id for run in with_needed([run for run in runs if run.variant in arms and run.seed in seeds], paper)}
    return [run for run in runs if run.id in needed]


def source_option(paper: Paper, dataset: Dataset | VideoDataset, config: Config) -> str:
    """The options of the prepare stage that say where `dataset` of `paper` is, and what it is called: "" if it needs no folder.

    Raises:
        ConfigError: the data need a folder and none is given, or it does not exist.
    """
    key, fixed = source_key(paper, config.scale, dataset)
    folder: str | None = getattr(config, key) if key else None
    if folder is None and fixed:
        return ""
    if folder is None:
        raise ConfigError(_needs(paper, config, key=key))
    path = Path(folder)
    if not path.is_dir():
        raise ConfigError(
            f"{key}={folder!r} is not a folder (looked from {Path.cwd()}); give an existing one: --config {key}=DIR"
        )
    _check_holds(path, dataset.kind, key=key)
    title = {"images": config.images_title, "videos": config.videos_title}.get(key)
    return f"--source {shlex.quote(str(path))}" + (f" --title {shlex.quote(title)}" if title else "")


def _needs(paper: Paper, config: Config, *, key: str) -> str:
    """Say which folders the papers of the configuration need at its scale; one of them is enough for its papers."""
    papers = config.catalogue.papers_at(config.scale, config.papers)
    keys = dict.fromkeys([key, *(source_key(one, config.scale, one.scale(config.scale).dataset)[0] for one in papers)])
    options = " or ".join(f"--config {name}=DIR" for name in keys if name)
    return f"scale {config.scale!r} needs a folder of {' or '.join(filter(None, keys))} and got none; say where it is: {options}"


def _check_holds(path: Path, kind: str, *, key: str) -> None:
    """Refuse a folder that cannot be such data, before a job waits for its turn.

    Raises:
        ConfigError: it is empty, cannot be read, or lacks a folder that such data have.
    """
    try:
        is_empty = not any(path.iterdir())
    except OSError as error:
        raise ConfigError(f"{key}={str(path)!r} cannot be read ({error.strerror}); give your user the right to it") from None
    lacking = [name for name in HOLDS.get(kind, ()) if not (path / name).is_dir()]
    if is_empty or lacking:
        what = "is empty" if is_empty else f"has no folder {' and no folder '.join(lacking)}"
        needed = f"allowed: a folder with {' and '.join(f'{name}/' for name in HOLDS[kind])}; " if kind in HOLDS else ""
        raise ConfigError(f"{key}={str(path)!r} {what}; {needed}give another one: --config {key}=DIR")


def prepare_code(dataset: Dataset | VideoDataset) -> str:
    """The digest of the code that prepares such data, and of what measures them on the way."""
    part = isinstance(dataset, ImagePart | VideoPart)
    stages = [prepare_stage(dataset.kind, part=part), *(["camera_motion"] if isinstance(dataset, VideoDataset) else [])]
    return sha256_bytes(" ".join(map(code_digest, stages)).encode())


def stage_of(run: Run) -> str:
    """The stage whose code makes `run`."""
    return STAGES[type(run.experiment)][isinstance(run.dataset, VideoDataset)]


def train_options(config: Config) -> str:
    """The options of the train stage that make another run of it, each after a space: nothing for a faithful one."""
    options = [] if config.precision == "float32" else [f"--precision {config.precision}"]
    return "".join(f" {option}" for option in options + ["--towers-apart"] * config.towers_apart)


def catalogue_options(config: Config) -> str:
    """The options by which a command knows the papers of the configuration's files, each after a space."""
    return "".join(f" --catalogue {shlex.quote(file)}" for file in config.catalogue.files)


def gpus_per_job(config: Config, *, driver_node: Path = DRIVER_NODE) -> int:
    """How many GPUs a training job takes; with device auto, one where `driver_node` shows that there is a driver."""
    if config.gpus_per_job is not None:
        return config.gpus_per_job
    return int(config.device == "cuda" or (config.device == "auto" and driver_node.exists()))


def claims_digest(papers: Sequence[Paper]) -> str:
    """The digest of all that the papers claim and how their tables are laid out."""
    return spec_digest([[paper.claims, paper.tables, paper.variants, paper.scales] for paper in papers])


def measured_digest(papers: Sequence[Paper]) -> str:
    """The digest of what claims have measured in their runs, which their words and rules are no part of."""
    return spec_digest([[claim.metric, claim.variants, train_errors_of(claim)] for paper in papers for claim in paper.claims])


def templates_digest() -> str:
    """The digest of the page templates, which are no code and still shape the report."""
    files = sorted((PACKAGE / "report" / "templates").rglob("*"))
    return sha256_bytes(b"".join(file.name.encode() + file.read_bytes() for file in files if file.is_file()))
