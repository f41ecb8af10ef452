"""How many processors this process may use."""

from __future__ import annotations

import os


def num_usable() -> int:
    """Processors on which this process may run: those that a batch system or a container has left to it."""
    try:
        return len(os.sched_getaffinity(0))
    except (AttributeError, OSError):  # not every system knows it
        return os.cpu_count() or 1
