"""Another workflow uses this one as a module: from a folder or a git repository, with the keys that it wants to give."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.calls import snakemake as forked
from tests.planned import ROOT

OUTER = """
module repro:
    snakefile: {snakefile!r}
    {config}

use rule * from repro as r_*

rule all:
    default_target: True
    input: "{results}/smoke/data/procedural/dataset.json"
"""


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main")
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


def snakemake(folder: Path, *options: str) -> str:
    """Run the outer workflow with the package of this checkout; what it says."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = forked.snakemake(["--cores", "1", *options], folder=folder, environment=environment)
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.mark.parametrize(
    ("source", "config", "results"),
    [
        ("folder", 'config: {"scale": "smoke"}', "results"),
        ("folder", 'config: {"scale": "smoke", "papers": "alexnet", "results": "./mine/"}', "mine"),
        ("git", 'config: {"scale": "smoke", "seeds": 1}', "results"),
    ],
)
def test_a_module_needs_only_the_keys_that_differ_from_the_defaults(
    source: str, config: str, results: str, tmp_path: Path
) -> None:
    """Planned from a folder, and run from a git repository, which has no folder of its own while it runs."""
    outer, origin = tmp_path / "outer", tmp_path / "origin"
    outer.mkdir()
    snakefile = str(ROOT / "workflow" / "Snakefile")
    if source == "git":
        shutil.copytree(ROOT / "workflow", origin / "workflow")
        for words in (("init",), ("add", "."), ("commit", "-m", "all"), ("tag", "v1")):
            git(origin, *words)
        snakefile = f"git+file://{origin}/workflow/Snakefile@v1"
    (outer / "Snakefile").write_text(OUTER.format(snakefile=snakefile, config=config, results=results))
    said = snakemake(outer, *(["--dry-run"] if source == "folder" else []))
    assert "r_prepare_procedural" in said
    assert (outer / results / "smoke" / "data" / "procedural" / "dataset.json").is_file() == (source == "git")


def test_a_module_without_configuration_has_the_defaults(tmp_path: Path) -> None:
    text = OUTER.format(snakefile=str(ROOT / "workflow" / "Snakefile"), config="", results="results").replace("smoke", "small")
    (tmp_path / "Snakefile").write_text(text)
    assert "r_prepare_procedural" in snakemake(tmp_path, "--dry-run")
