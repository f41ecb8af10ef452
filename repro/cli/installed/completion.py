"""The command `completion`: a script by which bash, zsh or fish complete the command line, made from the parser."""

from __future__ import annotations

import argparse
import importlib

from repro.cli.arguments import DEVICES, UsageError
from repro.cli.options import SCALES
from repro.papers import PAPERS
from repro.system.progress import Say

SHELLS = ("bash", "zsh", "fish")
#: The command that is completed: shells know it by its name, which `python -m repro` does not have.
PROGRAM = "repro"
#: What options take that no parser lists, since files may add to it.
WORDS = {"--scale": SCALES, "--papers": tuple(PAPERS), "--device": DEVICES}
PLACES = ("DIR", "RESULTS", "FILE")


def print_completion(options: argparse.Namespace, say: Say) -> None:
    """Print the script of a shell, by the parser that `options` has."""
    try:
        shtab = importlib.import_module("shtab")
    except ModuleNotFoundError:
        raise UsageError("completion needs the library shtab; type `pip install 'repro-claims[completion]'`") from None
    parser: argparse.ArgumentParser = options.parser
    parser.prog = PROGRAM
    for one in _commands(parser).choices.values():
        for action in one._actions:
            _complete(action, folders=shtab.DIRECTORY, files=shtab.FILE)
    print(shtab.complete(parser, shell=options.shell))


def _commands(parser: argparse.ArgumentParser) -> argparse._SubParsersAction[argparse.ArgumentParser]:
    return next(action for action in parser._actions if isinstance(action, argparse._SubParsersAction))


def _complete(action: argparse.Action, *, folders: object, files: object) -> None:
    """Say what completes an option's value: names, a folder or a file."""
    for option, words in WORDS.items():
        if option in action.option_strings:
            action.choices = words
    if action.metavar == "PAPER" and not action.option_strings:
        action.choices = tuple(PAPERS)
    if action.metavar in PLACES:
        action.complete = files if action.metavar == "FILE" else folders  # type: ignore[attr-defined]
