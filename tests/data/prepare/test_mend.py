"""Prepared data that turn out damaged when a job opens them are made whole by that job, which goes on."""

from __future__ import annotations

import pickle
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from repro.artifacts.dataset_json import FILE, read_dataset
from repro.artifacts.files import FileFormatError
from repro.data.files.prepared_from import FILE as SOURCE_FILE
from repro.data.files.prepared_from import PreparedFrom, prepared_from, remember_source
from repro.data.prepare.mend import mend
from repro.system.locks import LOCK_FILE
from repro.train.methods.mending import Mending, OtherSettings
from repro.train.networks.prepared import open_prepared
from tests.data.prepare.test_preparation import IMAGES, PHOTOS, damage, run
from tests.data.prepare.test_preparation import content as all_content
from tests.data.prepare.test_prepare import photo_tree


def content(folder: Path) -> dict[str, bytes]:
    """What is stored, without the lock and the note of where files lie."""
    return {name: stored for name, stored in all_content(folder).items() if name not in (LOCK_FILE, SOURCE_FILE)}


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("toys")
    run(IMAGES, folder)
    return folder


def opening(folder: Path, said: list[str], dataset=IMAGES) -> Mending:
    return Mending(open_data=open_prepared, datasets={folder: dataset}, num_threads=1, device="cpu", say=said.append)


@pytest.mark.parametrize("how", ["flipped", "empty", "gone"])
def test_whatever_a_job_finds_damaged_it_makes_whole_and_goes_on(how: str, original: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(original, tmp_path / "toys"))
    whole, described = content(folder), (folder / FILE).read_bytes()
    read = [read_dataset(original).images.mean_image.file, *(item.index.file for item in read_dataset(original).splits.values())]
    shards = [shard.file for item in read_dataset(original).splits.values() for shard in item.shards]
    for file in (*read, *shards):
        damage(folder / file, how)
        said: list[str] = []
        assert opening(folder, said)(folder).train.num_examples
        assert content(folder) == whole, file
        assert (folder / FILE).read_bytes() == described, "another description makes the workflow do again what it did"
        assert file in said[0] and any(f"{file} is not the file that was made" in line for line in said)
    damage(folder / FILE, how)
    assert opening(folder, [])(folder).train.num_examples
    assert content(folder) == whole


def test_what_was_never_prepared_is_no_damage(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match="does not exist; make it with python -m repro prepare"):
        opening(tmp_path, [])(tmp_path)
    assert not list(tmp_path.iterdir())


def test_data_that_were_prepared_by_other_settings_are_refused_and_stay(original: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(original, tmp_path / "toys"))
    before, now = content(folder), replace(IMAGES, stored_px=IMAGES.stored_px - 2)
    said = (
        rf"toys was prepared with stored_px {IMAGES.stored_px}, now {now.stored_px}; .*: python -m repro prepare --dataset toys;"
    )
    with pytest.raises(OtherSettings, match=said):
        opening(folder, [], dataset=now)(folder)
    assert content(folder) == before
    assert opening(folder, [], dataset=replace(IMAGES, title="called otherwise"))(folder).train.num_examples


def test_whole_data_are_opened_once_and_another_process_opens_them_plainly(original: Path) -> None:
    said: list[str] = []
    data = opening(original, said)
    assert data(original).train.num_examples and said == []
    assert pickle.loads(pickle.dumps(data)) is open_prepared


def test_users_files_are_read_again_from_where_they_lie_now(tmp_path: Path) -> None:
    root = photo_tree(tmp_path / "photos", per_class=2)
    folder = tmp_path / "out"
    run(PHOTOS, folder, source=root)
    remember_source(folder, root, max_left_out=0.5)
    assert prepared_from(folder) == PreparedFrom(source=str(root), max_left_out=0.5)
    whole = content(folder)
    damage(folder / "train-00000.tar", "flipped")
    moved = root.rename(tmp_path / "moved")
    with pytest.raises(FileFormatError, match=rf"{root}, from which it was prepared, is no folder; put the files back"):
        mend(PHOTOS, folder, num_threads=1, device="cpu", say=lambda line: None)
    remember_source(folder, moved, max_left_out=0.5)
    mend(PHOTOS, folder, num_threads=1, device="cpu", say=lambda line: None)
    assert content(folder) == whole
