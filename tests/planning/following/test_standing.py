"""How far runs are, by their time; what is done before and what is made anew."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from repro.artifacts.files import run_folder
from repro.papers import PAPERS
from repro.planning.following.standing import ASSUMED_S, Standings
from repro.spec.experiment import make_run
from tests.fabricate import Truth, change_run, fabricate_run

ALEXNET = PAPERS["alexnet"]
RUNS = [make_run(ALEXNET, scale="smoke", variant=name, seed=seed) for name in ("full", "no_lrn") for seed in (0, 1)]


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def standings(results: Path, clock: Clock, *, made_anew: tuple[str, ...] = ()) -> Standings:
    runs = [(ALEXNET, run) for run in RUNS]
    return Standings(runs, scale="smoke", results=results, num_at_a_time=2, made_anew=made_anew, clock=clock)


def made(results: Path, number: int, *, wall_s: float, when: float) -> None:
    run = RUNS[number]
    fabricate_run(run, results=results, truth=Truth())
    change_run(results, run.id, costs={"wall_s": wall_s, "cpu_s": 1.0, "train_s": 1.0, "peak_mib": None})
    path = run_folder(results, run.id) / "run.json"
    os.utime(path, (when, when))


def test_before_anything_is_made_the_time_left_is_as_assumed(tmp_path: Path) -> None:
    found = standings(tmp_path, Clock()).now()
    assert (found.num_done, found.num_runs, found.new, found.share) == (0, 4, (), 0.0)
    assert found.left_s == pytest.approx(found.all_s / 2)
    assert sum(found.left.values()) == pytest.approx(found.left_s)
    assert set(found.left) == {run.id for run in RUNS}


def test_runs_that_were_made_before_say_how_long_their_kind_takes_until_one_has_ended_now(tmp_path: Path) -> None:
    clock = Clock()
    made(tmp_path, 3, wall_s=500.0, when=clock.now - 1000)
    runs = [(ALEXNET, run) for run in RUNS]
    looks = Standings(runs[:3], others=runs[3:], scale="smoke", results=tmp_path, num_at_a_time=1, clock=clock)
    found = looks.now()
    assert set(found.left) == {run.id for run in RUNS[:3]}
    assert found.left[RUNS[2].id] == pytest.approx(500.0), "the other seed of the same net"
    assert (found.num_done, found.share) == (0, 0.0)
    made(tmp_path, 2, wall_s=50.0, when=clock.now)
    found = looks.now()
    assert found.done_s == pytest.approx(50.0)
    assert found.all_s < 200.0


def test_what_runs_took_says_what_the_others_of_their_kind_will_take(tmp_path: Path) -> None:
    clock = Clock()
    looks = standings(tmp_path, clock)
    made(tmp_path, 0, wall_s=100.0, when=clock.now + 100)
    clock.now += 100
    found = looks.now()
    assert found.new == (RUNS[0].id,)
    assert found.done_s == pytest.approx(100.0)
    # In 100 s one second of runs a second was made, where two were assumed for a minute.
    assert found.left_s == pytest.approx((found.all_s - 100) / ((2 * ASSUMED_S + 100) / (ASSUMED_S + 100)))
    assert looks.now().new == ()


def test_while_data_are_prepared_the_time_left_stays_as_assumed(tmp_path: Path) -> None:
    clock = Clock()
    looks = standings(tmp_path, clock)
    before = looks.now().left_s
    clock.now += 600
    assert looks.now().left_s == pytest.approx(before)


def test_the_part_of_a_run_that_is_done_counts(tmp_path: Path) -> None:
    clock = Clock()
    looks = standings(tmp_path, clock)
    before = looks.now()
    log = tmp_path / "smoke" / "logs" / "train" / "full.log"
    log.parent.mkdir(parents=True)
    log.write_text("alexnet/full seed 0: epoch 1/2, loss 1\n")
    os.utime(log, (clock.now, clock.now))
    found = looks.now()
    assert found.left[RUNS[0].id] < 0.6 * before.left[RUNS[0].id]
    assert 0.1 < found.share < 0.2
    assert found.going_on[0].run == RUNS[0].id


def test_what_lay_there_before_is_no_part_of_the_work(tmp_path: Path) -> None:
    clock = Clock()
    made(tmp_path, 0, wall_s=5.0, when=clock.now - 100)
    found = standings(tmp_path, clock).now()
    assert (found.num_done, found.share, found.new) == (1, 0.0, ())
    assert RUNS[0].id not in found.left


def test_a_run_that_is_made_anew_is_not_done_by_its_old_record(tmp_path: Path) -> None:
    clock = Clock()
    made(tmp_path, 0, wall_s=5.0, when=clock.now - 100)
    looks = standings(tmp_path, clock, made_anew=(RUNS[0].id,))
    assert looks.now().num_done == 0
    made(tmp_path, 0, wall_s=5.0, when=clock.now + 5)
    assert looks.now().new == (RUNS[0].id,)


def test_when_all_have_ended_nothing_is_left(tmp_path: Path) -> None:
    clock = Clock()
    looks = standings(tmp_path, clock)
    for number in range(4):
        made(tmp_path, number, wall_s=1.0, when=clock.now)
    found = looks.now()
    assert (found.left, found.left_s, found.share, found.words) == ({}, 0.0, 1.0, "4 of 4 runs, 100 %, done")


def test_a_record_that_is_half_written_or_damaged_is_no_end(tmp_path: Path) -> None:
    clock = Clock()
    looks = standings(tmp_path, clock)
    made(tmp_path, 0, wall_s=1.0, when=clock.now)
    path = run_folder(tmp_path, RUNS[0].id) / "run.json"
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert looks.now().new == ()
    path.write_bytes(whole)
    assert looks.now().new == (RUNS[0].id,)
