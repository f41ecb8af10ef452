"""The networks of the video baseline: their descent."""

from __future__ import annotations

import sys

import pytest
import torch

from repro.baselines.videos.mlp import Choice, Descent, LayerWeights


def layers_of(seed: int) -> LayerWeights:
    draws = torch.Generator().manual_seed(seed)
    sizes = ((5, 3), (4, 5))
    made = [(torch.randn(*size, generator=draws), torch.randn(size[0], generator=draws)) for size in sizes]
    return [(weight_UU.requires_grad_(), bias_U.requires_grad_()) for weight_UU, bias_U in made]


def loss_of(layers: LayerWeights, x_BD: torch.Tensor) -> torch.Tensor:
    for weight_UU, bias_U in layers:
        x_BD = torch.tanh(torch.nn.functional.linear(x_BD, weight_UU, bias_U))
    return x_BD.square().sum()


@pytest.mark.parametrize(
    ("rate", "momentum", "decay"), [(0.1, 0.9, 1e-3), (0.01, 0.9, 0.0), (0.5, 0.0, 0.1), (1e-3, 0.99, 1e-4), (0.03, 0.5, 1.0)]
)
def test_a_descent_equals_that_of_torch_to_the_bit(rate: float, momentum: float, decay: float) -> None:
    choice = Choice(hidden_units=(5,), dropout_rate=0.0, learning_rate=rate, weight_decay=decay, input_scaling="root")
    ours, theirs = layers_of(3), layers_of(3)
    descent = Descent(ours, choice=choice, momentum=momentum)
    groups = [
        {"params": [weight_UU for weight_UU, _ in theirs], "weight_decay": decay},
        {"params": [bias_U for _, bias_U in theirs], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.SGD(groups, lr=rate, momentum=momentum)
    for step in range(7):
        x_BD = torch.randn(6, 3, generator=torch.Generator().manual_seed(step))
        loss_of(ours, x_BD).backward()
        descent.step()
        optimizer.zero_grad()
        loss_of(theirs, x_BD).backward()
        optimizer.step()
        for (weight_UU, bias_U), (other_UU, other_U) in zip(ours, theirs, strict=True):
            assert torch.equal(weight_UU, other_UU)
            assert torch.equal(bias_U, other_U)


def test_a_descent_imports_no_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would cost a process of few fits seconds of processor time."""
    monkeypatch.setitem(sys.modules, "torch._dynamo", None)  # importing it now fails
    choice = Choice(hidden_units=(5,), dropout_rate=0.0, learning_rate=0.1, weight_decay=0.1, input_scaling="root")
    layers = layers_of(3)
    descent = Descent(layers, choice=choice, momentum=0.9)
    loss_of(layers, torch.ones(6, 3)).backward()
    descent.step()
