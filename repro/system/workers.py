"""Do the same work on each of many tasks, in this process or in several; results come in the order of the tasks.

Each task is done by one thread, so that its sums are made in one order whatever the machine. Decoders are large
programs in C that read files from strangers: one that crashes must cost one video, not the preparation.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, Generic, TypeVar

import cv2
from threadpoolctl import threadpool_limits

from repro.system.one_thread import one_thread

Item = TypeVar("Item")
Result = TypeVar("Result")

#: Tasks handed out ahead, for each process: enough to keep it busy, few enough to bound the memory.
AHEAD = 2

_work: Callable[[Any], Any] | None = None


def in_order(work: Callable[[Item], Result], tasks: Iterable[Item], *, num_processes: int) -> Iterator[Result]:
    """Yield `work(task)` of each task, by processes that end with the last of them (see Workers)."""
    with Workers(work, num_processes=num_processes) as workers:
        yield from workers.results(tasks)


class Workers(Generic[Item, Result]):
    """Run `work` on tasks in `num_processes` processes of one thread; a single process is this one.

    Several are started afresh (spawn), so `work` must be one that can be pickled. Use as a context manager.
    on_death: gives the result of a task that kills its process even when alone; without it that is an error.

    Raises:
        ValueError: the number of processes is below 1.
    """

    def __init__(
        self, work: Callable[[Item], Result], *, num_processes: int, on_death: Callable[[Item], Result] | None = None
    ) -> None:
        if num_processes < 1:
            raise ValueError(f"{num_processes} processes; allowed: 1 or more")
        self._work, self._num, self._on_death = work, num_processes, on_death
        self._pool = self._start(num_processes) if num_processes > 1 else None
        self._pending: deque[tuple[Item, Future[Result]]] = deque()

    def __enter__(self) -> Workers[Item, Result]:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def results(self, tasks: Iterable[Item]) -> Iterator[Result]:
        """Give the result of each task in order; at most AHEAD tasks a process are read ahead."""
        if self._pool is None:
            yield from map(self._here, tasks)
            return
        for task in tasks:
            self._pending.append((task, self._submit(task)))
            if len(self._pending) >= AHEAD * self._num:
                yield self._next()
        while self._pending:
            yield self._next()

    def _here(self, task: Item) -> Result:
        num_threads = cv2.getNumThreads()
        cv2.setNumThreads(1)
        try:
            with one_thread():
                return self._work(task)
        finally:
            cv2.setNumThreads(num_threads)

    def _next(self) -> Result:
        task, future = self._pending.popleft()
        try:
            return future.result()
        except BrokenProcessPool:
            if self._on_death is None:
                raise
            # Any of the tasks at work may have done it: begin anew, this one alone.
            if self._pool is not None:
                self._pool.shutdown()
            result = self._alone(task, self._on_death)
            self._pool = self._start(self._num)
            self._pending = deque((waiting, self._submit(waiting)) for waiting, _ in self._pending)
            return result

    def _submit(self, task: Item) -> Future[Result]:
        assert self._pool is not None
        try:
            return self._pool.submit(_run, task)
        except BrokenProcessPool as error:  # a task died before: this one will be taken up again too
            failed = Future[Result]()
            failed.set_exception(error)
            return failed

    def _alone(self, task: Item, on_death: Callable[[Item], Result]) -> Result:
        with self._start(1) as pool:
            try:
                result: Result = pool.submit(_run, task).result()
                return result
            except BrokenProcessPool:
                return on_death(task)

    def _start(self, num: int) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(num, mp_context=context, initializer=_begin, initargs=(self._work,))


def _begin(work: Callable[[Any], Any]) -> None:
    """Make a process ready: it has the work, which may be large, once, computes with one thread, and ends with its parent.

    It waits for tasks for ever, so a parent that is killed would leave it behind. Signals to end are the parent's to hear.
    """
    global _work
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    cv2.setNumThreads(1)
    threadpool_limits(1)
    _work = work


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None, "a process of a pool has a parent"
    parent.join()
    os._exit(1)


def _run(task: Any) -> Any:
    assert _work is not None
    return _work(task)
