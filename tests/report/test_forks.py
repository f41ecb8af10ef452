"""Tasks that write files, done by one process or several with the same outcome."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import pytest

from repro.report.forks import all_done


def write(path: Path, text: str) -> None:
    path.write_text(text)


def fail() -> None:
    raise ValueError("a page that cannot be written")


def test_several_processes_do_all_tasks(tmp_path: Path) -> None:
    here = os.getpid()
    tasks = [lambda number=number: write(tmp_path / str(number), str(os.getpid())) for number in range(20)]
    all_done(tasks, num_processes=2)
    pids = {path.read_text() for path in tmp_path.iterdir()}
    assert len(list(tmp_path.iterdir())) == 20
    assert str(here) not in pids


def test_one_process_is_this_one_and_keeps_the_order() -> None:
    done: list[int] = []
    all_done([partial(done.append, number) for number in range(5)], num_processes=1)
    assert done == list(range(5))


@pytest.mark.parametrize("num_processes", [1, 2])
def test_what_a_task_raises_is_raised(tmp_path: Path, num_processes: int) -> None:
    with pytest.raises(ValueError, match="a page that cannot be written"):
        all_done([fail, partial(write, tmp_path / "a", "a")] * 3, num_processes=num_processes)
    all_done([partial(write, tmp_path / "b", "b"), partial(write, tmp_path / "c", "c")], num_processes=num_processes)
    assert (tmp_path / "b").exists() and (tmp_path / "c").exists()


def test_nothing_to_do_is_no_error() -> None:
    all_done([], num_processes=4)
