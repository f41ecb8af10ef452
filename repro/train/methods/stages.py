"""By which code the runs of each stage are made; only what a stage needs is imported."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from repro.spec.run import Run
from repro.system.progress import Say
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


def maker_of(stage: str) -> Maker:
    """The function that makes the runs of `stage` (repro.artifacts.provenance.STAGE_ROOTS).

    Raises:
        ValueError: no runs are made by such a stage.
    """
    makers: dict[str, Callable[[], Maker]] = {
        "train_images": _train_images,
        "train_clips": _train_clips,
        "fit_images": _fit_images,
        "fit_videos": _fit_videos,
        "average": _average,
        "time": _time,
    }
    if stage not in makers:
        raise ValueError(f"no runs are made by stage {stage!r}; allowed: {', '.join(makers)}")
    return makers[stage]()


def _from(open_data: Callable[[Path], Opened], make_runs: MakerFromData[Opened]) -> Maker:
    def make(runs: Sequence[Run], *, results: Path, compute: Compute, say: Say) -> None:
        make_runs(runs, open_data=open_data, results=results, compute=compute, say=say)

    return make


def _train_images() -> Maker:
    from repro.train.networks.images import open_images
    from repro.train.networks.run import train_runs

    return _from(open_images, train_runs)


def _train_clips() -> Maker:
    from repro.train.networks.clips import open_videos
    from repro.train.networks.run import train_runs

    return _from(open_videos, train_runs)


def _fit_images() -> Maker:
    from repro.train.methods.fit import fit_runs
    from repro.train.methods.fit_images import open_images_to_fit

    return _from(open_images_to_fit, fit_runs)


def _fit_videos() -> Maker:
    from repro.train.methods.fit import fit_runs
    from repro.train.methods.fit_videos import open_videos_to_fit

    return _from(open_videos_to_fit, fit_runs)


def _average() -> Maker:
    from repro.train.methods.average import average_runs

    return average_runs


def _time() -> Maker:
    from repro.train.methods.timing import time_runs

    return time_runs
