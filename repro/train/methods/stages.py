"""By which code the runs of each stage are made; only what a stage needs is imported."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from repro.spec.run import Run
from repro.system.progress import Say
from repro.train.methods.mending import mending
from repro.train.runs.context import Compute

Opened = TypeVar("Opened")
Needed = TypeVar("Needed", contravariant=True)


class Maker(Protocol):
    """Makes runs in turn, each in its own folder of `results`."""

    def __call__(self, runs: Sequence[Run], *, results: Path, compute: Compute, say: Say) -> None: ...


class MakerFromData(Protocol[Needed]):
    """Makes runs in turn from prepared data, which `open_data` opens."""

    def __call__(
        self, runs: Sequence[Run], *, open_data: Callable[[Path], Needed], results: Path, compute: Compute, say: Say
    ) -> None: ...


def maker_of(stage: str, *, mends: bool = False) -> Maker:
    """The function that makes the runs of `stage` (repro.artifacts.provenance.STAGE_ROOTS).

    mends: have prepared data that are damaged made whole where they lie; if not, damage is an error.

    Raises:
        ValueError: no runs are made by such a stage.
    """
    makers: dict[str, Callable[[bool], Maker]] = {
        "train_images": _train_images,
        "train_clips": _train_clips,
        "fit_images": _fit_images,
        "fit_videos": _fit_videos,
        "average": _average,
        "time": _time,
    }
    if stage not in makers:
        raise ValueError(f"no runs are made by stage {stage!r}; allowed: {', '.join(makers)}")
    return makers[stage](mends)


def _from(open_data: Callable[[Path], Opened], make_runs: MakerFromData[Opened], *, mends: bool) -> Maker:
    def make(runs: Sequence[Run], *, results: Path, compute: Compute, say: Say) -> None:
        opening = mending(open_data, runs, results=results, compute=compute, say=say) if mends else open_data
        make_runs(runs, open_data=opening, results=results, compute=compute, say=say)

    return make


def _train_images(mends: bool) -> Maker:
    from repro.train.networks.images import open_images
    from repro.train.networks.run import train_runs

    return _from(open_images, train_runs, mends=mends)


def _train_clips(mends: bool) -> Maker:
    from repro.train.networks.clips import open_videos
    from repro.train.networks.run import train_runs

    return _from(open_videos, train_runs, mends=mends)


def _fit_images(mends: bool) -> Maker:
    from repro.train.methods.fit import fit_runs
    from repro.train.methods.fit_images import open_images_to_fit

    return _from(open_images_to_fit, fit_runs, mends=mends)


def _fit_videos(mends: bool) -> Maker:
    from repro.train.methods.fit import fit_runs
    from repro.train.methods.fit_videos import open_videos_to_fit

    return _from(open_videos_to_fit, fit_runs, mends=mends)


def _average(mends: bool) -> Maker:
    from repro.train.methods.average import average_runs

    return average_runs


def _time(mends: bool) -> Maker:
    from repro.artifacts.dataset_json import read_dataset
    from repro.train.methods.timing import time_runs

    def make(runs: Sequence[Run], *, results: Path, compute: Compute, say: Say) -> None:
        opening = mending(read_dataset, runs, results=results, compute=compute, say=say)
        for folder in opening.datasets:
            opening(folder)
        time_runs(runs, results=results, compute=compute, say=say)

    return make if mends else time_runs
