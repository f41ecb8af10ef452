"""What is said of standings, on a terminal and in a file, and when following ends."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from repro.cli import main
from repro.planning.following.block import EVERY_S, MOST_NAMED, Heading, Teller, now_words
from repro.planning.following.follow import is_alive
from repro.planning.following.job_logs import Failure, GoingOn
from repro.planning.following.standing import Standing
from tests.planning.following.test_standing import RUNS, Clock, made

HEADING = Heading(what="repro  smoke: 4 runs of alexnet", pages="reports/smoke/index.html", logs="results/smoke/logs")
STANDING = Standing(
    num_runs=4,
    num_done=1,
    new=(),
    going_on=(GoingOn(run=RUNS[1].id, words="alexnet/full seed 1: epoch 1/2", share=0.5),),
    left={RUNS[1].id: 130.0},
    done_s=70.0,
    all_s=200.0,
    left_s=130.0,
)


def told(*, terminal: bool, width: int = 100) -> tuple[Teller, io.StringIO]:
    stream = io.StringIO()
    return Teller(HEADING, console=Console(file=stream, force_terminal=terminal, width=width, highlight=False)), stream


def test_a_file_gets_a_line_for_each_run_table_and_making_of_pages() -> None:
    teller, stream = told(terminal=False)
    with teller.shown():
        teller.ended(RUNS[0].id, score="top-1 error 24.1 % (ten crop)", standing=STANDING)
        teller.table("What each part is worth")
        teller.made()
        teller.at(STANDING)
    said = [line[7:] for line in stream.getvalue().splitlines()]
    assert said == [
        "repro  smoke: 4 runs of alexnet; logs: results/smoke/logs",
        "alexnet/full seed 0: top-1 error 24.1 % (ten crop); 1 of 4 runs, 35 %, about 2 min left",
        "all runs of “What each part is worth” have ended",
        "pages of the runs so far: reports/smoke/index.html",
    ]


@pytest.mark.parametrize("terminal", [False, True])
def test_a_job_that_failed_is_told_once_with_its_reason_and_its_log(terminal: bool) -> None:
    teller, stream = told(terminal=terminal, width=400)
    failure = Failure(why="a: No space left on device; make room", log=Path("logs/train/alexnet/full.seeds-0.log"))
    with teller.shown():
        for _ in range(3):
            teller.failed(failure)
            teller.at(STANDING)
    said = "alexnet full.seeds-0 failed: a: No space left on device; make room; its log: logs/train/alexnet/full.seeds-0.log"
    assert stream.getvalue().count(said) == 1


def test_a_file_hears_of_long_runs_once_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("repro.planning.following.block.time.monotonic", lambda: now)
    teller, stream = told(terminal=False)
    for _ in range(10):
        now += EVERY_S / 4
        teller.at(STANDING)
    lines = [line for line in stream.getvalue().splitlines() if "now:" in line]
    assert len(lines) == 2
    assert lines[0].endswith("1 of 4 runs, 35 %, about 2 min left; now: alexnet/full seed 1: epoch 1/2")


@pytest.mark.parametrize("width", [40, 100])
def test_a_terminal_shows_a_block_no_line_of_which_is_wider_than_it(width: int) -> None:
    teller, stream = told(terminal=True, width=width)
    with teller.shown():
        teller.at(STANDING)
        teller.made()
        teller.ended(RUNS[0].id, score="top-1 error 24.1 % (ten crop)", standing=STANDING)
        teller.at(STANDING)
    text = stream.getvalue()
    assert " 35 %" in text
    block = [line for line in text.replace("\r", "\n").split("\n") if "last:" in line][-1]
    plain = "".join(part.split("m", 1)[-1] if index else part for index, part in enumerate(block.split("\x1b[")))
    assert len(plain) <= width


def test_before_jobs_write_they_start() -> None:
    teller, stream = told(terminal=True)
    with teller.shown():
        teller.at(replace(STANDING, going_on=()))
    assert "jobs are starting" in stream.getvalue()
    assert now_words(replace(STANDING, going_on=(), left={})) == "numbers and pages are made of all runs"


def test_many_jobs_are_counted() -> None:
    jobs = tuple(GoingOn(run="", words=f"job {number}", share=0.0) for number in range(MOST_NAMED + 3))
    assert now_words(replace(STANDING, going_on=jobs)).endswith(f"job {MOST_NAMED - 1} and 3 more")
    assert now_words(replace(STANDING, going_on=jobs[:MOST_NAMED])).endswith(f" · job {MOST_NAMED - 1}")


def test_a_process_is_alive_until_it_has_ended() -> None:
    process = subprocess.Popen([sys.executable, "-S", "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    assert is_alive(process.pid)
    process.communicate()
    assert not is_alive(process.pid)
    assert is_alive(os.getpid())
    assert is_alive(1)


def test_the_command_ends_when_all_runs_have_ended(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for number in range(4):
        made(tmp_path, number, wall_s=1.0, when=Clock().now)
    ids = tmp_path / "ids"
    ids.write_text("\n".join(run.id for run in RUNS) + "\n\n")
    runs = ["--scale", "smoke", "--results", str(tmp_path), "--papers", "alexnet", "--runs", str(ids)]
    os.utime(tmp_path / "smoke" / "runs" / "alexnet" / "full" / "0" / "run.json", (2e9, 2e9))
    for run in RUNS:
        os.utime(tmp_path / "smoke/runs/alexnet" / run.variant / str(run.seed) / "run.json", (2e9, 2e9))
    assert main(["follow", *runs]) == 0
    assert capfd.readouterr().err.splitlines()[-1] == "smoke: 4 of 4 runs, 100 %, done"


def test_it_ends_with_the_process_that_makes_the_runs(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    process = subprocess.Popen([sys.executable, "-S", "-c", ""])
    process.wait()
    ended = ["--until-end-of", str(process.pid)]
    assert main(["follow", "--scale", "smoke", "--results", str(tmp_path), "--papers", "alexnet", *ended]) == 0
    assert " 0 %, about " in capfd.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"smoke/alexnet/nothing/0\n", "'smoke/alexnet/nothing/0' is not planned; allowed: ids as scale/paper/variant/seed"),
        (b"\xff\xfe\n", "is no text in UTF-8: invalid start byte at byte 0"),
    ],
)
def test_a_list_that_names_no_runs_is_refused(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], content: bytes, said: str
) -> None:
    (tmp_path / "ids").write_bytes(content)
    assert main(["follow", "--scale", "smoke", "--results", str(tmp_path), "--runs", str(tmp_path / "ids")]) == 2
    assert said in capfd.readouterr().err


@pytest.mark.parametrize("content", ["", "[1]", '{"a": "b"}', "{"])
def test_what_is_left_must_be_run_ids_with_seconds(tmp_path: Path, capfd: pytest.CaptureFixture[str], content: str) -> None:
    (tmp_path / "left").write_text(content)
    where = ["--scale", "smoke", "--results", str(tmp_path), "--reports", str(tmp_path / "reports")]
    assert main(["report", *where, "--left", str(tmp_path / "left")]) == 2
    assert "got no JSON object of run ids and seconds" in capfd.readouterr().err
    assert not (tmp_path / "reports").exists()
