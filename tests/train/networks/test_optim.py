"""The update rule is the paper's, and the learning rate falls when it should."""

from collections import OrderedDict

import numpy as np
import pytest
import torch
from torch import nn

from repro.spec.recipe import LayerDecay, Optimizer, Schedule
from repro.train.networks.optim import FusedUpdate, LearningRate, PaperSGD, update_by_tensors


def rates(num_steps):
    """A tenth of the rate after step 20, a hundredth after step 35."""
    return [0.1 if step < 20 else 0.01 if step < 35 else 0.001 for step in range(num_steps)]


def quadratic(net, target):
    """Return a loss whose gradient for entry i of a parameter p is 2 (p_i - target) (1 + i)."""
    factors = [1 + torch.arange(parameter.numel()).reshape(parameter.shape) for parameter in net.parameters()]
    return sum(((parameter - target) ** 2 * factor).sum() for parameter, factor in zip(net.parameters(), factors, strict=True))


@pytest.mark.parametrize(("bias_rate", "bias_decay"), [(1.0, True), (2.0, False)])
def test_fifty_steps_equal_the_formula_in_float64(bias_rate, bias_decay):
    """v <- .9 v - .0005 rate w - rate g; w <- w + v, with two changes of the rate, each bias by its own rule."""
    torch.manual_seed(0)
    net = nn.Linear(3, 2).double()
    optimizer = PaperSGD(
        net, Optimizer(learning_rate=0.1, momentum=0.9, weight_decay=5e-4, bias_rate=bias_rate, bias_decay=bias_decay)
    )
    w = {name: parameter.detach().numpy().copy() for name, parameter in net.named_parameters()}
    v = {name: np.zeros_like(value) for name, value in w.items()}
    for rate in rates(50):
        optimizer.zero_grad()
        quadratic(net, 0.3).mul(0.05).backward()
        optimizer.step(rate)
        for name in w:
            own_rate = rate * (bias_rate if name == "bias" else 1.0)
            decay = 5e-4 if name == "weight" or bias_decay else 0.0
            factor = 1 + np.arange(w[name].size).reshape(w[name].shape)
            gradient = 0.05 * 2 * (w[name] - 0.3) * factor
            v[name] = 0.9 * v[name] - decay * own_rate * w[name] - own_rate * gradient
            w[name] = w[name] + v[name]
    for name, parameter in net.named_parameters():
        # rounding of float64 over 50 steps
        np.testing.assert_allclose(parameter.detach().numpy(), w[name], rtol=1e-12)


def test_fifty_steps_with_a_decay_by_layer_and_a_frozen_layer_equal_the_formula_in_float64():
    """`first` has the common decay and is frozen from step 30 on, `last` has a decay of its own; biases have none."""
    torch.manual_seed(0)
    net = nn.Sequential(OrderedDict(first=nn.Linear(3, 2), last=nn.Linear(2, 2))).double()
    settings = Optimizer(
        learning_rate=0.1,
        momentum=0.9,
        weight_decay=5e-4,
        bias_rate=2.0,
        bias_decay=False,
        layer_decay=(LayerDecay(layer="last", weight_decay=0.03),),
    )
    optimizer = PaperSGD(net, settings, frozen=("first",))
    w = {name: parameter.detach().numpy().copy() for name, parameter in net.named_parameters()}
    v = {name: np.zeros_like(value) for name, value in w.items()}
    decay = {"first.weight": 5e-4, "first.bias": 0.0, "last.weight": 0.03, "last.bias": 0.0}
    at_freeze = {}
    for step, rate in enumerate(rates(50)):
        optimizer.zero_grad()
        quadratic(net, 0.3).mul(0.05).backward()
        optimizer.step(rate, freeze=step >= 30)
        if step == 30:
            at_freeze = {name: w[name].copy() for name in w}
        for name in w:
            if step >= 30 and name.startswith("first"):
                continue
            own_rate = rate * (2.0 if name.endswith("bias") else 1.0)
            factor = 1 + np.arange(w[name].size).reshape(w[name].shape)
            gradient = 0.05 * 2 * (w[name] - 0.3) * factor
            v[name] = 0.9 * v[name] - decay[name] * own_rate * w[name] - own_rate * gradient
            w[name] = w[name] + v[name]
    for name, parameter in net.named_parameters():
        # rounding of float64 over 50 steps
        np.testing.assert_allclose(parameter.detach().numpy(), w[name], rtol=1e-12)
    # a frozen layer stands still at once, velocity or not
    assert all((w[name] == at_freeze[name]).all() for name in w if name.startswith("first"))


def test_biases_that_keep_their_first_rate_equal_a_rule_of_a_few_lines_in_float64():
    """As in the released runs: three drops of the weights' rate, none of the biases'; `first` a tenth from 30 on, 0 from 40."""
    torch.manual_seed(0)
    net = nn.Sequential(OrderedDict(first=nn.Linear(3, 2), last=nn.Linear(2, 2))).double()
    settings = Optimizer(learning_rate=0.1, momentum=0.9, weight_decay=5e-4, bias_rate=2.0, bias_decay=False, bias_drops=False)
    schedule = LearningRate(0.1, Schedule(rule="epochs", num_epochs=50, drops=(15.0, 25.0, 35.0)))
    optimizer = PaperSGD(net, settings, frozen=("first",), slowed=("first",))
    w = {name: parameter.detach().numpy().copy() for name, parameter in net.named_parameters()}
    v = {name: 0 * value for name, value in w.items()}
    for step in range(50):
        optimizer.zero_grad()
        quadratic(net, 0.3).mul(0.05).backward()
        optimizer.step(schedule.at(step), first_rate=schedule.initial, freeze=step >= 40, slow_by=10.0 if step >= 30 else 1.0)
        rate = 0.1 * 10.0 ** -sum(step >= drop for drop in (15, 25, 35))
        for name in w:
            if step >= 40 and name.startswith("first"):
                continue
            own = 0.2 if name.endswith("bias") else rate / 10 if step >= 30 and name == "first.weight" else rate
            decay = 0.0 if name.endswith("bias") else 5e-4
            gradient = 0.05 * 2 * (w[name] - 0.3) * (1 + np.arange(w[name].size).reshape(w[name].shape))
            v[name] = 0.9 * v[name] - own * (decay * w[name] + gradient)
            w[name] = w[name] + v[name]
    for name, parameter in net.named_parameters():
        # rounding of float64 over 50 steps
        np.testing.assert_allclose(parameter.detach().numpy(), w[name], rtol=1e-12)


def test_weights_that_are_frozen_from_the_start_stay_to_the_bit():
    torch.manual_seed(0)
    net = nn.Sequential(OrderedDict(first=nn.Linear(3, 2), last=nn.Linear(2, 2)))
    before = {name: parameter.detach().clone() for name, parameter in net.named_parameters()}
    optimizer = PaperSGD(net, Optimizer(learning_rate=0.1, momentum=0.9, weight_decay=5e-4), frozen=("first",))
    for _ in range(3):
        optimizer.zero_grad()
        quadratic(net, 0.3).backward()
        optimizer.step(0.1, freeze=True)
    for name, parameter in net.named_parameters():
        assert torch.equal(parameter, before[name]) == name.startswith("first"), name


def test_a_layer_that_the_network_lacks_is_refused():
    net = nn.Sequential(OrderedDict(fc8=nn.Linear(3, 2)))
    settings = Optimizer(
        learning_rate=0.1, momentum=0.9, weight_decay=0.0, layer_decay=(LayerDecay(layer="fc9", weight_decay=1.0),)
    )
    with pytest.raises(ValueError, match="names layer 'fc9', which the network lacks; allowed: fc8"):
        PaperSGD(net, settings)
    with pytest.raises(ValueError, match="names layer 'conv1', which the network lacks; allowed: fc8"):
        PaperSGD(net, Optimizer(learning_rate=0.1, momentum=0.9, weight_decay=0.0), frozen=("conv1",))


def test_it_is_not_torchs_rule_once_the_rate_has_changed():
    """Equal to torch.optim.SGD at a constant rate; after a division the old velocity decays instead of shrinking at once."""
    torch.manual_seed(0)
    ours_net, torch_net = nn.Linear(3, 2).double(), nn.Linear(3, 2).double()
    torch_net.load_state_dict(ours_net.state_dict())
    ours = PaperSGD(ours_net, Optimizer(learning_rate=0.1, momentum=0.9, weight_decay=5e-4))
    theirs = torch.optim.SGD(torch_net.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4)
    for step, rate in enumerate(rates(25)):
        for net in (ours_net, torch_net):
            net.zero_grad()
            quadratic(net, 0.3).mul(0.05).backward()
        ours.step(rate)
        theirs.param_groups[0]["lr"] = rate
        theirs.step()
        equal = torch.allclose(ours_net.weight, torch_net.weight, rtol=1e-10)
        assert equal == (step < 20), step


def test_a_restored_velocity_continues_exactly():
    torch.manual_seed(1)
    net, copy = nn.Linear(4, 4), nn.Linear(4, 4)
    settings = Optimizer(learning_rate=0.1, momentum=0.9, weight_decay=5e-4)
    first, second = PaperSGD(net, settings), PaperSGD(copy, settings)
    for step in range(10):
        if step == 5:
            copy.load_state_dict(net.state_dict())
            second.load_state_dict({name: tensor.clone() for name, tensor in first.state_dict().items()})
        for each, optimizer in ((net, first), (copy, second)):
            optimizer.zero_grad()
            quadratic(each, 0.3).mul(0.02).backward()
            optimizer.step(0.1)
    assert torch.equal(net.weight, copy.weight)
    assert torch.equal(net.bias, copy.bias)


def test_the_rate_falls_at_the_stated_epochs():
    rate = LearningRate(0.01, Schedule(rule="epochs", num_epochs=90, drops=(25, 51, 78.5)))
    found = [rate.at(epochs) for epochs in (0, 24.99, 25, 50.9, 51, 78.4, 78.5, 89)]
    assert found == pytest.approx([1e-2, 1e-2, 1e-3, 1e-3, 1e-4, 1e-4, 1e-5, 1e-5])


def test_the_rate_falls_on_a_plateau_of_the_validation_error():
    """Patience 2: divided after two epochs without improvement, at most twice."""
    rate = LearningRate(1.0, Schedule(rule="plateau", num_epochs=20, patience=2, num_drops=2))
    found = []
    for error in (0.5, 0.4, 0.4, 0.41, 0.39, 0.45, 0.44, 0.39, 0.39, 0.39):
        rate.epoch_ended(error)
        found.append(rate.at(0))
    assert found == pytest.approx([1, 1, 1, 0.1, 0.1, 0.1, 0.01, 0.01, 0.01, 0.01])


def test_a_plateau_is_remembered_over_a_restart():
    schedule = Schedule(rule="plateau", num_epochs=20, patience=2, num_drops=2)
    whole, before, after = (LearningRate(1.0, schedule) for _ in range(3))
    errors = (0.5, 0.5, 0.5, 0.3, 0.4, 0.4)
    for error in errors:
        whole.epoch_ended(error)
    for error in errors[:2]:
        before.epoch_ended(error)
    after.plateau = before.plateau
    for error in errors[2:]:
        after.epoch_ended(error)
    assert after.at(0) == whole.at(0) == pytest.approx(0.01)


def test_a_plateau_without_validation_images_is_an_error():
    with pytest.raises(ValueError, match="holds out no validation images"):
        LearningRate(1.0, Schedule(rule="plateau", num_epochs=2, patience=1, num_drops=1)).epoch_ended(None)


def test_an_unknown_rule_is_refused():
    with pytest.raises(ValueError, match="unknown schedule rule 'cosine'; allowed: epochs, plateau"):
        LearningRate(1.0, Schedule(rule="cosine", num_epochs=2))


def updated(make_update, *, num_threads=1):
    """Return weights and velocities of a convolution in channels-last memory, large enough for three threads, after 3 updates."""
    generator = torch.Generator().manual_seed(0)
    layout = {"memory_format": torch.channels_last}
    weight, velocity, gradient = (torch.randn(61, 96, 5, 5, generator=generator).contiguous(**layout) for _ in range(3))
    before = torch.get_num_threads()
    torch.set_num_threads(num_threads)
    try:
        for _ in range(3):
            make_update(weight, velocity, gradient)
    finally:
        torch.set_num_threads(before)
    return weight, velocity


RULE = {"momentum": 0.9, "decayed": 5e-3, "rate": 0.1}


def update_in_one_pass(weight, velocity, gradient):
    fused = FusedUpdate.of(weight, velocity)
    assert fused is not None and fused.takes(gradient)
    fused.update(gradient, **RULE)


def test_the_pass_over_memory_is_the_rule_by_tensors():
    one_pass = updated(update_in_one_pass)
    by_tensors = updated(lambda w, v, g: update_by_tensors([w], [v], [g], **RULE))
    for found, expected in zip(one_pass, by_tensors, strict=True):
        torch.testing.assert_close(found, expected)  # products and sums are rounded at other places
        assert found.is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize("num_threads", [2, 3])
def test_threads_do_not_change_a_bit_of_an_update(num_threads):
    one, several = (updated(update_in_one_pass, num_threads=n) for n in (1, num_threads))
    assert all(map(torch.equal, one, several))


def test_a_gradient_that_lies_otherwise_than_its_weight_is_applied_to_the_right_elements():
    found = []
    for layout in (torch.channels_last, torch.contiguous_format):
        torch.manual_seed(0)
        net = nn.Conv2d(4, 3, 5).to(memory_format=torch.channels_last)
        optimizer = PaperSGD(net, Optimizer(learning_rate=0.1, momentum=0.9, weight_decay=5e-4))
        for parameter in net.parameters():
            parameter.grad = torch.randn(parameter.shape)
        net.weight.grad = net.weight.grad.contiguous(memory_format=layout)
        optimizer.step(0.1)
        found.append(net.weight.detach().clone())
    torch.testing.assert_close(*found)
