"""Train networks with rectified linear units and softmax on vectors of videos, and choose one on the validation videos.

Shape suffixes: N videos, B batch, D values of a vector, K classes, U units of a layer.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from repro.baselines.fitting.randomness import generator, seed_of
from repro.spec.histograms import INPUT_SCALINGS, MlpSearch

#: Videos that are scored or whose vectors are read at a time, apart from training.
VIDEOS_AT_ONCE = 1024

LayerWeights = list[tuple[torch.Tensor, torch.Tensor]]


@dataclass(frozen=True, kw_only=True)
class Labelled:
    """Vectors of videos, and the probabilities of the classes aimed at (see `targets_NK`)."""

    vector_ND: NDArray[np.float32]
    target_NK: NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One combination of the grid."""

    hidden_units: tuple[int, ...]
    dropout_rate: float
    learning_rate: float
    weight_decay: float
    input_scaling: str


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What became of a combination: its best epoch (counted from 1; 0: none was finite) on the validation videos.

    hit1: share of the videos whose most probable class is among their labels. cross_entropy: in nats.
    """

    choice: Choice
    epoch: int
    hit1: float
    cross_entropy: float


@dataclass(frozen=True, kw_only=True)
class Classifier:
    """A trained network on vectors that are rooted or not, shifted and scaled first."""

    choice: Choice
    shift_D: NDArray[np.float32]
    factor_D: NDArray[np.float32]
    weights_UU: tuple[NDArray[np.float32], ...]
    biases_U: tuple[NDArray[np.float32], ...]
    trials: tuple[Trial, ...] = ()

    def probabilities_NK(self, vector_ND: NDArray[np.float32], *, device: str = "cpu") -> NDArray[np.float32]:
        """The class probabilities of vectors."""
        layers = [
            (torch.from_numpy(weight_UU).to(device), torch.from_numpy(bias_U).to(device))
            for weight_UU, bias_U in zip(self.weights_UU, self.biases_U, strict=True)
        ]
        scaling = _Scaling(self.choice.input_scaling, self.shift_D, self.factor_D)
        return _probabilities_NK(layers, vector_ND, scaling, device=device).numpy()


def combinations(search: MlpSearch) -> list[Choice]:
    """The grid, the last axis (input scaling) changing fastest.

    Raises:
        ValueError: an axis is empty, or a value is out of its range.
    """
    for scaling in search.input_scalings:
        if scaling not in INPUT_SCALINGS:
            raise ValueError(f"unknown input scaling {scaling!r}; allowed: {', '.join(INPUT_SCALINGS)}")
    for rate in search.dropout_rates:
        if not 0 <= rate < 1:
            raise ValueError(f"dropout rate is {rate}; allowed: at least 0 and below 1")
    axes = (search.hidden_units, search.dropout_rates, search.learning_rates, search.weight_decays, search.input_scalings)
    grid = [
        Choice(hidden_units=units, dropout_rate=dropout, learning_rate=rate, weight_decay=decay, input_scaling=scaling)
        for units, dropout, rate, decay, scaling in itertools.product(*axes)
    ]
    if not grid or search.num_epochs < 1 or search.batch_size < 1:
        raise ValueError(
            "the grid of the classifier is empty; allowed: a value on each axis, 1 or more epochs and videos a batch"
        )
    return grid


def targets_NK(labels: list[tuple[int, ...]], *, num_classes: int) -> NDArray[np.float32]:
    """The probabilities that training aims at: the labels of a video share 1 equally.

    Raises:
        ValueError: a video has no label, one twice, or one that is no class.
    """
    target_NK = np.zeros((len(labels), num_classes), np.float32)
    for video, own in enumerate(labels):
        if not own or len(set(own)) < len(own) or min(own) < 0 or max(own) >= num_classes:
            raise ValueError(f"video {video} has labels {own}; allowed: one or more of 0 to {num_classes - 1}, each once")
        target_NK[video, list(own)] = 1 / len(own)
    return target_NK


def fit_classifier(train: Labelled, *, validation: Labelled, search: MlpSearch, key: int, device: str = "cpu") -> Classifier:
    """Train every combination of the grid and return the best on the validation videos.

    The vectors of `train` may lie on disk (a memory map): a batch at a time is read of them.

    Raises:
        ValueError: there are no validation videos, or no combination stayed finite.
    """
    if not len(validation.vector_ND):
        raise ValueError("0 validation videos; allowed: 1 or more, on which the classifier is tuned; hold some out of training")
    best: _Trained | None = None
    trials: list[Trial] = []
    for choice in combinations(search):
        scaling = _scaling(choice.input_scaling, train.vector_ND)
        trained = _train(choice, train, validation, scaling=scaling, search=search, key=key, device=device)
        trials.append(trained.trial)
        if trained.trial.epoch and (best is None or _rank(trained.trial) > _rank(best.trial)):
            best = trained
    if best is None:
        raise ValueError(f"none of {len(trials)} combinations of the grid stayed finite; take lower learning rates")
    return Classifier(
        choice=best.trial.choice,
        shift_D=best.scaling.shift_D,
        factor_D=best.scaling.factor_D,
        weights_UU=tuple(weight_UU.numpy() for weight_UU, _ in best.layers),
        biases_U=tuple(bias_U.numpy() for _, bias_U in best.layers),
        trials=tuple(trials),
    )


def _rank(trial: Trial) -> tuple[float, float]:
    return trial.hit1, -trial.cross_entropy


class _Scaling:
    """Vectors as the network sees them: x, or its root, minus `shift_D` and times `factor_D`."""

    def __init__(self, name: str, shift_D: NDArray[np.float32], factor_D: NDArray[np.float32]) -> None:
        self.name, self.shift_D, self.factor_D = name, shift_D, factor_D

    def tensor_BD(self, x_BD: NDArray[np.float32], *, device: str) -> torch.Tensor:
        rooted_BD = np.sqrt(x_BD) if self.name == "root" else np.asarray(x_BD)
        return torch.from_numpy(np.asarray((rooted_BD - self.shift_D) * self.factor_D, np.float32)).to(device)


def _scaling(name: str, vector_ND: NDArray[np.float32]) -> _Scaling:
    """The scaling of INPUT_SCALINGS that brings the training videos to mean 0 and mean square 1.

    `none` and `root` do so with one factor for all values, so that rare words stay small; `standard` for each value.
    """
    num, num_values = vector_ND.shape
    total_D, squares_D = np.zeros(num_values), np.zeros(num_values)
    for start in range(0, num, VIDEOS_AT_ONCE):
        x_BD = np.asarray(vector_ND[start : start + VIDEOS_AT_ONCE], np.float64)
        total_D += (np.sqrt(x_BD) if name == "root" else x_BD).sum(axis=0)
        squares_D += (x_BD if name == "root" else x_BD**2).sum(axis=0)
    variance_D = np.maximum(squares_D / num - (total_D / num) ** 2, 0)
    if name != "standard":
        variance_D = np.full(num_values, variance_D.mean())
    factor_D = np.where(variance_D > 0, 1 / np.sqrt(np.where(variance_D > 0, variance_D, 1)), 0)
    return _Scaling(name, (total_D / num).astype(np.float32), factor_D.astype(np.float32))


@dataclass(frozen=True, kw_only=True)
class _Trained:
    """The best epoch of a combination, and its layers on the CPU."""

    trial: Trial
    layers: LayerWeights
    scaling: _Scaling


def _train(
    choice: Choice, train: Labelled, validation: Labelled, *, scaling: _Scaling, search: MlpSearch, key: int, device: str
) -> _Trained:
    """Train by stochastic gradient descent with momentum and weight decay (biases have none), until the loss is not finite."""
    sizes = (train.vector_ND.shape[1], *choice.hidden_units, train.target_NK.shape[1])
    layers = _initial(sizes, key=key, device=device)
    descent = Descent(layers, choice=choice, momentum=search.momentum)
    masks = torch.Generator(device).manual_seed(seed_of(key, "dropout"))
    best = _Trained(trial=Trial(choice=choice, epoch=0, hit1=0.0, cross_entropy=math.inf), layers=[], scaling=scaling)
    for epoch in range(1, search.num_epochs + 1):
        order_N = generator(key, "order of videos", epoch).permutation(len(train.vector_ND))
        for start in range(0, len(order_N), search.batch_size):
            batch_B = np.sort(order_N[start : start + search.batch_size])
            x_BD = scaling.tensor_BD(train.vector_ND[batch_B], device=device)
            logits_BK = _logits_BK(layers, x_BD, dropout_rate=choice.dropout_rate, masks=masks)
            loss = functional.cross_entropy(logits_BK, torch.from_numpy(train.target_NK[batch_B]).to(device))
            loss.backward()
            descent.step()
        hit1, cross_entropy = _judged(layers, validation, scaling, device=device)
        if not math.isfinite(cross_entropy):
            break
        trial = Trial(choice=choice, epoch=epoch, hit1=hit1, cross_entropy=cross_entropy)
        if best.trial.epoch == 0 or _rank(trial) > _rank(best.trial):
            kept = [(weight_UU.detach().cpu().clone(), bias_U.detach().cpu().clone()) for weight_UU, bias_U in layers]
            best = _Trained(trial=trial, layers=kept, scaling=scaling)
    return best


class Descent:
    """Stochastic gradient descent with momentum, and weight decay of the weights alone.

    Equal to torch.optim.SGD to the bit, whose first step imports torch's compiler: 1.5 processor seconds of every process
    that fits.
    """

    def __init__(self, layers: LayerWeights, *, choice: Choice, momentum: float) -> None:
        self._decays = [(weight_UU, choice.weight_decay) for weight_UU, _ in layers] + [(bias_U, 0.0) for _, bias_U in layers]
        self._velocities: list[torch.Tensor] = []
        self._learning_rate, self._momentum = choice.learning_rate, momentum

    @torch.no_grad()
    def step(self) -> None:
        """Move every parameter along its velocity, and forget the gradients."""
        gradients = [grad if not decay else grad.add(value, alpha=decay) for value, grad, decay in self._parts()]
        if self._velocities:
            for velocity, gradient in zip(self._velocities, gradients, strict=True):
                velocity.mul_(self._momentum).add_(gradient)
        else:
            self._velocities = [gradient.clone() for gradient in gradients]
        for (value, _), velocity in zip(self._decays, self._velocities, strict=True):
            value.add_(velocity, alpha=-self._learning_rate)
            value.grad = None

    def _parts(self) -> list[tuple[torch.Tensor, torch.Tensor, float]]:
        assert all(value.grad is not None for value, _ in self._decays), "the loss depends on every parameter"
        return [(value, value.grad, decay) for value, decay in self._decays if value.grad is not None]


def _initial(sizes: tuple[int, ...], *, key: int, device: str) -> LayerWeights:
    """Gaussian weights of variance 2 / inputs (1 / inputs before the softmax) and zero biases."""
    draws = torch.Generator().manual_seed(seed_of(key, "weights"))
    layers: LayerWeights = []
    for place, (num_in, num_out) in enumerate(itertools.pairwise(sizes)):
        gain = 1 if place == len(sizes) - 2 else 2
        weight_UU = torch.randn(num_out, num_in, generator=draws) * math.sqrt(gain / num_in)
        layers.append((weight_UU.to(device).requires_grad_(), torch.zeros(num_out, device=device).requires_grad_()))
    return layers


def _logits_BK(
    layers: LayerWeights, x_BD: torch.Tensor, *, dropout_rate: float = 0.0, masks: torch.Generator | None = None
) -> torch.Tensor:
    """The values before the softmax; with `masks` hidden units are dropped and the others divided by 1 - rate."""
    for weight_UU, bias_U in layers[:-1]:
        x_BD = functional.relu(functional.linear(x_BD, weight_UU, bias_U))
        if masks is not None and dropout_rate:
            keep_BU = torch.rand(x_BD.shape, generator=masks, device=x_BD.device) >= dropout_rate
            x_BD = x_BD * keep_BU / (1 - dropout_rate)
    return functional.linear(x_BD, *layers[-1])


@torch.no_grad()
def _probabilities_NK(layers: LayerWeights, vector_ND: NDArray[np.float32], scaling: _Scaling, *, device: str) -> torch.Tensor:
    parts = [torch.empty(0, len(layers[-1][1]))]
    for start in range(0, len(vector_ND), VIDEOS_AT_ONCE):
        x_BD = scaling.tensor_BD(vector_ND[start : start + VIDEOS_AT_ONCE], device=device)
        parts.append(_logits_BK(layers, x_BD).softmax(dim=1).cpu())
    return torch.cat(parts)


def _judged(layers: LayerWeights, videos: Labelled, scaling: _Scaling, *, device: str) -> tuple[float, float]:
    """Hit@1 and cross-entropy of the network on `videos`."""
    probability_NK = _probabilities_NK(layers, videos.vector_ND, scaling, device=device).numpy()
    top_N = probability_NK.argmax(axis=1)
    hit1 = float((videos.target_NK[np.arange(len(top_N)), top_N] > 0).mean())
    log_NK = np.log(np.maximum(probability_NK, np.finfo(np.float32).tiny))
    return hit1, float(-(videos.target_NK * log_NK).sum(axis=1).mean())
