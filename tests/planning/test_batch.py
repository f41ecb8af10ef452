"""What jobs ask a batch system for: GPUs only for what computes on one, time and memory that grow, tries as parts need."""

from __future__ import annotations

from pathlib import Path

import pytest

from repro.papers import PAPERS
from repro.planning import batch
from repro.planning.batch import (
    LEAST_MIN,
    ON_GPU,
    check_apart,
    check_device,
    device_of,
    gpus_of,
    growing,
    longest_minutes,
    mem_mb_of,
    minutes_of,
    runtime_of,
    tries_of,
)
from repro.planning.config_values import ConfigError
from repro.planning.jobs import TrainJob, train_jobs
from repro.planning.plan import STAGES
from tests.planned import checked


def jobs(paper: str, **changes: object) -> dict[str, TrainJob]:
    return {job.label: job for job in train_jobs(PAPERS[paper], checked(papers=[paper], seeds_per_job=1, **changes))}


@pytest.mark.parametrize("device", ["cuda", "cpu", "auto"])
def test_a_stage_that_computes_on_no_gpu_asks_for_none_and_gets_the_cpu(device: str) -> None:
    config = checked(device=device)
    stages = {stage for pair in STAGES.values() for stage in pair}
    for stage in stages - set(ON_GPU):
        assert (gpus_of(stage, config), device_of(stage, config)) == (0, "cpu")
    for stage in ON_GPU:
        assert device_of(stage, config) == device, "auto is decided where the job runs"
        assert gpus_of(stage, config) >= (device == "cuda")
    assert stages - set(ON_GPU) == {"fit_images", "average"}


def test_a_stage_that_asks_for_a_gpu_is_one_whose_code_knows_of_devices() -> None:
    """The fits of videos train a perceptron, those of images are of scikit-learn and numpy."""
    root = Path(batch.__file__).parent.parent / "baselines"
    assert "device" in (root / "videos" / "mlp.py").read_text()
    assert not [path.name for path in (root / "images").glob("*.py") if "device" in path.read_text()]


@pytest.mark.parametrize(
    ("device", "gpus", "is_batch", "driver", "refused"),
    [
        ("auto", None, True, False, True),
        ("auto", None, True, True, False),
        ("auto", None, False, False, False),
        ("auto", 1, True, False, False),
        ("auto", 0, True, False, False),
        ("cpu", None, True, False, False),
        ("cuda", None, True, False, False),
    ],
)
def test_a_login_node_without_a_gpu_leaves_nothing_to_chance(
    device: str, gpus: int | None, is_batch: bool, driver: bool, refused: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = tmp_path / "nvidiactl"
    if driver:
        node.touch()
    monkeypatch.setattr(batch, "DRIVER_NODE", node)
    config = checked(device=device, gpus_per_job=gpus)
    if refused:
        with pytest.raises(ConfigError, match=r"say --config device=cuda \(each training job asks for a GPU\) or device=cpu"):
            check_device(config, batch=is_batch)
    else:
        check_device(config, batch=is_batch)


@pytest.mark.parametrize(
    ("minutes", "attempt", "longest", "asked"),
    [
        (1, 1, 1440, LEAST_MIN),
        (1, 3, 1440, 3 * LEAST_MIN),
        (500.2, 1, 1440, 501),
        (500.2, 2, 1440, 1002),
        (500.2, 3, 1440, 1440),
        (7000, 1, 1440, 1440),
        (1, 1, 10, 10),
        (None, 1, 240, 240),
    ],
)
def test_time_grows_with_each_attempt_up_to_what_the_partition_allows(
    minutes: float | None, attempt: int, longest: int, asked: int
) -> None:
    assert runtime_of(minutes, attempt=attempt, longest=longest) == asked


def test_memory_grows_by_half_up_to_three_times() -> None:
    assert [mem_mb_of(1000, attempt=attempt) for attempt in (1, 2, 3, 4, 5, 6, 50)] == [1000, 1500, 2000, 2500, 3000, 3000, 3000]


@pytest.mark.parametrize(
    ("minutes", "longest", "tries"),
    [(10, 1440, 3), (114 * 60, 1440, 12), (114 * 60, 240, 59), (None, 240, 8), (10, None, None), (None, None, None)],
)
def test_a_run_is_tried_as_often_as_it_has_parts_and_some_times_more(
    minutes: float | None, longest: int | None, tries: int | None
) -> None:
    assert tries_of(minutes, longest=longest) == tries


def test_the_longest_time_is_the_profiles_default() -> None:
    assert longest_minutes(None) is None
    assert longest_minutes({"nodes": 1}) is None
    assert longest_minutes({"runtime": 240}) == 240


def test_the_estimate_is_that_of_the_plan_and_grows_with_the_scale() -> None:
    smoke, paper = jobs("alexnet"), jobs("alexnet", scale="paper")
    assert minutes_of(smoke["as_released"], num_gpus=0) < LEAST_MIN
    hours = minutes_of(paper["as_released"], num_gpus=1) / 60
    assert 24 < hours < 24 * 7
    assert minutes_of(paper["as_released"], num_gpus=2) < 60 * hours
    assert minutes_of(paper["sift_fisher"], num_gpus=0) is None, "operations of a classical model are not counted"
    assert minutes_of(jobs("alexnet", scale="folders")["as_released"], num_gpus=1) is None, "nobody knows how many photos"


def test_snakemake_calls_a_resource_by_wildcards_and_attempt() -> None:
    assert growing(lambda attempt: 10 * attempt)(object(), attempt=3) == 30


def test_jobs_that_share_no_folder_cannot_see_what_is_decided() -> None:
    check_apart(checked(scale="smoke"), apart=True)
    check_apart(checked(scale="smoke", until="decided", seeds=None), apart=False)
    with pytest.raises(ConfigError, match="until=decided, and jobs share no folder"):
        check_apart(checked(scale="smoke", until="decided", seeds=None), apart=True)
    check_apart(checked(scale="smoke", tuned=True), apart=False)
    with pytest.raises(ConfigError, match=r"tuned=true, and jobs share no folder .* type python -m repro tune"):
        check_apart(checked(scale="smoke", tuned=True), apart=True)
