"""Containerfile and Apptainer definition, line by line, as far as it goes without a daemon."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

from repro.cli.installed.places import CARRIED, FOLDER
from repro.cli.parser import command_parser
from tests.conftest import ROOT, bytecode
from tests.package.test_distributions import BUILD, PROJECT

LINES = re.sub(r"\\\n", " ", (ROOT / "Containerfile").read_text()).splitlines()
STEPS = [line.split(maxsplit=1) for line in LINES if line and not line.startswith("#")]
COPIED = {name for step, rest in STEPS if step == "COPY" for name in shlex.split(rest)[:-1]}
DEFINITION = (ROOT / "repro.def").read_text()


def given(instruction: str) -> list[str]:
    return [rest for name, rest in STEPS if name == instruction]


def section(name: str) -> list[str]:
    return [line.strip() for line in DEFINITION.partition(f"%{name}\n")[2].partition("\n%")[0].splitlines() if line.strip()]


def test_every_instruction_is_one_that_is_known() -> None:
    assert {name for name, _ in STEPS} <= {"FROM", "WORKDIR", "COPY", "RUN", "USER", "ENTRYPOINT", "CMD"}


def test_what_is_copied_is_enough_to_install_the_package_with_its_workflow(tmp_path: Path) -> None:
    source = tmp_path / "opt"
    source.mkdir()
    for words in given("COPY"):
        *names, target = shlex.split(words)
        for name in names:
            assert (ROOT / name).exists(), name
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, source / target, ignore=bytecode)
            else:
                shutil.copy2(ROOT / name, source / target)
    done = subprocess.run([sys.executable, "-c", BUILD, "build_wheel", tmp_path], cwd=source, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        names = set(wheel.namelist())
    assert all(any(name.startswith(f"repro/{FOLDER}/{part}") for name in names) for part in CARRIED)
    installs = [line for line in given("RUN") if line.startswith("pip install")]
    assert all((source / shlex.split(line)[shlex.split(line).index("-c") + 1]).is_file() for line in installs)


def test_every_shell_line_is_good_syntax_and_the_extras_are_there() -> None:
    for line in [*given("RUN"), *section("post"), *section("runscript"), *section("test")]:
        subprocess.run(["bash", "-n", "-c", line], check=True)
    extras = re.findall(r"'\.\[(.*?)\]'", " ".join([*given("RUN"), *section("post")]))
    assert len(extras) == 2
    assert all(set(names.split(",")) <= set(PROJECT["optional-dependencies"]) for names in extras)


def test_the_user_is_not_root_and_comes_after_everything_that_root_must_do() -> None:
    order = [name for name, _ in STEPS]
    assert given("USER") == ["repro"]
    assert "USER" not in order[: max(place for place, name in enumerate(order) if name in ("RUN", "COPY"))]
    assert "chown repro /data" in " ".join(given("RUN")) and given("WORKDIR")[-1] == "/data"


def test_what_is_started_is_a_command_of_this_package() -> None:
    (program,), words = json.loads(given("ENTRYPOINT")[0]), json.loads(given("CMD")[0])
    assert program in PROJECT["scripts"]
    command_parser().parse_args(words)
    assert section("runscript") == ['exec repro "$@"']


def test_both_files_make_the_same_from_the_same() -> None:
    assert f"From: {given('FROM')[0]}\n" in DEFINITION
    installs = [line for line in given("RUN") if line.startswith("pip install")]
    assert [line for line in section("post") if line.startswith("pip install")] == installs


def test_each_line_of_files_names_one_source_and_its_place_for_apptainer_reads_no_more() -> None:
    """Of a line with several sources the second word would be taken for the target."""
    pairs = [line.split() for line in section("files")]
    (workdir, _) = given("WORKDIR")
    assert pairs == [[name, f"{workdir}/{name}"] for name, _ in pairs]
    assert {name for name, _ in pairs} == COPIED


def test_what_goes_to_the_daemon_is_what_is_copied() -> None:
    """A clone has gigabytes of results and environments beside it."""
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    assert lines[0] == "*" and lines[-1] == "**/__pycache__"
    assert {line.removeprefix("!") for line in lines[1:-1]} == COPIED


def test_the_page_names_both_and_every_command_of_it_parses() -> None:
    text = (ROOT / "docs" / "containers.md").read_text()
    lines = re.findall(r"^(?:podman run .*? repro|apptainer run --nv repro.sif) (.*)$", text, re.MULTILINE)
    assert len(lines) == 3
    for line in lines:
        command_parser().parse_args(shlex.split(line))
    keys = yaml.safe_load((ROOT / "workflow/config.yaml").read_text())
    assert all(word.split("=")[0] in keys for word in re.search(r"--config (.*)$", text, re.MULTILINE)[1].split())


@pytest.mark.parametrize(("config", "says"), [(("container=repro.sif",), "is used with --sdm apptainer alone")])
def test_an_image_without_the_option_that_uses_it_is_refused(config: tuple[str, ...], says: str, fresh) -> None:
    done = fresh.run("--dry-run", "alexnet_cifar", config=("scale=smoke", *config))
    assert done.returncode != 0 and says in done.stdout
    done = fresh.run("--dry-run", "--printshellcmds", "alexnet_cifar", "--sdm", "apptainer", config=("scale=smoke", *config))
    if "command has to be available" not in done.stdout:  # Snakemake asks for the program first
        assert "Shell command: python3 -m repro prepare" in done.stdout, done.stdout[-2000:]
