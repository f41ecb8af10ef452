"""Wheel and sdist carry what they should, and what a wheel brings runs in an empty folder."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

from repro import __version__
from repro.artifacts.provenance import PACKAGE
from repro.cli.installed.packages import NEWEST, OLDEST
from repro.cli.installed.places import CARRIED, FOLDER
from repro.cli.installed.workflow import with_profile
from tests.conftest import ROOT, bytecode

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
#: What a build reads beside the files that a wheel carries.
NEEDED = ("repro", *CARRIED, "setup.py", "pyproject.toml", "MANIFEST.in", "README.md", "LICENSE", "tests", "docs", "facts")
BUILD = "import sys; from setuptools import build_meta; getattr(build_meta, sys.argv[1])(sys.argv[2])"


def copied(folder: Path) -> Path:
    """What a build needs, in a folder in which it may leave its own files."""
    folder.mkdir()
    for name in NEEDED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=bytecode)
        else:
            (folder / name).write_bytes((ROOT / name).read_bytes())
    return folder


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a wheel and an sdist."""
    pytest.importorskip("setuptools", minversion="77")
    out = tmp_path_factory.mktemp("built")
    source = copied(out / "source")
    for kind in ("build_sdist", "build_wheel"):
        done = subprocess.run([sys.executable, "-c", BUILD, kind, out], cwd=source, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-3000:]
    return out


@pytest.fixture(scope="module")
def installed(built: Path) -> Path:
    """The folder into which the wheel is unpacked, as an installer does."""
    folder = built / "installed"
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        wheel.extractall(folder)
    return folder


def test_the_wheel_carries_the_workflow_and_what_belongs_to_it(installed: Path) -> None:
    carried = installed / "repro" / FOLDER
    for name in CARRIED:
        whole = [ROOT / name] if (ROOT / name).is_file() else sorted(path for path in (ROOT / name).rglob("*") if path.is_file())
        for path in whole:
            if "__pycache__" not in path.parts:
                assert (carried / path.relative_to(ROOT)).read_bytes() == path.read_bytes()
    assert not list(installed.rglob("tests"))


def test_the_metadata_say_what_is_supported(installed: Path) -> None:
    text = next(installed.glob("*.dist-info/METADATA")).read_text()
    found = Parser().parsestr(text)
    assert (found["Name"], found["Version"], found["License-Expression"]) == ("repro-claims", __version__, "MIT")
    assert {"slurm", "test", "gpu", "completion"} <= set(found.get_all("Provides-Extra"))
    versions = [item.rpartition(" :: ")[2] for item in found.get_all("Classifier") if " :: 3." in item]
    assert versions == [f"3.{minor}" for minor in range(OLDEST[1], NEWEST[1] + 1)]
    assert found["Requires-Python"].replace(" ", "") in ("<3.15,>=3.11", ">=3.11,<3.15")
    assert "Operating System :: POSIX :: Linux" in found.get_all("Classifier")


def test_the_workflow_of_a_wheel_is_planned_in_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    """Jobs, profile and catalogue of the wheel; nothing of the checkout."""
    words = ["workflow", "--dry-run", "--cores", "1", "alexnet_cifar", "--config", "scale=smoke", "seeds=1"]
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    done = subprocess.run([sys.executable, "-m", "repro", *words], cwd=tmp_path, env=environment, capture_output=True, text=True)
    text = done.stdout + done.stderr
    assert done.returncode == 0, text
    assert f"Using workflow specific profile {installed / 'repro' / FOLDER / 'profiles' / 'default'}" in text
    assert "rule train_alexnet_cifar" in text
    assert {path.name for path in tmp_path.iterdir()} <= {".snakemake"}


def test_the_sdist_has_the_tests_and_all_that_they_read(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if tracked.returncode:
        pytest.skip("no checkout of git here")
    lacking = [name for name in tracked.stdout.splitlines() if name.startswith(("tests/", "workflow/", "profiles/", "docs/"))]
    assert sorted(set(lacking) - names) == []


def test_a_build_on_another_system_says_why_not(tmp_path: Path) -> None:
    code = "import runpy, sys, setuptools.command.build_py; sys.platform = 'darwin'; runpy.run_path('setup.py')"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode != 0
    assert done.stderr.startswith("repro cannot be installed on darwin: NVIDIA DALI")
    assert done.stderr.count("\n") == 1


def test_what_is_carried_is_said_in_one_way() -> None:
    text = (ROOT / "setup.py").read_text()
    assert f"CARRIED = {CARRIED!r}".replace("'", '"') in text
    assert f'FOLDER = "{FOLDER}"' in text


#: By the name that is imported, that of the distribution, where they differ.
DISTRIBUTIONS = {
    "PIL": "pillow",
    "cv2": "opencv-python-headless",
    "nvidia": "nvidia-dali-cuda130",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
}
#: Imported where they are there: they come with torch for CUDA, or by an extra.
OPTIONAL = {"triton"}


def test_whatever_the_package_imports_is_declared() -> None:
    trees = [ast.parse(path.read_text()) for path in PACKAGE.rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level}
    tops = {name.partition(".")[0] for name in names} - set(sys.stdlib_module_names) - {"repro"} - OPTIONAL
    declared = {re.match(r"[a-z0-9-]+", text)[0] for text in PROJECT["dependencies"]}
    assert {DISTRIBUTIONS.get(name, name) for name in tops} == declared - {"snakemake"}, "which is started, not imported"


def test_every_extra_is_pinned() -> None:
    pins = (ROOT / "workflow" / "envs" / "constraints.txt").read_text()
    for extra, wanted in PROJECT["optional-dependencies"].items():
        for text in wanted:
            name = text.split(">")[0].split("<")[0].split("[")[0].strip()
            assert f"\n{name}==" in pins, (extra, name)


@pytest.mark.parametrize(
    ("typed", "given"),
    [
        (["--workflow-profile", "slurm", "all"], ["--workflow-profile", "{}/profiles/slurm", "all"]),
        (["all", "--workflow-profile", "profiles/gpu"], ["all", "--workflow-profile", "{}/profiles/gpu"]),
        (["--workflow-profile=slurm"], ["--workflow-profile={}/profiles/slurm"]),
        (["--workflow-profile", "none"], ["--workflow-profile", "none"]),
        (["--workflow-profile", "mine"], ["--workflow-profile", "mine"]),
        (["--workflow-profile"], ["--workflow-profile"]),
        (["--config", "scale=smoke"], ["--config", "scale=smoke"]),
    ],
)
def test_profiles_that_came_along_are_known_by_their_names(
    typed: list[str], given: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert with_profile(typed, folder=ROOT) == [word.format(ROOT) for word in given]


def test_a_profile_of_ones_own_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "slurm").mkdir()
    assert with_profile(["--workflow-profile", "slurm"], folder=ROOT) == ["--workflow-profile", "slurm"]
