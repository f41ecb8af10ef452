"""The doctor's findings follow from what a machine shows, and each says what to do."""

from __future__ import annotations

import errno
import fcntl
import json
from pathlib import Path

import pytest

from repro import cli
from repro.cli.installed import cluster, hardware, packages
from repro.cli.installed.doctor import tested_versions as read_tested_versions
from repro.cli.installed.places import NotCarried, carried

PARTS = ["python", "repro", "torch", "DALI", "versions", "driver", "GPUs", "cores", "memory", "disk", "flock", "SLURM"]


def test_every_part_is_examined_and_what_is_not_right_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = cli.main(["doctor", "--results", str(tmp_path), "--json"])
    found = json.loads(capsys.readouterr().out)["findings"]
    assert [finding["part"] for finding in found] == PARTS
    assert all(bool(finding["do"]) == (finding["state"] != "ok") for finding in found)
    assert status == any(finding["state"] == "mend" for finding in found)


@pytest.mark.parametrize(
    ("there", "driver", "torch_cuda", "state", "says"),
    [
        (False, None, None, "note", "everything runs on CPUs"),
        (False, None, "13.0", "note", "everything runs on CPUs"),
        (True, None, "13.0", "mend", "nvidia-smi"),
        (True, 13, None, "mend", "install a CUDA build of torch"),
        (True, 12, "13.0", "mend", "CUDA 12 builds"),
        (True, 13, "13.0", "ok", ""),
        (True, 14, "13.0", "ok", ""),
    ],
)
def test_driver_torch_and_dali_go_together_or_it_says_which_to_replace(
    there: bool, driver: int | None, torch_cuda: str | None, state: str, says: str
) -> None:
    finding = hardware.driver_finding(node_is_there=there, driver=driver, torch_cuda=torch_cuda)
    assert (finding.state, says in finding.do) == (state, True)


@pytest.mark.parametrize(
    ("environ", "listed", "state", "found"),
    [
        ({}, (), "note", "none"),
        ({}, ("GPU-a", "GPU-b"), "ok", "2 of 2: GPU-a, GPU-b"),
        ({"CUDA_VISIBLE_DEVICES": "1"}, ("GPU-a", "GPU-b"), "ok", "1 of 2 (CUDA_VISIBLE_DEVICES=1): GPU-b"),
        ({"CUDA_VISIBLE_DEVICES": ""}, ("GPU-a",), "mend", "0 of 1 (CUDA_VISIBLE_DEVICES=)"),
        ({"CUDA_VISIBLE_DEVICES": "7"}, ("GPU-a",), "mend", "0 of 1 (CUDA_VISIBLE_DEVICES=7)"),
    ],
)
def test_gpus_are_those_that_the_environment_leaves(
    environ: dict[str, str], listed: tuple[str, ...], state: str, found: str
) -> None:
    finding = hardware.gpus_finding(environ, listed)
    assert (finding.state, finding.found) == (state, found)


@pytest.mark.parametrize(
    ("quota", "state"), [("max 100000", "ok"), ("50000 100000", "note"), ("100000000 100000", "ok"), ("x", "ok")]
)
def test_a_quota_below_the_cores_is_said(quota: str, state: str, tmp_path: Path) -> None:
    (tmp_path / "cpu.max").write_text(quota)
    finding = hardware.cores_finding(tmp_path / "cpu.max")
    assert finding.state == state
    assert ("--cores 1" in finding.do) == (state == "note")


@pytest.mark.parametrize(
    ("free_gib", "limit", "state"), [(100, "max", "ok"), (1, "max", "mend"), (100, str(2**30), "mend"), (100, None, "ok")]
)
def test_memory_is_what_is_free_below_any_limit(
    free_gib: int, limit: str | None, state: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hardware, "num_usable", lambda: 2)
    (tmp_path / "meminfo").write_text(f"MemTotal: {200 * 2**20} kB\nMemAvailable: {free_gib * 2**20} kB\n")
    if limit is not None:
        (tmp_path / "max").write_text(limit)
    assert hardware.memory_finding(tmp_path / "meminfo", tmp_path / "max").state == state


def test_a_file_system_without_locks_and_one_with_the_other_kind_are_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert hardware.locks_finding(tmp_path / "not" / "there").state == "ok"

    def lacking(*arguments: object) -> None:
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", lacking)
    assert "the other kind" in hardware.locks_finding(tmp_path).found
    monkeypatch.setattr(fcntl, "fcntl", lacking)
    assert "-o flock" in hardware.locks_finding(tmp_path).do


def test_a_full_disk_is_to_be_mended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hardware, "LEAST_DISK", 2**60)
    assert hardware.disk_finding(tmp_path / "new").state == "mend"


@pytest.mark.parametrize(
    ("answers", "has_plugin", "state", "says"),
    [
        ({"sinfo": (1, "error: x\nno controller")}, True, "note", "no controller"),
        ({"sinfo": (0, "main* (null)")}, False, "mend", "'repro-claims[slurm]'"),
        ({"sinfo": (0, "main* gpu:2\nmain* (null)"), "sacct": (1, "accounting is disabled")}, True, "note", "squeue"),
        ({"sinfo": (0, "main* gpu:2"), "sacct": (0, "")}, True, "ok", "some nodes with GPUs; it keeps accounts"),
        ({"sinfo": (0, "cpu (null)"), "sacct": (0, "")}, True, "ok", "no nodes with GPUs"),
    ],
)
def test_slurm_without_plugin_controller_or_accounts_says_what_to_do(
    answers: dict[str, tuple[int, str]], has_plugin: bool, state: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster.shutil, "which", lambda name: name)
    finding = cluster.slurm_finding(ask=lambda command: answers[command[0]], has_plugin=has_plugin)
    assert finding.state == state
    assert says in finding.line
    monkeypatch.setattr(cluster.shutil, "which", lambda name: None)
    assert cluster.slurm_finding().found == "none here"


def test_two_builds_of_dali_none_and_other_versions_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    installed = dict.fromkeys(packages.DALI, "2.4.0")
    monkeypatch.setattr(packages, "_version", installed.get)
    assert packages.dali_finding().do.startswith("they own the same folder: pip uninstall")
    installed.clear()
    assert packages.dali_finding().found == "is not installed"
    installed.update(torch="2.13.0+cpu", numpy="1.0")
    assert packages.versions_finding({"torch": "2.13.0", "numpy": "2.4.6", "absent": "1"}).found.endswith(": numpy 1.0 (2.4.6)")
    assert packages.versions_finding({"torch": "2.13.0"}).state == "ok"


@pytest.mark.parametrize(("version", "state"), [((3, 10), "note"), ((3, 11), "ok"), ((3, 14), "ok"), ((3, 15), "note")])
def test_a_python_outside_the_tested_ones_is_said(version: tuple[int, int], state: str) -> None:
    assert packages.python_finding(version).state == state


def test_another_system_than_linux_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages.sys, "platform", "darwin")
    assert "no wheels for macOS or Windows" in packages.python_finding().do


def test_the_workflow_is_found_in_a_wheel_before_a_checkout_and_its_lack_is_said(tmp_path: Path) -> None:
    assert read_tested_versions()["torch"] == "2.13.0"
    package = tmp_path / "repro"
    with pytest.raises(NotCarried, match="take a clone"):
        carried(package)
    for folder in (tmp_path, package / "carried"):
        (folder / "workflow").mkdir(parents=True)
        (folder / "workflow" / "Snakefile").touch()
        assert carried(package) == folder
