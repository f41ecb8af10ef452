"""The suite for a GPU writes its file whatever happens to a part, and ends within eight minutes."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import pytest

from tests.gpu import suite
from tests.gpu.suite import PARTS, Part, run_parts

QUICK = """
import json, pathlib, subprocess, sys, time
name, file = sys.argv[1], pathlib.Path(sys.argv[2])
file.write_text(json.dumps({"number": 1, "benchmarks": [name]}))
if name == "late":
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    pathlib.Path(PLACE).write_text(str(child.pid))
    time.sleep(60)
if name == "bad":
    sys.exit("no such device")
if name == "partly":
    file.write_text(json.dumps({"failed": {"piece": "why"}}))
"""


@pytest.fixture
def pretended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout whose parts end as their names say; the process that `late` starts is named in a file."""
    folder, place = tmp_path / "root" / "tests" / "gpu", tmp_path / "child"
    folder.mkdir(parents=True)
    for parent in (folder, folder.parent):
        (parent / "__init__.py").write_text("")
    (folder / "parts.py").write_text(QUICK.replace("PLACE", repr(str(place))))
    monkeypatch.setattr(suite, "ROOT", tmp_path / "root")
    return place


def part(name: str, deadline_s: float = 20) -> Part:
    return Part(name=name, what=name, deadline_s=deadline_s)


def test_all_parts_end_within_eight_minutes() -> None:
    assert sum(part.deadline_s for part in PARTS) <= suite.LIMIT_S < 8 * 60


def test_a_part_that_fails_or_is_late_is_named_and_ends_no_other(pretended: Path, tmp_path: Path) -> None:
    path = tmp_path / "gpu.json"
    parts = [part("first"), part("bad"), part("late", 1.0), part("partly"), part("last")]
    assert run_parts(parts, path, dry=True) == json.loads(path.read_text())
    found = json.loads(path.read_text())["parts"]
    assert {name: entry["status"] for name, entry in found.items()} == {
        "first": "ok",
        "bad": "failed",
        "late": "late",
        "partly": "failed",
        "last": "ok",
    }
    assert "no such device" in found["bad"]["said"] and found["bad"]["why"] == "exit status 1"
    assert found["late"]["why"] == "ended after 1 s" and found["late"]["number"] == 1, "what it had found is kept"
    assert json.loads(path.read_text())["benchmarks"] == ["first", "bad", "late", "last"]


def test_what_a_late_part_started_is_ended_too(pretended: Path, tmp_path: Path) -> None:
    run_parts([part("late", 1.0)], tmp_path / "gpu.json", dry=True)
    process = Path("/proc") / pretended.read_text()
    for _ in range(50):
        if not process.exists() or "State:\tZ" in (process / "status").read_text():
            return
        time.sleep(0.05)
    pytest.fail("it still runs")


def test_parts_for_which_there_is_no_time_are_named(pretended: Path, tmp_path: Path) -> None:
    found = run_parts([part("first"), part("last")], tmp_path / "gpu.json", dry=True, limit_s=1e-9)["parts"]
    assert [entry["status"] for entry in found.values()] == ["not begun"] * 2


def test_an_unknown_part_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        suite.main(["gpu.json", "--parts", "stpe"])
    assert ended.value.code == 2
    assert "unknown part 'stpe'; allowed: machine, tests" in capsys.readouterr().err


def test_the_script_runs_a_part_in_a_process_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "gpu.json"
    status, code = suite.wait(
        [sys.executable, "tests/gpu/run", str(path), "--dry", "--parts", "machine"], tmp_path / "log", deadline_s=120
    )
    assert (status, code) == ("ok", 0), (tmp_path / "log").read_text()
    document = json.loads(path.read_text())
    assert document["parts"]["machine"]["status"] == "ok"
    assert document["machine_info"]["versions"]["torch"] and document["machine_info"]["gpu"] == ""
