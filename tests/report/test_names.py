"""Names of any bytes, of classes and files, on pages and in tables: shown so that they can be read, acting on nothing."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest

from repro.analyse.collect.collect import collect
from repro.analyse.judge.judge import judge
from repro.artifacts.dataset_json import LeftOutFiles, read_dataset, write_dataset
from repro.artifacts.files import data_folder
from repro.artifacts.stored_files import stored_file
from repro.data.files.account import write_csv
from repro.papers import PAPERS
from repro.report.render import render
from repro.report.text.tables import Cell, Column, Row, TableView, interval, to_csv
from repro.report.text.typeset import to_latex, to_markdown
from tests import fabricate
from tests.fabricate import Truth

KARPATHY = PAPERS["karpathy"]
HOSTILE = (
    *("caf\udce9", "caf\u00e9", "cafe\u0301", "a\nb", "a\tb\r", "\x1b[31mred", "\u202egpj.exe", "=cmd|' /C calc'!A0"),
    *("@sum", "-rf", "+1", "<img src=x onerror=alert(1)>", "[a](javascript:alert(1))", "![c](x)", "a|b`c`*d*_e_"),
    *("\\input{x}", "$y$%z&#~^", "{{7*7}}{%x%}", "&lt;b&gt;", "\ud800", "\U0001f680", "</script><script>x</script>", "\x00", " "),
)


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    results = tmp_path_factory.mktemp("names")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fabricate, "CLASSES", HOSTILE)
        truth = Truth(num_examples=80, num_classes=len(HOSTILE))
        runs = fabricate.fabricate(
            [KARPATHY], scale="smoke", results=results, truth=truth, variants=["single_frame"], seeds=[0, 1]
        )
    folder = data_folder(results, "smoke", KARPATHY.scale("smoke").dataset.name)
    write_csv(folder / "refused.csv", [("split", "file", "reason"), *(("train", f"{name}.jpg", name) for name in HOSTILE)])
    dataset = read_dataset(folder)
    refused = replace(dataset.refused, sha256=stored_file(folder / "refused.csv").sha256, num=len(HOSTILE))
    rows = tuple(LeftOutFiles(place=name, reason=name, num=1, example=name, counts=False) for name in HOSTILE)
    write_dataset(folder, replace(dataset, refused=refused, left_out=rows, warnings=HOSTILE, source=HOSTILE[0]))
    collect(runs, papers=[KARPATHY], results=results)
    judge([KARPATHY], scale="smoke", results=results)
    render([KARPATHY], scale="smoke", results=results, reports=results / "reports")
    return results / "reports" / "smoke"


def test_every_page_is_written_and_no_name_acts_on_it(reports: Path) -> None:
    pages = list(reports.rglob("*.html"))
    assert len(pages) > 5
    for page in pages:
        text = page.read_bytes().decode()  # UTF-8, all of it
        for acting in ("<img src=x", "<script>x", "\x1b", "\u202e", "\x00", "\ud800"):
            assert acting not in text, (page, acting)
    index = (reports / "index.html").read_text()
    for shown in ("caf\\xe9", "caf\u00e9", "cafe\u0301", "\\x1b[31mred", "&lt;img src=x onerror=alert(1)&gt;", "\\u202egpj.exe"):
        assert shown in index, shown
    assert "What became of them" in index


def test_the_files_of_the_tables_are_unicode_and_hold_no_formula(reports: Path) -> None:
    for path in reports.rglob("*.csv"):
        for row in csv.reader(io.StringIO(path.read_bytes().decode())):
            assert not [entry for entry in row if entry.startswith(("=", "@", "\t", "\r"))]
    for suffix in ("md", "tex"):
        assert [path.read_bytes().decode() for path in reports.rglob(f"*.{suffix}")]


COLUMNS = (
    Column(key="name", title="Name", group="Name"),
    Column(key="value", title="Value", group="Value", kind="number"),
    Column(key="ends", title="Ends", group="Ends", kind="interval"),
)


def table_of(name: str) -> TableView:
    row = Row(cells={"name": Cell(text=name), "value": Cell(text="\u22121.5"), "ends": interval("\u22122.0", "1.0")})
    return TableView(name="t", caption=name, columns=COLUMNS, rows=(row,))


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_one_entry_of_each_format(name: str) -> None:
    view = table_of(name)
    head, row = csv.reader(io.StringIO(to_csv(view)))
    assert len(head) == len(row) == 4 and row[1:] == ["-1.5", "-2.0", "1.0"]
    assert not row[0].startswith(("=", "+", "-", "@", "\t", "\r"))
    markdown = to_markdown(view)
    line = markdown.splitlines()[4]
    assert line.replace("\\|", "").count("|") == 4 and line.endswith("| [\u22122.0, 1.0] |")
    for sign in "[]!<>`*_&$":
        assert f"{sign}" not in line.replace(f"\\{sign}", "").removesuffix("[\u22122.0, 1.0] |") or sign == "\\"
    latex = to_latex(view)
    assert "\\input" not in latex and latex.count("\\\\") == 2
    for text in (markdown, latex):
        text.encode()
        assert not set(text) & {"\x1b", "\u202e", "\x00"}


def test_two_names_stay_two() -> None:
    shown = {to_csv(table_of(name)) for name in HOSTILE}
    assert len(shown) == len(HOSTILE)
