"""Hints in the words of the command that was typed: the options of a command, or the keys of the workflow's configuration.

Messages name keys of the configuration as `--config images=DIR`, since a reader of data does not know who called it.
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
from collections.abc import MutableMapping

#: Set where the workflow starts the commands.
WORKFLOW_VARIABLE = "REPRO_TYPED"
SNAKEMAKE = "snakemake"
#: A key of the configuration with its value, and the option that says the same to a command.
KEY = re.compile(r"--config ([a-z_]+)=('[^']*'|[^\s;,)]+)")
OPTION_OF = {
    **dict.fromkeys(("data", "images", "videos", "pretraining", "unsplit", "transfer"), "--source"),
    "results": "--results",
    "reports": "--reports",
    "device": "--device",
    "catalogue": "--catalogue",
    "gpus_per_job": "--gpus",
    "scale": "--scale",
    "papers": "--papers",
    "precision": "--precision",
}
#: Options of a command that a message may name, and the key that says the same to the workflow.
KEY_OF = {
    "--device": "device",
    "--gpus": "gpus_per_job",
    "--results": "results",
    "--reports": "reports",
    "--catalogue": "catalogue",
}
OPTION = re.compile(rf"({'|'.join(KEY_OF)}) ([^\s;,)]+)")
#: Stages that other stages ask for, and the options by which they say of what.
STAGE = re.compile(r"\bpython -m repro (prepare|train|collect|judge)\b(?! --)")
RUN = re.compile(r"\brun (?P<scale>\w+)/(?P<paper>\w+)/(?P<variant>\w+)/(?P<seeds>\d+)\b")
ASKED_OF = {"prepare": ("paper", "scale", "results"), "train": ("paper", "scale", "results")}


def speak_for_the_workflow(environ: MutableMapping[str, str]) -> None:
    """Have the commands that are started from now on name keys of the workflow's configuration."""
    environ[WORKFLOW_VARIABLE] = SNAKEMAKE


def in_typed_words(text: str, options: argparse.Namespace) -> str:
    """A message with the options of the command that was typed."""
    if os.environ.get(WORKFLOW_VARIABLE) == SNAKEMAKE or hasattr(options, "words"):  # of `repro workflow`
        return OPTION.sub(lambda found: f"--config {KEY_OF[found[1]]}={found[2]}", text)
    text = KEY.sub(lambda found: f"{OPTION_OF.get(found[1], '--' + found[1])} {found[2]}", text)
    run = RUN.search(text)
    return STAGE.sub(lambda found: f"{found[0]}{_given(found[1], options, run=run)}", text)


def _given(stage: str, options: argparse.Namespace, *, run: re.Match[str] | None) -> str:
    """The options of the command that was typed which a stage before it needs too, and the run that the message is about."""
    asked = ASKED_OF.get(stage, ("scale", "results"))
    given = {name: getattr(options, name, None) for name in asked}
    if stage == "train" and run is not None:
        given = {**run.groupdict(), "results": given["results"]}
    return "".join(f" --{name} {shlex.quote(str(value))}" for name, value in given.items() if value is not None)
