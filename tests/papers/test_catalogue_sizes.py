"""Sizes of the printed nets, counted by hand."""

import pytest

from repro.papers import PAPERS
from repro.spec.geometry.image import Geometry, geometry


def at_paper_scale(variant: str) -> Geometry:
    return geometry(PAPERS["alexnet"].experiment(variant).network)


def test_alexnet_has_the_60_965_224_parameters_of_its_printed_layers():
    assert at_paper_scale("full").num_parameters == 60_965_224


def test_alexnet_counts_layer_by_layer_add_up_by_hand():
    by_hand = {
        "conv1": 96 * (3 * 11 * 11 + 1),
        "conv2": 256 * (48 * 5 * 5 + 1),
        "conv3": 384 * (256 * 3 * 3 + 1),
        "conv4": 384 * (192 * 3 * 3 + 1),
        "conv5": 256 * (192 * 3 * 3 + 1),
        "fc6": 4096 * (256 * 6 * 6 + 1),
        "fc7": 4096 * (4096 + 1),
        "fc8": 1000 * (4096 + 1),
    }
    assert {layer.name: layer.num_parameters for layer in at_paper_scale("full").layers} == by_hand


def test_alexnet_has_290_400_neurons_in_conv1_and_659_272_in_all():
    shapes = at_paper_scale("full")
    assert shapes.conv[0].num_neurons == 55 * 55 * 96 == 290_400
    assert shapes.num_neurons == 659_272


def test_alexnet_maps_shrink_55_27_27_13_13_13_13_6():
    shapes = at_paper_scale("full")
    conv1, conv2, conv3, conv4, conv5 = shapes.conv
    assert shapes.input_px == 224
    assert [conv1.out_px, conv1.pooled_px, conv2.out_px, conv2.pooled_px] == [55, 27, 27, 13]
    assert [conv3.out_px, conv4.out_px, conv5.out_px, conv5.pooled_px] == [13, 13, 13, 6]


def test_alexnet_needs_724_406_816_multiply_adds_for_an_image():
    assert at_paper_scale("full").num_flops == 2 * 724_406_816


def test_one_tower_half_has_59_798_312_parameters_and_a_whole_conv5():
    shapes = at_paper_scale("one_tower_half")
    assert shapes.num_parameters == 59_798_312
    assert [layer.num_kernels for layer in shapes.conv] == [48, 128, 192, 192, 256]
    assert [layer.num_units for layer in shapes.dense] == [4096, 4096, 1000]


def test_pool_2x2_keeps_the_maps_from_conv2_on_by_padding_of_conv2_1_and_conv5_0():
    full, other = at_paper_scale("full"), at_paper_scale("pool_2x2")
    assert {layer.name: layer.padding_px for layer in other.conv}["conv2"] == 1
    assert {layer.name: layer.padding_px for layer in other.conv}["conv5"] == 0
    assert [layer.pooled_px for layer in full.conv] == [27, 13, 13, 13, 6]
    assert [layer.pooled_px for layer in other.conv] == [28, 13, 13, 13, 6]
    assert other.num_parameters == full.num_parameters


def test_pool_2x2_unmatched_leaves_the_padding_and_so_has_larger_last_maps():
    full, other = at_paper_scale("full"), at_paper_scale("pool_2x2_unmatched")
    assert [layer.padding_px for layer in other.conv] == [layer.padding_px for layer in full.conv]
    assert [layer.pooled_px for layer in other.conv] == [28, 14, 14, 14, 7]


def test_without_windows_over_the_edge_the_maps_of_224_px_are_54_26_12_and_5():
    shapes = at_paper_scale("edge_dropped")
    assert [layer.out_px for layer in shapes.conv] == [54, 26, 12, 12, 12]
    assert [layer.pooled_px for layer in shapes.conv] == [26, 12, 12, 12, 5]


def test_one_tower_full_sees_all_maps_everywhere():
    shapes = at_paper_scale("one_tower_full")
    assert [layer.groups for layer in shapes.conv] == [1, 1, 1, 1, 1]
    assert [layer.num_kernels for layer in shapes.conv] == [96, 256, 384, 384, 256]
    assert shapes.num_parameters == 60_965_224 + 256 * 48 * 25 + 384 * 192 * 9 + 256 * 192 * 9 == 62_378_344


@pytest.mark.parametrize("gone", ["conv3", "conv4", "conv5"])
def test_without_a_middle_layer_the_last_maps_keep_their_6_px(gone):
    shapes = at_paper_scale(f"minus_{gone}")
    assert gone not in [layer.name for layer in shapes.layers]
    assert len(shapes.conv) == 4
    assert [shapes.conv[-1].out_px, shapes.conv[-1].pooled_px] == [13, 6]


def test_without_dense_layers_fewer_or_no_hidden_units_are_left():
    assert [(layer.name, layer.fan_in) for layer in at_paper_scale("minus_fc7").dense] == [("fc6", 9216), ("fc8", 4096)]
    assert [(layer.name, layer.fan_in) for layer in at_paper_scale("minus_fc6_fc7").dense] == [("fc8", 9216)]


def test_conv6_lies_on_the_last_pooled_maps_sees_both_towers_and_keeps_their_6_px():
    full, other = at_paper_scale("full"), at_paper_scale("conv6")
    conv5, conv6 = other.conv[4:]
    assert (conv5.pooled_px, conv6.in_px, conv6.out_px, conv6.pooled_px) == (6, 6, 6, 6)
    assert (conv6.groups, conv6.num_kernels, conv6.kernel_px, conv6.pooling) == (1, 256, 3, None)
    assert other.num_parameters - full.num_parameters == 256 * (256 * 3 * 3 + 1) == 590_080


def test_conv6_with_10184_classes_has_a_larger_output_layer():
    assert at_paper_scale("ten_thousand").dense[-1].num_parameters == 10_184 * 4097
    assert len(at_paper_scale("ten_thousand_five_conv").conv) == 5


def test_the_net_with_a_blurred_input_has_32_first_kernels_in_each_tower_and_a_coarse_view_of_56_px():
    shapes = at_paper_scale("blurred_input")
    assert [layer.num_kernels for layer in shapes.conv] == [64, 256, 384, 384, 256]
    assert shapes.conv[0].order == ("lrn", "pool", "activation")
    by_hand = 64 * (3 * 11 * 11 + 1) + 256 * (32 * 5 * 5 + 1) + 256 * 3 * 5 * 5
    printed = 96 * (3 * 11 * 11 + 1) + 256 * (48 * 5 * 5 + 1)
    assert shapes.num_parameters - at_paper_scale("full").num_parameters == by_hand - printed


def test_cifar_13pct_has_the_1_116_490_parameters_of_its_shipped_layers():
    shapes = at_paper_scale("cifar_13pct")
    by_hand = {
        "conv1": 64 * (3 * 25 + 1),
        "conv2": 64 * (64 * 25 + 1),
        "local3": 6 * 6 * 32 * (64 * 9 + 1),
        "local4": 6 * 6 * 32 * (32 * 9 + 1),
        "fc10": 10 * (6 * 6 * 32 + 1),
    }
    assert {layer.name: layer.num_parameters for layer in shapes.layers} == by_hand
    assert shapes.num_parameters == 1_116_490
    assert [layer.pooled_px for layer in shapes.conv] == [12, 6, 6, 6]


def test_cifar_18pct_has_the_89_578_parameters_of_its_shipped_layers_and_maps_of_16_8_and_4_px():
    shapes = at_paper_scale("cifar_18pct")
    assert [layer.pooled_px for layer in shapes.conv] == [16, 8, 4]
    assert shapes.num_parameters == 32 * 76 + 32 * (32 * 25 + 1) + 64 * (32 * 25 + 1) + 10 * (4 * 4 * 64 + 1) == 89_578
