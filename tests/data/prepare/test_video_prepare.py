"""Preparing videos: complete or not there, the same bytes every time, restartable, and honest about what it refused."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from repro.artifacts.dataset_json import DatasetJson, ListedFiles, read_dataset
from repro.artifacts.files import sha256_bytes
from repro.data.generated import videos as procedural_video
from repro.data.prepare.prepare import prepare
from repro.data.shards.clips import ClipShards
from repro.data.sources.source import SourceError
from repro.spec.video_datasets import Clips, ProceduralVideos, VideoDataset
from repro.system import progress
from tests.data.videos import write_video

KNOBS = ProceduralVideos(
    num_train=18,
    num_test=6,
    frame_px=32,
    fps=10,
    seconds=0.8,
    num_shots=2,
    appearance_classes=1,
    motion_classes=1,
    detail_classes=1,
    weak_share=0.2,
    camera=0.1,
    two_label_share=0.3,
    seed=1,
)
TOYS = VideoDataset(
    name="toys",
    kind="procedural_videos",
    title="toys",
    stored_px=32,
    clips=Clips(num_frames=3, span_s=0.3, num_train=2, num_test=3),
    num_validation=3,
    max_refused=0.0,
    procedural=KNOBS,
)
FILMS = VideoDataset(
    name="films",
    kind="video_folders",
    title="films",
    stored_px=16,
    clips=Clips(num_frames=4, span_s=0.2, num_train=2, num_test=4),
    num_validation=0,
    max_refused=0.4,
)
REAL = Path(__file__).parents[4] / "shared" / "data"
#: Makes several shards of TOYS.
SMALL_SHARDS = 20_000


def run(dataset: VideoDataset, folder: Path, *, source: Path | None = None, **options: Any) -> DatasetJson:
    settings = {"num_threads": 1, "say": lambda line: None} | options
    prepare(dataset, folder=folder, source=source, **settings)
    return read_dataset(folder)


def films(root: Path) -> Path:
    for split in ("train", "test"):
        for name in ("ant", "bee"):
            for i in range(3):
                write_video(root / split / name / f"{i}.mp4", num_frames=20 + i + 7 * (split == "test") + 13 * (name == "bee"))
    return root


def hashes(folder: Path) -> dict[str, str]:
    files = [path for path in folder.iterdir() if path.is_file() and path.name != "dataset.json"]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def toys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("toys")
    run(TOYS, folder)
    return folder


def test_the_index_says_of_every_clip_its_video_and_of_every_video_its_labels(toys: Path) -> None:
    source = procedural_video.ProceduralVideoSource(TOYS)
    labels = dict(zip(source.listings["train"].key_N.tolist(), source.listings["train"].label_NL.tolist(), strict=True))
    train, test = ClipShards(toys, "train"), ClipShards(toys, "test")
    assert (train.num_videos, train.num_clips, train.num_frames, train.stored_px) == (15, 30, 3, 32)
    assert train.video_N.tolist() == [video for video in range(15) for _ in range(2)]
    assert train.position_N.tolist() == [0, 1] * 15
    assert [labels[key] for key in train.key_V.tolist()] == train.label_VL.tolist()
    assert train.label_VL.shape == (15, 2) and (train.label_VL[:, 1] == -1).any() and (train.label_VL[:, 1] >= 0).any()
    assert train.label_NL[:4].tolist() == train.label_VL[[0, 0, 1, 1]].tolist()
    assert (test.num_videos, test.num_clips) == (6, 18)


def test_held_out_videos_come_from_train_and_are_cut_like_test_videos(toys: Path) -> None:
    train, validation = ClipShards(toys, "train"), ClipShards(toys, "validation")
    assert validation.num_videos == 3 and validation.num_clips == 9
    assert sorted(validation.label_VL[:, 0].tolist()) == [0, 1, 2]
    assert not set(train.key_V.tolist()) & set(validation.key_V.tolist())


def test_the_description_holds_what_other_stages_rely_on(toys: Path) -> None:
    description = read_dataset(toys)
    assert description.classes == ("apple", "rise", "rows_in_rows")
    assert description.videos.num_frames == 3
    assert description.refused == ListedFiles(file="refused.csv", sha256=sha256_bytes(b"split,file,reason\n"), num=0, share=0.0)
    assert description.videos.missing == ListedFiles(file="missing.csv", sha256=sha256_bytes(b"split,video\n"), num=0, share=0.0)
    assert {name: split.videos.num_videos for name, split in description.splits.items()} == {
        "train": 15,
        "validation": 3,
        "test": 6,
    }
    assert sum(description.splits["train"].class_counts) == (ClipShards(toys, "train").label_VL >= 0).sum()
    assert description.videos.mirror is True
    for split in description.splits:
        ClipShards(toys, split).verify()


def test_where_classes_are_mirror_images_the_description_forbids_to_mirror_and_says_why(tmp_path: Path) -> None:
    root, lines = films(tmp_path / "films"), list[str]()
    for split in ("train", "test"):
        for old, new in (("ant", "Left"), ("bee", "Right")):
            (root / split / old).rename(root / split / new)
    description = run(FILMS, tmp_path / "out", source=root, say=lines.append)
    assert description.videos.mirror is False
    reason = "clips are not mirrored, in training and in scoring: mirroring would confuse the classes Left and Right"
    assert reason in description.warnings
    assert lines[-1] == f"prepare films: {reason}"


def test_a_changed_file_fails_verification(tmp_path: Path) -> None:
    run(replace(TOYS, procedural=replace(KNOBS, num_train=6), num_validation=0), tmp_path)
    (tmp_path / "train.videos.npz").write_bytes((tmp_path / "test.videos.npz").read_bytes())
    with pytest.raises(ValueError, match=r"train\.videos\.npz was changed: it has SHA-256"):
        ClipShards(tmp_path, "train")


def test_processes_shards_and_restarts_change_no_byte(toys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(TOYS, tmp_path / "two", num_threads=2)
    assert hashes(tmp_path / "two") == hashes(toys)
    whole = run(TOYS, tmp_path / "whole", shard_bytes=SMALL_SHARDS)
    assert len(whole.splits["train"].shards) > 2
    num_made, make = 0, procedural_video.video_file

    def dying(*args: Any, **options: Any) -> bytes:
        nonlocal num_made
        num_made += 1
        if num_made == 12:
            raise KeyboardInterrupt
        return make(*args, **options)

    monkeypatch.setattr(procedural_video, "video_file", dying)
    with pytest.raises(KeyboardInterrupt):
        run(TOYS, tmp_path / "killed", shard_bytes=SMALL_SHARDS)
    assert not (tmp_path / "killed" / "dataset.json").exists()
    num_made = 1000
    run(TOYS, tmp_path / "killed", shard_bytes=SMALL_SHARDS)
    assert 0 < num_made - 1000 < 24  # finished shards were not made again
    assert hashes(tmp_path / "killed") == hashes(tmp_path / "whole")


def test_a_prepared_set_is_left_alone_and_a_changed_spec_is_prepared_anew(tmp_path: Path) -> None:
    small = replace(TOYS, procedural=replace(KNOBS, num_train=6))
    run(small, tmp_path)
    before = (tmp_path / "dataset.json").stat().st_mtime_ns
    lines: list[str] = []
    run(small, tmp_path, say=lines.append)
    assert (tmp_path / "dataset.json").stat().st_mtime_ns == before
    assert lines == ["prepare toys: complete already"]
    assert run(replace(small, num_validation=0), tmp_path).splits.keys() == {"train", "test"}
    assert not list(tmp_path.glob("validation*"))


def test_bad_and_short_videos_are_listed_with_reasons_and_the_rest_is_stored(tmp_path: Path) -> None:
    root = films(tmp_path / "films")
    (root / "train" / "ant" / "0.mp4").write_bytes(b"")
    (root / "train" / "bee" / "1.mp4").write_bytes(b"no video")
    write_video(root / "test" / "bee" / "2.mp4", num_frames=3)
    description = run(FILMS, tmp_path / "out", source=root)
    with open(tmp_path / "out" / "refused.csv") as stream:
        rows = {(row["split"], row["file"]): row["reason"] for row in csv.DictReader(stream)}
    assert rows == {
        ("train", "train/ant/0.mp4"): "empty file",
        ("train", "train/bee/1.mp4"): "cannot be decoded: Invalid data found when processing input",
        ("test", "test/bee/2.mp4"): "too short: 0.10 s; a clip spans 0.20 s",
    }
    assert (description.refused.num, description.refused.share) == (3, 3 / 12)
    train = ClipShards(tmp_path / "out", "train")
    assert train.num_videos == 4 and b"ant/0" not in train.key_V.tolist()
    with pytest.raises(
        SourceError, match=r"3 of 12 videos of 'films' \(25\.00%\) cannot be used; allowed: 10\.00%.*refused\.csv"
    ):
        run(replace(FILMS, max_refused=0.1), tmp_path / "strict", source=root)
    assert not (tmp_path / "strict" / "dataset.json").exists()


def test_videos_in_both_splits_and_videos_with_fewer_clips_are_warned_of(tmp_path: Path) -> None:
    root = films(tmp_path / "films")
    (root / "test" / "bee" / "0.mp4").write_bytes((root / "train" / "ant" / "1.mp4").read_bytes())
    write_video(root / "test" / "ant" / "2.mp4", num_frames=7)
    warnings = list(run(FILMS, tmp_path / "out", source=root).warnings)
    assert warnings == [
        "1 videos are too short for 4 clips and have fewer",
        "1 test videos are also training videos, byte for byte: bee/0 = ant/1",
    ]


def test_videos_of_sports1m_that_are_missing_are_listed(tmp_path: Path) -> None:
    root = tmp_path / "sports"
    for name in ("aaa", "bbb"):
        write_video(root / "videos" / f"{name}.mp4", num_frames=20)
    (root / "labels.txt").write_text("boxing\nbowling\n")
    (root / "train_partition.txt").write_text("https://youtu.be/aaa 0,1\nhttps://youtu.be/gone 1\n")
    (root / "test_partition.txt").write_text("https://youtu.be/bbb 0\n")
    description = run(replace(FILMS, kind="sports1m"), tmp_path / "out", source=root)
    assert (description.videos.missing.num, description.videos.missing.share) == (1, 1 / 3)
    assert (tmp_path / "out" / "missing.csv").read_text() == "split,video\ntrain,gone\n"
    assert "1 of the 2 videos of train_partition.txt are missing" in description.warnings
    assert ClipShards(tmp_path / "out", "train").label_VL.tolist() == [[0, 1]]


@pytest.mark.skipif(not (REAL / "egogesture10").is_dir(), reason="no egogesture10 beside the checkout")
def test_a_part_of_egogesture_runs_as_it_is(tmp_path: Path) -> None:
    root = tmp_path / "part"
    for split in ("train", "test"):
        for name in ("Up", "Down", "Star"):
            (root / split).mkdir(parents=True, exist_ok=True)
            (root / split / name).symlink_to(REAL / "egogesture10" / split / name)
    clips = Clips(num_frames=10, span_s=None, num_train=1, num_test=1)
    description = run(replace(FILMS, clips=clips, num_validation=6, max_refused=0.0), tmp_path / "out", source=root)
    assert description.splits["train"].videos.num_videos + description.splits["validation"].videos.num_videos == sum(
        len(list((REAL / "egogesture10" / "train" / name).iterdir())) for name in ("Up", "Down", "Star")
    )
    scenes = [
        {key.decode().split("_")[2] for key in ClipShards(tmp_path / "out", split).key_V.tolist()}
        for split in ("train", "validation", "test")
    ]
    assert not scenes[0] & scenes[1] and not scenes[1] & scenes[2]


def test_progress_is_said_with_rates_and_time_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "SAY_EVERY_S", 0.0)
    lines: list[str] = []
    run(replace(TOYS, procedural=replace(KNOBS, num_train=6)), tmp_path, say=lines.append)
    assert any(line.startswith("prepare toys: 4 of 12 videos, ") and line.endswith(" s left") for line in lines)
    assert "prepare toys: done, 12 videos, 33 clips" in lines


@pytest.mark.parametrize("kind", ["video_folders", "ucf101", "sports1m"])
def test_a_missing_source_says_which_option_to_give(kind: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="add --config videos=DIR"):
        run(replace(FILMS, kind=kind), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_kinds_and_strips_that_cannot_be_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"unknown kind of video data set 'folder'; allowed: procedural_videos, video_folders"):
        run(replace(FILMS, kind="folder"), tmp_path)
    huge = replace(TOYS, clips=replace(TOYS.clips, num_frames=3000))
    with pytest.raises(SourceError, match=r"strips of 96000 px; allowed: up to 65500 px"):
        run(huge, tmp_path)
