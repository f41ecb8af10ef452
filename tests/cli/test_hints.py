"""Hints name the option of the command that was typed."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from repro import cli
from repro.cli.hints import WORKFLOW_VARIABLE, in_typed_words, speak_for_the_workflow

TYPED = argparse.Namespace(paper="alexnet", scale="smoke", results=Path("my results"))


@pytest.mark.parametrize(
    ("said", "to_a_command"),
    [
        ("add --config images=DIR", "add --source DIR"),
        ("below the folder given by --config videos=DIR", "below the folder given by --source DIR"),
        ("leave out --config data=DIR to download it", "leave out --source DIR to download it"),
        ("(--config results=DIR)", "(--results DIR)"),
        ("give a file: --config catalogue=FILE", "give a file: --catalogue FILE"),
        ("ask for fewer (--config gpus_per_job=N), or use --device cpu", "ask for fewer (--gpus N), or use --device cpu"),
        (
            "make it with python -m repro prepare",
            "make it with python -m repro prepare --paper alexnet --scale smoke --results 'my results'",
        ),
        (
            "run python -m repro collect again",
            "run python -m repro collect --scale smoke --results 'my results' again",
        ),
        (
            "run smoke/alexnet/no_lrn/3: run.json is no JSON document; run python -m repro train again",
            "run smoke/alexnet/no_lrn/3: run.json is no JSON document; run python -m repro train --scale smoke --paper alexnet "
            "--variant no_lrn --seeds 3 --results 'my results' again",
        ),
        ("type python -m repro judge --papers vgg first", "type python -m repro judge --papers vgg first"),
        ("(python -m repro list)", "(python -m repro list)"),
    ],
)
def test_a_command_is_told_of_options_and_the_workflow_of_keys(
    said: str, to_a_command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(WORKFLOW_VARIABLE, raising=False)
    assert in_typed_words(said, TYPED) == to_a_command
    environ: dict[str, str] = {}
    speak_for_the_workflow(environ)
    monkeypatch.setenv(WORKFLOW_VARIABLE, environ[WORKFLOW_VARIABLE])
    keys = in_typed_words(said, TYPED)
    assert keys == said.replace("--device cpu", "--config device=cpu")


def test_prepare_without_a_source_names_its_option(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results = ["--results", str(tmp_path / "R")]
    assert cli.main(["prepare", "--paper", "alexnet", "--scale", "folders", *results]) == 2
    assert "none was given; add --source DIR" in capsys.readouterr().err
    (tmp_path / "empty").mkdir()
    source = ["--source", str(tmp_path / "empty")]
    assert cli.main(["prepare", "--paper", "alexnet", "--scale", "folders", *results, *source]) == 2
    text = capsys.readouterr().err
    assert "--source DIR" in text and "--config" not in text
    assert not (tmp_path / "R").exists(), "a command that fails leaves no empty folders"


def test_train_before_prepare_is_told_once_what_to_type(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--paper", "alexnet", "--scale", "smoke", "--results", str(tmp_path / "R")]
    assert cli.main(["train", *where, "--variant", "full", "--seeds", "0", "--device", "cpu"]) == 2
    text = capsys.readouterr().err
    assert text.count("\n") == 1
    assert f"make it with python -m repro {' '.join(['prepare', *where])}" in text
