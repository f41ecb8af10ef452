"""The workflow that puts the site on GitHub Pages types commands that there are, and watches folders that there are."""

from __future__ import annotations

import shlex
from typing import Any

import pytest
import yaml

from repro.cli.parser import command_parser
from tests.conftest import ROOT

WORKFLOW: dict[Any, Any] = yaml.safe_load((ROOT / ".github" / "workflows" / "site.yml").read_text())
STEPS = WORKFLOW["jobs"]["site"]["steps"]
COMMANDS = [shlex.split(step["run"]) for step in STEPS if "run" in step]


@pytest.mark.parametrize("command", [words for words in COMMANDS if words[:3] == ["python", "-m", "repro"]], ids=" ".join)
def test_its_commands_are_understood(command: list[str]) -> None:
    options = command_parser().parse_args(command[3:])
    assert options.command.__name__ in ("verify_results", "write_pages")
    assert (ROOT / command[4]).is_dir()


def test_results_are_verified_before_a_site_is_made_of_them_and_what_is_made_is_what_is_put_there() -> None:
    names = [words[3] for words in COMMANDS if words[0] == "python"]
    assert names == ["verify", "site"]
    made = COMMANDS[-1][COMMANDS[-1].index("--out") + 1]
    (put,) = [step["with"]["path"] for step in STEPS if "upload-pages-artifact" in step.get("uses", "")]
    assert put == made


def test_what_it_watches_and_installs_by_is_there() -> None:
    on = WORKFLOW[True]  # how YAML 1.1 reads the word `on`
    for path in on["push"]["paths"]:
        assert (ROOT / path.removesuffix("/**")).exists(), path
    assert ["pip", "install", "-c", "workflow/envs/constraints.txt", "."] in COMMANDS
    assert WORKFLOW["permissions"] == {"contents": "read", "pages": "write", "id-token": "write"}
