"""Local response normalisation is the paper's formula, forward and backward."""

import numpy as np
import pytest
import torch
from torch import nn

from repro.models.norm.lrn import LocalResponseNorm, formula_by_tensors

LAYOUTS = [torch.contiguous_format, torch.channels_last]
SETTINGS = [
    # size, alpha, beta, k, groups, maps
    (5, 1e-4, 0.75, 2.0, 1, 16),
    (5, 0.3, 0.75, 2.0, 2, 10),
    (5, 0.1, 0.5, 2.0, 1, 10),
    (5, 0.2, 0.5, 1.0, 2, 12),
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


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("size", "alpha", "beta", "k", "groups", "maps"), SETTINGS)
def test_both_passes_equal_autograd_of_the_formula(size, alpha, beta, k, groups, maps, layout):
    generator = torch.Generator().manual_seed(1)
    x, gradient = (
        torch.randn(2, maps, 3, 5, dtype=torch.float64, generator=generator).contiguous(memory_format=layout) for _ in range(2)
    )
    x.requires_grad_()
    y = LocalResponseNorm(size, alpha, beta, k, groups=groups)(x)
    expected = formula_by_tensors(x, size, alpha, beta, k, groups)
    torch.testing.assert_close(y, expected, rtol=1e-12, atol=1e-12)
    (dx,) = torch.autograd.grad(y, x, gradient)
    (expected_dx,) = torch.autograd.grad(expected, x, gradient)
    torch.testing.assert_close(dx, expected_dx, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("size", "alpha", "beta", "k", "groups", "maps"), SETTINGS[:6])
def test_gradients_pass_gradcheck(size, alpha, beta, k, groups, maps):
    x = torch.randn(2, maps, 2, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(2), requires_grad=True)
    norm = LocalResponseNorm(size, alpha, beta, k, groups=groups)
    assert torch.autograd.gradcheck(norm, x)
    assert torch.autograd.gradcheck(norm, x.detach().contiguous(memory_format=torch.channels_last).requires_grad_())


@pytest.mark.parametrize("size", [3, 4, 5])
def test_torch_divides_alpha_by_size_and_agrees_with_alpha_times_size(size):
    x = torch.randn(2, 12, 4, 4, generator=torch.Generator().manual_seed(3))
    theirs = nn.LocalResponseNorm(size, alpha=0.2 * size, beta=0.75, k=2.0)(x)
    torch.testing.assert_close(LocalResponseNorm(size, 0.2, 0.75, 2.0)(x), theirs)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_windows_do_not_cross_the_border_of_a_tower(layout):
    x = torch.randn(2, 12, 4, 4, generator=torch.Generator().manual_seed(4)).contiguous(memory_format=layout)
    joined = LocalResponseNorm(5, 0.3, 0.75, 2.0, groups=2)(x)
    halves = [half.contiguous(memory_format=layout) for half in x.chunk(2, dim=1)]
    apart = torch.cat([LocalResponseNorm(5, 0.3, 0.75, 2.0)(half) for half in halves], dim=1)
    torch.testing.assert_close(joined, apart)
    crossing = LocalResponseNorm(5, 0.3, 0.75, 2.0)(x)
    assert not torch.allclose(joined[:, 4:8], crossing[:, 4:8])
    torch.testing.assert_close(joined[:, :4], crossing[:, :4])


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("maps", [7, 16])
def test_the_result_lies_in_memory_as_the_input_does(layout, dtype, maps):
    generator = torch.Generator().manual_seed(5)
    x, gradient = (torch.randn(2, maps, 9, 9, generator=generator).contiguous(memory_format=layout) for _ in range(2))
    x, gradient = x.to(dtype).requires_grad_(), gradient.to(dtype)
    y = LocalResponseNorm(5, 0.1, 0.75, 2.0)(x)
    (dx,) = torch.autograd.grad(y, x, gradient)
    exact = formula_by_tensors(x.double(), 5, 0.1, 0.75, 2.0, 1)
    (exact_dx,) = torch.autograd.grad(exact, x, gradient.double())
    for found, expected in ((y, exact), (dx, exact_dx)):
        assert found.dtype == dtype and found.is_contiguous(memory_format=layout)
        torch.testing.assert_close(found, expected.to(dtype))


def test_maps_that_lie_in_no_order_are_normalised_too():
    x = torch.randn(2, 16, 9, 9, generator=torch.Generator().manual_seed(5))[:, ::2, :, 1:]
    torch.testing.assert_close(LocalResponseNorm(5, 0.1, 0.75, 2.0)(x), formula_by_tensors(x, 5, 0.1, 0.75, 2.0, 1))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("num_threads", [2, 3])
def test_threads_do_not_change_a_bit(num_threads, layout, dtype):
    generator = torch.Generator().manual_seed(6)
    x, gradient = (torch.randn(3, 24, 31, 29, generator=generator).contiguous(memory_format=layout) for _ in range(2))
    x, gradient = x.to(dtype).requires_grad_(), gradient.to(dtype)
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


def test_bfloat16_is_computed_in_float32_and_rounded_once():
    x = torch.randn(2, 8, 3, 3, generator=torch.Generator().manual_seed(8)).bfloat16()
    y = LocalResponseNorm(5, 0.1, 0.75, 2.0)(x)
    wide = LocalResponseNorm(5, 0.1, 0.75, 2.0)(x.float().contiguous(memory_format=torch.channels_last))
    assert torch.equal(y, wide.bfloat16())


def test_bfloat16_keeps_infinity_and_nan():
    """With alpha = 0, beta = 1 and k = 1e-32 an activation is multiplied by 1e32: 1e17 leaves the range of the type."""
    x = torch.tensor([float("nan"), 1e17, -1e17, 1.0]).bfloat16().reshape(4, 1, 1, 1)
    y = LocalResponseNorm(1, 0.0, 1.0, 1e-32)(x).flatten()
    assert y.isnan().tolist() == [True, False, False, False]
    assert y[1:3].tolist() == [float("inf"), -float("inf")]
    torch.testing.assert_close(y[3], torch.tensor(1e32).bfloat16())


@pytest.mark.parametrize(("size", "k", "groups"), [(0, 2.0, 1), (5, 0.0, 1), (5, 2.0, 0)])
def test_impossible_settings_are_refused(size, k, groups):
    with pytest.raises(ValueError, match="allowed"):
        LocalResponseNorm(size, 1e-4, 0.75, k, groups=groups)


@pytest.mark.parametrize("shape", [(3, 4, 5), (1, 5, 2, 2)])
def test_an_input_of_another_shape_is_refused(shape):
    with pytest.raises(ValueError, match="allowed: \\(B, C, H, W\\) with C a multiple of 2"):
        LocalResponseNorm(5, 1e-4, 0.75, 2.0, groups=2)(torch.zeros(shape))


@pytest.mark.gpu
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_kernels_on_cuda_equal_the_passes_on_cpu(layout, dtype):
    generator = torch.Generator().manual_seed(9)
    x, gradient = (torch.randn(4, 48, 13, 13, generator=generator).contiguous(memory_format=layout).to(dtype) for _ in range(2))
    norm, found = LocalResponseNorm(5, 1e-2, 0.75, 2.0, groups=2), []
    for device in ("cpu", "cuda"):
        leaf = x.to(device).requires_grad_()
        y = norm(leaf)
        found.append((y.detach().cpu(), torch.autograd.grad(y, leaf, gradient.to(device))[0].cpu()))
    for one, other in zip(*found, strict=True):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize("beta", [0.75, 0.5, 0.6])
@pytest.mark.parametrize(("size", "groups", "shape"), [(5, 2, (2, 12, 20, 17)), (5, 1, (1, 3, 16, 16)), (3, 3, (1, 6, 1, 515))])
def test_rows_longer_than_a_tile_are_normalised_by_the_formula(size, groups, shape, beta):
    """340, 256 and 515 pixels: more than a tile, one exactly, and two with a rest."""
    generator = torch.Generator().manual_seed(3)
    x, gradient = (torch.randn(shape, generator=generator, dtype=torch.float64) for _ in range(2))
    norm, found = LocalResponseNorm(size, 0.3, beta, 2.0, groups=groups), []
    for work in (norm, lambda leaf: formula_by_tensors(leaf, size, 0.3, beta, 2.0, groups)):
        leaf = x.clone().requires_grad_()
        y = work(leaf)
        found.append((y.detach(), torch.autograd.grad(y, leaf, gradient)[0]))
    for one, other in zip(*found, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-12, atol=1e-13)
