"""docs/python.md: every block of Python runs, and every column there is has its unit."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from repro.artifacts.files import run_folder, write_text
from repro.artifacts.log_jsonl import LogEntry, log_text
from repro.artifacts.run_json import read_run, write_run
from repro.artifacts.runs_csv import COLUMNS
from repro.artifacts.stored_files import stored_file
from repro.readers.frames import CLAIM_COLUMNS
from tests.artifacts.made import log_entry
from tests.conftest import ROOT
from tests.readers.test_net import finished

TEXT = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)


def columns_of(table: str) -> list[str]:
    """The names in the first column of the table that follows a text."""
    rows = TEXT.partition(table)[2].partition("\n\n|")[2].partition("\n\n")[0].splitlines()[2:]
    return [name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[0 if not row.startswith("|") else 1])]


def test_every_block_runs_one_after_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "published").symlink_to(ROOT / "results" / "published")
    run, _ = finished(tmp_path / "results")
    folder = run_folder(tmp_path / "results", run.id)
    write_text(folder / "log.jsonl", log_text([log_entry(1, 0.9), log_entry(2, 0.5)]))
    record = read_run(tmp_path / "results", run.id)
    assert record.network is not None
    write_run(folder, replace(record, network=replace(record.network, log=stored_file(folder / "log.jsonl"))))
    names: dict[str, object] = {}
    for block in BLOCKS:
        if any(library in block and not find_spec(library) for library in ("tensorboard", "wandb", "mlflow")):
            continue
        text = block.replace("small/alexnet", "smoke/alexnet").replace("small/runs", "smoke/runs")
        exec(compile(text, "docs/python.md", "exec"), names)
    said = capsys.readouterr().out
    assert said.startswith("60965224\n") and "mean" in said and "REVERSED" in said
    assert len(names["log"]) == 2
    if find_spec("tensorboard"):
        assert read_back(tmp_path / "tensorboard" / "smoke" / "alexnet" / "full" / "0") == {1: 0.9, 2: 0.5}
    if find_spec("wandb"):
        assert list((tmp_path / "wandb").glob("offline-run-*/*.wandb"))
    if find_spec("mlflow"):
        import mlflow

        (found,) = mlflow.search_runs(output_format="list")
        history = mlflow.MlflowClient().get_metric_history(found.info.run_id, "train_top1_error")
        assert {point.step: round(point.value, 6) for point in history} == {1: 0.9, 2: 0.5}


def read_back(folder: Path) -> dict[int, float]:
    """The training error of each epoch, as TensorBoard reads it."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(folder))
    events.Reload()
    return {point.step: round(point.value, 6) for point in events.Scalars("train_top1_error")}


def test_every_column_of_the_frames_is_explained_and_no_other() -> None:
    assert columns_of("`runs` has a row for each run") == list(COLUMNS)
    assert sorted(columns_of("`claims` has a row for each claim")) == sorted(CLAIM_COLUMNS)
    of_log = {field.name for field in fields(LogEntry)} - {"saturation"}
    assert set(columns_of("has one object for each epoch")) == of_log
