"""Shells complete commands, options, names and folders by scripts that the parser makes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from repro import cli
from repro.cli.installed.completion import SHELLS
from repro.cli.parser import command_parser

pytest.importorskip("shtab")


def script(shell: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert cli.main(["completion", shell]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_knows_every_command_and_is_good_syntax(shell: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = script(shell, capsys)
    commands = command_parser()._subparsers._group_actions[0].choices
    assert all(name in text for name in commands)
    assert all(word in text for word in ("max-left-out", "towers-apart", "alexnet", "folders_half_second", "cuda"))
    if shutil.which(shell):
        path = tmp_path / "script"
        path.write_text(text)
        subprocess.run([shell, "-n", path], check=True)


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        (["tra"], {"train"}),
        (["train", "--scale", "sm"], {"small", "smoke"}),
        (["judge", "--papers", "k"], {"karpathy"}),
        (["train", "--device", "c"], {"cpu", "cuda"}),
        (["train", "--tow"], {"--towers-apart"}),
        (["list", "al"], {"alexnet"}),
        (["challenge", "--bea"], {"--beacon"}),
    ],
)
def test_bash_completes_what_is_typed(
    typed: list[str], completed: set[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "script"
    path.write_text(script("bash", capsys))
    words = " ".join(["repro", *typed])
    asked = f"source {path}; COMP_WORDS=({words}); COMP_CWORD={len(typed)}; _shtab_repro; echo ${{COMPREPLY[@]}}"
    done = subprocess.run(["bash", "-c", asked], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == completed


def test_without_the_library_one_line_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "shtab", None)
    assert cli.main(["completion", "bash"]) == 2
    assert "pip install 'repro-claims[completion]'" in capsys.readouterr().err
