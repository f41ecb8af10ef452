"""Search for the rate of an arm: runs that never see the held-out training examples, compared by these alone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from repro.analyse.collect.run_files import AGAIN, find_run
from repro.artifacts.dataset_json import DatasetJson, read_dataset
from repro.artifacts.documents import MissingFileError
from repro.artifacts.files import data_folder, run_folder
from repro.artifacts.ledger.chain import read_ledger
from repro.artifacts.ledger.events import RateChoice
from repro.artifacts.log_jsonl import read_log
from repro.data.files.prepared_from import prepared_from
from repro.planning.deciding.train import Place
from repro.planning.tuning.asked import CannotTune
from repro.spec.experiment import AnyDataset, Paper, make_run, with_needed
from repro.spec.run import Run
from repro.spec.scales.grid import RateGrid
from repro.spec.scales.names import AtRate, OfSearch, factor_text, of_search
from repro.system.progress import Say

#: The folder of searches in a scale's, which has results of its own.
FOLDER = "tuning"
#: By fewer held-out examples no rates are compared.
FEWEST_HELD_OUT = 10


@dataclass(frozen=True, kw_only=True)
class Search:
    """The search at one scale. results: of the scale itself; scale: that of the search. seeds: of its runs."""

    paper: Paper
    scale: str
    seeds: tuple[int, ...]
    results: Path

    @property
    def base(self) -> str:
        """The scale whose rates are sought."""
        said = of_search(self.scale)
        assert said is not None, f"{self.scale} is the scale of no search"
        return said.base

    @property
    def root(self) -> Path:
        """The folder of the search's own results."""
        return self.results / self.base / FOLDER

    def runs(self, variant: str, factor: float, *, grid: RateGrid) -> list[Run]:
        """The runs of a variant at a factor of its rate."""
        name = AtRate(base=variant, factor=factor).name
        return [make_run(self.paper, scale=self.scale, variant=name, seed=seed) for seed in self.seeds[: grid.num_seeds]]

    def errors(self, variant: str, factor: float, *, grid: RateGrid) -> tuple[float | None, ...] | None:
        """The held-out errors of these runs, None of one that diverged; None while one of them is not finished."""
        runs = self.runs(variant, factor, grid=grid)
        if any(find_run(self.root, run.id) is None for run in runs):
            return None
        return tuple(held_out_error(self.root, run.id) for run in runs)

    def tried(self, variant: str, *, grid: RateGrid) -> dict[float, tuple[float | None, ...]]:
        """By factor the errors of all rates whose runs are finished, as far as the grid has grown."""
        found: dict[float, tuple[float | None, ...]] = {}
        for factor in grid.factors:
            errors = self.errors(variant, factor, grid=grid)
            if errors is not None:
                found[factor] = errors
        while len(found) >= len(grid.factors) and (further := grid.beyond(tuple(found), best=grid.best(found))) is not None:
            errors = self.errors(variant, further, grid=grid)
            if errors is None:
                break
            found[further] = errors
        return found

    def lacking(self, variant: str, *, grid: RateGrid) -> list[Run]:
        """The runs that the search for a variant's rate needs next; none when it is over."""
        tried = self.tried(variant, grid=grid)
        factors = [factor for factor in grid.factors if factor not in tried]
        if not factors:
            further = grid.beyond(tuple(tried), best=grid.best(tried))
            factors = [] if further is None else [further]
        runs = [run for factor in factors for run in self.runs(variant, factor, grid=grid)]
        return [run for run in with_needed(runs, self.paper) if find_run(self.root, run.id) is None]

    def choice(self, variant: str, *, grid: RateGrid) -> RateChoice:
        """What a search that is over has found."""
        tried = self.tried(variant, grid=grid)
        best = grid.best(tried)
        return RateChoice(
            variant=f"{self.paper.name}/{variant}",
            search=self.scale,
            tried={factor_text(factor): tried[factor] for factor in sorted(tried)},
            factor=factor_text(best),
            at_edge=best in (min(tried), max(tried)),
            tip=read_ledger(self.root / self.scale).tip,
        )


def held_out_error(results: Path, run_id: str) -> float | None:
    """The error of a finished run on the held-out training examples, after its last epoch; None if it diverged."""
    record = find_run(results, run_id)
    assert record is not None and record.network is not None, f"{run_id} is no finished run of a network"
    if record.diverged:
        return None
    error = read_log(run_folder(results, run_id), record.network.log, again=AGAIN)[-1].validation_top1_error
    if error is None:
        raise CannotTune(f"run {run_id} held out no examples; delete its folder, and type the same again")
    return error


def search_scale(paper: Paper, variants: Sequence[str], *, scale: str, results: Path, held_out: float) -> str:
    """The name of the scale at which the rates of `variants` are compared: how much is held out of data that hold out nothing.

    Raises:
        CannotTune: the data are not prepared, or too few to hold some out.
    """
    datasets = {paper.scale(scale).dataset_of(paper.family(name), seed=0).name for name in variants}
    prepared = {name: _prepared(paper, name, scale=scale, results=results) for name in sorted(datasets)}
    counts = {name: _num(data, "train") for name, data in prepared.items() if "validation" not in data.splits}
    fewest = min(counts.values(), default=0)
    num = round(held_out * fewest)
    small = {name: num for name in counts if num < FEWEST_HELD_OUT}
    small |= {name: _num(data, "validation") for name, data in prepared.items() if "validation" in data.splits}
    for name, few in small.items():
        if few < FEWEST_HELD_OUT:
            raise CannotTune(
                f"of the data {name} {few} training examples would be held out ({_num(prepared[name], 'train')} are there); "
                f"allowed: {FEWEST_HELD_OUT} and more; give more data, or a larger held_out in the sizing's rates"
            )
    return OfSearch(base=scale, num=num).name


def _num(data: DatasetJson, split: str) -> int:
    """How many images, or videos, a split has."""
    found = data.splits[split]
    return found.num_examples if found.videos is None else found.videos.num_videos


def _prepared(paper: Paper, dataset: str, *, scale: str, results: Path) -> DatasetJson:
    try:
        return read_dataset(data_folder(results, scale, dataset))
    except MissingFileError:
        raise CannotTune(
            f"the data {dataset} of scale {scale} are not prepared in {results}; type python -m repro prepare --paper "
            f"{paper.name} --scale {scale} --dataset {dataset} first"
        ) from None


def prepare_search(search: Search, runs: Sequence[Run], place: Place, *, say: Say) -> None:
    """Have the data of `runs` of a search ready: a link to those of the scale, or the same with some held out.

    Raises:
        CannotTune: they could not be prepared.
    """
    for dataset in {run.dataset.name: run.dataset for run in runs}.values():
        folder = data_folder(search.root, search.scale, dataset.name)
        if (folder / "dataset.json").is_file():
            continue
        own = next(item for item in search.paper.scale(search.base).datasets if item.name == dataset.name)
        if own == dataset:
            folder.parent.mkdir(parents=True, exist_ok=True)
            folder.symlink_to(Path("..", "..", "..", "data", dataset.name), target_is_directory=True)
            continue
        say(f"holds {dataset.num_validation} training examples out of {dataset.name}")
        if subprocess.run(prepare_command(search, dataset, place)).returncode:
            raise CannotTune(f"the data {dataset.name} could not be prepared; the lines above say why; put it right first")


def prepare_command(search: Search, dataset: AnyDataset, place: Place) -> list[str]:
    """The command line that prepares the data of a scale with some examples held out, from where they were prepared before."""
    folder = data_folder(search.results, search.base, dataset.name)
    known, before = read_dataset(folder), prepared_from(folder)
    source = ["--source", before.source] if before and before.source else []
    limit = ["--max-left-out", str(before.max_left_out)] if before else []
    return [
        *(sys.executable, "-m", "repro", "prepare", "--paper", search.paper.name, "--scale", search.scale),
        *("--dataset", dataset.name, "--results", str(search.root), "--title", known.title, "--threads", str(place.threads)),
        *(*source, *limit, *_catalogues(place.options)),
    ]


def _catalogues(options: Sequence[str]) -> list[str]:
    """Those of a command's options that name files of the catalogue."""
    return [word for name, value in pairwise(options) if name == "--catalogue" for word in (name, value)]


def at_search(place: Place, search: Search) -> Place:
    """Where and how the runs of a search are made."""
    return replace(place, results=search.root)
