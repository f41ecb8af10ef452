"""Descriptions that are kept for later fits: the same numbers, within a bound, and nobody can change them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from repro.baselines.descriptors import patches
from repro.baselines.descriptors.patches import describe_patches
from repro.baselines.fitting.descriptor_cache import DescriptorCache, described, keeping
from repro.baselines.videos.fit import fit
from repro.spec.classical import DensePatches
from tests.baselines.classical_specs import FISHER_SPEC, drawn_images
from tests.baselines.specs import SPEC
from tests.baselines.videos.test_fit import NUM_CLASSES, videos

CHANNEL = FISHER_SPEC.channels[0]


def of_images(images, settings: DensePatches = CHANNEL.patches):
    return [describe_patches(image() if callable(image) else image, CHANNEL.descriptor, settings) for image in images]


def test_what_was_described_is_not_described_again_and_is_the_same(monkeypatch):
    images, _ = drawn_images(0, 2)
    fresh = of_images(images)
    with keeping() as kept:
        of_images(images)
        assert kept.num_taken == 0
        monkeypatch.setattr(patches, "_at_all_scales", lambda *_: pytest.fail("described again"))
        again = of_images(images)
    assert kept.num_taken == len(images)
    for one, two in zip(fresh, again, strict=True):
        assert all(np.array_equal(own, other) for own, other in zip(one, two, strict=True))


def test_other_pixels_and_other_settings_are_described_anew():
    images, _ = drawn_images(0, 1)
    with keeping() as kept:
        first = of_images(images[:1])
        other = of_images(images[1:2])
        coarser = of_images(images[:1], replace(CHANNEL.patches, step_px=2 * CHANNEL.patches.step_px))
    assert kept.num_taken == 0
    assert not np.array_equal(first[0][1], other[0][1])
    assert len(coarser[0][1]) < len(first[0][1])


def test_pixels_of_another_shape_with_the_same_bytes_are_other_pixels():
    with keeping() as kept:
        described(np.zeros((2, 6), np.uint8), "one", lambda: (np.zeros(1),))
        described(np.zeros((3, 4), np.uint8), "one", lambda: (np.zeros(2),))
    assert kept.num_taken == 0


def test_nothing_is_kept_beyond_the_bound_or_the_context():
    pixels, count = np.zeros((2, 2), np.uint8), []

    def make():
        count.append(1)
        return (np.zeros(100, np.float32),)

    with keeping(most_bytes=399) as kept:
        described(pixels, "one", make)
        described(pixels, "one", make)
    assert (len(count), kept.num_bytes, kept.num_taken) == (2, 0, 0)
    with keeping(most_bytes=400):
        described(pixels, "one", make)
        described(pixels, "one", make)
        with keeping():
            described(pixels, "one", make)
        described(pixels, "one", make)
    described(pixels, "one", make)
    assert len(count) == 5


def test_what_is_kept_cannot_be_changed():
    kept = DescriptorCache(most_bytes=1000)
    array = np.zeros(3)
    kept.put("one", (array,))
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 1


def test_two_fits_to_the_same_videos_are_those_of_each_alone():
    train, labels = videos(0, 4)
    held_out, held_out_labels = videos(100, 2)

    def fitted(key):
        return fit(
            train,
            labels,
            validation_videos=held_out,
            validation_labels=held_out_labels,
            spec=SPEC,
            num_classes=NUM_CLASSES,
            key=key,
        )

    alone = fitted(12).scores_NK(held_out)
    with keeping() as kept:
        fitted(11)
        before = kept.num_taken
        model = fitted(12)
    assert kept.num_taken - before >= len(train) * len(SPEC.features)
    assert np.array_equal(model.scores_NK(held_out), alone)
