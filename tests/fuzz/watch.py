"""Hear what this process does while a file is read: no reader writes, deletes, starts or connects outside of one folder."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NEVER = {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "socket.connect", "socket.bind"}
CHANGING = {"os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.chmod", "os.truncate", "shutil.rmtree"}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


class Watch:
    """A hook of Python's audits, which lasts as long as the process; it hears while it has a folder."""

    def __init__(self) -> None:
        self.folder: Path | None = None
        self.seen: list[str] = []
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.folder is None:
            return
        if event in NEVER or (self._changes(event, arguments) and self._is_outside(arguments[0])):
            self.seen.append(f"{event} {arguments}")

    @staticmethod
    def _changes(event: str, arguments: tuple[Any, ...]) -> bool:
        writes = event == "open" and isinstance(arguments[2], int) and bool(arguments[2] & WRITING)
        return (writes or event in CHANGING) and isinstance(arguments[0], str | bytes | os.PathLike)

    def _is_outside(self, name: str | bytes | os.PathLike[str]) -> bool:
        """Whether this is a path outside of the folder; of a temporary file without a name, the folder is opened."""
        path = Path(os.fsdecode(name))
        assert self.folder is not None
        return not path.is_relative_to(self.folder) and path != Path(os.devnull) and not path.is_dir()


_WATCH: list[Watch] = []


@contextmanager
def watched(folder: Path) -> Iterator[list[str]]:
    """What is done outside of `folder` meanwhile."""
    _WATCH[:] = _WATCH or [Watch()]
    (watch,) = _WATCH
    watch.folder, watch.seen = folder, []
    try:
        yield watch.seen
    finally:
        watch.folder = None
