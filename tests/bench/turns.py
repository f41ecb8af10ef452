"""Time contenders in turns in one process, and hand the times to pytest-benchmark.

Each round runs every contender once, in an order drawn anew, so that what else the machine does and what the last one left in
the caches meets all alike; a ratio is that of the times of one round. On a CPU the clock is processor time, summed over the
threads of the process: other processes take turns with this one, but do not lengthen it.
"""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

CLOCKS: dict[str, Callable[[], float]] = {"processor time": time.process_time, "wall time": time.perf_counter}


@dataclass(frozen=True, kw_only=True)
class Target:
    """How fast a contender is to be: the time of `peer` over its own at_least, or its own over that of `peer` at_most.

    peer: one name, or several of which the fastest counts. printed: the time of `peer` over its own that a paper prints.
    """

    contender: str
    peer: tuple[str, ...]
    at_least: float | None = None
    at_most: float | None = None
    printed: float | None = None


@dataclass(frozen=True, kw_only=True)
class Contest:
    """Contenders at the same work.

    title: what they do. settings: how each does it. flops: operations of a turn, by contender; examples: what a turn handles.
    amounts: how much work each contender does, where that is what they differ in.
    num_before: runs that go before the one that is timed, in each turn: work that follows itself finds its data in the caches.
    """

    title: str
    contenders: Mapping[str, Callable[[], object]]
    settings: Mapping[str, str]
    num_rounds: int
    targets: tuple[Target, ...] = ()
    flops: Mapping[str, float] = field(default_factory=dict)
    examples: int = 0
    num_warm_up: int = 1
    num_before: int = 0
    clock: str = "processor time"
    heap: str = "kept"
    amounts: Mapping[str, float] = field(default_factory=dict)


def measure(contest: Contest) -> dict[str, list[float]]:
    """Return the seconds of each contender, round by round."""
    clock = CLOCKS[contest.clock]
    found: dict[str, list[float]] = {name: [] for name in contest.contenders}
    for number in range(contest.num_warm_up + contest.num_rounds):
        gc.collect()
        gc.disable()
        for name in random.Random(number).sample(list(found), len(found)):
            for _ in range(contest.num_before):
                contest.contenders[name]()
            began = clock()
            contest.contenders[name]()
            seconds = clock() - began
            if number >= contest.num_warm_up:
                found[name].append(seconds)
        gc.enable()
    return found


class Replay:
    """A timer for pytest-benchmark that tells times which were measured before: at every other call, one of them later."""

    def __init__(self) -> None:
        self._ticks: Iterator[float] = iter(())

    def load(self, seconds: list[float]) -> None:
        """Tell `seconds` next."""
        self._ticks = iter(_ticks(seconds))

    def __call__(self) -> float:
        return next(self._ticks)


def _ticks(seconds: list[float]) -> Iterator[float]:
    now = 0.0
    for duration in seconds:
        yield now
        now += duration
        yield now


#: The timer of all benchmarks here; pytest-benchmark wants it when the tests are collected.
REPLAY = Replay()


def record(
    benchmark: Any, contest: Contest, *, group: str, contender: str, seconds: list[float], settings: dict[str, Any]
) -> None:
    """Enter a contender's times as a benchmark of its name in `group`."""
    benchmark.group, benchmark.name = group, contender
    benchmark.extra_info |= settings | {
        "title": contest.title,
        "settings": contest.settings[contender],
        "clock": contest.clock,
        "heap": contest.heap,
        "examples": contest.examples,
        "flops": contest.flops.get(contender),
        "amount": contest.amounts.get(contender),
        "targets": [asdict(target) for target in contest.targets if target.contender == contender],
    }
    REPLAY.load(seconds)
    benchmark.pedantic(lambda: None, rounds=len(seconds))
