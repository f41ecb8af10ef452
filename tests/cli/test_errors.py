"""What a user can put right is one line with what to do and status 2; a defect shows its place; asked to end is no error."""

from __future__ import annotations

import argparse
import errno
import io
import os
import signal
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from repro import cli
from repro.artifacts.files import FileFormatError
from repro.cli import errors, planning, stages
from repro.papers import PAPERS
from repro.spec.experiment import make_run
from repro.system.progress import Say

JUDGE = ["judge", "--scale", "smoke", "--results", "R"]


def ending(result: BaseException | Callable[[], None], monkeypatch: pytest.MonkeyPatch, *, command: list[str] = JUDGE) -> int:
    """The status of a command that ends so."""

    def end(options: argparse.Namespace, say: Say) -> None:
        if isinstance(result, BaseException):
            raise result
        result()

    monkeypatch.setattr(stages, "catalogue", lambda named: end(argparse.Namespace(), print))
    return cli.main(command)


def system(number: int, path: str | None = "R/smoke/a") -> OSError:
    error = OSError(number, os.strerror(number), path)
    if path is None:
        error.filename = None
    return error


@pytest.mark.parametrize("number", sorted(errors.WAYS_OUT))
def test_an_error_of_the_system_names_the_folder_the_way_out_and_the_option(
    number: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ending(system(number), monkeypatch) == 2
    text = capsys.readouterr().err
    assert text.startswith(f"repro: error: R/smoke/a: {os.strerror(number)}; ")
    assert text.count("\n") == 1
    if "{option}" in errors.WAYS_OUT[number]:
        assert "(--results DIR)" in text


@pytest.mark.parametrize("number", [errno.EIO, errno.ESTALE, errno.ENXIO, errno.EREMOTEIO, errno.ETXTBSY])
def test_a_disk_that_fails_otherwise_is_one_line_too(
    number: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ending(system(number), monkeypatch) == 2
    assert "see that the disk works" in capsys.readouterr().err


def test_an_error_without_a_name_is_of_the_results(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert ending(system(errno.ENOSPC, None), monkeypatch) == 2
    assert capsys.readouterr().err.startswith("repro: error: R: No space left on device; make room there")


def test_an_error_that_a_library_made_of_one_of_the_system_is_that_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def write() -> None:
        try:
            raise system(errno.ENOSPC)
        except OSError as error:
            raise RuntimeError("PytorchStreamWriter failed") from error

    assert ending(write, monkeypatch) == 2
    assert "No space left on device" in capsys.readouterr().err


def test_a_value_that_the_package_refuses_on_purpose_is_one_line_and_a_failing_call_is_a_defect(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for mendable in (
        lambda: make_run(PAPERS["alexnet"], scale="smoke", variant="full", seed=-1),  # a plain ValueError
        lambda: (_ for _ in ()).throw(FileFormatError("a is damaged; delete it")),
        lambda: (_ for _ in ()).throw(MemoryError()),
    ):
        assert ending(mendable, monkeypatch) == 2
        assert capsys.readouterr().err.count("\n") == 1
    for broken in (
        lambda: int("x"),
        lambda: (_ for _ in ()).throw(ValueError("of a library")),
        lambda: {}["a"],
        lambda: zipfile.ZipFile(io.BytesIO(b"")),
        lambda: b"\xff".decode(),
    ):
        assert ending(broken, monkeypatch) == 1
        assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(("number", "name", "status"), [(signal.SIGTERM, "SIGTERM", 143), (signal.SIGINT, "SIGINT", 130)])
@pytest.mark.parametrize("stage", ["plan", "prepare", "train", "collect", "judge", "render", "report", "list", "show", "diff"])
def test_every_command_that_is_asked_to_end_says_so_in_one_line(
    stage: str,
    number: int,
    name: str,
    status: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    # A process that a shell starts in the background ignores it from the beginning.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    request.addfinalizer(lambda: signal.signal(signal.SIGINT, before))

    def asked(*arguments: object) -> None:
        os.kill(os.getpid(), number)
        raise AssertionError("it goes on")

    options = {
        "plan": ["--scale", "smoke"],
        "prepare": ["--paper", "alexnet", "--scale", "smoke", "--results", str(tmp_path)],
        "train": ["--paper", "alexnet", "--scale", "smoke", "--variant", "full", "--seeds", "0", "--results", str(tmp_path)],
        "render": ["--scale", "smoke", "--results", str(tmp_path), "--reports", str(tmp_path)],
        "report": ["--scale", "smoke", "--results", str(tmp_path), "--reports", str(tmp_path)],
        "list": [],
        "show": ["smoke/alexnet/full/0"],
        "diff": ["smoke/alexnet/full/0", "smoke/alexnet/full/1"],
    }
    monkeypatch.setattr(stages, "catalogue", asked)
    monkeypatch.setattr(planning, "catalogue", asked)
    monkeypatch.setattr("repro.cli.catalogue.catalogue", asked)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background process ignores it
    try:
        assert cli.main([stage, *options.get(stage, ["--scale", "smoke", "--results", str(tmp_path)])]) == status
    finally:
        signal.signal(signal.SIGINT, before)
    assert capsys.readouterr().err == f"asked to end ({name}): what is done is kept; the same command goes on\n"


@pytest.mark.parametrize("name", ["nvidia", "nvidia.dali", "torch", "numba", "sklearn.svm"])
@pytest.mark.parametrize(
    ("system", "way"), [("linux", "python -m repro doctor"), ("darwin", "Linux alone"), ("win32", "Linux alone")]
)
def test_a_library_that_is_not_there_is_one_line_with_the_way_out(
    name: str, system: str, way: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.platform", system)
    assert ending(ModuleNotFoundError(f"No module named {name!r}", name=name), monkeypatch) == 2
    text = capsys.readouterr().err
    assert text.count("\n") == 1 and f"the library {name} is not " in text and way in text


@pytest.mark.parametrize("name", ["repro.nothing", "json.nothing", None])
def test_a_module_of_our_own_that_is_not_there_is_a_defect(
    name: str | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ending(ModuleNotFoundError("No module", name=name), monkeypatch) == 1
    assert "Traceback" in capsys.readouterr().err


def test_a_log_that_can_no_longer_be_written_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines: list[str] = []

    def work(options: argparse.Namespace, say: Say) -> None:
        for line in ("first", "second", "third"):
            say(line)
            lines.append(line)

    monkeypatch.setattr("repro.cli.stage_options.judge_claims", work)
    if not Path("/dev/full").exists():
        pytest.skip("no device that is always full")
    assert cli.main([*JUDGE[:-1], str(tmp_path), "--log", "/dev/full"]) == 0
    assert lines == ["first", "second", "third"]
    text = capsys.readouterr().err
    assert [line for line in text.splitlines() if not line.startswith("warning")] == lines
    assert text.count("warning: /dev/full: No space left on device; the work goes on") == 1


def test_a_log_that_cannot_be_opened_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "afile").touch()
    for log in (tmp_path / "afile" / "log", tmp_path):
        assert cli.main([*JUDGE, "--log", str(log)]) == 2
        text = capsys.readouterr().err
        assert text.startswith(f"repro: error: {tmp_path}") and text.count("\n") == 1


def test_nobody_who_reads_the_lines_of_progress_stops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Closed(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    done: list[str] = []
    monkeypatch.setattr("repro.cli.stage_options.judge_claims", lambda options, say: (say("a"), say("b"), done.append("c"))[-1])
    monkeypatch.setattr(sys, "stderr", Closed())
    assert cli.main([*JUDGE[:-1], str(tmp_path)]) == 0
    assert done == ["c"]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda path: path.write_text(""),
            "Not a directory; a file lies where a folder is needed: move it, or give another folder",
        ),
        (lambda path: path.symlink_to(path), "Too many levels of symbolic links; have its links lead to a file or folder"),
        (lambda path: path.symlink_to("/dev/null"), "Not a directory"),
        (lambda path: path.symlink_to(path.with_name("nowhere")), "File exists; a file lies where a folder is needed"),
        (lambda path: os.mkfifo(path), "Not a directory"),
    ],
)
def test_what_lies_in_the_place_of_the_results_is_named(
    make: Callable[[Path], None], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results = tmp_path / "afile"
    make(results)
    assert cli.main(["prepare", "--paper", "alexnet", "--scale", "smoke", "--results", str(results)]) == 2
    text = capsys.readouterr().err
    assert text.startswith(f"repro: error: {results}") and text.count("\n") == 1
    assert message in text
