"""Read a user's file only if it is a regular one, and no further than its limit."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

#: A picture of as many pixels as are decoded (repro.data.shards.decode) takes less, even without any compression.
MAX_IMAGE_BYTES = 2**28
#: The longest official list, that of Sports-1M's training videos, takes a fifth.
MAX_LIST_BYTES = 2**28
#: A day of film. A file of zeros without end, which takes no room on the disk, has more.
MAX_VIDEO_BYTES = 2**35
PIECE_BYTES = 2**20
#: In which `st_blocks` counts.
BLOCK_BYTES = 512


class SourceError(ValueError):
    """The source of a data set is missing, incomplete or not what it should be."""


@contextmanager
def opened_regular(path: Path, *, most: int) -> Iterator[IO[bytes]]:
    """Open the regular file at `path`, which has no more than `most` bytes.

    Raises:
        OSError: it cannot be opened, is a pipe, device, socket or folder, has more bytes, or more than half of them were never
            written; `strerror` says which.
    """
    _check(os.stat(path), path, most=most)
    # Should another file stand there by now: a pipe is not waited for.
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as stream:
        _check(os.fstat(stream.fileno()), path, most=most)
        _check_holes(stream, path)
        yield stream


def read_regular(path: Path, *, most: int) -> bytes:
    """The content of the regular file at `path`. Raises as `opened_regular` does."""
    with opened_regular(path, most=most) as stream:
        content = stream.read(most + 1)
    if len(content) > most:
        raise OSError(errno.EFBIG, f"it grows while it is read; allowed: up to {most} bytes", str(path))
    return content


def content_hash(path: Path, *, most: int) -> int:
    """64 bits that depend on the bytes of a regular file alone. Raises as `opened_regular` does."""
    digest = hashlib.blake2b(digest_size=8)
    with opened_regular(path, most=most) as stream:
        while piece := stream.read(PIECE_BYTES):
            digest.update(piece)
    return int.from_bytes(digest.digest(), "little")


def hash_of(content: bytes) -> int:
    """What `content_hash` says of a file of these bytes."""
    return int.from_bytes(hashlib.blake2b(content, digest_size=8).digest(), "little")


def _check(status: os.stat_result, path: Path, *, most: int) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise OSError(errno.EISDIR, "a folder; allowed: a regular file", str(path))
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "a pipe, device or socket; allowed: a regular file", str(path))
    if status.st_size > most:
        raise OSError(errno.EFBIG, f"{status.st_size} bytes; allowed: up to {most}", str(path))


def _check_holes(stream: IO[bytes], path: Path) -> None:
    """Refuse a file most of which was never written: a download that broke off, or a trap. Its holes would be read as zeros."""
    status = os.fstat(stream.fileno())
    written = status.st_blocks * BLOCK_BYTES
    # Systems of files that compress, or do not count their blocks, show no hole.
    if written * 2 < status.st_size and stream.seek(0, os.SEEK_HOLE) < status.st_size:
        raise OSError(
            errno.EINVAL, f"only {written} of its {status.st_size} bytes were written; allowed: half of them", str(path)
        )
    stream.seek(0)
