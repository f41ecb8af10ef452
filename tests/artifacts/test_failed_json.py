"""Why a run failed is written down beside it until it is finished, and never stands in the way of what is finished."""

from __future__ import annotations

from pathlib import Path

import pytest

from repro.analyse.collect.run_files import find_run
from repro.artifacts.failed_json import clear_failure, find_failure, note_failure
from repro.artifacts.files import run_folder
from repro.artifacts.run_json import FAILED, FILE, FINISHED, is_finished, write_run
from tests.artifacts.made import recorded

RUN = "smoke/alexnet/full/0"


def test_what_was_noted_is_found_with_the_log_as_seen_from_the_results(tmp_path: Path) -> None:
    results = tmp_path / "results"
    log = results / "smoke" / "logs" / "a.log"
    note_failure(results, RUN, OSError("no\n  disk \udce9"), log=log)
    found = find_failure(results, RUN)
    assert found is not None
    assert (found.words, found.log) == ("OSError: no disk \\udce9", "smoke/logs/a.log")
    note_failure(results, RUN, KeyError(), log=None)
    again = find_failure(results, RUN)
    assert again is not None and (again.words, again.log) == ("KeyError", "")
    clear_failure(run_folder(results, RUN))
    clear_failure(run_folder(results, RUN))
    assert find_failure(results, RUN) is None


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b'{"schema": "failed/1"}', b"[" * 5000])
def test_a_damaged_note_says_that_the_run_failed(content: bytes, tmp_path: Path) -> None:
    folder = run_folder(tmp_path, RUN)
    folder.mkdir(parents=True)
    (folder / FAILED).write_bytes(content)
    found = find_failure(tmp_path, RUN)
    assert found is not None and "why is not known" in found.words


def test_a_full_disk_costs_the_note_alone(tmp_path: Path) -> None:
    (tmp_path / "smoke").write_text("in the way")
    note_failure(tmp_path, RUN, ValueError("by hand"), log=None)
    assert find_failure(tmp_path, RUN) is None


@pytest.mark.parametrize(
    ("names", "finished"),
    [
        ((FILE, FINISHED), True),
        ((FINISHED,), True),  # a workflow has removed the other, since another run of the job failed
        ((FILE,), True),
        ((), False),
        ((FAILED,), False),
        ((FINISHED, FAILED), False),  # made again by other code, and failed: what it was before is no record of it
        ((FILE, FINISHED, FAILED), True),
    ],
)
def test_a_run_is_finished_by_either_name_of_its_record(names: tuple[str, ...], finished: bool, tmp_path: Path) -> None:
    record = recorded("full", 0, scale="smoke")
    folder = run_folder(tmp_path, record.id)
    if names:
        write_run(folder, record)
        note_failure(tmp_path, record.id, ValueError("by hand"), log=None)
    for name in (FILE, FINISHED, FAILED):
        if name not in names:
            (folder / name).unlink(missing_ok=True)
    assert is_finished(folder) == finished
    assert (find_run(tmp_path, record.id) is not None) == finished
    assert (find_failure(tmp_path, record.id) is not None) == (not finished and FAILED in names)
