"""The figure of a table: every effect with the paper's beside it, and the same bytes each time."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from repro import cli
from repro.artifacts.claims_json import FILE, read_claims_json
from repro.artifacts.runs_csv import read_runs_csv
from repro.readers.figures import Line, export_table, lines_of, reach_of
from tests.published import CIFAR10, GESTURES, IMAGENETTE, PUBLISHED

TABLES = [
    (CIFAR10, "cifar10", "alexnet_ablations"),
    (GESTURES, "folders", "karpathy_table1"),
    (IMAGENETTE, "folders", "alexnet_table2"),
]


def line(estimate: float, *, paper: float | None = None, half: float = 0.5) -> Line:
    ends = (estimate - half, estimate + half)
    return Line(title="a", control="full", estimate=estimate, ci90=ends, ci95=ends, num_seeds="3", paper=paper)


def test_the_effects_are_those_of_the_claims_and_the_papers_sign_is_of_the_same_difference() -> None:
    folder = PUBLISHED / CIFAR10 / "cifar10"
    lines = lines_of(read_claims_json(folder / FILE, table=read_runs_csv(folder / "runs.csv")), "alexnet_ablations")
    found = {each.title: each for each in lines}
    # facts/claims.csv: 1.4 points of top-1 error by response normalisation, 1.7 by the second tower.
    assert found["without response normalisation"].paper == pytest.approx(1.4)
    assert found["one tower, half the kernels"].paper == pytest.approx(1.7)
    assert found["without dropout"].paper is None
    assert found["without response normalisation"].estimate == pytest.approx(-1.0467, abs=1e-4)


@pytest.mark.parametrize(("published", "scale", "table"), TABLES)
def test_both_files_are_written_and_the_same_again(published: str, scale: str, table: str, tmp_path: Path) -> None:
    first, again = (
        export_table(scale, table, results=PUBLISHED / published, out=tmp_path / name) for name in ("one", "deep/other")
    )
    assert [path.name for path in first] == ["effects.pdf", "effects.svg"]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]
    assert first[0].read_bytes().startswith(b"%PDF")
    text = first[1].read_text()
    assert "stand-in" in text and "fewer errors" in text and "◇ the paper" in text


def test_an_effect_far_beyond_the_others_is_cut_off_and_told_with_its_number(tmp_path: Path) -> None:
    low, high = reach_of([line(1), line(-2), line(0.5), line(69)])
    assert -4 < low < -2 and 1.5 < high < 4
    export_table("cifar10", "alexnet_ablations", results=PUBLISHED / CIFAR10, out=tmp_path)
    assert re.search(r"\+68\.\d", (tmp_path / "effects.svg").read_text())


@pytest.mark.parametrize("lines", [[line(0, half=0)], [line(-3)], [line(2, paper=-30)], [line(5, half=0), line(5, half=0)]])
def test_the_axis_holds_zero_every_near_line_and_the_paper(lines: list[Line]) -> None:
    low, high = reach_of(lines)
    ends = [0.0, *(end for each in lines for end in each.ends), *(each.paper for each in lines if each.paper is not None)]
    assert low < min(ends) and max(ends) < high


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("cifar10/table/alexnet_ablation", "unknown table with an effect 'alexnet_ablation' of cifar10; did you mean"),
        ("cifar10/table/nothing", "allowed: alexnet_"),
        ("small/table/alexnet_ablations", "does not exist; run python -m repro collect --scale small"),
    ],
)
def test_a_table_that_is_not_there_is_one_line(name: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["export", name, "--results", str(PUBLISHED / CIFAR10), "--to", str(tmp_path / "out")]) == 2
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_results_without_an_effect_say_what_to_do(tmp_path: Path) -> None:
    from dataclasses import replace

    from repro.artifacts.documents import write_document
    from repro.artifacts.files import FileFormatError

    folder = PUBLISHED / CIFAR10 / "cifar10"
    table = read_runs_csv(folder / "runs.csv")
    (tmp_path / "cifar10").mkdir()
    (tmp_path / "cifar10" / "runs.csv").write_bytes((folder / "runs.csv").read_bytes())
    write_document(tmp_path / "cifar10" / FILE, replace(read_claims_json(folder / FILE, table=table), effects=()))
    with pytest.raises(FileFormatError, match="has no effect; train variants of a table and their control first"):
        export_table("cifar10", "alexnet_ablations", results=tmp_path, out=tmp_path / "out")
