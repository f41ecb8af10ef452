"""The mean image and the principal components of colour."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from repro.data.shards.color import PixelSums, principal_components


def summed(*batches: np.ndarray) -> PixelSums:
    sums = PixelSums()
    for batch in batches:
        sums.add_images(batch)
    return sums


def test_mean_image_and_covariance_of_two_pixels_by_hand() -> None:
    images = np.array([[[[10, 0, 4]]], [[[30, 0, 0]]]], np.uint8)
    sums = summed(images)
    assert sums.mean_image().tolist() == [[[20.0, 0.0, 2.0]]]
    assert sums.covariance().tolist() == [[100.0, 0.0, -20.0], [0.0, 0.0, 0.0], [-20.0, 0.0, 4.0]]


def test_covariance_equals_numpys_in_double_precision() -> None:
    images = np.random.default_rng(0).integers(0, 256, (20, 9, 7, 3), dtype=np.uint8)
    expected = np.cov(images.reshape(-1, 3).astype(float).T, ddof=0)
    # Ours is exact before one division, numpy's is rounded at each step.
    np.testing.assert_allclose(summed(images).covariance(), expected, rtol=1e-12)
    np.testing.assert_array_equal(summed(images).mean_image(), images.astype(float).mean(axis=0).astype(np.float32))


@settings(max_examples=20, deadline=None)
@given(cut=st.integers(0, 12), seed=st.integers(0, 1000))
def test_batches_in_any_order_give_the_same_bits(cut: int, seed: int) -> None:
    images = np.random.default_rng(seed).integers(0, 256, (12, 4, 4, 3), dtype=np.uint8)
    whole, parts = summed(images), summed(images[cut:], images[:cut])
    assert np.array_equal(whole.image_HWC, parts.image_HWC)
    assert np.array_equal(whole.covariance(), parts.covariance())


def test_sums_stay_exact_at_the_size_of_imagenet() -> None:
    white = np.full((256, 256, 3), 255, np.int64)
    count = 1_281_167
    num_pixels = count * 65536
    sums = PixelSums(num_images=count, image_HWC=white * count, products_CC=np.full((3, 3), 255 * 255 * num_pixels, np.int64))
    assert sums.covariance().tolist() == np.zeros((3, 3)).tolist()
    assert sums.products_CC[0, 0] < 2**53


def test_components_are_sorted_and_rebuild_the_covariance() -> None:
    covariance = np.array([[4.0, 1.0, 0.5], [1.0, 9.0, 2.0], [0.5, 2.0, 1.0]])
    values, vectors = principal_components(covariance)
    assert values[0] > values[1] > values[2]
    np.testing.assert_allclose(vectors @ np.diag(values) @ vectors.T, covariance, atol=1e-12)
    assert all(vectors[np.abs(vectors[:, i]).argmax(), i] > 0 for i in range(3))
