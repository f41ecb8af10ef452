"""Prepared data: what is written is what is read, by us and by any tar reader."""

from __future__ import annotations

import tarfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repro.artifacts.dataset_json import write_dataset
from repro.artifacts.files import FileFormatError, sha256_file
from repro.data.shards.images import Shards
from repro.data.shards.writer import ShardRecord, ShardWriter, write_index
from tests.described import dataset_of_images, split_of

PAYLOADS = [(b"a/one", b"\xff\xd8first", 3), (b"a/two", b"\xff\xd8" + bytes(600), 0), (b"b/three", b"\xff\xd8", 12)]


def write_split(
    folder: Path, shards: list[list[tuple[bytes, bytes, int]]], *, encoding: str = "jpeg", stored_px: int = 1
) -> list[ShardRecord]:
    records = []
    for number, examples in enumerate(shards):
        with ShardWriter(folder / f"train-{number:05d}.tar", encoding=encoding) as writer:
            for key, payload, label in examples:
                writer.add(key, payload=payload, label=label)
        records.append(writer.record)
    write_index(folder / "train.index.npz", records)
    splits = {"train": split_of(folder, "train", records, num_classes=2)}
    write_dataset(folder, dataset_of_images(splits, classes=("x", "y"), stored_px=stored_px, encoding=encoding))
    return records


def test_every_example_is_read_back_from_several_shards_in_any_order(tmp_path: Path) -> None:
    write_split(tmp_path, [PAYLOADS[:2], PAYLOADS[2:]])
    shards = Shards(tmp_path, "train")
    assert [image.tobytes() for image in shards.images([2, 0, 1])] == [PAYLOADS[2][1], PAYLOADS[0][1], PAYLOADS[1][1]]
    assert shards.label_N.tolist() == [3, 0, 12]
    assert shards.key_N.tolist() == [b"a/one", b"a/two", b"b/three"]
    assert (shards.num_examples, shards.num_classes, shards.classes) == (3, 2, ("x", "y"))


def test_a_shard_is_a_plain_tar_with_payload_and_label_beside_each_other(tmp_path: Path) -> None:
    write_split(tmp_path, [PAYLOADS])
    with tarfile.open(tmp_path / "train-00000.tar") as archive:
        members = archive.getmembers()
        contents = {member.name: archive.extractfile(member).read() for member in members}  # type: ignore[union-attr]
    assert [member.name for member in members][:2] == ["a/one.jpg", "a/one.cls"]
    assert contents["a/two.jpg"] == PAYLOADS[1][1]
    assert contents["b/three.cls"] == b"12"
    assert {(m.mtime, m.uid, m.gid, m.uname, m.mode) for m in members} == {(0, 0, 0, "", 0o644)}


def test_a_key_longer_than_a_tar_header_holds_keeps_its_payload_in_place(tmp_path: Path) -> None:
    long = b"c/" + b"k" * 300
    write_split(tmp_path, [[(long, b"payload", 1)]])
    assert Shards(tmp_path, "train").images([0])[0].tobytes() == b"payload"
    with tarfile.open(tmp_path / "train-00000.tar") as archive:
        assert archive.getnames() == [long.decode() + ".jpg", long.decode() + ".cls"]


def test_the_same_examples_give_the_same_bytes(tmp_path: Path) -> None:
    write_split(tmp_path / "one", [PAYLOADS])
    write_split(tmp_path / "two", [PAYLOADS])
    for name in ("train-00000.tar", "train.index.npz"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_the_recorded_hash_is_that_of_the_file(tmp_path: Path) -> None:
    record = write_split(tmp_path, [PAYLOADS])[0]
    assert record.sha256 == sha256_file(tmp_path / "train-00000.tar")
    assert record.num_bytes == (tmp_path / "train-00000.tar").stat().st_size


def test_raw_images_come_back_as_height_width_rgb_without_a_copy(tmp_path: Path) -> None:
    pixels = np.arange(2 * 2 * 3, dtype=np.uint8)
    write_split(tmp_path, [[(b"k", pixels.tobytes(), 0)]], encoding="raw", stored_px=2)
    shards = Shards(tmp_path, "train")
    first, again = shards.images([0, 0])
    assert np.array_equal(first, pixels.reshape(2, 2, 3))
    assert np.shares_memory(first, again)
    assert not first.flags.writeable


def test_a_writer_that_fails_leaves_no_shard(tmp_path: Path) -> None:
    def write() -> None:
        with ShardWriter(tmp_path / "s.tar", encoding="jpeg") as writer:
            writer.add(b"fine", payload=b"x", label=0)
            writer.add(b"not.fine", payload=b"x", label=0)

    with pytest.raises(ValueError, match="holds a dot"):
        write()
    assert list(tmp_path.iterdir()) == []


def test_verify_names_the_file_in_which_one_bit_flipped(tmp_path: Path) -> None:
    write_split(tmp_path, [PAYLOADS[:1], PAYLOADS[1:]])
    shards = Shards(tmp_path, "train")
    shards.verify()
    damaged = bytearray((tmp_path / "train-00001.tar").read_bytes())
    damaged[600] ^= 1
    (tmp_path / "train-00001.tar").write_bytes(damaged)
    with pytest.raises(FileFormatError, match=r"train-00001\.tar"):
        Shards(tmp_path, "train").verify()


def test_a_truncated_shard_is_refused_before_it_is_read(tmp_path: Path) -> None:
    write_split(tmp_path, [PAYLOADS])
    with open(tmp_path / "train-00000.tar", "r+b") as stream:
        stream.truncate(1024)
    with pytest.raises(FileFormatError, match="has 1024 bytes"):
        Shards(tmp_path, "train").images([0])


def test_a_split_that_does_not_exist_is_named_with_those_that_do(tmp_path: Path) -> None:
    write_split(tmp_path, [PAYLOADS])
    with pytest.raises(FileFormatError, match=r"no split 'validation'; it has: train, test"):
        Shards(tmp_path, "validation")


@settings(max_examples=25, deadline=None)
@given(payloads=st.lists(st.binary(max_size=2000), min_size=1, max_size=6), cut=st.integers(0, 6))
def test_any_payloads_split_anywhere_are_read_back(
    tmp_path_factory: pytest.TempPathFactory, payloads: list[bytes], cut: int
) -> None:
    folder = tmp_path_factory.mktemp("shards")
    examples = [(f"k{i}".encode(), payload, i) for i, payload in enumerate(payloads)]
    write_split(folder, [examples[:cut], examples[cut:]])
    assert [image.tobytes() for image in Shards(folder, "train").images(range(len(payloads)))] == payloads
