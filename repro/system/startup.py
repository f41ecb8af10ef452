"""What a process does as it starts and ends: look for garbage only where some may be, and find where to keep compiled passes."""

from __future__ import annotations

import gc
import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def importing() -> Iterator[None]:
    """Import modules without looking for garbage among what they make, which takes a tenth of a start."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def leave_it() -> None:
    """Say that the process ends: what is left goes with it, and looking for garbage among it would take half a second."""
    gc.freeze()


def may_cache(file: str) -> bool:
    """Say whether what numba compiles of the module `file` can be kept for the next process.

    Where neither the package nor the user's home can be written, it is kept in a folder of the user's for temporary files;
    without such a folder either, each process compiles anew, and a line says so.
    """
    import numba  # Takes half a second, which who compiles nothing does not need.

    if _has_place(file):
        return True
    place = _own_temporary_folder()
    if place is not None:
        numba.config.CACHE_DIR = str(place)
        if _has_place(file):
            return True
    told = "warning: no folder for compiled passes can be written: each process compiles for a minute; set NUMBA_CACHE_DIR"
    print(told, file=sys.stderr, flush=True)
    return False


def _has_place(file: str) -> bool:
    """Ask numba by a function of that module."""
    import numba

    module: dict[str, Any] = {}
    exec(compile("def probe():\n    pass\n", file, "exec"), module)
    try:
        numba.njit(cache=True)(module["probe"])
    except (RuntimeError, OSError):
        return False
    return True


def _own_temporary_folder() -> Path | None:
    """A folder that nobody else can write, since what lies there is run."""
    try:
        folder = Path(tempfile.gettempdir()) / f"repro-compiled-{os.getuid()}"
        folder.mkdir(mode=0o700, exist_ok=True)
        found = os.lstat(folder)
    except OSError:
        return None
    private = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077
    return folder if private else None
