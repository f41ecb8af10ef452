"""The figure of the folders shows the imports as they are, and nothing else."""

import importlib.util
import re

import pytest

from repro.artifacts.provenance import PACKAGE

ROOT = PACKAGE.parent


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("draw_architecture", ROOT / "docs" / "draw_architecture.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def package_of(folder, files):
    for name, text in files.items():
        path = folder / "repro" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder / "repro"


def test_the_figure_is_that_of_the_imports_today(script):
    found = (ROOT / "docs" / "architecture.svg").read_text()
    assert found == script.drawing(), "the imports have changed: python docs/draw_architecture.py"


def test_every_folder_of_the_package_is_in_the_figure_and_nothing_else_is_written_there(script):
    words = re.findall(r"<text[^>]*>([^<]*)</text>", script.drawing())
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert sorted(words) == sorted(folders | {path.stem for path in PACKAGE.glob("*.py")} - {"__init__", "__main__"})


def test_imports_in_functions_and_of_modules_count_and_those_in_words_do_not(script, tmp_path):
    package = package_of(
        tmp_path,
        {
            "top/a.py": '"""import repro.unused"""\ndef f():\n    from repro.middle import b\n',
            "middle/b.py": "import repro.low.c\nimport json\n",
            "low/c.py": "from repro import other\n",
            "other.py": "",
        },
    )
    assert script.imports(package) == {"top": {"middle"}, "middle": {"low"}, "low": {"other"}, "other": set()}


def test_what_follows_from_other_arrows_is_left_out_and_nothing_that_does_not(script):
    graph = {"a": {"b", "c", "d"}, "b": {"c"}, "c": set(), "d": set()}
    assert script.without_implied(graph) == {"a": {"b", "d"}, "b": {"c"}, "c": set(), "d": set()}


def test_rows_hold_importers_above_what_they_import(script):
    rows, arrows = script.rows_of({"a": {"b", "c"}, "b": {"c"}, "c": set()})
    assert [row[0] for row in rows] == ["a", "a>c", "c"] or [row[0] for row in rows] == ["a", "b", "c"]
    assert ["a", "a>c", "c"] in arrows and ["b", "c"] in arrows
