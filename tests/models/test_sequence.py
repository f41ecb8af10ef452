"""A rectifier and the normalisation after it are one pass, and nobody can tell but by the time."""

import pytest
import torch
from torch import nn

from repro.models.clip import build_clip_network
from repro.models.image import build_network
from repro.models.layers import seed_dropout
from repro.models.norm.lrn import LocalResponseNorm
from repro.models.probe import saturation
from repro.models.sequence import Layers, run_in_order
from repro.papers import PAPERS
from repro.spec.experiment import make_run

ALEXNET = PAPERS["alexnet"]
SETTINGS = [
    # alpha, beta, k, groups, maps, side
    (1e-4, 0.75, 2.0, 2, 16, 17),
    (0.3, 0.75, 2.0, 1, 10, 5),
    (0.2, 0.5, 1.0, 2, 12, 7),
    (0.1, 0.5, 2.0, 1, 1200, 2),
    (0.3, 0.75, 1.0, 1, 3, 1),
]
SPECIAL = torch.tensor([float("nan"), float("inf"), -float("inf"), 0.0, -0.0, 1e-30, -1e30])


def pixels(maps: int, side: int, *, dtype: torch.dtype, special: bool = False) -> torch.Tensor:
    generator = torch.Generator().manual_seed(4)
    x = torch.randn(3, maps, side, side, dtype=dtype, generator=generator) * 3
    if special:
        chosen = SPECIAL.to(dtype)[torch.randint(len(SPECIAL), x.shape, generator=generator)]
        x = torch.where(torch.rand(x.shape, generator=generator) < 0.02, chosen, x)
    return x.contiguous(memory_format=torch.channels_last)


def both_ways(layers: list[nn.Module], x: torch.Tensor) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Return output and gradient of the input, by `run_in_order` and layer by layer."""
    found = []
    for run in (lambda start: run_in_order(layers, start), lambda start: nn.Sequential(*layers)(start)):
        start = x.clone().requires_grad_()
        y = run(start)
        y.backward(torch.randn(y.shape, dtype=y.dtype, generator=torch.Generator().manual_seed(5)))
        found.append((y.detach(), start.grad))
    return found


def assert_same_numbers(one: torch.Tensor, other: torch.Tensor) -> None:
    torch.testing.assert_close(one, other, rtol=0, atol=0, equal_nan=True)


@pytest.mark.parametrize("special", [False, True])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(("alpha", "beta", "k", "groups", "maps", "side"), SETTINGS)
def test_one_pass_gives_the_numbers_of_two_forward_and_backward(alpha, beta, k, groups, maps, side, dtype, special):
    x = pixels(maps, side, dtype=dtype, special=special)
    norm = LocalResponseNorm(5, alpha, beta, k, groups=groups)
    assert norm.takes_rectified(x)
    (y, gradient), (expected_y, expected_gradient) = both_ways([nn.ReLU(), norm], x)
    assert_same_numbers(y, expected_y)
    assert_same_numbers(gradient, expected_gradient)
    assert y.is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize("beta", [0.75, 0.5])
def test_the_gradient_passes_gradcheck(beta):
    x = pixels(10, 3, dtype=torch.float64).requires_grad_()
    assert torch.autograd.gradcheck(LocalResponseNorm(5, 0.3, beta, 2.0, groups=2).of_rectified, (x,))


@pytest.mark.parametrize("num_threads", [2, 3])
def test_threads_do_not_change_a_bit(num_threads):
    layers = [nn.ReLU(), LocalResponseNorm(5, 0.3, 0.75, 2.0)]
    x = pixels(16, 17, dtype=torch.float32)
    (expected, _) = both_ways(layers, x)
    before = torch.get_num_threads()
    torch.set_num_threads(num_threads)
    try:
        (found, _) = both_ways(layers, x)
    finally:
        torch.set_num_threads(before)
    assert_same_numbers(found[0], expected[0])
    assert_same_numbers(found[1], expected[1])


class Counted(LocalResponseNorm):
    """Counts what goes through its own pass and through the one that rectifies."""

    num_alone = num_rectified = 0

    def forward(self, x_BCHW: torch.Tensor) -> torch.Tensor:
        self.num_alone += 1
        return super().forward(x_BCHW)

    def of_rectified(self, x_BCHW: torch.Tensor) -> torch.Tensor:
        self.num_rectified += 1
        return super().of_rectified(x_BCHW)


@pytest.mark.parametrize(
    ("layers", "taken"),
    [
        (lambda norm: [nn.ReLU(), norm], True),
        (lambda norm: [nn.ReLU(), nn.ReLU(), norm, nn.ReLU()], True),
        (lambda norm: [nn.ReLU(inplace=True), norm], False),
        (lambda norm: [nn.ReLU6(), norm], False),
        (lambda norm: [nn.ReLU(), nn.Identity(), norm], False),
        (lambda norm: [norm, nn.ReLU()], False),
    ],
)
def test_only_a_plain_rectifier_right_before_it_is_left_to_the_normalisation(layers, taken):
    norm = Counted(5, 0.3, 0.75, 2.0)
    x = pixels(8, 3, dtype=torch.float32)
    found = run_in_order(layers(norm), x.clone())
    assert (norm.num_rectified, norm.num_alone) == ((1, 0) if taken else (0, 1))
    assert_same_numbers(found, nn.Sequential(*layers(norm))(x.clone()))


@pytest.mark.parametrize(
    ("size", "beta", "change"),
    [
        (3, 0.75, lambda x: x),
        (5, 0.6, lambda x: x),
        (5, 0.75, lambda x: x.contiguous()),
        (5, 0.75, lambda x: x.to(torch.bfloat16)),
        (5, 0.75, lambda x: x[:, :, ::2]),
    ],
)
def test_what_has_no_such_pass_goes_layer_by_layer(size, beta, change):
    norm = Counted(size, 0.3, beta, 2.0)
    x = change(pixels(8, 5, dtype=torch.float32))
    found = run_in_order([nn.ReLU(), norm], x)
    assert (norm.num_rectified, norm.num_alone) == (0, 1)
    assert_same_numbers(found, norm(x.relu()))


@pytest.mark.parametrize("hooked", [0, 1])
@pytest.mark.parametrize("kind", ["forward", "forward_pre", "full_backward", "full_backward_pre"])
def test_a_layer_with_a_hook_runs_by_itself(hooked, kind):
    layers = [nn.ReLU(), Counted(5, 0.3, 0.75, 2.0)]
    seen = []
    handle = getattr(layers[hooked], f"register_{kind}_hook")(lambda module, *given: seen.append(module))
    x = pixels(8, 3, dtype=torch.float32).requires_grad_()
    run_in_order(layers, x).sum().backward()
    assert seen == [layers[hooked]]
    assert layers[1].num_rectified == 0
    handle.remove()
    run_in_order(layers, x)
    assert layers[1].num_rectified == 1


def gradients_of(net: nn.Module, x: torch.Tensor) -> list[torch.Tensor | None]:
    seed_dropout(net, key=1, step=0, device=torch.device("cpu"))
    net(x).square().sum().backward()
    return [parameter.grad for parameter in net.parameters()]


@pytest.mark.parametrize(
    ("paper", "variant", "num_taken"),
    [
        ("alexnet", "full", 2),
        ("alexnet", "no_lrn", 0),
        ("alexnet", "tanh", 0),
        ("alexnet", "released_order", 1),
        ("alexnet", "blurred_input", 1),
        ("karpathy", "single_frame", 2),
        ("karpathy", "slow_fusion", 2),
        ("karpathy", "single_frame_multires", 4),
    ],
)
def test_a_step_of_the_networks_of_scale_small_is_that_of_their_layers_one_by_one(paper, variant, num_taken, monkeypatch):
    """num_taken: rectifiers that are left to the normalisation after them, of all streams."""
    network = make_run(PAPERS[paper], scale="small", variant=variant, seed=0).experiment.network
    build = build_network if paper == "alexnet" else build_clip_network
    side_px = (network if paper == "alexnet" else network.frame).size.input_px
    shape = (4, 3, side_px, side_px) if paper == "alexnet" else (4, 3, len(network.frames), side_px, side_px)
    x = torch.randn(shape, generator=torch.Generator().manual_seed(6)) * 60
    x = x.contiguous(memory_format=torch.channels_last) if paper == "alexnet" else x
    taken, of_rectified = [], LocalResponseNorm.of_rectified
    monkeypatch.setattr(LocalResponseNorm, "of_rectified", lambda norm, x: taken.append(norm) or of_rectified(norm, x))
    together = gradients_of(build(network, num_classes=10, key=8), x)
    assert len(taken) == num_taken
    net = build(network, num_classes=10, key=8)
    for layer in net.modules():
        layer.register_forward_hook(lambda module, inputs, output: None)
    alone = gradients_of(net, x)
    assert len(taken) == num_taken
    for one, other in zip(together, alone, strict=True):
        assert_same_numbers(one, other)


def test_a_part_of_the_layers_is_such_a_sequence_too_and_what_the_probe_sees_is_the_same():
    network = make_run(ALEXNET, scale="small", variant="full", seed=0).experiment.network
    net = build_network(network, num_classes=10, key=8)
    assert type(net[:-1]) is Layers
    side_px = network.size.input_px
    x = torch.randn(8, 3, side_px, side_px, generator=torch.Generator().manual_seed(6)) * 60
    found = saturation(net, network, [x])
    hidden = nn.functional.relu(net.get_submodule("conv1")(net.get_submodule("conv1_edge")(x)))
    assert found["conv1"].saturated == pytest.approx(float((hidden <= 0).double().mean()))
