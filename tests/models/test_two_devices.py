"""The net over two devices is the net on one, weight for weight, and moves what Figure 2 implies and no more."""

import copy
import dataclasses
from collections import Counter

import pytest
import torch
from torch import nn
from torch._subclasses.fake_tensor import FakeTensorMode

from repro.models.image import build_network
from repro.models.layers import seed_dropout
from repro.models.norm.lrn import LocalResponseNorm
from repro.models.towers import TowerNetwork
from repro.papers import PAPERS
from repro.spec.experiment import make_run
from repro.spec.network import ResponseNorm
from repro.spec.recipe import LayerDecay
from repro.train.networks.optim import PaperSGD
from tests.models.apart import build_towers

ALEXNET = PAPERS["alexnet"]
CPU = torch.device("cpu")
#: A net with a coarse view of the image is refused (tests/models/test_blurred.py).
TWO_TOWERS = [
    variant.name
    for variant in ALEXNET.variants
    if ALEXNET.family(variant.name) == "alexnet"
    and ALEXNET.experiment(variant.name).network.towers.num == 2
    and ALEXNET.experiment(variant.name).network.blurred is None
]


def small(variant="full"):
    """The variant at scale `small`, as the workflow trains it."""
    return make_run(ALEXNET, scale="small", variant=variant, seed=0).experiment.network


def both(network, *, key=3):
    """Return the net on one device and over two, with the initial weights of one seed, in float64."""
    one = build_network(network, num_classes=10, key=key).double()
    two = build_towers(network, num_classes=10, key=key, devices=("cpu", "cpu")).double()
    return one, two


def pixels(network, num=3, seed=0):
    px = network.size.input_px
    return torch.randn(num, 3, px, px, dtype=torch.float64, generator=torch.Generator().manual_seed(seed)) * 60


def gradients(two):
    """Return the gradients of the net over two devices by the names of one device."""
    twin = copy.deepcopy(two)
    for own, other in zip(twin.parameters(), two.parameters(), strict=True):
        own.data = other.grad
    return twin.state_dict()


@pytest.mark.parametrize("variant", TWO_TOWERS)
def test_one_seed_gives_both_nets_the_same_weights_outputs_and_gradients(variant):
    """In training mode, with the dropout masks of one step."""
    network = small(variant)
    one, two = both(network)
    assert sum(p.numel() for p in two.parameters()) == sum(p.numel() for p in one.parameters())
    assert list(two.state_dict()) == list(one.state_dict())
    assert all(torch.equal(weight, one.state_dict()[name]) for name, weight in two.state_dict().items())
    x, label_B = pixels(network), torch.tensor([1, 7, 4])
    outputs = []
    for net in (one, two):
        seed_dropout(net, key=5, step=11, device=CPU)
        outputs.append(net(x))
        nn.functional.cross_entropy(outputs[-1], label_B).backward()
    # float64: sums in another order
    torch.testing.assert_close(outputs[1], outputs[0], rtol=1e-10, atol=1e-10)
    found = gradients(two)
    for name, parameter in one.named_parameters():
        torch.testing.assert_close(found[name], parameter.grad, rtol=1e-9, atol=1e-12)


def test_another_dropout_step_gives_other_outputs():
    """The proof that the equality above compares dropped units: masks of two steps differ in both nets."""
    network = small()
    x = pixels(network)
    for net in both(network):
        seed_dropout(net, key=5, step=11, device=CPU)
        first = net(x)
        seed_dropout(net, key=5, step=12, device=CPU)
        assert (net(x) - first).abs().max() > 1e-6
        seed_dropout(net, key=5, step=11, device=CPU)
        assert torch.equal(net(x), first)


def test_twenty_steps_of_the_papers_rule_leave_the_same_weights():
    """With everything that the rule knows by a layer's name: rates of biases, decay of layers, frozen layers."""
    experiment = make_run(ALEXNET, scale="small", variant="full", seed=0).experiment
    rule = dataclasses.replace(
        experiment.recipe.optimizer, bias_rate=2.0, bias_decay=False, layer_decay=(LayerDecay(layer="conv4", weight_decay=0.3),)
    )
    one, two = both(experiment.network)
    for net in (one, two):
        optimizer = PaperSGD(net, rule, frozen=("conv2",))
        for step in range(20):
            seed_dropout(net, key=5, step=step, device=CPU)
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(net(pixels(experiment.network, 8, step)), torch.arange(8))
            loss.backward()
            optimizer.step(0.01, freeze=step >= 10)
    start = build_network(experiment.network, num_classes=10, key=3).double().state_dict()
    for name, weight in two.state_dict().items():
        # float64 over 20 steps
        torch.testing.assert_close(weight, one.state_dict()[name], rtol=1e-8, atol=1e-10)
        assert not torch.equal(weight, start[name])


def test_weights_go_from_one_net_to_the_other_and_back():
    one, two = both(small())
    other = build_towers(small(), num_classes=10, key=8, devices=("cpu", "cpu")).double()
    assert not torch.equal(other.state_dict()["conv3.weight"], two.state_dict()["conv3.weight"])
    other.load_state_dict(one.state_dict())
    again = build_network(small(), num_classes=10, key=9).double()
    again.load_state_dict(other.state_dict())
    assert all(torch.equal(weight, one.state_dict()[name]) for name, weight in again.state_dict().items())


def test_a_state_of_another_network_is_refused():
    _, two = both(small())
    state = build_network(small("minus_conv4"), num_classes=10, key=3).state_dict()
    with pytest.raises(KeyError, match=r"differs from the network in conv4.bias, conv4.weight"):
        two.load_state_dict(state)


def test_each_tower_holds_its_half_of_every_hidden_layer():
    two = TowerNetwork(small(), num_classes=10, devices=("cpu", "cpu"))
    halves = {name: [tuple(copy.weight.shape) for copy in two.get_submodule(name)] for name in ("conv2", "conv3", "fc6", "fc7")}
    assert halves == {  # at scale small an eighth of the printed kernels and units; maps of 2 x 2 px after conv5
        "conv2": [(16, 8, 5, 5)] * 2,
        "conv3": [(24, 32, 3, 3)] * 2,
        "fc6": [(256, 128)] * 2,
        "fc7": [(256, 512)] * 2,
    }
    assert two.fc8.weight.shape == (10, 512)


def test_towers_of_locally_connected_layers_take_their_kernels_too():
    network = small()
    conv = tuple(dataclasses.replace(layer, shared=layer.name not in ("conv4", "conv5")) for layer in network.conv)
    network = dataclasses.replace(network, conv=conv)
    one, two = both(network)
    x = pixels(network)
    torch.testing.assert_close(one.eval()(x), two.eval()(x), rtol=1e-10, atol=1e-10)


def test_response_normalisation_across_towers_would_be_another_net():
    """The proof that the equality above has teeth: with one window over all maps the outputs differ."""
    strong = dataclasses.replace(small(), lrn=ResponseNorm(size=5, alpha=1.0, beta=0.75, k=2.0))
    one, two = both(strong)
    x = pixels(strong)
    torch.testing.assert_close(one.eval()(x), two.eval()(x), rtol=1e-10, atol=1e-10)
    for module in one.modules():
        if isinstance(module, LocalResponseNorm):
            module.groups = 1
    assert (one(x) - two(x)).abs().max() > 1e-6


def test_towers_need_a_device_each():
    with pytest.raises(ValueError, match="1 devices for 2 towers; give one device for each tower"):
        TowerNetwork(small(), num_classes=10, devices=("cpu",))


#: Numbers that go from one GPU to the other for an image of 224 x 224 px, by hand from Figure 2 and section 3.5: the image to
#: the second GPU; both towers' 128 maps of 13 x 13 to conv3 and of 6 x 6 to fc6; 2048 units each way to fc7; the second
#: tower's 2048 to the output layer. What each layer needs goes forward; the image has no gradient that could go back.
FORWARD = {
    "conv1": 224 * 224 * 3,
    "conv3": 2 * 13 * 13 * 128,
    "fc6": 2 * 6 * 6 * 128,
    "fc7": 2 * 2048,
    "fc8": 2048,
}
FLOAT_BYTES = 4


def printed_net(devices):
    """The printed net over pretend devices that hold no memory, without what the CPU computes outside of torch."""
    network = dataclasses.replace(make_run(ALEXNET, scale="paper", variant="full", seed=0).experiment.network, lrn=None)
    return TowerNetwork(network, num_classes=1000, devices=devices).eval()


def test_a_step_moves_what_figure_2_implies():
    """150,528 numbers of the image and 117,248 of the activations and their gradients: 137 MB for a batch of 128."""
    with FakeTensorMode():
        net = printed_net(("cpu", "meta"))
        net(torch.zeros(128, 3, 224, 224)).sum().backward()
    expected = Counter({(layer, "forward"): 128 * FLOAT_BYTES * numbers for layer, numbers in FORWARD.items()})
    expected += {(layer, "backward"): 128 * FLOAT_BYTES * numbers for layer, numbers in FORWARD.items() if layer != "conv1"}
    assert net.moved_bytes == expected
    assert sum(expected.values()) == 128 * 4 * (150_528 + 117_248)


def test_towers_that_never_cross_meet_in_the_output_layer_alone():
    net = build_towers(small("towers_never_cross"), num_classes=10, key=3, devices=("cpu", "cpu")).eval()
    px = small("towers_never_cross").size.input_px
    net(torch.zeros(2, 3, px, px)).sum().backward()
    units = 4096 // 8 // 2
    assert net.moved_bytes == {
        ("conv1", "forward"): 2 * 4 * 3 * px * px,
        ("fc8", "forward"): 2 * 4 * units,
        ("fc8", "backward"): 2 * 4 * units,
    }


@pytest.mark.parametrize("devices", [("cpu", "meta"), ("meta", "cpu")])
def test_no_transfer_is_missing_forward_or_backward(devices):
    """Fake tensors compute nothing and refuse to mix devices: what stays where it is without being moved is an error."""
    with FakeTensorMode():
        net = printed_net(devices)
        logits = net(torch.zeros(2, 3, 224, 224, device=devices[0]))
        assert logits.device.type == devices[0]
        logits.sum().backward()
        for number, device in enumerate(devices):
            held = [module[number] for module in net.children() if isinstance(module, nn.ModuleList)]
            found = {p.grad.device.type for module in held for p in module.parameters()}
            assert found == {device}


@pytest.mark.parametrize("layer", ["conv1", "conv3", "fc6", "fc7", "fc8"])
def test_a_missing_transfer_is_seen(layer, monkeypatch):
    """The proof that the test above has teeth: leave out the transfer to one layer, and the devices mix."""
    from repro.models import towers

    def forgetful(x, device, *, needed_by, count):
        return x if needed_by == layer else moved(x, device, needed_by=needed_by, count=count)

    moved = towers.moved
    monkeypatch.setattr(towers, "moved", forgetful)
    with FakeTensorMode():
        net = printed_net(("cpu", "meta"))
        with pytest.raises(RuntimeError, match=r"same device|two different devices"):
            net(torch.zeros(2, 3, 224, 224))


@pytest.mark.gpu
@pytest.mark.skipif(torch.cuda.device_count() < 2, reason="needs two GPUs")
def test_a_step_on_two_gpus_equals_a_step_on_one_cpu():
    """float64 on both; GPUs of one model draw the same dropout masks, a CPU others, so without dropout."""
    network = dataclasses.replace(small(), dropout_rate=0.0)
    one = build_network(network, num_classes=10, key=3).double()
    two = build_towers(network, num_classes=10, key=3, devices=("cuda:0", "cuda:1")).double()
    x = pixels(network)
    expected, found = one(x), two(x.to("cuda:0"))
    torch.testing.assert_close(found.cpu(), expected, rtol=1e-8, atol=1e-8)
    expected.logsumexp(1).sum().backward()
    found.logsumexp(1).sum().backward()
    for name, gradient in gradients(two).items():
        torch.testing.assert_close(gradient.cpu(), one.get_parameter(name).grad, rtol=1e-6, atol=1e-9)
