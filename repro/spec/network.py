"""What a convolutional image network is made of."""

from __future__ import annotations

from dataclasses import dataclass

#: What may follow a convolution, in the order of the paper's text.
AFTER_CONV = ("activation", "lrn", "map_norm", "pool")


@dataclass(frozen=True, kw_only=True)
class Conv:
    """A convolutional layer and what follows it, in the given `order`: of AFTER_CONV, those that the layer has.

    Every layer has an activation; `normalised` gives it the network's LRN, `map_normalised` its same-map normalisation,
    `pooled` its pooling or, if there is one, the layer's own `pooling`.
    `connect` is `tower` (kernels see the maps of their own tower) or `all` (kernels see every map).
    `shared` is False for a locally connected layer: every place of the map has kernels (and biases) of its own.
    `init_std` is the standard deviation of the zero-mean Gaussian weights, `bias` the initial bias.
    A layer that is not `present` hands its pooling on to the layer before it, so that the maps keep their sizes.
    """

    name: str
    num_kernels: int
    kernel_px: int
    stride_px: int = 1
    padding_px: int = 0
    connect: str = "tower"
    shared: bool = True
    normalised: bool = False
    map_normalised: bool = False
    pooled: bool = False
    pooling: Pooling | None = None
    order: tuple[str, ...] = AFTER_CONV
    init_std: float = 0.01
    bias: float = 0.0
    present: bool = True


@dataclass(frozen=True, kw_only=True)
class Dense:
    """A fully connected layer of `num_units`; `dropped_out` says whether dropout follows its activation."""

    name: str
    num_units: int
    dropped_out: bool = False
    init_std: float = 0.01
    bias: float = 0.0
    present: bool = True


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
class MapNorm:
    """Response normalisation inside a map: b = a / (k + alpha * mean of a^2 over the window of `size` x `size` px)^beta.

    Pixels beyond the edge count as 0, so that the mean is always over size^2 values.
    """

    size: int
    alpha: float
    beta: float
    k: float


@dataclass(frozen=True, kw_only=True)
class Pooling:
    """Pooling with windows of `size_px`, `stride_px` apart, by their maximum or, for `kind` average, their mean.

    `same_maps_as` = (size_px, stride_px) of another pooling: the padding of each pooled convolution is
    reduced where that gives the maps which the other pooling would have given.
    """

    size_px: int
    stride_px: int
    kind: str = "max"
    same_maps_as: tuple[int, int] | None = None


@dataclass(frozen=True, kw_only=True)
class Blurred:
    """A coarse view of the image beside the first layers: blurred, one pixel in `keep_px` kept along each side, and convolved.

    Its convolution has as many kernels as `layer` and is added to that layer's sums, which have the only biases.
    std_px, window_px: of the Gaussian that blurs, at the printed size; a smaller input has a narrower one, as its
        `keep_px` is smaller. kernel_px, stride_px, init_std: of the convolution.
    """

    layer: str
    std_px: float
    window_px: int
    keep_px: int
    kernel_px: int
    stride_px: int
    init_std: float = 0.01


@dataclass(frozen=True, kw_only=True)
class Towers:
    """How the kernels of each convolution are spread over `num` towers.

    `kernel_share` is the share of the printed kernels that is kept, in all convolutions but those `whole`.
    `cross` is False for towers that see nothing of one another before the output: neither layers with `connect` all
    nor the hidden dense layers, whose units are spread over the towers like the kernels.
    """

    num: int
    kernel_share: float = 1.0
    whole: tuple[str, ...] = ()
    cross: bool = True


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
    `edge` says what happens where the last window of a convolution or a pooling hangs over the edge of its map:
    with `keep` it counts (beyond the edge a convolution reads zeros), with `drop` it is left out.
    `blurred`: a coarse view of the image that a later layer has besides; None: it sees the layer before it alone.
    `dropout_scaling`: outputs of dropout layers are multiplied by 1 - rate at `test` (as printed), or divided by it in `train`.
    `width`: how many times as many kernels and units each hidden layer has as is written here.
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
    map_norm: MapNorm | None = None
    edge: str = "keep"
    dropout_scaling: str = "test"
    blurred: Blurred | None = None
    width: float = 1.0


ACTIVATIONS = ("relu", "tanh", "sigmoid")
POOLING_KINDS = ("max", "average")
EDGES = ("keep", "drop")
DROPOUT_SCALINGS = ("test", "train")
