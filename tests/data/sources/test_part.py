"""A share of the training examples: balanced, nested, and with the same examples held out at every share."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from repro.artifacts.dataset_json import read_dataset
from repro.data.prepare.prepare import prepare
from repro.data.shards.images import Shards
from repro.data.sources.part import PartOfImages, PartOfVideos, part_N
from repro.data.sources.source import Listing, as_bytes, split_validation
from repro.data.sources.video_source import VideoListing
from repro.spec.experiment import AnyDataset
from repro.spec.scales.series import IMAGES, SizeOf
from tests.data.prepare.test_prepare import TOYS

LABELS = np.array([0] * 40 + [1] * 8 + [2] * 1, np.int32)
KEYS = as_bytes([f"image_{i}" for i in range(len(LABELS))])
NONE_HELD_OUT = np.empty(0, np.int64)


class Photos:
    """A source of images that are numbers."""

    description, fingerprint, files, classes, warnings = "photos", "made", None, ("a", "b", "c"), ()
    keep_files = False

    def __init__(self) -> None:
        train = Listing(file_N=KEYS, key_N=KEYS, label_N=LABELS)
        self.listings = {"train": train, "test": train.at(np.arange(5))}

    def read(self, split: str, index: int) -> bytes:
        return f"{split} {index}".encode()


class Videos(Photos):
    """A source of videos in groups of four."""

    groups, missing = {}, ()

    def __init__(self) -> None:
        groups = as_bytes([f"group_{i // 4}" for i in range(len(LABELS))])
        train = VideoListing(file_N=KEYS, key_N=KEYS, label_NL=LABELS[:, None], group_N=groups)
        self.listings = {"train": train, "test": train.at(np.arange(5))}

    def content(self, split: str, index: int):
        return Path(f"{split}/{index}")


def chosen(share: float, held_out: np.ndarray = NONE_HELD_OUT) -> set[int]:
    return set(part_N(LABELS, KEYS, KEYS, share=share, held_out=held_out).tolist())


def test_every_class_gives_the_same_share_and_at_least_one() -> None:
    assert np.bincount(LABELS[sorted(chosen(1 / 4))]).tolist() == [10, 2, 1]
    assert np.bincount(LABELS[sorted(chosen(1 / 100))]).tolist() == [1, 1, 1]


def test_of_two_shares_the_smaller_is_a_part_of_the_larger() -> None:
    shares = [chosen(share) for share in (1 / 8, 1 / 4, 1 / 3, 1 / 2, 0.9)]
    assert all(small < large for small, large in pairwise(shares))


def test_the_choice_hangs_on_the_keys_and_on_no_order() -> None:
    order = np.random.default_rng(0).permutation(len(LABELS))
    there = part_N(LABELS[order], KEYS[order], KEYS[order], share=0.25, held_out=NONE_HELD_OUT)
    assert set(KEYS[order][there].tolist()) == set(KEYS[sorted(chosen(0.25))].tolist())


@pytest.mark.parametrize("share", [0.125, 0.25, 0.5])
def test_the_same_examples_are_held_out_at_every_share(share: float) -> None:
    whole = Photos()
    held = whole.listings["train"].key_N[split_validation(whole.listings["train"], num_validation=6)["validation"]]
    part = PartOfImages(whole, share=share, num_validation=6)
    parts = split_validation(part.listings["train"], num_validation=6)
    assert set(part.listings["train"].key_N[parts["validation"]].tolist()) == set(held.tolist())
    free = len(LABELS) - 6
    assert abs(len(parts["train"]) - share * free) <= 3


def test_an_example_of_a_part_is_that_of_the_whole() -> None:
    part = PartOfImages(Photos(), share=0.25, num_validation=0)
    listing = part.listings["train"]
    read = [int(part.read("train", i).split()[1]) for i in range(len(listing))]
    assert [KEYS[i] for i in read] == listing.key_N.tolist()
    assert part.read("test", 3) == b"test 3"
    assert len(part.listings["test"]) == 5
    assert part.description == "0.25 of the training examples of each class of photos"


def test_few_groups_of_videos_are_cut_in_two() -> None:
    part = PartOfVideos(Videos(), share=0.5, num_validation=0)
    listing = part.listings["train"]
    sizes = np.unique(listing.group_N[listing.label_NL[:, 0] == 0], return_counts=True)[1]
    assert sizes.tolist() == [4] * 5
    assert [KEYS[int(part.content("train", i).name)] for i in range(len(listing))] == listing.key_N.tolist()


def prepared(folder: Path, dataset: AnyDataset):
    prepare(dataset, folder=folder, source=None, num_threads=1, say=lambda line: None)
    return read_dataset(folder), {split: Shards(folder, split) for split in ("train", "validation", "test")}


def test_a_prepared_part_has_the_bytes_of_the_whole_and_a_digest_and_a_mean_image_of_its_own(tmp_path: Path) -> None:
    part = SizeOf(axis=IMAGES, share=Fraction(1, 2)).data(TOYS)
    whole_json, whole = prepared(tmp_path / "whole", TOYS)
    part_json, half = prepared(tmp_path / "half", replace(part, name="half"))
    keys = {name: {split: set(shards.key_N.tolist()) for split, shards in of.items()} for name, of in (("w", whole), ("h", half))}
    assert keys["h"]["train"] < keys["w"]["train"]
    assert len(keys["h"]["train"]) == len(keys["w"]["train"]) // 2
    assert keys["h"]["validation"] == keys["w"]["validation"]
    assert keys["h"]["test"] == keys["w"]["test"]
    assert part_json.digest != whole_json.digest
    assert part_json.made_from.code_digest != whole_json.made_from.code_digest
    assert part_json.images.mean_image.sha256 != whole_json.images.mean_image.sha256
