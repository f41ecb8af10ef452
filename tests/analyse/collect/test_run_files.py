"""Files of a run are read as what its record names, or not at all; scores are looked into once, when they are collected."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from repro.analyse.collect.run_files import DamagedRunError, find_run, read_collected_scores, read_run_file, read_run_scores
from repro.artifacts.files import run_folder
from repro.artifacts.run_json import RunJson
from repro.papers.alexnet import ALEXNET
from tests.fabricate import Truth, fabricate

RUN = "smoke/alexnet/full/0"


@pytest.fixture
def record(tmp_path: Path) -> RunJson:
    fabricate([ALEXNET], scale="smoke", results=tmp_path, truth=Truth(num_examples=40), variants=["full"], seeds=[0])
    found = find_run(tmp_path, RUN)
    assert found is not None
    return found


def test_a_run_that_is_not_finished_is_none_and_a_damaged_one_is_named(record: RunJson, tmp_path: Path) -> None:
    assert find_run(tmp_path, "smoke/alexnet/full/1") is None
    path = run_folder(tmp_path, RUN) / "run.json"
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(DamagedRunError, match=f"run {RUN}: .*run.json"):
        find_run(tmp_path, RUN)


def test_a_file_that_changed_is_refused_whoever_reads_it(record: RunJson, tmp_path: Path) -> None:
    (entry,) = (item for item in record.scores_of("test") if item.protocol == "center")
    path = run_folder(tmp_path, RUN) / entry.file
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    for read in (read_run_scores, read_collected_scores):
        with pytest.raises(DamagedRunError, match=r"scores\.test\.center\.npz was changed.*train it again"):
            read(record, split="test", protocol="center", results=tmp_path)
    with pytest.raises(DamagedRunError, match=f"run {RUN}"):
        read_run_file(record, entry.stored, results=tmp_path)


def test_scores_that_do_not_fit_the_run_are_found_when_they_are_collected(record: RunJson, tmp_path: Path) -> None:
    """With the hash of their bytes in the record they are the recorded ones: what they hold is asked once."""
    other = replace(record, num_classes=record.num_classes + 1)
    with pytest.raises(DamagedRunError, match=r"holds \(run, split, protocol, examples, classes\) .*, its run recorded"):
        read_run_scores(other, split="test", protocol="center", results=tmp_path)
    scores = read_collected_scores(other, split="test", protocol="center", results=tmp_path)
    assert np.array_equal(scores.scores_NK, read_run_scores(record, split="test", protocol="center", results=tmp_path).scores_NK)


def test_scores_that_a_run_has_not_are_named(record: RunJson, tmp_path: Path) -> None:
    with pytest.raises(DamagedRunError, match=f"run {RUN}: .*run.json lists no scores of test by video"):
        read_run_scores(record, split="test", protocol="video", results=tmp_path)
