"""The paper's update rule, and the learning rate at each step.

Source: Krizhevsky et al. 2012, section 5.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch
from numpy.typing import NDArray
from torch import nn

from repro.models.norm.passes import in_threads
from repro.spec.recipe import Optimizer, Schedule
from repro.train.networks import optim_kernel

#: Elements of a parameter that go to one thread at least.
ELEMENTS_AT_ONCE = 1 << 15


class PaperSGD:
    """Stochastic gradient descent with the learning rate inside the velocity.

    v <- momentum v - weight_decay rate w - rate gradient;  w <- w + v.

    torch.optim.SGD multiplies the velocity by the rate only when it is applied: equal at a constant rate, but after
    the rate is divided its whole step shrinks at once, while here the old velocity decays over the next steps.
    `frozen` layers stand still in the steps that say so, whatever their velocity is: as in the released code, a rate of 0 skips
    the update. The weights of `slowed` layers, not their biases, have a smaller rate in the steps that say so. Parameters that
    require no gradient are never updated.

    Raises:
        ValueError: a layer with a decay of its own, a frozen or a slowed one is not in the network.
    """

    def __init__(
        self, net: nn.Module, optimizer: Optimizer, *, frozen: tuple[str, ...] = (), slowed: tuple[str, ...] = ()
    ) -> None:
        self._momentum = optimizer.momentum
        self._groups = _groups(net, optimizer, frozen=frozen, slowed=slowed)
        self._velocity = [[torch.zeros_like(p) for p in group.parameters] for group in self._groups]
        self._in_memory = [
            [FusedUpdate.of(*pair) for pair in zip(group.parameters, velocity, strict=True)]
            for group, velocity in zip(self._groups, self._velocity, strict=True)
        ]

    @torch.no_grad()
    def step(self, learning_rate: float, *, first_rate: float | None = None, freeze: bool = False, slow_by: float = 1.0) -> None:
        """Update every parameter from its gradient; with `freeze` the frozen layers stay as they are.

        first_rate: the rate before any drop, which biases keep if the spec says so; None: `learning_rate` is that rate.
        slow_by: what the rate of slowed weights is divided by.
        """
        for group, velocity, in_memory in zip(self._groups, self._velocity, self._in_memory, strict=True):
            if freeze and group.frozen:
                continue
            gradients = [p.grad for p in group.parameters if p.grad is not None]
            assert len(gradients) == len(group.parameters), "a parameter has no gradient"
            rate = (learning_rate if group.drops or first_rate is None else first_rate) * group.rate
            rate = rate / slow_by if group.slowed else rate
            if all(fused and fused.takes(g) for fused, g in zip(in_memory, gradients, strict=True)):
                for fused, gradient in zip(in_memory, gradients, strict=True):
                    assert fused is not None
                    fused.update(gradient, momentum=self._momentum, decayed=group.decay * rate, rate=rate)
            else:
                update_by_tensors(
                    group.parameters, velocity, gradients, momentum=self._momentum, decayed=group.decay * rate, rate=rate
                )

    def zero_grad(self) -> None:
        """Forget the gradients."""
        for group in self._groups:
            for parameter in group.parameters:
                parameter.grad = None

    def state_dict(self) -> dict[str, torch.Tensor]:
        """The velocities by parameter name."""
        names = [name for group in self._groups for name in group.names]
        flat = [velocity for group in self._velocity for velocity in group]
        return dict(zip(names, flat, strict=True))

    def load_state_dict(self, state: dict[str, torch.Tensor]) -> None:
        """Set the velocities; raise KeyError if one is missing."""
        for name, velocity in self.state_dict().items():
            velocity.copy_(state[name])


def update_by_tensors(
    weights: list[torch.Tensor],
    velocity: list[torch.Tensor],
    gradients: list[torch.Tensor],
    *,
    momentum: float,
    decayed: float,
    rate: float,
) -> None:
    """Write v <- momentum v - decayed w - rate g and w <- w + v, tensor after tensor; on any device."""
    torch._foreach_mul_(velocity, momentum)
    if decayed:
        torch._foreach_add_(velocity, weights, alpha=-decayed)
    torch._foreach_add_(velocity, gradients, alpha=-rate)
    torch._foreach_add_(weights, velocity)


@dataclass(frozen=True)
class FusedUpdate:
    """A parameter on a CPU with its velocity, as arrays: what the compiled pass takes, made once for all steps."""

    weight: torch.Tensor
    weight_L: NDArray[Any]
    velocity_L: NDArray[Any]
    address: int

    @classmethod
    def of(cls, weight: torch.Tensor, velocity: torch.Tensor) -> FusedUpdate | None:
        """The pair; None where there is no pass for it. A velocity is dense, so a weight that lies as it does is, too."""
        fits = weight.device.type == "cpu" and weight.dtype in (torch.float32, torch.float64)
        if not fits or weight.dtype != velocity.dtype or weight.stride() != velocity.stride():
            return None
        return cls(weight, _flat_L(weight), _flat_L(velocity), weight.data_ptr())

    def takes(self, gradient: torch.Tensor) -> bool:
        """Say whether the gradient lies as the weight does, and the weight's memory is still the same."""
        weight = self.weight
        same = weight.dtype == gradient.dtype and weight.stride() == gradient.stride()
        return same and weight.data_ptr() == self.address

    def update(self, gradient: torch.Tensor, *, momentum: float, decayed: float, rate: float) -> None:
        """Write v <- momentum v - decayed w - rate g and w <- w + v: everything is read and written once."""
        number = self.weight_L.dtype.type
        arguments = (self.weight_L, self.velocity_L, _flat_L(gradient), number(momentum), number(decayed), number(rate))
        in_threads(optim_kernel.update, arguments, length=len(self.weight_L), block=ELEMENTS_AT_ONCE)


def _flat_L(tensor: torch.Tensor) -> NDArray[Any]:
    flat: NDArray[Any] = tensor.detach().as_strided((tensor.numel(),), (1,)).numpy()
    return flat


@dataclass(frozen=True, kw_only=True)
class _Group:
    """Parameters that share their rule, which is what torch can update together."""

    rate: float
    decay: float
    drops: bool
    frozen: bool
    slowed: bool
    names: list[str] = field(default_factory=list)
    parameters: list[torch.Tensor] = field(default_factory=list)


def _groups(net: nn.Module, optimizer: Optimizer, *, frozen: tuple[str, ...], slowed: tuple[str, ...]) -> list[_Group]:
    """The parameters of `net` in as few groups as their rules allow."""
    decay_of = {item.layer: item.weight_decay for item in optimizer.layer_decay}
    layers = list(dict.fromkeys(_layer(name) for name, _ in net.named_parameters()))
    unknown = [name for name in (*decay_of, *frozen, *slowed) if name not in layers]
    if unknown:
        raise ValueError(f"the recipe names layer {unknown[0]!r}, which the network lacks; allowed: {', '.join(layers)}")
    groups: dict[tuple[float, float, bool, bool, bool], _Group] = {}
    for name, parameter in net.named_parameters():
        if not parameter.requires_grad:
            continue
        layer = _layer(name)
        is_bias = name.endswith("bias")
        if is_bias:
            rate, decay = optimizer.bias_rate, optimizer.weight_decay if optimizer.bias_decay else 0.0
        else:
            rate, decay = 1.0, decay_of.get(layer, optimizer.weight_decay)
        drops, slow = optimizer.bias_drops or not is_bias, layer in slowed and not is_bias
        key = (rate, decay, drops, layer in frozen, slow)
        group = groups.setdefault(key, _Group(rate=rate, decay=decay, drops=drops, frozen=layer in frozen, slowed=slow))
        group.names.append(name)
        group.parameters.append(parameter)
    return list(groups.values())


def _layer(parameter: str) -> str:
    return parameter.partition(".")[0]


@dataclass(kw_only=True)
class Plateau:
    """What the learning rate's rule `plateau` remembers: drops so far, the best validation error, epochs since."""

    num_drops: int = 0
    best: float = float("inf")
    num_worse: int = 0


class LearningRate:
    """The learning rate over training, by epochs or by plateau of the validation error."""

    def __init__(self, initial: float, schedule: Schedule) -> None:
        if schedule.rule not in ("epochs", "plateau"):
            raise ValueError(f"unknown schedule rule {schedule.rule!r}; allowed: epochs, plateau")
        self.initial, self._schedule = initial, schedule
        self.plateau = Plateau()

    def at(self, epochs: float) -> float:
        """The rate after so many `epochs` (a fraction within an epoch)."""
        num_drops = (
            sum(drop <= epochs for drop in self._schedule.drops) if self._schedule.rule == "epochs" else self.plateau.num_drops
        )
        return float(self.initial / self._schedule.divide_by**num_drops)

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
        plateau = self.plateau
        if validation_error < plateau.best:
            plateau.best, plateau.num_worse = validation_error, 0
            return
        plateau.num_worse += 1
        if plateau.num_worse >= self._schedule.patience and plateau.num_drops < self._schedule.num_drops:
            plateau.num_drops, plateau.num_worse = plateau.num_drops + 1, 0
