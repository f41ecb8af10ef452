"""A copy of the checkout in which the whole workflow has run once, and ways to run it again."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from repro.artifacts.provenance import PACKAGE

ROOT = PACKAGE.parent
#: What a checkout is made of; the rest of the folder is environments, caches and results.
TRACKED = ("repro", "workflow", "profiles", "examples", "Snakefile", "README.md", "pyproject.toml")
COUNT = re.compile(r"^(\w+) +(\d+)$", re.MULTILINE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the tests that need a GPU where there is none, and say so."""
    need_gpu = [item for item in items if item.get_closest_marker("gpu")]
    if not need_gpu:
        return
    import torch

    if not torch.cuda.is_available():
        for item in need_gpu:
            item.add_marker(pytest.mark.skip(reason="torch sees no GPU here"))


#: What is planned and run unless a test says otherwise: one paper is enough for what holds of the workflow itself.
ONE_PAPER = ("scale=smoke", "papers=alexnet")


@dataclass(frozen=True, kw_only=True)
class Checkout:
    """A copy of the checkout in `folder`, whose workflow runs paper A at scale smoke unless `config` says otherwise."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """Return an environment in which the copy's package comes before the installed one."""
        return {**os.environ, "PYTHONPATH": str(self.folder)}

    def command(self, *options: str, config: tuple[str, ...] = ONE_PAPER) -> list[str]:
        """Return the command line that runs the workflow."""
        return [sys.executable, "-m", "snakemake", "--cores", "2", *options, "--config", *config]

    def run(self, *options: str, config: tuple[str, ...] = ONE_PAPER) -> subprocess.CompletedProcess[str]:
        """Run the workflow and return how it ended; `stdout` holds both streams."""
        command = self.command(*options, config=config)
        return subprocess.run(
            command, cwd=self.folder, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def planned(self, *options: str, config: tuple[str, ...] = ONE_PAPER) -> dict[str, int]:
        """Return how many jobs of each rule a dry run plans; empty if there is nothing to be done."""
        done = self.run("--dry-run", *options, config=config)
        assert done.returncode == 0, done.stdout
        if "Nothing to be done" in done.stdout:
            return {}
        table = done.stdout.rpartition("Job stats:")[2].partition("Reasons:")[0]
        return {rule: int(count) for rule, count in COUNT.findall(table)}

    def repro(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the copy's command line."""
        command = [sys.executable, "-m", "repro", *arguments]
        return subprocess.run(command, cwd=self.folder, env=self.environment, capture_output=True, text=True)

    def edit(self, file: str, change: Callable[[str], str]) -> None:
        """Change the text of a file of the copy; a change without effect is an error."""
        path = self.folder / file
        old = path.read_text()
        new = change(old)
        assert new != old, f"the edit of {file} changes nothing"
        path.write_text(new)


def copy_checkout(source: Path, target: Path, *, also: tuple[str, ...] = ()) -> Checkout:
    """Copy a checkout with its times, and with the folders `also`, to `target`."""
    target.mkdir(parents=True)
    for name in (*TRACKED, *also):
        if (source / name).is_dir():
            shutil.copytree(source / name, target / name, ignore=shutil.ignore_patterns("__pycache__"), symlinks=True)
        else:
            shutil.copy2(source / name, target / name)
    return Checkout(folder=target)


@pytest.fixture
def fresh(tmp_path: Path) -> Checkout:
    """Return a copy of this checkout in which nothing has run."""
    return copy_checkout(ROOT, tmp_path / "fresh")


@pytest.fixture(scope="session")
def smoke(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """Return a copy of this checkout in which the workflow of one paper has run at scale smoke; leave it as it is."""
    checkout = copy_checkout(ROOT, tmp_path_factory.mktemp("smoke") / "checkout")
    done = checkout.run("reproduce")
    (checkout.folder / "first-run.log").write_text(done.stdout)
    assert done.returncode == 0, done.stdout[-8000:]
    return checkout


@pytest.fixture
def finished(smoke: Checkout, tmp_path: Path) -> Checkout:
    """Return a copy of the finished checkout that a test may change."""
    return copy_checkout(smoke.folder, tmp_path / "finished", also=("results", "reports", ".snakemake", "first-run.log"))
