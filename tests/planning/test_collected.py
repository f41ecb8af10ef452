"""Numbers and verdicts leave no runs out in silence: those of a paper that is not known are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from repro import cli
from repro.catalogue.known import catalogue
from repro.planning.collected import UnknownPapers, papers_of

KNOWN = catalogue()


@pytest.fixture
def results(tmp_path: Path) -> Path:
    folder = tmp_path / "smoke" / "runs" / "glorot" / "tanh" / "0"
    folder.mkdir(parents=True)
    (folder / "run.json").write_text("{}")
    return tmp_path


def test_runs_of_a_paper_that_is_not_known_are_named_unless_papers_are_chosen(results: Path) -> None:
    with pytest.raises(UnknownPapers, match=r"smoke has runs of glorot, not known here; .*; add --catalogue FILE, or say which"):
        papers_of(KNOWN, scale="smoke", results=results, names=None)
    assert [paper.name for paper in papers_of(KNOWN, scale="smoke", results=results, names=["alexnet"])] == ["alexnet"]


def test_all_papers_are_taken_where_their_runs_alone_are_there(tmp_path: Path) -> None:
    assert papers_of(KNOWN, scale="smoke", results=tmp_path, names=None) == KNOWN.papers_at("smoke")


@pytest.mark.parametrize("command", ["collect", "judge", "report", "calibrate", "decide"])
def test_each_command_that_writes_numbers_says_so_in_one_line_and_writes_none(
    command: str, results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(results.rglob("*.*"))
    reports = ["--reports", str(results / "reports")] if command == "report" else []
    assert cli.main([command, "--scale", "smoke", "--results", str(results), *reports]) == 2
    text = capsys.readouterr().err
    assert text.count("\n") == 1 and "has runs of glorot" in text
    assert [path for path in sorted(results.rglob("*.*")) if ".lock" not in path.name] == before
