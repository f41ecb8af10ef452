"""The help of every command: what it is for, examples that parse, what each option takes."""

from __future__ import annotations

import argparse
import shlex

import pytest

import repro
from repro import cli
from repro.cli.examples import EXAMPLES
from repro.cli.options import REPORTS, RESULTS, SCALES
from repro.cli.parser import command_parser
from repro.papers import PAPERS

COMMANDS = command_parser()._subparsers._group_actions[0].choices


@pytest.mark.parametrize("line", [line for lines in EXAMPLES.values() for line in lines])
def test_every_example_is_understood(line: str) -> None:
    command_parser().parse_args(shlex.split(line.partition(" > ")[0]))


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_has_examples_and_says_what_each_option_takes(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert EXAMPLES[name] and all(shlex.split(line)[0] == name for line in EXAMPLES[name])
    assert not [action.dest for action in COMMANDS[name]._actions if not action.help]
    with pytest.raises(SystemExit, match="0"):
        cli.main([name, "--help"])
    assert f"python -m repro {EXAMPLES[name][0]}" in capsys.readouterr().out


@pytest.mark.parametrize("name", COMMANDS)
def test_a_number_or_text_says_its_default_or_its_form(name: str) -> None:
    for action in COMMANDS[name]._actions:
        if isinstance(action.default, int | float | str) and action.nargs != 0 and action.default != argparse.SUPPRESS:
            assert f"(default: {action.default}" in action.help.replace("(default: .0", "(default: 0.0") or action.default == 0


def test_results_and_reports_have_the_workflows_places_by_default() -> None:
    for name, one in COMMANDS.items():
        for action in one._actions:
            if "--results" in action.option_strings and name != "calibrate":  # there --scale says that there are any
                assert action.default == RESULTS
            if "--reports" in action.option_strings:
                assert action.default == REPORTS
    assert (str(RESULTS), str(REPORTS)) == ("results", "reports")


def test_one_thing_has_one_spelling_in_all_commands() -> None:
    shown = {name: {text for action in one._actions for text in action.option_strings[:1]} for name, one in COMMANDS.items()}
    assert not {name for name, options in shown.items() if options & {"--paper", "--scales", "--result", "--report"}}
    assert [name for name, options in shown.items() if "--seeds" in options] == ["train"], "which seeds, and not how many"
    assert command_parser().parse_args(["judge", "--paper", "alexnet", "--scale", "smoke"]).papers == ("alexnet",)
    old = "train --paper alexnet --scale smoke --variant full --seeds 0"
    assert command_parser().parse_args(old.split()).paper == "alexnet"


@pytest.mark.parametrize("key", ["images", "videos", "data", "pretraining", "unsplit", "transfer"])
def test_prepare_takes_the_workflows_keys_for_its_source(key: str) -> None:
    line = f"prepare --papers alexnet --scale folders --{key} somewhere"
    assert str(command_parser().parse_args(line.split()).source) == "somewhere"


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        cli.main(["--version"])
    assert capsys.readouterr().out == f"repro {repro.__version__}\n"


def test_scales_that_help_names_are_all_there_are() -> None:
    assert set(SCALES) == {scale.name for paper in PAPERS.values() for scale in paper.scales}
