"""The built network is the paper's, layer for layer."""

import pytest
import torch
from torch import nn

from repro.models.image import build_network, initial_std
from repro.models.layers import seed_dropout
from repro.papers import PAPERS
from repro.spec.experiment import make_run
from repro.spec.geometry.image import geometry
from repro.spec.run import Experiment

ALEXNET = PAPERS["alexnet"]
CPU = torch.device("cpu")


NETWORKS = [
    (scale, variant.name)
    for scale in ("smoke", "small", "cifar10", "folders")
    for variant in ALEXNET.variants
    if ALEXNET.scale(scale).has(ALEXNET.family(variant.name)) and isinstance(ALEXNET.experiment(variant.name), Experiment)
]


def small(variant="full"):
    """The variant at scale `small`, as the workflow trains it."""
    return make_run(ALEXNET, scale="small", variant=variant, seed=0).experiment.network


@pytest.fixture(scope="module")
def printed():
    return build_network(ALEXNET.experiment("full").network, num_classes=1000, key=1).to("meta")


def test_the_printed_net_has_60965224_parameters(printed):
    assert sum(parameter.numel() for parameter in printed.parameters()) == 60_965_224


def test_every_map_has_its_printed_size(printed):
    """Figure 2: 55, pooled 27; 27, pooled 13; 13; 13; 13, pooled 6; 4096; 4096; 1000. conv1: 55 x 55 x 96 = 290,400."""
    sizes = {}
    for name, layer in printed.named_children():
        layer.register_forward_hook(lambda module, inputs, output, name=name: sizes.update({name: tuple(output.shape[1:])}))
    printed.eval()(torch.empty(1, 3, 224, 224, device="meta"))
    assert sizes["conv1"] == (96, 55, 55)
    assert 96 * 55 * 55 == 290_400
    assert sizes["conv1_pool"] == (96, 27, 27)
    assert sizes["conv2"] == (256, 27, 27)
    assert sizes["conv2_pool"] == (256, 13, 13)
    assert sizes["conv3"] == (384, 13, 13)
    assert sizes["conv4"] == (384, 13, 13)
    assert sizes["conv5"] == (256, 13, 13)
    assert sizes["conv5_pool"] == (256, 6, 6)
    assert [sizes[name] for name in ("flatten", "fc6", "fc7", "fc8")] == [(9216,), (4096,), (4096,), (1000,)]


def test_layers_stand_in_the_printed_order(printed):
    names = [name for name, _ in printed.named_children()]
    assert names[:5] == ["conv1_edge", "conv1", "conv1_relu", "conv1_lrn", "conv1_pool"]
    assert names[-7:] == ["fc6", "fc6_relu", "fc6_dropout", "fc7", "fc7_relu", "fc7_dropout", "fc8"]
    assert [name for name in names if name.endswith("_lrn")] == ["conv1_lrn", "conv2_lrn"]
    assert [name for name in names if name.endswith("_pool")] == ["conv1_pool", "conv2_pool", "conv5_pool"]


@pytest.mark.parametrize(("scale", "variant"), [pytest.param(*name, id="-".join(name)) for name in NETWORKS])
def test_the_built_net_has_the_counted_parameters_and_runs_forward(scale, variant):
    network = make_run(ALEXNET, scale=scale, variant=variant, seed=0).experiment.network
    net = build_network(network, num_classes=10, key=5)
    shapes = geometry(network, num_classes=10)
    assert sum(parameter.numel() for parameter in net.parameters()) == shapes.num_parameters
    names = {f"{layer.name}.{kind}" for layer in shapes.layers for kind in ("weight", "bias")}
    names |= {f"{shapes.blurred.name}.weight"} if shapes.blurred else set()
    assert {name for name, _ in net.named_parameters()} == names
    sizes = {}
    for name, layer in net.named_children():
        layer.register_forward_hook(lambda module, inputs, output, name=name: sizes.update({name: tuple(output.shape[1:])}))
    seed_dropout(net, key=1, step=0, device=CPU)
    assert net(torch.randn(2, 3, network.size.input_px, network.size.input_px)).shape == (2, 10)
    for layer in shapes.conv:
        assert sizes[layer.name] == (layer.num_kernels, layer.out_px, layer.out_px)
        if layer.pooling:
            assert sizes[f"{layer.name}_pool"] == (layer.num_kernels, layer.pooled_px, layer.pooled_px)


def names_after(variant, layer):
    """Return what follows a layer in the built net, up to the next one."""
    names = [name for name, _ in build_network(small(variant), num_classes=10, key=1).named_children()]
    rest = names[names.index(layer) + 1 :]
    end = next(i for i, name in enumerate(rest) if not name.startswith(f"{layer}_"))
    return [name.removeprefix(f"{layer}_") for name in rest[:end]]


def test_what_follows_a_convolution_stands_in_the_order_of_its_spec():
    assert names_after("full", "conv2") == ["relu", "lrn", "pool"]
    assert names_after("released_map_norm", "conv2") == ["relu", "lrn", "map_norm", "pool"]
    assert names_after("as_released", "conv1") == ["lrn", "pool", "relu"]
    assert names_after("as_released_no_norm", "conv1") == ["pool", "relu"]
    assert names_after("cifar_18pct", "conv1") == ["pool", "relu", "map_norm"]
    assert names_after("minus_conv5", "conv4") == ["relu", "pool"]


def test_an_average_pool_of_one_layer_stands_beside_the_maximum_of_another():
    net = build_network(small("cifar_18pct"), num_classes=10, key=1)
    kinds = [type(net.get_submodule(f"{layer}_pool")) for layer in ("conv1", "conv2", "conv3")]
    assert kinds == [nn.MaxPool2d, nn.AvgPool2d, nn.AvgPool2d]


def test_alpha_over_size_divides_by_the_window():
    printed, released = (build_network(small(name), num_classes=10, key=1).conv2_lrn for name in ("full", "released_alpha"))
    assert (printed.alpha, released.alpha) == (1e-4, 1e-4 / 5)


def test_towers_that_never_cross_see_nothing_of_one_another():
    """All that the output layer sees of tower 0 stays as it is when tower 1's first kernels change, and only so if none cross."""
    for variant, expected in (("towers_never_cross", True), ("full", False)):
        net = build_network(small(variant), num_classes=10, key=3).eval()
        hidden = net[:-1]
        side_px = small(variant).size.input_px
        x = torch.randn(2, 3, side_px, side_px, generator=torch.Generator().manual_seed(0)) * 60
        with torch.no_grad():
            before = hidden(x)
            net.conv1.weight[len(net.conv1.weight) // 2 :] *= 2
            after = hidden(x)
        half = before.shape[1] // 2
        assert torch.equal(before[:, :half], after[:, :half]) == expected
        assert not torch.equal(before[:, half:], after[:, half:])


def test_weights_are_gaussian_with_the_printed_deviation_and_biases_as_printed():
    """At the printed width the deviation is .01; conv2, conv4, conv5, fc6 and fc7 start with bias 1, the others with 0."""
    shapes = geometry(ALEXNET.experiment("full").network)
    assert {layer.name: initial_std(layer) for layer in shapes.layers} == dict.fromkeys(
        ("conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7", "fc8"), 0.01
    )
    net = build_network(small(), num_classes=10, key=7)
    for layer in geometry(small(), num_classes=10).layers:
        module = net.get_submodule(layer.name)
        count = module.weight.numel()
        assert abs(float(module.weight.detach().std()) / initial_std(layer) - 1) < 5 / (2 * count) ** 0.5
        assert abs(float(module.weight.detach().mean())) < 5 * initial_std(layer) / count**0.5
        expected = 1.0 if layer.name in ("conv2", "conv4", "conv5", "fc6", "fc7") else 0.0
        assert (module.bias == expected).all(), layer.name


def test_a_narrow_net_keeps_the_gain_of_the_printed_one():
    """std * sqrt(fan-in) is what the printed layer has."""
    for layer in geometry(small(), num_classes=10).layers:
        assert initial_std(layer) * layer.fan_in**0.5 == pytest.approx(layer.init_std * layer.reference_fan_in**0.5)


def test_two_seeds_give_two_initialisations_and_one_seed_one():
    one, same, other = (build_network(small(), num_classes=10, key=key) for key in (1, 1, 2))
    for a, b, c in zip(one.parameters(), same.parameters(), other.parameters(), strict=True):
        assert torch.equal(a, b)
        assert a.dim() == 1 or not torch.equal(a, c)


@pytest.mark.parametrize(
    ("layer", "expected"), [("local3", 0.04 * 2**0.5), ("fc10", 0.01 * (2 * 36 / 25) ** 0.5), ("conv1", 0.0001)]
)
def test_an_unshared_layer_has_the_fan_in_of_a_shared_one(layer, expected):
    """At scale small widths are halved, so that all but conv1 see half the inputs, and fc10 5 x 5 places of the printed 6 x 6."""
    network = small("cifar_13pct")
    (shape,) = [shape for shape in geometry(network, num_classes=10).layers if shape.name == layer]
    assert initial_std(shape) == pytest.approx(expected)
    weight = build_network(network, num_classes=10, key=7).get_parameter(f"{layer}.weight").detach()
    assert float(weight.std()) == pytest.approx(expected, rel=5 / (2 * weight.numel()) ** 0.5)


def test_a_dense_layer_in_blocks_has_its_own_fan_in():
    shapes = {layer.name: layer for layer in geometry(ALEXNET.experiment("towers_never_cross").network).layers}
    assert [shapes[name].fan_in for name in ("conv3", "fc6", "fc7", "fc8")] == [128 * 9, 128 * 36, 2048, 4096]
    assert all(initial_std(layer) == 0.01 for layer in shapes.values())
