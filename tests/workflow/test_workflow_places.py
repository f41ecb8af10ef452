"""The workflow is where it is put, however its folders are called and spelled, and nothing is run but its steps."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.calls import snakemake as forked
from tests.planned import ROOT

DATA = "smoke/data/procedural/dataset.json"


def snakemake(folder: Path, *options: str, config: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """Type the workflow of this checkout in another folder."""
    words = ["--cores", "1", "--snakefile", str(ROOT / "Snakefile"), *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PWD": str(folder)}
    words += ["--config", "scale=smoke", "papers=alexnet", *config]
    return forked.snakemake(words, folder=folder, environment=environment)


def test_a_hostile_name_is_one_folder_however_it_is_spelled_and_runs_nothing(tmp_path: Path) -> None:
    name = "it's; $(touch pwned) `touch pwned` & é"
    done = snakemake(tmp_path, f"{name}/{DATA}", config=(f"results={name}/",))
    assert done.returncode == 0, done.stdout
    assert (tmp_path / name / DATA).is_file()
    assert not list(tmp_path.rglob("pwned"))
    for other in (f"./{name}", f"{tmp_path}//{name}/", f"x/../{name}"):
        again = snakemake(tmp_path, "--dry-run", f"{name}/{DATA}", config=(f"results={other}",))
        assert "Nothing to be done" in again.stdout, again.stdout


@pytest.mark.parametrize(
    ("options", "config", "message"),
    [
        (("alexnet_tabel1",), (), "unknown target 'alexnet_tabel1'; did you mean 'alexnet_table1'?"),
        (("--workflow-profile", "profiles/slrum"), (), "is no folder with a profile; did you mean"),
        ((), ("results=x{y}",), "has braces"),
        ((), ("device=gpu",), "did you mean 'cuda'?"),
    ],
)
def test_a_mistake_ends_before_anything_is_planned(
    options: tuple[str, ...], config: tuple[str, ...], message: str, tmp_path: Path
) -> None:
    done = snakemake(tmp_path, "--dry-run", *options, config=config)
    assert done.returncode == 2
    line = done.stdout.rstrip().splitlines()[-1]
    assert line.startswith("repro: error: ") and message in line
    assert "Traceback" not in done.stdout and "WorkflowError" not in done.stdout


def test_what_lies_in_the_place_of_the_lock_or_of_the_folder_is_one_line(tmp_path: Path) -> None:
    precious = tmp_path / "mine"
    precious.write_text("precious")
    (tmp_path / "results" / "smoke").mkdir(parents=True)
    (tmp_path / "results" / "smoke" / ".lock").symlink_to(precious)
    done = snakemake(tmp_path, f"results/{DATA}")
    assert done.returncode == 2 and "is a link" in done.stdout and "Traceback" not in done.stdout
    assert precious.read_text() == "precious"
