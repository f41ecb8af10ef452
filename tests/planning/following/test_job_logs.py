"""What jobs write into their logs: what goes on, how far it is, what was measured."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from repro.planning.following.job_logs import KILLED, QUIET_S, Failure, GoingOn, JobLogs, failures_since

NOW = 1_000_000.0


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "logs" / "train" / "alexnet" / "full.seeds-0-2.log"
    path.parent.mkdir(parents=True)
    return path


def logs(tmp_path: Path) -> JobLogs:
    return JobLogs(tmp_path / "logs", scale="smoke", begin=NOW - 10)


def written(path: Path, text: str, *, when: float = NOW) -> None:
    path.write_text(text)
    os.utime(path, (when, when))


def going_on(found: JobLogs, *, now: float = NOW, done: tuple[str, ...] = ()) -> tuple[GoingOn, ...]:
    found.read()
    return found.going_on(now=now, done=done)


def test_the_epoch_and_the_step_say_how_far_a_run_is(tmp_path: Path, log: Path) -> None:
    written(log, "alexnet/full seed 1: epoch 3/4 step 50/100, loss 2.0, 9 images/s, 9 s left\n")
    run = "smoke/alexnet/full/1"
    assert going_on(logs(tmp_path)) == (GoingOn(run=run, words="alexnet/full seed 1: epoch 3/4 step 50/100", share=0.625),)


def test_a_run_that_is_scored_is_as_far_as_its_last_epoch(tmp_path: Path, log: Path) -> None:
    written(log, "alexnet/full seed 1: epoch 4/4, loss 2.0\nalexnet/full seed 1: scores 9 test images by center\n")
    assert [item.share for item in going_on(logs(tmp_path))] == [1.0]


def test_the_next_run_of_a_job_begins_at_nothing(tmp_path: Path, log: Path) -> None:
    written(log, "alexnet/full seed 1: epoch 4/4, loss 2.0\nalexnet/full seed 2: 8 images\n")
    assert [(item.run, item.share) for item in going_on(logs(tmp_path))] == [("smoke/alexnet/full/2", 0.0)]


def test_a_run_that_is_done_does_not_go_on(tmp_path: Path, log: Path) -> None:
    written(log, "alexnet/full seed 1: epoch 4/4, loss 2.0\n")
    assert going_on(logs(tmp_path), done=("smoke/alexnet/full/1",)) == ()


@pytest.mark.parametrize("last", ["prepare cifar10: done, 60000 images", "wrote results/small/runs.csv", "kept, as nothing"])
def test_a_job_without_runs_goes_on_until_it_says_that_it_is_done(tmp_path: Path, log: Path, last: str) -> None:
    found = logs(tmp_path)
    written(log, "prepare cifar10: 58000 of 60000 images\n")
    assert [item.words for item in going_on(found)] == ["prepare cifar10: 58000 of 60000 images"]
    written(log, f"prepare cifar10: 58000 of 60000 images\n{last}\n")
    assert going_on(found) == ()


def test_a_log_of_an_earlier_call_or_one_that_no_longer_grows_says_nothing(tmp_path: Path, log: Path) -> None:
    found = logs(tmp_path)
    written(log, "alexnet/full seed 1: epoch 3/4, loss 2.0\n", when=NOW - 11)
    assert going_on(found) == ()
    written(log, "alexnet/full seed 1: epoch 3/4, loss 2.0\nalexnet/full seed 1: epoch 4/4, loss 2.0\n")
    assert going_on(found)
    assert going_on(found, now=NOW + QUIET_S) == ()


def test_half_a_line_is_read_when_it_is_whole(tmp_path: Path, log: Path) -> None:
    found = logs(tmp_path)
    written(log, "alexnet/full seed 1: epoch 1/4, loss 2.0\nalexnet/full seed 1: epo")
    assert [item.share for item in going_on(found)] == [0.25]
    written(log, "alexnet/full seed 1: epoch 1/4, loss 2.0\nalexnet/full seed 1: epoch 2/4, loss 1.0\n")
    assert [item.share for item in going_on(found)] == [0.5]


def test_a_log_that_a_job_has_begun_anew_is_read_from_its_begin(tmp_path: Path, log: Path) -> None:
    found = logs(tmp_path)
    written(log, "alexnet/full seed 1: epoch 1/4, loss 2.0\n" * 3)
    going_on(found)
    written(log, "alexnet/full seed 2: epoch 1/2, loss 2.0\n")
    assert [(item.run, item.share) for item in going_on(found)] == [("smoke/alexnet/full/2", 0.5)]


def test_a_score_is_that_of_the_last_protocol_on_images_as_they_are(tmp_path: Path, log: Path) -> None:
    line = "alexnet/full seed 0: test top-1 error {} ({}, 640 examples)\n"
    written(log, line.format("0.5000", "center") + line.format("0.2406", "ten_crop") + line.format("0.9", "center_relit"))
    found = logs(tmp_path)
    found.read()
    assert (found.score("smoke/alexnet/full/0"), found.score("smoke/alexnet/full/1")) == ("top-1 error 24.1 % (ten crop)", "")


def test_bytes_that_are_no_text_are_shown_as_such(tmp_path: Path, log: Path) -> None:
    log.write_bytes(b"prepare \xff.jpg: 3 of 9 images\n")
    os.utime(log, (NOW, NOW))
    assert [item.words for item in going_on(logs(tmp_path))] == ["prepare \\xff.jpg: 3 of 9 images"]


def test_no_folder_of_logs_is_no_error(tmp_path: Path) -> None:
    assert going_on(logs(tmp_path)) == ()


RUN = "alexnet/full seed 0: epoch 1/4, loss 2.0\n"
DEFECT = """Traceback (most recent call last):
  File "a.py", line 1, in b
    raise KeyError(1)
           ^^^^^^^^^^^
KeyError: 'one'
"""


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("repro: error: a/b: No space left on device; make room there\n", "a/b: No space left on device; make room there"),
        (RUN + "repro: error: --variant x; allowed: full\n", "--variant x; allowed: full"),
        (RUN + DEFECT, "KeyError: 'one'"),
        (DEFECT.replace("KeyError: 'one'", "repro.system.stopping.Stopped"), "repro.system.stopping.Stopped"),
        ("repro: error: first\n" + RUN, ""),
        (DEFECT + RUN, ""),
        (RUN, ""),
        ("Traceback (most recent call last):\n", ""),
    ],
)
def test_a_job_that_failed_says_why_unless_it_goes_on(tmp_path: Path, log: Path, text: str, why: str) -> None:
    written(log, text)
    found = failures_since(NOW - 10, tmp_path / "logs", scale="smoke")
    assert found == ((Failure(why=why, log=log),) if why else ())
    assert not failures_since(NOW + 10, tmp_path / "logs", scale="smoke"), "it failed in an earlier call"


def test_a_job_that_was_killed_and_could_say_nothing_is_named(tmp_path: Path, log: Path) -> None:
    written(log, RUN)
    other = log.with_name("conv6.seeds-0.log")
    written(other, "repro: error: --variant x; allowed: full. \n".replace(". ", "."))
    found = failures_since(NOW - 10, tmp_path / "logs", scale="smoke", ended=[other, log, log])
    assert [failure.words.rpartition("; its log")[0] for failure in found] == [
        "alexnet conv6.seeds-0 failed: --variant x; allowed: full",
        f"alexnet full.seeds-0-2 failed: {KILLED}",
    ]


def test_a_failure_that_comes_in_two_pieces_is_read_as_one(tmp_path: Path, log: Path) -> None:
    found = logs(tmp_path)
    for end in (20, 60, len(DEFECT)):
        written(log, DEFECT[:end])
        found.read()
    (failure,) = found.failures()
    assert failure.words == f"alexnet full.seeds-0-2 failed: KeyError: 'one'; its log: {log}"
