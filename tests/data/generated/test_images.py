"""The generated images: reproducible, and each knob does what it says and nothing else."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from repro.data.generated import images as procedural
from repro.data.generated.drawing import SILHOUETTES, Placement, coverage
from repro.data.generated.images import (
    SILHOUETTES_BY_CLASS,
    ProceduralSource,
    jpeg_file,
    label,
    log_gain,
    occluder,
    own_hue,
    picture,
)
from repro.data.sources.source import SourceError
from repro.papers import PAPERS
from repro.spec.datasets import Procedural

KNOBS = Procedural(
    num_train=60,
    num_test=40,
    num_classes=10,
    image_px=36,
    clutter=2.0,
    occlusion=0.3,
    pose=25.0,
    illumination_train=0.1,
    illumination_test=0.1,
    cast_shift_test=0.25,
    label_noise=0.0,
    seed=5,
)


def pictures(knobs: Procedural, *, split: str = "train", count: int = 40) -> np.ndarray:
    return np.stack([picture(knobs, split=split, index=i) for i in range(count)])


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    files = [jpeg_file(KNOBS, split="train", index=i) for i in range(8)]
    assert files == [jpeg_file(replace(KNOBS), split="train", index=i) for i in range(8)]
    others = [jpeg_file(replace(KNOBS, seed=6), split="train", index=i) for i in range(8)]
    assert not set(files) & set(others)


def test_an_image_does_not_depend_on_how_many_others_there_are_nor_on_their_order() -> None:
    few, many = ProceduralSource(KNOBS), ProceduralSource(replace(KNOBS, num_train=500, num_test=300))
    assert many.read("train", 37) == few.read("train", 37)
    assert many.listings["train"].key_N[:60].tolist() == few.listings["train"].key_N.tolist()


#: Of the first 20 images of either split of the built-in sets, by scale and family of nets.
FIRST_IMAGES = {
    ("smoke", "alexnet"): "3744ea4378e5e91625044bd1633cf4609f94701f91378e60f4739e17f2f6d44a",
    ("small", "alexnet"): "d8c6fba5642f6ba189a5dcefd40d0c82a91bbfc53cddec395ff34c8a5ce55f4e",
    ("small", "cifar_conv"): "834283ff2023da440513989a59d2698f5c0e480a7b2e03dc1a7da1d203d138e4",
}


@pytest.mark.parametrize(("scale", "family"), FIRST_IMAGES)
def test_the_images_of_the_built_in_sets_are_byte_for_byte_the_same_everywhere(scale: str, family: str) -> None:
    """The digest is of JPEG files: another version of numpy or Pillow may encode otherwise, and then it tells so."""
    knobs = PAPERS["alexnet"].scale(scale).dataset_of(family, seed=0).procedural
    files = [jpeg_file(knobs, split=split, index=i) for split in ("train", "test") for i in range(20)]
    assert hashlib.sha256(b"".join(files)).hexdigest() == FIRST_IMAGES[scale, family]


def test_there_are_forty_kinds_of_object_and_the_first_ten_are_those_of_the_smaller_sets() -> None:
    assert len(SILHOUETTES_BY_CLASS) == len({kind.name for kind in SILHOUETTES_BY_CLASS}) == 40
    assert SILHOUETTES_BY_CLASS[:10] == SILHOUETTES
    assert [own_hue(kind) for kind in range(10)] == pytest.approx([kind / 10 for kind in range(10)])
    assert len({own_hue(kind) for kind in range(10, 40)}) == 30
    assert all(0 < own_hue(kind) < 1 for kind in range(10, 40))


def test_every_kind_of_object_lies_within_the_unit_circle_s_square_and_covers_a_visible_part_of_it() -> None:
    for kind in SILHOUETTES_BY_CLASS:
        parts = [*kind.body, *kind.second, *kind.detail]
        assert all(np.abs(points).max() <= 1 for points in parts), kind.name
        placement = Placement(half_px=32, turn=0, aspect=1, mirror=False, x_px=32, y_px=32)
        assert 0.08 < coverage(parts, placement=placement, image_px=64).mean() < 0.75, kind.name


def test_no_two_kinds_of_object_have_the_same_outline() -> None:
    placement = Placement(half_px=32, turn=0, aspect=1, mirror=False, x_px=32, y_px=32)
    masks = np.stack([coverage([*kind.body, *kind.second], placement=placement, image_px=64) for kind in SILHOUETTES_BY_CLASS])
    both = np.minimum(masks[:, None], masks).sum(axis=(2, 3))
    either = np.maximum(masks[:, None], masks).sum(axis=(2, 3))
    overlap = both / either - np.eye(len(SILHOUETTES_BY_CLASS))
    assert overlap.max() < 0.85


def test_first_class_leaves_out_the_kinds_before_it_and_numbers_the_rest_from_0() -> None:
    others, every = replace(KNOBS, first_class=10, num_classes=30), replace(KNOBS, num_classes=40)
    assert ProceduralSource(others).classes == ProceduralSource(every).classes[10:]
    assert not set(ProceduralSource(others).classes) & set(ProceduralSource(KNOBS).classes)
    assert [label(others, split="train", index=i) for i in (0, 29, 30)] == [0, 29, 0]
    # Image 45 is of the first ten in a set of ten and of 40, by number modulo classes: then it is the same picture.
    assert jpeg_file(replace(KNOBS, num_classes=40), split="train", index=45) == jpeg_file(KNOBS, split="train", index=45)
    assert jpeg_file(others, split="train", index=5) != jpeg_file(KNOBS, split="train", index=5)


def test_train_and_test_images_differ() -> None:
    assert jpeg_file(KNOBS, split="train", index=3) != jpeg_file(KNOBS, split="test", index=3)


def test_files_are_jpeg_of_the_asked_size_that_decode_close_to_the_picture() -> None:
    for px in (36, 64):
        knobs = replace(KNOBS, image_px=px)
        image = Image.open(io.BytesIO(jpeg_file(knobs, split="test", index=7)))
        assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (px, px))
        difference = np.asarray(image, float) - picture(knobs, split="test", index=7)
        # Quality 95 without chroma subsampling: a few grey levels.
        assert np.abs(difference).mean() < 3


def test_num_train_num_test_and_num_classes_give_that_many_evenly_over_the_classes() -> None:
    source = ProceduralSource(replace(KNOBS, num_classes=4, num_train=42, num_test=20))
    assert len(source.classes) == len(set(source.classes)) == 4
    assert np.bincount(source.listings["train"].label_N).tolist() == [11, 11, 10, 10]
    assert np.bincount(source.listings["test"].label_N).tolist() == [5, 5, 5, 5]


def test_keys_are_unique_and_hold_no_dot() -> None:
    keys = [key for listing in ProceduralSource(KNOBS).listings.values() for key in listing.key_N.tolist()]
    assert len(set(keys)) == 100
    assert not any(b"." in key for key in keys)


def test_clutter_adds_shapes_without_moving_the_object() -> None:
    none, some, much = (pictures(replace(KNOBS, clutter=mean, occlusion=0.0)) for mean in (0.0, 2.0, 8.0))
    changed = [(np.abs(none.astype(int) - other) > 24).any(axis=-1).mean() for other in (some, much)]
    assert 0.02 < changed[0] < changed[1]
    middle = (np.abs(none.astype(int) - much) > 24).any(axis=-1).mean(axis=0)
    # The object is drawn over the clutter, so the middle changes least.
    assert middle[14:22, 14:22].mean() < 0.6 * middle[[0, -1]].mean()


def test_occlusion_covers_parts_of_the_object_and_zero_covers_none() -> None:
    free, half = (pictures(replace(KNOBS, occlusion=share)) for share in (0.0, 0.5))
    middle = np.abs(free.astype(int) - half)[:, 9:27, 9:27]
    assert (middle > 24).any(axis=-1).mean() > 0.05
    assert not occluder(np.ones((36, 36), np.float32), np.random.default_rng(0), share=0.0).any()


@pytest.mark.parametrize("share", [0.1, 0.3, 0.6])
def test_the_occluder_covers_the_asked_share_of_the_object(share: float) -> None:
    rows, columns = np.mgrid[:48, :48]
    mask = ((rows - 22) ** 2 + (columns - 26) ** 2 < 15**2).astype(np.float32)
    for seed in range(20):
        front = occluder(mask, np.random.default_rng(seed), share=share)
        # The edge of the shape is one pixel wide and up to 30 pixels long, of 700 pixels.
        assert abs((front * mask).sum() / mask.sum() - share) < 0.05


def test_pose_turns_the_object_and_zero_keeps_it_upright() -> None:
    def turns(pose: float) -> np.ndarray:
        streams = (procedural.stream(KNOBS, split="train", index=i, purpose="placement") for i in range(200))
        return np.array([procedural.object_placement(generator, pose=pose, image_px=36).turn for generator in streams])

    assert not turns(0.0).any()
    assert 20 < np.abs(turns(30.0)).max() <= 30
    assert (pictures(replace(KNOBS, pose=0.0)) != pictures(KNOBS)).any()


def test_illumination_has_the_stated_deviation_and_touches_its_own_split_only() -> None:
    knobs = replace(KNOBS, illumination_train=0.2, illumination_test=0.0, cast_shift_test=0.0)
    gains = np.array([log_gain(knobs, split="train", index=i) for i in range(2000)])
    # 2000 draws: the standard deviation of a standard deviation is 1.6 %.
    np.testing.assert_allclose(gains.std(axis=0), 0.2, rtol=0.08)
    assert not np.array([log_gain(knobs, split="test", index=i) for i in range(20)]).any()
    assert np.array_equal(pictures(knobs, split="test"), pictures(replace(knobs, illumination_train=0.5), split="test"))


def test_cast_shift_makes_test_images_warmer_and_leaves_training_images() -> None:
    plain = replace(KNOBS, cast_shift_test=0.0)
    for split, expected in (("test", 0.5), ("train", 0.0)):
        before, after = (pictures(knobs, split=split).mean(axis=(0, 1, 2)) for knobs in (plain, KNOBS))
        shift = np.log(after[0] / before[0]) - np.log(after[2] / before[2])
        # Clipping at white takes a little of the gain in red.
        assert abs(shift - expected) < 0.08


def test_label_noise_mislabels_the_stated_share_of_training_images_and_changes_no_picture() -> None:
    noisy = replace(KNOBS, label_noise=0.3)
    labels = np.array([label(noisy, split="train", index=i) for i in range(2000)])
    wrong = labels != np.arange(2000) % 10
    assert abs(wrong.mean() - 0.3) < 0.04  # four standard deviations
    assert len(set(((labels - np.arange(2000)) % 10)[wrong].tolist())) == 9
    assert all(label(noisy, split="test", index=i) == i % 10 for i in range(200))
    assert jpeg_file(noisy, split="train", index=1) == jpeg_file(KNOBS, split="train", index=1)


def test_all_forty_kinds_can_be_generated() -> None:
    knobs = replace(KNOBS, num_classes=40, num_train=40)
    assert len({jpeg_file(knobs, split="train", index=i) for i in range(40)}) == 40


def test_color_goes_with_the_class_but_does_not_decide_it() -> None:
    knobs = replace(KNOBS, illumination_test=0.0, cast_shift_test=0.0, clutter=0.0, occlusion=0.0)
    middles = pictures(knobs, split="test", count=600)[:, 12:24, 12:24].reshape(600, -1, 3).mean(axis=1)
    middles -= middles.mean(axis=1, keepdims=True)
    train, test = (np.arange(600) % 20 < 10), (np.arange(600) % 20 >= 10)
    classes = np.arange(600) % 10
    centers = np.stack([middles[train & (classes == c)].mean(axis=0) for c in range(10)])
    guess = np.linalg.norm(middles[test][:, None] - centers, axis=2).argmin(axis=1)
    accuracy = (guess == classes[test]).mean()
    assert 0.15 < accuracy < 0.6  # chance is .1


@pytest.mark.parametrize(
    ("knob", "value"), [("num_classes", 41), ("first_class", 39), ("label_noise", 1.0), ("occlusion", 1.5), ("clutter", -1.0)]
)
def test_a_knob_out_of_range_is_named_with_what_is_allowed(knob: str, value: float) -> None:
    with pytest.raises(SourceError, match=f"{knob} of the generated images is {value}; allowed"):
        ProceduralSource(replace(KNOBS, **{knob: value}))
