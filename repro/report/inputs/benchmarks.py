"""Read what `pytest tests/bench -m bench --benchmark-json=FILE` has written, and compare contenders round by round."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from repro.artifacts.files import FileFormatError
from repro.system.filesystem import read_regular

#: Resamples of the bootstrap over rounds, and the share that its interval covers.
NUM_RESAMPLES, COVERED = 2000, 0.95


@dataclass(frozen=True, kw_only=True)
class Goal:
    """What is asked of a contender: `peer` over it at_least, it over `peer` at_most; or what a paper prints of the former."""

    peer: tuple[str, ...]
    at_least: float | None
    at_most: float | None
    printed: float | None


@dataclass(frozen=True, kw_only=True)
class Contender:
    """A contender's times, round by round. flops are those of one round; 0 where nobody counted.

    amount: how much work it does, where that is what the contenders differ in.
    """

    name: str
    seconds: tuple[float, ...]
    settings: str
    flops: float
    goals: tuple[Goal, ...]
    amount: float | None = None

    @cached_property
    def median(self) -> float:
        return float(np.median(self.seconds))

    @cached_property
    def quartiles(self) -> tuple[float, float]:
        low, high = np.quantile(self.seconds, (0.25, 0.75))
        return float(low), float(high)


@dataclass(frozen=True, kw_only=True)
class Contest:
    """Contenders that were timed in turns at the same work."""

    name: str
    title: str
    clock: str
    heap: str
    threads: int
    examples: int
    contenders: dict[str, Contender]

    def fastest(self, names: Sequence[str]) -> Contender:
        """The fastest of `names`."""
        return min((self.contenders[name] for name in names), key=lambda timed: timed.median)


@dataclass(frozen=True, kw_only=True)
class Suite:
    """One run of the suite. machine: what pytest-benchmark and tests/bench/conftest.py say of it."""

    name: str
    when: str
    commit: str
    machine: dict[str, Any]
    groups: tuple[Contest, ...]


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """How many times as long one contender takes as another: the median over rounds and a bootstrap interval."""

    estimate: float
    low: float
    high: float
    num_rounds: int


def ratio(slower: Contender, faster: Contender) -> Ratio:
    """The ratio of the times of `slower` over those of `faster` in the same rounds.

    The interval is the percentile bootstrap over rounds: they are many, and each ratio is of neighbours in time.
    """
    quotient_R = np.array(slower.seconds) / np.array(faster.seconds)
    generator = np.random.default_rng(0)
    resampled = np.median(generator.choice(quotient_R, (NUM_RESAMPLES, len(quotient_R))), axis=1)
    low, high = np.quantile(resampled, ((1 - COVERED) / 2, (1 + COVERED) / 2))
    return Ratio(estimate=float(np.median(quotient_R)), low=float(low), high=float(high), num_rounds=len(quotient_R))


def read_suite(path: Path) -> Suite:
    """Read one file of pytest-benchmark.

    Raises:
        FileFormatError: the file is no such file, has no times round by round, or is not of this suite.
    """
    try:
        document = json.loads(read_regular(path))
        groups: dict[str, list[dict[str, Any]]] = {}
        for entry in document["benchmarks"]:
            groups.setdefault(entry["group"], []).append(entry)
        return Suite(
            name=path.stem,
            when=str(document["datetime"])[:16].replace("T", " "),
            commit=_commit(document["commit_info"]),
            machine=document["machine_info"],
            groups=tuple(_group(name, entries) for name, entries in groups.items()),
        )
    except FileNotFoundError:
        again = f"pytest tests/bench -m bench --benchmark-json={path}"
        raise FileFormatError(f"{path} does not exist; make it with {again}, or give another file") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise FileFormatError(
            f"{path} is no result of this suite ({type(error).__name__}: {error}); "
            f"make it with: pytest tests/bench -m bench --benchmark-json={path}"
        ) from None


def _commit(info: dict[str, Any]) -> str:
    revision = str(info.get("id") or "unknown")[:12]
    return f"{revision}, with changes" if info.get("dirty") else revision


def _group(name: str, entries: Sequence[dict[str, Any]]) -> Contest:
    first = entries[0]["extra_info"]
    contenders = {entry["name"]: _timed(entry) for entry in entries}
    if len({len(timed.seconds) for timed in contenders.values()}) > 1:
        raise ValueError(f"the contenders of group {name!r} had unequal numbers of rounds")
    return Contest(
        name=name,
        title=first["title"],
        clock=first["clock"],
        heap=first["heap"],
        threads=first["threads"],
        examples=first["examples"],
        contenders=contenders,
    )


def _timed(entry: dict[str, Any]) -> Contender:
    extra = entry["extra_info"]
    goals = tuple(
        Goal(peer=tuple(goal["peer"]), at_least=goal["at_least"], at_most=goal["at_most"], printed=goal["printed"])
        for goal in extra["targets"]
    )
    return Contender(
        name=entry["name"],
        seconds=tuple(entry["stats"]["data"]),
        settings=extra["settings"],
        flops=extra["flops"] or 0.0,
        goals=goals,
        amount=extra.get("amount"),
    )
