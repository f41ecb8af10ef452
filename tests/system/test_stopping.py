"""SIGTERM ends a process where nothing must be kept, waits where a step is under way, and is taken for no failure."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from repro.artifacts.files import write_bytes
from repro.cli import main
from repro.system.stopping import STATUS, Stopped, ending_after_a_step, ending_when_asked


def asked() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def asked_and_late() -> None:
    asked()
    time.sleep(10)


def test_it_ends_at_once_and_what_was_there_before_handles_the_next() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(Stopped), ending_when_asked():
        asked_and_late()
    assert signal.getsignal(signal.SIGTERM) == before


def test_it_waits_for_a_step_and_is_heard_by_who_asks() -> None:
    done: list[str] = []

    def work(requested: Callable[[], bool]) -> None:
        assert not requested()
        asked()
        done.append("the step")
        assert requested()
        raise Stopped

    with pytest.raises(Stopped), ending_when_asked(), ending_after_a_step() as requested:
        work(requested)
    assert done == ["the step"]


def test_a_request_that_nobody_hears_ends_it_behind_the_step() -> None:
    done: list[str] = []

    def work() -> None:
        with ending_after_a_step():
            asked()
            done.append("the step")
        done.append("what is behind it")

    with pytest.raises(Stopped), ending_when_asked():
        work()
    assert done == ["the step"]


def test_an_error_in_a_step_stays_that_error() -> None:
    def work() -> None:
        asked()
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"), ending_after_a_step():
        work()


def test_what_passes_over_failures_does_not_pass_over_it() -> None:
    def fails() -> None:
        try:
            asked_and_late()
        except Exception:
            pytest.fail("taken for a failure")

    with pytest.raises(Stopped), ending_when_asked():
        fails()


def test_a_file_that_is_being_written_leaves_nothing_under_any_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sync = os.fsync

    def slow(descriptor: int) -> None:
        asked()
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", slow)
    with pytest.raises(Stopped), ending_when_asked():
        write_bytes(tmp_path / "run.json", b"{}")
    assert list(tmp_path.iterdir()) == []


def test_another_thread_than_the_main_one_leaves_signals_alone() -> None:
    before, seen = signal.getsignal(signal.SIGTERM), []

    def work() -> None:
        with ending_when_asked(), ending_after_a_step() as requested:
            seen.append((signal.getsignal(signal.SIGTERM), requested()))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [(before, False)]


def test_a_command_says_so_in_one_line_and_ends_with_143(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("repro.cli.catalogue.catalogue", lambda files: asked_and_late())
    assert main(["list"]) == STATUS == 143
    assert capsys.readouterr().err == "asked to end (SIGTERM): what is done is kept; the same command goes on\n"
