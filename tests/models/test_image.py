"""The built network is the paper's, layer for layer."""

import dataclasses

import pytest
import torch
from torch import nn

from repro.models.image import build_network, initial_std
from repro.models.layers import Dropout, activation, seed_dropout
from repro.models.lrn import LocalResponseNorm
from repro.models.towers import TowerNetwork
from repro.papers import PAPERS
from repro.spec.experiment import make_run
from repro.spec.geometry import geometry
from repro.spec.network import ResponseNorm

ALEXNET = PAPERS["alexnet"]
CPU = torch.device("cpu")


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


@pytest.mark.parametrize("scale", ["smoke", "small", "cifar10", "folders"])
@pytest.mark.parametrize("variant", [variant.name for variant in ALEXNET.variants])
def test_the_built_net_has_the_counted_parameters_and_runs_forward(scale, variant):
    network = make_run(ALEXNET, scale=scale, variant=variant, seed=0).experiment.network
    net = build_network(network, num_classes=10, key=5)
    assert sum(parameter.numel() for parameter in net.parameters()) == geometry(network, num_classes=10).num_parameters
    seed_dropout(net, key=1, step=0, device=CPU)
    assert net(torch.randn(2, 3, network.size.input_px, network.size.input_px)).shape == (2, 10)


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


@pytest.mark.parametrize("variant", ["full", "no_lrn", "pool_2x2", "tanh"])
def test_the_tower_net_equals_the_grouped_net_weight_for_weight(variant):
    network = small(variant)
    grouped = build_network(network, num_classes=10, key=3).double().eval()
    towers = TowerNetwork(network, num_classes=10, devices=("cpu", "cpu")).double().eval()
    towers.load_grouped(grouped)
    assert sum(p.numel() for p in towers.parameters()) == sum(p.numel() for p in grouped.parameters())
    x = torch.randn(3, 3, 28, 28, dtype=torch.float64, generator=torch.Generator().manual_seed(0)) * 60
    one, other = grouped(x), towers(x)
    torch.testing.assert_close(one, other, rtol=1e-10, atol=1e-10)
    one.logsumexp(1).sum().backward()
    other.logsumexp(1).sum().backward()
    for name, parameter in grouped.named_parameters():
        if name.startswith("conv"):
            position = int(name[4]) - 1
            halves = [tower[position].get_parameter(name).grad for tower in towers.towers]
            torch.testing.assert_close(parameter.grad, torch.cat(halves), rtol=1e-9, atol=1e-12)


def test_response_normalisation_across_towers_would_be_another_net():
    """The proof that the equality above has teeth: with one window over all maps the outputs differ."""
    strong = dataclasses.replace(small(), lrn=ResponseNorm(size=5, alpha=1.0, beta=0.75, k=2.0))
    grouped = build_network(strong, num_classes=10, key=3).double().eval()
    towers = TowerNetwork(strong, num_classes=10, devices=("cpu", "cpu")).double().eval()
    towers.load_grouped(grouped)
    x = torch.randn(3, 3, 28, 28, dtype=torch.float64, generator=torch.Generator().manual_seed(0)) * 60
    torch.testing.assert_close(grouped(x), towers(x), rtol=1e-10, atol=1e-10)
    for module in grouped.modules():
        if isinstance(module, LocalResponseNorm):
            module.groups = 1
    assert (grouped(x) - towers(x)).abs().max() > 1e-6


def test_towers_need_a_device_each():
    with pytest.raises(ValueError, match="1 devices for 2 towers; give one device for each tower"):
        TowerNetwork(small(), num_classes=10, devices=("cpu",))


def test_dropout_zeroes_half_in_training_and_halves_in_evaluation():
    layer = Dropout(0.5)
    layer.seed(1, device=CPU)
    x = torch.ones(100, 1000)
    y = layer(x)
    assert set(y.unique().tolist()) == {0.0, 1.0}
    assert abs(float(y.mean()) - 0.5) < 0.01  # six standard deviations of 100,000 coin flips
    assert (layer.eval()(x) == 0.5).all()


def test_dropout_masks_are_a_function_of_key_step_and_layer():
    net = nn.Sequential(Dropout(0.5), Dropout(0.5))
    x = torch.ones(1000)

    def masks(key, step):
        seed_dropout(net, key=key, step=step, device=CPU)
        return net[0](x), net[1](x)

    first, again, next_step, other_key = masks(1, 0), masks(1, 0), masks(1, 1), masks(2, 0)
    assert torch.equal(first[0], again[0])
    assert torch.equal(first[1], again[1])
    for other in (first[1], next_step[0], other_key[0]):
        assert 0.4 < float((first[0] != other).float().mean()) < 0.6


def test_dropout_without_a_seed_is_an_error():
    with pytest.raises(RuntimeError, match="dropout has no seed"):
        Dropout(0.5)(torch.ones(2))


def test_unknown_activation_and_rate_are_refused():
    with pytest.raises(ValueError, match="unknown activation 'gelu'; allowed: relu, tanh"):
        activation("gelu")
    with pytest.raises(ValueError, match="dropout rate is 1"):
        Dropout(1.0)
