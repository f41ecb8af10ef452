"""Do tasks that only write files in processes which share what this one has in memory."""

from __future__ import annotations

import multiprocessing
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor

Task = Callable[[], None]
#: What the processes share with the one that starts them.
_TASKS: list[Task] = []
#: Tasks that a process takes at a time.
AT_A_TIME = 4


def all_done(tasks: Sequence[Task], *, num_processes: int) -> None:
    """Do all `tasks`, in their order where there is one process.

    Several are forked, so that nothing has to be sent to them; who calls this computes in no other thread meanwhile.

    Raises:
        Exception: what a task raised.
    """
    if num_processes < 2 or len(tasks) < 2:
        for task in tasks:
            task()
        return
    _TASKS[:] = tasks
    try:
        with warnings.catch_warnings():
            # Threads of numeric libraries wait for work; a fork leaves them behind.
            warnings.filterwarnings("ignore", category=DeprecationWarning, message=".*fork.*")
            pool = ProcessPoolExecutor(num_processes, mp_context=multiprocessing.get_context("fork"))
            try:
                for _ in pool.map(_do, range(len(tasks)), chunksize=AT_A_TIME):
                    pass
            finally:
                pool.shutdown(cancel_futures=True)
    finally:
        _TASKS.clear()


def _do(number: int) -> None:
    _TASKS[number]()
