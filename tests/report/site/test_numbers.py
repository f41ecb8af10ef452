"""One number, one text: every cell of a table is the same in Markdown and LaTeX, every answer in CSV, JSON and claims.json."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from repro.report.text.typeset import _LATEX
from tests.report.conftest import Rendered
from tests.report.site.conftest import Site

LONGEST_FIRST = sorted(_LATEX.items(), key=lambda pair: -len(pair[1]))


def without_latex(cell: str) -> str:
    """What a cell of LaTeX says, as text."""
    text, said = cell.strip().removeprefix("{}").replace(r"\allowbreak{}", ""), ""
    while text:
        written = next(((character, sign) for character, sign in LONGEST_FIRST if text.startswith(sign)), (text[0], text[0]))
        said, text = said + written[0], text[len(written[1]) :]
    return said.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")


def without_markdown(cell: str) -> str:
    """What a cell of Markdown says, as text."""
    return re.sub(r"\\(.)", r"\1", cell.strip()).replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")


def cells_of(path: Path) -> list[list[str]]:
    """The rows of a table below its head, each cell as text."""
    lines = path.read_text(encoding="utf-8").splitlines()
    if path.suffix == ".md":
        found = [line.removeprefix("|").removesuffix("|") for line in lines if line.startswith("| ")][1:]
        return [[without_markdown(cell) for cell in re.split(r"(?<!\\)\|", line)] for line in found]
    start = lines.index(r"\endhead") if r"\endhead" in lines else lines.index(r"\midrule")
    body = lines[start + 1 : lines.index(r"\bottomrule")]
    return [[without_latex(cell) for cell in re.split(r"(?<!\\)&", line.removesuffix(r"\\"))] for line in body]


@pytest.mark.parametrize("made", ["full_report", "video_report"])
def test_markdown_and_latex_say_the_same_in_every_cell(made: str, request: pytest.FixtureRequest) -> None:
    report: Rendered = request.getfixturevalue(made)
    num = 0
    for path in sorted(report.folder.rglob("*.tex")):
        ours = cells_of(path)
        assert ours == cells_of(path.with_suffix(".md")), path.name
        num += sum(map(len, ours))
    assert num > 200


def test_every_answer_is_the_same_in_csv_in_json_and_in_the_verdicts_that_it_comes_from(published_site: Site) -> None:
    answers = json.loads((published_site.root / "answers.json").read_text(encoding="utf-8"))
    entries = {
        (claim, key): entry
        for question in answers["questions"]
        for claim, by_source in question["claims"].items()
        for key, entry in by_source.items()
    }
    with open(published_site.root / "answers.csv", newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert {(row["claim"], row["results"]) for row in rows} == set(entries)
    claims = {
        (claim["id"], source.key): claim
        for source in published_site.sources
        for claim in json.loads(next(published_site.root.glob(f"scales/{source.key}/results/*/claims.json")).read_text())[
            "claims"
        ]
    }
    num = 0
    for row in rows:
        entry = entries[row["claim"], row["results"]]
        assert entry == {**claims[row["claim"], row["results"]]}
        assert [row["verdict"], row["evidence"], row["reason"]] == [entry["verdict"], entry["evidence"], entry["reason"]]
        sizes = [
            part for part in (entry, entry.get("points"), entry.get("log_ratio")) if part and part.get("estimate") is not None
        ]
        if row["estimate"]:
            assert float(row["estimate"]) in [part["estimate"] for part in sizes]
            num += 1
        if row["low"]:
            ends = [float(row["low"]), float(row["high"])]
            assert ends in [part.get("ci90") for part in sizes]
    assert num > 60
