"""Spread work over processes of one thread each, keep its order, and survive the death of a process.

Decoders are large programs in C that read files from strangers: one that dies must cost one video, not the preparation.
"""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Generic, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")

#: Tasks handed out at a time for each process: enough to keep it busy, few enough that results do not pile up.
AHEAD = 2


class Workers(Generic[Task, Result]):
    """Run `work` on tasks in `num_processes` processes; one process is this one, and nothing survives its death.

    on_death: the result of a task that kills its process even when it is alone.
    Use as a context manager.
    """

    def __init__(self, work: Callable[[Task], Result], *, num_processes: int, on_death: Callable[[Task], Result]) -> None:
        if num_processes < 1:
            raise ValueError(f"num_processes is {num_processes}; allowed: 1 or more")
        self._work, self._num, self._on_death = work, num_processes, on_death
        self._pool = self._start(num_processes) if num_processes > 1 else None
        self._pending: deque[tuple[Task, Future[Result]]] = deque()

    def __enter__(self) -> Workers[Task, Result]:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def results(self, tasks: Iterable[Task]) -> Iterator[Result]:
        """Give the result of each task in order, while the next ones are being worked on."""
        if self._pool is None:
            yield from map(self._work, tasks)
            return
        for task in tasks:
            self._pending.append((task, self._submit(task)))
            if len(self._pending) >= AHEAD * self._num:
                yield self._next()
        while self._pending:
            yield self._next()

    def _next(self) -> Result:
        task, future = self._pending.popleft()
        try:
            return future.result()
        except BrokenProcessPool:
            # Any of the tasks at work may have done it: begin anew, this one alone.
            if self._pool is not None:
                self._pool.shutdown()
            result = self._alone(task)
            self._pool = self._start(self._num)
            self._pending = deque((waiting, self._submit(waiting)) for waiting, _ in self._pending)
            return result

    def _submit(self, task: Task) -> Future[Result]:
        assert self._pool is not None
        try:
            return self._pool.submit(self._work, task)
        except BrokenProcessPool as error:  # A task died before: this one will be taken up like those that were at work.
            failed = Future[Result]()
            failed.set_exception(error)
            return failed

    def _alone(self, task: Task) -> Result:
        with self._start(1) as pool:
            try:
                return pool.submit(self._work, task).result()
            except BrokenProcessPool:
                return self._on_death(task)

    def _start(self, num: int) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(num, mp_context=multiprocessing.get_context("spawn"))
