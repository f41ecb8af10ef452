"""How a network is trained."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Crops:
    """Translations and reflections: the `position` of a training crop (`random` or `center`) and whether half are mirrored.

    `chunk_share` is the share of a batch that has one position and one mirroring in common; 0: every image its own.
    """

    position: str
    mirror: bool
    chunk_share: float = 0.0


@dataclass(frozen=True, kw_only=True)
class ColorNoise:
    """PCA colour noise: sum over principal components p_i of the RGB values, alpha_i ~ N(0, std), times a factor.

    `factor` is `eigenvalue` (as printed) or `sqrt_eigenvalue` (as released), of the covariance of 0-255 values, or
    `unit_eigenvalue`: the eigenvalue of the covariance of values in [0, 1], which moves such values.
    The noisy image is divided by `divide_by`. The noise, and with it the division, ends after the share `until` of the epochs.
    """

    std: float
    factor: str
    until: float = 1.0
    divide_by: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Freeze:
    """The `layers` that no longer learn after the share `after` of the epochs, in [0, 1]: they stand still at once."""

    layers: tuple[str, ...]
    after: float


@dataclass(frozen=True, kw_only=True)
class Slowed:
    """The `layers` whose weights have a rate `divide_by` times smaller after the share `after` of the epochs; biases do not."""

    layers: tuple[str, ...]
    after: float
    divide_by: float


@dataclass(frozen=True, kw_only=True)
class LayerDecay:
    """A layer whose weights have a weight decay of their own."""

    layer: str
    weight_decay: float


@dataclass(frozen=True, kw_only=True)
class Optimizer:
    """Stochastic gradient descent with the learning rate inside the velocity.

    v <- momentum v - weight_decay rate w - rate gradient;  w <- w + v.
    The rate is `learning_rate`, which a scale sets, times `rate_factor`, which a variant may set.
    Biases have `bias_rate` times the rate, and decay only if `bias_decay`. `bias_drops`: their rate falls with that of the
    weights when the schedule divides it; if not, it stays what it was at first. `layer_decay` lists layers with another decay.
    """

    learning_rate: float
    momentum: float
    weight_decay: float
    rate_factor: float = 1.0
    bias_rate: float = 1.0
    bias_decay: bool = True
    bias_drops: bool = True
    layer_decay: tuple[LayerDecay, ...] = ()


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
    """The choices of training that images and clips share. Pixels stay on their 0-255 scale.

    shuffle: whether the examples are put into a new random order for `each_epoch`, or `once` for all epochs.
    """

    batch_size: int
    optimizer: Optimizer
    schedule: Schedule
    crops: Crops
    freeze: Freeze | None = None
    slowed: Slowed | None = None
    shuffle: str = "each_epoch"


@dataclass(frozen=True, kw_only=True)
class ImageRecipe(Recipe):
    """All choices of training on images; the mean image of the training set is subtracted.

    `mean_at`: the part of the mean image that is subtracted from a crop, in training and in evaluation: at the
    same place (`crop`) or always its centre (`center`).
    `image_share`: the share of the training images of every class that is trained on, in (0, 1]. They are shown
    the more often, so that an epoch has as many examples, and training as many updates, as with all images; mean
    image and colour components stay those of all.
    """

    color_noise: ColorNoise | None
    mean_at: str = "crop"
    image_share: float = 1.0


CROP_POSITIONS = ("random", "center")
NOISE_FACTORS = ("eigenvalue", "unit_eigenvalue", "sqrt_eigenvalue")
MEAN_PLACES = ("crop", "center")
SHUFFLES = ("each_epoch", "once")
SCHEDULE_RULES = ("epochs", "plateau")
