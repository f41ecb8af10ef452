"""How the tests are spread and marked; a copy of the checkout in which the whole workflow has run, and ways to run it again."""

from __future__ import annotations

import gc
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

from repro.artifacts.provenance import PACKAGE
from repro.system.startup import importing
from tests.calls.snakemake import end_server, snakemake
from tests.once import made_once
from tests.pace import WHOLE_RUNS, Meter, read_pace

ROOT = PACKAGE.parent
#: What a checkout is made of; the rest of the folder is environments, caches and results.
TRACKED = ("repro", "workflow", "profiles", "examples", "Snakefile", "README.md", "pyproject.toml")
COUNT = re.compile(r"^(\w+) +(\d+)$", re.MULTILINE)


# How long an example takes says how busy the machine is: a deadline fails tests that are right.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")

#: Marks of tests that run only where they are asked for by name.
ALONE = ("soak", "fuzz", "slurm", "store", "browser", "index")
#: A worker imports everything: more than these need more memory than they save time.
MOST_WORKERS = 8

# Processes that tests start keep what they compile, as a user's do.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# No test can see what is on the disk before the machine is off: none waits for it. Processes that tests start do.
os.fsync = os.fstat

if "PYTEST_XDIST_WORKER" in os.environ or "--measure-pace" in sys.argv:  # a core for each worker; torch reads it once
    os.environ.setdefault("OMP_NUM_THREADS", "1")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--measure-pace", action="store_true", help="measure every test and write tests/pace.json (with -n 0)")
    parser.addoption("--fuzz-seed", type=int, metavar="N", help="of -m fuzz (default: another each time; it is printed)")
    soak = parser.getgroup("soak", "kills at random points (-m soak)")
    soak.addoption("--kills", type=int, default=200, metavar="N", help="how many, over all kinds of runs (default: 200)")
    soak.addoption("--soak-seed", type=int, metavar="S", help="of the points (default: another each time; it is printed)")
    soak.addoption("--soak-folder", metavar="DIR", help="where it works, and goes on if it was ended")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--measure-pace"):
        config.pluginmanager.register(Meter())


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Take a worker for each core; none for a single file, of which all tests share a worker, and where speed is measured."""
    if measures_speed(config) or any(asks_for(mark, config) for mark in ALONE):
        return 0
    named = {str(argument).partition("::")[0] for argument in config.args}
    most = len(named) if all(name.endswith(".py") for name in named) else MOST_WORKERS
    return 0 if most == 1 else min(most, len(os.sched_getaffinity(0)), MOST_WORKERS)


def measures_speed(config: pytest.Config) -> bool:
    """Say whether benchmarks are asked for, which run in one process."""
    return asks_for("bench", config) or config.option.benchmark_only


def asks_for(marker: str, config: pytest.Config) -> bool:
    """Say whether `-m` names a marker, alone or among others (`bench and not gpu`), and not to leave it out."""
    return re.search(rf"(?<!not )\b{marker}\b", config.option.markexpr) is not None


def pytest_sessionfinish() -> None:
    end_server()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Import no file of whole runs where quick tests are asked for: none of theirs is quick."""
    within = f"{collection_path.relative_to(ROOT).as_posix()}/" if collection_path.is_relative_to(ROOT) else ""
    return True if config.option.markexpr == "quick" and within.startswith(WHOLE_RUNS) else None


@pytest.hookimpl(hookwrapper=True)
def pytest_collection() -> Iterator[None]:
    """Look for garbage neither while test files are imported nor, later on, among what they have imported: all of that stays."""
    with importing():
        yield
        gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave benchmarks and what runs alone out unless they are asked for, mark what is quick, let the longest files begin."""
    marks = {item: {mark.name for mark in item.iter_markers()} for item in items}
    left_out = {mark for mark in ALONE if not asks_for(mark, config)} | (set() if measures_speed(config) else {"bench"})
    config.hook.pytest_deselected(items=[item for item in items if marks[item] & left_out])
    items[:] = [item for item in items if not marks[item] & left_out]
    pace = read_pace()
    for item in items:
        if pace.is_quick(item) and "gpu" not in marks[item]:
            item.add_marker("quick")
    if config.option.dist != "no" or "PYTEST_XDIST_WORKER" in os.environ:
        items[:] = pace.longest_file_first(items)
    skip_without_gpu([item for item in items if "gpu" in marks[item]])


def skip_without_gpu(need_gpu: list[pytest.Item]) -> None:
    """Skip the tests that need a GPU where there is none, and say so."""
    if not need_gpu:
        return
    import torch

    if not torch.cuda.is_available():
        for item in need_gpu:
            item.add_marker(pytest.mark.skip(reason="torch sees no GPU here"))


#: What is planned and run unless a test says otherwise: one paper, and one seed beside those that averages need, are enough for
#: what holds of the workflow itself.
ONE_PAPER = ("scale=smoke", "papers=alexnet", "seeds=1")


@dataclass(frozen=True, kw_only=True)
class Checkout:
    """A copy of the checkout in `folder`; its workflow runs AlexNet at scale smoke, one seed, unless `config` says otherwise."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """Return an environment in which the copy's package comes before the installed one."""
        return {**os.environ, "PYTHONPATH": str(self.folder)}

    def command(self, *options: str, config: tuple[str, ...] = ONE_PAPER) -> list[str]:
        """Return the command line that runs the workflow."""
        return [sys.executable, "-m", "snakemake", "--cores", "2", *options, "--config", *config]

    def run(self, *options: str, config: tuple[str, ...] = ONE_PAPER) -> subprocess.CompletedProcess[str]:
        """Run the workflow, forked by what has imported Snakemake, and return how it ended; `stdout` holds both streams."""
        arguments = self.command(*options, config=config)[3:]
        return snakemake(arguments, folder=self.folder, environment=self.environment)

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


def bytecode(folder: str, names: list[str]) -> list[str]:
    """Return Python's caches, but not numba's, whose compiled passes take a minute to make again."""
    return [name for name in names if Path(folder).name == "__pycache__" and not name.endswith((".nbi", ".nbc"))]


def unfinished(folder: str, names: list[str]) -> list[str]:
    """Return what other processes are writing among compiled modules. The rest is copied with its times, so that it is valid."""
    return [name for name in names if Path(folder).name == "__pycache__" and not name.endswith((".pyc", ".nbi", ".nbc", ".json"))]


def keep_compiled(checkout: Checkout) -> None:
    """Keep here what numba has compiled in a copy of this checkout, unless the same function was compiled here meanwhile."""
    for index in (checkout.folder / "repro").rglob("*.nbi"):
        here = ROOT / index.parent.relative_to(checkout.folder)
        with suppress(OSError):  # where this checkout cannot be written, each process compiles
            for path in (*index.parent.glob(f"{index.stem}.*.nbc"), index) if not (here / index.name).exists() else ():
                part = here / f"{path.name}.{os.getpid()}"
                shutil.copy(path, part)
                part.replace(here / path.name)


def copy_checkout(source: Path, target: Path, *, also: tuple[str, ...] = ()) -> Checkout:
    """Copy a checkout with its times, and with the folders `also`, to `target`."""
    target.mkdir(parents=True)
    for name in (*TRACKED, *also):
        if (source / name).is_dir():
            shutil.copytree(source / name, target / name, ignore=unfinished, symlinks=True)
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

    def make(folder: Path) -> None:
        checkout = copy_checkout(ROOT, folder / "checkout")
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        command = checkout.command("reproduce")  # as a user types it
        done = subprocess.run(command, cwd=checkout.folder, env=checkout.environment, text=True, **pipes)
        (checkout.folder / "first-run.log").write_text(done.stdout)
        errors = "".join(line for line in done.stdout.splitlines(keepends=True) if re.search("error|Error|status", line))
        assert done.returncode == 0, f"{errors[:8000]}\n...\n{done.stdout[-8000:]}"
        keep_compiled(checkout)

    return Checkout(folder=made_once(tmp_path_factory, "smoke", make) / "checkout")


@pytest.fixture
def finished(smoke: Checkout, tmp_path: Path) -> Checkout:
    """Return a copy of the finished checkout that a test may change."""
    return copy_checkout(smoke.folder, tmp_path / "finished", also=("results", "reports", ".snakemake", "first-run.log"))
