"""What is measured of the tests still exists, and leaves something quick in every folder."""

import ast
from pathlib import Path
from types import SimpleNamespace

import pytest

from repro.artifacts.provenance import PACKAGE
from tests.conftest import asks_for
from tests.once import made_once
from tests.pace import WHOLE_RUNS, Pace, read_pace

ROOT = PACKAGE.parent
NAMES = sorted(read_pace().seconds)
FOLDERS = sorted({f"{path.parent.relative_to(ROOT).as_posix()}/" for path in (ROOT / "tests").rglob("test_*.py")})


def functions_in(path: Path) -> set[str]:
    return {node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)}


def exists(name: str) -> bool:
    place, _, function = name.partition("::")
    file = ROOT / place if place.endswith(".py") else ROOT / place / "conftest.py"
    return file.is_file() and function in functions_in(file)


def test_what_was_measured_still_exists_but_for_a_tenth():
    """What is renamed is quick until somebody measures again."""
    gone = [name for name in NAMES if not exists(name)]
    assert len(gone) < len(NAMES) / 10, f"no longer there: {gone}; measure again: pytest -n 0 --measure-pace"


@pytest.mark.parametrize("folder", [folder for folder in FOLDERS if not folder.startswith(WHOLE_RUNS)])
def test_every_folder_without_whole_runs_has_quick_tests(folder):
    tests = {
        f"{folder}{path.name}::{name}"
        for path in (ROOT / folder).glob("test_*.py")
        for name in functions_in(path)
        if name.startswith("test_")
    }
    assert tests - set(NAMES)


def test_what_is_shared_is_made_once_and_what_fails_is_not_tried_again(tmp_path_factory, monkeypatch, tmp_path):
    base = tmp_path / "session" / "popen-gw0"
    base.mkdir(parents=True)
    monkeypatch.setattr(tmp_path_factory, "getbasetemp", lambda: base)
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw0")
    made = []

    def make(folder):
        made.append(folder)
        (folder / "file").touch()

    found = [made_once(tmp_path_factory, "costly", make) for _ in range(2)]
    assert found == [base.parent / "costly"] * 2
    assert made == found[:1] and (found[0] / "file").exists()

    def fail(folder):
        made.append(folder)
        raise OSError("no disk")

    with pytest.raises(OSError, match="no disk"):
        made_once(tmp_path_factory, "broken", fail)
    with pytest.raises(RuntimeError, match="could not be made: no disk"):
        made_once(tmp_path_factory, "broken", fail)
    assert len(made) == 2


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        *[("bench", True), ("bench and not gpu", True), ("not gpu and bench", True), ("(bench or slow) and not gpu", True)],
        *[("", False), ("quick", False), ("not bench", False), ("quick and not bench", False), ("benches", False)],
    ],
)
def test_benchmarks_run_where_their_marker_is_asked_for_also_among_others(typed, asked, pytestconfig, monkeypatch):
    monkeypatch.setattr(pytestconfig.option, "markexpr", typed)
    assert asks_for("bench", pytestconfig) is asked


def test_a_file_that_needs_what_another_one_makes_begins_after_other_work():
    """A worker that waits for the other one's fixture does nothing meanwhile."""
    pace = Pace({"tests::shared": 100, "tests/a.py::test_it": 3, "tests/b.py::test_it": 2, "tests/c.py::test_it": 1})
    shared = {"shared": [SimpleNamespace(baseid="tests", argname="shared")]}
    needs = {"tests/a.py": {}, "tests/b.py": shared, "tests/c.py": shared}
    items = [
        SimpleNamespace(nodeid=f"{file}::test_it", _fixtureinfo=SimpleNamespace(name2fixturedefs=needs[file])) for file in needs
    ]
    assert [item.nodeid[:10] for item in pace.longest_file_first(items)] == ["tests/b.py", "tests/a.py", "tests/c.py"]
