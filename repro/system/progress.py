"""Say how far a long pass is, and how long the rest will take."""

from __future__ import annotations

import time
from collections.abc import Callable

from repro.system.durations import duration

#: Seconds between two lines.
SAY_EVERY_S = 10.0

#: The environment variable that keeps from stderr what is written into a job's log.
LOG_ALONE = "REPRO_LOG_ALONE"

#: Takes a line for the user: printed, and kept in the log of the job.
Say = Callable[[str], None]


class Progress:
    """A pass over `total` things called `unit`, of which `num_done` were done before.

    made: what is made of them and counted too, such as the clips of videos; empty: nothing.
    """

    def __init__(self, what: str, *, total: int, unit: str, say: Say, num_done: int = 0, made: str = "") -> None:
        self._what, self._total, self._unit, self._say, self._made = what, total, unit, say, made
        self._done = self._before = num_done
        self._num_made = 0
        self._begin = self._said = time.monotonic()
        if num_done:
            say(f"{what}: goes on after {num_done} of {total} {unit}")

    def skip(self, count: int) -> None:
        """Count things that were done before."""
        self._done += count
        self._before += count

    def add(self, count: int = 1, *, num_made: int = 0) -> None:
        """Count what is done now and was made of it; say so if the last line is some time ago, or at the end."""
        self._done += count
        self._num_made += num_made
        now = time.monotonic()
        if self._done < self._total and now - self._said < SAY_EVERY_S:
            return
        self._said = now
        spent_s = now - self._begin
        where = f"{self._what}: {self._done} of {self._total} {self._unit}"
        if self._done >= self._total:
            self._say(f"{where} in {duration(spent_s)}")
            return
        per_s = (self._done - self._before) / spent_s
        made = f", {self._num_made / spent_s:.0f} {self._made}/s" if self._made else ""
        left_s = (self._total - self._done) / per_s
        self._say(f"{where}, {per_s:.{0 if per_s >= 10 else 1}f} {self._unit}/s{made}, {duration(left_s)} left")
