"""Draw how a net of clips brings the frames together: from the frames below to the classes above, layer by layer."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from repro.report.drawing.svg import SMALL_PX, Drawing
from repro.report.nets.diagram import KINDS, STEP_WORDS, square
from repro.report.nets.sized import ClipNet
from repro.report.text.formatting import by, counted
from repro.spec.geometry.clips import ClipConvShape
from repro.spec.geometry.image import DenseShape

WIDTH, LEFT, SIDE, TOP = 336.0, 40.0, 102.0, 8.0
CONV_TALL, THIN_TALL, DENSE_TALL, FRAME_TALL = 14.0, 6.0, 13.0, 26.0
CONV_GAP, DENSE_GAP, BETWEEN = 17.0, 9.0, 1.5
#: The widest stack, and its share of the time that it sees.
WIDEST, SHARE, NARROWEST = 96.0, 0.8, 12.0


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What a response sees of time, in pixels, and how wide its blocks are drawn."""

    low: float
    high: float
    width: float = 0.0

    @property
    def middle(self) -> float:
        """The middle of what it sees."""
        return (self.low + self.high) / 2

    @property
    def edges(self) -> tuple[float, float]:
        """The ends of its blocks."""
        return self.middle - self.width / 2, self.middle + self.width / 2


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """How many frames a stored clip has as far as nets read it, and how far apart they are drawn."""

    num: int

    @property
    def pitch(self) -> float:
        """Pixels from one frame to the next."""
        return (WIDTH - LEFT - SIDE) / self.num

    def frame(self, index: int) -> Seen:
        """Where a frame stands."""
        x = LEFT + index * self.pitch
        return Seen(low=x, high=x + self.pitch, width=0.78 * self.pitch)


def draw_fusion(net: ClipNet, *, num_frames: int, figure_id: str, title: str) -> str:
    """The net's layers over time as an SVG element. num_frames: how many frames of a stored clip are drawn."""
    (stream,) = net.shapes.streams
    line = Timeline(num=num_frames)
    height = TOP + sum(_tall(layer) + CONV_GAP for layer in stream.conv)
    height += len(net.shapes.dense) * (DENSE_TALL + DENSE_GAP) + FRAME_TALL + 18
    words = [_sentence(layer) for layer in stream.conv] + [
        f"{layer.name}: {layer.num_units} units." for layer in net.shapes.dense
    ]
    drawing = Drawing(width=WIDTH, height=height, figure_id=figure_id, title=title, description=" ".join(words))
    y = height - 18 - FRAME_TALL
    seen = _draw_frames(drawing, net, line, y)
    for layer in stream.conv:
        y, seen = _draw_layer(drawing, layer, seen, y)
    for dense in net.shapes.dense:
        y, seen = _draw_dense(drawing, net, dense, seen, y)
    return drawing.svg()


def _sentence(layer: ClipConvShape) -> str:
    over = f" over {counted(layer.num_frames, 'response')}" if layer.window else ""
    return f"{layer.name}: {counted(layer.out_frames, 'response')} in time, kernels of {square(layer.space.kernel_px)}{over}."


def _tall(layer: ClipConvShape) -> float:
    return CONV_TALL + (THIN_TALL + BETWEEN) * sum(step != "activation" for step in layer.space.order)


def _draw_frames(drawing: Drawing, net: ClipNet, line: Timeline, y: float) -> list[Seen]:
    """The frames of the clip, those that the net reads filled, and their numbers."""
    read = net.network.frames
    for index in range(line.num):
        frame = line.frame(index)
        left, right = frame.edges
        corners = ((left, y), (right, y), (right, y + FRAME_TALL), (left, y + FRAME_TALL))
        if index in read:
            drawing.area(corners, colour="muted", opacity=0.35)
        drawing.line(
            corners, colour="muted" if index in read else "rule-strong", width=0.9 if index in read else 0.5, closed=True
        )
    for index in dict.fromkeys((read[0], read[-1])):
        drawing.text((line.frame(index).middle, y + FRAME_TALL + 12), str(index), anchor="middle", size=SMALL_PX)
    drawing.text((LEFT - 5, y + FRAME_TALL / 2 + 3), "frames", anchor="end")
    side = WIDTH - SIDE + 8
    drawing.text((side, y + FRAME_TALL / 2 - 2), square(net.shapes.input_px), size=SMALL_PX, colour="ink")
    drawing.text((side, y + FRAME_TALL / 2 + 9), counted(len(read), "frame"), size=SMALL_PX, colour="ink")
    return [line.frame(index) for index in read]


def _draw_layer(drawing: Drawing, layer: ClipConvShape, below: list[Seen], y: float) -> tuple[float, list[Seen]]:
    """A convolution's responses above those that they see; normalisation and pooling lie on each of them."""
    spans = spans_of(layer)
    seen = _with_widths([_middle(below, span) for span in spans])
    bottom = y - CONV_GAP
    for response, span in zip(seen, spans, strict=True):
        read = [below[index] for index in span if 0 <= index < len(below)]
        _draw_fan(drawing, response.edges, (read[0].edges[0], read[-1].edges[1]), bottom, y, colour="paper-effect")
    top = bottom
    for response in seen:
        top = _draw_stack(drawing, layer, response, bottom)
    _label_layer(drawing, layer, bottom)
    return top, seen


def spans_of(layer: ClipConvShape) -> list[range]:
    """What each response in time sees of those before, by number; numbers outside of them are frames of zeros."""
    window = layer.window
    reach, step, padding = (window.num_frames, window.stride, window.padding) if window else (1, 1, 0)
    spans = [range(first, first + reach) for first in range(-padding, layer.in_frames + padding - reach + 1, step)]
    assert len(spans) == layer.out_frames, f"{layer.name}: {len(spans)} responses drawn of {layer.out_frames}"
    return spans


def _middle(below: list[Seen], span: range) -> Seen:
    """What a response sees of time, frames of zeros included, which are as far apart as the others."""
    pitch = (below[-1].middle - below[0].middle) / (len(below) - 1) if len(below) > 1 else 0.0
    low, high = (
        below[max(0, min(index, len(below) - 1))].middle + pitch * (index - max(0, min(index, len(below) - 1)))
        for index in (span[0], span[-1])
    )
    half = (below[0].high - below[0].low) / 2
    return Seen(low=low - half, high=high + half)


def _draw_fan(
    drawing: Drawing, upper: tuple[float, float], lower: tuple[float, float], top: float, bottom: float, *, colour: str
) -> None:
    """A faint band from what is seen below to what sees it."""
    drawing.area(((upper[0], top), (upper[1], top), (lower[1], bottom), (lower[0], bottom)), colour=colour, opacity=0.13)
    for one, two in zip(upper, lower, strict=True):
        drawing.line(((one, top), (two, bottom)), colour=colour, width=0.5, opacity=0.45)


def _with_widths(seen: list[Seen]) -> list[Seen]:
    """The responses with the widths of their blocks: wider the more of time they see, none over another."""
    middles = [item.middle for item in seen]
    room = min((two - one for one, two in itertools.pairwise(middles)), default=WIDEST) - 3
    return [
        Seen(low=item.low, high=item.high, width=max(min(SHARE * (item.high - item.low), WIDEST, room), min(NARROWEST, room)))
        for item in seen
    ]


def _draw_stack(drawing: Drawing, layer: ClipConvShape, response: Seen, bottom: float) -> float:
    kinds = ["conv"] + [("norm" if step in STEP_WORDS else "pool") for step in layer.space.order if step != "activation"]
    left, right = response.edges
    for kind in kinds:
        top = bottom - (CONV_TALL if kind == "conv" else THIN_TALL)
        corners = ((left, top), (right, top), (right, bottom), (left, bottom))
        colour = KINDS[kind][0]
        drawing.area(corners, colour="ground")
        drawing.area(corners, colour=colour, opacity=0.42)
        drawing.line(corners, colour=colour, width=0.8, closed=True)
        bottom = top - BETWEEN
    return bottom + BETWEEN


def _label_layer(drawing: Drawing, layer: ClipConvShape, bottom: float) -> None:
    """The layer's name on the left; kernels, their reach over time, and maps on the right."""
    space, side = layer.space, WIDTH - SIDE + 8
    drawing.text((LEFT - 5, bottom - 3), layer.name, anchor="end", colour="ink", bold=True)
    size = by(space.kernel_px, space.kernel_px, *([layer.num_frames] if layer.window else []))
    drawing.text(
        (side, bottom - 9),
        f"{space.num_kernels} of {size}",
        size=SMALL_PX,
        colour="paper-effect",
        bold=layer.window is not None,
    )
    left_of_time = f"{square(space.pooled_px)}" + (f", {layer.out_frames} in time" if layer.out_frames > 1 else "")
    drawing.text((side, bottom + 1), left_of_time, size=SMALL_PX, colour="accent" if space.pooling else "paper-effect")


def _draw_dense(drawing: Drawing, net: ClipNet, layer: DenseShape, below: list[Seen], y: float) -> tuple[float, list[Seen]]:
    bottom = y - DENSE_GAP
    middle = (below[0].middle + below[-1].middle) / 2
    last = layer is net.shapes.dense[-1]
    width = WIDEST * 0.7 if last else WIDEST
    left, right, top = middle - width / 2, middle + width / 2, bottom - DENSE_TALL
    for response in below:
        _draw_fan(drawing, (left, right), response.edges, bottom, y, colour="second")
    corners = ((left, top), (right, top), (right, bottom), (left, bottom))
    drawing.area(corners, colour="ground")
    drawing.area(corners, colour="second", opacity=0.36)
    drawing.line(corners, colour="second", width=0.8, closed=True)
    drawing.text((LEFT - 5, bottom - 3), layer.name, anchor="end", colour="ink", bold=True)
    known = not last or net.num_classes is not None
    words = (f"{layer.num_units} classes" if last else f"{layer.num_units} units") if known else "as many as classes"
    drawing.text((WIDTH - SIDE + 8, bottom - 3), words, size=SMALL_PX, colour="second")
    return top, [Seen(low=left, high=right, width=width)]
