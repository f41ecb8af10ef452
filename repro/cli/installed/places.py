"""Where the files are that come with the package and are no part of it: workflow, profiles, examples."""

from __future__ import annotations

from pathlib import Path

from repro.artifacts.provenance import PACKAGE

#: What a wheel carries of the checkout, and the folder of the package in which it lies there.
CARRIED = ("Snakefile", "workflow", "profiles", "examples")
FOLDER = "carried"


class NotCarried(ValueError):
    """Neither a checkout nor an installed wheel is around the package."""


def carried(package: Path = PACKAGE) -> Path:
    """The folder that holds Snakefile, workflow and profiles: inside an installed package, or the checkout around it.

    Raises:
        NotCarried: it is in neither place.
    """
    for folder in (package / FOLDER, package.parent):
        if (folder / "workflow" / "Snakefile").is_file():
            return folder
    raise NotCarried(
        f"the workflow is neither in {package / FOLDER} nor beside {package}; install a wheel that has it, or take a clone"
    )
