"""Jobs that share no folder with the machine that submits them, nor with each other: all goes by a store.

Run by `pytest -m store` alone: it takes two plug-ins of Snakemake (pip install -e '.[store]').
"""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

from repro.artifacts.ledger.chain import read_ledger
from repro.artifacts.ledger.events import End, Note, Plan, Start
from repro.artifacts.ledger.standing import WHOLE, Histories
from repro.artifacts.run_json import read_run
from tests.conftest import ROOT, Checkout, copy_checkout
from tests.slurm.test_cluster import JOBS, PAGE, environment

for plugin in ("snakemake_storage_plugin_fs", "snakemake_executor_plugin_cluster_generic"):
    pytest.importorskip(plugin, reason="the plug-in is not installed: pip install -e '.[store]'")
pytestmark = pytest.mark.store

CONFIG = ("catalogue=scale.py", "scale=cluster", "papers=alexnet", "device=cpu", "seeds_per_job=1")
#: A job begins with an empty folder for its copies, of which no other knows.
SUBMIT = """#!/usr/bin/env bash
export JOB_FOLDER=$(mktemp --directory "$(dirname "$0")/machine.XXXX")
nohup bash "$1" >"$JOB_FOLDER/said" 2>&1 &
echo $!
"""


def run(checkout: Checkout, *options: str, config: tuple[str, ...] = CONFIG) -> subprocess.CompletedProcess[str]:
    store, submit = checkout.folder / "store", checkout.folder / "submit.sh"
    words = ["--workflow-profile", "profiles/store", "--jobs", "2", "--executor", "cluster-generic"]
    words += ["--cluster-generic-submit-cmd", str(submit), "--default-storage-prefix", str(store)]
    words += ["--remote-job-local-storage-prefix", "$JOB_FOLDER/copies", *options, "--config", *config]
    command = [sys.executable, "-m", "snakemake", PAGE, *words]
    return subprocess.run(command, cwd=checkout.folder, env=environment(checkout), capture_output=True, text=True, timeout=500)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    made = copy_checkout(ROOT, tmp_path_factory.mktemp("store") / "checkout")
    (made.folder / "scale.py").write_text((ROOT / "tests" / "slurm" / "scale.py").read_text())
    (made.folder / "submit.sh").write_text(SUBMIT)
    (made.folder / "submit.sh").chmod(0o755)
    return made


@pytest.fixture(scope="module")
def made(checkout: Checkout) -> Checkout:
    done = run(checkout)
    said = "\n".join(path.read_text() for path in checkout.folder.glob("machine.*/said"))
    assert done.returncode == 0, done.stderr[-4000:] + said[-4000:]
    return checkout


def test_a_page_is_made_of_runs_that_came_by_the_store(made: Checkout) -> None:
    assert (made.folder / "reports" / "cluster" / "index.html").is_file()
    machines = list(made.folder.glob("machine.*"))
    assert len(machines) == 1 + len(JOBS), "a machine for each job: the data, and four runs"
    assert not (made.folder / "results" / "cluster" / "data").exists(), "no job has worked here"
    ledger = read_ledger(made.folder / "results" / "cluster")
    histories = Histories(ledger)
    for variant, seed in JOBS:
        name = f"cluster/alexnet/{variant}/{seed}"
        record = read_run(made.folder / "results", name)
        assert all(
            stored.is_whole(made.folder / "results" / "cluster" / "runs" / "alexnet" / variant / str(seed))
            for stored in record.files
        )
        assert histories.standing(name, record) == WHOLE
    plan = next(line.number for line in ledger.of(Plan))
    assert all(plan < line.number for line in ledger.of(Start)), "planned before anything that is brought"
    assert len(ledger.events(End)) == len(JOBS) == len([note for note in ledger.events(Note) if "elsewhere" in note.text])


def test_the_same_command_again_submits_nothing(made: Checkout) -> None:
    before = set(made.folder.glob("machine.*"))
    done = run(made)
    assert done.returncode == 0, done.stderr[-4000:]
    assert set(made.folder.glob("machine.*")) == before


def test_a_run_that_is_lost_here_comes_from_the_store_again(made: Checkout) -> None:
    before = set(made.folder.glob("machine.*"))
    variant, seed = JOBS[0]
    shutil.rmtree(made.folder / "results" / "cluster" / "runs" / "alexnet" / variant / str(seed))
    done = run(made)
    assert done.returncode == 0, done.stderr[-4000:]
    assert set(made.folder.glob("machine.*")) == before
    assert (
        Histories(read_ledger(made.folder / "results" / "cluster")).standing(
            f"cluster/alexnet/{variant}/{seed}", read_run(made.folder / "results", f"cluster/alexnet/{variant}/{seed}")
        )
        == WHOLE
    )


def test_what_such_jobs_cannot_do_is_refused_at_once(checkout: Checkout) -> None:
    done = run(checkout, "--dry-run", config=(*CONFIG, "until=decided"))
    assert done.returncode != 0
    assert "jobs share no folder with this machine" in done.stdout + done.stderr
