"""Do the same work on each of many tasks, in this process or in several, with results in the order of the tasks."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from typing import Any, TypeVar

import cv2
from threadpoolctl import threadpool_limits

from repro.system.one_thread import one_thread

Task = TypeVar("Task")
Result = TypeVar("Result")

#: Tasks handed out ahead, for each process: enough to keep it busy, few enough to bound the memory.
AHEAD = 2

_work: Callable[[Any], Any] | None = None


def in_order(work: Callable[[Task], Result], tasks: Iterable[Task], *, num_processes: int) -> Iterator[Result]:
    """Yield `work(task)` of each task, computed by one thread; at most AHEAD tasks a process are read ahead.

    With several processes (started afresh: spawn) `work` must be one that can be pickled.

    Raises:
        ValueError: the number of processes is below 1.
    """
    if num_processes < 1:
        raise ValueError(f"{num_processes} processes; allowed: 1 or more")
    if num_processes == 1:
        for task in tasks:
            num_threads = cv2.getNumThreads()
            cv2.setNumThreads(1)
            try:
                with one_thread():
                    result = work(task)
            finally:
                cv2.setNumThreads(num_threads)
            yield result
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(num_processes, mp_context=context, initializer=_start, initargs=(work,)) as pool:
        waiting: deque[Future[Result]] = deque()
        try:
            for task in tasks:
                waiting.append(pool.submit(_run, task))
                if len(waiting) >= AHEAD * num_processes:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _start(work: Callable[[Any], Any]) -> None:
    global _work
    cv2.setNumThreads(1)
    threadpool_limits(1)
    _work = work


def _run(task: Any) -> Any:
    assert _work is not None
    return _work(task)
