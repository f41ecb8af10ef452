"""A user's videos by lists: what changes is noticed, the same bytes in both lists are counted, odd files cost only themselves."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from repro.artifacts.dataset_json import read_dataset
from repro.data.prepare.video_decode import CutTask, cut_video
from repro.data.shards.decode import UnreadableError
from repro.spec.video_datasets import Clips, VideoDataset
from tests.data.prepare.test_preparation import run
from tests.data.videos import write_video

CLIPS = Clips(num_frames=4, span_s=None, num_train=1, num_test=1)
LISTED = VideoDataset(name="listed", kind="ucf101", title="listed", stored_px=16, clips=CLIPS, num_validation=0, max_refused=0.5)
CLASSES = ("Archery", "Bowling")


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two classes of three videos; the test video of one has the bytes of a training video, two training videos are alike."""
    root = tmp_path_factory.mktemp("listed")
    for number, name in enumerate(CLASSES):
        for group in (1, 2, 3):
            write_video(root / name / f"v_{name}_g0{group}_c01.avi", num_frames=5 + 3 * number + group, codec="mpeg4")
    shutil.copy(root / "Archery/v_Archery_g02_c01.avi", root / "Archery/v_Archery_g01_c01.avi")
    shutil.copy(root / "Bowling/v_Bowling_g02_c01.avi", root / "Bowling/v_Bowling_g03_c01.avi")
    (root / "classInd.txt").write_text("\ufeff1 Archery\r\n2 Bowling\r\n")
    lines = [f"{name}/v_{name}_g0{group}_c01.avi,{k}" for k, name in enumerate(CLASSES, start=1) for group in (2, 3)]
    (root / "trainlist01.txt").write_text("\n".join(lines))
    (root / "testlist01.txt").write_text("\n".join(f"{name}/v_{name}_g01_c01.avi" for name in CLASSES))
    return root


@pytest.fixture
def listed(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "listed"))


def test_videos_with_the_same_bytes_are_counted_across_the_lists_and_within(listed: Path, tmp_path: Path) -> None:
    run(LISTED, tmp_path / "out", source=listed)
    dataset = read_dataset(tmp_path / "out")
    twice = "Archery/v_Archery_g01_c01 = Archery/v_Archery_g02_c01"
    assert f"1 test videos are also training videos, byte for byte: {twice}" in dataset.warnings
    kept = [(row.place, row.num) for row in dataset.left_out if "same bytes" in row.reason]
    assert kept == [("train", 1)]


def added(listed: Path) -> None:
    shutil.copy(listed / "Bowling/v_Bowling_g01_c01.avi", listed / "Bowling/v_Bowling_g04_c01.avi")


def relisted(listed: Path) -> None:
    with open(listed / "trainlist01.txt", "a") as stream:
        stream.write("\nBowling/v_Bowling_g04_c01.avi 2\n")


def test_changed_videos_and_lists_are_prepared_anew_and_touched_ones_are_not(listed: Path, tmp_path: Path) -> None:
    def prepared(**options: Any) -> str:
        return run(LISTED, tmp_path / "out", source=listed, **options)[0]

    prepared()
    for path in listed.rglob("*.*"):
        os.utime(path, (1, 1))
    assert prepared() == "prepare listed: complete already"
    write_video(listed / "Bowling/v_Bowling_g03_c01.avi", num_frames=9, codec="mpeg4")
    assert prepared() == "prepare listed: 1 file replaced: prepared anew, where they go"
    added(listed)
    assert prepared(max_left_out=0.5) == "prepare listed: 1 file added: prepared anew, where they go"
    relisted(listed)
    assert prepared() == "prepare listed: 1 file replaced: prepared anew, where they go"
    run(LISTED, tmp_path / "fresh", source=listed)
    assert read_dataset(tmp_path / "out").digest == read_dataset(tmp_path / "fresh").digest


@pytest.mark.timeout(60)
@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "zeros"])
def test_what_is_no_regular_file_is_refused_and_never_decoded(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "x.mp4"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "folder":
        path.mkdir()
    else:
        path.touch()
        os.truncate(path, 40 * 2**30)
    refused = cut_video(CutTask(content=path, clips=CLIPS, num_clips=1, stored_px=16))
    assert isinstance(refused, UnreadableError)
    assert "allowed: a regular file" in str(refused) or "42949672960 bytes; allowed: up to" in str(refused)


def test_a_pipe_that_is_listed_costs_only_itself(listed: Path, tmp_path: Path) -> None:
    path = listed / "Archery/v_Archery_g03_c01.avi"
    path.unlink()
    os.mkfifo(path)
    (listed / "Archery" / "loop").symlink_to(listed)
    run(LISTED, tmp_path / "out", source=listed, max_left_out=0.5)
    dataset = read_dataset(tmp_path / "out")
    assert dataset.refused.num == 1
    assert {row.reason for row in dataset.left_out if row.counts} == {
        "left out: pipes, devices and sockets: only regular files are read",
        "left out: links to folders that are read already, or hold this one",
    }
