"""`timings.json`: how long networks took in the rounds in which they were timed beside each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

FILE = "timings.json"


@dataclass(frozen=True, kw_only=True)
class Speed:
    """Seconds that one network takes for an example, round by round.

    train_s, test_s: by the clock on the wall. train_cpu_s, test_cpu_s: processor time of all threads of the process, which
    other processes on the machine do not lengthen by taking turns with it.
    """

    train_s: tuple[float, ...]
    test_s: tuple[float, ...]
    train_cpu_s: tuple[float, ...]
    test_cpu_s: tuple[float, ...]

    def __post_init__(self) -> None:
        times = (*self.train_s, *self.test_s)
        if not self.train_s or not self.test_s or min(times) <= 0:
            raise ValueError(f"times are {times}; allowed: numbers above 0, one at least")


@dataclass(frozen=True, kw_only=True)
class TimingsJson:
    """The speed of each network by name."""

    SCHEMA: ClassVar[str] = "timings/2"
    STAGE: ClassVar[str] = "train"

    networks: dict[str, Speed]
