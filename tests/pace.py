"""Which tests are quick, and which files begin first: by the seconds that tests took when they were measured.

tests/pace.json holds the CPU seconds (of this process and its children) of every test function and every fixture of a module or
session that took more than MEASURED_S. A test is quick if neither it nor a fixture that it needs is in the file. A new
test is quick until somebody measures again: `pytest -n 0 --measure-pace`, on the whole suite.
"""

from __future__ import annotations

import json
import math
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.calls.snakemake import served_s

FILE = Path(__file__).parent / "pace.json"
#: What takes less is not listed.
MEASURED_S = 0.2
#: Folders whose tests start whole workflows, suites or commands: never quick, measured or not.
WHOLE_RUNS = ("tests/workflow/", "tests/bench/", "tests/examples/")


def cpu_s() -> float:
    """Of this process, of its children that have ended, and of what was forked for it to call Snakemake."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system + served_s()


def function_of(item: pytest.Item) -> str:
    """The test function's name, the same for all its parameters."""
    return item.nodeid.partition("[")[0]


def fixtures_of(item: pytest.Item) -> list[str]:
    """The names of all fixtures that a test needs, each with the file or folder that defines it."""
    found = getattr(item, "_fixtureinfo").name2fixturedefs  # noqa: B009  pytest has no public way to ask
    return [f"{each.baseid}::{name}" for name, definitions in found.items() for each in definitions]


class Pace:
    """The measured seconds by name of function and of fixture."""

    def __init__(self, seconds: dict[str, float]) -> None:
        self.seconds = seconds

    def is_quick(self, item: pytest.Item) -> bool:
        if item.nodeid.startswith(WHOLE_RUNS):
            return False
        return self.seconds.keys().isdisjoint([function_of(item), *fixtures_of(item)])

    def longest_file_first(self, items: list[pytest.Item]) -> list[pytest.Item]:
        """Order by file, whole runs first; what a fixture of several files takes counts for the longest of them alone.

        The others find it made, if they begin late enough: a worker that waits for what another one makes is idle.
        """
        names: dict[str, set[str]] = {}
        for item in items:
            names.setdefault(item.nodeid.partition("::")[0], set()).update([function_of(item), *fixtures_of(item)])
        total: dict[str, float] = {}
        counted: set[str] = set()
        for file in sorted(names, key=lambda file: (-self.sum(names[file]), file)):
            total[file] = self.sum(names[file] - counted)
            counted |= names[file]
        return sorted(items, key=lambda item: (not item.nodeid.startswith(WHOLE_RUNS), -total[item.nodeid.partition("::")[0]]))

    def sum(self, names: set[str]) -> float:
        """The seconds of all of them: the same in every worker, in whatever order a set gives its names."""
        return math.fsum(self.seconds.get(name, 0) for name in names)


def read_pace() -> Pace:
    return Pace(json.loads(FILE.read_text(encoding="utf-8")))


class Meter:
    """A plugin that measures a session of one process and writes tests/pace.json."""

    def __init__(self) -> None:
        self._seconds: Counter[str] = Counter()
        #: CPU seconds of fixtures within what is being measured, one number for each measurement under way.
        self._within: list[float] = []

    def _measured(self, name: str) -> Iterator[None]:
        self._within.append(0.0)
        before = cpu_s()
        yield
        whole = cpu_s() - before
        self._seconds[name] += whole - self._within.pop()
        if self._within:
            self._within[-1] += whole

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        yield from self._measured(function_of(item))

    @pytest.hookimpl(hookwrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[object], request: pytest.FixtureRequest) -> Iterator[None]:
        if fixturedef.scope == "function":
            yield
        else:
            yield from self._measured(f"{fixturedef.baseid}::{fixturedef.argname}")

    def pytest_sessionfinish(self) -> None:
        """Write what was measured in place of what the file says about the same files and fixtures."""
        measured = {name.partition("::")[0] for name in self._seconds}
        kept = {name: seconds for name, seconds in read_pace().seconds.items() if name.partition("::")[0] not in measured}
        found = {name: round(seconds, 1) for name, seconds in self._seconds.items() if seconds > MEASURED_S}
        FILE.write_text(json.dumps(dict(sorted({**kept, **found}.items())), indent=1) + "\n", encoding="utf-8")
