"""Every part of the suite for a GPU runs to its end on a processor, at tiny sizes; what fails in it is named."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
import torch

from repro.report.speed.page import render_speed
from tests.bench.turns import Contest
from tests.gpu import contests, crowd, fakes, parts
from tests.gpu.suite import PARTS


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> parts.Report:
    """An empty report of a part that has a minute; torch.compile leaves functions as they are."""
    monkeypatch.setattr(torch, "compile", lambda function, **options: function)
    return parts.Report(tmp_path / "part.json", tmp_path, "cpu", time.monotonic() + 60)


def written(report: parts.Report) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(report.path.read_text())
    return found


def test_every_part_of_the_suite_can_be_done() -> None:
    assert [part.name for part in PARTS] == list(parts.DOES)


@pytest.mark.parametrize("name", ["machine", "vp9", "lrn", "loading"])
def test_a_part_finds_something_and_nothing_fails(name: str, report: parts.Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contests, "MOST_ROUNDS", contests.LEAST_ROUNDS)
    parts.DOES[name](report)
    found = written(report)
    assert "failed" not in found, found["failed"]
    key = {"machine": "machine_info", "vp9": "vp9"}.get(name, "benchmarks")
    assert found[key]


def test_a_contest_has_the_best_peers_and_its_page(report: parts.Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contests, "MOST_ROUNDS", contests.LEAST_ROUNDS)
    parts.DOES["step"](report)
    found = written(report)["benchmarks"]
    assert {"ours", "ours_bfloat16", "compiled", "compiled_bfloat16", "eager", "torch_channels_last"} <= {
        e["name"] for e in found
    }
    path = tmp_path / "gpu.json"
    path.write_text(json.dumps({"datetime": "2026-01-01T00:00:00", "commit_info": {}, "machine_info": {}, "benchmarks": found}))
    assert "GPU: step smoke" in render_speed([path], tmp_path).read_text()


def contest(**work: Any) -> Contest:
    return Contest(title="t", contenders=work, settings=dict.fromkeys(work, "as it is"), num_rounds=4)


def test_a_contender_that_fails_is_named_and_the_others_are_measured(report: parts.Report) -> None:
    def fails() -> None:
        raise RuntimeError("no kernel image")

    contests.hold(report, "g", lambda: contest(ours=lambda: None, compiled=fails), until=time.monotonic() + 5)
    assert written(report)["failed"] == {"g, compiled": "RuntimeError: no kernel image"}
    assert [entry["name"] for entry in written(report)["benchmarks"]] == ["ours"]


def test_a_contest_that_cannot_be_made_is_named(report: parts.Report) -> None:
    def make() -> Contest:
        raise MemoryError("out of memory")

    contests.hold(report, "g", make, until=time.monotonic() + 5)
    assert written(report)["failed"] == {"g": "MemoryError: out of memory"}


def test_slow_first_calls_leave_time_for_rounds(report: parts.Report) -> None:
    slow = contest(ours=lambda: time.sleep(0.02), compiled=lambda: time.sleep(0.3), eager=lambda: None)
    failed: dict[str, str] = {}
    now = time.monotonic()
    found = contests.measure_until(slow, now + 30, failed, first_until=now + 0.1)
    assert failed == {"eager": "not begun: the time for first calls was over"}
    assert {name: len(times) for name, times in found.items()} == {"ours": 4, "compiled": 4}


def test_a_contest_without_time_says_how_many_rounds_it_had(report: parts.Report) -> None:
    contests.hold(report, "g", lambda: contest(ours=lambda: None), until=time.monotonic() - 1)
    assert written(report)["failed"] == {"g": "0 rounds were made in the time; 3 are needed"}


def test_the_tests_marked_gpu_are_found_and_their_ends_told(report: parts.Report, monkeypatch: pytest.MonkeyPatch) -> None:
    files = [path.relative_to(parts.ROOT).as_posix() for path in parts.marked_files(parts.ROOT / "tests")]
    assert "tests/data/load/test_gpu.py" in files and not [name for name in files if "bench" in name]
    inner = report.folder / "test_inner.py"
    inner.write_text("import pytest\npytestmark = pytest.mark.gpu\ndef test_a(): pass\ndef test_b(): assert 0, 'no'\n")
    monkeypatch.setattr(parts, "ROOT", report.folder)
    monkeypatch.setattr(parts, "marked_files", lambda folder: [inner])
    parts.tests(report)
    found = written(report)
    assert found["outcomes"]["test_inner::test_a"] == "passed"
    assert list(found["failed"]) == ["test_inner::test_b"]


def test_rates_are_those_of_all_processes_of_a_level_together() -> None:
    found = crowd.rates(fakes.work, (1, 2), seconds=0.1, warm_up=10, left_s=60)
    assert 100 < found[1] <= 1000 and 100 < found[2] <= 1000


def test_a_process_that_fails_ends_the_measurement() -> None:
    with pytest.raises(RuntimeError, match="with 1 processes one failed: ValueError: no GPU"):
        crowd.rates(fakes.failing_work, (1,), seconds=0.1, warm_up=1, left_s=60)


@pytest.mark.parametrize("name", ["data_path", "sharing"])
def test_a_measurement_in_processes_ends(name: str, report: parts.Report, monkeypatch: pytest.MonkeyPatch) -> None:
    """In this process: starting others and importing everything there takes seconds."""

    def in_turn(make: Any, levels: Any, **options: Any) -> dict[int, float]:
        found = {}
        for level in levels:
            work = make(level)
            crowd.going(work, 9)
            found[level] = crowd.rate_of(work, 0.01)
        return found

    monkeypatch.setattr(crowd, "rates", in_turn)
    threads = torch.get_num_threads()
    try:
        parts.DOES[name](report)
    finally:
        torch.set_num_threads(threads)
    assert list(written(report)["images_per_s"]) == ["1", "2"]
    assert min(written(report)["images_per_s"].values()) > 0
