"""The mean image and the principal components of colour."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repro.data.shards.color import PixelSums, noise_factors, principal_components


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


def test_all_noise_conventions_for_the_published_eigenvalues() -> None:
    deviations = np.array([121.78, 37.09, 19.72])
    np.testing.assert_allclose(noise_factors(deviations**2, "sqrt_eigenvalue"), deviations)
    np.testing.assert_allclose(noise_factors(deviations**2, "eigenvalue"), [14830.3684, 1375.6681, 388.8784])
    # On values in [0, 1] the largest is 14830.3684 / 255^2 = 0.22807, and 255 times that in grey levels.
    np.testing.assert_allclose(noise_factors(deviations**2, "unit_eigenvalue")[0], 0.228071 * 255, rtol=1e-5)
    np.testing.assert_allclose(noise_factors([510.0, 255.0, 25.5], "unit_eigenvalue"), [2.0, 1.0, 0.1])
    with pytest.raises(ValueError, match=r"'sqrt'; allowed: eigenvalue, unit_eigenvalue, sqrt_eigenvalue"):
        noise_factors(deviations, "sqrt")


def test_the_eigenvalue_of_unit_pixels_moves_unit_pixels_as_its_grey_levels_move_grey_pixels() -> None:
    images = np.random.default_rng(0).integers(0, 256, (5, 8, 8, 3), dtype=np.uint8)
    covariance = summed(images).covariance()
    of_grey, _ = principal_components(covariance)
    of_unit, _ = principal_components(covariance / 255**2)
    np.testing.assert_allclose(noise_factors(of_grey, "unit_eigenvalue") / 255, of_unit)
