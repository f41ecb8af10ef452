"""The coarse view of the image: its sizes, its numbers by hand, and that a network is the plain one without it."""

from dataclasses import replace

import pytest
import torch
from torch.nn import functional

from repro.models.blurred import BlurredView, gaussian_WW
from repro.models.image import build_network
from repro.papers import PAPERS
from repro.spec.experiment import make_run
from repro.spec.geometry.blurred import blurred_shape
from repro.spec.geometry.image import geometry
from repro.spec.network import Blurred
from tests.models.apart import build_towers

ALEXNET = PAPERS["alexnet"]
PRINTED = ALEXNET.experiment("blurred_input").network
SMALL = make_run(ALEXNET, scale="small", variant="blurred_input", seed=0).experiment.network


def test_at_the_printed_size_one_pixel_in_four_is_kept_and_no_zeros_are_needed_but_at_the_edge():
    shape = geometry(PRINTED).blurred
    assert (shape.keep_px, shape.std_px, shape.window_px, shape.padding_px) == (4, 4.0, 9, 0)
    # 56 coarse pixels, windows of 5 px, 2 px apart: the 27th hangs over the edge by one.
    assert (shape.out_px, shape.extra_px, shape.num_kernels) == (27, 1, 256)
    assert shape.num_parameters == 256 * 3 * 5 * 5
    assert shape.out_px == geometry(PRINTED).conv[1].out_px


def test_it_adds_its_own_parameters_and_operations_to_those_of_the_plain_net():
    plain, both = geometry(replace(PRINTED, blurred=None)), geometry(PRINTED)
    assert both.num_parameters - plain.num_parameters == 19_200
    assert both.num_flops - plain.num_flops == 2 * 27 * 27 * 19_200
    assert both.layers == plain.layers
    assert both.num_neurons == plain.num_neurons


@pytest.mark.parametrize("scale", [scale.name for scale in ALEXNET.scales])
def test_its_maps_have_the_size_of_the_layer_s_at_every_scale(scale):
    network = make_run(ALEXNET, scale=scale, variant="blurred_input", seed=0).experiment.network
    shape = geometry(network).blurred
    view = BlurredView(shape)
    assert view(torch.zeros(1, 3, network.size.input_px, network.size.input_px)).shape[2:] == (shape.out_px, shape.out_px)
    assert shape.window_px % 2 == 1


def test_it_is_the_blur_then_every_fourth_pixel_from_the_third_on_then_a_convolution():
    """As in the released code: start = (224 - 4 * 55) / 2 = 2, so that pixels 2, 6, ... 222 are kept."""
    shape, generator = geometry(PRINTED).blurred, torch.Generator().manual_seed(0)
    assert shape.start_px == 2
    view = BlurredView(shape).double()
    image = 50 * torch.randn(2, 3, 224, 224, generator=generator, dtype=torch.float64)
    with torch.no_grad():
        view.weight.normal_(0.0, 0.01, generator=generator)
    weight_W = torch.exp(-((torch.arange(9, dtype=torch.float32) - 4) ** 2) / 32)
    window_WW = torch.outer(weight_W, weight_W)
    window_WW = (window_WW / window_WW.sum()).double().expand(3, 1, 9, 9)
    blurred = functional.conv2d(functional.pad(image, (4, 4, 4, 4)), window_WW, groups=3)
    kept = blurred[:, :, 2::4, 2::4]
    assert kept.shape[2:] == (56, 56)
    expected = functional.conv2d(functional.pad(kept, (0, 1, 0, 1)), view.weight, stride=2)
    # float64
    torch.testing.assert_close(view(image), expected, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize(("input_px", "start_px"), [(224, 2), (225, 0), (226, 1), (223, 1), (32, 1), (24, 0)])
def test_the_pixels_that_are_kept_leave_equal_margins(input_px, start_px):
    """By the release's formula, with one pixel in four kept of the larger inputs, in two of 32 px, every one of 24 px."""
    out_px = {32: 8, 24: 12}.get(input_px, 27)
    shape = blurred_shape(PRINTED.blurred, input_px=input_px, in_maps=3, out_px=out_px, num_kernels=8)
    num = -(-input_px // shape.keep_px)
    assert shape.start_px == start_px == (input_px - shape.keep_px * (num - 1)) // 2
    assert start_px + shape.keep_px * (num - 1) < input_px


def test_a_uniform_image_keeps_its_colour_away_from_the_edge_and_each_kernel_sums_it():
    shape = geometry(PRINTED).blurred
    view = BlurredView(shape)
    with torch.no_grad():
        view.weight[0] = 1.0
    image = torch.tensor([1.0, 2.0, 4.0]).reshape(1, 3, 1, 1).expand(1, 3, 224, 224)
    maps = view(image)
    torch.testing.assert_close(maps[0, 0, 5:20, 5:20], torch.full((15, 15), 25 * 7.0))
    assert not maps[0, 1].any()


def test_the_blur_is_the_gaussian_of_its_deviation_and_sums_to_1():
    window = gaussian_WW(9, std_px=4.0)
    assert window.sum() == pytest.approx(1.0)
    assert window[4, 8] / window[4, 4] == pytest.approx(torch.exp(torch.tensor(-0.5)).item())
    assert torch.equal(window, window.T)


def test_with_its_weights_at_0_the_network_is_the_plain_one():
    net = build_network(SMALL, num_classes=10, key=3).eval()
    plain = build_network(replace(SMALL, blurred=None), num_classes=10, key=3).eval()
    noise = torch.randn(2, 3, SMALL.size.input_px, SMALL.size.input_px, generator=torch.Generator().manual_seed(1))
    assert not torch.allclose(net(noise), plain(noise))
    with torch.no_grad():
        net.get_submodule("conv2_blurred").weight.zero_()
    torch.testing.assert_close(net(noise), plain(noise), rtol=0, atol=0)


def test_its_weights_learn_and_are_saved_and_its_window_is_not():
    net = build_network(SMALL, num_classes=10, key=3)
    names = {name for name, _ in net.named_parameters()}
    assert names - {
        name for name, _ in build_network(replace(SMALL, blurred=None), num_classes=10, key=3).named_parameters()
    } == {"conv2_blurred.weight"}
    assert set(net.state_dict()) == names
    assert net.get_submodule("conv2_blurred").weight.std().item() == pytest.approx(0.01, rel=0.2)
    net.eval()(torch.ones(1, 3, SMALL.size.input_px, SMALL.size.input_px)).sum().backward()
    assert net.get_submodule("conv2_blurred").weight.grad.abs().sum() > 0


@pytest.mark.parametrize("layer", ["conv1", "fc6", "conv9"])
def test_a_coarse_view_for_a_layer_that_cannot_have_one_is_refused(layer):
    with pytest.raises(ValueError, match=f"goes to layer '{layer}'; allowed: conv2, conv3"):
        geometry(replace(PRINTED, blurred=replace(PRINTED.blurred, layer=layer)))


def test_a_coarse_view_that_fits_no_map_is_refused():
    coarse = Blurred(layer="conv2", std_px=4, window_px=9, keep_px=4, kernel_px=3, stride_px=1)
    with pytest.raises(ValueError, match=r"gives no maps of 13 px.*choose another"):
        blurred_shape(coarse, input_px=2, in_maps=3, out_px=13, num_kernels=8)


def test_towers_on_devices_of_their_own_refuse_it():
    with pytest.raises(ValueError, match="coarse view, conv2_blurred"):
        build_towers(SMALL, num_classes=10, key=1, devices=("cpu", "cpu"))
