"""Import what a command will need, before it is forked: what several need is imported once."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from contextlib import suppress

from repro.papers import PAPERS
from repro.planning.plan import DRIVER_NODE, stage_of
from repro.spec.experiment import make_run

#: Modules by command, and of `train` by the stage that makes the runs.
OF_COMMAND = {
    "prepare": ("repro.data.prepare.prepare",),
    "judge": ("repro.analyse.judge.judge",),
    "calibrate": ("repro.analyse.calibrate.own.calibration",),
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
#: Where there is a GPU: what decodes images may speak to it as soon as it is imported, and each process imports that itself.
BESIDE_A_GPU = ("torch",)


def import_for(arguments: Sequence[str]) -> None:
    """Import what the command that `arguments` type will need."""
    for name in modules_for(arguments):
        importlib.import_module(name)
    if "numba" in sys.modules:
        _begin_with_numba()


def _begin_with_numba() -> None:
    """Load what numba does as it first calls something compiled: 0.4 s of each process that is forked without it."""
    from numba.core.registry import cpu_target

    cpu_target.target_context.refresh()


def modules_for(arguments: Sequence[str]) -> tuple[str, ...]:
    """The modules that are worth importing beforehand; none where that cannot be told."""
    command = arguments[0] if arguments else ""
    if DRIVER_NODE.exists():
        return BESIDE_A_GPU if command in ("prepare", "train") else ()
    if command != "train":
        return OF_COMMAND.get(command, ())
    stage = _stage(arguments)
    return (*OF_EVERY_STAGE, *OF_STAGE[stage]) if stage else ()


def _stage(arguments: Sequence[str]) -> str:
    """The stage that makes the first variant that is named, of a built-in paper; "" if it is not to be seen."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    for names in (("--paper", "--papers"), ("--variant", "--variants")):
        parser.add_argument(*names, default="")
    try:
        given, _ = parser.parse_known_args(arguments[1:])
    except argparse.ArgumentError:
        return ""
    if given.paper in PAPERS:
        paper, variant = PAPERS[given.paper], given.variant.split(",")[0]
        for scale in paper.scales:  # the stage is the same at each that has the variant
            with suppress(ValueError):
                return stage_of(make_run(paper, scale=scale.name, variant=variant, seed=0))
    return ""
