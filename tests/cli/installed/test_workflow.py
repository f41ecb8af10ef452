"""The command `workflow` for a user without a name or a home, as containers have them."""

from __future__ import annotations

import getpass
import os
from pathlib import Path

import pytest

from repro import cli
from repro.cli.arguments import UsageError
from repro.cli.installed.workflow import check_executor, for_anyone


@pytest.fixture
def nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user whom no list of users knows; the folder for temporary files."""

    def unknown() -> str:
        raise KeyError("getpwuid(): uid not found: 4242")

    monkeypatch.setattr(getpass, "getuser", unknown)
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    return tmp_path


def test_a_user_who_is_a_number_has_it_as_a_name(nobody: Path) -> None:
    found = for_anyone({"HOME": str(nobody), "PATH": "/bin"})
    assert found == {"HOME": str(nobody), "PATH": "/bin", "USER": str(os.getuid())}


@pytest.mark.parametrize("environ", [{}, {"HOME": ""}, {"HOME": "/"}, {"HOME": "/nowhere/at/all"}])
def test_a_home_that_cannot_be_written_is_a_folder_of_ones_own(
    environ: dict[str, str], nobody: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may write everywhere
    home = Path(for_anyone(environ)["HOME"])
    assert home.parent == nobody and home.is_dir() and home.stat().st_mode & 0o077 == 0
    assert for_anyone(environ)["HOME"] == str(home)


def test_whoever_has_both_keeps_them(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path), "USER": "somebody"}
    assert for_anyone(environ) == environ


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--config", "scale", "smoke"], "write --config scale=smoke\n"),
        (["--configfile", "nowhere.yaml"], "give a file: --configfile FILE\n"),
    ],
)
def test_what_snakemake_would_answer_by_a_traceback_is_one_line(
    words: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["workflow", "--cores", "1", *words]) == 2
    said = capsys.readouterr().err
    assert said.startswith("repro: error: ") and said.count("\n") == 1 and said.endswith(says)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--workflow-profile", "{profile}"], r"'slurm' is a plug-in .*; type pip install 'repro-claims\[slurm\]'"),
        (["--workflow-profile={profile}", "reproduce"], r"repro-claims\[slurm\]"),
        (["--executor", "cluster-generic"], r"repro-claims\[store\]"),
        (["-e", "kubernetes"], "pip install snakemake-executor-plugin-kubernetes, if there is one"),
        (["--executor=slrum"], "executor 'slrum' is a plug-in of Snakemake that is not installed"),
    ],
)
def test_an_executor_without_its_plug_in_is_named_with_what_to_install(
    words: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.yaml").write_text("executor: slurm\n")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(UsageError, match=says):
        check_executor([word.format(profile=tmp_path) for word in words])
    for well in (["--executor", "local"], ["reproduce"], ["--workflow-profile", "none"], ["--executor"], []):
        check_executor(well)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())
    check_executor([word.format(profile=tmp_path) for word in words])
