"""Let one process at a time write a folder; the kernel frees a lock when its holder dies, however it dies."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from repro.system.progress import Say

#: Name of the lock file in a folder that one process at a time may write.
LOCK_FILE = ".lock"


class FolderInUse(ValueError):
    """Another live process holds the lock of a folder."""


def lock(descriptor: int, *, wait: bool = False) -> bool:
    """Lock an open file until its descriptor is closed; say whether that is done.

    It is not if another process holds the lock, unless we `wait` for it.
    """
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True


def sign(descriptor: int) -> None:
    """Write which process holds a lock into its file, for those who wait."""
    with suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)


def signed_by(path: Path) -> str:
    """The process number that a lock file names, or `unknown`."""
    try:
        return path.read_text().strip() or "unknown"
    except OSError:
        return "unknown"


def try_lock(folder: Path) -> int | None:
    """Lock `folder` and return the descriptor that holds the lock, or None if another process holds it.

    The lock ends when the descriptor is closed; child processes do not inherit it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o644)
    if not lock(descriptor):
        os.close(descriptor)
        return None
    sign(descriptor)
    return descriptor


def holder(folder: Path) -> str:
    """The process number that the lock file of `folder` names, or `unknown`."""
    return signed_by(folder / LOCK_FILE)


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
def locked(folder: Path, *, say: Say, wait_s: float = 0.5) -> Iterator[None]:
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
