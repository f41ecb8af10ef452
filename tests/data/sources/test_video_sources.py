"""Class folders, UCF-101's lists and Sports-1M's partition files are read as their authors mean them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from repro.data.files.left_out import ABSENT, HIDDEN, NOT_LISTED
from repro.data.sources.source import SourceError, as_bytes
from repro.data.sources.sports1m import Sports1mSource, read_partition, video_id
from repro.data.sources.ucf101 import Ucf101Source
from repro.data.sources.video_folders import VideoFoldersSource
from repro.data.sources.video_source import VideoListing, groups_of, label_matrix, split_validation_videos
from repro.spec.video_datasets import ClassGroup

REAL = Path(__file__).parents[4] / "shared" / "data"


def touch(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(name.encode())
    return root


def tree(root: Path) -> Path:
    return touch(root, *(f"{split}/{name}/{i}.mp4" for split in ("train", "test") for name in ("run", "walk") for i in range(3)))


def files(source: object, split: str) -> dict[str, list[int]]:
    listing: VideoListing = source.listings[split]  # type: ignore[attr-defined]
    labels = [[label for label in row if label >= 0] for row in listing.label_NL.tolist()]
    return dict(zip((file.decode() for file in listing.file_N.tolist()), labels, strict=True))


def test_class_folders_of_every_container_are_read(tmp_path: Path) -> None:
    root = touch(
        tree(tmp_path), "train/run/a.AVI", "train/run/deep/b.mkv", "train/walk/c.webm", "train/walk/notes.txt", "train/.x/y.mp4"
    )
    source = VideoFoldersSource(root)
    assert source.classes == ("run", "walk")
    found = files(source, "train")
    assert {"train/run/a.AVI", "train/run/deep/b.mkv", "train/walk/c.webm"} < found.keys()
    assert len(found) == 9
    assert found["train/walk/c.webm"] == [1]
    assert {row.reason: row.num for row in source.files.left_out.rows} == {HIDDEN: 1, "left out: .txt: no video by the name": 1}
    path = source.content("train", 0)
    assert path == root / source.listings["train"].file_N[0].decode()


def test_linked_folders_are_followed_but_not_in_circles(tmp_path: Path) -> None:
    root = tree(tmp_path / "tree")
    touch(tmp_path / "elsewhere", "0.mp4", "more/1.mp4")
    (root / "train" / "swim").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "back").symlink_to(root / "train")
    found = files(VideoFoldersSource(root), "train")
    assert {name for name in found if "swim" in name} == {"train/swim/0.mp4", "train/swim/more/1.mp4"}


@pytest.mark.parametrize(
    ("remove", "message"),
    [
        ("test", "test does not exist; expected {train,test}/<class>/\\*"),
        ("train/run", "train holds videos of 1 classes"),
        ("test/run test/walk", "test holds no video"),
    ],
)
def test_a_tree_of_another_shape_says_what_is_expected(remove: str, message: str, tmp_path: Path) -> None:
    root = tree(tmp_path)
    for name in remove.split():
        (root / name).rename(tmp_path.parent / f"{tmp_path.name}-{name.replace('/', '-')}")
    with pytest.raises(SourceError, match=message):
        VideoFoldersSource(root)


def test_a_class_of_test_alone_is_an_error(tmp_path: Path) -> None:
    touch(tree(tmp_path), "test/swim/0.mp4")
    with pytest.raises(SourceError, match="classes without training videos: swim"):
        VideoFoldersSource(tmp_path)


def listing_of(keys: list[str], labels: list[int]) -> VideoListing:
    key_N = as_bytes(keys)
    return VideoListing(file_N=key_N, key_N=key_N, label_NL=label_matrix([(i,) for i in labels]), group_N=groups_of(key_N))


def test_a_scene_is_not_divided_when_videos_are_held_out_and_classes_stay_in_proportion() -> None:
    keys = [f"c{label}/v_c{label}_g{group:02d}_c{take:02d}" for label in range(3) for group in range(10) for take in range(1, 4)]
    listing = listing_of(keys, [int(key[1]) for key in keys])
    parts = split_validation_videos(listing, num_validation=20)
    groups = [{bytes(group) for group in listing.group_N[positions]} for positions in parts.values()]
    assert not groups[0] & groups[1]
    assert len(parts["train"]) + len(parts["validation"]) == 90
    # Each scene has nine videos, three of each class: two scenes are nearest to 20 videos.
    assert np.bincount(listing.label_NL[parts["validation"], 0]).tolist() == [6, 6, 6]


def test_without_scenes_exactly_as_many_as_asked_are_held_out() -> None:
    listing = listing_of([f"c{i % 3}/{i}" for i in range(30)], [i % 3 for i in range(30)])
    parts = split_validation_videos(listing, num_validation=7)
    assert sorted(np.bincount(listing.label_NL[parts["validation"], 0]).tolist()) == [2, 2, 3]
    assert split_validation_videos(listing, num_validation=0).keys() == {"train"}
    with pytest.raises(SourceError, match="num_validation is 30; allowed: below the 30 training videos"):
        split_validation_videos(listing, num_validation=30)


def ucf(root: Path) -> Path:
    touch(root, *(f"UCF-101/{name}/v_{name}_g0{g}_c01.avi" for name in ("Archery", "Bowling") for g in (1, 2, 3)))
    lists = root / "ucfTrainTestlist"
    lists.mkdir()
    (lists / "classInd.txt").write_text("1 Archery\r\n2 Bowling\r\n")
    for fold, test in ((1, 1), (2, 2)):
        train = [g for g in (1, 2, 3) if g != test]
        lines = [f"{n}/v_{n}_g0{g}_c01.avi {k}" for k, n in ((1, "Archery"), (2, "Bowling")) for g in train]
        (lists / f"trainlist0{fold}.txt").write_text("\n".join(lines) + "\n")
        (lists / f"testlist0{fold}.txt").write_text(
            "\n".join(f"{n}/v_{n}_g0{test}_c01.avi" for n in ("Archery", "Bowling")) + "\n"
        )
    return root


def test_each_fold_of_ucf101_is_read_by_its_lists(tmp_path: Path) -> None:
    root = ucf(tmp_path)
    for fold in (1, 2):
        source = Ucf101Source(root, fold=fold)
        assert source.classes == ("Archery", "Bowling")
        assert files(source, "test") == {f"Archery/v_Archery_g0{fold}_c01.avi": [0], f"Bowling/v_Bowling_g0{fold}_c01.avi": [1]}
        assert len(files(source, "train")) == 4
        content = source.content("test", 0)
        assert isinstance(content, Path) and content.is_file()
    with pytest.raises(SourceError, match=r"no classInd\.txt, trainlist03\.txt, testlist03\.txt"):
        Ucf101Source(root, fold=3)


def test_listed_videos_are_found_under_other_capitals_and_letters_forms_and_said(tmp_path: Path) -> None:
    root = ucf(tmp_path)
    folder = root / "UCF-101" / "Archery"
    (folder / "v_Archery_g01_c01.avi").rename(folder / "v_archery_g01_c01.AVI")
    source = Ucf101Source(root, fold=1)
    place = [i for i, name in enumerate(source.listings["test"].file_N.tolist()) if name.startswith(b"Archery")]
    assert source.content("test", place[0]) == folder / "v_archery_g01_c01.AVI"
    assert source.warnings == (
        "1 listed videos have files whose names differ in capitals or in a letter's form: "
        "Archery/v_Archery_g01_c01.avi is Archery/v_archery_g01_c01.AVI",
    )
    (root / "UCF-101" / "Bowling").rename(root / "UCF-101" / "BowLing")
    assert len(files(Ucf101Source(root, fold=1), "train")) == 4
    (root / "UCF-101" / "BowLing").rename(root / "UCF-101" / "Bowlin")
    with pytest.raises(SourceError, match=r"none of the listed videos of class 'Bowling' lies in .*; 'Bowlin' is there"):
        Ucf101Source(root, fold=1)


def test_videos_of_no_list_are_counted(tmp_path: Path) -> None:
    root = touch(ucf(tmp_path), "UCF-101/Archery/extra.avi", "UCF-101/Archery/notes.txt")
    rows = Ucf101Source(root, fold=1).files.left_out.rows
    assert [(row.num, row.example, row.counts) for row in rows if row.reason == NOT_LISTED] == [
        (1, "UCF-101/Archery/extra.avi", True)
    ]


def test_the_groups_of_ucf101_are_those_of_the_users_list(tmp_path: Path) -> None:
    root = ucf(tmp_path)
    before = Ucf101Source(root, fold=1)
    groups = root / "ucfTrainTestlist" / "groups.txt"
    groups.write_text("Bowling Sports\nArchery  Target sports \n")
    source = Ucf101Source(root, fold=1)
    assert (before.groups, source.groups) == ({}, {"Archery": "Target sports", "Bowling": "Sports"})
    for text in ("Archery Sports\n", "Archery Sports\nBowling\n", "Archery A\nBowling B\nBowling C\n", "Archery A\nBowl B\n"):
        groups.write_text(text)
        with pytest.raises(SourceError, match=r"groups\.txt does not say once for each of the 2 classes"):
            Ucf101Source(root, fold=1)


@pytest.mark.parametrize("place", ["groups.txt", "lists/groups.txt"])
def test_class_folders_may_say_of_which_group_each_class_is(tmp_path: Path, place: str) -> None:
    root = tree(tmp_path)
    assert VideoFoldersSource(root).groups == {}
    (root / place).parent.mkdir(exist_ok=True)
    (root / place).write_text("walk Body motion\nrun Sports\n")
    source = VideoFoldersSource(root)
    assert source.groups == {"run": "Sports", "walk": "Body motion"}
    assert place in {file.name for file in source.files.all}
    for text in ("run Sports\n", "run Sports\nwalk\n", "run Sports\nwalk Sports\nswim Sports\n", ""):
        (root / place).write_text(text)
        with pytest.raises(SourceError, match=r"groups\.txt does not say once for each of the 2 classes"):
            VideoFoldersSource(root)


def test_the_groups_of_the_data_set_are_taken_where_the_user_has_no_list(tmp_path: Path) -> None:
    root = ucf(tmp_path)
    groups = (ClassGroup(name="Sports", classes=("ARCHERY", "Fencing")), ClassGroup(name="Other", classes=("Haircut",)))
    assert Ucf101Source(root, fold=1, groups=groups).groups == {"Archery": "Sports"}
    (root / "ucfTrainTestlist" / "groups.txt").write_text("Archery Target\nBowling Target\n")
    assert Ucf101Source(root, fold=1, groups=groups).groups == {"Archery": "Target", "Bowling": "Target"}


@pytest.mark.parametrize("line", ["Archery/a.avi 2", "Swimming/a.avi 1", "Archery/a.avi 1 1"])
def test_a_wrong_line_of_a_list_is_named(line: str, tmp_path: Path) -> None:
    root = ucf(tmp_path)
    with open(root / "ucfTrainTestlist" / "trainlist01.txt", "a") as stream:
        stream.write(line + "\n")
    with pytest.raises(SourceError, match=r"trainlist01\.txt:5 is"):
        Ucf101Source(root, fold=1)


@pytest.mark.skipif(not (REAL / "egogesture10").is_dir(), reason="no egogesture10 beside the checkout")
def test_the_lists_and_the_folders_of_egogesture_say_the_same() -> None:
    lists, folders = Ucf101Source(REAL / "egogesture10", fold=1), VideoFoldersSource(REAL / "egogesture10")
    assert lists.classes == folders.classes
    for split in ("train", "test"):
        assert {f"{split}/{name}": labels for name, labels in files(lists, split).items()} == files(folders, split)
        assert all(isinstance(path := lists.content(split, i), Path) and path.is_file() for i in range(5))


def sports(root: Path) -> Path:
    (root / "labels.txt").write_text("boomerang\nboxing\nbowling\n")
    (root / "train_partition.txt").write_text(
        "https://www.youtube.com/watch?v=aaaaaaaaaa1 0\nhttps://www.youtube.com/watch?v=-bbbbbbbbb2 1,2\n"
        "http://www.youtube.com/watch?v=gone_______ 2\n"
    )
    (root / "test_partition.txt").write_text("https://youtu.be/ccccccccc_3 2,0\n")
    return touch(
        root,
        "videos/aaaaaaaaaa1.mp4",
        "videos/x/-bbbbbbbbb2.webm",
        "videos/ccccccccc_3.mkv",
        "videos/other.mp4",
        "videos/aaaaaaaaaa1.part",
    )


def test_sports1m_is_what_the_partition_files_list_and_the_user_has(tmp_path: Path) -> None:
    source = Sports1mSource(sports(tmp_path))
    assert source.classes == ("boomerang", "boxing", "bowling")
    assert files(source, "train") == {"videos/aaaaaaaaaa1.mp4": [0], "videos/x/-bbbbbbbbb2.webm": [1, 2]}
    assert files(source, "test") == {"videos/ccccccccc_3.mkv": [2, 0]}
    assert source.missing == (("train", "gone_______"),)
    assert source.warnings == ("1 of the 3 videos of train_partition.txt are missing",)
    assert {row.reason: (row.num, row.example) for row in source.files.left_out.rows} == {
        NOT_LISTED: (1, "videos/other.mp4"),
        ABSENT: (1, "gone_______"),
        "left out: .part: no video by the name": (1, "videos/aaaaaaaaaa1.part"),
    }
    content = source.content("test", 0)
    assert isinstance(content, Path) and content.is_file()


def test_a_split_without_any_video_is_an_error(tmp_path: Path) -> None:
    root = sports(tmp_path)
    (root / "videos" / "ccccccccc_3.mkv").unlink()
    with pytest.raises(SourceError, match=r"none of the 1 videos of test_partition\.txt .* such as ccccccccc_3\.mp4"):
        Sports1mSource(root)


@pytest.mark.parametrize("line", ["https://www.youtube.com/watch?v=abc 3", "https://www.youtube.com/watch?v=abc", "1,2", "x y,z"])
def test_a_wrong_line_of_a_partition_is_named(line: str, tmp_path: Path) -> None:
    (tmp_path / "p.txt").write_text(f"https://www.youtube.com/watch?v=abc 0\n{line}\n")
    with pytest.raises(SourceError, match=r"p\.txt:2 is .*labels from 0 to 2"):
        read_partition(tmp_path / "p.txt", num_classes=3)


def test_the_id_is_found_in_every_form_of_address() -> None:
    addresses = (
        "https://www.youtube.com/watch?v=a-B_9&feature=x",
        "http://youtu.be/a-B_9",
        "https://www.youtube.com/watch?x=1&v=a-B_9",
    )
    assert [video_id(address) for address in addresses] == ["a-B_9"] * 3
