"""How many threads numeric libraries may start."""

from __future__ import annotations

import os

from repro.cli.arguments import UsageError
from repro.system.processors import num_usable

#: Environment variables by which numeric libraries learn how many threads they may start.
THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")


def limit_threads(num_threads: int) -> int:
    """Tell numeric libraries, before they are imported, how many threads they may start: no more than there are processors."""
    if num_threads < 1:
        raise UsageError(f"--threads {num_threads}; allowed: 1 and above")
    usable = min(num_threads, num_usable())
    for name in THREAD_VARIABLES:
        os.environ[name] = str(usable)
    return usable
