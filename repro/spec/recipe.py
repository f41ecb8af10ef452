"""How a network is trained."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Crops:
    """Translations and reflections: the `position` of a training crop (`random` or `center`) and whether half are mirrored."""

    position: str
    mirror: bool


@dataclass(frozen=True, kw_only=True)
class ColorNoise:
    """PCA colour noise: sum over principal components p_i of the RGB values, alpha_i ~ N(0, std), times a factor.

    `factor` is `eigenvalue` (as printed) or `sqrt_eigenvalue` (as released), of the covariance of 0-255 values.
    """

    std: float
    factor: str


@dataclass(frozen=True, kw_only=True)
class Optimizer:
    """Stochastic gradient descent with the learning rate inside the velocity.

    v <- momentum v - weight_decay rate w - rate gradient;  w <- w + v.
    Biases have `bias_rate` times the rate, and decay only if `bias_decay`.
    """

    learning_rate: float
    momentum: float
    weight_decay: float
    bias_rate: float = 1.0
    bias_decay: bool = True


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """When training ends and the learning rate is divided by `divide_by`.

    `rule` is `epochs` (at the start of the epochs `drops`, counted from 0; a drop may stand between two epochs)
    or `plateau` (when the validation error has not improved for `patience` epochs, at most `num_drops` times).
    """

    rule: str
    num_epochs: int
    drops: tuple[float, ...] = ()
    divide_by: float = 10.0
    patience: int = 0
    num_drops: int = 0


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """All choices of training. Pixels stay on their 0-255 scale; the mean image of the training set is subtracted."""

    batch_size: int
    optimizer: Optimizer
    schedule: Schedule
    crops: Crops
    color_noise: ColorNoise | None


CROP_POSITIONS = ("random", "center")
NOISE_FACTORS = ("eigenvalue", "sqrt_eigenvalue")
SCHEDULE_RULES = ("epochs", "plateau")
