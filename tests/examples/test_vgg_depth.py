"""The nets of the example are those of the paper's Table 1, counted by hand."""

import pytest

from repro.spec.experiment import make_run
from repro.spec.geometry.image import Geometry, geometry
from tests.known import KNOWN

VGG = KNOWN.paper("vgg")
#: Convolutions of each block, and weight layers in all, as Table 1 prints them.
BLOCKS = {"a": (1, 1, 2, 2, 2), "b": (2, 2, 2, 2, 2), "c": (2, 2, 3, 3, 3), "d": (2, 2, 3, 3, 3), "e": (2, 2, 4, 4, 4)}
DEPTH = {"a": 11, "b": 13, "c": 16, "d": 16, "e": 19}
WIDTHS = (64, 128, 256, 512, 512)


def printed(variant: str) -> Geometry:
    return geometry(VGG.experiment(variant).network)


def by_hand(variant: str) -> int:
    """Count the parameters of a net from its blocks."""
    total, in_maps = 0, 3
    for width, num in zip(WIDTHS, BLOCKS[variant], strict=True):
        for position in range(num):
            kernel_px = 1 if variant == "c" and position == 2 else 3
            total += width * (in_maps * kernel_px**2 + 1)
            in_maps = width
    return total + 4096 * (512 * 7 * 7 + 1) + 4096 * (4096 + 1) + 1000 * (4096 + 1)


@pytest.mark.parametrize("variant", BLOCKS)
def test_a_net_has_the_layers_widths_and_parameters_of_its_column(variant):
    shapes = printed(variant)
    assert len(shapes.layers) == DEPTH[variant]
    widths = [width for width, num in zip(WIDTHS, BLOCKS[variant], strict=True) for _ in range(num)]
    assert [layer.num_kernels for layer in shapes.conv] == widths
    assert shapes.num_parameters == by_hand(variant)


@pytest.mark.parametrize("variant", [variant.name for variant in VGG.variants])
def test_five_poolings_halve_the_maps_from_224_px_to_7(variant):
    shapes = printed(variant)
    assert [layer.pooled_px for layer in shapes.conv if layer.pooling] == [112, 56, 28, 14, 7]
    assert all(layer.in_px == layer.out_px for layer in shapes.conv)


def test_normalisation_follows_the_first_convolution_of_a_lrn_alone():
    assert [layer.name for layer in printed("a_lrn").conv if layer.normalised] == ["conv1_1"]
    assert printed("a_lrn").conv[0].order == ("activation", "lrn", "pool")
    assert not any(layer.normalised for name in BLOCKS for layer in printed(name).conv)
    assert VGG.experiment("a_lrn").network.lrn == KNOWN.paper("alexnet").experiment("full").network.lrn, "as the paper says"


def test_one_kernel_of_5_px_sees_what_a_pair_of_3_px_sees():
    pairs, single = printed("b").conv, printed("b_5x5").conv
    assert [layer.num_kernels for layer in single] == [layer.num_kernels for layer in pairs[::2]]
    assert {layer.kernel_px for layer in single} == {5}


def test_1x1_kernels_add_layers_and_no_receptive_field():
    assert [layer.kernel_px for layer in printed("c").conv].count(1) == 3
    without = [layer for layer in printed("c").conv if layer.kernel_px == 3]
    assert [layer.name for layer in without] == [layer.name for layer in printed("b").conv]


@pytest.mark.parametrize("scale", VGG.scales, ids=lambda scale: scale.name)
def test_every_scale_keeps_the_depth_and_the_poolings(scale):
    for variant, depth in DEPTH.items():
        shapes = geometry(make_run(VGG, scale=scale.name, variant=variant, seed=0).trained.network)
        assert len(shapes.layers) == depth
        assert sum(layer.pooling is not None for layer in shapes.conv) == 5


def test_initial_deviations_are_those_of_glorot_and_bengio():
    """The root of 2 / (inputs + outputs of a kernel), and of a unit of a dense layer."""
    for variant in ("e", "c", "b_5x5"):
        for layer in printed(variant).conv:
            outputs = layer.num_kernels * layer.kernel_px**2
            assert layer.init_std == pytest.approx((2 / (layer.fan_in + outputs)) ** 0.5), layer.name
    for layer in printed("e").dense:
        assert layer.init_std == pytest.approx((2 / (layer.fan_in + layer.num_units)) ** 0.5), layer.name
