"""Compute what follows from a network's spec alone: map sizes, parameters, neurons, operations."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from repro.spec.geometry.blurred import BlurredShape, blurred_shape
from repro.spec.network import AFTER_CONV, EDGES, Conv, Dense, Network, Pooling, Size, Stem

#: Colour channels of an input image.
NUM_COLOURS = 3

#: As edge `keep`, for poolings alone: the windows of a convolution stay inside its map, as those of a valid one do.
KEEP_IN_POOLINGS = "keep_in_poolings"


@dataclass(frozen=True, kw_only=True)
class ConvShape:
    """A convolution with every number filled in. `extra_px` is zero padding at the right and bottom edge only.

    `order` names what follows the convolution, of AFTER_CONV what the layer really has.
    `reference_fan_in` is the fan-in of the same layer at the size that the paper printed.
    """

    name: str
    in_maps: int
    num_kernels: int
    groups: int
    shared: bool
    kernel_px: int
    stride_px: int
    padding_px: int
    extra_px: int
    in_px: int
    out_px: int
    order: tuple[str, ...]
    pooling: Pooling | None
    pooled_px: int
    init_std: float
    bias: float
    reference_fan_in: int

    @property
    def fan_in(self) -> int:
        return self.in_maps // self.groups * self.kernel_px**2

    @property
    def normalised(self) -> bool:
        return "lrn" in self.order

    @property
    def map_normalised(self) -> bool:
        return "map_norm" in self.order

    @property
    def num_parameters(self) -> int:
        num_places = 1 if self.shared else self.out_px**2
        return num_places * self.num_kernels * (self.fan_in + 1)

    @property
    def num_neurons(self) -> int:
        return self.num_kernels * self.out_px**2

    @property
    def num_macs(self) -> int:
        return self.num_neurons * self.fan_in


@dataclass(frozen=True, kw_only=True)
class DenseShape:
    """A fully connected layer with every number filled in: each of `groups` blocks of units sees its block of inputs."""

    name: str
    in_units: int
    num_units: int
    groups: int
    dropped_out: bool
    init_std: float
    bias: float
    reference_fan_in: int

    @property
    def fan_in(self) -> int:
        return self.in_units // self.groups

    @property
    def num_parameters(self) -> int:
        return self.num_units * (self.fan_in + 1)

    @property
    def num_neurons(self) -> int:
        return self.num_units

    @property
    def num_macs(self) -> int:
        return self.num_units * self.fan_in


@dataclass(frozen=True, kw_only=True)
class Geometry:
    """All layers of a network in order, with the sums that papers print. blurred: its coarse view, beside these layers."""

    input_px: int
    conv: tuple[ConvShape, ...]
    dense: tuple[DenseShape, ...]
    blurred: BlurredShape | None = None

    @property
    def layers(self) -> tuple[ConvShape | DenseShape, ...]:
        return (*self.conv, *self.dense)

    @property
    def num_parameters(self) -> int:
        beside = self.blurred.num_parameters if self.blurred else 0
        return sum(layer.num_parameters for layer in self.layers) + beside

    @property
    def num_neurons(self) -> int:
        """The neurons of all layers, the output layer included and the input excluded."""
        return sum(layer.num_neurons for layer in self.layers)

    @property
    def input_neurons(self) -> int:
        """The numbers that one image has."""
        return NUM_COLOURS * self.input_px**2

    @property
    def neurons_by_layer(self) -> dict[str, int]:
        """The neurons of every layer by its name, and before them those of the `input`."""
        return {"input": self.input_neurons} | {layer.name: layer.num_neurons for layer in self.layers}

    @property
    def largest_conv_share(self) -> float:
        """The largest share of all parameters that one convolution holds, in [0, 1]."""
        return max(layer.num_parameters for layer in self.conv) / self.num_parameters

    @property
    def num_flops(self) -> int:
        """The floating-point operations of one image's forward pass, two for each multiply-add."""
        beside = self.blurred.num_macs if self.blurred else 0
        return 2 * (sum(layer.num_macs for layer in self.layers) + beside)


def pooled_px(map_px: int, pooling: Pooling, edge: str) -> int:
    """The size of a map after pooling; with `edge` drop no window hangs over it, else the last one may."""
    room_px = map_px - pooling.size_px
    if edge == "drop":
        return 1 + room_px // pooling.stride_px if room_px >= 0 else 0
    pooled = 1 + math.ceil(max(room_px, 0) / pooling.stride_px)
    return pooled - 1 if (pooled - 1) * pooling.stride_px >= map_px else pooled


def convolved_px(map_px: int, window: Stem, edge: str) -> tuple[int, int]:
    """The size of a map after a convolution and the extra zeros that its last window reads past the edge."""
    room_px = map_px + 2 * window.padding_px - window.kernel_px
    if edge != "keep":
        return 1 + room_px // window.stride_px, 0
    convolved = 1 + math.ceil(room_px / window.stride_px)
    return convolved, (convolved - 1) * window.stride_px - room_px


def geometry(network: Network, *, num_classes: int | None = None) -> Geometry:
    """Fill in every number of `network`, with `num_classes` outputs (default: as the paper has).

    Raises:
        ValueError: a map is smaller than a kernel, kernels or units do not spread evenly over the towers, an unknown edge,
            an `order` that leaves out what the layer has, or a layer whose pooling nobody can take over.
    """
    if network.edge not in (*EDGES, KEEP_IN_POOLINGS):
        raise ValueError(f"unknown edge {network.edge!r}; allowed: {', '.join(EDGES)}")
    printed = _shapes(replace(network, width=1.0, size=Size(input_px=network.printed_px)), network.num_classes)
    fan_in = {layer.name: layer.fan_in for layer in printed.layers}
    shapes = _shapes(network, network.num_classes if num_classes is None else num_classes)
    return Geometry(
        input_px=shapes.input_px,
        conv=tuple(replace(layer, reference_fan_in=fan_in[layer.name]) for layer in shapes.conv),
        dense=tuple(replace(layer, reference_fan_in=fan_in[layer.name]) for layer in shapes.dense),
        blurred=shapes.blurred,
    )


def _shapes(network: Network, num_classes: int) -> Geometry:
    network = replace(network, conv=_present(network), dense=tuple(layer for layer in network.dense if layer.present))
    conv = _conv_shapes(network, targets=_target_maps(network))
    in_units = conv[-1].num_kernels * conv[-1].pooled_px ** 2
    dense: list[DenseShape] = []
    for layer in network.dense:
        groups = 1 if network.towers.cross else network.towers.num
        num_units = _widened(layer.num_units, _width(network))
        dense.append(_dense_shape(network, layer, in_units=in_units, num_units=num_units, groups=groups))
        in_units = num_units
    dense.append(_dense_shape(network, network.output, in_units=in_units, num_units=num_classes, groups=1))
    return Geometry(input_px=network.size.input_px, conv=conv, dense=tuple(dense), blurred=_blurred(network, conv))


def _blurred(network: Network, conv: tuple[ConvShape, ...]) -> BlurredShape | None:
    """The coarse view of the image, which a layer after the first has besides."""
    if network.blurred is None:
        return None
    fed = [shape for shape in conv[1:] if shape.name == network.blurred.layer]
    if not fed:
        names = ", ".join(shape.name for shape in conv[1:])
        raise ValueError(f"the coarse view goes to layer {network.blurred.layer!r}; allowed: {names}")
    return blurred_shape(
        network.blurred,
        input_px=network.size.input_px,
        in_maps=NUM_COLOURS,
        out_px=fed[0].out_px,
        num_kernels=fed[0].num_kernels,
    )


def _present(network: Network) -> tuple[Conv, ...]:
    """The convolutions that are there, each pooled one with its own pooling; an absent one's falls to that before it."""
    present: list[Conv] = []
    handed: Conv | None = None
    for layer in reversed(network.conv):
        pooled = replace(layer, pooling=(layer.pooling or network.pooling) if layer.pooled else None)
        if handed is not None:
            if pooled.pooled:
                raise ValueError(
                    f"layer {handed.name} is not present, and layer {pooled.name} before it is pooled itself; "
                    "allowed: one pooling a layer; leave out a layer that has none, or one whose neighbour has none"
                )
            order = pooled.order if "pool" in pooled.order else (*pooled.order, "pool")
            pooled = replace(pooled, pooled=True, pooling=handed.pooling, order=order)
        handed = pooled if pooled.pooled and not pooled.present else None
        if pooled.present:
            present.append(pooled)
    if handed is not None or not present:
        raise ValueError("the first convolution is pooled and not present; allowed: a first convolution that is there")
    return tuple(reversed(present))


def _target_maps(network: Network) -> dict[str, int]:
    """The pooled map size of each layer whose pooling asks for it by `same_maps_as`."""
    asking = {layer.name: layer.pooling for layer in network.conv if layer.pooling and layer.pooling.same_maps_as}
    if not asking:
        return {}
    other = tuple(replace(layer, pooling=_as_asked(asking.get(layer.name, layer.pooling))) for layer in network.conv)
    return {
        shape.name: shape.pooled_px for shape in _conv_shapes(replace(network, conv=other), targets={}) if shape.name in asking
    }


def _as_asked(pooling: Pooling | None) -> Pooling | None:
    """The pooling whose maps `pooling` is to have: itself, if it asks for no others."""
    if pooling is None or pooling.same_maps_as is None:
        return pooling
    size_px, stride_px = pooling.same_maps_as
    return Pooling(size_px=size_px, stride_px=stride_px)


def _conv_shapes(network: Network, *, targets: dict[str, int]) -> tuple[ConvShape, ...]:
    in_px, in_maps = network.size.input_px, NUM_COLOURS
    shapes: list[ConvShape] = []
    for position, layer in enumerate(network.conv):
        window = network.size.stem if position == 0 and network.size.stem else _stem(layer)
        window = replace(window, padding_px=_padding_px(network, layer, window, in_px, targets.get(layer.name)))
        apart = position > 0 and (layer.connect == "tower" or not network.towers.cross)
        groups = network.towers.num if apart else 1
        shapes.append(_conv_shape(network, layer, window, in_px=in_px, in_maps=in_maps, groups=groups))
        in_px, in_maps = shapes[-1].pooled_px, shapes[-1].num_kernels
    return tuple(shapes)


def _stem(layer: Conv) -> Stem:
    return Stem(kernel_px=layer.kernel_px, stride_px=layer.stride_px, padding_px=layer.padding_px)


def _conv_shape(network: Network, layer: Conv, window: Stem, *, in_px: int, in_maps: int, groups: int) -> ConvShape:
    if in_px + 2 * window.padding_px < window.kernel_px:
        raise ValueError(
            f"layer {layer.name}: a kernel of {window.kernel_px} px does not fit a map of {in_px} px; "
            "choose a larger input_px or another stem in the scale"
        )
    out_px, extra_px = convolved_px(in_px, window, network.edge)
    share = 1.0 if layer.name in network.towers.whole else network.towers.kernel_share
    return ConvShape(
        name=layer.name,
        in_maps=in_maps,
        num_kernels=_spread(layer.name, round(_widened(layer.num_kernels, _width(network)) * share), network.towers.num),
        groups=groups,
        shared=layer.shared,
        kernel_px=window.kernel_px,
        stride_px=window.stride_px,
        padding_px=window.padding_px,
        extra_px=extra_px,
        in_px=in_px,
        out_px=out_px,
        order=_order(network, layer),
        pooling=layer.pooling,
        pooled_px=_pooled(layer, out_px, network.edge),
        init_std=layer.init_std,
        bias=layer.bias,
        reference_fan_in=in_maps // groups * window.kernel_px**2,
    )


def _dense_shape(network: Network, layer: Dense, *, in_units: int, num_units: int, groups: int) -> DenseShape:
    return DenseShape(
        name=layer.name,
        in_units=in_units,
        num_units=_spread(layer.name, num_units, groups),
        groups=groups,
        dropped_out=layer is not network.output and layer.dropped_out and network.dropout_rate > 0,
        init_std=layer.init_std,
        bias=layer.bias,
        reference_fan_in=in_units // groups,
    )


def _order(network: Network, layer: Conv) -> tuple[str, ...]:
    """What follows a convolution, in the layer's order: of AFTER_CONV, what the layer has."""
    having = {
        "activation": True,
        "lrn": layer.normalised and network.lrn is not None,
        "map_norm": layer.map_normalised and network.map_norm is not None,
        "pool": layer.pooled,
    }
    allowed = set(layer.order) <= set(AFTER_CONV) and len(set(layer.order)) == len(layer.order)
    if not allowed or not {step for step in having if having[step]} <= set(layer.order):
        raise ValueError(
            f"layer {layer.name}: its order is {', '.join(layer.order)}; allowed: each of "
            f"{', '.join(step for step in having if having[step])} once, and others of {', '.join(AFTER_CONV)}"
        )
    return tuple(step for step in layer.order if having[step])


def _padding_px(network: Network, layer: Conv, window: Stem, in_px: int, target_px: int | None) -> int:
    """The largest padding up to the printed one whose pooled map has `target_px`; the printed one if none has."""
    if target_px is None:
        return window.padding_px
    for padding_px in range(window.padding_px, -1, -1):
        if in_px + 2 * padding_px < window.kernel_px:
            break
        out_px, _ = convolved_px(in_px, replace(window, padding_px=padding_px), network.edge)
        if _pooled(layer, out_px, network.edge) == target_px:
            return padding_px
    return window.padding_px


def _pooled(layer: Conv, map_px: int, edge: str) -> int:
    pooled = pooled_px(map_px, layer.pooling, edge) if layer.pooling else map_px
    if pooled < 1:
        raise ValueError(
            f"layer {layer.name}: no pooling window fits a map of {map_px} px; choose a larger input_px in the scale"
        )
    return pooled


def _spread(name: str, number: int, num_towers: int) -> int:
    if number % num_towers:
        raise ValueError(f"layer {name}: {number} kernels or units over {num_towers} towers; allowed: a multiple of {num_towers}")
    return number


def _width(network: Network) -> float:
    """By how much the printed numbers of kernels and units are multiplied: by the scale, and by the network itself."""
    return network.size.width * network.width


def _widened(number: int, width: float) -> int:
    """`number` times `width`, rounded to a multiple of eight (what a vector register holds)."""
    return number if width == 1 else max(1, round(number * width / 8)) * 8
