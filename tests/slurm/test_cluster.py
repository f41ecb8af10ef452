"""The profile for SLURM on a real cluster of two nodes: whatever is done to its jobs, the page is made.

Run by `pytest -m slurm` alone, as root on Debian or Ubuntu: SLURM is installed and started, and ended again.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.conftest import ROOT, Checkout, copy_checkout

pytest.importorskip("snakemake_executor_plugin_slurm", reason="the plug-in is not installed: pip install -e '.[slurm]'")
pytestmark = pytest.mark.slurm

SCRIPT = ROOT / "tests" / "slurm" / "cluster.sh"
PAGE = "alexnet_cluster"
#: By variant and seed: two nodes with a GPU each for four jobs, each of which asks for one and computes on a CPU.
JOBS = (("full", 0), ("full", 1), ("no_lrn", 0), ("no_lrn", 1))
CONFIG = ("catalogue=scale.py", "scale=cluster", "papers=alexnet", "device=cpu", "gpus_per_job=1", "seeds_per_job=1")
#: As for a cluster without accounts, on which no job may take more than ten minutes; and the executor looks often.
OPTIONS = (
    *("--workflow-profile", "profiles/slurm", "--default-resources", "runtime=10", "nodes=1"),
    *("--slurm-status-command", "squeue", "--slurm-no-account", "--slurm-init-seconds-before-status-checks", "1"),
)


def environment(checkout: Checkout) -> dict[str, str]:
    """Where the package of the copy comes first, and whatever was on the way stays there."""
    old = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(checkout.folder), *filter(None, [old])])}


def command(*options: str, config: tuple[str, ...] = CONFIG) -> list[str]:
    return [sys.executable, "-m", "snakemake", PAGE, *OPTIONS, *options, "--config", *config]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("cluster")
    started = subprocess.run(["bash", SCRIPT, "start", folder], capture_output=True, text=True)
    if started.returncode == 3:
        pytest.skip(started.stderr.strip().splitlines()[-1])
    try:
        assert started.returncode == 0, started.stderr
        yield
    finally:
        subprocess.run(["bash", SCRIPT, "stop", folder], check=True)


@pytest.fixture(scope="module")
def checkout(cluster: None, tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    made = copy_checkout(ROOT, tmp_path_factory.mktemp("slurm") / "checkout")
    (made.folder / "scale.py").write_text((ROOT / "tests" / "slurm" / "scale.py").read_text())
    return made


def wait_for(what: str, found: Callable[[], object], *, seconds: float) -> object:
    """Look several times a second; what was found at last."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = found()
        if value:
            return value
        time.sleep(0.2)
    raise AssertionError(f"{what}: not within {seconds} s\n{asked('squeue')}")


def asked(*words: str) -> str:
    return subprocess.run(words, capture_output=True, text=True).stdout


def jobs_of(state: str) -> dict[str, tuple[str, int]]:
    """The training jobs in a state: by the number of each, its variant and seed, as its comment says."""
    found = {}
    for line in asked("squeue", "--noheader", "--states=all", "--format=%i %T %k").splitlines():
        number, status, comment = line.split(maxsplit=2)
        training = re.search(r"train_alexnet_(\w+)_seeds_(\d)", comment)
        if training and status == state:
            found[number] = training[1], int(training[2])
    return found


def state_of(number: str) -> str:
    found = re.search(r"JobState=(\w+)", asked("scontrol", "show", "job", number))
    return found[1] if found else ""


def node_of(number: str) -> str:
    return asked("squeue", "--noheader", f"--jobs={number}", "--format=%N").strip()


def log_of(checkout: Checkout, job: tuple[str, int]) -> str:
    path = checkout.folder / "results" / "cluster" / "logs" / "train" / "alexnet" / f"{job[0]}.seeds-{job[1]}.log"
    return path.read_text() if path.exists() else ""


def in_training(checkout: Checkout, number: str, job: tuple[str, int]) -> bool:
    """Say whether a job is in the midst of its epochs."""
    return number in jobs_of("RUNNING") and "epoch 2/" in log_of(checkout, job)


def stand_still(job: tuple[str, int]) -> None:
    """Stop the processes that train a run, as on a node that is too busy."""
    variant, seed = job
    found = asked("pgrep", "--full", rf"^\S+ -m repro train .*--variant {variant} --seeds {seed} ").split()
    assert found, f"nothing trains {job}"
    for number in found:
        os.kill(int(number), signal.SIGSTOP)


def test_a_page_is_made_though_jobs_are_cancelled_preempted_and_out_of_time(checkout: Checkout) -> None:
    with (checkout.folder / "first.log").open("w") as said:
        first = subprocess.Popen(command(), cwd=checkout.folder, env=environment(checkout), stdout=said, stderr=said)
    try:
        disturbed = disturb(checkout, first)
        status = first.wait(timeout=300)
    finally:
        first.kill()
    text = (checkout.folder / "first.log").read_text()
    assert status == 0, text[-8000:]
    for number, job in disturbed.items():
        assert "goes on in epoch" in log_of(checkout, job), f"{number}\n{log_of(checkout, job)}"
    assert [state_of(number) for number in disturbed] == ["CANCELLED", "TIMEOUT", "COMPLETED"]
    assert " Restarts=1 " in asked("scontrol", "show", "job", list(disturbed)[2])
    told = "".join(path.read_text() for path in (checkout.folder / ".snakemake" / "log").iterdir())  # what is not printed too
    assert told.count("Trying to restart job") == 2, "SLURM itself has queued the preempted one again"
    for variant, seed in JOBS:
        assert (checkout.folder / f"results/cluster/runs/alexnet/{variant}/{seed}/run.json").is_file()
    assert (checkout.folder / "reports" / "cluster" / "index.html").is_file()
    assert "The report: reports/cluster/index.html" in text
    assert f"localrule {PAGE}:" in told, "small jobs are no submissions"


def disturb(checkout: Checkout, first: subprocess.Popen[bytes]) -> dict[str, tuple[str, int]]:
    """Cancel a job in mid-epoch, let another stand still until its time is over, take the node of a third for a higher partition.

    The third goes on on the other node meanwhile. The numbers of the three with what each trains.
    """

    def two() -> dict[str, tuple[str, int]] | None:
        assert first.poll() is None, (checkout.folder / "first.log").read_text()[-4000:]
        running = jobs_of("RUNNING")
        assert len(running) <= 2, "two GPUs, and each job has asked for one"
        return running if len(running) == 2 else None

    begun = wait_for("two jobs", two, seconds=90)
    assert isinstance(begun, dict)
    assert len({node_of(number) for number in begun}) == 2, "a node has one GPU"
    assert len(jobs_of("PENDING")) == 2
    for number, job in begun.items():
        assert "TresPerJob=gres:gpu:1" in asked("scontrol", "show", "job", number)
        wait_for("training", partial(in_training, checkout, number, job), seconds=60)
    cancelled, late = begun
    assert "TimeLimit=00:10:00" in asked("scontrol", "show", "job", late)
    asked("scontrol", "update", f"JobId={late}", "TimeLimit=1")
    stand_still(begun[late])
    asked("scancel", cancelled)

    def third() -> tuple[str, tuple[str, int]] | None:
        return next(((number, job) for number, job in (two() or {}).items() if number not in begun), None)

    found = wait_for("a third job", third, seconds=90)
    assert isinstance(found, tuple)
    wait_for("training", partial(in_training, checkout, *found), seconds=60)
    stand_still(found[1])  # until the late one is out of the way
    wait_for("time limit", lambda: late not in jobs_of("RUNNING"), seconds=120)
    node = node_of(found[0])
    urgent = asked(
        "sbatch",
        "--parsable",
        "--partition=urgent",
        f"--nodelist={node}",
        "--exclusive",
        "--output=/dev/null",
        "--wrap=sleep 300",
    )
    wait_for("preemption", lambda: found[0] not in jobs_of("RUNNING"), seconds=30)
    wait_for("another node", lambda: found[0] in jobs_of("RUNNING") and node_of(found[0]) != node, seconds=120)
    asked("scancel", urgent.strip())
    return {cancelled: begun[cancelled], late: begun[late], found[0]: found[1]}


def test_the_same_command_again_submits_nothing(checkout: Checkout) -> None:
    before = asked("squeue", "--noheader", "--states=all", "--format=%i")
    again = subprocess.run(command(), cwd=checkout.folder, env=environment(checkout), capture_output=True, text=True)
    assert again.returncode == 0, again.stderr[-4000:]
    assert asked("squeue", "--noheader", "--states=all", "--format=%i") == before


def test_on_what_to_compute_is_asked_before_a_job_is_submitted(checkout: Checkout) -> None:
    if Path("/dev/nvidiactl").exists():
        pytest.skip("this machine has a GPU by which device=auto is decided")
    words = command(config=CONFIG[:3])
    done = subprocess.run(words, cwd=checkout.folder, env=environment(checkout), capture_output=True, text=True)
    assert done.returncode != 0
    assert "say --config device=cuda (each training job asks for a GPU) or device=cpu" in done.stdout + done.stderr


def test_a_cluster_without_accounts_is_told_from_the_start(checkout: Checkout) -> None:
    """Else the first job would never be seen to end."""
    words = [word for word in command() if word not in ("--slurm-status-command", "squeue")]
    done = subprocess.run(
        [*words, "seeds=1"], cwd=checkout.folder, env=environment(checkout), capture_output=True, text=True, timeout=60
    )
    assert done.returncode != 0
    assert "--slurm-status-command squeue" in done.stdout + done.stderr
