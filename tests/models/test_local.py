"""A locally connected layer is a convolution with kernels of its own at every place."""

import pytest
import torch

from repro.models.local import LocallyConnected2d

# maps, kernels, kernel_px, in_px, stride, padding, groups
SETTINGS = [
    (3, 4, 3, 6, 1, 1, 1),
    (2, 3, 2, 5, 1, 0, 1),
    (4, 4, 3, 7, 2, 1, 2),
    (1, 2, 5, 5, 1, 2, 1),
    (2, 2, 3, 8, 3, 2, 1),
    (3, 2, 1, 3, 1, 0, 1),
]


def layer_of(maps, kernels, kernel_px, in_px, stride, padding, groups):
    out_px = (in_px + 2 * padding - kernel_px) // stride + 1
    torch.manual_seed(0)
    return LocallyConnected2d(maps, kernels, kernel_px, out_px=out_px, stride=stride, padding=padding, groups=groups).double()


def trimmed_px(in_px, kernel_px, stride, padding):
    """Return the input size that the windows cover exactly."""
    return ((in_px + 2 * padding - kernel_px) // stride) * stride + kernel_px - 2 * padding


def noise(*shape, seed=1):
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def by_loop(layer, x):
    """One output number at a time: bias + sum over the window of input times weight, zeros beyond the edge."""
    batch, maps, in_px, _ = x.shape
    out_px, kernel_px, num_kernels = layer.out_px, layer.weight.shape[2], layer.weight.shape[-1]
    y = torch.empty(batch, num_kernels, out_px, out_px, dtype=x.dtype)
    per_group = num_kernels // layer.groups
    for b in range(batch):
        for k in range(num_kernels):
            first = k // per_group * (maps // layer.groups)
            for row in range(out_px):
                for column in range(out_px):
                    total = layer.bias[row, column, k].item()
                    for r in range(kernel_px):
                        for s in range(kernel_px):
                            h, w = row * layer.stride + r - layer.padding, column * layer.stride + s - layer.padding
                            if 0 <= h < in_px and 0 <= w < in_px:
                                for c in range(maps // layer.groups):
                                    total += (x[b, first + c, h, w] * layer.weight[row, column, s, r, c, k]).item()
                    y[b, k, row, column] = total
    return y


def test_two_places_by_hand():
    """One map of 1 x 2 places and 1 px kernels: 2 * 10 + 1 = 21 and 3 * 100 - 1 = 299 (the second row likewise)."""
    layer = LocallyConnected2d(1, 1, 1, out_px=2)
    with torch.no_grad():
        layer.weight.view(2, 2).copy_(torch.tensor([[10.0, 100], [1000, 10000]]))
        layer.bias.view(2, 2).copy_(torch.tensor([[1.0, -1], [0, 0]]))
    y = layer(torch.tensor([[2.0, 3], [4, 5]]).reshape(1, 1, 2, 2))
    assert y.flatten().tolist() == [21, 299, 4000, 50000]


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("memory_format", [torch.contiguous_format, torch.channels_last])
def test_the_layer_equals_a_loop_over_places(settings, memory_format):
    maps, _, kernel_px, in_px, stride, padding, _ = settings
    px = trimmed_px(in_px, kernel_px, stride, padding)
    layer = layer_of(*settings)
    x = noise(2, maps, px, px).contiguous(memory_format=memory_format)
    torch.testing.assert_close(layer(x), by_loop(layer, x), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("settings", SETTINGS)
def test_gradients_pass_gradcheck(settings):
    maps, _, kernel_px, in_px, stride, padding, _ = settings
    px = trimmed_px(in_px, kernel_px, stride, padding)
    layer = layer_of(*settings)
    weight, bias = layer.weight.detach().requires_grad_(), layer.bias.detach().requires_grad_()
    assert torch.autograd.gradcheck(
        lambda x, weight, bias: torch.func.functional_call(layer, {"weight": weight, "bias": bias}, x),
        (noise(2, maps, px, px).requires_grad_(), weight, bias),
    )


def test_with_the_same_kernels_everywhere_it_is_a_convolution():
    layer = layer_of(3, 4, 3, 6, 1, 1, 1)
    kernel, bias = noise(4, 3, 3, 3), noise(4)
    with torch.no_grad():
        layer.weight.copy_(kernel.permute(3, 2, 1, 0).expand_as(layer.weight))
        layer.bias.copy_(bias.expand_as(layer.bias))
    x = noise(5, 3, 6, 6, seed=2)
    expected = torch.nn.functional.conv2d(x, kernel, bias, padding=1)
    torch.testing.assert_close(layer(x), expected, rtol=1e-12, atol=1e-12)
    with torch.no_grad():
        layer.weight[0, 0] += 1
    changed = (layer(x) - expected).abs().amax(dim=(0, 1)) > 1e-9
    assert changed.nonzero().tolist() == [[0, 0]]


def test_an_input_that_needs_no_gradient_gets_none():
    layer = layer_of(3, 4, 3, 6, 1, 1, 1)
    x = noise(2, 3, 6, 6)
    layer(x).sum().backward()
    assert x.grad is None
    assert layer.weight.grad.abs().sum() > 0
    assert (layer.bias.grad == 2).all()


def test_inputs_and_groups_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"allowed: \(B, 3, 6, 6\), which gives 6 places along each side"):
        layer_of(3, 4, 3, 6, 1, 1, 1)(noise(2, 3, 7, 7))
    with pytest.raises(ValueError, match="3 maps and 4 kernels in 2 groups; allowed: multiples of 2"):
        LocallyConnected2d(3, 4, 3, out_px=6, groups=2)
