"""Work for processes that are started anew, in a module that imports next to nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator


def work(sharing: int) -> Iterator[int]:
    """Pieces of 10, one in ten milliseconds for each that shares."""
    while True:
        time.sleep(0.01 * sharing)
        yield 10


def failing_work(sharing: int) -> Iterator[int]:
    """What fails as it begins."""
    raise ValueError("no GPU")
