"""Calls to the file system that some file systems lack, or that a stranger may have prepared a trap for.

Each does without what it can do without: a file that is moved into its place is whole, whether or not the file system can
flush, move over another file or change modes. What it cannot do without is an OSError that names the path.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path

#: What a file system says of a call that it does not have.
LACKING = frozenset({errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EINVAL})
#: What it says of a move onto a file that is there, if it cannot do that.
NOT_OVER = LACKING | {errno.EEXIST, errno.EACCES, errno.EPERM, errno.EBUSY}


class NoOwnFile(OSError):
    """Where a file of ours should be lies something else."""


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Have an error of the system that names no file name `path`: a write onto a full disk does not say where it was."""
    try:
        yield
    except OSError as error:
        if error.errno is not None and error.filename is None:
            error.filename = str(path)
        raise


def sync(descriptor: int) -> None:
    """Have what was written on the disk before what follows, where the file system can."""
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in LACKING:
            raise


def sync_folder(folder: Path) -> None:
    """Have the names in `folder` on the disk, where the file system can; a folder may be one to write in and not to read."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        sync(descriptor)
    finally:
        os.close(descriptor)


def move_over(source: Path, target: Path) -> None:
    """Give the file `source` the name `target`, whatever file had it.

    Where the file system cannot do that in one step, there is no file of that name for a moment: it is never half a file.
    """
    try:
        os.replace(source, target)
    except OSError as error:
        if error.errno not in NOT_OVER or not target.is_file():
            raise
        os.unlink(target)
        os.rename(source, target)


def set_mode(path: Path, mode: int) -> None:
    """Change who may use `path`, where the file system knows users."""
    try:
        os.chmod(path, mode)
    except OSError as error:
        if error.errno not in LACKING | {errno.EPERM, errno.EACCES, errno.EROFS}:
            raise


def open_own(path: Path, flags: int, mode: int = 0o644) -> int:
    """Open a file of ours by its own name: no link is followed.

    Raises:
        NoOwnFile: something else lies there.
    """
    if path.is_symlink():  # said by hand, since a file system may not know O_NOFOLLOW
        raise NoOwnFile(errno.ELOOP, "is a link, and a file of the project's own is needed; delete the link", str(path))
    try:
        descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK, mode)
    except OSError as error:
        if error.errno not in LACKING:
            raise
        descriptor = os.open(path, flags | os.O_CLOEXEC | os.O_NONBLOCK, mode)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise NoOwnFile(errno.ELOOP, "is no regular file, and a file of the project's own is needed; delete it", str(path))
    return descriptor


def open_regular(path: Path) -> BufferedReader:
    """Open the regular file at `path`, or behind a link there, to be read; a pipe, which may never end, is not waited for.

    Raises:
        NoOwnFile: a pipe or a device lies there. OSError: there is nothing, a folder, or what may not be read.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        raise NoOwnFile(errno.EINVAL, "is a pipe or a device, and a file is needed; move it away", str(path))
    return os.fdopen(descriptor, "rb")


def read_regular(path: Path) -> bytes:
    """The content of the file at `path`. Raises as `open_regular` does."""
    with open_regular(path) as stream:
        return stream.read()


def remove_empty(folders: list[Path]) -> None:
    """Remove the `folders` that hold nothing, the innermost first."""
    for folder in sorted(folders, key=lambda path: len(path.parts), reverse=True):
        with suppress(OSError):
            folder.rmdir()


def make_folders(folder: Path) -> list[Path]:
    """Make `folder` and those above it; those that were not there before."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing
