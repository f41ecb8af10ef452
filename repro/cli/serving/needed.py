"""Import what a command will need, before it is forked: what several need is imported once."""

from __future__ import annotations

import argparse
import importlib
import os
from collections.abc import Sequence

from repro.papers import PAPERS
from repro.planning.plan import stage_of
from repro.spec.experiment import make_run

#: Modules by command, and of `train` by the stage that makes the runs.
OF_COMMAND = {
    "prepare": ("repro.data.prepare.prepare",),
    "report": ("repro.analyse.judge.judge", "repro.analyse.calibrate.own.calibration", "repro.report.render"),
}
OF_EVERY_STAGE = ("repro.system.gpu_leases", "repro.train.methods.stages")
OF_STAGE = {
    "train_images": ("repro.train.networks.images", "repro.train.networks.run"),
    "train_clips": ("repro.train.networks.clips", "repro.train.networks.run"),
    "fit_images": ("repro.train.methods.fit", "repro.train.methods.fit_images"),
    "fit_videos": ("repro.train.methods.fit", "repro.train.methods.fit_videos"),
    "average": ("repro.train.methods.average",),
    "time": ("repro.train.methods.timing",),
}
#: Where there is a GPU, what decodes images may speak to it as soon as it is imported, which each process then does itself.
DRIVER, NEVER_SPEAKS = "/dev/nvidiactl", ("torch",)


def import_for(arguments: Sequence[str]) -> None:
    """Import what the command that `arguments` type will need."""
    for name in modules_for(arguments):
        importlib.import_module(name)


def modules_for(arguments: Sequence[str]) -> tuple[str, ...]:
    """The modules that are worth importing beforehand; none where that cannot be told."""
    command = arguments[0] if arguments else ""
    if os.path.exists(DRIVER):
        return NEVER_SPEAKS if command in ("prepare", "train") else ()
    if command != "train":
        return OF_COMMAND.get(command, ())
    stage = _stage(arguments)
    return (*OF_EVERY_STAGE, *OF_STAGE[stage]) if stage else ()


def _stage(arguments: Sequence[str]) -> str:
    """The stage that trains, of a built-in paper and its first variant that is named; "" if that is not to be seen."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    for names in (("--paper", "--papers"), ("--variant", "--variants"), ("--scale",)):
        parser.add_argument(*names, default="")
    try:
        given, _ = parser.parse_known_args(arguments[1:])
        return stage_of(make_run(PAPERS[given.paper], scale=given.scale, variant=given.variant.split(",")[0], seed=0))
    except (argparse.ArgumentError, KeyError, ValueError):
        return ""
