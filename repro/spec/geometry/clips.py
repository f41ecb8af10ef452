"""Compute what follows from the spec of a network of clips: its streams, what each layer sees of time, parameters, operations.

In space the layers of a stream are those of an image network whose input has the stream's size, with one difference:
convolutions are valid, so that a window which would hang over the edge of its map is left out whatever `edge` says,
and `edge` speaks of poolings alone. This gives the paper's maps: 170 -> 54 -> 27 -> 14 -> 7 and 89 -> 27 -> 14 -> 7.

In time only the layers with a window reach over more than one response; all others see one at a time.

Source: Karpathy et al. 2014, sections 3.1 and 3.2.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from repro.spec.geometry.image import KEEP_IN_POOLINGS, NUM_COLOURS, ConvShape, DenseShape, Geometry, geometry
from repro.spec.network import Network
from repro.spec.video import REGIONS, ClipNetwork, Stream, TimeWindow


@dataclass(frozen=True, kw_only=True)
class ClipConvShape:
    """A convolution of one stream with every number filled in.

    name: the layer's name in the built network, `<stream>.<layer>` where there are streams.
    space: what the layer is for one response in time.
    window: its kernels' reach over time; None for kernels that see one response at a time.
    in_frames, out_frames: responses in time before and after it.
    """

    name: str
    space: ConvShape
    window: TimeWindow | None
    in_frames: int
    out_frames: int

    @property
    def num_frames(self) -> int:
        """The responses that a kernel sees at a time."""
        return self.window.num_frames if self.window else 1

    @property
    def num_kernels(self) -> int:
        return self.space.num_kernels

    @property
    def fan_in(self) -> int:
        return self.space.fan_in * self.num_frames

    @property
    def reference_fan_in(self) -> int:
        """The fan-in of the same layer at the size that the paper printed."""
        return self.space.reference_fan_in * self.num_frames

    @property
    def init_std(self) -> float:
        return self.space.init_std

    @property
    def bias(self) -> float:
        return self.space.bias

    @property
    def num_parameters(self) -> int:
        num_places = 1 if self.space.shared else self.space.out_px**2
        return num_places * self.num_kernels * (self.fan_in + 1)

    @property
    def num_neurons(self) -> int:
        """The neurons for one clip."""
        return self.space.num_neurons * self.out_frames

    @property
    def num_macs(self) -> int:
        """The multiply-adds for one clip."""
        return self.num_neurons * self.fan_in


@dataclass(frozen=True, kw_only=True)
class StreamShape:
    """One copy of the convolutions: what it sees of a frame, and its layers in order.

    `name` is empty for the only stream of a network that sees whole frames.
    """

    name: str
    region: str
    divide_by: int
    input_px: int
    conv: tuple[ClipConvShape, ...]

    @property
    def num_features(self) -> int:
        """The numbers that the stream hands to the first dense layer."""
        last = self.conv[-1]
        return last.out_frames * last.num_kernels * last.space.pooled_px**2


@dataclass(frozen=True, kw_only=True)
class ClipGeometry:
    """All layers of a network of clips in order, with their sums. The first dense layer sees the streams side by side.

    drops_dense_input: whether dropout stands before that layer.
    """

    input_px: int
    num_frames: int
    streams: tuple[StreamShape, ...]
    dense: tuple[DenseShape, ...]
    drops_dense_input: bool = False

    @property
    def conv(self) -> tuple[ClipConvShape, ...]:
        """The convolutions of all streams, one stream after the other."""
        return tuple(layer for stream in self.streams for layer in stream.conv)

    @property
    def layers(self) -> tuple[ClipConvShape | DenseShape, ...]:
        return (*self.conv, *self.dense)

    @property
    def num_parameters(self) -> int:
        return sum(layer.num_parameters for layer in self.layers)

    @property
    def num_neurons(self) -> int:
        """The neurons of all layers for one clip, the output layer included and the input excluded."""
        return sum(layer.num_neurons for layer in self.layers)

    @property
    def input_neurons(self) -> int:
        """The numbers that the streams see of one clip, all together."""
        return NUM_COLOURS * self.num_frames * sum(stream.input_px**2 for stream in self.streams)

    @property
    def neurons_by_layer(self) -> dict[str, int]:
        """The neurons of every layer by its name, and before them those of the `input`."""
        return {"input": self.input_neurons} | {layer.name: layer.num_neurons for layer in self.layers}

    @property
    def num_macs(self) -> int:
        """The multiply-adds of one clip's forward pass."""
        return sum(layer.num_macs for layer in self.layers)

    @property
    def num_flops(self) -> int:
        """The floating-point operations of one clip's forward pass, two for each multiply-add."""
        return 2 * self.num_macs


def clip_geometry(network: ClipNetwork, *, num_classes: int | None = None) -> ClipGeometry:
    """Fill in every number of `network`, with `num_classes` outputs (default: as the paper has).

    Raises:
        ValueError: what repro.spec.geometry.image.geometry refuses; frames that do not increase from 0 on; a window over a layer
            that is not there or has kernels for each place, two windows over one layer, a window that does not fit what is
            left of time or leaves the end of it unread; streams with unknown regions, unusable names or maps that differ,
            an unpooled layer that has no pooling; towers that never cross.
    """
    frame = network.frame
    _check_frames(network.frames)
    if frame.towers.num > 1 and not frame.towers.cross:
        raise ValueError(
            f"a network of clips has {frame.towers.num} towers that never cross; allowed: towers that cross, as the first dense "
            "layer sees all that is left of time; set towers.cross"
        )
    if frame.blurred is not None:
        raise ValueError("a network of clips has a coarse view of its frames; allowed: none; leave frame.blurred out")
    streams, heads = [], []
    for stream in _streams(network):
        shape, dense = _stream_shape(network, stream, num_classes=num_classes)
        streams.append(shape)
        heads.append(dense)
    _check_equal_maps(streams)
    first, left = heads[0][0], streams[0].conv[-1].out_frames
    joined = replace(
        first,
        in_units=sum(stream.num_features for stream in streams),
        reference_fan_in=left * sum(dense[0].reference_fan_in for dense in heads),
    )
    return ClipGeometry(
        input_px=frame.size.input_px,
        num_frames=len(network.frames),
        streams=tuple(streams),
        dense=(joined, *heads[0][1:]),
        drops_dense_input=network.dropout_before_dense and frame.dropout_rate > 0,
    )


def _check_frames(frames: tuple[int, ...]) -> None:
    increasing = all(earlier < later for earlier, later in itertools.pairwise(frames))
    if not frames or frames[0] < 0 or not increasing:
        raise ValueError(
            f"frames are {frames}; allowed: at least one frame, counted from 0, each after the one before; "
            "list the frames of a stored clip in their order"
        )


def _streams(network: ClipNetwork) -> tuple[Stream, ...]:
    """The streams of the network, or the one without a name that sees whole frames."""
    if network.streams is None:
        return (Stream(name="", region="whole", divide_by=1),)
    names = [stream.name for stream in network.streams.streams]
    dense = (*network.frame.dense, network.frame.output)
    taken = {layer.name for layer in network.frame.conv} | {layer.name for layer in dense}
    usable = all(name.isidentifier() and name not in taken for name in names)
    if not names or not usable or len(set(names)) < len(names):
        raise ValueError(
            f"streams are called {names}; allowed: at least one, each with a name of its own in letters, digits and "
            "underscores that no layer has; rename them"
        )
    for stream in network.streams.streams:
        if stream.region not in REGIONS:
            raise ValueError(
                f"stream {stream.name}: unknown region {stream.region!r}; allowed: {', '.join(REGIONS)}; choose what it sees"
            )
        if not 1 <= stream.divide_by <= network.frame.size.input_px:
            raise ValueError(
                f"stream {stream.name}: divide_by is {stream.divide_by}; allowed: 1 to the frame's side of "
                f"{network.frame.size.input_px} px; choose how many times smaller it is at the side"
            )
    return network.streams.streams


def _stream_shape(network: ClipNetwork, stream: Stream, *, num_classes: int | None) -> tuple[StreamShape, tuple[DenseShape, ...]]:
    """A stream's convolutions, and the dense layers as they would be above one of its responses alone."""
    frame = _frame_of(network, stream)
    shapes = geometry(frame, num_classes=num_classes)
    windows = _windows(network.windows, shapes.conv)
    conv: list[ClipConvShape] = []
    left = len(network.frames)
    for space in shapes.conv:
        window = windows.get(space.name)
        name = f"{stream.name}.{space.name}" if stream.name else space.name
        after = _convolved_frames(left, window) if window else left
        conv.append(ClipConvShape(name=name, space=space, window=window, in_frames=left, out_frames=after))
        left = after
    shape = StreamShape(
        name=stream.name,
        region=stream.region,
        divide_by=stream.divide_by,
        input_px=frame.size.input_px,
        conv=tuple(conv),
    )
    return shape, shapes.dense


def _frame_of(network: ClipNetwork, stream: Stream) -> Network:
    """The image network that a stream applies to its part of a frame: smaller, and with fewer poolings."""
    frame = network.frame
    unpooled = network.streams.unpooled if network.streams else ()
    pooled = tuple(layer.name for layer in frame.conv if layer.pooled)
    for name in unpooled:
        if name not in pooled:
            raise ValueError(
                f"streams leave out the pooling of layer {name!r}; allowed: a pooled layer, which is one of "
                f"{', '.join(pooled) or 'none'}; correct streams.unpooled"
            )
    return replace(
        frame,
        printed_px=frame.printed_px // stream.divide_by,
        size=replace(frame.size, input_px=frame.size.input_px // stream.divide_by),
        conv=tuple(replace(layer, pooled=layer.pooled and layer.name not in unpooled) for layer in frame.conv),
        edge=KEEP_IN_POOLINGS if frame.edge == "keep" else frame.edge,
    )


def _windows(windows: tuple[TimeWindow, ...], conv: Sequence[ConvShape]) -> dict[str, TimeWindow]:
    """The windows by the layer that has them."""
    shared = [layer.name for layer in conv if layer.shared]
    by_layer: dict[str, TimeWindow] = {}
    for window in windows:
        if window.layer not in shared:
            raise ValueError(
                f"a window over time for layer {window.layer!r}; allowed: a convolution with shared kernels that is present, "
                f"which is one of {', '.join(shared) or 'none'}; correct windows"
            )
        if window.layer in by_layer:
            raise ValueError(f"two windows over time for layer {window.layer}; allowed: one a layer; leave one out")
        if window.num_frames < 1 or window.stride < 1 or not 0 <= window.padding < window.num_frames:
            raise ValueError(
                f"layer {window.layer}: a window over {window.num_frames} frames with stride {window.stride} and padding "
                f"{window.padding}; allowed: 1 frame and above, stride 1 and above, padding from 0 to below the number of frames"
            )
        by_layer[window.layer] = window
    return by_layer


def _convolved_frames(left: int, window: TimeWindow) -> int:
    """The responses in time after a convolution over `left` of them, the last of which must be seen."""
    room = left + 2 * window.padding - window.num_frames
    if room < 0:
        raise ValueError(
            f"layer {window.layer}: a window over {window.num_frames} frames and {left} left of time with {window.padding} "
            f"zeros at both ends; allowed: at most {left + 2 * window.padding} frames; shorten the window or read more frames"
        )
    seen = room // window.stride * window.stride + window.num_frames - window.padding
    if seen < left:
        raise ValueError(
            f"layer {window.layer}: windows over {window.num_frames} frames, {window.stride} apart, leave {left - seen} of "
            f"{left} unread at the end; allowed: windows that end with the last one; change stride or frames"
        )
    return room // window.stride + 1


def _check_equal_maps(streams: Sequence[StreamShape]) -> None:
    maps = {stream.name: stream.conv[-1].space.pooled_px for stream in streams}
    if len(set(maps.values())) > 1:
        found = ", ".join(f"{name}: {px} px" for name, px in maps.items())
        raise ValueError(f"last maps of the streams differ ({found}); allowed: one size for all; give all the same divide_by")


def geometry_of(network: Network | ClipNetwork, *, num_classes: int | None = None) -> Geometry | ClipGeometry:
    """The geometry of a network of images or of clips."""
    if isinstance(network, ClipNetwork):
        return clip_geometry(network, num_classes=num_classes)
    return geometry(network, num_classes=num_classes)
