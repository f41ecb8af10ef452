"""Hear what libraries print and log of a file without its name: it becomes the reason of a refusal, or is dropped."""

from __future__ import annotations

import logging
import os
import re
import tempfile
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from repro.artifacts.files import readable

_SILENCE = threading.Lock()
#: What libraries print is read so far; and the signs by which a terminal colours it.
MOST_HEARD, COLORS = 4000, re.compile(r"\x1b\[[0-9;]*m")


@contextmanager
def heard_libraries() -> Iterator[list[str]]:
    """Keep off the terminal what libraries written in C print of a file without its name; give its lines, at the end."""
    heard: list[str] = []
    with _SILENCE, tempfile.TemporaryFile() as sink:
        kept = os.dup(2)
        try:
            os.dup2(sink.fileno(), 2)
            yield heard
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            sink.seek(0)
            printed = COLORS.sub("", sink.read(MOST_HEARD).decode(errors="replace"))
            heard += [readable(" ".join(line.split()))[:200] for line in printed.splitlines() if line.strip()]


@contextmanager
def quiet_pillow() -> Iterator[None]:
    """Drop what Pillow warns of and logs: it names no file, and what makes a file unusable is an exception, too."""
    with _quiet_log(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def _quiet_log() -> Iterator[None]:
    log = logging.getLogger("PIL")
    level, silence = log.level, logging.CRITICAL + 1
    log.setLevel(silence)  # of its children, too
    try:
        yield
    finally:
        log.setLevel(level)
