"""By which code the runs of each stage are made; only what a stage needs is imported."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

#: Makes runs: takes them with `results`, `num_threads`, `device` and `say`.
Make = Callable[..., None]


def maker_of(stage: str) -> Make:
    """Return the function that makes the runs of `stage` (repro.artifacts.provenance.STAGE_ROOTS).

    Raises:
        ValueError: no runs are made by such a stage.
    """
    makers: dict[str, Callable[[], Make]] = {
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


def _train_images() -> Make:
    from repro.train.networks.images import open_images
    from repro.train.networks.run import train_runs

    opened: Any = open_images
    return functools.partial(train_runs, open_data=opened)


def _train_clips() -> Make:
    from repro.train.networks.clips import open_videos
    from repro.train.networks.run import train_runs

    opened: Any = open_videos
    return functools.partial(train_runs, open_data=opened)


def _fit_images() -> Make:
    from repro.train.methods.fit import fit_runs
    from repro.train.methods.fit_images import open_images_to_fit

    opened: Any = open_images_to_fit
    return functools.partial(fit_runs, open_data=opened)


def _fit_videos() -> Make:
    from repro.train.methods.fit import fit_runs
    from repro.train.methods.fit_videos import open_videos_to_fit

    opened: Any = open_videos_to_fit
    return functools.partial(fit_runs, open_data=opened)


def _average() -> Make:
    from repro.train.methods.average import average_runs

    return average_runs


def _time() -> Make:
    from repro.train.methods.timing import time_runs

    return time_runs
