"""The network of clips from its spec.

Frames of a clip lie one after the other in the batch, so that every layer of an image network, normalisation and pooling
included, takes them as they are; a convolution with a window over time is nn.Conv3d between two views of the same memory.

Shape suffixes: B clips, C maps, T frames or responses in time, H height, W width, N = B * T, K classes, F features.
"""

from __future__ import annotations

from collections import OrderedDict

import torch
from torch import nn

from repro.models.image import conv_block, dense_layers, initial_std
from repro.models.layers import Dropout, initial_generator
from repro.models.local import LocallyConnected2d
from repro.models.sequence import Layers, run_in_order
from repro.spec.geometry.clips import ClipConvShape, ClipGeometry, StreamShape, clip_geometry
from repro.spec.geometry.image import NUM_COLOURS
from repro.spec.network import Network
from repro.spec.video import ClipNetwork


def build_clip_network(network: ClipNetwork, *, num_classes: int, key: int) -> nn.Module:
    """The network with initial weights drawn from `key`, in channels-last memory.

    Input: (B, 3, T, input_px, input_px), mean-subtracted pixels on the 0-255 scale of the T frames that the spec reads;
    output: (B, num_classes) logits. `get_submodule` finds each layer by its name in repro.spec.geometry.clips: a layer
    of the spec by its name, in a stream as `<stream>.<layer>`. Weights are drawn as in repro.models.image, and a window
    over time counts in the fan-in.

    Raises:
        ValueError: the spec cannot be built (clip_geometry, unknown activation, pooling or scaling of dropout).
    Source: Karpathy et al. 2014, section 3.
    """
    shapes = clip_geometry(network, num_classes=num_classes)
    net = ClipNet(network.frame, shapes)
    initialise(net, shapes, key=key)
    for module in net.modules():
        if isinstance(module, nn.Conv2d):
            module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        elif isinstance(module, nn.Conv3d):
            module.to(memory_format=torch.channels_last_3d)  # type: ignore[call-overload]
    return net


class ClipNet(nn.Module):
    """Convolutions by stream, and dense layers of which the first sees stream after stream, in it response after response.

    Input: (B, 3, T, input_px, input_px); output: (B, K). Children in the order in which they run: a stream with its layers
    by name, or the layers themselves where there are no streams.

    Raises:
        ValueError: the input has another shape.
    """

    def __init__(self, frame: Network, shapes: ClipGeometry) -> None:
        super().__init__()
        self.num_frames, self.input_px = shapes.num_frames, shapes.input_px
        trunks = {stream.name: trunk(stream, frame) for stream in shapes.streams}
        whole = trunks.pop("", OrderedDict())
        if shapes.drops_dense_input:
            whole[f"{shapes.dense[0].name}_input_dropout"] = Dropout(frame.dropout_rate, frame.dropout_scaling)
        whole |= dense_layers(shapes.dense, frame)
        for name, layers in trunks.items():
            self.add_module(name, Layers(layers))
        for name, layer in whole.items():
            self.add_module(name, layer)
        self._stream_names, self._whole_names = tuple(trunks), tuple(whole)

    def forward(self, x_BCTHW: torch.Tensor) -> torch.Tensor:
        allowed = (NUM_COLOURS, self.num_frames, self.input_px, self.input_px)
        if x_BCTHW.dim() != 5 or tuple(x_BCTHW.shape[1:]) != allowed:
            raise ValueError(f"input has shape {tuple(x_BCTHW.shape)}; allowed: (B, {', '.join(map(str, allowed))})")
        x: torch.Tensor = to_frames(x_BCTHW)
        if self._stream_names:
            x = torch.cat([self.get_submodule(name)(x) for name in self._stream_names], dim=1)
        return run_in_order([self.get_submodule(name) for name in self._whole_names], x)


class ToClips(nn.Module):
    """View frames that lie one after the other as clips: (B * T, C, H, W) to (B, C, T, H, W)."""

    def __init__(self, num_frames: int) -> None:
        super().__init__()
        self.num_frames = num_frames

    def forward(self, x_NCHW: torch.Tensor) -> torch.Tensor:
        x_BTCHW: torch.Tensor = x_NCHW.unflatten(0, (-1, self.num_frames))
        return x_BTCHW.transpose(1, 2)

    def extra_repr(self) -> str:
        return f"num_frames={self.num_frames}"


class ToFrames(nn.Module):
    """Lay the frames of clips one after the other: (B, C, T, H, W) to (B * T, C, H, W) in channels-last memory."""

    def forward(self, x_BCTHW: torch.Tensor) -> torch.Tensor:
        return to_frames(x_BCTHW)


class FlattenClips(nn.Module):
    """Put what is left of time side by side: (B * T, C, H, W) to (B, T * C * H * W)."""

    def __init__(self, num_frames: int) -> None:
        super().__init__()
        self.num_frames = num_frames

    def forward(self, x_NCHW: torch.Tensor) -> torch.Tensor:
        x_BTF: torch.Tensor = x_NCHW.flatten(1).unflatten(0, (-1, self.num_frames))
        return x_BTF.flatten(1)

    def extra_repr(self) -> str:
        return f"num_frames={self.num_frames}"


class Context(nn.Module):
    """Shrink frames `divide_by` times at the side, each pixel the mean of a square: (N, C, H, W) to (N, C, H / d, W / d).

    Of a side that `divide_by` does not divide, the rest is cut off at both ends, the larger half of it at the end.

    Source: Karpathy et al. 2014, section 3.2 (how it is downsampled is not printed).
    """

    def __init__(self, divide_by: int) -> None:
        super().__init__()
        self.divide_by = divide_by

    def forward(self, x_NCHW: torch.Tensor) -> torch.Tensor:
        num = self.divide_by
        part_NHWC = _central(x_NCHW, x_NCHW.shape[-1] // num * num).permute(0, 2, 3, 1)
        # Sums of strided views: in channels-last memory of three maps a fifth of the time of torch's avg_pool2d, and equal to it.
        row_NHWC = sum((part_NHWC[:, i::num] for i in range(1, num)), part_NHWC[:, ::num])
        total_NHWC = sum((row_NHWC[:, :, i::num] for i in range(1, num)), row_NHWC[:, :, ::num])
        return (total_NHWC / num**2).permute(0, 3, 1, 2)

    def extra_repr(self) -> str:
        return f"divide_by={self.divide_by}"


class Fovea(nn.Module):
    """Cut the central part out of frames, `divide_by` times smaller at the side: (N, C, H, W) to (N, C, H // d, W // d).

    An odd margin is larger by one pixel at the end.

    Source: Karpathy et al. 2014, section 3.2.
    """

    def __init__(self, divide_by: int) -> None:
        super().__init__()
        self.divide_by = divide_by

    def forward(self, x_NCHW: torch.Tensor) -> torch.Tensor:
        side_px = x_NCHW.shape[-1] // self.divide_by
        return _central(x_NCHW, side_px).contiguous(memory_format=torch.channels_last)

    def extra_repr(self) -> str:
        return f"divide_by={self.divide_by}"


def to_frames(x_BCTHW: torch.Tensor) -> torch.Tensor:
    """The frames of clips one after the other, (B * T, C, H, W) in channels-last memory; a view if they lie so."""
    return x_BCTHW.permute(0, 2, 3, 4, 1).flatten(0, 1).permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)


def _central(x_NCHW: torch.Tensor, side_px: int) -> torch.Tensor:
    start = (x_NCHW.shape[-1] - side_px) // 2
    return x_NCHW[..., start : start + side_px, start : start + side_px]


def trunk(stream: StreamShape, frame: Network) -> OrderedDict[str, nn.Module]:
    """The layers of a stream by name, from its part of the frames to the numbers for the first dense layer."""
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    if stream.name:
        layers["view"] = Context(stream.divide_by) if stream.region == "whole" else Fovea(stream.divide_by)
    for shape in stream.conv:
        layers |= clip_block(shape, frame)
    layers["flatten"] = FlattenClips(stream.conv[-1].out_frames)
    return layers


def clip_block(shape: ClipConvShape, frame: Network) -> OrderedDict[str, nn.Module]:
    """One layer by name: convolution, over time if it has a window, and what follows it for every response."""
    block = conv_block(shape.space, frame, norm_groups=frame.towers.num)
    if shape.window is None:
        return block
    name = shape.space.name
    over_time: OrderedDict[str, nn.Module] = OrderedDict()
    over_time[f"{name}_clips"] = ToClips(shape.in_frames)
    over_time[name] = convolution_over_time(shape)
    over_time[f"{name}_frames"] = ToFrames()
    del block[name]
    return over_time | block


def convolution_over_time(shape: ClipConvShape) -> nn.Conv3d:
    """The convolution of a layer with a window over time.

    On CPU in channels-last memory it takes 0.8 to 1.1 of the time of a 2-D convolution over frames stacked into channels
    (forward and backward, seven shapes of layers, one core), and needs no copy of them.
    """
    assert shape.window is not None and shape.space.shared
    space, window = shape.space, shape.window
    return nn.Conv3d(
        space.in_maps,
        space.num_kernels,
        (window.num_frames, space.kernel_px, space.kernel_px),
        stride=(window.stride, space.stride_px, space.stride_px),
        padding=(window.padding, space.padding_px, space.padding_px),
        groups=space.groups,
    )


def initialise(net: nn.Module, shapes: ClipGeometry, *, key: int) -> None:
    """Draw the weights of every layer, each from numbers of its own, and set its biases."""
    with torch.no_grad():
        for shape in shapes.layers:
            layer = net.get_submodule(shape.name)
            assert isinstance(layer, nn.Conv2d | nn.Conv3d | LocallyConnected2d | nn.Linear) and layer.bias is not None
            # Both fan-ins have the window over time as a factor, so that their ratio is that of one response.
            std = initial_std(shape.space if isinstance(shape, ClipConvShape) else shape)
            layer.weight.normal_(0.0, std, generator=initial_generator(shape.name, key=key))
            layer.bias.fill_(shape.bias)
