"""Say how far a long pass is, and how long the rest will take."""

from __future__ import annotations

import time
from collections.abc import Callable

#: Seconds between two lines.
SAY_EVERY_S = 10.0

Say = Callable[[str], None]


class Progress:
    """One pass over `total` things, of which `num_done` were done before."""

    def __init__(self, say: Say, what: str, *, total: int, num_done: int = 0) -> None:
        self._say, self._what, self._total, self._before = say, what, total, num_done
        self._begin = self._said = time.monotonic()
        if num_done:
            say(f"{what}: goes on after {num_done} of {total}")

    def reached(self, count: int) -> None:
        """Say where the pass is, if the last line is some time ago or it is the end."""
        now = time.monotonic()
        if now - self._said < SAY_EVERY_S and count < self._total:
            return
        self._said = now
        spent_s, num_new = now - self._begin, count - self._before
        if count >= self._total:
            self._say(f"{self._what}: {count} of {self._total} in {duration(spent_s)}")
        elif num_new > 0:
            left_s = spent_s / num_new * (self._total - count)
            self._say(f"{self._what}: {count} of {self._total}, {duration(left_s)} left")


def duration(seconds: float) -> str:
    """Return a duration as people say it: 42 s, 12 min, 3.4 h."""
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 99.5 * 60 else f"{seconds / 3600:.1f} h"
