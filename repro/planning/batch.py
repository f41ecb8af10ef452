"""What a job asks a batch system for: a GPU if it computes on one, minutes, memory, how often it may be tried."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping
from typing import Any

from repro.planning.config_values import ConfigError
from repro.planning.cost import JOB_S, Rate, run_cost, sizes_at
from repro.planning.jobs import TrainJob
from repro.planning.plan import DRIVER_NODE, Config, gpus_per_job
from repro.spec.experiment import Paper

#: The stages that compute on a GPU if they have one. What the others asked for would stand idle.
ON_GPU = ("train_images", "train_clips", "fit_videos", "time")
#: Operations a second that every processor core and every GPU of today attains, with a margin of three and more: a core had 16
#: to 25 billion with the nets of scale smoke, and who is asked for too few minutes ends a job, which then has to be continued.
CPU_RATE, GPU_RATE = 5e9, 2e12
#: Minutes that every job asks for at least, and the most that one does unless the profile's default says another number.
LEAST_MIN, LONGEST_MIN = 60, 1440
#: What is assumed of a job whose operations cannot be counted: a day.
UNKNOWN_MIN = 1440
#: Tries beyond those that a job needs to go on over time limits.
SPARE_TRIES = 3
#: Attempts after which a job's memory grows no further: at most three times what was estimated.
GROWTHS = 4


def computes_on_gpu(stage: str) -> bool:
    """Say whether a stage uses a GPU that it is given."""
    return stage in ON_GPU


def gpus_of(stage: str, config: Config) -> int:
    """How many GPUs a job of `stage` asks for."""
    return gpus_per_job(config) if computes_on_gpu(stage) else 0


def device_of(stage: str, config: Config) -> str:
    """On which device a job of `stage` computes: `auto` is decided where it runs."""
    return config.device if computes_on_gpu(stage) else "cpu"


def longest_minutes(default_resources: Mapping[str, Any] | None) -> int | None:
    """The most minutes that a job may ask for: the `runtime` among the defaults of the profile.

    None without such a default: no batch system limits the time.
    """
    found = (default_resources or {}).get("runtime")
    value = getattr(found, "value", found)
    return value if isinstance(value, int) else None


def check_device(config: Config, *, batch: bool) -> None:
    """Refuse to leave to chance on what the jobs of a batch system compute.

    Raises:
        ConfigError: device is auto, and this machine, which submits the jobs, has no GPU by which to tell.
    """
    if batch and config.device == "auto" and config.gpus_per_job is None and not DRIVER_NODE.exists():
        raise ConfigError(
            "device=auto, and this machine, which submits the jobs, has no GPU: whether nodes have one is not known here; "
            "say --config device=cuda (each training job asks for a GPU) or device=cpu"
        )


def check_apart(config: Config, *, apart: bool) -> None:
    """Refuse what jobs that share no folder with this machine cannot do.

    Raises:
        ConfigError: seeds are to be added, or claims to be tuned, by a job that reads all runs and the data.
    """
    if apart and config.until:
        raise ConfigError(
            f"until={config.until}, and jobs share no folder with this machine: they cannot see what is decided; "
            "leave until out, or say how many seeds: --config seeds=N"
        )
    if apart and config.tuned:
        raise ConfigError(
            "tuned=true, and jobs share no folder with this machine: they cannot see what came out; leave tuned out, and type "
            "python -m repro tune where the results are"
        )


@functools.cache
def _sizes(paper: Paper, scale: str) -> Mapping[str, Any]:
    return sizes_at(paper, scale=scale, results=None)


def minutes_of(job: TrainJob, *, num_gpus: int) -> float | None:
    """How many minutes the job takes at the assumed rates; None where its operations cannot be counted beforehand."""
    rate = GPU_RATE * num_gpus if num_gpus else CPU_RATE
    seconds = JOB_S
    for run in job.runs:
        sizes = _sizes(job.paper, job.scale)[run.dataset.name]
        work = None if sizes is None else run_cost(run, sizes, job.paper)
        if work is None:
            return None
        seconds += Rate(train_flops_per_s=rate, score_flops_per_s=rate).seconds(work)
    return seconds / 60


def runtime_of(minutes: float | None, *, attempt: int, longest: int) -> int:
    """The minutes that an attempt asks for: more each time, since a job that ended for want of them goes on where it was."""
    if minutes is None:
        return longest
    return min(longest, attempt * max(LEAST_MIN, math.ceil(minutes)))


def mem_mb_of(mem_mb: int, *, attempt: int) -> int:
    """The memory that an attempt asks for: half as much more each time, up to three times as much."""
    return mem_mb + mem_mb * min(attempt - 1, GROWTHS) // 2


def tries_of(minutes: float | None, *, longest: int | None) -> int | None:
    """How often a job is tried again: as often as it must go on over time limits if it takes twice as long, and some times more.

    None without a limit: what Snakemake's option --retries says holds.
    """
    if longest is None:
        return None
    parts = math.ceil((UNKNOWN_MIN if minutes is None else 2 * minutes) / longest)
    return parts - 1 + SPARE_TRIES


def growing(value: Callable[[int], int]) -> Callable[..., int]:
    """`value` of an attempt as the function that Snakemake calls for a resource."""

    def resource(wildcards: object, attempt: int) -> int:
        return value(attempt)

    return resource
