"""What is read off a network is what a count by hand gives."""

import dataclasses
from collections import OrderedDict

import numpy as np
import pytest
import torch
from torch import nn

from repro.artifacts.log_jsonl import LayerSaturation
from repro.models.image import build_network
from repro.models.probe import first_kernels_KHWC, input_of, saturated, saturation
from repro.papers import PAPERS
from repro.spec.experiment import make_run

FULL = make_run(PAPERS["alexnet"], scale="smoke", variant="full", seed=0).experiment.network


@pytest.mark.parametrize(
    ("activation", "outputs", "expected"),
    [
        # derivative 0 or 1
        ("relu", [0.0, 1e-6, 5.0], [True, False, False]),
        # 1 - y^2 below .05: |y| above .97468
        ("tanh", [0.0, 0.9746, 0.9747, -0.9746, -0.9747], [False, False, True, False, True]),
        # 4 y (1 - y) below .05: y outside (.012660, .987340)
        ("sigmoid", [0.5, 0.0127, 0.0126, 0.9873, 0.9874], [False, False, True, False, True]),
    ],
)
def test_a_unit_is_saturated_where_its_derivative_is_below_a_twentieth_of_the_largest(activation, outputs, expected):
    assert saturated(torch.tensor(outputs), activation).tolist() == expected


def test_an_unknown_activation_is_refused():
    with pytest.raises(ValueError, match="unknown activation 'elu'; allowed: relu, tanh, sigmoid"):
        saturated(torch.zeros(1), "elu")


class Given(nn.Module):
    """Return the next of some prepared outputs."""

    def __init__(self, *outputs):
        super().__init__()
        self.outputs = list(outputs)

    def forward(self, x):
        return self.outputs.pop(0)


def test_shares_of_saturated_and_dead_units_are_counted_over_all_batches():
    """Three images, in batches of two and one, of four units: 0 marks a saturated one."""
    network = dataclasses.replace(FULL, conv=FULL.conv[:1], dense=())
    batches = torch.tensor([[[0.0, 0, 1, 1], [0, 1, 0, 1]]]), torch.tensor([[[0.0, 0, 0, 1]]])
    outputs = [batch.reshape(-1, 4, 1, 1) for batch in batches]
    net = nn.Sequential(OrderedDict(conv1_relu=Given(*outputs))).train()
    found = saturation(net, network, [torch.zeros(2), torch.zeros(1)])
    # saturated: 2 + 2 + 3 of 12; dead: the first unit of 4
    assert found == {"conv1": LayerSaturation(saturated=7 / 12, dead=1 / 4)}
    assert net.training


@pytest.mark.parametrize("variant", ["full", "as_released", "tanh", "sigmoid", "figure1_relu", "cifar_11pct", "cifar_18pct"])
def test_every_layer_but_the_output_is_probed_in_order(variant):
    network = make_run(PAPERS["alexnet"], scale="smoke", variant=variant, seed=0).experiment.network
    net = build_network(network, num_classes=10, key=1)
    batch = 50 * torch.randn(3, 3, network.size.input_px, network.size.input_px)
    found = saturation(net, network, [batch])
    assert list(found) == [layer.name for layer in (*network.conv, *network.dense)]
    for shares in found.values():
        assert 0 <= shares.dead <= shares.saturated <= 1


def test_the_input_of_a_layer_gives_the_output_of_the_network():
    net = build_network(FULL, num_classes=10, key=1).eval()
    batch = torch.randn(3, 3, FULL.size.input_px, FULL.size.input_px)
    with torch.no_grad():
        logits, feature = input_of(net, "fc8", batch)
        assert feature.shape == (3, net.get_submodule("fc8").in_features)
        torch.testing.assert_close(net.get_submodule("fc8")(feature), logits)
        assert torch.equal(net(batch), logits)
    assert not net.get_submodule("fc8")._forward_pre_hooks


def test_kernels_have_colours_last_and_their_towers_in_order():
    net = build_network(FULL, num_classes=10, key=1)
    kernel_KHWC = first_kernels_KHWC(net, FULL)
    weight_KCHW = net.get_submodule("conv1").weight.detach().numpy()
    assert kernel_KHWC.dtype == np.float32
    assert kernel_KHWC.shape == (weight_KCHW.shape[0], 5, 5, 3)
    assert kernel_KHWC[3, 1, 2, 0] == weight_KCHW[3, 0, 1, 2]
