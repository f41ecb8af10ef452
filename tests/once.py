"""What is costly to make and never changed by a test is made once, whatever the number of processes that run the tests."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return a folder that the first process of a test session to need it makes, while the others wait.

    What fails once is not tried again: the others fail with its message.
    """
    base = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent  # of all workers
    folder, made, failed = base / name, base / f"{name}.made", base / f"{name}.failed"
    with (base / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if failed.exists():
            raise RuntimeError(f"{folder} could not be made: {failed.read_text()}")
        if not made.exists():
            try:
                folder.mkdir()
                make(folder)
            except BaseException as error:
                failed.write_text(str(error))
                shutil.rmtree(folder, ignore_errors=True)
                raise
            made.touch()
    return folder
