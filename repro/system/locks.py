"""Let one process at a time write a folder; the kernel frees a lock when its holder dies, however it dies."""

from __future__ import annotations

import errno
import fcntl
import os
import struct
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from repro.system.filesystem import LACKING, make_folders, open_own, remove_empty
from repro.system.progress import Say

#: Name of the lock file in a folder that one process at a time may write.
LOCK_FILE = ".lock"
#: What a file system says that keeps no locks.
NO_LOCKS = LACKING | {errno.ENOLCK}
#: The form of `struct flock`: a lock of the whole file for writing.
WHOLE_FILE = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
#: Longer than the number of any process.
MOST_DIGITS = 20
#: Longer than it takes to ask whether a lock is held, for which it is taken. Seconds.
ASKED_S = 0.1
#: How often a folder is made that others remove.
TRIES = 100

#: The devices of whose missing locks this process has spoken.
_told: set[int] = set()


class FolderInUse(ValueError):
    """Another live process holds the lock of a folder."""


def to_stderr(line: str) -> None:
    """Print a line for the user."""
    print(line, file=sys.stderr, flush=True)


def lock(descriptor: int, *, wait: bool = False, say: Say = to_stderr) -> bool:
    """Lock an open file until its descriptor is closed; say whether that is done.

    It is not if another process holds the lock, unless we `wait` for it. Where the file system has neither of the two kinds
    of locks that end with their holder, work goes on without one, and a line says so.
    """
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except OSError as error:
            if error.errno not in NO_LOCKS:
                raise
            fcntl.fcntl(descriptor, fcntl.F_OFD_SETLKW if wait else fcntl.F_OFD_SETLK, WHOLE_FILE)
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.EACCES):
            return False
        if error.errno not in NO_LOCKS:
            raise
        device = os.fstat(descriptor).st_dev
        if device not in _told:
            _told.add(device)
            say("warning: this file system keeps no locks; start no second command on the same results while this one runs")
    return True


def sign(descriptor: int) -> None:
    """Write which process holds a lock into its file, for those who wait.

    What may be another's is left as it is: a file that has a second name, or holds more than such a number.
    """
    with suppress(OSError):
        found = os.pread(descriptor, MOST_DIGITS + 1, 0)
        if os.fstat(descriptor).st_nlink > 1 or len(found) > MOST_DIGITS or (found and not found.isdigit()):
            return
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)


def signed_by(path: Path) -> str:
    """The process number that a lock file names, or `unknown`."""
    try:
        with open(path, "rb") as stream:
            found = stream.read(MOST_DIGITS + 1)
    except OSError:
        return "unknown"
    return found.decode() if found.isdigit() else "unknown"


def try_lock(folder: Path, *, say: Say = to_stderr) -> int | None:
    """Lock `folder` and return the descriptor that holds the lock, or None if another process holds it.

    The lock ends when the descriptor is closed; child processes do not inherit it.
    """
    path = folder / LOCK_FILE
    while True:
        descriptor = _open_lock(path)
        try:
            if not lock(descriptor, say=say):
                os.close(descriptor)
                return None
        except BaseException:
            os.close(descriptor)
            raise
        if _is_still(path, descriptor):
            sign(descriptor)
            return descriptor
        os.close(descriptor)  # who held it before has removed it together with the folder


def _open_lock(path: Path) -> int:
    """Open a lock file after making its folder, which who held the lock may be removing, as it stayed empty."""
    for _ in range(TRIES):
        with suppress(FileNotFoundError):
            path.parent.mkdir(parents=True, exist_ok=True)
            return open_own(path, os.O_RDWR | os.O_CREAT)
    path.parent.mkdir(parents=True, exist_ok=True)
    return open_own(path, os.O_RDWR | os.O_CREAT)


def _is_still(path: Path, descriptor: int) -> bool:
    """Say whether `path` names the file that is open."""
    try:
        return os.path.samestat(os.stat(path), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def holder(folder: Path) -> str:
    """The process number that the lock file of `folder` names, or `unknown`."""
    return signed_by(folder / LOCK_FILE)


def claim(folder: Path) -> int:
    """Lock `folder` until this process ends and return the descriptor.

    Raises:
        FolderInUse: another process holds it.
    """
    descriptor = try_lock(folder)
    if descriptor is None:  # unless somebody only asks at this moment whether it is held
        time.sleep(ASKED_S)
        descriptor = try_lock(folder)
    if descriptor is None:
        raise FolderInUse(
            f"{folder} is in use by process {holder(folder)}; allowed: one workflow at a time on a folder of results; "
            "wait until it ends or give this one another folder (--config results=DIR)"
        )
    return descriptor


def writer(folder: Path) -> str | None:
    """The number of the process that holds the lock of `folder`, or `unknown`; None if nobody does. Nothing is written."""
    try:
        descriptor = os.open(folder / LOCK_FILE, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        return None if lock(descriptor) else holder(folder)
    except OSError:
        return None
    finally:
        os.close(descriptor)


@contextmanager
def locked(folder: Path, *, say: Say, wait_s: float = 0.5) -> Iterator[None]:
    """Hold the lock of `folder`, after waiting for as long as another process holds it.

    Folders that are made for it and stay empty, since what was to fill them failed, are removed again.
    """
    made = make_folders(folder)
    descriptor = try_lock(folder, say=say)
    if descriptor is None:
        say(f"{folder} is being written by process {holder(folder)}; waiting until it ends")
    while descriptor is None:
        time.sleep(wait_s)
        descriptor = try_lock(folder, say=say)
    try:
        yield
    finally:
        if made:
            _remove_unused(folder, made)
        os.close(descriptor)


def _remove_unused(folder: Path, made: list[Path]) -> None:
    with suppress(OSError):
        if os.listdir(folder) == [LOCK_FILE]:
            os.unlink(folder / LOCK_FILE)
            remove_empty(made)
