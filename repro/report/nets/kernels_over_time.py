"""Draw what a kernel of the first layer sees of a clip: a square of one frame, or of several at once."""

from __future__ import annotations

from collections.abc import Sequence

from repro.report.drawing.svg import SMALL_PX, Drawing, Place
from repro.report.nets.diagram import square
from repro.report.nets.fusions import spans_of
from repro.report.nets.sized import ClipNet
from repro.report.nets.solids import ACROSS, UP
from repro.report.text.formatting import by, counted
from repro.spec.geometry.clips import ClipConvShape

WIDTH, HEIGHT, SIDE, RESPONSE_SIDE, LEFT, BASE = 336.0, 168.0, 92.0, 56.0, 14.0, 128.0
#: Where frames end and responses begin, and how far apart both are at most.
FRAMES_END, RESPONSES, PITCH = 204.0, 236.0, 15.0
#: The least share of a frame's side that a kernel is drawn with, so that it is seen.
LEAST_SHARE = 0.2


def draw_kernel(net: ClipNet, *, figure_id: str, title: str) -> str:
    """The first layer's kernel at its first and last place in time, and the responses that it gives."""
    layer = net.shapes.streams[0].conv[0]
    drawing = Drawing(width=WIDTH, height=HEIGHT, figure_id=figure_id, title=title, description=kernel_words(layer))
    padding = layer.window.padding if layer.window else 0
    slots = range(-padding, layer.in_frames + padding)
    pitch = min(PITCH, (FRAMES_END - LEFT - ACROSS * SIDE) / max(len(slots) - 1, 1))
    left = (LEFT + FRAMES_END - ACROSS * SIDE - pitch * (len(slots) - 1)) / 2
    frame_x = {slot: left + pitch * index for index, slot in enumerate(slots)}
    spans = spans_of(layer)
    share = min(max(layer.space.kernel_px / layer.space.in_px, LEAST_SHARE), 0.6)
    moves = [(spans[0], "paper-effect", "")] + ([(spans[-1], "accent", "3 2")] if len(spans) > 1 else [])
    for slot, x in frame_x.items():
        _sheet(drawing, x, BASE, SIDE, real=0 <= slot < layer.in_frames)
    for number, (span, colour, dash) in enumerate(moves):
        places = [frame_x[slot] for slot in span]
        _draw_kernel(drawing, places, share=share, down=_down(number, moves), colour=colour, dash=dash)
    _draw_responses(drawing, layer, frame_x, moves, share=share)
    _label(drawing, layer, padding)
    return drawing.svg()


def kernel_words(layer: ClipConvShape) -> str:
    """What a kernel of the layer sees, and what it gives."""
    space = layer.space
    seen = f"{_size(layer)} pixels in {counted(space.in_maps, 'colour')}: {layer.fan_in} weights"
    moved = f", moved by {counted(layer.window.stride, 'frame')}" if layer.window and layer.out_frames > 1 else ""
    return f"{space.num_kernels} kernels of {seen}{moved}; {counted(layer.out_frames, 'response')} in time."


def _size(layer: ClipConvShape) -> str:
    """A kernel's size: in space, and in time where it reaches over it."""
    return by(layer.space.kernel_px, layer.space.kernel_px, *([layer.num_frames] if layer.window else []))


def _down(number: int, moves: Sequence[object]) -> float:
    return 0.5 if len(moves) == 1 else (0.34, 0.68)[number]


def _on(x: float, side: float, along: float, down: float, base: float = BASE) -> Place:
    """A place on a sheet that stands at `x`: `along` from front to back, `down` from top to bottom."""
    return x + along * ACROSS * side, base - side + down * side - along * UP * side


def _patch(x: float, *, share: float, down: float) -> tuple[Place, Place, Place, Place]:
    half = share / 2
    corners = ((0.5 - half, down - half), (0.5 + half, down - half), (0.5 + half, down + half), (0.5 - half, down + half))
    one, two, three, four = (_on(x, SIDE, *corner) for corner in corners)
    return one, two, three, four


def _sheet(drawing: Drawing, x: float, base: float, side: float, *, real: bool) -> None:
    corners = [_on(x, side, *corner, base=base) for corner in ((0, 0), (1, 0), (1, 1), (0, 1))]
    if real:
        drawing.area(corners, colour="ground", opacity=0.75)
        drawing.area(corners, colour="muted", opacity=0.1)
    drawing.line(corners, colour="muted" if real else "rule-strong", width=0.8, dash="" if real else "2 2", closed=True)


def _draw_kernel(drawing: Drawing, places: Sequence[float], *, share: float, down: float, colour: str, dash: str) -> None:
    """A kernel's square on each frame that it sees, as one bar through all of them."""
    first, last = _patch(places[0], share=share, down=down), _patch(places[-1], share=share, down=down)
    if len(places) > 1:
        for one, two, opacity in ((0, 1, 0.22), (0, 3, 0.4)):  # its top and its front
            face = (first[one], first[two], last[two], last[one])
            drawing.area(face, colour="ground", opacity=0.6)
            drawing.area(face, colour=colour, opacity=opacity)
            drawing.line(face, colour=colour, width=0.9, dash=dash, closed=True)
        for x in places[1:-1]:
            near = _patch(x, share=share, down=down)
            drawing.line((near[3], near[0], near[1]), colour=colour, width=0.5, opacity=0.7)
    drawing.area(last, colour="ground", opacity=0.6)
    drawing.area(last, colour=colour, opacity=0.3)
    drawing.line(last, colour=colour, width=0.9, dash=dash, closed=True)


def _draw_responses(
    drawing: Drawing,
    layer: ClipConvShape,
    frame_x: dict[int, float],
    moves: Sequence[tuple[range, str, str]],
    *,
    share: float,
) -> None:
    """The maps that a kernel gives, one for each of its places in time."""
    num = layer.out_frames
    room = WIDTH - RESPONSES - LEFT - ACROSS * RESPONSE_SIDE
    pitch = min(PITCH, room / max(num - 1, 1))
    left = RESPONSES + (room - pitch * (num - 1)) / 2
    base = BASE - (SIDE - RESPONSE_SIDE) / 2
    ends = []
    for number in range(num):
        x = left + pitch * number
        _sheet(drawing, x, base, RESPONSE_SIDE, real=True)
        ends.append(x)
    for number, (span, colour, dash) in enumerate(moves):
        down = _down(number, moves)
        start = _patch(frame_x[span[-1]], share=share, down=down)
        end = _on(ends[-1] if number else ends[0], RESPONSE_SIDE, 0.5, down, base=base)
        for corner in (start[1], start[2]):
            drawing.line((corner, end), colour=colour, width=0.7, dash=dash, opacity=0.8)
        drawing.dot(end, colour=colour, radius=2)


def _label(drawing: Drawing, layer: ClipConvShape, padding: int) -> None:
    frames = counted(layer.in_frames, "frame") + (f" and {2 * padding} of zeros" if padding else "")
    step = f", every {layer.window.stride}" if layer.window and layer.out_frames > 1 else ""
    middle = (LEFT + FRAMES_END) / 2
    drawing.text((middle, BASE + 15), f"{frames} of {square(layer.space.in_px)}", anchor="middle", size=SMALL_PX, colour="ink")
    drawing.text(
        (middle, BASE + 28), f"kernel {_size(layer)}{step}", anchor="middle", size=SMALL_PX, colour="paper-effect", bold=True
    )
    right = (RESPONSES + WIDTH - LEFT) / 2
    drawing.text((right, BASE + 15), counted(layer.out_frames, "map") + " a kernel", anchor="middle", size=SMALL_PX, colour="ink")
    drawing.text((right, BASE + 28), square(layer.space.out_px), anchor="middle", size=SMALL_PX)
