"""What pyproject.toml cannot say: on which systems this is built, and that the workflow comes along in a wheel."""

import shutil
import sys
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

#: As in repro/cli/installed/places.py, where the command `workflow` looks for them.
CARRIED = ("Snakefile", "workflow", "profiles", "examples")
FOLDER = "carried"

if sys.platform != "linux":
    sys.exit(
        f"repro cannot be installed on {sys.platform}: NVIDIA DALI, which decodes images and videos, has wheels for Linux alone; "
        "take Linux, the Windows Subsystem for Linux, or the container of Containerfile"
    )


class BuildWithWorkflow(build_py):
    """Copies the workflow and what belongs to it into the package that is built."""

    def run(self) -> None:
        """As setuptools does, and the copies after it."""
        super().run()
        if self.editable_mode:  # then the checkout is there
            return
        target = Path(self.build_lib) / "repro" / FOLDER
        shutil.rmtree(target, ignore_errors=True)
        for name in CARRIED:
            source = Path(name)
            if source.is_dir():
                shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                target.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target / name)


setup(cmdclass={"build_py": BuildWithWorkflow})
