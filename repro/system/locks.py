"""Let one process at a time write a folder; the kernel frees a lock when its holder dies, however it dies."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

#: Name of the lock file in a folder that one process at a time may write.
LOCK_FILE = ".lock"


class FolderInUse(ValueError):
    """Another live process holds the lock of a folder."""


def try_lock(folder: Path) -> int | None:
    """Lock `folder` and return the descriptor that holds the lock, or None if another process holds it.

    The lock ends when the descriptor is closed; child processes do not inherit it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    os.ftruncate(descriptor, 0)
    os.write(descriptor, str(os.getpid()).encode())
    return descriptor


def holder(folder: Path) -> str:
    """Return the process number that the lock file of `folder` names, or `unknown`."""
    try:
        return (folder / LOCK_FILE).read_text().strip() or "unknown"
    except OSError:
        return "unknown"


def claim(folder: Path) -> int:
    """Lock `folder` until this process ends and return the descriptor.

    Raises:
        FolderInUse: another process holds it.
    """
    descriptor = try_lock(folder)
    if descriptor is None:
        raise FolderInUse(
            f"{folder} is in use by process {holder(folder)}; allowed: one workflow at a time on a folder of results; "
            "wait until it ends or give this one another folder (--config results=DIR)"
        )
    return descriptor


@contextmanager
def locked(folder: Path, *, say: Callable[[str], None], wait_s: float = 0.5) -> Iterator[None]:
    """Hold the lock of `folder`, after waiting for as long as another process holds it."""
    descriptor = try_lock(folder)
    if descriptor is None:
        say(f"{folder} is being written by process {holder(folder)}; waiting until it ends")
    while descriptor is None:
        time.sleep(wait_s)
        descriptor = try_lock(folder)
    try:
        yield
    finally:
        os.close(descriptor)
