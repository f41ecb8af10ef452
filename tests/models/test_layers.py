"""The small layers do what their names say, by hand counts."""

import pytest
import torch
from torch import nn

from repro.models.layers import Dropout, GroupedLinear, activation, pool, seed_dropout
from repro.spec.network import Pooling

CPU = torch.device("cpu")


def test_dropout_zeroes_half_in_training_and_halves_in_evaluation():
    layer = Dropout(0.5)
    layer.seed(1, device=CPU)
    x = torch.ones(100, 1000)
    y = layer(x)
    assert set(y.unique().tolist()) == {0.0, 1.0}
    assert abs(float(y.mean()) - 0.5) < 0.01  # six standard deviations of 100,000 coin flips
    assert (layer.eval()(x) == 0.5).all()


def test_inverted_dropout_doubles_what_it_keeps_and_leaves_evaluation_alone():
    layer, printed = Dropout(0.5, "train"), Dropout(0.5, "test")
    for item in (layer, printed):
        item.seed(1, device=CPU)
    x = torch.ones(100, 1000)
    assert torch.equal(layer(x), 2 * printed(x))
    assert torch.equal(layer.eval()(x), x)


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
    with pytest.raises(ValueError, match="unknown activation 'gelu'; allowed: relu, tanh, sigmoid"):
        activation("gelu")
    with pytest.raises(ValueError, match="dropout rate is 1"):
        Dropout(1.0)
    with pytest.raises(ValueError, match="unknown dropout scaling 'never'; allowed: test, train"):
        Dropout(0.5, "never")


@pytest.mark.parametrize(
    ("name", "expected"), [("relu", [0, 0, 1]), ("tanh", [-0.76159, 0, 0.76159]), ("sigmoid", [0.26894, 0.5, 0.73106])]
)
def test_activations_of_minus_one_zero_and_one(name, expected):
    torch.testing.assert_close(
        activation(name)(torch.tensor([-1.0, 0, 1])), torch.tensor(expected), rtol=0, atol=1e-5, check_dtype=False
    )


# A map of 4 x 4 px, and its windows of 3 px, 2 px apart: two along each side, of which the second hangs 1 px over the edge.
MAP = torch.tensor([[0.0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11], [12, 13, 14, 15]]).reshape(1, 1, 4, 4)
BY_HAND = {
    ("max", "keep"): [[10, 11], [14, 15]],
    ("max", "drop"): [[10]],
    ("average", "keep"): [[5, 6.5], [11, 12.5]],  # of 9, 6, 6 and 4 px
    ("average", "drop"): [[5]],
}


@pytest.mark.parametrize(("kind", "edge"), BY_HAND)
def test_windows_over_the_edge_count_only_the_pixels_that_they_have(kind, edge):
    y = pool(Pooling(size_px=3, stride_px=2, kind=kind), edge=edge)(MAP)
    torch.testing.assert_close(y[0, 0], torch.tensor(BY_HAND[kind, edge]), check_dtype=False)


def test_a_pooling_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="kind 'median' with edge 'keep'; allowed: max, average and keep, drop"):
        pool(Pooling(size_px=3, stride_px=2, kind="median"), edge="keep")


def test_a_dense_layer_in_blocks_is_a_dense_layer_with_zeros_off_the_diagonal():
    layer = GroupedLinear(6, 4, groups=2).double()
    whole = nn.Linear(6, 4).double()
    with torch.no_grad():
        whole.weight.zero_()
        whole.weight[:2, :3], whole.weight[2:, 3:] = layer.weight[:2], layer.weight[2:]
        whole.bias.copy_(layer.bias)
    x = torch.randn(5, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(0), requires_grad=True)
    torch.testing.assert_close(layer(x), whole(x), rtol=1e-12, atol=1e-12)
    parameters = {name: parameter.detach().requires_grad_() for name, parameter in layer.named_parameters()}
    assert torch.autograd.gradcheck(
        lambda x, weight, bias: torch.func.functional_call(layer, {"weight": weight, "bias": bias}, x),
        (x, parameters["weight"], parameters["bias"]),
    )


def test_blocks_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="6 inputs and 5 units in 2 groups; allowed: multiples of 2"):
        GroupedLinear(6, 5, groups=2)
