"""A row of `runs.csv` that was edited, doubled or lost is named before anything is judged by it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from repro import cli
from repro.analyse.collect.again import OtherRowsError, refuse_other_rows
from repro.analyse.collect.collect import collect
from repro.papers import PAPERS
from tests.fabricate import Truth, fabricate

ALEXNET, KARPATHY = PAPERS["alexnet"], PAPERS["karpathy"]
RUNS = {"alexnet": ["full", "no_lrn", "sift_fisher"], "karpathy": ["single_frame", "clip_speed"]}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    results = tmp_path_factory.mktemp("rows")
    truth = Truth(num_examples=40)
    runs = [
        run
        for paper in (ALEXNET, KARPATHY)
        for run in fabricate([paper], scale="smoke", results=results, truth=truth, variants=RUNS[paper.name], seeds=[0])
    ]
    collect(runs, papers=[ALEXNET, KARPATHY], results=results)
    return results


@pytest.fixture
def results(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "rows"))


def lines_of(results: Path) -> list[str]:
    return (results / "smoke" / "runs.csv").read_text().splitlines(keepends=True)


def edit(results: Path, change: Callable[[list[str]], list[str]]) -> None:
    (results / "smoke" / "runs.csv").write_text("".join(change(lines_of(results))))


def test_what_collect_wrote_is_taken_and_so_is_a_table_of_some_runs_or_none(results: Path) -> None:
    papers = [ALEXNET, KARPATHY]
    refuse_other_rows(papers, scale="smoke", results=results)
    edit(results, lambda lines: [line for line in lines if "karpathy/single_frame/" not in line])
    refuse_other_rows(papers, scale="smoke", results=results)
    edit(results, lambda lines: lines[:1])
    refuse_other_rows(papers, scale="smoke", results=results)


def test_a_row_that_is_lost_or_doubled_is_named_with_its_run(whole: Path, results: Path) -> None:
    """Of a run with one row alone, nothing is left that says that it was collected."""
    lines = lines_of(whole)
    for place in range(1, len(lines), 11):
        run = lines[place].strip().rpartition(",")[2]
        edit(results, lambda _, at=place: [*lines[: at + 1], *lines[at:]])
        with pytest.raises(OtherRowsError, match=f"has 2 rows of .* of run {run}; run python -m repro collect again"):
            refuse_other_rows([ALEXNET, KARPATHY], scale="smoke", results=results)
        if sum(run in line for line in lines) > 1:
            edit(results, lambda _, at=place: [*lines[:at], *lines[at + 1 :]])
            with pytest.raises(OtherRowsError, match=f"lacks .* of run {run}; run python -m repro collect again"):
                refuse_other_rows([ALEXNET, KARPATHY], scale="smoke", results=results)


@pytest.mark.parametrize("column", ["metric", "protocol", "value", "n_examples", "wall_s", "device", "dataset", "evidence"])
def test_an_entry_of_any_column_that_was_edited_is_named(column: str, results: Path) -> None:
    place = lines_of(results)[0].strip().split(",").index(column)

    def edited(lines: list[str]) -> list[str]:
        entries = lines[2].split(",")
        entries[place] = f"1{entries[place]}" if column in ("value", "n_examples", "wall_s") else "other"
        return [*lines[:2], ",".join(entries), *lines[3:]]

    edit(results, edited)
    words = "lacks" if column in ("metric", "protocol") else f"has {column} "
    with pytest.raises(OtherRowsError, match=words):
        refuse_other_rows([ALEXNET, KARPATHY], scale="smoke", results=results)


def test_judge_says_so_in_one_line_and_writes_nothing(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(results, lambda lines: [*lines[:1], *lines[2:]])
    assert cli.main(["judge", "--scale", "smoke", "--results", str(results), "--papers", "alexnet", "karpathy"]) == 2
    (said,) = capsys.readouterr().err.splitlines()
    assert said.startswith(f"repro: error: {results}/smoke/runs.csv lacks top1_error")
    assert not (results / "smoke" / "claims.json").exists()
