"""Preparing a data set: complete or not there, the same bytes every time, restartable, and honest about what it refused."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from repro.artifacts.dataset_json import DatasetJson, ListedFiles, read_dataset
from repro.artifacts.files import sha256_bytes
from repro.data.generated.images import ProceduralSource
from repro.data.prepare.prepare import prepare
from repro.data.shards.images import Shards
from repro.data.sources.source import SourceError
from repro.spec.datasets import Dataset, Procedural
from repro.system import progress

KNOBS = Procedural(
    num_train=90,
    num_test=30,
    num_classes=3,
    image_px=16,
    clutter=1.0,
    occlusion=0.2,
    pose=10.0,
    illumination_train=0.1,
    illumination_test=0.1,
    cast_shift_test=0.2,
    label_noise=0.0,
    seed=1,
)
TOYS = Dataset(
    name="toys",
    kind="procedural",
    title="toys",
    stored_px=16,
    encoding="jpeg",
    num_validation=12,
    max_refused=0.0,
    procedural=KNOBS,
)
PHOTOS = Dataset(name="photos", kind="folders", title="photos", stored_px=16, encoding="jpeg", num_validation=0, max_refused=0.2)
#: Makes several shards of TOYS.
SMALL_SHARDS = 50_000


def run(dataset: Dataset, folder: Path, *, source: Path | None = None, **options: Any) -> DatasetJson:
    settings = {"num_threads": 1, "device": "cpu", "say": lambda line: None} | options
    prepare(dataset, folder=folder, source=source, **settings)
    return read_dataset(folder)


def photo(path: Path, seed: int, *, kind: str = "JPEG", size: tuple[int, int] = (24, 20)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    low = np.random.default_rng(seed).integers(0, 256, (4, 4, 3), dtype=np.uint8)
    Image.fromarray(low).resize(size, Image.Resampling.BICUBIC).save(path, kind, quality=90)
    return path


def photo_tree(root: Path, *, per_class: int = 4) -> Path:
    for c, name in enumerate(("ant", "bee")):
        for i in range(per_class):
            photo(root / "train" / name / f"{i}.jpg", 100 * c + i)
            photo(root / "val" / name / f"{i}.jpg", 1000 + 100 * c + i)
    return root


def hashes(folder: Path) -> dict[str, str]:
    return {
        p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.iterdir() if p.is_file() and p.name != "dataset.json"
    }


def without_time(dataset: DatasetJson) -> DatasetJson:
    return replace(dataset, wall_s=0.0)


@pytest.fixture(scope="module")
def toys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("toys")
    run(TOYS, folder)
    return folder


def test_what_is_stored_is_what_was_generated_without_another_compression(toys: Path) -> None:
    shards, source = Shards(toys, "test"), ProceduralSource(KNOBS)
    assert [image.tobytes() for image in shards.images(range(30))] == [source.read("test", i) for i in range(30)]
    assert shards.label_N.tolist() == [i % 3 for i in range(30)]


def test_the_held_out_images_come_from_train_evenly_over_the_classes(toys: Path) -> None:
    train, validation = Shards(toys, "train"), Shards(toys, "validation")
    assert (train.num_examples, validation.num_examples) == (78, 12)
    assert np.bincount(validation.label_N).tolist() == [4, 4, 4]
    assert not set(train.key_N.tolist()) & set(validation.key_N.tolist())


def test_the_statistics_are_those_of_the_training_images_without_the_held_out_ones(toys: Path) -> None:
    description = read_dataset(toys)
    train = Shards(toys, "train")
    images = np.stack([np.asarray(Image.open(io.BytesIO(f.tobytes()))) for f in train.images(range(78))]).astype(float)
    np.testing.assert_array_equal(np.load(toys / "mean_image.npy"), images.mean(axis=0).astype(np.float32))
    np.testing.assert_allclose(description.images.color.covariance, np.cov(images.reshape(-1, 3).T, ddof=0), rtol=1e-10)
    vectors, values = np.array(description.images.color.eigenvectors), np.array(description.images.color.eigenvalues)
    np.testing.assert_allclose(vectors * values @ vectors.T, description.images.color.covariance, rtol=1e-9)


def test_the_description_holds_what_other_stages_rely_on(toys: Path) -> None:
    description = read_dataset(toys)
    assert description.splits["train"].class_counts == (26, 26, 26)
    assert description.classes == ("apple", "fish", "house")
    assert description.refused == ListedFiles(file="refused.csv", sha256=sha256_bytes(b"split,file,reason\n"), num=0, share=0.0)
    assert (toys / "refused.csv").read_text() == "split,file,reason\n"
    assert description.num_bytes == sum(path.stat().st_size for path in toys.glob("*.tar"))
    for split in description.splits:
        Shards(toys, split).verify()


def test_two_preparations_give_the_same_bytes_whatever_the_number_of_threads(toys: Path, tmp_path: Path) -> None:
    description = run(TOYS, tmp_path, num_threads=3)
    assert hashes(tmp_path) == hashes(toys)
    assert without_time(description) == without_time(read_dataset(toys))


def test_a_prepared_set_is_left_alone_and_a_changed_spec_is_prepared_anew(tmp_path: Path) -> None:
    run(TOYS, tmp_path)
    before = (tmp_path / "dataset.json").stat().st_mtime_ns
    run(TOYS, tmp_path)
    assert (tmp_path / "dataset.json").stat().st_mtime_ns == before
    assert run(replace(TOYS, num_validation=0), tmp_path).splits.keys() == {"train", "test"}
    assert not list(tmp_path.glob("validation*"))


def test_a_prepared_set_that_lost_a_shard_is_prepared_again(tmp_path: Path) -> None:
    run(TOYS, tmp_path)
    (tmp_path / "test-00000.tar").unlink()
    run(TOYS, tmp_path)
    Shards(tmp_path, "test").verify()


class Dies:
    """Let a source die at its n-th example."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, at: int) -> None:
        self.num_read = 0
        read = ProceduralSource.read

        def counting(source: ProceduralSource, split: str, index: int) -> bytes:
            self.num_read += 1
            if self.num_read == at:
                raise KeyboardInterrupt
            return read(source, split, index)

        monkeypatch.setattr(ProceduralSource, "read", counting)


def test_a_preparation_killed_in_the_middle_goes_on_and_ends_with_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = run(TOYS, tmp_path / "whole", shard_bytes=SMALL_SHARDS)
    assert len(whole.splits["train"].shards) > 2
    dies = Dies(monkeypatch, at=70)
    with pytest.raises(KeyboardInterrupt):
        run(TOYS, tmp_path / "killed", shard_bytes=SMALL_SHARDS)
    assert not (tmp_path / "killed" / "dataset.json").exists()
    finished = len(list((tmp_path / "killed").glob("train-*.tar")))
    assert finished >= 1
    dies.num_read = 1000
    resumed = run(TOYS, tmp_path / "killed", shard_bytes=SMALL_SHARDS)
    assert dies.num_read - 1000 < 120  # finished shards were not made again
    assert hashes(tmp_path / "killed") == hashes(tmp_path / "whole")
    assert without_time(resumed) == without_time(whole)


def test_a_finished_shard_that_was_damaged_before_the_restart_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Dies(monkeypatch, at=70)
    with pytest.raises(KeyboardInterrupt):
        run(TOYS, tmp_path, shard_bytes=SMALL_SHARDS)
    shard = tmp_path / "train-00000.tar"
    shard.write_bytes(shard.read_bytes()[:-5] + b"wrong")
    run(TOYS, tmp_path, shard_bytes=SMALL_SHARDS)
    Shards(tmp_path, "train").verify()


def test_a_journal_of_another_specification_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Dies(monkeypatch, at=70)
    with pytest.raises(KeyboardInterrupt):
        run(TOYS, tmp_path / "a", shard_bytes=SMALL_SHARDS)
    other = replace(TOYS, procedural=replace(KNOBS, seed=2))
    run(other, tmp_path / "a", shard_bytes=SMALL_SHARDS)
    run(other, tmp_path / "b", shard_bytes=SMALL_SHARDS)
    assert hashes(tmp_path / "a") == hashes(tmp_path / "b")


def test_progress_is_said_with_rate_and_time_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "SAY_EVERY_S", 0.0)
    lines: list[str] = []
    run(TOYS, tmp_path, say=lines.append)
    assert any(line.startswith("prepare toys: 64 of 120 images, ") and line.endswith(" s left") for line in lines)


def test_bad_files_are_listed_with_reasons_and_the_rest_is_stored(tmp_path: Path) -> None:
    root = photo_tree(tmp_path / "photos", per_class=8)
    good = (root / "train" / "ant" / "0.jpg").read_bytes()
    (root / "train" / "ant" / "0.jpg").write_bytes(good[:-20])
    (root / "train" / "bee" / "1.jpg").write_bytes(b"")
    (root / "val" / "bee" / "2.jpg").write_bytes(b"GIF89a no picture")
    description = run(PHOTOS, tmp_path / "out", source=root)
    with open(tmp_path / "out" / "refused.csv") as stream:
        rows = {(row["split"], row["file"]): row["reason"] for row in csv.DictReader(stream)}
    assert rows.keys() == {("train", "train/ant/0.jpg"), ("train", "train/bee/1.jpg"), ("test", "val/bee/2.jpg")}
    assert "damaged or cut off" in rows["train", "train/ant/0.jpg"]
    assert rows["train", "train/bee/1.jpg"] == "empty file"
    assert (description.refused.num, description.refused.share) == (3, 3 / 32)
    assert description.splits["train"].num_examples == 14
    assert b"ant/0" not in Shards(tmp_path / "out", "train").key_N.tolist()


def test_more_bad_files_than_allowed_fail_with_share_limit_and_list(tmp_path: Path) -> None:
    root = photo_tree(tmp_path / "photos")
    (root / "val" / "bee" / "2.jpg").write_bytes(b"no picture")
    expected = r"1 of 16 images of 'photos' \(6\.25%\) cannot be used; allowed: 5\.00%.*refused\.csv"
    with pytest.raises(SourceError, match=expected):
        run(replace(PHOTOS, max_refused=0.05), tmp_path / "out", source=root)
    assert not (tmp_path / "out" / "dataset.json").exists()
    assert "val/bee/2.jpg" in (tmp_path / "out" / "refused.csv").read_text()
    photo(root / "val" / "bee" / "2.jpg", 5)
    assert run(replace(PHOTOS, max_refused=0.05), tmp_path / "out", source=root).refused.num == 0


def test_a_class_whose_training_files_are_all_bad_is_an_error(tmp_path: Path) -> None:
    root = photo_tree(tmp_path / "photos", per_class=2)
    for path in (root / "train" / "bee").iterdir():
        path.write_bytes(b"no picture")
    with pytest.raises(SourceError, match="no training image is left of bee"):
        run(replace(PHOTOS, max_refused=0.9), tmp_path / "out", source=root)
    assert not (tmp_path / "out" / "dataset.json").exists()


def test_conversions_and_files_in_both_splits_are_listed_as_warnings(tmp_path: Path) -> None:
    root = photo_tree(tmp_path / "photos")
    Image.open(root / "train" / "ant" / "0.jpg").convert("L").save(root / "train" / "ant" / "0.jpg", "JPEG")
    photo(root / "train" / "ant" / "1.jpg", 9, kind="PNG")
    (root / "val" / "bee" / "0.jpg").write_bytes((root / "train" / "bee" / "3.jpg").read_bytes())
    warnings = run(PHOTOS, tmp_path / "out", source=root).warnings
    assert "1 greyscale images were stored as RGB" in warnings
    assert "1 files are of another format than their name says; the content was believed" in warnings
    assert "1 test images are also training images, byte for byte: bee/0 = bee/3" in warnings


def test_stored_photos_are_squares_of_the_asked_size_in_either_encoding(tmp_path: Path) -> None:
    root = photo_tree(tmp_path / "photos", per_class=2)
    run(PHOTOS, tmp_path / "jpeg", source=root)
    run(replace(PHOTOS, encoding="raw"), tmp_path / "raw", source=root)
    compressed, exact = Shards(tmp_path / "jpeg", "train"), Shards(tmp_path / "raw", "train")
    assert compressed.key_N.tolist() == exact.key_N.tolist()
    for file, pixels in zip(compressed.images(range(4)), exact.images(range(4)), strict=True):
        decoded = np.asarray(Image.open(io.BytesIO(file.tobytes())))
        assert decoded.shape == pixels.shape == (16, 16, 3)
        assert np.abs(decoded.astype(int) - pixels).mean() < 6  # quality 95 with halved chroma


def test_a_changed_source_file_is_noticed(tmp_path: Path) -> None:
    root = photo_tree(tmp_path / "photos")
    run(PHOTOS, tmp_path / "out", source=root)
    before = hashes(tmp_path / "out")
    photo(root / "train" / "ant" / "0.jpg", 77)
    run(PHOTOS, tmp_path / "out", source=root)
    assert hashes(tmp_path / "out") != before


@pytest.mark.parametrize("kind", ["folders", "ilsvrc2012"])
def test_a_missing_source_says_which_option_to_give(kind: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="add --config images=DIR"):
        run(replace(PHOTOS, kind=kind), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_unknown_kind_is_named_with_those_that_exist(tmp_path: Path) -> None:
    with pytest.raises(
        SourceError, match=r"unknown kind of data set 'folder'; allowed: procedural, cifar10, folders, unsplit_folders,"
    ):
        run(replace(PHOTOS, kind="folder"), tmp_path)
