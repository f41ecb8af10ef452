"""What killed commands left half-written is gone once the same command has ended well."""

from __future__ import annotations

from pathlib import Path

import pytest

from repro import cli
from repro.artifacts.files import run_folder
from tests.fabricate import Truth
from tests.report.conftest import judged, smaller


def litter(folder: Path, *names: str) -> list[Path]:
    """Half-written files as a killed writer leaves them, beside a whole one."""
    made = [folder / name for name in names]
    for path in made:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("half")
    return made


def test_prepare_removes_what_was_half_written_and_keeps_the_rest(tmp_path: Path) -> None:
    data = tmp_path / "smoke" / "data" / "procedural"
    parts = litter(data, ".train-00000.tar.x1.part", ".dataset.json.y2.part", "journal/.train-00000.npz.z3.part")
    assert cli.main(["prepare", "--paper", "alexnet", "--scale", "smoke", "--results", str(tmp_path)]) == 0
    assert not [path for path in parts if path.exists()] and not list(tmp_path.rglob("*.part"))
    assert (data / "dataset.json").is_file()


@pytest.mark.parametrize("command", ["collect", "judge"])
def test_collect_and_judge_remove_theirs_and_leave_those_of_runs_to_training(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = judged([smaller()], tmp_path, truth=Truth(num_examples=100))
    monkeypatch.setattr("repro.cli.stage_options.collect_runs", lambda options, say: None)
    monkeypatch.setattr("repro.cli.stage_options.judge_claims", lambda options, say: None)
    own = litter(made.results / "smoke", ".runs.csv.a.part", ".claims.json.b.part")
    (running,) = litter(run_folder(made.results, "smoke/alexnet/no_lrn/0"), ".checkpoint.pt.c.part")
    assert cli.main([command, "--scale", "smoke", "--results", str(made.results)]) == 0
    assert not [path for path in own if path.exists()]
    assert running.exists(), "its run may be going on"


def test_report_removes_those_of_pages_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for stage in ("collect_runs", "_judge", "calibrate_own", "_draw_reports"):
        monkeypatch.setattr(f"repro.cli.stages.{stage}", lambda options, say, **further: None)
    (tmp_path / "results" / "smoke").mkdir(parents=True)
    parts = litter(tmp_path / "reports" / "smoke", ".index.html.a.part", "runs/alexnet/.full-0.html.b.part")
    parts += litter(tmp_path / "results" / "smoke", ".runs.csv.c.part")
    where = ["--results", str(tmp_path / "results"), "--reports", str(tmp_path / "reports")]
    assert cli.main(["report", "--scale", "smoke", *where]) == 0
    assert not [path for path in parts if path.exists()]


def test_a_command_that_cannot_begin_leaves_no_folder(tmp_path: Path) -> None:
    results = tmp_path / "R"
    for command in (
        ["collect", "--scale", "huge", "--results", str(results)],
        ["judge", "--scale", "smoke", "--results", str(results)],
        ["prepare", "--paper", "alexnet", "--scale", "folders", "--results", str(results)],
        ["prepare", "--paper", "alexnet", "--scale", "folders", "--results", str(results), "--source", str(tmp_path / "none")],
        ["train", "--paper", "alexnet", "--scale", "smoke", "--variant", "no_lnr", "--seeds", "0", "--results", str(results)],
    ):
        assert cli.main(command) == 2
        assert not results.exists(), command
