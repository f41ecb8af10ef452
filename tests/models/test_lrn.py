"""Local response normalisation is the paper's formula, forward and backward."""

import numpy as np
import pytest
import torch
from torch import nn

from repro.models.lrn import LocalResponseNorm, formula_by_tensors

SETTINGS = [
    # size, alpha, beta, k, groups, maps
    (5, 1e-4, 0.75, 2.0, 1, 16),
    (5, 0.3, 0.75, 2.0, 2, 10),
    (4, 0.3, 0.5, 1.0, 1, 7),
    (3, 0.5, 0.6, 1.5, 2, 6),
    (9, 0.2, 0.75, 1.0, 1, 5),
    (1, 0.5, 1.0, 1.0, 1, 3),
    (5, 0.3, 0.75, 2.0, 1, 1200),
]


def by_hand(x, *, size, alpha, beta, k):
    """b_i = a_i / (k + alpha * sum_{j = max(0, i - n/2)}^{min(N - 1, i + n/2)} a_j^2)^beta, one number at a time."""
    y = np.empty_like(x)
    maps = x.shape[1]
    for b, i, h, w in np.ndindex(x.shape):
        window = range(max(0, i - size // 2), min(maps, i - size // 2 + size))
        total = sum(x[b, j, h, w] ** 2 for j in window)
        y[b, i, h, w] = x[b, i, h, w] / (k + alpha * total) ** beta
    return y


def test_three_maps_by_hand():
    """One pixel, maps 1, 2, 3, n = 3, k = 2, alpha = 1, beta = .5: 1/sqrt(7), 2/sqrt(16), 3/sqrt(15)."""
    x = torch.tensor([1.0, 2.0, 3.0]).reshape(1, 3, 1, 1)
    y = LocalResponseNorm(3, 1.0, 0.5, 2.0)(x).flatten()
    np.testing.assert_allclose(y, [1 / 7**0.5, 2 / 4, 3 / 15**0.5], rtol=1e-6)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_lrn_matches_the_formula_written_out(dtype):
    x = torch.randn(2, 7, 3, 4, dtype=dtype, generator=torch.Generator().manual_seed(0)) * 3
    y = LocalResponseNorm(5, 0.1, 0.75, 2.0)(x)
    # one rounding of each operation: a few units of the last place
    tolerance = 1e-5 if dtype == torch.float32 else 1e-13
    np.testing.assert_allclose(y, by_hand(x.numpy(), size=5, alpha=0.1, beta=0.75, k=2.0), rtol=tolerance)


@pytest.mark.parametrize(("size", "alpha", "beta", "k", "groups", "maps"), SETTINGS)
def test_both_passes_equal_autograd_of_the_formula(size, alpha, beta, k, groups, maps):
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(2, maps, 3, 5, dtype=torch.float64, generator=generator, requires_grad=True)
    gradient = torch.randn(2, maps, 3, 5, dtype=torch.float64, generator=generator)
    y = LocalResponseNorm(size, alpha, beta, k, groups=groups)(x)
    expected = formula_by_tensors(x, size, alpha, beta, k, groups)
    torch.testing.assert_close(y, expected, rtol=1e-12, atol=1e-12)
    (dx,) = torch.autograd.grad(y, x, gradient)
    (expected_dx,) = torch.autograd.grad(expected, x, gradient)
    torch.testing.assert_close(dx, expected_dx, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("size", "alpha", "beta", "k", "groups", "maps"), SETTINGS[:6])
def test_gradients_pass_gradcheck(size, alpha, beta, k, groups, maps):
    x = torch.randn(2, maps, 2, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(2), requires_grad=True)
    assert torch.autograd.gradcheck(LocalResponseNorm(size, alpha, beta, k, groups=groups), x)


@pytest.mark.parametrize("size", [3, 4, 5])
def test_torch_divides_alpha_by_size_and_agrees_with_alpha_times_size(size):
    x = torch.randn(2, 12, 4, 4, generator=torch.Generator().manual_seed(3))
    theirs = nn.LocalResponseNorm(size, alpha=0.2 * size, beta=0.75, k=2.0)(x)
    torch.testing.assert_close(LocalResponseNorm(size, 0.2, 0.75, 2.0)(x), theirs)


def test_windows_do_not_cross_the_border_of_a_tower():
    x = torch.randn(2, 12, 4, 4, generator=torch.Generator().manual_seed(4))
    joined = LocalResponseNorm(5, 0.3, 0.75, 2.0, groups=2)(x)
    apart = torch.cat([LocalResponseNorm(5, 0.3, 0.75, 2.0)(half) for half in x.chunk(2, dim=1)], dim=1)
    torch.testing.assert_close(joined, apart, rtol=0, atol=0)
    crossing = LocalResponseNorm(5, 0.3, 0.75, 2.0)(x)
    assert not torch.allclose(joined[:, 4:8], crossing[:, 4:8])
    torch.testing.assert_close(joined[:, :4], crossing[:, :4])


@pytest.mark.parametrize("memory_format", [torch.contiguous_format, torch.channels_last])
def test_the_memory_layout_of_the_input_does_not_matter(memory_format):
    x = torch.randn(2, 16, 9, 9, generator=torch.Generator().manual_seed(5)).contiguous(memory_format=memory_format)
    expected = formula_by_tensors(x, 5, 0.1, 0.75, 2.0, 1)
    torch.testing.assert_close(LocalResponseNorm(5, 0.1, 0.75, 2.0)(x), expected)


@pytest.mark.parametrize("num_threads", [2, 3])
def test_threads_do_not_change_a_bit(num_threads):
    x = torch.randn(3, 24, 31, 29, generator=torch.Generator().manual_seed(6), requires_grad=True)
    gradient = torch.randn(3, 24, 31, 29, generator=torch.Generator().manual_seed(7))
    norm, before = LocalResponseNorm(5, 0.1, 0.75, 2.0), torch.get_num_threads()
    found = []
    try:
        for threads in (1, num_threads):
            torch.set_num_threads(threads)
            y = norm(x)
            found.append((y, torch.autograd.grad(y, x, gradient)[0]))
    finally:
        torch.set_num_threads(before)
    for one, other in zip(*found, strict=True):
        assert torch.equal(one, other)


def test_nan_is_passed_on():
    x = torch.zeros(1, 8, 1, 1)
    x[0, 4] = float("nan")
    y = LocalResponseNorm(3, 0.1, 0.75, 2.0)(x).flatten()
    assert y.isnan().nonzero().flatten().tolist() == [3, 4, 5]


def test_bfloat16_uses_the_formula():
    x = torch.randn(2, 8, 3, 3, generator=torch.Generator().manual_seed(8)).bfloat16()
    exact = formula_by_tensors(x.double(), 5, 0.1, 0.75, 2.0, 1)
    torch.testing.assert_close(LocalResponseNorm(5, 0.1, 0.75, 2.0)(x).double(), exact, rtol=0.03, atol=0.01)


@pytest.mark.parametrize(("size", "k", "groups"), [(0, 2.0, 1), (5, 0.0, 1), (5, 2.0, 0)])
def test_impossible_settings_are_refused(size, k, groups):
    with pytest.raises(ValueError, match="allowed"):
        LocalResponseNorm(size, 1e-4, 0.75, k, groups=groups)


@pytest.mark.parametrize("shape", [(3, 4, 5), (1, 5, 2, 2)])
def test_an_input_of_another_shape_is_refused(shape):
    with pytest.raises(ValueError, match="allowed: \\(B, C, H, W\\) with C a multiple of 2"):
        LocalResponseNorm(5, 1e-4, 0.75, 2.0, groups=2)(torch.zeros(shape))


@pytest.mark.gpu
def test_the_kernel_on_cuda_equals_the_passes_on_cpu():
    x = torch.randn(4, 48, 13, 13, generator=torch.Generator().manual_seed(9), requires_grad=True)
    y = LocalResponseNorm(5, 1e-2, 0.75, 2.0, groups=2)(x)
    z = LocalResponseNorm(5, 1e-2, 0.75, 2.0, groups=2)(x.cuda())
    torch.testing.assert_close(y, z.cpu(), rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(*(torch.autograd.grad(out.sum(), x)[0] for out in (y, z)), rtol=1e-4, atol=1e-5)
