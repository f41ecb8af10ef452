"""Draw a net from left to right: rows of blocks, what each kernel sees, and its numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from repro.report.drawing.svg import SMALL_PX, TEXT_PX, Drawing, text_width
from repro.report.nets import solids
from repro.report.nets.diagram import KINDS, Diagram, Slab, Stage, Word, sentence, square
from repro.report.nets.solids import Block

#: Height of the largest map and of the largest dense layer; thickness of the most maps.
TALL, DENSE_TALL, THICK = 122.0, 84.0, 26.0
#: The least of each, so that small ones are still seen.
SMALLEST, THINNEST = 9.0, 5.0
LEFT, GAP, DENSE_GAP, BETWEEN, LINE, LETTERS_APART = 10.0, 34.0, 40.0, 2.0, 12.0, 9.0
#: Room below a row for the sizes of its blocks, and above the rows for a name.
BELOW, NAME = 30.0, 16.0


@dataclass(kw_only=True)
class Layout:
    """Where everything stands: blocks by stage and row (stage -1: inputs), the header's middle by stage."""

    diagram: Diagram
    middles: tuple[float, ...]
    header: float
    bottom: float
    blocks: dict[tuple[int, int], list[Block]] = field(default_factory=dict)
    centres: dict[int, float] = field(default_factory=dict)
    width: float = 0.0


def draw_net(diagram: Diagram, *, figure_id: str, title: str) -> str:
    """The net as an SVG element, with its layers told one by one for those who do not see it."""
    layout = _laid_out(diagram)
    words = " ".join(sentence(stage) for stage in diagram.stages)
    drawing = Drawing(
        width=layout.width, height=layout.bottom + 26, figure_id=figure_id, title=title, description=f"{_inputs(diagram)} {words}"
    )
    _draw_frame(drawing, layout)
    _draw_inputs(drawing, layout)
    for index, stage in enumerate(diagram.stages):
        _draw_stage(drawing, layout, index, stage)
    _draw_sizes(drawing, layout)
    _draw_header(drawing, layout)
    _draw_legend(drawing, layout)
    return drawing.svg()


def width_of(diagram: Diagram) -> float:
    """How wide the drawing is, in its own pixels."""
    return _laid_out(diagram).width


def _inputs(diagram: Diagram) -> str:
    sizes = " and ".join(dict.fromkeys(slab.text for slab in diagram.inputs))
    before = f"Frames of {square(diagram.frame.px)}; " if diagram.frame else ""
    return f"{before}input: {sizes}."


def _laid_out(diagram: Diagram) -> Layout:
    """Give everything its place, stage by stage from left to right."""
    lines = max(len(stage.words) for stage in diagram.stages)
    header = 12 + lines * LINE
    tallest = max(_height(diagram, slab) * (1 + solids.UP) for slab in _row_slabs(diagram))
    pitch = tallest + BELOW + NAME
    shared = diagram.inputs[0] if len(diagram.inputs) == 1 else None
    span = len(diagram.rows) * pitch
    room = max(span, _height(diagram, shared) * (1 + solids.UP) + BELOW if shared else 0.0)
    first = header + NAME + (room - span) / 2
    middles = tuple(
        first + row * pitch + (tallest + solids.UP * tallest / (1 + solids.UP)) / 2 for row in range(len(diagram.rows))
    )
    layout = Layout(diagram=diagram, middles=middles, header=header, bottom=header + NAME + room)
    x = LEFT + (_frame_side(diagram) + GAP if diagram.frame else 0.0)
    x, said = _place_inputs(layout, x)
    for index, stage in enumerate(diagram.stages):
        x, said = _place_stage(layout, index, stage, x, said)
    layout.width = max(x, said) + LEFT
    return layout


def _row_slabs(diagram: Diagram) -> list[Slab]:
    """The blocks that stand in a row, one above the other."""
    inputs = diagram.inputs if len(diagram.inputs) > 1 or len(diagram.rows) == 1 else ()
    return [*inputs, *(slab for stage in diagram.stages for row in stage.slabs for slab in row if slab.px)]


def _height(diagram: Diagram, slab: Slab) -> float:
    if not slab.px:
        most = max(one.num for stage in diagram.stages for row in stage.slabs for one in row if not one.px)
        return max(DENSE_TALL * math.sqrt(slab.num / most) if most else 0.0, 2 * SMALLEST)
    largest = max(one.px for one in diagram.inputs)
    return max(TALL * math.sqrt(slab.px / largest), SMALLEST)


def _thickness(diagram: Diagram, slab: Slab) -> float:
    if slab.kind != "conv":
        return THINNEST
    most = max(one.num for stage in diagram.stages for row in stage.slabs for one in row if one.kind == "conv")
    return max(THICK * math.sqrt(slab.num / most), 2 * THINNEST)


def _frame_side(diagram: Diagram) -> float:
    assert diagram.frame is not None
    return TALL * min(math.sqrt(diagram.frame.px / max(slab.px for slab in diagram.inputs)), 1.2)


def _place_inputs(layout: Layout, x: float) -> tuple[float, float]:
    diagram = layout.diagram
    centre = sum(layout.middles) / len(layout.middles)
    middles = layout.middles if len(diagram.inputs) > 1 else (centre,)
    ends, said = [], []
    for row, (slab, middle) in enumerate(zip(diagram.inputs, middles, strict=True)):
        height = _height(diagram, slab)
        block = Block(x=x, y=middle - height / 2, width=THINNEST, height=height)
        layout.blocks[-1, row] = [block]
        ends.append(block.end)
        said.append(x + max(text_width(slab.text, size=SMALL_PX), *(text_width(name) for name in diagram.rows)))
    return max(ends), max(said)


def _place_stage(layout: Layout, index: int, stage: Stage, x: float, said: float) -> tuple[float, float]:
    """Give a stage its place behind the blocks that end at `x` and the words that end at `said`."""
    diagram = layout.diagram
    sizes = [[(_thickness(diagram, slab), _height(diagram, slab)) for slab in row] for row in stage.slabs]
    width = max(sum(thick + BETWEEN for thick, _ in row) - BETWEEN for row in sizes)
    half = max(_half_width(word, first=place == 0) for place, word in enumerate(stage.words))
    below = max(text_width(slab.text, size=SMALL_PX) for row in stage.slabs for slab in row) / 2
    start = x + (GAP if stage.window_px else DENSE_GAP)
    start = max(start, said + LETTERS_APART + max(half, below) - width / 2)
    middles = layout.middles if len(stage.slabs) == len(layout.middles) else (sum(layout.middles) / len(layout.middles),)
    ends = []
    for row, (slabs, middle) in enumerate(zip(sizes, middles, strict=True)):
        at = start
        for thick, height in slabs:
            block = Block(x=at, y=middle - height / 2, width=thick, height=height, deep=bool(stage.window_px))
            layout.blocks.setdefault((index, row), []).append(block)
            at = block.right + BETWEEN
        ends.append(max(block.end for block in layout.blocks[index, row]))
    layout.centres[index] = start + width / 2
    return max(ends), start + width / 2 + max(half, below)


def _half_width(word: Word, *, first: bool) -> float:
    return text_width(word.text, size=TEXT_PX + 1 if first else SMALL_PX) / 2


def _draw_frame(drawing: Drawing, layout: Layout) -> None:
    """The frame of a clip, and the part of it that each stream sees."""
    frame = layout.diagram.frame
    if frame is None:
        return
    side = _frame_side(layout.diagram)
    middle = sum(layout.middles) / len(layout.middles)
    x, y = LEFT, middle - side / 2
    for behind in range(min(frame.num, 4) - 1, -1, -1):
        corners = _square(x + 3 * behind, y - 3 * behind, side)
        drawing.area(corners, colour="ground")
        drawing.area(corners, colour="muted", opacity=0.12)
        drawing.line(corners, colour="muted", width=0.9, closed=True)
    for row, (region, divide_by) in enumerate(frame.regions):
        part = side if region == "whole" else side / divide_by
        left, top = x + (side - part) / 2, y + (side - part) / 2
        first = layout.blocks[-1, row][0]
        ends = ((first.x, first.y), (first.x, first.y + first.height))
        solids.draw_bundle(drawing, ((left + part, top), (left + part, top + part)), ends, colour="muted")
        if region != "whole":
            corners = _square(left, top, part)
            drawing.area(corners, colour="second", opacity=0.2)
            drawing.line(corners, colour="second", width=1.1, dash="3 2", closed=True)
    words = f"{square(frame.px)}" + (f", {frame.num} frames" if frame.num > 1 else "")
    drawing.text((x + side / 2, y + side + LINE), words, anchor="middle", size=SMALL_PX, colour="ink")


def _square(x: float, y: float, side: float) -> tuple[tuple[float, float], ...]:
    return ((x, y), (x + side, y), (x + side, y + side), (x, y + side))


def _draw_inputs(drawing: Drawing, layout: Layout) -> None:
    for row in range(len(layout.diagram.inputs)):
        solids.draw_block(drawing, layout.blocks[-1, row][0], colour=KINDS["input"][0])


def _draw_stage(drawing: Drawing, layout: Layout, index: int, stage: Stage) -> None:
    """A stage's blocks, behind the kernels that see what is before them and in front of dense connections."""
    before = sorted(row for place, row in layout.blocks if place == index - 1)
    pairs = [
        (source, row)
        for row in range(len(stage.slabs))
        for source in (before if stage.crosses or len(before) != len(stage.slabs) else [row])
    ]
    if not stage.window_px:
        for source, row in pairs:
            _draw_dense(drawing, layout.blocks[index - 1, source][-1], layout.blocks[index, row][0])
    for row, slabs in enumerate(stage.slabs):
        for block, slab in zip(layout.blocks[index, row], slabs, strict=True):
            solids.draw_block(drawing, block, colour=KINDS[slab.kind][0])
    if stage.window_px:
        for source, row in sorted(pairs, key=lambda pair: pair[0] == pair[1]):
            _draw_kernel(drawing, layout, index, source, row, same=source == row or len(before) == 1)


def _draw_dense(drawing: Drawing, last: Block, block: Block) -> None:
    if last.deep:
        start = (last.on_side(0.5, 0), last.on_side(0.5, 1))
    else:
        start = ((last.right, last.y), (last.right, last.y + last.height))
    end = ((block.x, block.y), (block.x, block.y + block.height))
    solids.draw_bundle(drawing, start, end, colour="second")


def _draw_kernel(drawing: Drawing, layout: Layout, index: int, source: int, row: int, *, same: bool) -> None:
    """What a kernel of a row sees of a row before it, and the place whose value it gives."""
    diagram, stage = layout.diagram, layout.diagram.stages[index]
    last, block = layout.blocks[index - 1, source][-1], layout.blocks[index, row][0]
    slab = diagram.stages[index - 1].slabs[source][-1] if index else diagram.inputs[source]
    towards = 0.0 if same else math.copysign(0.24, row - source)
    if index == 0 and len(diagram.inputs) == 1:  # several towers look at one image
        towards = 0.26 * (row - (len(stage.slabs) - 1) / 2)
    window = solids.window_on(last, share=stage.window_px / slab.px, along=0.5, down=0.5 + towards)
    x, y = block.middle
    place = (x, y if same else y - math.copysign(0.3, row - source) * block.height)
    solids.draw_window(drawing, window, to=place, colour="ink" if same else "second", dash="" if same else "3 2")


def _draw_sizes(drawing: Drawing, layout: Layout) -> None:
    """The names of rows, and the sizes of all blocks below them."""
    diagram = layout.diagram
    for row, slab in enumerate(diagram.inputs):
        block = layout.blocks[-1, row][0]
        drawing.text((block.x, block.y + block.height + LINE), slab.text, size=SMALL_PX, colour="ink", halo=True)
        if diagram.edge_px:
            words = f"and {diagram.edge_px} px of zeros: {slab.px + diagram.edge_px}"
            drawing.text((block.x, block.y + block.height + 2 * LINE - 1), words, size=SMALL_PX, halo=True)
    place = -1 if len(diagram.inputs) > 1 else 0
    for row, name in enumerate(diagram.rows):
        block = layout.blocks[place, row][0]
        drawing.text((block.x, block.top - 5), name, bold=True, colour="ink", halo=True)
    for index, stage in enumerate(diagram.stages):
        for row, slabs in enumerate(stage.slabs):
            _label(drawing, layout.blocks[index, row], slabs, centre=layout.centres[index])


def _label(drawing: Drawing, blocks: Sequence[Block], slabs: Sequence[Slab], *, centre: float) -> None:
    """The sizes of a stage's blocks below them, each once, in the colours of what they are."""
    y = max(block.y + block.height for block in blocks) + LINE
    said: set[str] = set()
    for slab in slabs:
        if slab.kind == "norm" or slab.text in said or not slab.text:
            continue
        said.add(slab.text)
        drawing.text((centre, y), slab.text, anchor="middle", size=SMALL_PX, colour=KINDS[slab.kind][0], halo=True)
        y += LINE - 1


def _draw_header(drawing: Drawing, layout: Layout) -> None:
    for index, stage in enumerate(layout.diagram.stages):
        for place, word in enumerate(stage.words):
            size, colour = (SMALL_PX, KINDS[word.kind][0]) if word.kind else (TEXT_PX + 1, "ink")
            at = (layout.centres[index], 12 + place * LINE)
            drawing.text(at, word.text, anchor="middle", size=size, colour=colour, bold=not word.kind)


def _draw_legend(drawing: Drawing, layout: Layout) -> None:
    x, y = LEFT, layout.bottom + 16
    for kind in layout.diagram.kinds:
        colour, words = KINDS[kind]
        drawing.area(_square(x, y - 7, 8), colour=colour, opacity=0.45)
        drawing.line(_square(x, y - 7, 8), colour=colour, width=0.8, closed=True)
        drawing.text((x + 12, y), words)
        x += 12 + text_width(words) + 18
    if any(stage.crosses and stage.window_px for stage in layout.diagram.stages):
        drawing.line(((x, y - 3), (x + 18, y - 3)), colour="second", width=0.9, dash="3 2")
        drawing.text((x + 23, y), "from one tower to the other")
