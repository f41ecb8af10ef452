"""What a convolutional image network is made of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Conv:
    """A convolutional layer and what follows it: activation, then `normalised` (LRN), then `pooled`.

    `connect` is `tower` (kernels see the maps of their own tower) or `all` (kernels see every map).
    `init_std` is the standard deviation of the zero-mean Gaussian weights, `bias` the initial bias.
    """

    name: str
    num_kernels: int
    kernel_px: int
    stride_px: int = 1
    padding_px: int = 0
    connect: str = "tower"
    normalised: bool = False
    pooled: bool = False
    init_std: float = 0.01
    bias: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Dense:
    """A fully connected layer of `num_units`; `dropped_out` says whether dropout follows its activation."""

    name: str
    num_units: int
    dropped_out: bool = False
    init_std: float = 0.01
    bias: float = 0.0


@dataclass(frozen=True, kw_only=True)
class ResponseNorm:
    """Local response normalisation b = a / (k + alpha * sum of a^2 over `size` neighbouring maps)^beta.

    `alpha_over_size` divides alpha by `size` first, as most implementations do and the printed formula does not.
    """

    size: int
    alpha: float
    beta: float
    k: float
    alpha_over_size: bool = False


@dataclass(frozen=True, kw_only=True)
class Pooling:
    """Max pooling with windows of `size_px`, `stride_px` apart; the last window may hang over the edge.

    `same_maps_as` = (size_px, stride_px) of another pooling: the padding of each pooled convolution is
    reduced where that gives the maps which the other pooling would have given.
    """

    size_px: int
    stride_px: int
    same_maps_as: tuple[int, int] | None = None


@dataclass(frozen=True, kw_only=True)
class Towers:
    """How the kernels of each convolution are spread over `num` towers.

    `kernel_share` is the share of the printed kernels that is kept, in all convolutions but those `whole`.
    """

    num: int
    kernel_share: float = 1.0
    whole: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Stem:
    """Geometry of the first convolution, which must fit the size of the input."""

    kernel_px: int
    stride_px: int
    padding_px: int


@dataclass(frozen=True, kw_only=True)
class Size:
    """All that a scale may change in a network: nothing here is ever ablated.

    `width` multiplies the number of kernels and units; `stem` replaces the first convolution's geometry.
    """

    input_px: int
    width: float = 1.0
    stem: Stem | None = None


@dataclass(frozen=True, kw_only=True)
class Network:
    """A network of convolutions and dense layers; `output` has one unit a class.

    `printed_px` is the input size that the paper printed; `size` is what the scale makes of it.
    """

    printed_px: int
    size: Size
    num_classes: int
    towers: Towers
    conv: tuple[Conv, ...]
    dense: tuple[Dense, ...]
    output: Dense
    activation: str
    lrn: ResponseNorm | None
    pooling: Pooling
    dropout_rate: float


ACTIVATIONS = ("relu", "tanh")
