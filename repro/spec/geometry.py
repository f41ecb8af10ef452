"""Compute what follows from a network's spec alone: map sizes, parameters, neurons, operations."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from repro.spec.network import Conv, Network, Pooling, Size, Stem

#: Colour channels of an input image.
NUM_COLOURS = 3


@dataclass(frozen=True, kw_only=True)
class ConvShape:
    """A convolution with every number filled in. `extra_px` is zero padding at the right and bottom edge only.

    `reference_fan_in` is the fan-in of the same layer at the size that the paper printed.
    """

    name: str
    in_maps: int
    num_kernels: int
    groups: int
    kernel_px: int
    stride_px: int
    padding_px: int
    extra_px: int
    in_px: int
    out_px: int
    normalised: bool
    pooling: Pooling | None
    pooled_px: int
    init_std: float
    bias: float
    reference_fan_in: int

    @property
    def fan_in(self) -> int:
        return self.in_maps // self.groups * self.kernel_px**2

    @property
    def num_parameters(self) -> int:
        return self.num_kernels * (self.fan_in + 1)

    @property
    def num_neurons(self) -> int:
        return self.num_kernels * self.out_px**2

    @property
    def num_macs(self) -> int:
        return self.num_neurons * self.fan_in


@dataclass(frozen=True, kw_only=True)
class DenseShape:
    """A fully connected layer with every number filled in."""

    name: str
    fan_in: int
    num_units: int
    dropped_out: bool
    init_std: float
    bias: float
    reference_fan_in: int

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
    """All layers of a network in order, with the sums that papers print."""

    input_px: int
    conv: tuple[ConvShape, ...]
    dense: tuple[DenseShape, ...]

    @property
    def layers(self) -> tuple[ConvShape | DenseShape, ...]:
        return (*self.conv, *self.dense)

    @property
    def num_parameters(self) -> int:
        return sum(layer.num_parameters for layer in self.layers)

    @property
    def num_neurons(self) -> int:
        """Return the neurons of all layers, the output layer included and the input excluded."""
        return sum(layer.num_neurons for layer in self.layers)

    @property
    def num_flops(self) -> int:
        """Return the floating-point operations of one image's forward pass, two for each multiply-add."""
        return 2 * sum(layer.num_macs for layer in self.layers)


def pooled_px(map_px: int, pooling: tuple[int, int]) -> int:
    """Return the size of a map after pooling with (size_px, stride_px), the last window hanging over the edge."""
    size_px, stride_px = pooling
    pooled = 1 + math.ceil(max(map_px - size_px, 0) / stride_px)
    return pooled - 1 if (pooled - 1) * stride_px >= map_px else pooled


def convolved_px(map_px: int, kernel_px: int, stride_px: int, padding_px: int) -> tuple[int, int]:
    """Return the size of a map after a convolution and the extra zeros that its last window reads past the edge."""
    room_px = map_px + 2 * padding_px - kernel_px
    convolved = 1 + math.ceil(room_px / stride_px)
    return convolved, (convolved - 1) * stride_px - room_px


def geometry(network: Network, *, num_classes: int | None = None) -> Geometry:
    """Fill in every number of `network`, with `num_classes` outputs (default: as the paper has).

    Raises:
        ValueError: a map is smaller than a kernel.
    """
    printed = _shapes(replace(network, size=Size(input_px=network.printed_px)), network.num_classes)
    fan_in = {layer.name: layer.fan_in for layer in printed.layers}
    shapes = _shapes(network, network.num_classes if num_classes is None else num_classes)
    return Geometry(
        input_px=shapes.input_px,
        conv=tuple(replace(layer, reference_fan_in=fan_in[layer.name]) for layer in shapes.conv),
        dense=tuple(replace(layer, reference_fan_in=fan_in[layer.name]) for layer in shapes.dense),
    )


def _shapes(network: Network, num_classes: int) -> Geometry:
    targets = _target_maps(network, num_classes)
    in_px, in_maps = network.size.input_px, NUM_COLOURS
    conv: list[ConvShape] = []
    for position, layer in enumerate(network.conv):
        stem = network.size.stem if position == 0 and network.size.stem else _stem(layer)
        shape = _conv_shape(network, layer, stem, in_px=in_px, in_maps=in_maps, target_px=targets.get(layer.name))
        conv.append(shape)
        in_px, in_maps = shape.pooled_px, shape.num_kernels
    fan_in = in_maps * in_px**2
    dense: list[DenseShape] = []
    for dense_layer in (*network.dense, network.output):
        num_units = num_classes if dense_layer is network.output else _widened(dense_layer.num_units, network.size.width)
        dense.append(
            DenseShape(
                name=dense_layer.name,
                fan_in=fan_in,
                num_units=num_units,
                dropped_out=dense_layer.dropped_out and network.dropout_rate > 0,
                init_std=dense_layer.init_std,
                bias=dense_layer.bias,
                reference_fan_in=fan_in,
            )
        )
        fan_in = num_units
    return Geometry(input_px=network.size.input_px, conv=tuple(conv), dense=tuple(dense))


def _target_maps(network: Network, num_classes: int) -> dict[str, int]:
    """Return the pooled map size of each layer that `same_maps_as` asks for."""
    if network.pooling.same_maps_as is None:
        return {}
    size_px, stride_px = network.pooling.same_maps_as
    other = _shapes(replace(network, pooling=Pooling(size_px=size_px, stride_px=stride_px)), num_classes)
    return {layer.name: layer.pooled_px for layer in other.conv}


def _stem(layer: Conv) -> Stem:
    return Stem(kernel_px=layer.kernel_px, stride_px=layer.stride_px, padding_px=layer.padding_px)


def _conv_shape(network: Network, layer: Conv, window: Stem, *, in_px: int, in_maps: int, target_px: int | None) -> ConvShape:
    pooling = network.pooling if layer.pooled else None
    padding_px = _padding_px(window, in_px, pooling, target_px)
    if in_px + 2 * padding_px < window.kernel_px:
        raise ValueError(
            f"layer {layer.name}: a kernel of {window.kernel_px} px does not fit a map of {in_px} px; "
            "choose a larger input_px or another stem in the scale"
        )
    out_px, extra_px = convolved_px(in_px, window.kernel_px, window.stride_px, padding_px)
    groups = network.towers.num if layer.connect == "tower" and in_maps != NUM_COLOURS else 1
    share = 1.0 if layer.name in network.towers.whole else network.towers.kernel_share
    return ConvShape(
        name=layer.name,
        in_maps=in_maps,
        num_kernels=round(_widened(layer.num_kernels, network.size.width) * share),
        groups=groups,
        kernel_px=window.kernel_px,
        stride_px=window.stride_px,
        padding_px=padding_px,
        extra_px=extra_px,
        in_px=in_px,
        out_px=out_px,
        normalised=layer.normalised and network.lrn is not None,
        pooling=pooling,
        pooled_px=_pooled(out_px, pooling),
        init_std=layer.init_std,
        bias=layer.bias,
        reference_fan_in=in_maps // groups * window.kernel_px**2,
    )


def _padding_px(window: Stem, in_px: int, pooling: Pooling | None, target_px: int | None) -> int:
    """Return the largest padding up to the printed one whose pooled map has `target_px`; the printed one if none has."""
    if pooling is None or target_px is None:
        return window.padding_px
    for padding_px in range(window.padding_px, -1, -1):
        if in_px + 2 * padding_px < window.kernel_px:
            break
        if _pooled(convolved_px(in_px, window.kernel_px, window.stride_px, padding_px)[0], pooling) == target_px:
            return padding_px
    return window.padding_px


def _pooled(map_px: int, pooling: Pooling | None) -> int:
    return pooled_px(map_px, (pooling.size_px, pooling.stride_px)) if pooling else map_px


def _widened(number: int, width: float) -> int:
    """Return `number` times `width`, rounded to a multiple of eight (what a vector register holds)."""
    return number if width == 1 else max(1, round(number * width / 8)) * 8
