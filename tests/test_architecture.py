"""The package keeps the shape that the design gives it."""

import ast
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest

from repro.artifacts.provenance import PACKAGE

ROOT = PACKAGE.parent
MODULES = sorted(PACKAGE.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
NAMELESS = {"utils", "util", "helpers", "helper", "misc", "common", "manager", "base"}
LIGHT = (
    "repro.cli",
    "repro.planning.plan",
    "repro.papers",
    "repro.analyse.judge.judge",
    "repro.analyse.collect.collect",
    "repro.report.render",
)
#: Length at which to stop and think; nothing needed more yet.
MOST_LINES_OF_A_FILE, MOST_LINES_OF_A_FUNCTION = 400, 60
MOST_MODULES_OF_A_FOLDER = 14


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@cache
def functions(path: Path) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(tree_of(path)) if isinstance(node, ast.FunctionDef)]


def names(path: Path, nodes: Iterable[ast.FunctionDef | ast.ClassDef]) -> list[str]:
    return [f"{name_of(path)}: {node.name}" for node in nodes]


def test_imports_point_one_way():
    linter = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def heavy() -> dict[str, list[str]]:
    """Import all that is light in one process, one after the other; return what is loaded then that is not light."""
    script = "import importlib, json, sys\nfound = {}\nfor module in sys.argv[1:]:\n    importlib.import_module(module)\n"
    script += "    found[module] = [name for name in ('torch', 'nvidia.dali') if name in sys.modules]\nprint(json.dumps(found))"
    done = subprocess.run([sys.executable, "-c", script, *LIGHT], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("module", LIGHT)
def test_import_needs_neither_torch_nor_dali(module, heavy):
    """A module that needs them has them loaded after it, be it after others."""
    assert heavy[module] == []


def test_a_folder_holds_one_idea_that_is_seen_at_a_glance():
    counts = Counter(path.parent for path in MODULES if path.name != "__init__.py")
    assert not {name_of(folder): num for folder, num in counts.items() if num > MOST_MODULES_OF_A_FOLDER}


def test_a_docstring_says_what_is_returned_and_not_that_it_is():
    wordy = [
        f"{name_of(path)}: {node.name}"
        for path in MODULES
        for node in functions(path)
        if (ast.get_docstring(node) or "").startswith("Return")
    ]
    assert not wordy


def test_modules_are_named_for_what_they_own():
    assert not [name_of(path) for path in MODULES if path.stem in NAMELESS]


def test_files_stay_short():
    lengths = {name_of(path): len(path.read_text().splitlines()) for path in MODULES}
    papers = name_of(PACKAGE / "papers")  # a paper's file is one long list of literals
    assert not {name: num for name, num in lengths.items() if num > MOST_LINES_OF_A_FILE and not name.startswith(f"{papers}/")}


def test_functions_stay_short():
    def is_long(node: ast.FunctionDef) -> bool:
        return node.end_lineno - node.lineno + 1 > MOST_LINES_OF_A_FUNCTION

    assert not [name for path in MODULES for name in names(path, filter(is_long, functions(path)))]


def test_no_function_passes_unnamed_keywords_through():
    assert not [name for path in MODULES for name in names(path, [node for node in functions(path) if node.args.kwarg])]


def test_modules_say_what_they_are_for():
    assert not [name_of(path) for path in MODULES if not ast.get_docstring(tree_of(path))]


def test_public_functions_and_classes_say_what_they_do():
    def is_bare(node: ast.stmt) -> bool:
        public = isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
        return public and not ast.get_docstring(node)

    assert not [name for path in MODULES for name in names(path, filter(is_bare, tree_of(path).body))]


def test_no_file_names_a_folder_of_one_machine():
    homes = ("/ho" + "me/", "/ro" + "ot/", "/Us" + "ers/", "/wo" + "rk/")
    texts = {name_of(path): path.read_text() for path in MODULES + TESTS}
    assert not {name: home for name, text in texts.items() for home in homes if home in text}
