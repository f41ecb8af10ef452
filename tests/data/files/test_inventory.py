"""Whatever changes in a user's files is noticed by names, sizes and times; what only looks changed is compared and kept."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from repro.data.files import inventory
from repro.data.files.inventory import Changes, compared, read_inventory, write_inventory
from repro.data.files.places import CIFAR10_ARCHIVE, CIFAR10_FOLDER, CIFAR10_TEST, CIFAR10_TRAIN, files_of
from repro.data.files.reading import content_hash
from repro.data.files.watch import SourceState, source_state
from repro.spec.datasets import DATASET_KINDS
from repro.spec.video_datasets import VIDEO_KINDS
from tests.data.files.test_found import write

MOST = 2**30
#: For each kind of source the files that it reads, examples first.
KINDS: dict[str, tuple[str, ...]] = {
    "folders": ("train/a/1.jpg", "train/b/2.png", "val/a/3.jpg"),
    "unsplit_folders": ("a/1.jpg", "b/deep/2.png"),
    "ilsvrc2012": ("train/n1/1.JPEG", "val/v1.JPEG", "val.txt"),
    "ilsvrc2010": ("train/n1/1.JPEG", "test/t1.JPEG", "ILSVRC2010_test_ground_truth.txt", "devkit-1.0/data/meta.mat"),
    "cifar10": tuple(f"{CIFAR10_FOLDER}/{name}" for name in CIFAR10_TRAIN + CIFAR10_TEST),
    "video_folders": ("train/a/1.mp4", "test/a/2.avi"),
    "ucf101": ("UCF-101/A/1.avi", "lists/classInd.txt", "lists/trainlist01.txt", "lists/testlist01.txt"),
    "sports1m": ("videos/x/1.mp4", "labels.txt", "original/train_partition.txt", "test_partition.txt"),
}


def prepared_from(kind: str, root: Path, folder: Path) -> SourceState:
    """Store what `prepare` stores of the files of a source, all of which it has read."""
    files = files_of(root, kind)
    now = compared(files, None, most_bytes=MOST)
    write_inventory(folder, now.read({file.name: content_hash(root / file.name, most=MOST) for file in files.all}))
    return source_state(kind, root, prepared=folder)


@pytest.fixture(params=KINDS)
def source(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Path, Path]:
    root = write(tmp_path / "source", *KINDS[request.param])
    folder = tmp_path / "prepared"
    folder.mkdir()
    return request.param, root, folder


def test_every_kind_of_the_users_data_is_watched_and_generated_data_need_not_be() -> None:
    assert set(KINDS) == {*DATASET_KINDS, *VIDEO_KINDS} - {"procedural", "procedural_videos"}
    assert source_state("procedural", Path("nowhere"), prepared=Path("nowhere")) == SourceState(state="")


def replace_(path: Path) -> None:
    path.write_bytes(path.read_bytes()[::-1])


def replace_secretly(path: Path) -> None:
    """Another file of the same size and time, as `cp -p` and `rsync` leave."""
    status = path.stat()
    path.write_bytes(path.read_bytes()[::-1])
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def swap(path: Path) -> None:
    other = path.with_name(f"{path.name}.other")
    other.write_bytes(path.read_bytes()[::-1])
    os.replace(other, path)


REAL: dict[str, tuple[Callable[[Path], object], str]] = {
    "replaced": (replace_, "1 file replaced"),
    "replaced by one of the same size and time": (replace_secretly, "1 file replaced"),
    "replaced by renaming": (swap, "1 file replaced"),
    "made longer": (lambda path: path.write_bytes(path.read_bytes() + b"x"), "1 file replaced"),
    "emptied": (lambda path: path.write_bytes(b""), "1 file replaced"),
    "removed": (lambda path: path.unlink(), "1 file removed"),
    "replaced by a link to nowhere": (lambda path: (path.unlink(), path.symlink_to("nowhere")), "1 file"),
}


@pytest.mark.parametrize("how", REAL)
def test_every_change_of_every_file_of_every_kind_is_noticed_and_said(how: str, source: tuple[str, Path, Path]) -> None:
    kind, root, folder = source
    change, text = REAL[how]
    for name in KINDS[kind]:
        before = prepared_from(kind, root, folder)
        assert before == source_state(kind, root, prepared=folder) and before.changes == ""
        shutil.copytree(root, root.with_name("kept"), symlinks=True)
        change(root / name)
        after = source_state(kind, root, prepared=folder)
        assert after.state != before.state, name
        assert after.changes.startswith(text), name
        shutil.rmtree(root)
        root.with_name("kept").rename(root)
        assert source_state(kind, root, prepared=folder) == before  # put back: compared by their bytes


def touch_all(root: Path) -> Path:
    for path in root.rglob("*"):
        os.utime(path, (1, 1))
    return root


def copied(root: Path) -> Path:
    return shutil.copytree(root, root.with_name("copy"))


def changed_mode(root: Path) -> Path:
    for path in root.rglob("*"):
        path.chmod(0o755)
    return root


def written_again(root: Path) -> Path:
    for path in root.rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes())
    return root


SAME: dict[str, Callable[[Path], Path]] = {
    "touched": touch_all,
    "copied": copied,
    "moved": lambda root: root.rename(root.with_name("moved")),
    "another mode": changed_mode,
    "written again": written_again,
    "behind a link": lambda root: (root.with_name("link").symlink_to(root), root.with_name("link"))[1],
}


@pytest.mark.parametrize("how", SAME)
def test_the_same_bytes_are_the_same_whatever_their_times_and_wherever_they_lie(how: str, source: tuple[str, Path, Path]) -> None:
    kind, root, folder = source
    before = prepared_from(kind, root, folder)
    assert source_state(kind, SAME[how](root), prepared=folder) == before


def test_files_are_hashed_only_where_their_status_differs_and_only_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write(tmp_path / "source", *(f"train/a/{i}.jpg" for i in range(5)), "val/a/1.jpg")
    (tmp_path / "prepared").mkdir()
    prepared_from("folders", root, tmp_path / "prepared")
    hashed: list[str] = []
    monkeypatch.setattr(inventory, "content_hash", lambda path, most: hashed.append(path.name) or content_hash(path, most=most))
    source_state("folders", root, prepared=tmp_path / "prepared")
    assert hashed == []
    os.utime(root / "train/a/3.jpg", (1, 1))
    for _ in range(3):
        assert source_state("folders", root, prepared=tmp_path / "prepared").changes == ""
    assert hashed == ["3.jpg"]
    (root / "train/a/2.jpg").write_bytes(b"another")
    assert source_state("folders", root, prepared=tmp_path / "prepared").changes == "1 file replaced"
    os.chmod(tmp_path / "prepared", 0o755)


def test_pictures_that_are_not_decoded_are_watched_too_and_files_that_are_none_are_not(tmp_path: Path) -> None:
    root = write(tmp_path / "source", *KINDS["folders"])
    (tmp_path / "prepared").mkdir()
    before = prepared_from("folders", root, tmp_path / "prepared")
    write(root, "train/a/notes.txt", "train/a/.hidden.jpg", "list.csv", "other/a/1.jpg")
    assert source_state("folders", root, prepared=tmp_path / "prepared") == before
    write(root, "train/a/1.heic", "train/b/2.heic")
    assert source_state("folders", root, prepared=tmp_path / "prepared").changes == "2 files added"


def test_another_fold_of_ucf101_depends_on_its_own_lists(tmp_path: Path) -> None:
    root = write(tmp_path / "source", *KINDS["ucf101"], "lists/trainlist02.txt")
    before = source_state("ucf101", root, prepared=tmp_path)
    (root / "lists/trainlist02.txt").write_text("changed")
    assert source_state("ucf101", root, prepared=tmp_path) == before
    assert source_state("ucf101", root, prepared=tmp_path, fold=2) != before


def test_published_files_have_no_state_while_they_are_those_that_were_read(tmp_path: Path) -> None:
    root = write(tmp_path / "source", CIFAR10_ARCHIVE)
    (tmp_path / "prepared").mkdir()
    assert source_state("cifar10", root, prepared=tmp_path / "prepared", fixed=True) == SourceState(state="")
    prepared_from("cifar10", root, tmp_path / "prepared")
    os.utime(root / CIFAR10_ARCHIVE, (1, 1))
    assert source_state("cifar10", root, prepared=tmp_path / "prepared", fixed=True) == SourceState(state="")
    (root / CIFAR10_ARCHIVE).write_bytes(b"another")
    changed = source_state("cifar10", root, prepared=tmp_path / "prepared", fixed=True)
    assert changed.state and changed.changes == "1 file replaced"


def test_published_files_that_were_replaced_are_prepared_from_once(tmp_path: Path) -> None:
    """The state that the workflow compares is the same before and after the preparation that a change asks for."""
    folder = tmp_path / "prepared"
    folder.mkdir()
    root = write(tmp_path / "source", *KINDS["cifar10"])

    def state() -> SourceState:
        return source_state("cifar10", root, prepared=folder, fixed=True)

    def prepare() -> None:
        files = files_of(root, "cifar10")
        contents = {file.name: content_hash(root / file.name, most=MOST) for file in files.all}
        write_inventory(folder, compared(files, read_inventory(folder), most_bytes=MOST).read(contents))

    seen = [state().state]
    prepare()
    for change in (
        lambda: write(root, CIFAR10_ARCHIVE),
        lambda: (root / CIFAR10_ARCHIVE).write_bytes(b"another"),
        lambda: (root / CIFAR10_ARCHIVE).unlink(),
    ):
        assert state() == SourceState(state=seen[-1]), "nothing has changed since it was prepared from"
        change()
        asked = state()
        assert asked.changes and asked.state not in seen[1:]
        seen.append(asked.state)
        prepare()
        assert state() == SourceState(state=asked.state)


def test_a_damaged_inventory_means_that_nothing_is_known(tmp_path: Path) -> None:
    root = write(tmp_path / "source", *KINDS["folders"])
    (tmp_path / "prepared").mkdir()
    prepared_from("folders", root, tmp_path / "prepared")
    path = tmp_path / "prepared" / inventory.INVENTORY
    whole = path.read_bytes()
    for content in (b"", whole[:100], whole[: len(whole) // 2], b"x" * 500, whole[::-1]):
        path.write_bytes(content)
        assert read_inventory(tmp_path / "prepared") is None
        assert source_state("folders", root, prepared=tmp_path / "prepared").state


def test_what_changed_is_said_in_one_line() -> None:
    assert Changes(added=3, replaced=1).text == "3 files added, 1 replaced"
    assert Changes(removed=1).text == "1 file removed"
    assert Changes(added=1, removed=2, replaced=3, touched=4).text == "1 file added, 2 removed, 3 replaced"
    assert Changes(touched=9).text == ""
