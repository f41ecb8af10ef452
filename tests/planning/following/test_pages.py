"""When pages are made, what they are told, and that at most one process makes them."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import pytest

from repro.planning.following.pages import ANY_S, TABLE_S, PageMaker

TABLES = {"first": frozenset({"a", "b"}), "second": frozenset({"b", "c"})}


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def writes(path: Path, *, then: str = "") -> list[str]:
    """A command that adds what it is told to a file."""
    return [sys.executable, "-S", "-c", f"import sys, time; open({str(path)!r}, 'a').write(sys.stdin.read() + '\\n'); {then}"]


def ends(maker: PageMaker, *, made: int) -> None:
    """Wait until pages were made so often."""
    for _ in range(500):
        maker.step(new=(), left=dict.fromkeys("abc", 1.0))
        if maker.made == made:
            return
        time.sleep(0.02)
    pytest.fail("no pages were made")


def test_pages_are_made_at_once_with_what_is_left(tmp_path: Path) -> None:
    told = tmp_path / "told"
    maker = PageMaker(writes(told), tables=dict(TABLES), clock=Clock())
    assert maker.step(new=(), left={"a": 2.0, "b": 1.5, "c": 1.0}) == ()
    ends(maker, made=1)
    assert json.loads(told.read_text()) == {"a": 2.0, "b": 1.5, "c": 1.0}


def test_a_table_that_has_its_runs_is_named_once_and_its_page_is_made_soon(tmp_path: Path) -> None:
    told, clock = tmp_path / "told", Clock()
    maker = PageMaker(writes(told), tables=dict(TABLES), clock=clock)
    maker.step(new=(), left={"a": 1.0, "b": 1.0, "c": 1.0})
    ends(maker, made=1)
    assert maker.step(new=("a", "b"), left={"c": 1.0}) == ("first",)
    assert maker.step(new=(), left={"c": 1.0}) == ()
    assert len(told.read_text().splitlines()) == 1, "pages were made again too soon"
    clock.now += TABLE_S + 1
    maker.step(new=(), left={"c": 1.0})
    ends(maker, made=2)
    assert json.loads(told.read_text().splitlines()[1]) == {"c": 1.0}


def test_other_runs_wait_longer_and_without_new_runs_no_page_is_made(tmp_path: Path) -> None:
    told, clock = tmp_path / "told", Clock()
    maker = PageMaker(writes(told), tables={}, clock=clock)
    maker.step(new=(), left={"a": 1.0})
    ends(maker, made=1)
    clock.now += ANY_S + 1
    maker.step(new=(), left={"a": 1.0})
    assert len(told.read_text().splitlines()) == 1
    maker.step(new=("b",), left={"a": 1.0})
    ends(maker, made=2)


def test_pages_that_take_long_are_made_seldom(tmp_path: Path) -> None:
    clock = Clock()
    maker = PageMaker(writes(tmp_path / "told"), tables={}, clock=clock)
    maker.step(new=(), left={"a": 1.0})
    clock.now += 60  # so long they took
    ends(maker, made=1)
    clock.now += 500
    maker.step(new=("b",), left={"a": 1.0})
    clock.now += 101
    assert maker.made == 1
    maker.step(new=(), left={"a": 1.0})
    ends(maker, made=2)


def test_a_failure_counts_as_no_page_and_does_not_end_anything(tmp_path: Path) -> None:
    maker = PageMaker(writes(tmp_path / "told", then="sys.exit(2)"), tables={}, clock=(clock := Clock()))
    maker.step(new=(), left={"a": 1.0})
    while not (tmp_path / "told").exists():
        time.sleep(0.02)
    clock.now += ANY_S
    for _ in range(25):
        maker.step(new=(), left={"a": 1.0})
        time.sleep(0.02)
    assert maker.made == 0


def test_the_end_does_not_wait_for_pages(tmp_path: Path) -> None:
    maker = PageMaker(writes(tmp_path / "told", then="time.sleep(60)"), tables={}, clock=Clock())
    maker.step(new=(), left={"a": 1.0})
    begin = time.monotonic()
    maker.end()
    maker.end()
    assert time.monotonic() - begin < 5
