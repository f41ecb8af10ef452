"""How strong colour noise is."""

from __future__ import annotations

import numpy as np
import pytest

from repro.data.load.color_noise import noise_factors
from repro.data.shards.color import PixelSums, principal_components


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
    sums = PixelSums()
    sums.add_images(images)
    covariance = sums.covariance()
    of_grey, _ = principal_components(covariance)
    of_unit, _ = principal_components(covariance / 255**2)
    np.testing.assert_allclose(noise_factors(of_grey, "unit_eigenvalue") / 255, of_unit)


@pytest.mark.parametrize("shade", [(90, 90, 90), (200, 0, 0), (0, 0, 0), (255, 255, 255)])
@pytest.mark.parametrize("ramp", [False, True])
def test_grey_and_one_coloured_sets_have_noise_without_a_hole(shade: tuple[int, int, int], ramp: bool) -> None:
    """Of their covariance two eigenvalues are 0 or all three, some perhaps below by rounding: no factor is NaN."""
    images = np.full((5, 8, 8, 3), shade, np.uint8)
    if ramp:
        images //= np.arange(1, 9, dtype=np.uint8)[:, None]
    sums = PixelSums()
    sums.add_images(images)
    values, _ = principal_components(sums.covariance())
    for factor in ("eigenvalue", "unit_eigenvalue", "sqrt_eigenvalue"):
        found = noise_factors(values, factor)
        assert np.isfinite(found).all() and (found >= 0).all()
