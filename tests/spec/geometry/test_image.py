"""What follows from a spec alone: sums that papers print, layers left out, and what cannot be built."""

from dataclasses import replace

import pytest

from repro.papers import PAPERS
from repro.spec.geometry.image import geometry, pooled_px
from repro.spec.names import replaced
from repro.spec.network import Pooling

ALEXNET = PAPERS["alexnet"].experiment("full").network


def with_(*changes):
    """Return AlexNet with each (key, value) in its place."""
    network = ALEXNET
    for key, value in changes:
        network = replaced(network, key, value)
    return network


@pytest.mark.parametrize(
    ("map_px", "size_px", "stride_px", "edge", "expected"),
    [
        (13, 3, 2, "keep", 6),
        (14, 3, 2, "keep", 7),
        (14, 3, 2, "drop", 6),
        (2, 3, 2, "keep", 1),
        (2, 3, 2, "drop", 0),
        (6, 2, 3, "keep", 2),
        (3, 1, 3, "keep", 1),
    ],
)
def test_pooled_maps_by_hand(map_px, size_px, stride_px, edge, expected):
    assert pooled_px(map_px, Pooling(size_px=size_px, stride_px=stride_px), edge) == expected


def test_neurons_by_layer_are_those_of_figure_2_but_for_conv1():
    assert geometry(ALEXNET).neurons_by_layer == {
        "input": 224 * 224 * 3,
        "conv1": 290_400,
        "conv2": 186_624,
        "conv3": 64_896,
        "conv4": 64_896,
        "conv5": 43_264,
        "fc6": 4096,
        "fc7": 4096,
        "fc8": 1000,
    }


def test_conv3_holds_the_largest_share_of_the_parameters():
    assert geometry(ALEXNET).largest_conv_share == 384 * (256 * 9 + 1) / 60_965_224


def test_two_layers_left_out_hand_the_pooling_to_the_one_before_both():
    shapes = geometry(with_(("conv.conv4.present", False), ("conv.conv5.present", False)))
    assert [(layer.name, layer.pooled_px) for layer in shapes.conv] == [("conv1", 27), ("conv2", 13), ("conv3", 6)]


def test_a_pooling_of_its_own_is_handed_on_and_needs_no_place_in_the_order_before():
    own = Pooling(size_px=2, stride_px=2, kind="average")
    shapes = geometry(with_(("conv.conv5.present", False), ("conv.conv5.pooling", own), ("conv.conv4.order", ("activation",))))
    assert shapes.conv[-1].pooling == own
    assert shapes.conv[-1].order == ("activation", "pool")


def test_a_pooling_of_its_own_may_ask_for_the_maps_of_another():
    own = Pooling(size_px=2, stride_px=2, same_maps_as=(3, 2))
    shapes = geometry(with_(("conv.conv5.pooling", own)))
    assert [layer.padding_px for layer in shapes.conv] == [0, 2, 1, 1, 0]
    assert [layer.pooled_px for layer in shapes.conv] == [27, 13, 13, 13, 6]


def test_towers_that_never_cross_have_half_the_inputs_everywhere_but_in_the_output():
    shapes = geometry(with_(("towers.cross", False)))
    assert {layer.name: layer.groups for layer in shapes.layers} == {
        "conv1": 1,
        "conv2": 2,
        "conv3": 2,
        "conv4": 2,
        "conv5": 2,
        "fc6": 2,
        "fc7": 2,
        "fc8": 1,
    }
    saved = 384 * 128 * 9 + 4096 * 4608 + 4096 * 2048
    assert shapes.num_parameters == 60_965_224 - saved


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ([("edge", "cut")], "unknown edge 'cut'; allowed: keep, drop"),
        ([("conv.conv2.present", False)], "conv2 is not present, and layer conv1 before it is pooled itself"),
        ([("conv.conv1.present", False)], "the first convolution is pooled and not present"),
        ([("conv.conv1.order", ("activation", "pool"))], "layer conv1: its order is activation, pool; allowed: each of .*lrn"),
        ([("conv.conv1.order", ("activation", "lrn", "pool", "noise"))], "allowed: each of activation, lrn, pool once"),
        ([("conv.conv3.num_kernels", 383)], "layer conv3: 383 kernels or units over 2 towers; allowed: a multiple of 2"),
        ([("towers.cross", False), ("dense.fc6.num_units", 4095)], "layer fc6: 4095 kernels or units over 2 towers"),
    ],
)
def test_what_cannot_be_built_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        geometry(with_(*changes))


def test_a_map_smaller_than_a_window_is_refused():
    small = replace(ALEXNET, size=replace(ALEXNET.size, input_px=40), edge="drop")
    with pytest.raises(ValueError, match=r"no pooling window fits a map of \d px; choose a larger input_px in the scale"):
        geometry(small)


def test_a_net_of_another_width_has_other_numbers_of_kernels_and_of_hidden_units_alone():
    half, full = geometry(with_(("width", 0.5))), geometry(ALEXNET)
    assert [layer.num_kernels for layer in half.conv] == [48, 128, 192, 192, 128]
    assert [layer.num_units for layer in half.dense] == [2048, 2048, 1000]
    assert [layer.out_px for layer in half.conv] == [layer.out_px for layer in full.conv]


def test_initial_weights_of_another_width_are_scaled_from_the_printed_layers_as_at_a_smaller_scale():
    """So the sums of a narrower net begin with the spread of the printed net's."""
    half, full = geometry(with_(("width", 0.5))), geometry(ALEXNET)
    assert [layer.reference_fan_in for layer in half.layers] == [layer.fan_in for layer in full.layers]


def test_the_width_of_a_net_multiplies_that_of_the_scale():
    small = replace(ALEXNET.size, width=1 / 8)
    twice = geometry(with_(("size", small), ("width", 2.0)))
    assert twice.layers == geometry(with_(("size", replace(small, width=1 / 4)))).layers
