"""The image network from its spec, as grouped convolutions on one device.

Two towers on one device are a convolution in two groups, weight for weight, as long as response normalisation
stays inside a tower (repro.models.towers holds the towers apart, and a test holds the two equal).
"""

from __future__ import annotations

import math
from collections import OrderedDict

import torch
from torch import nn

from repro.models.layers import Dropout, activation
from repro.models.lrn import LocalResponseNorm
from repro.spec.geometry import ConvShape, DenseShape, Geometry, geometry
from repro.spec.network import Network, ResponseNorm


def build_network(network: Network, *, num_classes: int, key: int) -> nn.Sequential:
    """Return the network with initial weights drawn from `key`, in channels-last memory.

    Input: (B, 3, input_px, input_px), mean-subtracted pixels on the 0-255 scale; output: (B, num_classes) logits.
    Weights are Gaussian with mean 0. Their standard deviation is the printed one times sqrt(printed fan-in / fan-in
    here), so that a narrower net has the printed net's gain in every layer; at the printed size it is the printed one.

    Raises:
        ValueError: the spec cannot be built (geometry, unknown activation).
    Source: Krizhevsky et al. 2012, sections 3.5 and 5. Deviation: the scaling of the standard deviation.
    """
    shapes = geometry(network, num_classes=num_classes)
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    for shape in shapes.conv:
        layers |= conv_block(shape, network, groups=shape.groups, norm_groups=network.towers.num)
    layers["flatten"] = nn.Flatten()
    layers |= dense_layers(shapes, network)
    net = nn.Sequential(layers)
    initialise(net, shapes, generator=torch.Generator().manual_seed(key >> 1))
    net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return net


def conv_block(shape: ConvShape, network: Network, *, groups: int, norm_groups: int) -> OrderedDict[str, nn.Module]:
    """Return convolution, activation, normalisation and pooling of one layer, by name."""
    block: OrderedDict[str, nn.Module] = OrderedDict()
    if shape.extra_px:
        block[f"{shape.name}_edge"] = nn.ZeroPad2d((0, shape.extra_px, 0, shape.extra_px))
    block[shape.name] = nn.Conv2d(
        shape.in_maps, shape.num_kernels, shape.kernel_px, stride=shape.stride_px, padding=shape.padding_px, groups=groups
    )
    block[f"{shape.name}_{network.activation}"] = activation(network.activation)
    if shape.normalised:
        assert network.lrn is not None
        block[f"{shape.name}_lrn"] = response_norm(network.lrn, groups=norm_groups)
    if shape.pooling:
        block[f"{shape.name}_pool"] = nn.MaxPool2d(shape.pooling.size_px, shape.pooling.stride_px, ceil_mode=True)
    return block


def response_norm(norm: ResponseNorm, *, groups: int) -> LocalResponseNorm:
    """Return the normalisation layer of a spec."""
    alpha = norm.alpha / norm.size if norm.alpha_over_size else norm.alpha
    return LocalResponseNorm(norm.size, alpha, norm.beta, norm.k, groups=groups)


def dense_layers(shapes: Geometry, network: Network) -> OrderedDict[str, nn.Module]:
    """Return the dense layers by name; all but the output are followed by their activation and dropout."""
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    for shape in shapes.dense:
        layers[shape.name] = nn.Linear(shape.fan_in, shape.num_units)
        if shape is not shapes.dense[-1]:
            layers[f"{shape.name}_{network.activation}"] = activation(network.activation)
            if shape.dropped_out:
                layers[f"{shape.name}_dropout"] = Dropout(network.dropout_rate)
    return layers


def initial_std(shape: ConvShape | DenseShape) -> float:
    """Return the standard deviation of a layer's initial weights."""
    return shape.init_std * math.sqrt(shape.reference_fan_in / shape.fan_in)


def initialise(net: nn.Sequential, shapes: Geometry, *, generator: torch.Generator) -> None:
    """Draw the weights of every layer in order and set its biases."""
    with torch.no_grad():
        for shape in shapes.layers:
            layer = net.get_submodule(shape.name)
            assert isinstance(layer, nn.Conv2d | nn.Linear) and layer.bias is not None
            layer.weight.normal_(0.0, initial_std(shape), generator=generator)
            layer.bias.fill_(shape.bias)
