"""The image network from its spec, as grouped convolutions on one device.

Two towers on one device are a convolution in two groups, weight for weight, as long as response normalisation
stays inside a tower (repro.models.towers holds the towers apart, and a test holds the two equal).
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Sequence

import torch
from torch import nn

from repro.models.blurred import BlurredView, WithBlurredView
from repro.models.layers import Dropout, GroupedLinear, activation, initial_generator, pool
from repro.models.local import LocallyConnected2d
from repro.models.norm.lrn import LocalResponseNorm
from repro.models.norm.map_norm import MapResponseNorm
from repro.models.sequence import Layers
from repro.spec.geometry.image import ConvShape, DenseShape, Geometry, geometry
from repro.spec.network import MapNorm, Network, ResponseNorm


def build_network(network: Network, *, num_classes: int, key: int) -> nn.Sequential:
    """The network with initial weights drawn from `key`, in channels-last memory.

    Input: (B, 3, input_px, input_px), mean-subtracted pixels on the 0-255 scale; output: (B, num_classes) logits.
    Weights are Gaussian with mean 0. Their standard deviation is the printed one times sqrt(printed fan-in / fan-in
    here), so that a narrower net has the printed net's gain in every layer; at the printed size it is the printed one.

    Raises:
        ValueError: the spec cannot be built (geometry, unknown activation, pooling or scaling of dropout).
    Source: Krizhevsky et al. 2012, sections 3.5 and 5. Deviation: the scaling of the standard deviation.
    """
    shapes = geometry(network, num_classes=num_classes)
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    for shape in shapes.conv:
        layers |= conv_block(shape, network, norm_groups=network.towers.num)
    layers["flatten"] = nn.Flatten()
    layers |= dense_layers(shapes.dense, network)
    net = Layers(layers) if shapes.blurred is None else WithBlurredView(layers, shapes.blurred)
    initialise(net, shapes, key=key)
    net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return net


def conv_block(shape: ConvShape, network: Network, *, norm_groups: int) -> OrderedDict[str, nn.Module]:
    """One layer by name: convolution, and in its own order activation, normalisations and pooling."""
    block: OrderedDict[str, nn.Module] = OrderedDict()
    if shape.extra_px:
        block[f"{shape.name}_edge"] = nn.ZeroPad2d((0, shape.extra_px, 0, shape.extra_px))
    block[shape.name] = convolution(shape)
    for step in shape.order:
        if step == "activation":
            block[f"{shape.name}_{network.activation}"] = activation(network.activation)
        elif step == "lrn":
            assert network.lrn is not None
            block[f"{shape.name}_lrn"] = response_norm(network.lrn, groups=norm_groups)
        elif step == "map_norm":
            assert network.map_norm is not None
            block[f"{shape.name}_map_norm"] = map_norm(network.map_norm)
        else:
            assert step == "pool" and shape.pooling is not None
            block[f"{shape.name}_pool"] = pool(shape.pooling, edge=network.edge)
    return block


def convolution(shape: ConvShape) -> nn.Conv2d | LocallyConnected2d:
    """The convolution of a layer, or what stands for it where every place has kernels of its own."""
    if shape.shared:
        return nn.Conv2d(
            shape.in_maps,
            shape.num_kernels,
            shape.kernel_px,
            stride=shape.stride_px,
            padding=shape.padding_px,
            groups=shape.groups,
        )
    return LocallyConnected2d(
        shape.in_maps,
        shape.num_kernels,
        shape.kernel_px,
        out_px=shape.out_px,
        stride=shape.stride_px,
        padding=shape.padding_px,
        groups=shape.groups,
    )


def response_norm(norm: ResponseNorm, *, groups: int) -> LocalResponseNorm:
    """The normalisation layer of a spec."""
    alpha = norm.alpha / norm.size if norm.alpha_over_size else norm.alpha
    return LocalResponseNorm(norm.size, alpha, norm.beta, norm.k, groups=groups)


def map_norm(norm: MapNorm) -> MapResponseNorm:
    """The same-map normalisation layer of a spec."""
    return MapResponseNorm(norm.size, norm.alpha, norm.beta, norm.k)


def dense_layers(shapes: Sequence[DenseShape], network: Network) -> OrderedDict[str, nn.Module]:
    """Dense layers by name; all but the output are followed by their activation and dropout."""
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    for shape in shapes:
        layers[shape.name] = dense(shape)
        if shape.name != network.output.name:
            layers[f"{shape.name}_{network.activation}"] = activation(network.activation)
            if shape.dropped_out:
                layers[f"{shape.name}_dropout"] = Dropout(network.dropout_rate, network.dropout_scaling)
    return layers


def dense(shape: DenseShape) -> nn.Linear | GroupedLinear:
    """A dense layer, in blocks if its units are spread over towers that do not cross."""
    if shape.groups == 1:
        return nn.Linear(shape.in_units, shape.num_units)
    return GroupedLinear(shape.in_units, shape.num_units, groups=shape.groups)


def initial_std(shape: ConvShape | DenseShape) -> float:
    """The standard deviation of a layer's initial weights."""
    return shape.init_std * math.sqrt(shape.reference_fan_in / shape.fan_in)


def initialise(net: nn.Sequential, shapes: Geometry, *, key: int) -> None:
    """Draw the weights of every layer, each from numbers of its own, and set its biases."""
    with torch.no_grad():
        for shape in shapes.layers:
            layer = net.get_submodule(shape.name)
            assert isinstance(layer, nn.Conv2d | LocallyConnected2d | nn.Linear | GroupedLinear) and layer.bias is not None
            layer.weight.normal_(0.0, initial_std(shape), generator=initial_generator(shape.name, key=key))
            layer.bias.fill_(shape.bias)
        if shapes.blurred is not None:
            view = net.get_submodule(shapes.blurred.name)
            assert isinstance(view, BlurredView)
            view.weight.normal_(0.0, shapes.blurred.init_std, generator=initial_generator(shapes.blurred.name, key=key))
