"""Response normalisation inside a map is its formula, forward and backward."""

import numpy as np
import pytest
import torch

from repro.models.norm.map_norm import MapResponseNorm, formula_by_tensors

# size, alpha, beta, k, maps, height, width
SETTINGS = [
    (5, 0.3, 0.75, 1.0, 3, 7, 6),
    (3, 0.5, 0.5, 2.0, 8, 4, 4),
    (4, 0.5, 0.6, 1.5, 2, 5, 3),
    (1, 0.5, 1.0, 1.0, 2, 2, 3),
    (5, 0.3, 0.75, 1.0, 2, 1, 2),
]


def by_hand(x, *, size, alpha, beta, k):
    """b = a / (k + alpha * (sum of a^2 over the window) / size^2)^beta, one number at a time."""
    y = np.empty_like(x)
    _, _, height, width = x.shape
    for b, i, h, w in np.ndindex(x.shape):
        rows = range(max(0, h - size // 2), min(height, h - size // 2 + size))
        columns = range(max(0, w - size // 2), min(width, w - size // 2 + size))
        mean = sum(x[b, i, r, s] ** 2 for r in rows for s in columns) / size**2
        y[b, i, h, w] = x[b, i, h, w] / (k + alpha * mean) ** beta
    return y


def test_three_pixels_by_hand():
    """Pixels 1, 2, 3 in a row, windows of 3 x 3, k = 2, alpha = 9, beta = .5: 1/sqrt(2 + 5), 2/sqrt(2 + 14), 3/sqrt(2 + 13)."""
    x = torch.tensor([1.0, 2, 3]).reshape(1, 1, 1, 3)
    y = MapResponseNorm(3, 9.0, 0.5, 2.0)(x).flatten()
    np.testing.assert_allclose(y, [1 / 7**0.5, 2 / 4, 3 / 15**0.5], rtol=1e-6)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(("size", "alpha", "beta", "k", "maps", "height", "width"), SETTINGS)
def test_map_norm_matches_the_formula_written_out(dtype, size, alpha, beta, k, maps, height, width):
    x = torch.randn(2, maps, height, width, dtype=dtype, generator=torch.Generator().manual_seed(0)) * 3
    y = MapResponseNorm(size, alpha, beta, k)(x)
    # one rounding of each operation: a few units of the last place
    tolerance = 1e-5 if dtype == torch.float32 else 1e-13
    np.testing.assert_allclose(y, by_hand(x.numpy(), size=size, alpha=alpha, beta=beta, k=k), rtol=tolerance)


@pytest.mark.parametrize(("size", "alpha", "beta", "k", "maps", "height", "width"), SETTINGS)
def test_both_passes_equal_autograd_of_the_formula(size, alpha, beta, k, maps, height, width):
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(2, maps, height, width, dtype=torch.float64, generator=generator, requires_grad=True)
    gradient = torch.randn(2, maps, height, width, dtype=torch.float64, generator=generator)
    y, expected = MapResponseNorm(size, alpha, beta, k)(x), formula_by_tensors(x, size, alpha, beta, k)
    torch.testing.assert_close(y, expected, rtol=1e-12, atol=1e-12)
    (dx,), (expected_dx,) = torch.autograd.grad(y, x, gradient), torch.autograd.grad(expected, x, gradient)
    torch.testing.assert_close(dx, expected_dx, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("size", "alpha", "beta", "k", "maps", "height", "width"), SETTINGS)
def test_gradients_pass_gradcheck(size, alpha, beta, k, maps, height, width):
    shape = (2, maps, height, width)
    x = torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(2), requires_grad=True)
    assert torch.autograd.gradcheck(MapResponseNorm(size, alpha, beta, k), x)


@pytest.mark.parametrize("memory_format", [torch.contiguous_format, torch.channels_last])
def test_the_memory_layout_of_the_input_does_not_matter(memory_format):
    x = torch.randn(2, 16, 9, 9, generator=torch.Generator().manual_seed(5)).contiguous(memory_format=memory_format)
    torch.testing.assert_close(MapResponseNorm(5, 0.1, 0.75, 1.0)(x), formula_by_tensors(x, 5, 0.1, 0.75, 1.0))


def test_neither_maps_nor_images_see_one_another():
    x = torch.randn(2, 3, 5, 5, generator=torch.Generator().manual_seed(4))
    norm = MapResponseNorm(3, 0.5, 0.75, 1.0)
    before = norm(x)
    x[1, 2] *= 10
    changed = (norm(x) != before).flatten(2).any(2)
    assert changed.nonzero().tolist() == [[1, 2]]


@pytest.mark.parametrize(("size", "k"), [(0, 1.0), (5, 0.0)])
def test_impossible_settings_are_refused(size, k):
    with pytest.raises(ValueError, match="allowed"):
        MapResponseNorm(size, 1e-3, 0.75, k)
