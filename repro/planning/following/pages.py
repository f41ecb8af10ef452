"""Make the pages while runs are made: at once, as soon as a table has all its runs, and now and then."""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from collections.abc import Callable, Collection, Mapping, Sequence

from repro.system.stopping import end_of

#: Pages take at most this share of a core. Seconds between two makings where a table has got its last run, and where not.
MOST_SHARE, TABLE_S, ANY_S = 0.1, 20.0, 120.0


class PageMaker:
    """Makes pages by a command in a process of its own, one after the other.

    command: takes from its standard input, as JSON, the seconds until each run that is left will have ended. tables: by the
    title of each table the ids of its runs.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        tables: dict[str, frozenset[str]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._command, self._clock = list(command), clock
        self._open = dict(tables)
        self._process: subprocess.Popen[bytes] | None = None
        self._began = self._ended = float("-inf")
        self._took = 0.0
        self._wanted = self._waits = True
        self.made = 0

    def step(self, *, new: Collection[str], left: Mapping[str, float]) -> tuple[str, ...]:
        """Begin to make pages if it is time, and see whether they are made.

        Args:
            new: runs that have ended since the last step. left: runs that have not, with the seconds that each adds.

        Returns:
            Titles of the tables of which all runs have ended since the last step.
        """
        whole = tuple(title for title, runs in self._open.items() if not runs & frozenset(left))
        for title in whole:
            del self._open[title]
        self._waits |= bool(new)
        self._wanted |= bool(whole)
        if self._process is not None:
            self._see()
        elif self._waits and self._clock() >= self._next():
            self._process = self._begun(left)
            self._began, self._wanted, self._waits = self._clock(), False, False
        return whole

    def _begun(self, left: Mapping[str, float]) -> subprocess.Popen[bytes]:
        with tempfile.TemporaryFile() as told:
            told.write(json.dumps(dict(left)).encode())
            told.seek(0)
            return subprocess.Popen(self._command, stdin=told, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def end(self) -> None:
        """Stop making pages: who makes them last does so now."""
        if self._process is not None:
            end_of(self._process)
            self._process = None

    def _next(self) -> float:
        """The earliest moment at which pages are made again."""
        return self._ended + max(self._took / MOST_SHARE, TABLE_S if self._wanted else ANY_S)

    def _see(self) -> None:
        assert self._process is not None
        status = self._process.poll()
        if status is None:
            return
        self._ended = self._clock()
        self._took = self._ended - self._began
        self.made += status == 0
        self._process = None
