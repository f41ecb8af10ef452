"""Work is spread over processes of one thread each, keeps its order, and survives a death that is foreseen."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import cv2
import numpy as np
import pytest
from threadpoolctl import threadpool_info

from repro.system.workers import AHEAD, Workers, in_order


def doubled(number: int) -> int:
    if number == 3:
        os._exit(1)  # as a decoder does that writes where it must not
    return 2 * number


def given_up(number: int) -> int:
    return -number


def most_threads(number: int) -> int:
    np.ones((2, 2)) @ np.ones((2, 2))
    return max(cv2.getNumThreads(), *(library["num_threads"] for library in threadpool_info()))


def test_a_task_that_kills_its_process_costs_itself_alone_and_the_order_stays() -> None:
    with Workers(doubled, num_processes=2, on_death=given_up) as workers:
        assert list(workers.results(range(7))) == [0, 2, 4, -3, 8, 10, 12]
        assert list(workers.results(range(4, 6))) == [8, 10]


def test_a_death_that_nobody_foresees_is_an_error() -> None:
    with pytest.raises(BrokenProcessPool):
        list(in_order(doubled, range(7), num_processes=2))


def test_results_come_in_order_from_one_process_and_from_two() -> None:
    for num in (1, 2):
        with Workers(np.negative, num_processes=num, on_death=np.negative) as workers:
            assert [int(result) for result in workers.results(range(5))] == [0, -1, -2, -3, -4]
        assert list(in_order(math.sqrt, [4, 9, 1], num_processes=num)) == [2, 3, 1]


@pytest.mark.parametrize("num_processes", [1, 2])
def test_a_task_has_one_thread_and_this_process_gets_its_own_back(num_processes: int) -> None:
    before = cv2.getNumThreads()
    assert list(in_order(most_threads, [1, 2], num_processes=num_processes)) == [1, 1]
    assert cv2.getNumThreads() == before


def test_tasks_are_read_ahead_no_further_than_needed() -> None:
    taken: list[int] = []

    def tasks() -> Iterator[int]:
        for number in range(50):
            taken.append(number)
            yield number

    results = in_order(math.sqrt, tasks(), num_processes=2)
    assert next(results) == 0 and len(taken) == 2 * AHEAD
    assert list(results) == [math.sqrt(number) for number in range(1, 50)]


def test_less_than_one_process_is_refused() -> None:
    with pytest.raises(ValueError, match="0 processes; allowed: 1 or more"):
        next(in_order(math.sqrt, [1], num_processes=0))


#: A parent whose two processes wait for tasks that never come.
PARENT = """
import math, sys, time
from repro.system.workers import Workers
if __name__ == "__main__":
    with Workers(math.sqrt, num_processes=2) as workers:
        print(list(workers.results([4.0, 9.0])), flush=True)
        time.sleep(600)
"""


def test_no_process_of_a_pool_outlives_a_parent_that_is_killed(tmp_path: Path) -> None:
    program = tmp_path / "parent.py"
    program.write_text(PARENT)
    environ = {**os.environ, "PYTHONPATH": os.getcwd()}
    parent = subprocess.Popen([sys.executable, program], stdout=subprocess.PIPE, text=True, env=environ)
    assert parent.stdout is not None
    assert parent.stdout.readline() == "[2.0, 3.0]\n"
    children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
    assert len(children) >= 2
    parent.kill()
    parent.wait()
    parent.stdout.close()
    last = time.monotonic() + 60
    while any(lives(child) for child in children) and time.monotonic() < last:
        time.sleep(0.1)
    assert not any(lives(child) for child in children)


def lives(process: str) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
