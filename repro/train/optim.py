"""The paper's update rule, and the learning rate at each step.

Source: Krizhevsky et al. 2012, section 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from repro.spec.recipe import Optimizer, Schedule


class PaperSGD:
    """Stochastic gradient descent with the learning rate inside the velocity.

    v <- momentum v - weight_decay rate w - rate gradient;  w <- w + v.

    torch.optim.SGD multiplies the velocity by the rate only when it is applied: equal at a constant rate, but after
    the rate is divided its whole step shrinks at once, while here the old velocity decays over the next steps.
    """

    def __init__(self, net: nn.Module, optimizer: Optimizer) -> None:
        self._optimizer = optimizer
        named: list[tuple[str, torch.Tensor]] = list(net.named_parameters())
        weights = [(name, p) for name, p in named if not name.endswith("bias")]
        biases = [(name, p) for name, p in named if name.endswith("bias")]
        decay = optimizer.weight_decay
        self._groups = [
            _Group(parameters=[p for _, p in weights], rate=1.0, decay=decay),
            _Group(parameters=[p for _, p in biases], rate=optimizer.bias_rate, decay=decay if optimizer.bias_decay else 0.0),
        ]
        self._names = [name for name, _ in weights + biases]
        self._velocity = [[torch.zeros_like(p) for p in group.parameters] for group in self._groups]

    @torch.no_grad()
    def step(self, learning_rate: float) -> None:
        """Update every parameter from its gradient."""
        for group, velocity in zip(self._groups, self._velocity, strict=True):
            gradients = [p.grad for p in group.parameters if p.grad is not None]
            assert len(gradients) == len(group.parameters), "a parameter has no gradient"
            rate = learning_rate * group.rate
            torch._foreach_mul_(velocity, self._optimizer.momentum)
            if group.decay:
                torch._foreach_add_(velocity, group.parameters, alpha=-group.decay * rate)
            torch._foreach_add_(velocity, gradients, alpha=-rate)
            torch._foreach_add_(group.parameters, velocity)

    def zero_grad(self) -> None:
        """Forget the gradients."""
        for group in self._groups:
            for parameter in group.parameters:
                parameter.grad = None

    def state_dict(self) -> dict[str, torch.Tensor]:
        """Return the velocities by parameter name."""
        flat = [velocity for group in self._velocity for velocity in group]
        return dict(zip(self._names, flat, strict=True))

    def load_state_dict(self, state: dict[str, torch.Tensor]) -> None:
        """Set the velocities; raise KeyError if one is missing."""
        for name, velocity in self.state_dict().items():
            velocity.copy_(state[name])


@dataclass(frozen=True, kw_only=True)
class _Group:
    parameters: list[torch.Tensor]
    rate: float
    decay: float


class LearningRate:
    """The learning rate over training, by epochs or by plateau of the validation error."""

    def __init__(self, initial: float, schedule: Schedule) -> None:
        if schedule.rule not in ("epochs", "plateau"):
            raise ValueError(f"unknown schedule rule {schedule.rule!r}; allowed: epochs, plateau")
        self._initial, self._schedule = initial, schedule
        self._num_drops, self._best, self._num_worse = 0, float("inf"), 0

    def at(self, epochs: float) -> float:
        """Return the rate after so many `epochs` (a fraction within an epoch)."""
        num_drops = sum(drop <= epochs for drop in self._schedule.drops) if self._schedule.rule == "epochs" else self._num_drops
        return float(self._initial / self._schedule.divide_by**num_drops)

    def epoch_ended(self, validation_error: float | None) -> None:
        """Note the validation error after an epoch; with rule `plateau` divide the rate when it stopped improving.

        Raises:
            ValueError: the rule is `plateau` and there is no validation error.
        """
        if self._schedule.rule != "plateau":
            return
        if validation_error is None:
            raise ValueError(
                "the schedule waits for a plateau of the validation error, but the data set holds out no validation images; "
                "give the data set num_validation above 0 or use the rule `epochs`"
            )
        if validation_error < self._best:
            self._best, self._num_worse = validation_error, 0
            return
        self._num_worse += 1
        if self._num_worse >= self._schedule.patience and self._num_drops < self._schedule.num_drops:
            self._num_drops, self._num_worse = self._num_drops + 1, 0

    def state_dict(self) -> dict[str, Any]:
        """Return what the plateau rule remembers."""
        return {"num_drops": self._num_drops, "best": self._best, "num_worse": self._num_worse}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Set what the plateau rule remembers."""
        self._num_drops, self._best, self._num_worse = state["num_drops"], state["best"], state["num_worse"]
