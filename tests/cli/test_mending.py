"""A damaged file is named, and made again by the command that was typed, or by the workflow's when it is typed again."""

from __future__ import annotations

from pathlib import Path

import pytest

from repro.analyse.collect.collect import collect
from repro.analyse.collect.run_files import DamagedRunError
from repro.artifacts.files import run_folder
from repro.artifacts.run_json import FILE, FINISHED
from repro.cli.mending import setting_damage_aside
from repro.papers.alexnet import ALEXNET
from tests.fabricate import Truth, fabricate

RUN = "smoke/alexnet/full/1"
DAMAGE = {
    "scores.test.ten_crop.npz": lambda path: path.write_bytes(path.read_bytes()[:100]),
    "log.jsonl": lambda path: path.write_text(path.read_text() + "{}\n"),
    FILE: lambda path: path.write_text(path.read_text().replace("alexnet", "alexnot", 1)),
}


@pytest.mark.parametrize("name", DAMAGE)
@pytest.mark.parametrize("kept", [True, False])
def test_the_record_of_a_damaged_run_is_set_aside_and_the_others_stay(name: str, kept: bool, tmp_path: Path) -> None:
    runs = fabricate([ALEXNET], scale="smoke", results=tmp_path, truth=Truth(num_examples=40), variants=["full"], seeds=[0, 1])
    folder = run_folder(tmp_path, RUN)
    record = (folder / FILE).read_bytes()
    if kept:
        (folder / FINISHED).write_bytes(record)
    DAMAGE[name](folder / name)
    said = pytest.raises(DamagedRunError, match=r"run smoke/alexnet/full/1: .*again.*when its command is typed again")
    with said, setting_damage_aside(tmp_path, "smoke"):
        collect(runs, papers=[ALEXNET], results=tmp_path)
    assert not (folder / FILE).exists() and (folder / FINISHED).exists()
    assert (folder / FINISHED).read_bytes() == record or (name, kept) == (FILE, False)
    assert (run_folder(tmp_path, "smoke/alexnet/full/0") / FILE).exists()
